from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tests.segments.shops import clean_shop

from marketfold.model import confidence


def test_confidence_is_the_simplified_silhouette():
    matrix, labels = clean_shop()
    distances = KMeans(3, n_init=5, random_state=0).fit(matrix.values).transform(matrix.values)
    expected = []
    for row in distances:
        a, b = np.sort(row)[:2]
        expected.append((b - a) / max(a, b))
    assert confidence(distances) == pytest.approx(np.array(expected), abs=1e-6)
    assert len(labels) == len(expected)


def test_confidence_on_a_centre_and_on_a_border():
    assert confidence(np.array([[0.0, 2.0], [1.0, 1.0], [0.0, 0.0]], dtype=np.float32)).tolist() == [1.0, 0.0, 0.0]


def test_confidence_with_one_segment_is_sure_of_all():
    assert confidence(np.array([[3.0], [1.0]], dtype=np.float32)).tolist() == [1.0, 1.0]
