"""scikit-learn's own checks on every reducer; all of them apply but array API and feature-selection ones, which
scikit-learn itself skips for estimators that do not claim them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from marketfold.errors import ModelError, ParameterError
from marketfold.reduction import (
    REDUCERS,
    AutoencoderReducer,
    PCAReducer,
    Reducer,
    TiedAutoencoderReducer,
    TrainingSettings,
    make_reducer,
    reconstruction_error,
    reducer_from_state,
    reducer_type,
)
from marketfold.schema import Float32

# One epoch keeps the checks quick; they ask for habits, not for a good fit.
QUICK = AutoencoderReducer(training=TrainingSettings(epochs=1, batch_size=256))
TIED = TiedAutoencoderReducer(2, layers=(4,), training=TrainingSettings(epochs=1, batch_size=256))


QUICKLY = {reducer.name: reducer for reducer in (QUICK, TIED)}
EVERY = [QUICKLY.get(name) or reducer_type(name)() for name in REDUCERS]


@parametrize_with_checks([one for one in EVERY if one is not TIED])  # type: ignore[untyped-decorator]
def test_estimator_keeps_scikit_learn_habits(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module", params=EVERY, ids=lambda e: str(e.name))
def estimator(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def fitted(estimator: Any, correlated: Float32) -> Any:
    """A fitted copy, not to be changed."""
    return clone(estimator).fit(correlated)


class TestEveryReducer:
    def test_clone_keeps_every_parameter(self, estimator: Any) -> None:
        assert clone(estimator).get_params() == estimator.get_params()

    def test_can_be_set_and_made_anew(self, estimator: Any) -> None:
        parameters = estimator.get_params(deep=False)
        assert type(estimator)().set_params(**parameters).get_params(deep=False) == parameters

    def test_is_a_reducer(self, fitted: Any) -> None:
        assert isinstance(fitted, Reducer)
        assert fitted.name in REDUCERS

    def test_gives_float32_of_its_dimensions_and_back(self, fitted: Any, correlated: Float32) -> None:
        reduced = fitted.transform(correlated)
        assert reduced.dtype == np.float32
        assert reduced.shape == (len(correlated), fitted.n_dimensions_)
        assert fitted.inverse_transform(reduced).shape == correlated.shape

    def test_comes_back_from_its_state_exactly(self, fitted: Any, correlated: Float32) -> None:
        restored = reducer_from_state(*fitted.to_state())
        assert restored.name == fitted.name
        np.testing.assert_array_equal(restored.transform(correlated), fitted.transform(correlated))
        code = fitted.transform(correlated)
        np.testing.assert_array_equal(restored.inverse_transform(code), fitted.inverse_transform(code))

    def test_refuses_a_code_of_another_width(self, fitted: Any) -> None:
        with pytest.raises(ParameterError, match=f"Wanted {fitted.n_dimensions_} dimensions"):
            fitted.inverse_transform(np.zeros((2, fitted.n_dimensions_ + 1)))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_refuses_what_is_not_finite_and_says_where(self, estimator: Any, correlated: Float32, value: float) -> None:
        broken = correlated.copy()
        broken[3, 4] = value
        with pytest.raises(ParameterError, match=r"1 values that are NaN or infinite .* in column 5"):
            clone(estimator).fit(broken)


def test_makes_every_reducer_by_name() -> None:
    assert [make_reducer(name, 3, seed=1).name for name in REDUCERS] == list(REDUCERS)


def test_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="none, pca, autoencoder, autoencoder-tied"):
        make_reducer("umap")


@pytest.mark.parametrize(
    ("settings", "arrays"),
    [
        ({}, {}),
        ({"method": "umap"}, {}),
        ({"method": "none", "n_features": "4"}, {}),
        ({"method": "pca"}, {}),
        ({"method": "pca"}, {"mean": np.zeros(2), "components": np.zeros((1, 3)), "variances": np.ones(2)}),
        ({"method": "pca"}, {"mean": np.zeros(2), "components": np.full((1, 2), np.nan), "variances": np.ones(2)}),
        ({"method": "autoencoder"}, {}),
        ({"method": "autoencoder", "n_features": 2, "hidden": [], "bottleneck": 1, "code_activation": "linear"}, {}),
        ({"method": "autoencoder", "n_features": 2, "hidden": [-1], "bottleneck": 1, "code_activation": "linear"}, {}),
    ],
)
def test_damaged_state_is_refused(settings: dict[str, Any], arrays: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        reducer_from_state(settings, arrays)


def test_made_reducers_carry_a_constant_column_of_a_resample(correlated: Float32) -> None:
    resample = correlated[:50].copy()
    resample[:, 2] = 1.0
    assert make_reducer("pca", 3).fit(resample).transform(resample).shape == (50, 3)


def test_reconstruction_error_is_one_when_only_the_mean_comes_back(independent: Float32) -> None:
    class Mean(PCAReducer):
        def _decode(self, X: Any) -> Any:
            return np.tile(self.mean_, (len(X), 1))

    assert reconstruction_error(Mean(1).fit(independent), independent) == pytest.approx(1.0, rel=1e-5)
