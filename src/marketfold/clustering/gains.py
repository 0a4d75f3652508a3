"""How far the WCSS of the data lies below that of data without groups, at each k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.clustering.references import References
    from marketfold.schema import Float64

LEAST_ERROR = 0.004
"""K-means stops at solutions whose WCSS differ by about this much; no gain is known better."""


@dataclass(frozen=True)
class Gain:
    """How far the WCSS of the data lies below that of data without groups.

    Attributes
    ----------
    label
        What the data without groups are.
    k
        Numbers of segments, ascending.
    values : float64, shape (n_k,)
        Natural logarithm of the ratio; 0.1 is about a tenth lower.
    errors : float64, shape (n_k,)
        Standard error of each, over the draws.
    """

    label: str
    k: tuple[int, ...]
    values: Float64
    errors: Float64

    @property
    def sureness(self) -> Float64:
        """Values in errors, shape (n_k,)."""
        return self.values / self.errors


def gain_over(references: References, log_wcss: Float64, k: Sequence[int]) -> Gain:
    """The gain at each k; the error is smoothed over k, for a handful of draws tells little of each."""
    draws = references.log_wcss
    spread = draws.std(axis=0, ddof=1)
    smooth = np.where(
        spread > LEAST_ERROR / 100, np.maximum(spread, np.sqrt(np.mean(spread**2))), 0.0
    )  # at k = 1 nothing varies
    errors = np.maximum(smooth * np.sqrt(1 + 1 / len(draws)), LEAST_ERROR)
    return Gain(references.label, tuple(k), draws.mean(axis=0) - log_wcss, errors)
