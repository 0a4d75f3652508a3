from __future__ import annotations

import numpy as np
import pytest

from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.learn import LessonData, RunFacts
from marketfold.learn.lesson_data import MOST_FEATURES, SAME_THING, SAMPLE_UNITS, correlations
from marketfold.learn.page import render_learn_page
from marketfold.units import Feature

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def features(n: int) -> list[Feature]:
    return [Feature(f"feature_{i}", f"feature {i}", "count", "value") for i in range(n)]


def matrix(rows: int = 1_000, columns: int = 20) -> Matrix:
    X: Matrix = np.random.default_rng(0).normal(size=(rows, columns))
    if columns > 7:
        X[:, 3] = X[:, 7] * 0.9 + X[:, 3] * 0.1
    return X


def data_of(X: Matrix, run: RunFacts | None = None) -> LessonData:
    return LessonData.of(X, features(X.shape[1]), run)


def test_the_sample_is_small_and_seeded_and_all_features_are_there_the_telling_ones_first() -> None:
    first, again = (data_of(matrix(), RunFacts(seed=4)) for _ in range(2))
    assert first.points.shape == (SAMPLE_UNITS, 20)
    assert (first.points == again.points).all()
    assert {"feature 3", "feature 7"} <= set(first.labels[:4])
    assert len(first) == 1_000


def test_of_very_many_features_the_telling_ones_are_taken() -> None:
    data = data_of(matrix(200, MOST_FEATURES + 5))
    assert len(data.labels) == MOST_FEATURES
    assert {"feature 3", "feature 7"} <= set(data.labels[:4])


def test_scaling_is_the_logarithm_of_what_is_skewed_and_a_spread_of_one() -> None:
    X = matrix(500, 2)
    X[:, 1] = np.exp(2 * X[:, 1]) + 3
    data = data_of(X)
    assert data.logged == ("feature_1",)
    by_hand = np.log1p(X[:, 1])
    place = data.labels.index("feature 1")
    assert data.scaled[:, place] == pytest.approx((by_hand - by_hand.mean()) / by_hand.std(), abs=1e-5)


def test_a_constant_feature_is_left_out() -> None:
    X = matrix(50, 3)
    X[:, 1] = 2.0
    data = data_of(X)
    assert set(data.labels) == {"feature 0", "feature 2"}
    assert "NaN" not in render_learn_page(data)


@pytest.mark.parametrize("columns", [2, 3])
def test_few_features_are_enough(columns: int) -> None:
    data = data_of(matrix(30, columns))
    assert max(data.trio) < columns
    assert len(data.trio) == 3
    assert len(set(data.pair)) == 2
    assert "NaN" not in render_learn_page(data)


def test_names_must_fit() -> None:
    with pytest.raises(ParameterError, match="20 columns, 2 names"):
        LessonData.of(matrix(), features(2))


def test_one_telling_feature_is_too_few() -> None:
    X = matrix(50, 2)
    X[:, 1] = 2.0
    with pytest.raises(ParameterError, match="1 that tell"):
        data_of(X)


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_few_rows_are_refused(rows: int) -> None:
    with pytest.raises((TooFewUnitsError, ParameterError)):
        data_of(matrix(rows))


def test_the_cloud_takes_features_that_do_not_repeat_each_other() -> None:
    X = matrix(400, 5)
    X[:, 1] = X[:, 0] + 0.01 * X[:, 1]
    X[:, 2] = X[:, 0] + 0.01 * X[:, 2]
    data = data_of(X)
    trio = [data.labels[column] for column in data.trio]
    assert len(set(trio)) == 3
    assert {"feature 3", "feature 4"} <= set(trio)


def test_features_that_all_repeat_each_other_still_make_a_cloud() -> None:
    X = matrix(400, 4)
    X = X[:, :1] + 0.01 * X
    assert len(set(data_of(X).trio)) == 3


def test_a_plane_shows_features_of_which_not_all_have_the_same_value() -> None:
    X = matrix(400, 5)
    X[:300, [1, 2]] = 0.0
    data = data_of(X)
    assert {data.labels[place] for place in data.pair}.isdisjoint({"feature 1", "feature 2"})
    assert np.abs(correlations(data.points)[data.pair]) < SAME_THING
