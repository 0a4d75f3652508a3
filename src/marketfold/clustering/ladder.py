"""K-means at every k on many rows: starts compete on few, the best few on more, the winner settles on all.

What a start is worth shows on a small sample; which of the good ones is best, on a larger; the exact place of the
centres, on all rows. Every step is scikit-learn's K-means from given centres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from marketfold.clustering.fitting import Fit, lloyd, merged, quiet_fits, sample_rows, split, starting_centers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marketfold.schema import Float32

FEW_ROWS, MORE_ROWS = 6_000, 40_000
FINALISTS = 2
LAST_STEPS = 15

Pool = dict[int, list[Fit]]


def _each(sample: Float32, centers: Iterable[Float32], steps: int, tol: float) -> list[Fit]:
    """Fits from several sets of centres, best first; side by side, for one thread each is what a sample can use."""
    jobs = (delayed(lloyd)(sample, one, steps=steps, tol=tol) for one in centers)
    return sorted(Parallel(n_jobs=-1, prefer="threads")(jobs), key=lambda fit: fit.wcss)


def _finalists(fits: list[Fit]) -> list[Fit]:
    """The best few that are not the same solution again."""
    kept: list[Fit] = []
    for fit in fits:
        if len(kept) < FINALISTS and all(abs(fit.wcss / one.wcss - 1) > 1e-4 for one in kept if one.wcss > 0):
            kept.append(fit)
    return kept


def _from_neighbours(sample: Float32, pool: Pool, k: int, seed: int) -> list[Float32]:
    """Centres that the best solutions of one segment less and one more suggest."""
    centers = []
    if k - 1 in pool:
        centers.append(split(sample, pool[k - 1][0], seed))
    if k + 1 in pool:
        centers.append(merged(pool[k + 1][0]))
    return centers


def _compete(sample: Float32, k_range: Sequence[int], n_starts: int, seed: int) -> Pool:
    """Solutions of a small sample at each k, best first."""
    starts = [starting_centers(sample, k_range[-1], seed + start) for start in range(n_starts)]
    pool = {k: _each(sample, [start[:k] for start in (starts if k > 1 else starts[:1])], 60, 1e-3) for k in k_range}
    return {k: _improve(sample, pool, k, seed, 60, 1e-3) for k in k_range}


def _improve(sample: Float32, pool: Pool, k: int, seed: int, steps: int, tol: float) -> list[Fit]:
    fresh = _each(sample, _from_neighbours(sample, pool, k, seed), steps, tol)
    return sorted([*pool[k], *fresh], key=lambda fit: fit.wcss)


def climb(X: Float32, k_range: Sequence[int], *, n_starts: int, seed: int) -> dict[int, Float32]:
    """Centres at each k of an ascending range, good on a sample of 40,000 rows and to be settled on all."""
    few, more = sample_rows(X, FEW_ROWS, seed), sample_rows(X, MORE_ROWS, seed + 1)
    with quiet_fits(threads=1):
        pool = _compete(few, k_range, n_starts, seed)
        pool = {k: _each(more, [fit.centers for fit in _finalists(fits)], 40, 1e-4) for k, fits in pool.items()}
        for k in reversed(k_range):
            pool[k] = _improve(more, pool, k, seed, 40, 1e-4)[:FINALISTS]
    return {k: fits[0].centers for k, fits in pool.items()}


def settle(X: Float32, centers: Float32, steps: int = LAST_STEPS) -> Fit:
    """The last Lloyd steps, on all rows and all threads."""
    with quiet_fits():
        return lloyd(X, centers, steps=steps, tol=0.0)
