"""What is measured of each unit: the features, their words, and their formulas over exact sums.

A formula sees the columns that `sums.py` gives for a unit, all float64 and free of nulls: `_cents` (money in
ten-thousandths), `_lines`, `_items`, `_list`, `_discount`, `_later`, `_large`, `_quarter_1` to `_quarter_4`,
`_category_0` on, and for customers those of `rhythm.py`. The sums are whole numbers, so a formula gives the same on
every engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.schema import MONEY_SCALE, Feature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Aspect, Measure, Unit

OTHER = "other"
_CATEGORY = ("category_", "_share")


@dataclass(frozen=True)
class Measurement:
    """One feature, the source columns it needs, and its formula."""

    feature: Feature
    needs: tuple[str, ...]
    formula: nw.Expr


def _ratio(top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """A quotient, 0 where there is nothing to divide by."""
    return nw.when(bottom > 0).then(top / bottom).otherwise(nw.lit(0.0))


def _measure(
    name: str, label: str, measure: Measure, aspect: Aspect, formula: nw.Expr, *needs: str, block: str | None = None
) -> Measurement:
    return Measurement(Feature(name, label, measure, aspect, block), needs, formula)


def category_feature_name(category: str) -> str:
    """Name of the feature that is the share of one category.

    >>> category_feature_name("Classic Cars")
    'category_Classic Cars_share'
    """
    return category.join(_CATEGORY)


def category_of(name: str) -> str | None:
    """The category that a feature is the share of; None for other features.

    >>> category_of("category_Classic Cars_share")
    'Classic Cars'
    """
    start, end = _CATEGORY
    is_share = name.startswith(start) and name.endswith(end) and len(name) > len(start) + len(end)
    return name[len(start) : -len(end)] if is_share else None


_CENTS = nw.col("_cents")
_MONEY = _CENTS / MONEY_SCALE
_GAPS = nw.col("_orders") - 1
_SPAN = nw.col("_last_day") - nw.col("_first_day")
# n * sum(g^2) - sum(g)^2 over n^2 is the variance; both terms are whole, so nothing cancels
_GAP_VARIANCE = (_GAPS * nw.col("_gap_squares") - _SPAN * _SPAN) / (_GAPS * _GAPS)


def _categories(categories: Sequence[str]) -> list[Measurement]:
    own = {place: category for place, category in enumerate(categories) if category != OTHER}
    rest = _CENTS
    for place in own:
        rest = rest - nw.col(f"_category_{place}")
    return [
        _measure(
            category_feature_name(category),
            f"share of revenue in {category}" if category != OTHER else "share of revenue in other categories",
            "share",
            "taste",
            _ratio(nw.col(f"_category_{place}") if place in own else rest, _CENTS),
            "category",
            block="category",
        )
        for place, category in enumerate(categories)
    ]


def _quarters() -> list[Measurement]:
    months = ("January to March", "April to June", "July to September", "October to December")
    return [
        _measure(
            f"quarter_{number}_share",
            f"share of revenue in {span}",
            "share",
            "seasonality",
            _ratio(nw.col(f"_quarter_{number}"), _CENTS),
            block="quarter",
        )
        for number, span in enumerate(months, start=1)
    ]


def _discount() -> Measurement:
    label = "share of the list price given as discount"
    formula = _ratio(nw.col("_discount"), nw.col("_list"))
    return _measure("discount_share", label, "share", "basket", formula, "list_price", "quantity")


def _large(label: str, *needs: str) -> Measurement:
    return _measure("large_deal_share", label, "share", "value", _ratio(nw.col("_large"), _CENTS), *needs)


def _recency(as_of_day: int, label: str) -> Measurement:
    return _measure("recency_days", label, "days", "timing", as_of_day - nw.col("_last_day"))


def _trend() -> Measurement:
    earlier = _CENTS - nw.col("_later")
    label = "growth of revenue: later half of the time against the earlier half, -1 to 1"
    return _measure("trend", label, "ratio", "value", _ratio(nw.col("_later") - earlier, _CENTS))


def _value_and_timing(as_of_day: int, *, by_deal_size: bool) -> list[Measurement]:
    tenure = as_of_day - nw.col("_first_day")
    # One order has no gap yet: nobody waits less than since that order.
    gap_mean = nw.when(_GAPS > 0).then(_SPAN / _GAPS).otherwise(tenure)
    gap_spread = nw.when(_GAPS > 1).then(_GAP_VARIANCE.clip(lower_bound=0.0).sqrt()).otherwise(nw.lit(0.0))
    large = _large(
        "share of revenue in the largest deal size" if by_deal_size else "share of revenue in large orders",
        *(("deal_size",) if by_deal_size else ()),
    )
    return [
        _measure("revenue_total", "revenue", "money", "value", _MONEY),
        _measure("order_count", "orders", "count", "value", nw.col("_orders")),
        _trend(),
        large,
        _recency(as_of_day, "days since the last order"),
        _measure("tenure_days", "days since the first order", "days", "timing", tenure),
        _measure("gap_mean_days", "days between orders", "days", "timing", gap_mean),
        _measure("gap_spread_days", "spread of the days between orders", "days", "timing", gap_spread),
    ]


def _basket_and_taste() -> list[Measurement]:
    orders, returned = nw.col("_orders"), nw.col("_returned_cents")
    items = nw.col("_items") / MONEY_SCALE
    return [
        _measure("basket_mean", "revenue per order", "money", "basket", _MONEY / orders),
        _measure("basket_items_mean", "items per order", "count", "basket", items / orders, "quantity"),
        _discount(),
        _measure(
            "return_share",
            "share of value cancelled or returned",
            "share",
            "basket",
            _ratio(returned, returned + _CENTS),
        ),
        _measure("return_count", "lines cancelled or returned", "count", "basket", nw.col("_returned_lines")),
        _measure("return_total", "value cancelled or returned", "money", "basket", returned / MONEY_SCALE),
        _measure("product_breadth", "different products bought", "count", "taste", nw.col("_products"), "product_id"),
    ]


def _customer(as_of_day: int, categories: Sequence[str], *, by_deal_size: bool) -> list[Measurement]:
    return [
        *_value_and_timing(as_of_day, by_deal_size=by_deal_size),
        *_basket_and_taste(),
        *_categories(categories),
        *_quarters(),
    ]


def _order(as_of_day: int, categories: Sequence[str], *, by_deal_size: bool) -> list[Measurement]:
    items = nw.col("_items") / MONEY_SCALE
    large = [_large("share of the order in the largest deal size", "deal_size")] if by_deal_size else []
    return [
        _measure("order_total", "value of the order", "money", "value", _MONEY),
        *large,
        _recency(as_of_day, "days since the order"),
        _measure("line_count", "lines", "count", "basket", nw.col("_lines")),
        _measure("items_count", "items", "count", "basket", items, "quantity"),
        _measure("item_price_mean", "revenue per item", "money", "basket", _ratio(_MONEY, items), "quantity"),
        _discount(),
        _measure("product_breadth", "different products", "count", "taste", nw.col("_products"), "product_id"),
        *_categories(categories),
        *_quarters(),
    ]


def _order_line(as_of_day: int, categories: Sequence[str], *, by_deal_size: bool) -> list[Measurement]:
    del by_deal_size  # of a single line it only restates the value
    items = nw.col("_items") / MONEY_SCALE
    listed = _ratio(nw.col("_list"), nw.col("_items"))
    return [
        _measure("line_total", "value of the line", "money", "value", _MONEY),
        _recency(as_of_day, "days since the order"),
        _measure("items_count", "items", "count", "basket", items, "quantity"),
        _measure("item_price_mean", "revenue per item", "money", "basket", _ratio(_MONEY, items), "quantity"),
        _measure("list_price_mean", "list price per item", "money", "basket", listed, "list_price", "quantity"),
        _discount(),
        *_categories(categories),
        *_quarters(),
    ]


def measurements(
    unit: Unit, as_of_day: int, categories: Sequence[str], *, by_deal_size: bool
) -> tuple[Measurement, ...]:
    """Everything that is measured of a unit.

    Parameters
    ----------
    unit
        What is measured.
    as_of_day
        Day number on which features look back.
    categories
        Those with a share of their own; `other` is what is left of them.
    by_deal_size
        Whether the orders tell their deal size; else a customer's large orders are told by their amount.
    """
    makers = {"customer": _customer, "order": _order, "order_line": _order_line}
    return tuple(makers[unit](as_of_day, categories, by_deal_size=by_deal_size))
