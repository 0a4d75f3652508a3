from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from marketfold import arrays
from marketfold.errors import ParameterError
from marketfold.reduction import PCAReducer
from marketfold.reduction.pca import covariance
from marketfold.schema import Float32


def test_agrees_with_scikit_learn(correlated: Float32) -> None:
    ours, theirs = PCAReducer(4).fit(correlated), PCA(4, svd_solver="full").fit(correlated.astype(np.float64))
    np.testing.assert_allclose(ours.explained_shares_[:4], theirs.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(np.abs(ours.components_), np.abs(theirs.components_), atol=1e-9)
    np.testing.assert_allclose(
        np.abs(ours.transform(correlated)), np.abs(theirs.transform(correlated)), rtol=1e-4, atol=1e-5
    )


def test_chunks_give_what_one_piece_gives(correlated: Float32, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_mean, whole = covariance(correlated)
    monkeypatch.setattr(arrays, "CHUNK_ROWS", 7)
    mean, chunked = covariance(correlated)
    np.testing.assert_allclose(chunked, whole, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(mean, whole_mean)


def test_keeps_its_digits_far_from_zero(correlated: Float32) -> None:
    far = correlated.astype(np.float64) + 1e7
    np.testing.assert_allclose(PCAReducer(3).fit(far).variances_, PCAReducer(3).fit(correlated).variances_, rtol=1e-6)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99, 1.0])
def test_share_is_reached_by_the_fewest_components(correlated: Float32, share: float) -> None:
    reducer = PCAReducer(share).fit(correlated)
    reached = reducer.explained_shares_.cumsum()
    assert reached[reducer.n_dimensions_ - 1] >= share - 1e-9
    assert reducer.n_dimensions_ == 1 or reached[reducer.n_dimensions_ - 2] < share


def test_all_components_give_everything_back(correlated: Float32) -> None:
    reducer = PCAReducer(8).fit(correlated)
    np.testing.assert_allclose(reducer.inverse_transform(reducer.transform(correlated)), correlated, atol=1e-5)


@pytest.mark.parametrize("weights", [1.0, np.linspace(0.1, 3, 8)])
def test_loadings_are_correlations_with_the_components(correlated: Float32, weights: Any) -> None:
    X = correlated * weights  # a block of features weighs less than its spread of one
    reducer = PCAReducer(3).fit(X)
    measured = np.corrcoef(X.T, reducer.transform(X).T)[: X.shape[1], X.shape[1] :]
    np.testing.assert_allclose(reducer.loadings_, measured, atol=2e-3)
    read = PCAReducer.from_state(*reducer.to_state())
    np.testing.assert_array_equal(read.loadings_, reducer.loadings_)


def test_a_constant_feature_goes_with_no_component_and_an_old_model_knows_no_spreads(correlated: Float32) -> None:
    X = np.column_stack([correlated, np.ones(len(correlated))])
    reducer = PCAReducer(2, allow_constant=True).fit(X)
    assert reducer.loadings_[-1].tolist() == [0, 0]
    settings, arrays = reducer.to_state()
    arrays.pop("deviations")
    assert np.isnan(PCAReducer.from_state(settings, arrays).loadings_).all()


@given(st.permutations(range(60)))
@settings(max_examples=15, deadline=None)
def test_signs_do_not_depend_on_the_order_of_units(order: list[int]) -> None:
    X = np.random.default_rng(3).normal(size=(60, 4)) * [4, 3, 2, 1]
    np.testing.assert_allclose(PCAReducer(4).fit(X[order]).components_, PCAReducer(4).fit(X).components_, atol=1e-9)


def test_leading_entry_of_each_component_is_positive(correlated: Float32) -> None:
    components = PCAReducer(8).fit(correlated).components_
    leading = np.abs(components).argmax(axis=1)
    assert (components[np.arange(8), leading] > 0).all()


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (9, "have 1 to 8 components. Ask for at most 8"),
        (0, "have 1 to 8 components"),
        (-2, "have 1 to 8 components"),
        (0.0, "above 0 and up to 1"),
        (1.5, "above 0 and up to 1"),
        (True, "whole number of components"),
        ("all", "whole number of components"),
    ],
)
def test_impossible_number_of_components_is_refused(correlated: Float32, wanted: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        PCAReducer(wanted).fit(correlated)


def test_fewer_rows_than_components_is_refused(correlated: Float32) -> None:
    with pytest.raises(ParameterError, match="Ask for at most 3"):
        PCAReducer(5).fit(correlated[:4])


def test_one_row_is_refused(correlated: Float32) -> None:
    with pytest.raises(ParameterError, match="at least 2 rows"):
        PCAReducer().fit(correlated[:1])


def test_constant_columns_are_named(correlated: Float32) -> None:
    broken = correlated.copy()
    broken[:, [1, 6]] = 3.0
    with pytest.raises(ParameterError, match=r"Column 2 and 7 of the matrix is constant.*allow_constant"):
        PCAReducer().fit(broken)


def test_all_constant_is_refused_even_where_constants_are_allowed() -> None:
    with pytest.raises(ParameterError, match="nothing to reduce"):
        PCAReducer(1, allow_constant=True).fit(np.ones((5, 3)))


@pytest.mark.parametrize("n_components", [1, 3, 4])
def test_the_score_is_that_of_scikit_learn(n_components: int):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(80, 4)) @ rng.normal(size=(4, 4)) + 3
    ours, theirs = PCAReducer(n_components).fit(X[:60]), PCA(n_components).fit(X[:60])
    assert ours.score(X[60:]) == pytest.approx(theirs.score(X[60:]))


def test_no_row_is_likelier_than_the_middle_of_all():
    """Though rounding leaves less than nothing beyond components that take in nearly all."""
    rng = np.random.default_rng(0)
    X = 100 * rng.normal(size=(60, 2)) @ rng.normal(size=(2, 6)) + 1e-7 * rng.normal(size=(60, 6))
    fitted = PCAReducer(2, allow_constant=True).fit(X)
    kept, left = np.split(fitted.variances_, [2])
    highest = -0.5 * (np.log(kept).sum() + len(left) * np.log(left.mean()) + 6 * np.log(2 * np.pi))
    assert max(fitted.score(row[None]) for row in X) <= highest
