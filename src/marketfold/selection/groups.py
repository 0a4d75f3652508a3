"""Are they groups? Segments that lie apart by any features, beside those of shops without groups.

By each feature set and at each number of segments it is measured how far apart the segments lie. Fitted to the units
that it is measured by, they are further apart than they should be, and by some features more than by others; so the
same is done in shops without groups, as large and measured alike. A segment is a group where no more than one in twenty
of these shops shows any segment, by any features and at any number, that is as far beyond what is usual there (the
single-step maximum of Westfall and Young 1993, "Resampling-Based Multiple Testing"): so the chance of calling any group
where there is none is at most 5 %, and which of all solutions is taken is free to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from marketfold.sampling import sample_rows
from marketfold.selection.feature_sets import take_units
from marketfold.selection.search import repeated
from marketfold.selection.separated import all_separated, telling_most
from marketfold.thresholds import SIGNIFICANCE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable, Float64, Labels, Progress
    from marketfold.selection.null_shops import Draw, Null, NullKind
    from marketfold.selection.separated import SeekOptions, Separated

    Mask = NDArray[np.bool_]
    Furthest = dict[tuple[str, int], float]

FEWEST_TESTED, MOST_TESTED = 40, 2_000
"""Units that the test needs, and the size of the seeded sample that it is made on where there are more."""
DRAWS = (9, 20, 30)
"""Null shops of each batch, 59 in all: two of them may be as far apart as what is called a group."""
BEATEN = 4
"""No more is drawn once so many null shops show a segment as far apart as the best: it cannot be a group any more
(Besag and Clifford 1991, "Sequential Monte Carlo p-values", Biometrika 78, 301-304)."""
USUAL = 0.75
"""Quantile, over null shops and the data, of how far apart the furthest segment is by a feature set and at a number: so
far it is usual. Without it the features by which slices look deepest would set the level for all."""


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
        Of each segment, how far apart it is, 0 to 1, and the share of null shops in which any segment is as far apart,
        for the features and the number that it is found by.
    highest
        How far apart a segment would be by the features and at the number of `found`, were it as far beyond what is
        usual as the furthest of each null shop is where that was found.
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


def _furthest(tried: Iterable[Separated]) -> Furthest:
    """The segment that is furthest apart by each feature set and at each number of segments."""
    return {one.kind: float(one.separations.max()) for one in tried}


def beyond_usual(own: Furthest, drawn: Sequence[Furthest]) -> tuple[Furthest, Float64]:
    """What is usual by each feature set and number, and how far each null shop, and last the data, is at most beyond.

    >>> usual, beyond = beyond_usual({("value", 3): 0.9}, [{("value", 3): 0.1}, {("value", 3): 0.2}, {}])
    >>> round(usual["value", 3], 3), beyond.round(3).tolist()
    (0.375, [-0.275, -0.175, -0.375, 0.525])
    """
    kinds = sorted(set(own).union(*drawn))
    apart = np.array([[one.get(kind, 0.0) for kind in kinds] for one in (*drawn, own)])
    usual = np.quantile(apart, USUAL, axis=0)
    return dict(zip(kinds, usual.tolist(), strict=True)), (apart - usual).max(axis=1)


def _draw_until_beaten(
    draw: Draw, own: Furthest, options: SeekOptions, rng: Generator, progress: Progress | None
) -> list[Furthest]:
    """The furthest apart in each null shop, until enough are drawn or the best of the data is beaten too often."""
    drawn: list[Furthest] = []
    for batch in DRAWS:
        for table in draw(batch, rng):
            drawn.append(_furthest(all_separated(table, options)))
            if progress is not None:
                progress("shops without groups", len(drawn), sum(DRAWS))
            *highest, best = beyond_usual(own, drawn)[1]
            if len(drawn) >= DRAWS[0] and sum(one >= best for one in highest) >= BEATEN:
                return drawn
    return drawn


def p_values_of(own: Float64, highest: Sequence[float] | Float64) -> Float64:
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


def _coming_again(tried: Sequence[Separated], apart: Sequence[Mask], seed: int) -> list[Mask]:
    """Which of the segments that are far apart come out again in resamples.

    The fewer units are cut in two, the deeper the valley looks: the parts of a clear group may be further apart than
    slices of a whole crowd are. But it is not cut there again.
    """
    which = list(zip(tried, apart, strict=True))
    again: dict[tuple[str, int], Float64] = {}
    for name in dict.fromkeys(one.feature_set for one, far in which if far.any()):
        same = {len(one.centers): one for one, far in which if one.feature_set == name and far.any()}
        values = next(iter(same.values())).matrix.values
        found = repeated(values, {k: one.centers for k, one in same.items()}, seed)
        again |= {(name, k): jaccard for k, jaccard in found.items()}
    return [far & (again[one.kind] >= STABLE) if far.any() else far for one, far in which]


def seek_groups(
    table: FeatureTable, null: Null, options: SeekOptions, seed: int, progress: Progress | None = None
) -> GroupTest | None:
    """Look for segments that are further apart than any are in shops without groups, and take what tells most apart.

    Where there are no groups, the solution is taken whose best segment is furthest beyond what is usual. None where
    there are too few units to tell, or no number of segments gives segments that are large enough.
    """
    rows = sample_rows(len(table), MOST_TESTED, seed)
    if len(rows) < FEWEST_TESTED:
        return None
    rng, tested = np.random.default_rng([seed, 13]), take_units(table, rows)
    with threadpool_limits(1):  # threads that wait for one another cost more than they bring
        tried = list(all_separated(tested, options))
        if not tried:
            return None
        own = _furthest(tried)
        usual, beyond = beyond_usual(own, _draw_until_beaten(null.fit(tested), own, options, rng, progress))
        highest = [beyond[:-1] + usual[one.kind] for one in tried]
        p = [p_values_of(one.separations, its) for one, its in zip(tried, highest, strict=True)]
        groups = _coming_again(tried, [each <= SIGNIFICANCE for each in p], seed)
    repeats = any(which.any() for which in groups)
    best = max(range(len(tried)), key=lambda place: own[tried[place].kind] - usual[tried[place].kind])
    place = telling_most(tried, groups) if repeats else best
    found = tried[place]
    return GroupTest(
        null=null.kind,
        found=found,
        n_units=len(rows),
        separations=tuple(found.separations.tolist()),
        p_values=tuple(p[place].tolist()),
        highest=tuple(highest[place].tolist()),
        labels=found.labels(table),
        repeats=repeats,
    )
