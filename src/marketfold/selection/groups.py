"""Are they groups? The segments that lie furthest apart, beside those of shops without groups.

Among feature sets and numbers of segments the solution is sought whose segments are furthest apart. Fitted to the units
that it is measured by, it is further apart than it should be, and so the same search is made in shops without groups,
as large and measured alike. A segment is a group where no more than one in twenty of these shops shows any segment that
is as far apart: so the chance of calling any group where there is none is at most 5 %, however much was tried.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from marketfold.clustering import nearest, separations, ward_centers
from marketfold.errors import OrdersError, ParameterError
from marketfold.features import build_matrix
from marketfold.sampling import sample_rows
from marketfold.selection.feature_sets import select_features, take_units
from marketfold.selection.search import least_members, repeated
from marketfold.thresholds import SIGNIFICANCE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.features import FeatureMatrix
    from marketfold.schema import FeatureTable, Float32, Float64, Labels, Progress
    from marketfold.selection.null_shops import Draw, Null, NullKind

    Mask = NDArray[np.bool_]

K_APART = (3, 4, 5, 6, 7, 8)
FEWEST_TESTED, MOST_TESTED = 40, 2_000
"""Units that the test needs, and the size of the seeded sample that it is made on where there are more."""
DRAWS = (9, 20, 30)
"""Null shops of each batch, 59 in all: two of them may be as far apart as what is called a group."""
BEATEN = 4
"""No more is drawn once so many null shops show a segment as far apart as the best: it cannot be a group any more
(Besag and Clifford 1991, "Sequential Monte Carlo p-values", Biometrika 78, 301-304)."""
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
    """The segments that lie furthest apart.

    `matrix` is of the units that they were sought by, with its scales; `centers` of shape (n_segments, n_features);
    `depths` of the shallowest valley around each, shape (n_segments,).
    """

    feature_set: str
    matrix: FeatureMatrix = field(repr=False)
    centers: Float32 = field(repr=False)
    depths: Float64 = field(repr=False)

    @property
    def apart(self) -> float:
        """How far apart the segments are on the whole, 0 to 1."""
        return float(self.depths.mean())

    @property
    def separations(self) -> Float64:
        """How far apart each segment is, shape (n_segments,)."""
        return of_segments(self.depths)

    def labels(self, table: FeatureTable) -> Labels:
        """Nearest segment of each unit of a table, from 0."""
        return nearest(self.matrix.transform(table), self.centers)


@dataclass(frozen=True)
class GroupTest:
    """What the search for groups found, and what shops without groups would show.

    Attributes
    ----------
    null
        What was drawn: shops, or, of a table without orders, clouds.
    found
        The segments that were tested.
    n_units
        Units in the test; each null shop has as many.
    separations, p_values
        Of each segment, how far apart it is, 0 to 1, and the share of null shops in which any segment is as far apart.
    highest
        The furthest apart of each null shop.
    labels
        Tested segment of every unit of the whole table, from 0.
    repeats
        Whether any segment that is further apart than chance allows comes out again in resamples of the units.
    """

    null: NullKind
    found: Separated
    n_units: int
    separations: tuple[float, ...]
    p_values: tuple[float, ...]
    highest: tuple[float, ...] = field(repr=False)
    labels: Labels = field(repr=False)
    repeats: bool = True

    @property
    def k(self) -> int:
        """How many segments were tested."""
        return len(self.separations)

    @property
    def p(self) -> float:
        """Of the segment that is furthest apart: of the whole search."""
        return min(self.p_values)

    @property
    def groups(self) -> tuple[int, ...]:
        """Positions of the segments that are further apart than chance allows; none where none of them comes again."""
        return tuple(position for position, p in enumerate(self.p_values) if self.repeats and p <= SIGNIFICANCE)


def choosing_half(n_units: int, seed: int) -> Mask:
    """Which units choose, a seeded half of them; the others say what the choice is worth.

    >>> int(choosing_half(5, seed=0).sum())
    2
    """
    return np.random.default_rng([seed, 12]).permutation(n_units) < n_units // 2


def of_segments(depths: Float64) -> Float64:
    """How far apart each segment is, 0 to 1: the depth of its own valley, and no more than the mean of all segments.

    A few units off the crowd show one deep valley by chance; that every segment has one, chance seldom does.

    >>> of_segments(np.array([0.9, 0.0, 0.0])), of_segments(np.array([0.8, 0.6, 0.7]))
    (array([0.3, 0. , 0. ]), array([0.7, 0.6, 0.7]))
    """
    found: Float64 = np.minimum(depths, depths.mean())
    return found


def _tried(table: FeatureTable, options: SeekOptions) -> Iterator[Separated]:
    """Each feature set at each number of segments that leaves none of them too small."""
    for name in options.feature_sets:
        with suppress(OrdersError, ParameterError):  # in a null shop nothing may tell the units apart
            matrix = build_matrix(select_features(table, name), geography=options.geography)
            for centers in ward_centers(matrix.values, options.k_tried).values():
                depths, sizes = separations(matrix.values, centers)
                if sizes.min() >= least_members(len(table)):
                    yield Separated(name, matrix, centers, depths)


def find_separated(table: FeatureTable, options: SeekOptions) -> Separated | None:
    """Of what is nearly as far apart as can be, the solution with most segments; None where there is none."""
    tried = list(_tried(table, options))
    if not tried:
        return None
    furthest = max(one.apart for one in tried)
    return max(
        (one for one in tried if one.apart >= furthest - NEARLY_BEST), key=lambda one: (len(one.centers), one.apart)
    )


def _furthest(table: FeatureTable, options: SeekOptions) -> float:
    """The segment that is furthest apart where the same search is made in a null shop."""
    found = find_separated(table, options)
    return 0.0 if found is None else float(found.separations.max())


def _draw_until_beaten(
    draw: Draw, best: float, options: SeekOptions, rng: Generator, progress: Progress | None
) -> list[float]:
    """Furthest segment of each null shop, until enough are drawn or the best one of the data is beaten too often."""
    highest: list[float] = []
    for batch in DRAWS:
        for table in draw(batch, rng):
            highest.append(_furthest(table, options))
            if progress is not None:
                progress("null_shops", len(highest), sum(DRAWS))
            if sum(one >= best for one in highest) >= BEATEN:
                return highest
    return highest


def p_values_of(own: Float64, highest: Sequence[float]) -> Float64:
    """Share of null shops with any segment as far apart as each, shape (n_segments,).

    >>> p_values_of(np.array([0.9, 0.2]), [0.1, 0.3, 0.1, 0.1])
    array([0.2, 0.4])
    """
    beaten = (np.array(highest)[:, None] >= own).sum(axis=0)
    if len(highest) < sum(DRAWS) and beaten.min() >= BEATEN:  # stopped
        stopped: Float64 = beaten / len(highest)
        return stopped
    p: Float64 = (1 + beaten) / (1 + len(highest))
    return p


def _comes_again(found: Separated, apart: Mask, seed: int) -> bool:
    """Whether any of the segments that are far apart comes out again in resamples."""
    if not apart.any():
        return False
    again = repeated(found.matrix.values, {len(apart): found.centers}, seed)[len(apart)]
    return bool((again[apart] >= STABLE).any())


def seek_groups(
    table: FeatureTable, null: Null, options: SeekOptions, seed: int, progress: Progress | None = None
) -> GroupTest | None:
    """Look for the segments that are furthest apart, and for the same in shops without groups.

    None where there are too few units to tell, or no number of segments gives segments that are large enough.
    """
    rows = sample_rows(len(table), MOST_TESTED, seed)
    if len(rows) < FEWEST_TESTED:
        return None
    rng, tested = np.random.default_rng([seed, 13]), take_units(table, rows)
    with threadpool_limits(1):  # threads that wait for one another cost more than they bring
        found = find_separated(tested, options)
        if found is None:
            return None
        own = found.separations
        highest = _draw_until_beaten(null.fit(tested), float(own.max()), options, rng, progress)
        p = p_values_of(own, highest)
        repeats = _comes_again(found, p <= SIGNIFICANCE, seed)
    return GroupTest(
        null=null.kind,
        found=found,
        n_units=len(rows),
        separations=tuple(own.tolist()),
        p_values=tuple(p.tolist()),
        highest=tuple(highest),
        labels=found.labels(table),
        repeats=repeats,
    )
