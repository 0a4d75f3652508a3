"""Exact sums over order lines, one row per unit, as a lazy plan.

Money and quantities are added as whole ten-thousandths: whole numbers add up to the same in any order, so an engine
may share the work between threads or machines as it likes. They are held as float64, which engines add fastest and
which is exact for whole numbers below 2**53, that is for sums below 900 billion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import MONEY_SCALE, SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Collection

DESCRIBING = ("country", "territory", "state")
"""Columns that describe a unit and do not shape segments."""
SEVERAL = "(several)"

_UNIX_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Yardstick:
    """What the features of one table are measured by.

    Attributes
    ----------
    first_on
        First day of the window.
    as_of
        The day on which features look back, the first after the window.
    categories
        Those with a share of their own; `other` is what is left.
    large_deal_size
        The deal size whose lines are large deals; None where orders do not tell one.
    large_order_at
        Orders above this amount, in ten-thousandths, are large where there are no deal sizes.
    """

    first_on: date
    as_of: date
    categories: tuple[str, ...]
    large_deal_size: str | None
    large_order_at: int

    @property
    def middle_on(self) -> date:
        """First day of the later half of the window."""
        return date.fromordinal((self.first_on.toordinal() + self.as_of.toordinal()) // 2)


def day_number(column: str) -> nw.Expr:
    """Days since 1970-01-01, from calendar parts, for engines differ in what the difference of two dates is."""
    day = nw.col(column)
    year = day.dt.year().cast(nw.Int64) - 1
    leap_days = year // 4 - year // 100 + year // 400
    return year * 365 + leap_days + day.dt.ordinal_day().cast(nw.Int64) - _UNIX_EPOCH


def day_number_of(day: date) -> int:
    """The same for one day.

    >>> day_number_of(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _UNIX_EPOCH


def whole(amount: nw.Expr) -> nw.Expr:
    """Money or a quantity as whole ten-thousandths."""
    return (amount * MONEY_SCALE).round()


def _weighed(lines: nw.LazyFrame[Any], columns: Collection[str]) -> nw.LazyFrame[Any]:
    """Lines with their money, items and discount as whole numbers."""
    cells = [whole(nw.col("amount")).alias("_cents")]
    if "quantity" in columns:
        cells.append(whole(nw.col("quantity")).alias("_items"))
    if {"quantity", "list_price"} <= set(columns):
        listed = nw.col("quantity") * nw.col("list_price")
        cells.append(nw.when(listed > 0).then(whole(listed)).alias("_list"))
    weighed = lines.with_columns(*cells)
    if {"quantity", "list_price"} <= set(columns):
        # what was paid above the list is no discount, and does not make up for one elsewhere
        off = nw.col("_list") - nw.col("_cents")
        weighed = weighed.with_columns(nw.when(off > 0).then(off).alias("_discount"))
    return weighed


def _shares(columns: Collection[str], yardstick: Yardstick) -> list[nw.Expr]:
    """Money in large deals and in each category."""
    cents = nw.col("_cents")
    parts = {}
    if yardstick.large_deal_size is not None:
        parts["_large"] = nw.col("deal_size") == yardstick.large_deal_size
    if "category" in columns:
        parts |= {
            f"_category_{place}": nw.col("category") == category for place, category in enumerate(yardstick.categories)
        }
    return [nw.when(part).then(cents).sum().alias(name) for name, part in parts.items()]


def sum_lines(lines: nw.LazyFrame[Any], key: str, columns: Collection[str], yardstick: Yardstick) -> nw.LazyFrame[Any]:
    """One row per unit: exact sums, first and last day, and what describes it.

    Parameters
    ----------
    lines
        Purchases before the as-of date.
    key
        Column that identifies a unit.
    columns
        Columns of `lines`.
    yardstick
        Halves of the window, categories, deal sizes.
    """
    totals = [name for name in ("_cents", "_items", "_list", "_discount") if name == "_cents" or "quantity" in columns]
    totals = [name for name in totals if name in ("_cents", "_items") or "list_price" in columns]
    products = []
    if "product_id" in columns and key != SOURCE_LINE:
        # n_unique counts an empty cell as a product of its own
        known = nw.col("product_id").n_unique() - (nw.col("product_id").null_count() > 0).cast(nw.Int64)
        products.append(known.alias("_products"))
    described = [name for name in DESCRIBING if name in columns]
    grouped = (
        _weighed(lines, columns)
        .group_by(key)
        .agg(
            nw.len().alias("_lines"),
            *(nw.col(name).sum() for name in totals),
            *products,
            *_shares(columns, yardstick),
            *(nw.col(name).min().alias(f"_least_{name}") for name in described),
            *(nw.col(name).max().alias(f"_most_{name}") for name in described),
        )
    )
    alone = [
        nw.when(nw.col(f"_least_{name}") == nw.col(f"_most_{name}"))
        .then(nw.col(f"_least_{name}"))
        .otherwise(nw.when(~nw.col(f"_least_{name}").is_null()).then(nw.lit(SEVERAL)))
        .alias(name)
        for name in described
    ]
    return grouped.with_columns(*alone) if alone else grouped


def time_sums(on: str, yardstick: Yardstick) -> list[nw.Expr]:
    """First and last day, and money in the later half and in each quarter, as aggregates.

    Parameters
    ----------
    on
        Column of the day; `_cents` stands beside it.
    yardstick
        Halves of the window.
    """
    cents = nw.col("_cents")
    quarter = (nw.col(on).dt.month() - 1) // 3 + 1
    parts = {"_later": nw.col(on) >= yardstick.middle_on}
    parts |= {f"_quarter_{number}": quarter == number for number in range(1, 5)}
    sums = [nw.when(part).then(cents).sum().alias(name) for name, part in parts.items()]
    return [nw.col(on).min().alias("_first_on"), nw.col(on).max().alias("_last_on"), *sums]


def with_days(grouped: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """First and last day as day numbers."""
    return grouped.with_columns(day_number("_first_on").alias("_first_day"), day_number("_last_on").alias("_last_day"))
