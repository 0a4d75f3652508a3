"""Columns have names, in whatever a matrix is given: those in another order are other columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import marketfold as mf
from marketfold.features import FeatureMatrix


@pytest.fixture(scope="module")
def matrix() -> FeatureMatrix:
    return mf.matrix(mf.features(mf.clean(mf.read(mf.make_shop(lines=2_000, random_state=3).lines))))


@pytest.mark.parametrize("made", [mf.KMeansSegmenter(n_segments=3), mf.PCAReducer(2)], ids=["segmenter", "reducer"])
def test_of_a_matrix_and_of_a_frame_the_same_columns_are_asked_for(matrix: FeatureMatrix, made: Any):
    frame = pd.DataFrame(matrix.values, columns=list(matrix.names))
    turned = frame[frame.columns[::-1]]
    ask = "predict" if hasattr(made, "predict") else "transform"
    for seen in (matrix, frame):
        fitted = made.fit(seen)
        assert tuple(fitted.feature_names_in_) == matrix.names
        assert np.array_equal(getattr(fitted, ask)(matrix), getattr(fitted, ask)(frame))
        with pytest.raises(ValueError, match="same order"):
            getattr(fitted, ask)(turned)
