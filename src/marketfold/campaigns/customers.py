"""One row per customer, from the kept order lines: the ground of every campaign number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError
from marketfold.schema import Float64, Ids, Labels, Unit, money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders

UNIT_KEY: dict[Unit, str] = {"customer": "customer_id", "order": "order_id", "order_line": "source_line"}


@dataclass(frozen=True)
class Customers:
    """What each customer of a segment did, in arrays of shape (n_customers,).

    Attributes
    ----------
    ids, labels
        Customer and 0-based segment.
    order_count, line_count, order_days
        Orders, lines, and different days with an order.
    revenue
        Money in kept lines.
    first_on, last_on
        First and last day of buying, as datetime64[D].
    later_revenue
        Money that fell in the later half of the time observed.
    category_count
        Different categories bought; None without a category column.
    observed
        First and last day on which anybody bought.
    as_of
        The day from which the campaign looks back.
    n_segments
        How many segments there are.
    """

    ids: Ids
    labels: Labels
    order_count: Float64
    line_count: Float64
    order_days: Float64
    revenue: Float64
    first_on: NDArray[np.datetime64]
    last_on: NDArray[np.datetime64]
    later_revenue: Float64
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


def _keys(ids: Ids, unit: Unit) -> pa.Array:
    return pa.array(ids.astype(np.int64)) if unit == "order_line" else pa.array(ids.tolist(), pa.string())


def members_of(clean: CleanOrders, ids: Ids, labels: Labels, unit: Unit = "customer") -> pa.Table:
    """Customer and segment, one row per customer.

    Where orders or order lines were segmented, a customer belongs to the segment in which most of her money lies.

    Parameters
    ----------
    clean
        The orders that were segmented.
    ids, labels
        Unit and its 0-based segment, shape (n_units,).
    unit
        What a row of `ids` is.

    Raises
    ------
    ParameterError
        If ids and labels differ in length or a label is negative.
    """
    if len(ids) != len(labels) or (len(labels) and labels.min() < 0):
        message = f"Each unit needs one label of 0 or more; got {len(ids)} ids and {len(labels)} labels."
        raise ParameterError(message)
    own = pa.table({UNIT_KEY[unit]: _keys(ids, unit), "segment": pa.array(labels, pa.int64())})
    if unit == "customer":
        return own
    joined = clean.purchases.join(clean.engine.from_arrow(own), on=UNIT_KEY[unit], how="inner")
    money = clean.engine.collect(joined.group_by("customer_id", "segment").agg(revenue=money_sum("amount")))
    best = money.sort_by([("customer_id", "ascending"), ("revenue", "descending"), ("segment", "ascending")])
    customers = np.asarray(best["customer_id"].to_pylist(), dtype=str)
    _, first = np.unique(customers, return_index=True)
    return best.take(pa.array(first)).select(["customer_id", "segment"])


def segment_lines(clean: CleanOrders, members: pa.Table, before: date | None = None) -> nw.LazyFrame[Any]:
    """Kept lines of segmented customers (before a day), each with the 0-based `segment` of its customer; lazy."""
    joined = clean.purchases.join(clean.engine.from_arrow(members), on="customer_id", how="inner")
    return joined if before is None else joined.filter(nw.col("ordered_on") < nw.lit(before))


def _days(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    return np.asarray(column.cast(pa.date32()).to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _observed(lines: nw.LazyFrame[Any], clean: CleanOrders) -> tuple[date, date]:
    span = clean.engine.collect(lines.select(first=nw.col("ordered_on").min(), last=nw.col("ordered_on").max()))
    first, last = span["first"][0].as_py(), span["last"][0].as_py()
    if first is None:
        message = "None of the segmented customers has a kept order line; were ids and orders of the same run given?"
        raise ParameterError(message)
    return _as_date(first), _as_date(last)


def _as_date(value: date) -> date:
    return date(value.year, value.month, value.day)


def _measures(names: list[str], middle: date) -> dict[str, nw.Expr]:
    later = nw.when(nw.col("ordered_on") > nw.lit(middle)).then(nw.col("amount")).otherwise(nw.lit(0.0))
    measures = {
        "order_count": nw.col("order_id").n_unique(),
        "line_count": nw.len(),
        "order_days": nw.col("ordered_on").n_unique(),
        "revenue": money_sum("amount"),
        "first_on": nw.col("ordered_on").min(),
        "last_on": nw.col("ordered_on").max(),
        "later_revenue": later.sum(),
    }
    return measures | ({"category_count": nw.col("category").n_unique()} if "category" in names else {})


def read_customers(
    lines: nw.LazyFrame[Any], clean: CleanOrders, n_segments: int, as_of: date | None = None
) -> Customers:
    """Group the lines of `segment_lines` by customer; collects one row per customer.

    Parameters
    ----------
    lines
        Kept lines with their segment.
    clean
        Where they come from.
    n_segments
        How many segments there are.
    as_of
        The day from which the campaign looks back; the day after the last order if not given.
    """
    first, last = _observed(lines, clean)
    measures = _measures(lines.collect_schema().names(), first + (last - first) // 2)
    table = clean.engine.collect(lines.group_by("customer_id", "segment").agg(**measures)).sort_by("customer_id")
    numbers = {
        name: np.asarray(table[name].to_numpy(), dtype=np.float64)
        for name in measures
        if name not in {"first_on", "last_on"}
    }
    return Customers(
        ids=np.asarray(table["customer_id"].to_pylist(), dtype=str),
        labels=np.asarray(table["segment"].to_numpy(), dtype=np.int32),
        first_on=_days(table["first_on"]),
        last_on=_days(table["last_on"]),
        category_count=numbers.pop("category_count", None),
        observed=(first, last),
        as_of=as_of or last + timedelta(days=1),
        n_segments=n_segments,
        **numbers,
    )
