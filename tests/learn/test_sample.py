from __future__ import annotations

import json
import re

import numpy as np
import pytest

from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.learn import RunFacts, take_sample
from marketfold.learn.page import render_learn_page
from marketfold.learn.sample import LESSON_FEATURES, SAMPLE_UNITS

LABELS = [f"feature {i}" for i in range(20)]


def matrix(rows: int = 1_000, columns: int = 20) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    if columns > 7:
        X[:, 3] = X[:, 7] * 0.9 + X[:, 3] * 0.1
    return X.astype(np.float32)


def test_the_sample_is_small_seeded_and_has_the_telling_features() -> None:
    first, again = (take_sample(matrix(), LABELS, RunFacts(seed=4)) for _ in range(2))
    assert first.points.shape == (SAMPLE_UNITS, LESSON_FEATURES)
    assert (first.points == again.points).all()
    assert {"feature 3", "feature 7"} <= set(first.labels[:4])
    assert first.run.n_units == 1_000


def test_a_constant_feature_does_no_harm() -> None:
    X = matrix(50, 3)
    X[:, 1] = 2.0
    page = render_learn_page(take_sample(X, LABELS[:3]))
    assert "NaN" not in page


@pytest.mark.parametrize("columns", [2, 3])
def test_few_features_are_enough(columns: int) -> None:
    page = render_learn_page(take_sample(matrix(30, columns), LABELS[:columns]))
    lesson = re.search(r'id="lesson-data">(.*?)</script>', page)
    assert lesson is not None
    data = json.loads(lesson[1])
    assert max(data["trio"]) < columns
    assert data["pair"] == [0, 1] or data["pair"] == [0, 2]


def test_labels_must_fit() -> None:
    with pytest.raises(ParameterError, match="20 features and 2 labels"):
        take_sample(matrix(), LABELS[:2])


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(TooFewUnitsError, match="got 5 rows and need 8"):
        take_sample(matrix(5), LABELS)


def test_the_cloud_takes_features_that_do_not_repeat_each_other() -> None:
    X = matrix(400, 5)
    X[:, 1] = X[:, 0] + 0.01 * X[:, 1]
    X[:, 2] = X[:, 0] + 0.01 * X[:, 2]
    sample = take_sample(X, LABELS[:5])
    lesson = re.search(r'id="lesson-data">(.*?)</script>', render_learn_page(sample))
    assert lesson is not None
    trio = [sample.labels[column] for column in json.loads(lesson[1])["trio"]]
    assert len(set(trio)) == 3
    assert {"feature 3", "feature 4"} <= set(trio)


def test_features_that_all_repeat_each_other_still_make_a_cloud() -> None:
    X = matrix(400, 4)
    X = (X[:, :1] + 0.01 * X).astype(np.float32)
    lesson = re.search(r'id="lesson-data">(.*?)</script>', render_learn_page(take_sample(X, LABELS[:4])))
    assert lesson is not None
    assert len(set(json.loads(lesson[1])["trio"])) == 3
