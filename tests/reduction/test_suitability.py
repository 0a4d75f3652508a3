from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.reduction import Reconstruction, Suitability, assess_suitability, held_out_reconstruction, make_reducer
from marketfold.reduction.suitability import effective_rank, redundant_features
from marketfold.schema import Float32, Float64


def correlations(X: Float64) -> Float64:
    return np.asarray(np.corrcoef(X.T))


def test_tells_correlated_from_independent(correlated: Float32, independent: Float32) -> None:
    assert assess_suitability(correlated).finding == "correlated"
    found = assess_suitability(independent)
    assert found.finding == "independent"
    assert found.advice == "none"


def test_shuffled_columns_come_back_no_better_than_their_share_of_dimensions(correlated: Float32) -> None:
    (pca,) = assess_suitability(correlated, n_dimensions=2).reconstructions
    assert pca.share > 0.5
    assert pca.shuffled_share == pytest.approx(2 / 8, abs=0.1)
    assert pca.gain == pca.share - pca.shuffled_share


def given_back(X: Float32, method: str, n_dimensions: int) -> float:
    return held_out_reconstruction(make_reducer(method, n_dimensions), X).share


def test_no_reduction_gives_everything_back_and_pca_more_with_more_dimensions(correlated: Float32) -> None:
    assert given_back(correlated, "none", 3) == pytest.approx(1.0)
    few, more = (given_back(correlated, "pca", n) for n in (1, 4))
    assert 0 < few < more < 1


def test_what_comes_back_is_a_share_of_the_variance_and_not_of_the_distance_from_nought() -> None:
    X = np.random.default_rng(0).standard_normal((500, 4)).astype(np.float32)
    centred, shifted = (given_back(values, "pca", 2) for values in (X, X + 50))
    assert centred == pytest.approx(0.5, abs=0.1)
    assert shifted == pytest.approx(centred, abs=0.01)


def test_shares_that_sum_to_one_are_found(correlated: Float32) -> None:
    random = np.random.default_rng(0)
    shares = random.dirichlet([2, 2, 2], size=len(correlated))
    X = np.column_stack([correlated[:, :3], shares, correlated[:, 3]])
    assert assess_suitability(X).redundant == (5,)


def test_redundant_features_keep_the_first_of_twins() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3))
    R = correlations(np.column_stack([X, X[:, 1], X[:, 0] - X[:, 2]]))
    assert redundant_features(R) == (3, 4)


def test_effective_rank_counts_equal_directions() -> None:
    assert effective_rank(np.ones(6)) == pytest.approx(6)
    assert effective_rank(np.array([5.0, 0, 0])) == pytest.approx(1)


def test_more_features_than_units_is_said_not_faked() -> None:
    X = np.random.default_rng(0).normal(size=(12, 20))
    assert assess_suitability(X).redundant == ()


def test_autoencoder_is_tried_when_asked(correlated: Float32) -> None:
    seen: list[str] = []
    found = assess_suitability(
        correlated[:120], n_dimensions=2, also=("autoencoder",), progress=lambda what, *_: seen.append(what)
    )
    assert [trial.method for trial in found.reconstructions] == ["pca", "autoencoder"]
    assert found.more_than_pca == found.reconstructions[1].share - found.reconstructions[0].share
    assert set(seen) == {"training"}


def with_numbers(**changed: Any) -> Suitability:
    found = Suitability("correlated", (), 2.0, 3, (Reconstruction("pca", 2, 0.8, 0.5),))
    return replace(found, **changed)


@pytest.mark.parametrize(
    ("finding", "network", "advice"),
    [
        ("independent", None, "none"),
        ("weakly correlated", None, "perhaps none"),
        ("correlated", None, "pca, perhaps a network"),
        ("correlated", 0.84, "pca"),
        ("correlated", 0.86, "network"),
    ],
)
def test_a_network_is_advised_where_it_keeps_a_twentieth_more(finding: Any, network: float | None, advice: str) -> None:
    pca = Reconstruction("pca", 2, 0.8, 0.5)
    others = () if network is None else (Reconstruction("autoencoder", 2, network, 0.5),)
    assert with_numbers(finding=finding, reconstructions=(pca, *others)).advice == advice


@pytest.mark.parametrize(("shuffled", "advice"), [(0.5, "network"), (0.65, "pca, or wider")])
def test_what_a_network_gives_back_more_of_shuffled_columns_too_is_no_sign_of_curves(
    shuffled: float, advice: str
) -> None:
    trials = Reconstruction("pca", 2, 0.8, 0.5), Reconstruction("autoencoder", 2, 0.9, shuffled)
    assert with_numbers(reconstructions=trials).advice == advice


def test_is_seeded(correlated: Float32) -> None:
    assert assess_suitability(correlated, 3).reconstructions == assess_suitability(correlated, 3).reconstructions
    assert assess_suitability(correlated, 3).reconstructions != assess_suitability(correlated, 4).reconstructions


def test_bad_input_is_refused(correlated: Float32) -> None:
    with pytest.raises(TooFewUnitsError, match="Got 9 units"):
        assess_suitability(correlated[:9])
    with pytest.raises(ParameterError, match="two columns or more"):
        assess_suitability(correlated[:, :1])
    broken = correlated.copy()
    broken[0, 0] = np.nan
    with pytest.raises(ParameterError, match="NaN"):
        assess_suitability(broken)
    broken[:, 0] = 1
    with pytest.raises(ParameterError, match="constant"):
        assess_suitability(broken)


@pytest.mark.parametrize(
    ("share", "shuffled", "advice"),
    [(0.05, 0.0, "network"), (0.049, 0.0, "pca"), (0.05, 0.05, "pca, or wider"), (0.049, 0.049, "pca")],
)
def test_a_twentieth_is_enough_to_speak_for_more_than_pca(share: float, shuffled: float, advice: str) -> None:
    trials = Reconstruction("pca", 2, 0.0, 0.0), Reconstruction("autoencoder", 2, share, shuffled)
    assert with_numbers(reconstructions=trials).advice == advice
    assert with_numbers(reconstructions=trials).more_than_pca == share


def test_the_best_of_the_others_counts() -> None:
    trials = tuple(Reconstruction(name, 2, share, 0.5) for name, share in (("pca", 0.75), ("a", 0.5), ("b", 0.875)))
    assert with_numbers(reconstructions=trials).more_than_pca == 0.125
    assert with_numbers(reconstructions=trials[:2]).more_than_pca == -0.25
    assert with_numbers(reconstructions=trials[:1]).more_than_pca == 0


@pytest.mark.parametrize(
    ("gain", "finding"),
    [(0.2, "correlated"), (0.199, "weakly correlated"), (0.05, "weakly correlated"), (0.049, "independent")],
)
def test_what_correlation_brings_has_a_word(independent: Float32, gain: float, finding: str) -> None:
    trial = Reconstruction("pca", 2, gain, 0.0)
    found = assess_suitability(independent, reconstructions=[trial, Reconstruction("autoencoder", 2, 0.9, 0.0)])
    assert found.finding == finding
    assert found.reconstructions[0] is trial


@pytest.mark.parametrize(("n_features", "redundant"), [(8, (7,)), (9, ())])
def test_what_follows_from_others_is_told_from_two_more_units_than_features_on(
    n_features: int, redundant: tuple[int, ...]
) -> None:
    X = np.random.default_rng(0).normal(size=(10, n_features))
    X[:, 7] = -X[:, 0]
    trial = Reconstruction("pca", 2, 0.3, 0.0)
    assert assess_suitability(X, reconstructions=[trial]).redundant == redundant


@pytest.mark.parametrize(("n_units", "n_features", "kept"), [(300, 8, 4), (300, 9, 4), (300, 3, 1), (300, 2, 1)])
def test_of_independent_features_half_are_tried(n_units: int, n_features: int, kept: int) -> None:
    X = np.random.default_rng(0).normal(size=(n_units, n_features))
    (trial,) = assess_suitability(X).reconstructions
    assert trial.n_dimensions == kept


def test_of_one_direction_one_dimension_is_tried() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 1)) + 0.01 * random.normal(size=(300, 8))
    found = assess_suitability(X)
    assert (found.reconstructions[0].n_dimensions, found.n_features) == (1, 8)
    assert found.effective_rank == pytest.approx(1, abs=0.01)


def test_effective_rank_is_by_the_entropy_of_the_shares() -> None:
    assert effective_rank(np.array([2.0, 1.0, 1.0])) == pytest.approx(2**1.5)
    assert effective_rank(np.array([4.0, 2.0, 2.0])) == pytest.approx(2**1.5)


def test_a_feature_is_its_own_from_a_millionth_of_its_variance_on() -> None:
    for own, found in ((1.1e-6, ()), (0.9e-6, (1,))):
        shared = np.sqrt(1 - own)
        assert redundant_features(np.array([[1, shared], [shared, 1]])) == found
    assert redundant_features(np.eye(3)) == ()


def test_ten_units_and_two_features_are_enough() -> None:
    X = np.random.default_rng(0).normal(size=(10, 2))
    assert assess_suitability(X).n_features == 2
