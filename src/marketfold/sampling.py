"""Seeded samples of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sample_rows(n_rows: int, most: int, seed: int) -> NDArray[np.intp]:
    """Rows of a seeded sample, ascending; all of them where there are not too many.

    >>> sample_rows(3, 10, 0)
    array([0, 1, 2])
    """
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False, shuffle=False))
