"""A seeded sample of the matrix, kept with the model: what the learning page shows K-means on. It holds no id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ModelError
from marketfold.model import read_arrays
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis
    from marketfold.schema import Float32

SAMPLE_FILE = "sample.npz"
MOST_ROWS = 2_000


def save_sample(analysis: Analysis, folder: Path) -> None:
    """Draw rows in the scaled space of the features that shaped the segments, and write them into a model folder."""
    rows = sample_rows(len(analysis.segmentation), MOST_ROWS, analysis.run.config.seed)
    np.savez(folder / SAMPLE_FILE, allow_pickle=False, scaled=analysis.segmentation.matrix.values[rows])


def load_sample(folder: Path) -> Float32:
    """The rows of a model folder, shape (n_rows, n_features).

    Raises
    ------
    ModelError
        If they are not there or damaged, or would unpack to more than a model has.
    """
    arrays = read_arrays(folder / SAMPLE_FILE)
    try:
        return np.asarray(arrays["scaled"], dtype=np.float32)
    except (KeyError, ValueError) as error:
        message = f"{SAMPLE_FILE} is damaged: it has no rows of numbers. Make the run again."
        raise ModelError(message) from error
