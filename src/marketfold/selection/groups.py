"""Are they groups? Segments that half of the customers suggest, tested on the other half, beside shops without groups.

One half of the units chooses a feature set and a number of segments, by how far apart the segments are; the other half,
which no choice has seen, says how far apart they are. Then the whole of it, halves and choice included, is done again
in shops without groups. A segment is a group where no more than one in twenty of these shops shows any segment that is
as far apart: so the chance of calling any group where there is none is at most 5 %, however much was tried.
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
from marketfold.selection.search import repeated
from marketfold.thresholds import FEWEST_MEMBERS, SIGNIFICANCE, SMALLEST_SHARE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.features import FeatureMatrix
    from marketfold.schema import FeatureTable, Float64, Labels, Progress
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
QUARTERS = 4


@dataclass(frozen=True)
class SeekOptions:
    """Among which feature sets and numbers of segments groups are sought, and whether places may shape them."""

    feature_sets: tuple[str, ...]
    k_tried: tuple[int, ...] = K_APART
    geography: bool = False


@dataclass(frozen=True)
class Separated:
    """The segments that one half suggests.

    `matrix` is of that half, with its scales; `centers` of shape (n_segments, n_features).
    """

    feature_set: str
    matrix: FeatureMatrix = field(repr=False)
    centers: NDArray[np.float32] = field(repr=False)

    def separations(self, table: FeatureTable) -> Float64:
        """How far apart the segments are by the units of a table, shape (n_segments,)."""
        return of_segments(separations(self.matrix.transform(table), self.centers)[0])

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
        Units in the test, half of which chose; each null shop has as many.
    separations, p_values
        Of each segment, how far apart it is by the half that did not choose, 0 to 1, and the share of null shops in
        which any segment is as far apart.
    highest
        The furthest apart of each null shop.
    labels
        Tested segment of every unit of the whole table, from 0.
    repeats
        Whether any segment that is further apart than chance allows comes out again in the half that chose.
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


def of_solution(depths: Float64) -> float:
    """How far apart the segments of a solution are, 0 to 1: the mean of its two shallowest valleys."""
    return float(np.sort(depths)[:2].mean())


def of_segments(depths: Float64) -> Float64:
    """How far apart each segment is, 0 to 1: its own valley, and how far apart the whole solution is, count half each.

    A few units off the crowd show one deep valley by chance; that every segment has one, chance seldom does.

    >>> of_segments(np.array([0.8, 0.0, 0.0])), of_segments(np.array([0.8, 0.6, 0.6]))
    (array([0.4, 0. , 0. ]), array([0.7, 0.6, 0.6]))
    """
    return (depths + of_solution(depths)) / 2


def _tried(matrix: FeatureMatrix, options: SeekOptions, rng: Generator) -> Iterator[tuple[float, int]]:
    """How far apart the segments are at each number of them: centres from one quarter, valleys on the other."""
    X = matrix.values
    place = rng.permutation(len(X))
    quarters = X[place[::2]], X[place[1::2]]
    fits = [ward_centers(one, options.k_tried) for one in quarters]
    least = max(2.0, FEWEST_MEMBERS / QUARTERS, SMALLEST_SHARE * len(X) / 2)
    for k in options.k_tried:
        if all(k in fit for fit in fits):
            found = [separations(shown, fit[k]) for fit, shown in zip(fits, reversed(quarters), strict=True)]
            if min(sizes.min() for _, sizes in found) >= least:
                yield float(np.mean([of_solution(depths) for depths, _ in found])), k


def find_separated(table: FeatureTable, options: SeekOptions, rng: Generator) -> Separated | None:
    """The feature set and number whose segments are furthest apart by these units alone; None where there are none."""
    tried = []
    for name in options.feature_sets:
        with suppress(OrdersError, ParameterError):  # among half of the units nothing may tell them apart
            matrix = build_matrix(select_features(table, name), geography=options.geography)
            tried += [(apart, k, name, matrix) for apart, k in _tried(matrix, options, rng)]
    if not tried:
        return None
    furthest = max(apart for apart, *_ in tried)
    near = [one for one in tried if one[0] >= furthest - NEARLY_BEST]
    _, k, name, matrix = max(near, key=lambda one: (one[1], one[0]))
    centers = ward_centers(matrix.values, (k,)).get(k)
    return None if centers is None else Separated(name, matrix, centers)


def _furthest(table: FeatureTable, options: SeekOptions, rng: Generator) -> float:
    """The same procedure in a null shop, halves and choice included: its segment that is furthest apart."""
    chooses = rng.permutation(len(table)) < len(table) // 2
    found = find_separated(take_units(table, np.flatnonzero(chooses)), options, rng)
    return 0.0 if found is None else float(found.separations(take_units(table, np.flatnonzero(~chooses))).max())


def _draw_until_beaten(
    draw: Draw, best: float, options: SeekOptions, rng: Generator, progress: Progress | None
) -> list[float]:
    """Furthest segment of each null shop, until enough are drawn or the best one of the data is beaten too often."""
    highest: list[float] = []
    for batch in DRAWS:
        for table in draw(batch, rng):
            highest.append(_furthest(table, options, rng))
            if progress is not None:
                progress("shops without groups", len(highest), sum(DRAWS))
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
    """Whether any of the segments that are far apart comes out again in the half that chose."""
    if not apart.any():
        return False
    again = repeated(found.matrix.values, {len(apart): found.centers}, seed)[len(apart)]
    return bool((again[apart] >= STABLE).any())


def seek_groups(
    table: FeatureTable, null: Null, options: SeekOptions, seed: int, progress: Progress | None = None
) -> GroupTest | None:
    """Look for groups with half of the units, test them on the other half, and draw shops without groups beside.

    None where there are too few units to tell, or no number of segments gives segments that are large enough.
    """
    chooses = choosing_half(len(table), seed)
    rows = sample_rows(len(table), MOST_TESTED, seed)
    if len(rows) < FEWEST_TESTED:
        return None
    rng = np.random.default_rng([seed, 13])
    with threadpool_limits(1):  # threads that wait for one another cost more than they bring
        found = find_separated(take_units(table, rows[chooses[rows]]), options, rng)
        if found is None:
            return None
        own = found.separations(take_units(table, rows[~chooses[rows]]))
        draw = null.fit(take_units(table, rows))
        highest = _draw_until_beaten(draw, float(own.max()), options, rng, progress)
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
