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

from marketfold.errors import ParameterError
from marketfold.features import before_day
from marketfold.schema import MONEY_SCALE, UNIT_ID, Float64, count_where, day_number, day_number_of, money_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine
    from marketfold.schema import Measure, Unit

    Counted = Mapping[str, Any]
    """Of some customers, by the name of what is counted; None where nobody has it."""

Thing = Literal["product_id", "category"]
THINGS: tuple[Thing, ...] = ("product_id", "category")
OVERDUE_GAPS = 2.0
"""A customer is overdue when she has been away for this many times her own time between orders."""
MEDIANS = {
    "order_count": nw.col("order_count"),
    "recency_days": nw.col("recency_days"),
    "revenue_total": nw.col("revenue"),
    "order_value": nw.col("revenue") / nw.col("order_count"),
    "lines_per_order": nw.col("line_count") / nw.col("order_count"),
    "gap_days": nw.col("gap_days"),
    "category_count": nw.col("category_count"),
}
"""Facts that are those of the median customer."""
_SUMS = {
    "customers": nw.len().cast(nw.Int64),
    "revenue_scaled": nw.col("revenue_scaled").sum(),
    "orders": nw.col("order_count").sum().cast(nw.Int64),
    "ordered_once": count_where(nw.col("order_count") == 1),
    "paid": count_where(nw.col("revenue_scaled") != 0),
    "came_back": nw.col("gap_days").count().cast(nw.Int64),
}
_QUARTILES = {
    name: nw.col("gap_days").quantile(part, interpolation="linear")
    for name, part in (("gap_low", 0.25), ("gap_high", 0.75))
}


@dataclass(frozen=True)
class Customers:
    """What each customer of a segment did, one row for each, where the engine has them.

    Attributes
    ----------
    frame
        `customer_id`, `customer` and `segment` as in `Purchases`; `order_count`, `line_count`; `revenue_scaled`
        (ten-thousandths) and `revenue`, the money in kept lines; `first_on`; `recency_days` since the last order;
        `gap_days`, mean days between orders, null for those with a single day of buying; and `category_count`, where
        the source has categories.
    held
        What the engine keeps for it.
    observed
        Somebody bought on the first and the last day.
    as_of
        From which the campaign looks back.
    """

    frame: nw.LazyFrame[Any]
    held: nw.LazyFrame[Any]
    engine: Engine
    observed: tuple[date, date]
    as_of: date
    n_segments: int

    @property
    def observed_days(self) -> int:
        """Length of the time observed."""
        return (self.observed[1] - self.observed[0]).days + 1

    @cached_property
    def everybody(self) -> Counted:
        """What is counted of all together; of being overdue, in `of_segments` alone."""
        counted: Counted = self.engine.collect(self.frame.select(**self._measures)).to_pylist()[0]
        return counted

    @cached_property
    def of_segments(self) -> tuple[Counted, ...]:
        """What is counted of each segment: `customers` of it, sums, medians as in `MEDIANS`, and quartiles of gaps."""
        measures = self._measures | {"overdue": count_where(self.is_overdue), **_QUARTILES}
        rows = self.engine.collect(self.frame.group_by("segment").agg(**measures)).to_pylist()
        found: dict[Any, Counted] = {row["segment"]: row for row in rows}
        sums = dict.fromkeys(_SUMS, 0) | {"overdue": 0}
        return tuple(found.get(segment, dict.fromkeys(measures) | sums) for segment in range(self.n_segments))

    @property
    def _measures(self) -> dict[str, nw.Expr]:
        known = self.frame.collect_schema().names()
        return _SUMS | {
            name: value.median() for name, value in MEDIANS.items() if name in known or name != "category_count"
        }

    @property
    def is_overdue(self) -> nw.Expr:
        """Who has been away for over twice the own time between orders, of one day or more.

        A first-time buyer is held to everybody's; where nobody came back, it cannot be told.
        """
        usual, recency, own = self.everybody["gap_days"], nw.col("recency_days"), nw.col("gap_days")
        own = own if usual is None else own.fill_null(usual)
        return (recency > OVERDUE_GAPS * own) & (recency > OVERDUE_GAPS)

    @cached_property
    def two_largest(self) -> tuple[float | None, ...]:
        """Share of each segment's revenue that its two largest customers bring, 0 to 1; None of one without revenue."""
        place = nw.col("revenue_scaled").rank("ordinal", descending=True).over("segment")
        largest = self.frame.select("segment", "revenue_scaled").with_columns(place=place).filter(nw.col("place") <= 2)
        rows = self.engine.collect(largest.group_by("segment").agg(nw.col("revenue_scaled").sum())).to_pylist()
        brought = {row["segment"]: row["revenue_scaled"] for row in rows}
        wholes = enumerate(row["revenue_scaled"] for row in self.of_segments)
        return tuple(brought[segment] / whole if whole and whole > 0 else None for segment, whole in wholes)


def members_of(clean: CleanOrders, assigned: nw.LazyFrame[Any], unit: Unit = "customer") -> nw.LazyFrame[Any]:
    """Customer and segment, one row per customer.

    Where orders or order lines were segmented, a customer belongs to the segment in which most of her money lies, the
    first of those with as much. `assigned` has units and their 0-based segments, as `Segmentation.assigned` gives them.
    """
    if unit == "customer":
        return assigned
    joined = clean.purchases.join(assigned, on=UNIT_ID[unit], how="inner")
    money = joined.group_by("customer_id", "segment").agg(revenue=money_sum("amount"))
    most = money.filter(nw.col("revenue") == nw.col("revenue").max().over("customer_id"))
    return most.group_by("customer_id").agg(nw.col("segment").min())


@dataclass(frozen=True)
class Purchases:
    """The kept lines of segmented customers, condensed: by customer, by order, and by thing bought.

    Customers and orders come from the run's `Activity`, and the kept lines are read once more for the things; all else
    is counted on these tables, which hold numbers instead of the ids of customers and orders.

    All have `customer`, a number for each, and `segment` (0-based): `members` `customer_id` as well; `customers` what
    `Activity.customers` has of each; `orders` `ordered_on` and `revenue`; `lines` the kept lines with `product_id` and
    `category` as far as the source has them, and `basket`, a number for each order of a customer; `things` those two,
    `n` (lines), `bought_on` and `last_bought_on`. Both are None where the source has neither product nor category.
    """

    clean: CleanOrders
    members: nw.LazyFrame[Any]
    customers: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
    lines: nw.LazyFrame[Any] | None
    engine: Engine
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

    def release(self) -> None:
        """Let go of what is held, of which all that is made must have been asked; nothing where it was let go."""
        counted = (vars(self).get(name) for name in ("_products", "_categories", "things"))  # as far as they were asked
        for frame in (*counted, self.lines, self.orders, self.members):
            if frame is not None:
                self.engine.release(frame)

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


def condense(clean: CleanOrders, members: nw.LazyFrame[Any], n_segments: int, before: date | None = None) -> Purchases:
    """Group the kept lines of segmented customers (from `members_of`) by order and by thing bought.

    Lines on or after the day `before` are not looked at.
    """
    # the same object where nothing is left out: then what features have measured is there
    seen = clean if before is None or (clean.activity.span or (before,))[-1] < before else before_day(clean, before)
    coded = seen.engine.numbered(members, "customer_id", "customer")

    def of_members(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return rows.join(coded, on="customer_id", how="inner")

    things = _things_of(seen)
    lines = _with_baskets(of_members(seen.purchases), things, seen.engine) if things else None
    revenue = (nw.col("revenue_scaled") / MONEY_SCALE).alias("revenue")
    return Purchases(
        clean=seen,
        members=coded,
        customers=of_members(seen.activity.customers),
        orders=seen.engine.materialise(
            of_members(seen.activity.orders).select("customer", "segment", "ordered_on", revenue)
        ),
        lines=lines,
        engine=seen.engine,
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


def read_customers(purchases: Purchases, as_of: date | None = None) -> Customers:
    """Measure what each customer did until `as_of` (the day after the last order if not given), held in the engine.

    `ParameterError` if none of the customers has a kept line.
    """
    known_days = (nw.col("last_day") - nw.col("first_day")).cast(nw.Float64)
    measured = {
        "revenue": nw.col("revenue_scaled") / MONEY_SCALE,
        "gap_days": nw.when(nw.col("order_days") > 1).then(known_days / (nw.col("order_days") - 1)),
    }
    days = {"first_day": day_number("first_on"), "last_day": day_number("last_on")}
    rows = purchases.customers.with_columns(**days).with_columns(**measured)
    kept = ["customer_id", "customer", "segment", "order_count", "line_count", "revenue_scaled", "first_on", "last_on"]
    if "category" in purchases.columns:
        counts = purchases.of_each("category").group_by("customer").agg(category_count=nw.len().cast(nw.Int64))
        rows = rows.join(counts, on="customer", how="left").with_columns(nw.col("category_count").fill_null(0))
        kept.append("category_count")
    held = purchases.engine.hold(rows.select(*kept, "last_day", *measured))
    span = {"first": nw.col("first_on").min(), "last": nw.col("last_on").max()}
    (seen,) = purchases.engine.collect(held.select(**span)).to_pylist()
    if seen["first"] is None:
        message = "None of the segmented customers has a kept order line; were ids and orders of the same run given?"
        raise ParameterError(message)
    as_of = as_of or seen["last"] + timedelta(days=1)
    recency = (nw.lit(day_number_of(as_of)) - nw.col("last_day")).cast(nw.Float64)
    frame = held.with_columns(recency_days=recency)
    return Customers(frame, held, purchases.engine, (seen["first"], seen["last"]), as_of, purchases.n_segments)


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


def _of(row: Counted, whole: Counted, overdue: int) -> dict[str, float]:
    n, everything = row["customers"], whole["revenue_scaled"]
    share = n / whole["customers"]
    revenue_share = float(row["revenue_scaled"] / everything) if everything else 0.0
    values: dict[str, float | None] = {
        "customer_count": float(n),
        "customer_share": share,
        "revenue_share": revenue_share,
        "revenue_lead": revenue_share / share if share else None,
        "one_order_share": row["ordered_once"] / n if n else None,
        "overdue_share": overdue / n if n else None,
    }
    values |= {name: row.get(name) for name in MEDIANS}
    return {name: float(value) for name, value in values.items() if value is not None}


def segment_facts(customers: Customers, seasons: Sequence[float | None]) -> tuple[SegmentFacts, ...]:
    """Compute the facts of every segment, in the order of the labels.

    `seasons` has each segment's share of a year's orders in its three busiest months, where it has a season.
    """
    whole, rows = customers.everybody, customers.of_segments
    again = {"ever_again_share": (whole["customers"] - whole["ordered_once"]) / whole["customers"]}
    everyone = _of(whole, whole, sum(row["overdue"] for row in rows)) | again
    found = []
    for row, season in zip(rows, seasons, strict=True):
        values = _of(row, whole, row["overdue"]) | again | ({} if season is None else {"season_share": season})
        found.append(SegmentFacts(values, everyone, round(float(row["revenue_scaled"]) / MONEY_SCALE, 2)))
    return tuple(found)
