"""Solutions among which groups are sought: how far apart their segments lie, and which of them tells most apart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import discriminant_valleys, nearest, separations, ward_centers
from marketfold.errors import OrdersError, ParameterError
from marketfold.features import build_matrix
from marketfold.selection.feature_sets import select_features
from marketfold.selection.search import least_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.features import FeatureMatrix
    from marketfold.schema import Float32, Float64, Labels
    from marketfold.units import FeatureTable

K_APART = tuple(range(3, 9))
NEARLY_BEST = 0.1
"""Solutions that are no further below the best are as good; of these the one with most segments is taken, for two
groups in one segment lie far from the others, too."""


@dataclass(frozen=True)
class SeekOptions:
    """Among which feature sets and numbers of segments groups are sought, and whether places may shape them."""

    feature_sets: tuple[str, ...]
    k_tried: tuple[int, ...] = K_APART
    geography: bool = False


@dataclass(frozen=True)
class Separated:
    """Segments by one feature set, and how far apart they lie.

    `matrix` is of the units that they were sought by, with its scales; `centers` of shape (n_segments, n_features);
    `depths` of the shallowest valley around each, shape (n_segments,).
    """

    feature_set: str
    matrix: FeatureMatrix = field(repr=False)
    centers: Float32 = field(repr=False)
    depths: Float64 = field(repr=False)

    @property
    def kind(self) -> tuple[str, int]:
        """Its feature set and number of segments: what the like of it is in another shop."""
        return self.feature_set, len(self.centers)

    @property
    def apart(self) -> float:
        """How far apart the segments are on the whole, 0 to 1."""
        return float(self.depths.mean())

    @property
    def separations(self) -> Float64:
        """How far apart each segment is, shape (n_segments,)."""
        return of_segments(self.depths)

    @property
    def sought(self) -> Labels:
        """Nearest segment of each unit that they were sought by, from 0."""
        return nearest(self.matrix.values, self.centers)

    def labels(self, table: FeatureTable) -> Labels:
        """Nearest segment of each unit of a table, from 0."""
        return nearest(self.matrix.transform(table), self.centers)


def of_segments(depths: Float64) -> Float64:
    """How far apart each segment is, 0 to 1: the depth of its own valley, and no more than the mean of all segments.

    A few units off the crowd show one deep valley by chance; that every segment has one, chance seldom does.

    >>> of_segments(np.array([0.9, 0.0, 0.0])), of_segments(np.array([0.8, 0.6, 0.7]))
    (array([0.3, 0. , 0. ]), array([0.7, 0.6, 0.7]))
    """
    found: Float64 = np.minimum(depths, depths.mean())
    return found


def all_separated(table: FeatureTable, options: SeekOptions) -> Iterator[Separated]:
    """Each feature set at each number of segments that leaves none of them too small."""
    for name in options.feature_sets:
        with suppress(OrdersError, ParameterError):  # in a null shop nothing may tell the units apart
            matrix = build_matrix(select_features(table, name), geography=options.geography)
            for centers in ward_centers(matrix.values, options.k_tried).values():
                depths, sizes = separations(matrix.values, centers)
                if sizes.min() >= least_members(len(table)):
                    yield Separated(name, matrix, centers, depths)


def furthest_apart(tried: Sequence[Separated]) -> Separated | None:
    """Of what is nearly as far apart as can be, the solution with most segments; None where nothing was tried."""
    furthest = max((one.apart for one in tried), default=0.0)
    near = (one for one in tried if one.apart >= furthest - NEARLY_BEST)
    return max(near, key=lambda one: (len(one.centers), one.apart), default=None)


def as_unions(groups: NDArray[np.float32], others: NDArray[np.float32]) -> Float64:
    """Jaccard of each of `others` with the groups that lie mostly within it, put together; shape (n_others,).

    Both have a column for each group that is 1 for its units.

    >>> halves = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    >>> as_unions(halves, np.array([[1, 1], [1, 0], [1, 1], [1, 0]], np.float32))
    array([1., 0.])
    """
    shared, sizes = groups.T @ others, groups.sum(axis=0)[:, None]
    within = 2 * shared > sizes
    both = (shared * within).sum(axis=0)
    either = (sizes * within).sum(axis=0) + others.sum(axis=0) - both
    found: Float64 = both / np.maximum(either, 1).astype(np.float64)
    return found


def telling_most(tried: Sequence[Separated], weights: Sequence[Float64], places: Sequence[int]) -> int:
    """Of some `places` that of the solution from whose groups those of all solutions can best be put together.

    `weights` has one of each segment of each solution, 0 of what is no group. Two groups in one segment lie far from
    the others, too, and by some features more so than each by itself; but from such a segment the groups that other
    features tell apart cannot be put together, whereas it can be from them. A group that is cut in two tells no less;
    but by all features there is no valley between its parts. So what is told counts times the valleys around the
    segments of a solution, as the length of a vector of them: a few deep ones weigh more than many shallow ones.
    """
    members = [
        np.eye(len(one.centers), dtype=np.float32)[one.sought][:, weight > 0]
        for one, weight in zip(tried, weights, strict=True)
    ]
    everything, counts = np.concatenate(members, axis=1), np.concatenate(weights)
    widest = max((one.matrix.values for one in tried), key=lambda X: X.shape[1])

    def told(place: int) -> float:
        valleys = discriminant_valleys(widest, tried[place].sought)
        return float(as_unions(members[place], everything) @ counts[counts > 0]) * float(np.linalg.norm(valleys))

    return max(places, key=told)
