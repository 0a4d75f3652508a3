"""Are they groups? Segments that lie apart by any features, beside those of shops without groups.

First, are there any? Among feature sets and numbers of segments the solution is sought whose segments are furthest
apart. Fitted to the units that it is measured by, it is further apart than it should be, and so the same search is made
in shops without groups, as large and measured alike. There are groups where no more than one in twenty of these shops
shows any segment that is as far apart: so the chance of calling any group where there is none is at most 5 %, however
much was tried.

Then, which are they? A segment of any solution is a group where no more than one in twenty of the same shops shows any
segment, by any features and at any number, that is as far beyond what is usual there (the single-step maximum of
Westfall and Young 1993, "Resampling-Based Multiple Testing"). That holds for all solutions together, so that one is
free to take the solution that tells most of them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.selection.search import repeated
from marketfold.selection.separated import all_separated, furthest_apart, telling_most
from marketfold.thresholds import SIGNIFICANCE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.schema import Float64, Labels, Progress
    from marketfold.selection.null_shops import Draw, Null, NullKind
    from marketfold.selection.separated import SeekOptions, Separated
    from marketfold.units import FeatureTable

    Mask = NDArray[np.bool_]
    Furthest = dict[tuple[str, int], float]

LASTING = 0.75
"""Share of the units that have to be in segments that come out again, for a solution to be taken for what it tells."""
FEWEST_TESTED, MOST_TESTED = 40, 2_000
"""Units that the test needs, and the size of the seeded sample that it is made on where there are more."""
DRAWS = (9, 20, 30)
ALLOWED = 2
"""Null shops of each batch, 59 in all, and how many of them may be as far apart as what is called a group."""
BEATEN = 4
"""No more is drawn once so many null shops show a segment as far apart as the best: it cannot be a group any more
(Besag and Clifford 1991, "Sequential Monte Carlo p-values", Biometrika 78, 301-304)."""
USUAL = 0.75
"""Quantile, over null shops and the data, of how far apart the furthest segment is by a feature set and at a number: so
far it is usual. Without it the features by which slices look deepest would set the level for all."""


@terse
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
        The furthest apart of each null shop. Where there are groups: as far as it would be by the features and at the
        number of `found`, were it as far beyond what is usual there as it is where it was found.
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
        """Of the tested segment that is furthest apart; where it is no group, of the whole search."""
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


@dataclass(frozen=True)
class _Drawn:
    """How far apart the furthest segment of a null shop is: in what the search takes, and in each solution."""

    taken: float
    each: Furthest


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
    draw: Draw, best: float, options: SeekOptions, rng: Generator, progress: Progress | None
) -> list[_Drawn]:
    """The furthest apart of each null shop, until enough are drawn or the best one of the data is beaten too often."""
    drawn: list[_Drawn] = []
    for batch in DRAWS:
        for table in draw(batch, rng):
            tried = list(all_separated(table, options))
            taken = furthest_apart(tried)
            drawn.append(_Drawn(0.0 if taken is None else float(taken.separations.max()), _furthest(tried)))
            if progress is not None:
                progress("null_shops", len(drawn), sum(DRAWS))
            if sum(one.taken >= best for one in drawn) >= BEATEN:
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
    """Which segments come out again in resamples, of the solutions of which any is far apart; of others none.

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
    return [again[one.kind] >= STABLE if far.any() else far for one, far in which]


def _finest(tried: Sequence[Separated], drawn: Sequence[_Drawn], seed: int) -> tuple[Separated, Float64] | None:
    """The solution that tells most groups apart, and the furthest of each null shop by its features and number.

    Only of solutions most of whose units are in segments that come out again: a few that lie apart are no reason to cut
    all others in ways that do not last. None where no such solution has a group.
    """
    usual, beyond = beyond_usual(_furthest(tried), [one.each for one in drawn])
    highest = [beyond[:-1] + usual[one.kind] for one in tried]
    apart = [p_values_of(one.separations, its) <= SIGNIFICANCE for one, its in zip(tried, highest, strict=True)]
    again = _coming_again(tried, apart, seed)
    groups = [far & comes for far, comes in zip(apart, again, strict=True)]
    lasting = [float(comes[one.sought].mean()) for one, comes in zip(tried, again, strict=True)]
    places = [place for place, which in enumerate(groups) if which.any() and lasting[place] >= LASTING]
    if not places:
        return None
    level = np.sort(beyond[:-1])[-ALLOWED - 1]
    weights = [which * (one.separations - usual[one.kind] - level) for one, which in zip(tried, groups, strict=True)]
    place = telling_most(tried, weights, places)
    return tried[place], highest[place]


def seek_groups(
    table: FeatureTable, null: Null, options: SeekOptions, seed: int, progress: Progress | None = None
) -> GroupTest | None:
    """Look for segments that are further apart than any are in shops without groups, and take what tells most apart.

    Where there are no groups, it is of the segments that are furthest apart. None where there are too few units to
    tell, or no number of segments gives segments that are large enough.
    """
    rows = sample_rows(len(table), MOST_TESTED, seed)
    if len(rows) < FEWEST_TESTED:
        return None
    rng, tested = np.random.default_rng([seed, 13]), table.take(rows)
    with threadpool_limits(1):  # threads that wait for one another cost more than they bring
        tried = list(all_separated(tested, options))
        found = furthest_apart(tried)
        if found is None:
            return None
        drawn = _draw_until_beaten(null.fit(tested), float(found.separations.max()), options, rng, progress)
        highest = np.array([one.taken for one in drawn])
        p = p_values_of(found.separations, highest)
        far = p <= SIGNIFICANCE
        repeats = bool((far & _coming_again([found], [far], seed)[0]).any())
        if repeats and (finest := _finest(tried, drawn, seed)):
            found, highest = finest
            p = np.maximum(p_values_of(found.separations, highest), p.min())
    return GroupTest(
        null=null.kind,
        found=found,
        n_units=len(rows),
        separations=tuple(found.separations.tolist()),
        p_values=tuple(p.tolist()),
        highest=tuple(highest.tolist()),
        labels=found.labels(table),
        repeats=repeats,
    )
