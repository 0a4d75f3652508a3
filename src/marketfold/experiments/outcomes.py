"""What customers do in a period: in that of a campaign, and usually, from their own past, without one."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold import words
from marketfold.activity import Activity
from marketfold.errors import MeasurementError
from marketfold.experiments.later_customers import AddedUp, RunIds, cover
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, money_sum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine
    from marketfold.experiments.later_customers import Coverage
    from marketfold.schema import Float64

Primary = Literal["order_rate", "revenue"]
"""What a campaign is judged by: the share of customers who order, or revenue per customer."""

FEW_EXPECTED = 3.0
"""So many orders of held-out customers must be expected before their absence means that they were left out."""


@dataclass(frozen=True)
class Outcomes:
    """One row per customer of the campaign; arrays of shape (n_customers,).

    Attributes
    ----------
    revenue, orders
        In the period; zero for those who did not order. Revenue is less what came back in the period.
    before
        Revenue before the campaign; None where it is not known.
    known
        Whether the later orders also hold an order of hers from before the period; None where they begin with it.
    coverage
        Whose the later orders are, and what came back; None where it was not asked.
    """

    segment: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    revenue: Float64
    orders: Float64
    before: Float64 | None
    known: NDArray[np.bool_] | None = None
    coverage: Coverage | None = None

    @property
    def ordered(self) -> Float64:
        """1 for those who ordered, 0 for the others: its mean is the order rate."""
        return np.asarray(self.orders > 0, dtype=np.float64)

    @property
    def repeated(self) -> Float64:
        """1 for those who ordered twice or more, 0 for the others: its mean is the repeat rate."""
        return np.asarray(self.orders > 1, dtype=np.float64)

    def of(self, segment: int) -> Outcomes:
        """One segment's customers."""
        who = self.segment == segment
        before, known = (None if part is None else part[who] for part in (self.before, self.known))
        return Outcomes(self.segment[who], self.held_out[who], self.revenue[who], self.orders[who], before, known)


def add_up(orders: nw.LazyFrame[Any], *by: str) -> nw.LazyFrame[Any]:
    """Revenue and number of orders by customer and period: what customers are planned by and judged by alike.

    Who has no row did not order and brought nothing; the order rate is the share of customers who have one.
    """
    return orders.group_by(*by).agg(revenue=money_sum("revenue"), orders=nw.len())


def _check_assignments(assignments: pa.Table) -> None:
    missing = {"customer_id", "segment", "arm"} - set(assignments.column_names)
    if missing:
        got = ", ".join(assignments.column_names)
        message = f"Assignments need customer_id, segment and arm; got {got}. Was the run made with a holdout?"
        raise MeasurementError(message)
    arms = set(assignments["arm"].unique().to_pylist()) - {None}  # a customer who came later has no arm
    if not arms <= {"treated", "holdout"}:
        raise MeasurementError(f"An arm is 'treated' or 'holdout'; got {', '.join(sorted(map(str, arms)))}.")
    if "holdout" not in arms:
        raise MeasurementError(
            "Nobody was held out, so there is nothing to compare with: what happened afterwards could have happened "
            "anyway. Hold customers out next time; the briefs say for which segments there are enough."
        )


def _came_back(later: CleanOrders) -> nw.LazyFrame[Any]:
    """Lines that take back what another line sold: a line that was cancelled by its status never counted."""
    lines = later.orders.lines
    sold = [nw.col("amount") > 0]
    sold += [~(nw.col("quantity") < 0).fill_null(value=False)] if "quantity" in lines.collect_schema().names() else []
    never = later.set_aside.filter(nw.col("reason") == "cancelled").select(SOURCE_LINE)
    never_sold = lines.filter(*sold).select(SOURCE_LINE).join(never, on=SOURCE_LINE, how="inner")
    return later.returns.join(never_sold, on=SOURCE_LINE, how="anti")


def _check_present(held_out: NDArray[np.bool_], orders: Float64, date_from: date, date_to: date) -> None:
    """Refuse later orders that were exported without the holdout, which would make any campaign look good."""
    if not orders.any():
        raise MeasurementError(
            f"None of the {words.count(len(orders))} customers of the run ordered from {date_from} to {date_to}. "
            "Are the later orders of the same shop, with the same customer ids, and do they cover this period?"
        )
    rate = float((orders[~held_out] > 0).mean()) if (~held_out).any() else 0.0
    expected = rate * held_out.sum()
    if not orders[held_out].any() and expected >= FEW_EXPECTED:
        raise MeasurementError(
            f"None of the {words.count(int(held_out.sum()))} held-out customers is in the later orders, where about "
            f"{words.count(expected)} would be expected even without a campaign. Export the orders of all "
            "customers, not only "
            "of those reached."
        )


def read_outcomes(assignments: pa.Table, later: CleanOrders, date_from: date, date_to: date) -> Outcomes:
    """Look up what every customer of the campaign did, those who did nothing included.

    Parameters are those of `measure_campaigns`.

    Raises
    ------
    MeasurementError
        If the dates are the wrong way round, nobody was held out, or the later orders leave the holdout out.
    """
    if date_to < date_from:
        message = f"The period ends before it begins: from {date_from} to {date_to}. Were --from and --to swapped?"
        raise MeasurementError(message)
    _check_assignments(assignments)
    engine = later.engine
    revenue = (nw.col("revenue_scaled") / MONEY_SCALE).alias("revenue")
    # gross, for what came back is taken off by the day on which it did
    orders = Activity(later.bought, later.returns, engine).orders.with_columns(revenue)
    within = nw.col("ordered_on").is_between(nw.lit(date_from), nw.lit(date_to))
    back = _came_back(later).filter(within).group_by("customer_id").agg(returned=money_sum("amount"))
    run = RunIds(assignments["customer_id"].combine_chunks().cast(pa.string()))
    period = AddedUp.of(engine.collect(add_up(orders.filter(within), "customer_id")), run)
    earlier = AddedUp.of(
        engine.collect(add_up(orders.filter(nw.col("ordered_on") < nw.lit(date_from)), "customer_id")), run
    )
    returned = AddedUp.of(engine.collect(back), run).by_customer("returned")

    there = np.asarray(pc.is_valid(assignments["arm"]).to_numpy(), dtype=np.bool_)  # who came later has no arm
    assigned = assignments.filter(pa.array(there))
    held_out = np.asarray(assigned["arm"].to_numpy() == "holdout", dtype=np.bool_)
    n_orders, measured = period.by_customer("orders")[there], "revenue_before" in assigned.column_names
    _check_present(held_out, n_orders, date_from, date_to)
    known_earlier = earlier.by_customer("orders")[there] > 0
    return Outcomes(
        segment=np.asarray(assigned["segment"].to_numpy(), dtype=np.int64),
        held_out=held_out,
        revenue=(period.by_customer("revenue") - returned)[there],
        orders=n_orders,
        before=np.nan_to_num(np.asarray(assigned["revenue_before"].to_numpy(), dtype=np.float64)) if measured else None,
        # no campaign changed what was bought before it, so both arms must be among these alike
        known=known_earlier if known_earlier.any() else None,
        coverage=cover(period, earlier, float(returned[there].sum())),
    )


class _Purchases(Protocol):
    @property
    def orders(self) -> nw.LazyFrame[Any]: ...
    @property
    def engine(self) -> Engine: ...


class _Customers(Protocol):
    @property
    def frame(self) -> nw.LazyFrame[Any]: ...
    @property
    def observed(self) -> tuple[date, date]: ...
    @property
    def n_segments(self) -> int: ...


class SeasonSeen(NamedTuple):
    """How many ordered in an earlier season, of the customers that there were."""

    ordered: int
    customers: int


@dataclass(frozen=True)
class Baseline:
    """A segment's usual period of so many days, from the customer-periods that were seen.

    `order_rate` is the share of customers who order in one; `revenue_mean`, `revenue_sd` and `revenue_skew` (the third
    moment about the mean, in standard deviations) are of revenue per customer, those without an order counted as zero.
    `forecast` says that rate and mean are those that a model of buying expects of the days ahead; `seasons` are the
    earlier seasons, where what is usual is of those, and `lately` the newest days that it is of, where not of all.
    `fewer_rate` is the share of those who ordered in a period or of those who did not, whichever were fewer in it: in
    one in which few order and one in which nearly all do it is less than the two together seem to show.
    """

    days: int
    periods: int
    order_rate: float
    revenue_mean: float
    revenue_sd: float
    revenue_skew: float
    forecast: bool = False
    seasons: tuple[SeasonSeen, ...] = ()
    lately: int | None = None
    fewer_rate: float | None = None

    def expecting(self, order_rate: float, revenue_mean: float) -> Baseline:
        """The same where so many are expected to order and to bring so much; what they bring varies as it did.

        Without an order in the past there is nothing that varied, and the baseline stays as it is.
        """
        if not (self.order_rate > 0 and self.revenue_mean > 0 and order_rate > 0 and revenue_mean > 0):
            return self
        more = order_rate / self.order_rate
        each = revenue_mean / (self.revenue_mean * more)  # what one who orders brings, by what it was
        sums = {name: more * each**n * power for n, (name, power) in enumerate(self.powers.items(), start=1)}
        expected = _baseline({"n": order_rate} | sums, self.days, 1)
        return replace(expected, periods=self.periods, forecast=True)

    @staticmethod
    def together(baselines: Sequence[Baseline]) -> Baseline | None:
        """Of several segments as of one; None of none."""
        seen = sum(one.periods for one in baselines)
        if not seen:
            return None
        sums = {name: sum(one.powers[name] * one.periods for one in baselines) for name in POWERS}
        orders = sum(one.order_rate * one.periods for one in baselines)
        return _baseline({"n": orders} | sums, baselines[0].days, seen) if sums["square"] else None

    @property
    def powers(self) -> dict[str, float]:
        """Means of the first three powers of revenue per customer."""
        mean, sd = self.revenue_mean, self.revenue_sd
        cube = self.revenue_skew * sd**3 + 3 * mean * sd**2 + mean**3
        return dict(zip(POWERS, (mean, sd**2 + mean**2, cube), strict=True))

    def usual(self, primary: Primary) -> float:
        """What a campaign is judged by, as it is without one."""
        return self.order_rate if primary == "order_rate" else self.revenue_mean


POWERS = ("revenue", "square", "cube")

LEAST_IN_SEASON = 10
"""Customers of whom a season must tell, where another one tells of so many."""

LEAD_DAYS = 21
"""So long before a season begins a campaign for it does."""


def read_baselines(
    purchases: _Purchases,
    customers: _Customers,
    days: int,
    seasons: Sequence[date | None] = (),
    silent: Sequence[float | None] = (),
) -> tuple[Baseline | None, ...]:
    """Measure each segment's usual period from its own past, in back-to-back periods that end on the last day.

    A customer counts from the first period that begins after her first order, in every period whether she ordered or
    not: so the figures lean on the last weeks, by which segments such as "lapsed" are defined, in one period alone. Of
    a segment whose campaign is made before a season (its first day is in `seasons`) the periods are those of earlier
    ones: a mean over the whole year would take nearly all who order then for people who do not order without a
    campaign. Of one most of whom have been away for longer than so many days (`silent`) they are the newest within
    these days, or the last: when more of them ordered is no more what is usual.
    `purchases` has one row per order: `customer`, `segment` (0-based), `ordered_on`, `revenue`; `customers.frame` one
    per customer: `customer`, `segment` and `first_on`.
    """
    nothing_said = (None,) * customers.n_segments
    seasons, silent = seasons or nothing_said, silent or nothing_said
    begins = [_begins(customers.observed, days, season) for season in seasons]
    came = _came_before(purchases.engine, customers, {day for own in begins for day in own})
    for segment, (season, since) in enumerate(zip(seasons, silent, strict=True)):
        if season:
            begins[segment] = _with_enough(begins[segment], came[segment])
        elif since is not None:
            begins[segment] = begins[segment][: max(1, int(since // days))]
    calendar = purchases.engine.from_arrow(_calendar(begins, days))
    dated = purchases.orders.join(calendar, on=["segment", "ordered_on"], how="inner")
    dated = dated.join(customers.frame.select("customer", "first_on"), on="customer", how="inner")
    later = add_up(dated.filter(nw.col("begins") > nw.col("first_on")), "customer", "segment", "period")
    one = nw.col("revenue")
    powers = later.with_columns(square=one * one, cube=one * one * one)
    sums = {name: nw.col(name).sum() for name in POWERS}
    table = purchases.engine.collect(powers.group_by("segment", "period").agg(n=nw.len(), **sums))
    found = {(row["segment"], row["period"]): row for row in table.to_pylist()}
    baselines = []
    for segment, own in enumerate(begins):
        seen = [came[segment][day] for day in own]
        rows = [found.get((segment, period), dict.fromkeys(("n", *POWERS), 0.0)) for period in range(len(own))]
        seasonal = seasons[segment] is not None
        baseline = _of_periods(rows, seen, days, seasonal=seasonal) if any(seen) else None
        newest = baseline is not None and not seasonal and silent[segment] is not None
        baselines.append(replace(baseline, lately=days * len(own)) if baseline and newest else baseline)
    return tuple(baselines)


def _came_before(engine: Engine, customers: _Customers, days: Collection[date]) -> list[dict[date, int]]:
    """How many customers of each segment there were before each of some days."""
    first, last = customers.observed
    asked = sorted(days)
    observed = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    places = [bisect_right(asked, day) for day in observed]  # of the first of these days before which they were there
    calendar = pa.table({"first_on": pa.array(observed, pa.date32()), "place": pa.array(places, pa.int64())})
    dated = customers.frame.select("segment", "first_on").join(engine.from_arrow(calendar), on="first_on", how="inner")
    rows = engine.collect(dated.group_by("segment", "place").agg(n=nw.len())).to_pylist()
    counts = np.zeros((customers.n_segments, len(asked) + 1), dtype=np.int64)
    for row in rows:
        counts[row["segment"], row["place"]] = row["n"]
    return [dict(zip(asked, own, strict=False)) for own in counts.cumsum(axis=1).tolist()]


def _with_enough(begins: list[date], came: Mapping[date, int]) -> list[date]:
    """The seasons of which enough customers tell, or all where none has so many: a handful tells no season."""
    return [day for day in begins if came[day] >= LEAST_IN_SEASON] or begins


def _of_periods(rows: Sequence[Mapping[str, float]], seen: Sequence[int], days: int, *, seasonal: bool) -> Baseline:
    """From the sums of each period, in which so many customers were seen."""
    sums = {name: math.fsum(row[name] for row in rows) for name in ("n", *POWERS)}
    found = tuple(SeasonSeen(int(row["n"]), n) for row, n in zip(rows, seen, strict=True) if n)
    fewer = sum(min(one.ordered, one.customers - one.ordered) for one in found)
    baseline = _baseline(sums, days, sum(seen))
    return replace(baseline, seasons=found if seasonal else (), fewer_rate=fewer / sum(seen))


def _baseline(sums: dict[str, float], days: int, seen: int) -> Baseline:
    """From the sums of one segment's periods with an order, of `seen` periods in all."""
    mean, square, cube = (sums[name] / seen for name in POWERS)
    sd = math.sqrt(max(square - mean**2, 0.0))
    skew = (cube - 3 * mean * square + 2 * mean**3) / sd**3 if sd else 0.0
    # nine figures: engines add floats in any order, and the last ones of a sum would differ from run to run
    mean, sd, skew = (float(f"{value:.9g}") for value in (mean, sd, skew))
    return Baseline(days, seen, sums["n"] / seen, mean, sd, skew)


def _calendar(begins: Sequence[Sequence[date]], days: int) -> pa.Table:
    """One row for each day of each segment's periods: the first day and the number of its period."""
    rows = [
        {"segment": segment, "ordered_on": first + timedelta(days=n), "begins": first, "period": number}
        for segment, own in enumerate(begins)
        for number, first in enumerate(own)
        for n in range(days)
    ]
    types = {"segment": pa.int64(), "ordered_on": pa.date32(), "begins": pa.date32(), "period": pa.int64()}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


def _begins(observed: tuple[date, date], days: int, season: date | None) -> list[date]:
    """First days of the whole periods observed: back to back, or each a while before an earlier season."""
    first, last = observed
    if season is None:
        n = ((last - first).days + 1) // days
        return [last - timedelta(days=days * (one + 1) - 1) for one in range(n)]
    earlier = (season.replace(year=year) - timedelta(days=LEAD_DAYS) for year in range(first.year, season.year))
    return [day for day in earlier if day >= first and day + timedelta(days=days - 1) <= last]
