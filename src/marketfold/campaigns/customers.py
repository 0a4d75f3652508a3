"""One row per customer, from the kept order lines: the ground of every campaign number.

From these come the facts about a segment that a playbook's rules may ask for, each beside the same fact of everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError
from marketfold.features import before_day
from marketfold.schema import MONEY_SCALE, UNIT_ID, Float64, Ids, Labels, Unit, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine
    from marketfold.schema import Measure

Thing = Literal["product_id", "category"]
THINGS: tuple[Thing, ...] = ("product_id", "category")
OVERDUE_GAPS = 2.0
"""A customer is overdue when she has been away for this many times her own time between orders."""


@dataclass(frozen=True)
class Customers:
    """What each customer of a segment did, in arrays of shape (n_customers,); `labels` are 0-based segments.

    `order_days` are different days with an order, `revenue` is the money in kept lines, and `category_count` is None
    without a category column. Somebody bought on the first and the last day `observed`; the campaign looks back from
    `as_of`.
    """

    ids: Ids
    labels: Labels
    order_count: Float64
    line_count: Float64
    order_days: Float64
    revenue: Float64
    first_on: NDArray[np.datetime64]
    last_on: NDArray[np.datetime64]
    category_count: Float64 | None
    observed: tuple[date, date]
    as_of: date
    n_segments: int

    @property
    def observed_days(self) -> int:
        """Length of the time observed."""
        return (self.observed[1] - self.observed[0]).days + 1

    @property
    def recency_days(self) -> Float64:
        """Days since the last order."""
        days: Float64 = (np.datetime64(self.as_of) - self.last_on).astype(np.float64)
        return days

    @property
    def gap_days(self) -> Float64:
        """Each customer's mean days between orders; NaN for those with a single day of buying."""
        span = (self.last_on - self.first_on).astype(np.float64)
        gaps: Float64 = np.divide(span, self.order_days - 1, out=np.full(len(span), np.nan), where=self.order_days > 1)
        return gaps


def members_of(clean: CleanOrders, ids: Ids, labels: Labels, unit: Unit = "customer") -> pa.Table:
    """Customer and segment, one row per customer.

    Where orders or order lines were segmented, a customer belongs to the segment in which most of her money lies. `ids`
    and `labels` are the units and their 0-based segments, shape (n_units,). `ParameterError` if ids and labels differ
    in length or a label is negative.
    """
    if len(ids) != len(labels) or (len(labels) and labels.min() < 0):
        raise ParameterError(f"Each unit needs one label of 0 or more; got {len(ids)} ids and {len(labels)} labels.")
    keys = pa.array(ids.astype(np.int64)) if unit == "order_line" else pa.array(ids.tolist(), pa.string())
    own = pa.table({UNIT_ID[unit]: keys, "segment": pa.array(labels, pa.int64())})
    if unit == "customer":
        return own
    joined = clean.purchases.join(clean.engine.from_arrow(own), on=UNIT_ID[unit], how="inner")
    money = clean.engine.collect(joined.group_by("customer_id", "segment").agg(revenue=money_sum("amount")))
    best = money.sort_by([("customer_id", "ascending"), ("revenue", "descending"), ("segment", "ascending")])
    customers = np.asarray(best["customer_id"].to_pylist(), dtype=str)
    _, first = np.unique(customers, return_index=True)
    return best.take(pa.array(first)).select(["customer_id", "segment"])


@dataclass(frozen=True)
class Purchases:
    """The kept lines of segmented customers, condensed: by customer, by order, and by thing bought.

    Customers and orders come from the run's `Activity`, and the kept lines are read once more for the things; all else
    is counted on these tables, which hold numbers instead of the ids of customers and orders.

    All have `customer` (row of the sorted `ids`) and `segment` (0-based, as in `labels`): `customers` what
    `Activity.customers` has of each; `orders` `ordered_on` and `revenue`; `lines` the kept lines with `product_id` and
    `category` as far as the source has them, and `basket`, a number for each order of a customer; `things` those two,
    `n` (lines), `bought_on` and `last_bought_on`. Both are None where the source has neither product nor category.
    """

    clean: CleanOrders
    customers: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
    lines: nw.LazyFrame[Any] | None
    engine: Engine
    ids: Ids
    labels: Labels
    n_segments: int

    @property
    def columns(self) -> tuple[Thing, ...]:
        """Which of product and category the source has."""
        return _things_of(self.clean)

    @cached_property
    def things(self) -> nw.LazyFrame[Any] | None:
        """One row for each customer and thing bought; counted when it is first asked for."""
        if self.lines is None:
            return None
        day = nw.col("ordered_on")
        measures = {"n": nw.len(), "bought_on": day.min(), "last_bought_on": day.max()}
        return self.engine.hold(self.lines.group_by("customer", "segment", *self.columns).agg(**measures))

    def of_each(self, what: Thing) -> nw.LazyFrame[Any]:
        """`things` by customer and one of `columns` alone, grouped once; a product has one of its categories, too."""
        return self._products if what == "product_id" else self._categories

    @cached_property
    def _categories(self) -> nw.LazyFrame[Any]:
        return self._grouped("category")

    @cached_property
    def _products(self) -> nw.LazyFrame[Any]:
        return self._grouped("product_id")

    def _grouped(self, what: Thing) -> nw.LazyFrame[Any]:
        assert self.things is not None  # noqa: S101  (asked for only where there are things)
        known = self.things.filter(~nw.col(what).is_null())
        if len(self.columns) == 1 or (what == "product_id" and self._one_category_each(known)):
            return known  # the things were grouped by it
        days = {"bought_on": nw.col("bought_on").min(), "last_bought_on": nw.col("last_bought_on").max()}
        measures = {"n": nw.col("n").sum()} | days
        if what == "product_id":
            measures["category"] = nw.col("category").max()
        return self.engine.materialise(known.group_by("customer", "segment", what).agg(**measures))

    def _one_category_each(self, known: nw.LazyFrame[Any]) -> bool:
        """Whether every product stands in one category only (or always in none)."""
        category = nw.col("category")
        spread = known.group_by("product_id").agg(
            least=category.min(), most=category.max(), empty=category.null_count(), n=nw.len()
        )
        mixed = (nw.col("least") != nw.col("most")) | ((nw.col("empty") > 0) & (nw.col("empty") < nw.col("n")))
        return not len(self.engine.collect(spread.filter(mixed)))


def _things_of(clean: CleanOrders) -> tuple[Thing, ...]:
    return tuple(name for name in THINGS if name in clean.columns)


def condense(clean: CleanOrders, members: pa.Table, n_segments: int, before: date | None = None) -> Purchases:
    """Group the kept lines of segmented customers (from `members_of`) by order and by thing bought.

    Lines on or after the day `before` are not looked at.
    """
    # the same object where nothing is left out: then what features have measured is there
    seen = clean if before is None or (clean.activity.span or (before,))[-1] < before else before_day(clean, before)
    members = members.sort_by("customer_id")
    coded = seen.engine.from_arrow(members.append_column("customer", pa.array(np.arange(len(members), dtype=np.int32))))

    def of_members(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return rows.join(coded, on="customer_id", how="inner")

    things = _things_of(seen)
    lines = _with_baskets(of_members(seen.purchases), things, seen.engine) if things else None
    revenue = (nw.col("revenue_scaled") / MONEY_SCALE).alias("revenue")
    return Purchases(
        clean=seen,
        customers=of_members(seen.activity.customers),
        orders=seen.engine.materialise(
            of_members(seen.activity.orders).select("customer", "segment", "ordered_on", revenue)
        ),
        lines=lines,
        engine=seen.engine,
        ids=np.asarray(members["customer_id"].to_pylist(), dtype=str),
        labels=np.asarray(members["segment"].to_numpy(), dtype=np.int32),
        n_segments=n_segments,
    )


def _with_baskets(lines: nw.LazyFrame[Any], things: Sequence[Thing], engine: Engine) -> nw.LazyFrame[Any]:
    """What is asked of things in orders, without the long texts of their ids."""
    numbered = engine.fingerprint(lines, ("customer", "order_id"), "basket")
    return engine.hold(numbered.select("customer", "segment", "basket", "ordered_on", *things))


def whole_numbers(table: pa.Table, name: str) -> NDArray[np.int64]:
    """A column of a small table, as an array that can be an index."""
    return np.asarray(table[name].to_numpy(), dtype=np.int64)


def placed(table: pa.Table, name: str, shape: tuple[int, ...], places: tuple[NDArray[np.int64], ...]) -> Float64:
    """A column of a small table as an array of another shape; 0 where the table has no row."""
    whole = np.zeros(shape)
    whole[places] = np.asarray(table[name].to_numpy(), dtype=np.float64)
    return whole


def ratio_error(
    ratio: Float64, squares: Float64, products: Float64, whole_squares: Any, whole: Any, customers: Any
) -> Float64:
    """Standard error of a ratio of sums over customers, who are its clusters (Cochran 1977, section 6.3).

    The ratio is that of a sum of parts to the sum `whole`; its variance is that of the sum of part - ratio x whole over
    customers, so it takes the sums of squared parts, of parts times wholes, and of squared wholes. Fewer than two
    `customers` count as two.
    """
    residuals = squares - 2 * ratio * products + ratio**2 * whole_squares
    n = np.maximum(customers, 2)
    error: Float64 = np.sqrt(np.maximum(residuals, 0) * n / (n - 1)) / whole
    return error


def _days(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    return np.asarray(column.cast(pa.date32()).to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _category_counts(purchases: Purchases) -> Float64 | None:
    """Categories that each of `purchases.ids` has bought; None without a category column."""
    if "category" not in purchases.columns:
        return None
    table = purchases.engine.collect(purchases.of_each("category").group_by("customer").agg(n=nw.len()))
    return placed(table, "n", purchases.ids.shape, (whole_numbers(table, "customer"),))


def read_customers(purchases: Purchases, as_of: date | None = None) -> Customers:
    """Bring home what each customer did until `as_of` (the day after the last order if not given), one row for each.

    `ParameterError` if none of the customers has a kept line.
    """
    counts = ("order_count", "line_count", "order_days")
    asked = purchases.customers.select("customer", "segment", "first_on", "last_on", "revenue_scaled", *counts)
    table = purchases.engine.collect(asked).sort_by("customer")
    if not len(table):
        message = "None of the segmented customers has a kept order line; were ids and orders of the same run given?"
        raise ParameterError(message)
    rows = np.asarray(table["customer"].to_numpy(), dtype=np.int64)
    first_on, last_on = _days(table["first_on"]), _days(table["last_on"])
    observed = (first_on.min().astype(date), last_on.max().astype(date))
    categories = _category_counts(purchases)
    return Customers(
        ids=purchases.ids[rows],
        labels=np.asarray(table["segment"].to_numpy(), dtype=np.int32),
        **{name: np.asarray(table[name], np.float64) for name in counts},
        revenue=np.asarray(table["revenue_scaled"], np.float64) / MONEY_SCALE,
        first_on=first_on,
        last_on=last_on,
        category_count=None if categories is None else categories[rows],
        observed=observed,
        as_of=as_of or observed[1] + timedelta(days=1),
        n_segments=purchases.n_segments,
    )


@dataclass(frozen=True)
class Fact:
    """One thing a rule can ask."""

    name: str
    label: str
    measure: Measure


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("customer_count", "customers", "count"),
        Fact("customer_share", "share of all customers", "share"),
        Fact("revenue_share", "share of all revenue", "share"),
        Fact("revenue_lead", "revenue share divided by customer share", "ratio"),
        Fact("ever_again_share", "customers of the whole shop who ordered more than once", "share"),
        Fact("one_order_share", "customers with a single order", "share"),
        Fact("order_count", "orders of the median customer", "count"),
        Fact("recency_days", "time since the last order", "days"),
        Fact("revenue_total", "revenue of the median customer", "money"),
        Fact("order_value", "worth of an order of the median customer", "money"),
        Fact("lines_per_order", "lines on an order of the median customer", "count"),
        Fact("gap_days", "time between orders, of those who came back", "days"),
        Fact("overdue_share", "customers away for over twice their time between orders", "share"),
        Fact("season_share", "share of a year's orders in the three busiest months", "share"),
        Fact("category_count", "categories the median customer has bought", "count"),
    )
}


@dataclass(frozen=True)
class SegmentFacts:
    """Facts of one segment, and of everybody; a fact that cannot be known is absent from both, and `revenue` in all."""

    values: dict[str, float]
    everyone: dict[str, float]
    revenue: float


def _median(values: Float64) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _of(customers: Customers, overdue: NDArray[np.bool_], who: NDArray[np.bool_]) -> dict[str, float]:
    revenue, everything, share = customers.revenue[who].sum(), customers.revenue.sum(), float(who.mean())
    revenue_share = float(revenue / everything) if everything else 0.0
    orders = customers.order_count[who]
    values = {
        "customer_count": float(who.sum()),
        "customer_share": share,
        "revenue_share": revenue_share,
        "revenue_lead": revenue_share / share if share else float("nan"),
        "one_order_share": float((orders == 1).mean()) if len(orders) else float("nan"),
        "order_count": _median(orders),
        "recency_days": _median(customers.recency_days[who]),
        "revenue_total": _median(customers.revenue[who]),
        "order_value": _median(customers.revenue[who] / orders),
        "lines_per_order": _median(customers.line_count[who] / orders),
        "gap_days": _median(customers.gap_days[who]),
        "overdue_share": float(overdue[who].mean()) if len(orders) else float("nan"),
    }
    if customers.category_count is not None:
        values["category_count"] = _median(customers.category_count[who])
    return {name: value for name, value in values.items() if np.isfinite(value)}


def overdue_customers(customers: Customers) -> NDArray[np.bool_]:
    """Who has been away for over twice the own time between orders; a first-time buyer is held to everybody's."""
    gap = customers.gap_days
    usual = _median(gap)
    own = np.where(np.isnan(gap), usual, gap)
    if np.isnan(usual):
        return np.zeros(len(own), dtype=np.bool_)
    return np.asarray(customers.recency_days > OVERDUE_GAPS * np.maximum(own, 1.0), dtype=np.bool_)


def segment_facts(customers: Customers, seasons: Sequence[float | None]) -> tuple[SegmentFacts, ...]:
    """Compute the facts of every segment, in the order of the labels.

    `seasons` has each segment's share of a year's orders in its three busiest months, where it has a season.
    """
    overdue = overdue_customers(customers)
    everyone = _of(customers, overdue, np.ones(len(customers.ids), dtype=np.bool_))
    whole = {"ever_again_share": float((customers.order_count > 1).mean())}
    everyone |= whole
    found = []
    for segment, season in enumerate(seasons):
        who = np.asarray(customers.labels == segment)
        values = _of(customers, overdue, who) | whole | ({} if season is None else {"season_share": season})
        found.append(SegmentFacts(values, everyone, round(float(customers.revenue[who].sum()), 2)))
    return tuple(found)
