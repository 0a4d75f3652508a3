"""A seeded sample of the matrix, kept with the model: what the learning page shows K-means on. It holds no id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ModelError
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis
    from marketfold.schema import Float32

SAMPLE_FILE = "sample.npz"
MOST_ROWS = 2_000


@dataclass(frozen=True)
class Sample:
    """Some units of a run.

    Attributes
    ----------
    scaled : float32, shape (n_rows, n_features)
        In the scaled space of the features that shaped the segments.
    """

    scaled: Float32

    def save(self, folder: Path) -> None:
        """Write into a model folder."""
        np.savez(folder / SAMPLE_FILE, allow_pickle=False, scaled=self.scaled)

    @classmethod
    def load(cls, folder: Path) -> Sample:
        """Read from a model folder.

        Raises
        ------
        ModelError
            If it is not there or damaged.
        """
        try:
            with np.load(folder / SAMPLE_FILE, allow_pickle=False) as arrays:
                return cls(arrays["scaled"].astype(np.float32))
        except (OSError, ValueError, KeyError, EOFError) as error:
            message = f"{SAMPLE_FILE} is missing or damaged. Make the run again."
            raise ModelError(message) from error


def draw_sample(analysis: Analysis) -> Sample:
    """Draw rows, the same for the same seed."""
    rows = sample_rows(len(analysis.segmentation), MOST_ROWS, analysis.run.config.seed)
    return Sample(analysis.segmentation.matrix.values[rows])
