from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.utils.estimator_checks import parametrize_with_checks

from marketfold.errors import ParameterError
from marketfold.features import MatrixScaler
from marketfold.features.scaler import block_weights, skewness


@parametrize_with_checks([MatrixScaler(), MatrixScaler(tail=0.0)])  # type: ignore[untyped-decorator]
def test_sklearn_contract(estimator: MatrixScaler, check: Callable[[MatrixScaler], None]):
    check(estimator)


def skewed(n_rows: int = 500) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.column_stack([rng.lognormal(5, 2, n_rows), rng.normal(50, 5, n_rows), rng.random(n_rows) ** 8])


def test_scaled_columns_are_standard_and_float32():
    scaled = MatrixScaler().fit_transform(skewed())
    assert scaled.dtype == np.float32
    assert scaled.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-5)
    assert scaled.std(axis=0) == pytest.approx([1, 1, 1], abs=1e-5)


def test_only_skewed_columns_beyond_shares_are_logged():
    X = skewed()
    assert skewness(X)[0] > 1
    assert MatrixScaler().fit(X).logged_.tolist() == [True, False, False]
    assert MatrixScaler(skewed_above=np.inf).fit(X).logged_.tolist() == [False, False, False]
    assert not MatrixScaler().fit(X - X.max()).logged_.any()  # negative values have no log


def test_what_is_learned_and_made_does_not_hang_on_the_order_in_memory(monkeypatch: pytest.MonkeyPatch):
    X = skewed()
    by_rows, by_columns = (MatrixScaler().fit(order(X)) for order in (np.ascontiguousarray, np.asfortranarray))
    for name in ("lower_", "upper_", "center_", "scale_"):
        assert np.array_equal(getattr(by_rows, name), getattr(by_columns, name))
    made = by_rows.transform(np.ascontiguousarray(X))
    assert made.flags.f_contiguous
    monkeypatch.setattr("marketfold.arrays.CHUNK_ROWS", 7)
    assert np.array_equal(by_columns.transform(np.asfortranarray(X)), made)


def test_a_wild_value_is_pulled_in():
    X = np.append(np.linspace(1, 2, 999), 1e9)[:, None]
    scaler = MatrixScaler().fit(X)
    assert scaler.upper_[0] < 2
    assert np.abs(scaler.transform(X)).max() < 3


def test_a_logged_column_keeps_its_tail_but_not_a_wild_value():
    orders = np.append(np.tile([1.0, 1, 1, 1, 2, 2, 3, 4, 6, 8], 100), [40.0, 60.0, 1e9])[:, None]
    scaler = MatrixScaler().fit(orders)
    assert scaler.logged_.all()
    told_apart = scaler.transform(np.array([[8.0], [40.0]]))
    assert told_apart[1, 0] > told_apart[0, 0] + 1
    assert scaler.upper_[0] == pytest.approx(np.expm1(2 * np.log1p(8) - np.log1p(1)))
    assert np.abs(scaler.transform(orders)).max() < 6


def test_a_seldom_column_is_not_made_constant():
    X = np.zeros((1000, 1))
    X[:3] = 5.0
    scaler = MatrixScaler().fit(X)
    assert scaler.upper_[0] == 5.0
    assert len(np.unique(scaler.transform(X))) == 2


def test_a_constant_is_zero_and_comes_back():
    X = np.full((10, 1), 7.25)
    scaler = MatrixScaler().fit(X)
    assert (scaler.transform(X) == 0).all()
    assert scaler.inverse_transform(scaler.transform(X)) == pytest.approx(X)


def test_a_block_weighs_as_one_column():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(2_000, 5))
    scaled = MatrixScaler(blocks=[None, "b", "b", "b", "b"]).fit_transform(X)
    variance = scaled.var(axis=0)
    assert variance[1:].sum() == pytest.approx(variance[0], rel=1e-4)
    assert block_weights(["a", "a", None]) == pytest.approx([0.5**0.5, 0.5**0.5, 1.0])


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (30, 3), elements=st.floats(0, 1e6)))
def test_what_lies_in_the_range_comes_back(X: np.ndarray):
    scaler = MatrixScaler(tail=0.05, blocks=[None, "b", "b"]).fit(X)
    back = scaler.inverse_transform(scaler.transform(X))
    inside = np.clip(X, scaler.lower_, scaler.upper_)
    # float32 keeps seven digits of the scaled value; a log turns that into a share of the value
    assert np.abs(back - inside).max() <= 1e-5 * (1 + scaler.upper_.max())


def test_state_makes_the_same_scaler():
    X = skewed()
    scaler = MatrixScaler(blocks=[None, "b", "b"]).fit(X)
    settings_, arrays_ = scaler.to_state()
    again = MatrixScaler.from_state(settings_, arrays_)
    assert again.transform(X).tobytes() == scaler.transform(X).tobytes()
    assert again.get_params() == scaler.get_params()


@pytest.mark.parametrize("tail", [-0.1, 0.5])
def test_tail_out_of_range(tail: float):
    with pytest.raises(ParameterError, match="tail"):
        MatrixScaler(tail=tail).fit(skewed())


def test_blocks_must_fit():
    with pytest.raises(ParameterError, match="blocks names 1 columns, and the matrix has 3"):
        MatrixScaler(blocks=["a"]).fit(skewed())


def test_what_was_scaled_elsewhere_stays_as_it_is():
    X = np.array([[-1e9, 0.5], [3.0, 1e9]])
    assert MatrixScaler.identity(2).transform(X).tolist() == X.tolist()
    assert MatrixScaler.identity(2).inverse_transform(X.astype(np.float32)).tolist() == X.tolist()


def test_a_quarter_on_each_side_is_pulled_in():
    scaler = MatrixScaler(tail=0.25).fit(np.arange(5.0)[:, None])
    assert (scaler.lower_.tolist(), scaler.upper_.tolist(), scaler.logged_.tolist()) == ([1.0], [3.0], [False])
    assert scaler.center_.tolist() == [2.0]
    assert scaler.scale_ == pytest.approx(np.sqrt(0.8))  # of 1, 1, 2, 3, 3
    scaled = scaler.transform(np.array([[0.0], [2.0], [10.0]]))
    assert scaled[:, 0] == pytest.approx([-1 / np.sqrt(0.8), 0, 1 / np.sqrt(0.8)])


@pytest.mark.parametrize(
    ("values", "skewed_above", "logged"),
    [
        ([0.0, 0.0, 0.0, 0.0, 10.0], 1.0, True),
        ([0.0, 0.0, 0.0, 0.0, 10.0], 1.49, True),  # its skewness is 1.5
        ([0.0, 0.0, 0.0, 0.0, 10.0], 1.51, False),
        ([0.0, 0.0, 0.0, 0.0, 1.0], 1.0, False),  # a share
        ([0.0, 0.0, 0.0, 0.0, 1.01], 1.0, True),
        ([-0.1, -0.1, -0.1, -0.1, 10.0], 1.0, False),
        ([0.0, 10.0, 10.0, 10.0, 10.0], 1.0, False),
    ],
)
def test_which_columns_are_logged(values: list[float], skewed_above: float, *, logged: bool):
    scaler = MatrixScaler(tail=0.0, skewed_above=skewed_above).fit(np.array(values)[:, None])
    assert scaler.logged_.tolist() == [logged]
    assert (scaler.lower_[0], scaler.upper_[0]) == (min(values), pytest.approx(max(values)))
    measured = np.log1p(values) if logged else np.array(values)
    assert scaler.center_ == pytest.approx(measured.mean())
    assert scaler.scale_ == pytest.approx(measured.std())


def test_what_few_lack_is_not_made_constant():
    X = np.full((1000, 1), 5.0)
    X[:3] = 0.0
    scaler = MatrixScaler().fit(X)
    assert (scaler.lower_[0], scaler.upper_[0]) == (0.0, 5.0)
    assert scaler.scale_[0] == pytest.approx(X.std())


def test_skewness_is_the_third_standardised_moment():
    X = np.column_stack([[0.0, 0, 0, 0, 1], [1.0] * 5, [0.0, 1, 2, 3, 4], [1.0, 1, 1, 1, 0], [0.0, 0, 0, 0, 1e-120]])
    assert skewness(X) == pytest.approx([1.5, 0, 0, -1.5, 1.5])


def test_tiny_numbers_are_no_constant():
    X = np.array([[1e-20], [3e-20]])
    assert MatrixScaler(tail=0.0).fit_transform(X)[:, 0].tolist() == [-1, 1]
