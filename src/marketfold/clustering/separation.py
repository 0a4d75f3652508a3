"""How far apart segments are: the valley of density between each and its neighbours.

A slice of one crowd borders on the next slice, and between the two there are as many units as in either; a group has a
valley around it. Units of two segments are projected on the line between the two centres, and the depth of the lowest
point of their density between the two medians is measured. Ray and Lindsay (2005), "The topography of multivariate
normal mixtures", *Annals of Statistics* 33, ask the same of a mixture along its ridge; here it is a kernel density.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.covariance import ledoit_wolf

from marketfold.clustering.validity import nearest
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32, Float64, Labels

    Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]

JOINED_ROWS = 1_000
"""Ward's method joins so many rows at most; the centres then settle on all."""
LLOYD_STEPS = 8
BANDWIDTH = 0.15
"""Of the kernel, in distances between the two centres: 0.3 of half the way."""
FOLDS = 5
BINS, FROM, TO = 240, -1.0, 2.0
"""The line on which units are counted, in distances between the centres: the one is at 0, the other at 1."""
PSEUDO_UNITS = 2.0
"""Added to the density at valley and peak, in units under the kernel: a handful of units shows no deep valley."""
_STEP = (TO - FROM) / BINS
_MIDDLES = FROM + _STEP * (np.arange(BINS) + 0.5)
_KERNEL = np.exp(-0.5 * np.square((_MIDDLES[:, None] - _MIDDLES) / BANDWIDTH)).astype(np.float32)


def _means(X: Float32, labels: Labels | NDArray[np.intp], centers: Float32) -> Float32:
    """Mean of the rows of each segment; a segment without rows keeps its centre."""
    member = np.zeros((len(centers), len(X)), np.float32)
    member[labels, np.arange(len(X))] = 1.0
    sizes = member.sum(axis=1)[:, None]
    means: Float32 = np.where(sizes > 0, (member @ X) / np.maximum(sizes, 1.0), centers)
    return means


def ward_centers(X: Float32, k_range: Sequence[int], *, seed: int = 0) -> dict[int, Float32]:
    """Centres at each k that the distinct rows allow: Ward's tree, cut, then a few steps of Lloyd's.

    One tree serves every k, and nothing is random on few rows: so a search can be repeated a thousand times.
    """
    few = X[sample_rows(len(X), JOINED_ROWS, seed)]
    if len(few) < 2:
        return {}
    tree, found = linkage(few, "ward"), {}
    for k in k_range:
        labels = fcluster(tree, k, "maxclust") - 1
        if labels.max() + 1 == k:
            centers = _means(few, labels, np.zeros((k, X.shape[1]), np.float32))
            for _ in range(LLOYD_STEPS):
                before, centers = centers, _means(X, nearest(X, centers), centers)
                if np.allclose(before, centers, atol=1e-4):
                    break
            found[k] = centers
    return found


def _counted(along: Float32 | Float64, labels: Labels, pairs: Pairs) -> NDArray[np.int64]:
    """Units of both segments of each pair along their line, shape (n_pairs, 2, BINS); `along` of (n_units, n_pairs)."""
    i, j = pairs
    row, pair = np.nonzero((labels[:, None] == i) | (labels[:, None] == j))
    cell = np.clip(((along[row, pair] - FROM) / _STEP).astype(np.intp), 0, BINS - 1)
    place = (2 * pair + (labels[row] == j[pair])) * BINS + cell
    return np.bincount(place, minlength=2 * len(i) * BINS).reshape(len(i), 2, BINS)


def _along(X: Float32, centers: Float32, pairs: Pairs, ways: Float32 | Float64) -> Float32 | Float64:
    """Where each unit lies on the way of each pair: 0 at the centre of the one, 1 at that of the other."""
    i, j = pairs
    lengths = np.maximum(((centers[j] - centers[i]) * ways).sum(axis=1), np.finfo(np.float32).tiny)
    placed: Float32 | Float64 = (X @ ways.T - (ways * centers[i]).sum(axis=1)) / lengths
    return placed


def _shallowest(units: NDArray[np.int64], pairs: Pairs, sizes: NDArray[np.int64]) -> Float64:
    """Depth of the shallowest valley around each segment, by the units of each pair along its line."""
    i, j = pairs
    counted = units.cumsum(axis=2)
    middle = (2 * counted < counted[:, :, -1:]).sum(axis=2).clip(max=BINS - 1)
    density = units.sum(axis=1).astype(np.float32) @ _KERNEL
    cells, which = np.arange(BINS), np.arange(len(i))
    between = (cells >= middle[:, :1]) & (cells <= middle[:, 1:])
    lowest = np.where(between, density, np.inf).min(axis=1)
    peak = np.minimum(density[which, middle[:, 0]], density[which, middle[:, 1]])
    there = between.any(axis=1)
    depth = np.where(there, 1 - (np.where(there, lowest, 0) + PSEUDO_UNITS) / (peak + PSEUDO_UNITS), 0.0)
    known = (sizes[i] > 0) & (sizes[j] > 0)
    n_segments = len(sizes)
    valleys = np.full((n_segments, n_segments), np.inf)
    valleys[i, j] = valleys[j, i] = np.where(known, np.maximum(depth, 0.0), np.inf)
    shallowest = valleys.min(axis=1) if n_segments > 1 else np.zeros(n_segments)
    return np.where(np.isfinite(shallowest) & (sizes > 0), shallowest, 0.0)


def separations(X: Float32, centers: Float32) -> tuple[Float64, NDArray[np.int64]]:
    """Depth of the shallowest valley around each segment, 0 (none) to 1 (empty), and its units; of shape (n_segments,).

    `X` is of shape (n_units, n_dimensions). By the units that centres were fitted to, segments are further apart than
    they should be: hold them against data without groups that were fitted and measured alike.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 2)).astype(np.float32)
    >>> X[:200, 0] += 9
    >>> depths, sizes = separations(X, np.array([[9, 0], [0, -1], [0, 1]], np.float32))
    >>> depths.round(1).tolist(), sizes.tolist()[0]
    ([0.9, 0.0, 0.0], 200)
    """
    labels, pairs = nearest(X, centers), np.triu_indices(len(centers), 1)
    sizes = np.bincount(labels, minlength=len(centers))
    along = _along(X, centers, pairs, centers[pairs[1]] - centers[pairs[0]])
    return _shallowest(_counted(along, labels, pairs), pairs, sizes), sizes


def discriminant_valleys(X: Float32, labels: Labels) -> Float64:
    """Depth of the shallowest valley around each segment by all of `X`, along the lines that tell its pairs best apart.

    The lines are Fisher's linear discriminants, with the covariances within segments shrunken as by Ledoit and Wolf
    (2004), "A well-conditioned estimator for large-dimensional covariance matrices", *Journal of Multivariate
    Analysis* 88. Each is fitted to four fifths of the units and counts the others, so that it says nothing of those
    that it was fitted to; the segments themselves may have seen all of them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 2)).astype(np.float32)
    >>> X[:200, 0] += 9
    >>> discriminant_valleys(X, np.r_[np.zeros(200), 1 + (X[200:, 1] > 0)].astype(np.int32)).round(1).tolist()
    [0.9, 0.0, 0.0]
    """
    sizes = np.bincount(labels)
    pairs = np.triu_indices(len(sizes), 1)
    part = np.random.default_rng(0).permutation(len(X)) % FOLDS
    units = np.zeros((len(pairs[0]), 2, BINS), np.int64)
    for one in range(FOLDS):
        fitted = part != one
        centers = _means(X[fitted], labels[fitted], np.zeros((len(sizes), X.shape[1]), np.float32))
        within = ledoit_wolf(X[fitted] - centers[labels[fitted]], assume_centered=True)[0]
        ways = (centers[pairs[1]] - centers[pairs[0]]) @ np.linalg.pinv(within, hermitian=True)
        units += _counted(_along(X[~fitted], centers, pairs, ways), labels[~fitted], pairs)
    return _shallowest(units, pairs, sizes)
