"""How many not to reach, so that the campaign can be measured: the smallest holdout with enough power."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from marketfold.errors import ParameterError
from marketfold.experiments.outcomes import Primary  # noqa: TC001  (read back by its types)
from marketfold.experiments.power import LEAST_EXPECTED, detectable_lift
from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marketfold.experiments.outcomes import Baseline

LEAST_SHARE = 0.05
"""Even where fewer would do for the order rate: revenue per customer, noisier, is looked at beside it."""

MOST_SHARE = 0.3
"""More would cost more reach than it adds in power: one half would show lifts smaller by a twelfth only."""

LEAST_HELD_OUT = 10
"""Where nothing tells how many of them order."""

PLANNED_EXPECTED = 2 * LEAST_EXPECTED
"""A campaign's time may bring half the orders that the past did, and still be judged."""

NEAR_ENOUGH = 0.01
"""A holdout is sized to so much of the segment where its power is simulated."""

HOPELESS_LIFT = 1.0
"""A holdout that could only show a doubling measures nothing that a campaign does."""

TENTH = 0.1
"""Held out where nothing tells what is usual: enough to measure what later orders show, and little reach is lost."""

Sizing = Literal[
    "enough", "all there is", "too few", "never observed", "nobody back", "a tenth", "no tenth", "kept", "set"
]
"""Why so many are held out: they show the wished lift; they are as many as may be, and show a larger one; nobody, as
even so many would show too little, or as the past is too short; a tenth, or nobody as that is too few, where no orders
tell what is usual; everybody keeps the arm of an earlier run; somebody has
set the number by hand."""


@dataclass(frozen=True)
class Holdout:
    """The holdout of one segment.

    Attributes
    ----------
    held_out
        Kept out of the campaign; zero where a holdout was refused.
    usual
        The primary measure in so many days without a campaign; None where the past is too short to tell.
    detectable_lift
        Smallest relative change of it that will be seen in 8 of 10 campaigns, with all segments tested together (5 %
        false alarms over all of them); None without a holdout, or with one that shows nothing.
    wanted_lift
        Smallest relative change worth knowing, as it was asked for.
    planned
        How many would be held out anew.
    best_lift
        Smallest relative change that as many as may be held out would show; None where they would show none.
    usual_revenue
        Revenue per customer in so many days without a campaign; None where the past is too short to tell.
    """

    number: int
    customers: int
    held_out: int
    primary: Primary
    days: int
    usual: float | None
    detectable_lift: float | None
    wanted_lift: float
    sizing: Sizing
    planned: int
    best_lift: float | None = None
    usual_revenue: float | None = None

    @property
    def forgone(self) -> float | None:
        """Revenue that those held out would bring more, if the campaign did what was wished; None where not known."""
        return None if self.usual_revenue is None else self.held_out * self.usual_revenue * self.wanted_lift

    @property
    def share(self) -> float:
        """Share of the segment that is held out, 0 to 1."""
        return self.held_out / self.customers if self.customers else 0.0


@dataclass(frozen=True)
class SegmentDesign:
    """What was planned for one segment, as far as reading the result needs it; what is not known is None.

    Attributes
    ----------
    holdout_share
        The share that was to be held out, 0 to 1.
    wanted_lift
        Smallest relative lift that the campaign was to show.
    cost
        Of the campaign, in the currency of the orders.
    discount
        Share of an order's price that the offer gives away.
    channels
        By which the segment was to be reached.
    """

    name: str
    primary: Primary = "revenue"
    holdout_share: float | None = None
    wanted_lift: float | None = None
    cost: float | None = None
    discount: float = 0.0
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """What was planned before the campaign began: it is read from a plan, and judged by `measure_campaigns`.

    A segment whose number is not among `segments` is judged by its revenue. `margin` is the share of revenue left after
    costs, 0 to 1; None where it is not known.

    >>> Experiment({1: SegmentDesign("Regulars", "order_rate", 0.1)}).of(2).name
    'Segment 2'
    """

    segments: Mapping[int, SegmentDesign] = field(default_factory=dict)
    currency: str | None = None
    margin: float | None = None

    def of(self, segment: int) -> SegmentDesign:
        """The design of one segment, by its number."""
        return self.segments.get(segment) or SegmentDesign(f"Segment {segment}")


def _size(customers: int, baseline: Baseline, primary: Primary, wanted: float, alpha: float) -> tuple[int, float]:
    """How many to hold out, and the lift that this can show."""

    def lift(held_out: int) -> float:
        return detectable_lift(customers - held_out, held_out, baseline, primary, alpha=alpha)

    high = int(MOST_SHARE * customers)
    low = min(max(math.ceil(LEAST_SHARE * customers), _least(baseline)), high)
    if high < 1 or lift(high) > wanted:
        return max(high, 0), lift(high)
    step = max(int(NEAR_ENOUGH * customers), 1) if primary == "revenue" else 1
    while high - low >= step:  # more in the holdout shows smaller lifts, up to one half of all
        middle = (low + high) // 2
        low, high = (low, middle) if lift(middle) <= wanted else (middle + 1, high)
    return high, lift(high)


def _least(baseline: Baseline) -> int:
    """Customers of whom so many order that a verdict will be given."""
    return math.ceil(PLANNED_EXPECTED / baseline.order_rate) if baseline.order_rate > 0 else 0


def _shows_nothing(held_out: int, lift: float, baseline: Baseline) -> bool:
    return lift > HOPELESS_LIFT or held_out < _least(baseline)


def judged_together(held_out: Iterable[int]) -> int:
    """How many segments will be judged together, one at least: those of which anybody is held out.

    >>> judged_together([60, 0, 218, 0]), judged_together([0, 0])
    (2, 1)
    """
    return max(sum(one > 0 for one in held_out), 1)


def plan_holdout(
    number: int, customers: int, baseline: Baseline | None, primary: Primary, *, wanted_lift: float, n_tests: int = 1
) -> Holdout:
    """Size the holdout of one segment, or refuse it.

    Parameters
    ----------
    baseline
        What is usual; None where the past does not tell.
    wanted_lift
        Smallest relative lift worth knowing.
    n_tests
        Segments that will be judged together (`judged_together`): each is planned at its part of the accepted false
        alarms (Bonferroni; Holm's correction, by which decisions are made, is never less powerful).

    Raises
    ------
    ParameterError
        If the wanted lift is not more than zero.

    Examples
    --------
    >>> from marketfold.experiments import Baseline
    >>> usual = Baseline(90, 10_000, order_rate=0.25, revenue_mean=40.0, revenue_sd=120.0, revenue_skew=6.0)
    >>> plan_holdout(1, 20_000, usual, "order_rate", wanted_lift=0.2).held_out
    1000
    """
    if wanted_lift <= 0:
        raise ParameterError(f"The smallest lift worth knowing must be more than zero; got {wanted_lift:g}.")
    if baseline is None:
        return Holdout(number, customers, 0, primary, 0, None, None, wanted_lift, "never observed", planned=0)
    if baseline.order_rate <= 0:
        known = baseline.days, 0.0, None, wanted_lift
        return Holdout(number, customers, 0, primary, *known, "nobody back", planned=0, usual_revenue=0.0)
    held_out, lift = _size(customers, baseline, primary, wanted_lift, ALPHA / n_tests)
    refused = _shows_nothing(held_out, lift, baseline)
    sizing: Sizing = "too few" if refused else "all there is" if lift > wanted_lift * 1.0001 else "enough"
    return Holdout(
        number=number,
        customers=customers,
        held_out=0 if refused else held_out,
        primary=primary,
        days=baseline.days,
        usual=baseline.usual(primary),
        detectable_lift=None if refused else lift,
        wanted_lift=wanted_lift,
        sizing=sizing,
        planned=0 if refused else held_out,
        best_lift=lift if refused and math.isfinite(lift) else None,
        usual_revenue=baseline.revenue_mean,
    )


def plan_tenth(number: int, customers: int, primary: Primary, *, wanted_lift: float) -> Holdout:
    """Hold out a tenth of a segment whose past is not known, and ten at least; nobody where that would be too much.

    >>> plan_tenth(1, 300, "revenue", wanted_lift=0.2).held_out, plan_tenth(2, 20, "revenue", wanted_lift=0.2).held_out
    (30, 0)
    """
    held_out = max(LEAST_HELD_OUT, round(TENTH * customers))
    held_out = held_out if held_out <= MOST_SHARE * customers else 0
    sizing: Sizing = "a tenth" if held_out else "no tenth"
    return Holdout(number, customers, held_out, primary, 0, None, None, wanted_lift, sizing, planned=held_out)


def as_assigned(
    planned: Holdout,
    held_out: int,
    baseline: Baseline | None,
    *,
    n_tests: int = 1,
    sizing: Literal["kept", "set"] = "kept",
) -> Holdout:
    """The holdout as it is, where customers who keep an earlier arm, or a team's wish, make it another than planned."""
    if held_out == planned.held_out:
        return planned
    shown = None
    if baseline is not None:
        reached = planned.customers - held_out
        lift = detectable_lift(reached, held_out, baseline, planned.primary, alpha=ALPHA / n_tests)
        shown = None if _shows_nothing(held_out, lift, baseline) else lift
    return replace(planned, held_out=held_out, detectable_lift=shown, sizing=sizing)
