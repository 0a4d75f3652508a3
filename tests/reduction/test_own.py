from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA, FastICA, KernelPCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import GaussianRandomProjection

from marketfold.errors import ParameterError
from marketfold.reduction import OwnReducer, PCAReducer, make_reducer, reconstruction_error
from marketfold.schema import Float32


class Forgetful:
    """Gives one row, whatever it is asked."""

    def fit(self, X: Any) -> Forgetful:  # noqa: ARG002
        return self

    def transform(self, X: Any) -> Any:
        return np.zeros((1, 2)) if len(X) > 2 else np.zeros((len(X), 2))


def test_reduces_as_the_transformer_does(correlated: Float32) -> None:
    own = make_reducer(PCA(3, svd_solver="covariance_eigh")).fit(correlated)
    ours = PCAReducer(3).fit(correlated)
    assert (own.name, own.label, own.n_dimensions_) == ("PCA", "your PCA", 3)
    np.testing.assert_allclose(np.abs(own.transform(correlated)), np.abs(ours.transform(correlated)), atol=1e-3)
    assert own.transform(correlated).dtype == np.float32
    assert reconstruction_error(own, correlated) == pytest.approx(reconstruction_error(ours, correlated), rel=1e-4)


def test_the_instance_that_was_given_stays_unfitted(correlated: Float32) -> None:
    given = PCA(2)
    make_reducer(given).fit(correlated)
    assert not hasattr(given, "components_")


def test_is_cloned_with_its_transformer() -> None:
    assert clone(OwnReducer(FastICA(2))).transformer.n_components == 2


@pytest.mark.parametrize("one_way", [GaussianRandomProjection(2), KernelPCA(2)], ids=lambda t: type(t).__name__)
def test_what_gives_nothing_back_has_no_reconstruction(one_way: Any, correlated: Float32) -> None:
    if isinstance(one_way, GaussianRandomProjection):
        one_way = make_pipeline(StandardScaler(), OneWay())
    assert np.isnan(reconstruction_error(make_reducer(one_way).fit(correlated), correlated))


class OneWay(PCA):  # type: ignore[misc]
    """PCA that does not give back."""

    @property
    def inverse_transform(self) -> Any:
        raise AttributeError


def test_whether_it_draws_lots_follows_from_its_seed() -> None:
    assert make_reducer(FastICA(2)).stochastic
    assert not make_reducer(StandardScaler()).stochastic


def test_rows_that_do_not_match_are_refused(correlated: Float32) -> None:
    own = make_reducer(Forgetful()).fit(correlated)
    with pytest.raises(ParameterError, match=r"Forgetful gave shape \(1, 2\) for 400 units"):
        own.transform(correlated)


def test_one_without_a_seed_gets_that_of_the_run_also_within_a_pipeline(correlated: Float32) -> None:
    for unseeded in (GaussianRandomProjection(2), make_pipeline(StandardScaler(), GaussianRandomProjection(2))):
        first, again, other = (
            make_reducer(unseeded, seed=seed).fit(correlated).transform(correlated) for seed in (4, 4, 5)
        )
        np.testing.assert_array_equal(first, again)
        assert not np.allclose(first, other)


def test_one_with_a_seed_of_its_own_keeps_it(correlated: Float32) -> None:
    seeded = GaussianRandomProjection(2, random_state=9)
    first, other = (make_reducer(seeded, seed=seed).fit(correlated).transform(correlated) for seed in (4, 5))
    np.testing.assert_array_equal(first, other)
