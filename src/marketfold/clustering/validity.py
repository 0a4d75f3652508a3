"""Internal validity indices at each k, on the data and on data without groups.

They are our own, to six digits scikit-learn's, because a run asks them hundreds of times: here a fit has its
centres and its WCSS already, distances are measured once for all k, and labels are known to count from 0. On 92 rows of
20 columns Calinski-Harabasz takes 1.5 microseconds (scikit-learn's 425) and Davies-Bouldin 170 (3,900).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics.pairwise import euclidean_distances

from marketfold.clustering.fitting import Fit, best_of, distinct_rows, starting_centers
from marketfold.clustering.labels import adjusted_rand
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.clustering.null_references import NullReference
    from marketfold.schema import Float32, Float64, Labels

    Index = Callable[[Float32, dict[int, Fit]], Float64]
    Solve = Callable[[Float32, Sequence[int], list[int]], dict[int, Labels]]

SILHOUETTE_ROWS = 2_000
BAND_ROWS = 500
"""Rows of the silhouette on reference data: the band is wide enough not to need more."""


@terse
@dataclass(frozen=True)
class ValidityIndex:
    """What one index says at each k, ascending, on the data and on reference data without groups.

    Attributes
    ----------
    low, high
        Band of the index on column-shuffled data, at each k; empty where there is none.
    cloud_low, cloud_high
        Band of the index on one cloud with the same columns and correlations; empty where there is none.
    error
        Standard error of each value; empty where the index is not an estimate.
    prefers
        The k that it prefers among those that were allowed; None where it prefers none.
    """

    name: str
    label: str
    k: tuple[int, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    cloud_low: tuple[float, ...] = ()
    cloud_high: tuple[float, ...] = ()
    error: tuple[float, ...] = ()
    prefers: int | None = None
    higher_is_better: bool = True

    def at(self, k: int) -> float:
        """The index at one k."""
        return self.values[self.k.index(k)]

    @property
    def best_k(self) -> int:
        """The k at which it is best, allowed or not."""
        signed = np.array(self.values) if self.higher_is_better else -np.array(self.values)
        return self.k[int(np.nanargmax(signed))]


def _silhouette_of(distances: Float32, labels: Labels) -> Float64:
    """Silhouette of each row (Rousseeuw 1987) from distances between all of them; 0 for a segment of one."""
    n_segments = int(labels.max()) + 1
    member = np.zeros((len(labels), n_segments), np.float32)
    member[np.arange(len(labels)), labels] = 1.0
    sums, sizes = (distances @ member).astype(np.float64), member.sum(axis=0)
    rows = np.arange(len(labels))
    inside = sums[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    means[rows, labels] = np.inf
    outside = means.min(axis=1)
    widest = np.maximum(inside, outside)
    known = (sizes[labels] > 1) & np.isfinite(outside) & (widest > 0)
    return np.where(known, (outside - inside) / np.where(known, widest, 1.0), 0.0)


def silhouettes(X: Float32, fits: dict[int, Fit], rows: int = SILHOUETTE_ROWS) -> tuple[Float64, Float64]:
    """Mean silhouette at each k over the first `rows` rows, and its standard error; each of shape (n_k,).

    Distances are kept for those rows only, never for all pairs of a large table. Where all rows are used the error is
    that of the units as a sample of customers.
    """
    distances: Float32 = euclidean_distances(X[:rows])
    each = np.array([_silhouette_of(distances, fit.labels[:rows]) for fit in fits.values()])
    return each.mean(axis=1), each.std(axis=1) / np.sqrt(each.shape[1])


def calinski_harabasz(X: Float32, fits: dict[int, Fit]) -> Float64:
    """Between against within variance (Calinski and Harabasz 1974) at each k from 2, shape (n_k,)."""
    total = float(np.square(X - X.mean(axis=0, dtype=np.float64)).sum())
    k = np.array(list(fits), dtype=np.float64)
    wcss = np.maximum([fit.wcss for fit in fits.values()], total * 1e-12)
    return (total - wcss) / np.maximum(k - 1, 1) / (wcss / np.maximum(len(X) - k, 1))


def davies_bouldin(X: Float32, fits: dict[int, Fit]) -> Float64:
    """Mean overlap of each segment with its nearest (Davies and Bouldin 1979) at each k from 2, shape (n_k,)."""
    return np.array([_davies_bouldin(X, fit) for fit in fits.values()])


def _davies_bouldin(X: Float32, fit: Fit) -> float:
    own = np.sqrt(np.square(X - fit.centers[fit.labels]).sum(axis=1, dtype=np.float64))
    sizes = np.bincount(fit.labels, minlength=len(fit.centers))
    width = np.bincount(fit.labels, weights=own, minlength=len(fit.centers)) / np.maximum(sizes, 1)
    gaps = euclidean_distances(fit.centers.astype(np.float64))
    np.fill_diagonal(gaps, np.inf)
    overlap = (width[:, None] + width) / np.maximum(gaps, np.finfo(np.float64).tiny)
    return float(overlap.max(axis=1).mean())


def nearest(X: Float32, centers: Float32) -> Labels:
    """Nearest centre of each row, shape (n_units,)."""
    found: Labels = np.argmax(X @ centers.T - 0.5 * np.square(centers).sum(axis=1), axis=1).astype(np.int32)
    return found


def resample_agreement(
    X: Float32, k_range: Sequence[int], *, resamples: int, seed: int, solve: Solve | None = None
) -> Float64:
    """Mean adjusted Rand index of solutions from fresh bootstrap samples, next to next, at each k; shape (n_k,).

    Each sample has three k-means++ starts of its own at each k, never the centres of the solution to be judged;
    or as `solve` does it.
    """
    solutions = [(solve or solutions_anew)(X, k_range, [seed, one]) for one in range(resamples)]
    following = solutions[1:] + solutions[:1]
    return np.array(
        [
            np.mean([adjusted_rand(one[k], other[k]) for one, other in zip(solutions, following, strict=True)])
            for k in k_range
        ]
    )


def solutions_anew(X: Float32, k_range: Sequence[int], seed: list[int]) -> dict[int, Labels]:
    """Segment of every row at each k, by K-means on one bootstrap sample of them, each of shape (n_units,)."""
    rng = np.random.default_rng(seed)
    sample = X[rng.integers(len(X), size=len(X))]
    most = distinct_rows(sample, max(k_range))
    starts = starting_centers(sample, min(max(k_range), most), rng.integers(2**31, size=3).tolist())
    return {k: nearest(X, best_of(sample, starts[:, :k], steps=50, tol=1e-3).centers) for k in k_range}


def band(values: Sequence[Float64] | Float64) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lowest and highest at each k over several draws."""
    table = np.array(values)
    return tuple(table.min(axis=0).tolist()), tuple(table.max(axis=0).tolist())


def _band_of(
    index: Index, reference: NullReference, k_range: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Band of an index over the draws of a null reference."""
    pairs = zip(reference.tables, reference.fits, strict=True)
    return band([index(table, {k: fits[k] for k in k_range}) for table, fits in pairs])


def _silhouette_band(X: Float32, fits: dict[int, Fit]) -> Float64:
    return silhouettes(X, fits, BAND_ROWS)[0]


def best_allowed(values: Float64, k: Sequence[int], k_min: int, *, highest: bool = True) -> int | None:
    """The allowed k with the best value; the smallest of equals."""
    allowed = [(place, one) for place, one in enumerate(k) if one >= k_min]
    if not allowed:
        return None
    signed = values if highest else -values
    return max(allowed, key=lambda pair: (signed[pair[0]], -pair[1]))[1]


def geometry(X: Float32, fits: dict[int, Fit], references: dict[str, NullReference], k_min: int) -> list[ValidityIndex]:
    """Silhouette, Calinski-Harabasz and Davies-Bouldin at each k from 2, with their bands."""
    k = tuple(fits)
    geometry = (
        ("silhouette", "Silhouette", silhouettes(X, fits), _silhouette_band, True),
        ("calinski_harabasz", "Calinski-Harabasz", (calinski_harabasz(X, fits), None), calinski_harabasz, True),
        ("davies_bouldin", "Davies-Bouldin", (davies_bouldin(X, fits), None), davies_bouldin, False),
    )
    found = []
    for name, label, (values, error), index, highest in geometry:
        bands = *_band_of(index, references["shuffled"], k), *_band_of(index, references["cloud"], k)
        prefers = best_allowed(values, k, k_min, highest=highest)
        error_at_k = () if error is None else tuple(error.tolist())
        found.append(ValidityIndex(name, label, k, tuple(values.tolist()), *bands, error_at_k, prefers, highest))
    return found


def gap_rule(gap: Float64, error: Float64, k_range: Sequence[int]) -> int | None:
    """The smallest k whose gap is within one error of the next (Tibshirani, Walther and Hastie 2001).

    >>> gap_rule(np.array([0.1, 0.2, 0.9, 0.85]), np.array([0.02] * 4), [1, 2, 3, 4])
    3
    """
    for place in range(len(k_range) - 1):
        if gap[place] >= gap[place + 1] - error[place + 1]:
            return k_range[place]
    return None
