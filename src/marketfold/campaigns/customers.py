"""One row per customer, from the kept order lines: the ground of every campaign number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError
from marketfold.features import before_day
from marketfold.schema import MONEY_SCALE, UNIT_ID, Float64, Ids, Labels, Unit, money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine

THINGS = ("product_id", "category")


@dataclass(frozen=True)
class Customers:
    """What each customer of a segment did, in arrays of shape (n_customers,).

    Attributes
    ----------
    labels
        0-based segments.
    order_days
        Different days with an order.
    revenue
        Money in kept lines.
    category_count
        Different categories bought; None without a category column.
    observed
        First and last day on which anybody bought.
    as_of
        The day from which the campaign looks back.
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

    Where orders or order lines were segmented, a customer belongs to the segment in which most of her money lies.
    `ids` and `labels` are the units and their 0-based segments, shape (n_units,).

    Raises
    ------
    ParameterError
        If ids and labels differ in length or a label is negative.
    """
    if len(ids) != len(labels) or (len(labels) and labels.min() < 0):
        message = f"Each unit needs one label of 0 or more; got {len(ids)} ids and {len(labels)} labels."
        raise ParameterError(message)
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

    Customers and orders come from the run's `Activity`, and the lines are read once more for the things; everything
    else is counted on these tables, which are an order of magnitude smaller and hold numbers instead of ids.

    Attributes
    ----------
    customers
        `customer` (row of `ids`), `segment` (0-based), and what `Activity.customers` has of each.
    orders
        `customer`, `segment`, `ordered_on`, `revenue`.
    things
        `customer`, `segment`, `product_id` and `category` as far as the source has them, `n` (lines), `bought_on`,
        `last_bought_on`; None where it has neither.
    clean
        The lines themselves, for what is asked of few of them.
    ids, labels
        Customers, sorted, and their 0-based segments.
    """

    clean: CleanOrders
    customers: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
    things: nw.LazyFrame[Any] | None
    engine: Engine
    ids: Ids
    labels: Labels
    n_segments: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Which of product and category the source has."""
        if self.things is None:
            return ()
        names = self.things.collect_schema().names()
        return tuple(name for name in THINGS if name in names)


def condense(clean: CleanOrders, members: pa.Table, n_segments: int, before: date | None = None) -> Purchases:
    """Group the kept lines of segmented customers (from `members_of`) by order and by thing bought.

    Lines on or after the day `before` are not looked at.
    """
    # the same object where nothing is left out: then what features have measured is there
    seen = clean if before is None or (clean.activity.span or (before,))[-1] < before else before_day(clean, before)
    members = members.sort_by("customer_id")
    coded = seen.engine.from_arrow(members.append_column("customer", pa.array(range(len(members)), pa.int64())))

    def of_members(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return rows.join(coded, on="customer_id", how="inner")

    things = [name for name in THINGS if name in seen.columns]
    measures = {"n": nw.len(), "bought_on": nw.col("ordered_on").min(), "last_bought_on": nw.col("ordered_on").max()}
    by_thing = of_members(seen.purchases).group_by("customer", "segment", *things).agg(**measures)
    revenue = (nw.col("revenue_scaled") / MONEY_SCALE).alias("revenue")
    return Purchases(
        clean=seen,
        customers=of_members(seen.activity.customers),
        orders=seen.engine.materialise(
            of_members(seen.activity.orders).select("customer", "segment", "ordered_on", revenue)
        ),
        things=seen.engine.materialise(by_thing) if things else None,
        engine=seen.engine,
        ids=np.asarray(members["customer_id"].to_pylist(), dtype=str),
        labels=np.asarray(members["segment"].to_numpy(), dtype=np.int32),
        n_segments=n_segments,
    )


def _days(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    return np.asarray(column.cast(pa.date32()).to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _category_counts(purchases: Purchases) -> dict[int, int] | None:
    if purchases.things is None or "category" not in purchases.columns:
        return None
    known = purchases.things.filter(~nw.col("category").is_null())
    table = purchases.engine.collect(known.group_by("customer").agg(n=nw.col("category").n_unique()))
    return dict(zip(table["customer"].to_pylist(), table["n"].to_pylist(), strict=True))


def read_customers(purchases: Purchases, as_of: date | None = None) -> Customers:
    """Bring home what each customer did until `as_of` (the day after the last order if not given), one row for each.

    Raises
    ------
    ParameterError
        If none of the customers has a kept line.
    """
    table = purchases.engine.collect(purchases.customers).sort_by("customer")
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
        **{name: np.asarray(table[name], np.float64) for name in ("order_count", "line_count", "order_days")},
        revenue=np.asarray(table["revenue_scaled"], np.float64) / MONEY_SCALE,
        first_on=first_on,
        last_on=last_on,
        category_count=None if categories is None else np.array([categories.get(r, 0) for r in rows.tolist()], float),
        observed=observed,
        as_of=as_of or observed[1] + timedelta(days=1),
        n_segments=purchases.n_segments,
    )
