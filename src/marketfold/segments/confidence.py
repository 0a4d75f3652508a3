"""How surely a unit belongs to its segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from marketfold.schema import Float32


def confidence(distances: Float32) -> Float32:
    """Simplified silhouette of each unit: how much farther the second centre is than the nearest, 0 to 1.

    (b - a) / b for the distances a and b to the nearest and the second centre (Hruschka, Campello and de Castro 2006).
    0 is on the border of two segments, 1 at the centre of one. It is no probability.

    Parameters
    ----------
    distances
        To every centre, shape (n_units, n_segments), as `KMeansSegmenter.distances` gives them.

    Returns
    -------
    float32, shape (n_units,)
        1 for everyone where there is one segment.

    Raises
    ------
    ParameterError
        If `distances` is not such a table.

    Examples
    --------
    >>> confidence(np.array([[1.0, 4.0], [2.0, 2.0]], dtype=np.float32)).tolist()
    [0.75, 0.0]
    """
    if distances.ndim != 2 or distances.shape[1] == 0:
        message = f"Confidence needs distances of shape (n_units, n_segments); got {distances.shape}."
        raise ParameterError(message)
    if distances.shape[1] == 1:
        return np.ones(len(distances), dtype=np.float32)
    two = np.partition(distances, 1, axis=1)
    nearest, second = two[:, 0].astype(np.float64), two[:, 1].astype(np.float64)
    sure = np.divide(second - nearest, second, out=np.zeros_like(second), where=second > 0)
    return sure.astype(np.float32)
