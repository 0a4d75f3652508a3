"""The elbow method: WCSS for each k, its knee, and how sure the knee is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from kneed import KneeLocator

from marketfold.clustering.fitting import Fit, distinct_rows, good_fits, lloyd, quiet_fits
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Float32, Progress

SENSITIVITIES = (0.5, 1.0, 2.0, 3.0, 5.0)
"""Values of Kneedle's S (Satopää et al. 2011): how flat the curve must turn before a knee is called. 1 is usual."""


@dataclass(frozen=True)
class Knee:
    """Where a curve bends at S = 1 (None where nowhere), and at each sensitivity.

    `agreement` is the share of the sensitivities, 0 to 1, that give the same answer as S = 1.
    """

    k: int | None
    at: dict[float, int | None]
    agreement: float


@terse
@dataclass(frozen=True)
class ElbowCurve:
    """Within-cluster sum of squares for each number of segments, ascending; it never rises. And where it bends."""

    k: tuple[int, ...]
    wcss: tuple[float, ...]
    knee: Knee

    def points(self) -> list[dict[str, float]]:
        """The curve as rows for `run.json`."""
        return [{"k": k, "wcss": wcss} for k, wcss in zip(self.k, self.wcss, strict=True)]


def find_knee(k: Sequence[int], wcss: Sequence[float]) -> Knee:
    """The knee of a falling curve (kneed), over several sensitivities.

    >>> find_knee([1, 2, 3, 4, 5, 6], [100, 60, 20, 18, 16, 14]).k
    3
    """
    at: dict[float, int | None] = {}
    for sensitivity in SENSITIVITIES:
        if len(k) < 3 or wcss[0] <= wcss[-1]:  # nothing to bend
            at[sensitivity] = None
            continue
        found = KneeLocator(k, wcss, S=sensitivity, curve="convex", direction="decreasing").knee
        at[sensitivity] = None if found is None else int(found)
    usual = at[1.0]
    return Knee(usual, at, sum(knee == usual for knee in at.values()) / len(at))


def _never_worse(X: Float32, fit: Fit, smaller: Fit) -> Fit:
    """`fit`, or where it is no better than one of fewer segments, that one with a centre at its worst-served row."""
    if fit.wcss <= smaller.wcss:
        return fit
    gaps = np.square(X - smaller.centers[smaller.labels]).sum(axis=1)
    missing = len(fit.centers) - len(smaller.centers)
    worst = np.argsort(-gaps, kind="stable")[:missing]
    with quiet_fits():
        return lloyd(X, np.vstack([smaller.centers, X[worst]]), steps=20)


def sweep(
    X: Float32, k_range: Sequence[int], *, seed: int = 0, n_starts: int = 8, progress: Progress | None = None
) -> dict[int, Fit]:
    """A good fit at each k of an ascending range that the distinct rows allow, the WCSS never rising with k."""
    distinct = distinct_rows(X, k_range[-1])
    allowed = tuple(k for k in k_range if k <= distinct)
    found = good_fits(X, allowed, n_starts=n_starts, seed=seed)
    fits: dict[int, Fit] = {}
    last: Fit | None = None
    for done, (k, fit) in enumerate(zip(allowed, found, strict=True), start=1):
        last = fits[k] = fit if last is None else _never_worse(X, fit, last)
        if progress is not None:
            progress("elbow", done, len(allowed))
    return fits


def as_curve(fits: dict[int, Fit]) -> ElbowCurve:
    """The curve of fits at ascending k."""
    k = tuple(fits)
    wcss = tuple(fit.wcss for fit in fits.values())
    return ElbowCurve(k, wcss, find_knee(k, wcss))
