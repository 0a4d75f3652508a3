"""Where each unit of two runs was and is now, what it brought in between, who came back and who went quiet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.segments.distinguishing_features import MEDIUM_EFFECT, effect_sizes
from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Ids
    from marketfold.snapshot import Snapshot, Takings

RECENCY, SEASON = "recency_days", "quarter_"
BEST_SHARE = 0.2
"""Of the units of the earlier run, those that had brought most: the fifth of the rule of 80 and 20."""

Event = Literal["came back", "went quiet", "moved", "new", "gone", "stayed"]
EVENTS: tuple[Event, ...] = ("came back", "went quiet", "moved", "new", "gone", "stayed")
"""What became of a unit; the first that holds."""

MoneyBasis = Literal["between", "counted otherwise", "begins later", "a table", "currencies", "unknown"]
"""Whether what came in between two runs is the later revenue less the earlier: it is (`between`); it is not, as one of
them holds what came back, the later orders begin later, or the money stood in a table of customers; or amounts cannot
stand beside each other at all, as the currencies differ or there is no money."""


@dataclass(frozen=True, repr=False)
class Journeys:
    """Units of either run, in the order of their ids; arrays of shape (n_units,).

    Attributes
    ----------
    before, after
        Number of the segment in either run; 0 where the unit is not in it.
    brought_before, brought_after
        Revenue as either run counts it; 0 where the unit is not in it, or no money is known.
    last_on : datetime64[D]
        Day of the last order that either run knows; NaT where that is not known.
    came_back
        Was in a quiet segment, and has ordered since.
    went_quiet
        Is in a quiet segment, was in none, and its last order is longer ago than it was.
    best
        Was among the fifth that had brought most.
    """

    ids: Ids
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    brought_before: Float64
    brought_after: Float64
    last_on: NDArray[np.datetime64]
    came_back: NDArray[np.bool_]
    went_quiet: NDArray[np.bool_]
    best: NDArray[np.bool_]

    @property
    def events(self) -> NDArray[np.str_]:
        """What became of each unit, one of `EVENTS`."""
        there_then, here_now = self.before > 0, self.after > 0
        holds = (self.came_back, self.went_quiet, there_then & here_now & (self.before != self.after))
        return np.select([*holds, ~there_then, ~here_now], EVENTS[:-1], default=EVENTS[-1])

    @property
    def in_both(self) -> NDArray[np.bool_]:
        """Units that both runs have."""
        return (self.before > 0) & (self.after > 0)


@dataclass(frozen=True)
class SegmentMoney:
    """Revenue of one segment in two runs: `before + stayed_more + came - left` is `after`.

    Attributes
    ----------
    before, after
        Of those who were in it then, and of those who are in it now.
    stayed_more
        What those who were in it then and still are brought more.
    came, left
        Of those who are in it now and were not, what they have brought; of those who were and are not, what they had.
    since
        What came since from those who were in it then, wherever they are now.
    """

    number: int
    name: str
    before: float
    stayed_more: float
    came: float
    left: float
    after: float
    since: float


def money_basis(earlier: Snapshot, later: Snapshot) -> MoneyBasis:
    """Say whether the revenue of two runs can be subtracted, or stand side by side."""
    old, new = earlier.takings, later.takings
    if old is None or new is None:
        return "unknown"
    if old.currency != new.currency:
        return "currencies"
    if old.gross != new.gross:
        return "counted otherwise"
    if old.begins_on is None or new.begins_on is None:
        return "a table"
    return "between" if new.begins_on <= old.begins_on else "begins later"


def quiet_segments(run: Snapshot) -> frozenset[int]:
    """Segments whose last orders are longer ago than those of the others, by what distinguishes segments elsewhere.

    Where a season tells a segment apart even more it is no quiet one: its customers wait for their months.
    """
    recency = run.column(RECENCY)
    if recency is None or run.unit != "customer":  # an order or a line does not come back
        return frozenset()
    seasons = [run.column(name) for name in run.features if name.startswith(SEASON)]
    numbers, labels = np.unique(run.numbers, return_inverse=True)
    columns = [recency, *(season for season in seasons if season is not None)]
    found = effect_sizes(columns, labels.astype(np.int32), len(numbers))
    by_recency, by_season = found.effect[:, 0], found.effect[:, 1:].max(axis=1, initial=0.0)
    far = (by_recency >= MEDIUM_EFFECT) & (found.p_value[:, 0] < SIGNIFICANCE) & (by_recency > by_season)
    return frozenset(int(number) for number in numbers[far])


def _last_on(run: Snapshot) -> NDArray[np.datetime64]:
    """Day of each unit's last order; NaT where it is not measured, or there is no day to count from."""
    recency = run.column(RECENCY)
    if recency is None or run.as_of is None:
        return np.full(len(run.ids), np.datetime64("NaT"), dtype="datetime64[D]")
    # in a table of customers recency may have decimals
    return np.datetime64(run.as_of) - np.ceil(recency).astype("timedelta64[D]")


def _brought(takings: Takings | None, n_units: int) -> Float64:
    return np.zeros(n_units) if takings is None else np.nan_to_num(takings.values)


@dataclass(frozen=True)
class _Side:
    """One run, row for row with the units of both."""

    numbers: NDArray[np.int64]
    brought: Float64
    last_on: NDArray[np.datetime64]
    quiet: NDArray[np.bool_]

    @classmethod
    def of(cls, run: Snapshot, ids: Ids) -> _Side:
        at = np.searchsorted(ids, run.ids)
        numbers, brought = np.zeros(len(ids), np.int64), np.zeros(len(ids))
        last_on = np.full(len(ids), np.datetime64("NaT"), dtype="datetime64[D]")
        numbers[at], brought[at], last_on[at] = run.numbers, _brought(run.takings, len(run.ids)), _last_on(run)
        return cls(numbers, brought, last_on, np.isin(numbers, sorted(quiet_segments(run))))


def _best(brought: Float64, there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of a run who had brought most: at most the fifth, for whoever ties with the others is not among them."""
    ranked = np.sort(brought[there])[::-1]
    next_one = float(ranked[min(math.ceil(BEST_SHARE * len(ranked)), len(ranked) - 1)])
    return there & (brought > next_one)


def follow(earlier: Snapshot, later: Snapshot) -> Journeys:
    """Set every unit of two runs beside itself.

    Examples
    --------
    >>> from marketfold.snapshot import Snapshot
    >>> before = Snapshot("customer", np.array(["a", "b"]), np.array([1, 2]), {1: "Friends", 2: "Guests"})
    >>> after = Snapshot("customer", np.array(["a", "c"]), np.array([2, 2]), {1: "Friends", 2: "Guests"})
    >>> follow(before, after).events.tolist()
    ['moved', 'gone', 'new']
    """
    ids = np.union1d(earlier.ids, later.ids)
    old, new = _Side.of(earlier, ids), _Side.of(later, ids)
    both = (old.numbers > 0) & (new.numbers > 0)
    looked_back = np.datetime64(earlier.as_of or "NaT")
    waited = np.datetime64(later.as_of or "NaT") - new.last_on > looked_back - old.last_on  # NaT is neither
    return Journeys(
        ids=ids,
        before=old.numbers,
        after=new.numbers,
        brought_before=old.brought,
        brought_after=new.brought,
        last_on=np.where(np.isnat(new.last_on), old.last_on, new.last_on),
        came_back=both & old.quiet & (new.last_on >= looked_back),
        went_quiet=both & ~old.quiet & new.quiet & waited,
        best=_best(old.brought, old.numbers > 0),
    )


def segment_money(journeys: Journeys, names: Sequence[tuple[int, str]]) -> tuple[SegmentMoney, ...]:
    """Add up the revenue of each segment, given by number and name, in both runs."""
    one = journeys
    more = one.brought_after - one.brought_before

    def added(amounts: Float64, who: NDArray[np.bool_]) -> float:
        return float(amounts[who].sum())

    found = []
    for number, name in names:
        then, now = one.before == number, one.after == number
        found.append(
            SegmentMoney(
                number=number,
                name=name,
                before=added(one.brought_before, then),
                stayed_more=added(more, then & now),
                came=added(one.brought_after, now & ~then),
                left=added(one.brought_before, then & ~now),
                after=added(one.brought_after, now),
                since=added(more, then & one.in_both),
            )
        )
    return tuple(found)
