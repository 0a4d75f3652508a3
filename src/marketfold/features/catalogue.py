"""What is measured of each unit: a feature is one entry, with its words, its sums and its formula.

A formula sees the columns of `build.sum_units`, all float64 and free of nulls: those that stand there for every unit
(`line_count`, `revenue_scaled`, `first_day`, `last_day`, and the rest of `Activity.customers` for customers), and the
sums that its entry names. The sums are whole numbers, so a formula gives the same on every engine.

Beside it stands the same in plain pandas, as a notebook of a run writes it; a test compares what both give. It is an
expression over `lines`, `orders`, `returns`, `visits` and `units` (with `revenue`, `first_on`, `last_on` and, of
customers, `order_count`, `tenure_days`, `span_days` and `gap_count`), `AS_OF`, and the functions `total`, `count` and
`ratio`, all of which `notebook/templates/features.py.j2` makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import narwhals as nw

from marketfold.activity import scaled
from marketfold.features.fitted_statistics import OTHER, category_feature_name
from marketfold.schema import MONEY_SCALE, day_number_of
from marketfold.thresholds import SEASON_DAYS
from marketfold.units import Feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.features.fitted_statistics import FittedStatistics
    from marketfold.schema import Unit

Rows = Literal["lines", "orders", "returns"]
YEAR = 365
"""Days without which a trend is a season or a single order, and the shares of the quarters say when somebody joined."""
REVENUE = nw.col("revenue_scaled")


@dataclass(frozen=True, eq=False)
class Sum:
    """An aggregate that a formula asks for, and finds in column `name`: float64, 0 where a unit has no such row.

    With `fills` of False it is there as it came, and null where there is nothing. `value` should be whole, so that it
    is the same on every engine. `rows` are purchases, orders as in `Activity.orders` (of an order or an order line its
    lines), or returned lines (of customers); each row has `revenue_scaled`, its money in ten-thousandths.
    """

    name: str
    value: nw.Expr
    rows: Rows = "lines"
    fills: bool = True


def money_where(name: str, condition: nw.Expr, rows: Rows = "lines") -> Sum:
    """Money, in ten-thousandths, of the rows on which a condition holds."""
    # zeros, not nulls: DuckDB adds them faster
    return Sum(name, nw.when(condition).then(REVENUE).otherwise(nw.lit(0.0)).sum(), rows)


@dataclass(frozen=True, eq=False)
class Measurement:
    """One feature, its formula, the source columns that it needs, and the sums that the formula asks for.

    `plain` is the formula in plain pandas.
    """

    feature: Feature
    formula: nw.Expr
    plain: str
    needs: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    window_days: int = 0
    """Days that the orders must cover for the feature to mean anything."""


def _ratio(top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """A quotient, 0 where there is nothing to divide by."""
    return nw.when(bottom > 0).then(top / bottom).otherwise(nw.lit(0.0))


def _share(feature: Feature, money: Sum, rows: str, needs: tuple[str, ...] = (), window_days: int = 0) -> Measurement:
    """Share of revenue on some rows, which `rows` names in plain pandas."""
    plain = f'ratio(total({rows}), units["revenue"])'
    return Measurement(feature, _ratio(nw.col(money.name), REVENUE), plain, needs, (money,), window_days)


_MONEY = REVENUE / MONEY_SCALE
ITEMS = Sum("items_scaled", scaled(nw.col("quantity")).sum())
_ITEMS_SCALED = nw.col(ITEMS.name)
_ITEMS = _ITEMS_SCALED / MONEY_SCALE
_LISTED = scaled(nw.col("quantity") * nw.col("list_price"))
_NOTHING = nw.lit(0.0)
LIST = Sum("list_scaled", nw.max_horizontal(_LISTED, _NOTHING).sum())
_LIST_SCALED = nw.col(LIST.name)
# What was paid above the list is no discount, and does not make up for one elsewhere. A list price of nothing, or less,
# is always below what was paid.
DISCOUNT = Sum("discount_scaled", nw.max_horizontal(_LISTED - REVENUE, _NOTHING).sum())
# n_unique counts an empty cell as a product of its own
_IS_EMPTY = nw.when(nw.col("product_id").is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
PRODUCTS = Sum("product_count", nw.col("product_id").n_unique() - _IS_EMPTY.max())

_ORDERS = nw.col("order_count")
_RETURNS = "returns"
_GAPS = nw.col("order_days") - 1  # two orders of one day are one visit, as in lists and timing
_SPAN = nw.col("last_day") - nw.col("first_day")
# n * sum(g^2) - sum(g)^2 over n^2 is the variance; both terms are whole, so nothing cancels
_GAP_VARIANCE = (_GAPS * nw.col("gap_squares") - _SPAN * _SPAN) / (_GAPS * _GAPS)


def _categories(statistics: FittedStatistics) -> list[Measurement]:
    sums = {
        category: money_where(f"category_{place}_scaled", nw.col("category") == category)
        for place, category in enumerate(statistics.categories)
        if category != OTHER
    }
    rest = REVENUE
    for one in sums.values():
        rest = rest - nw.col(one.name)
    found = []
    for category in statistics.categories:
        label = f"share of revenue in {category if category != OTHER else 'other categories'}"
        feature = Feature(category_feature_name(category), label, "share", "taste", "category")
        own = sums.get(category)
        if own:
            found.append(_share(feature, own, f'lines[lines["category"] == {category!r}]', ("category",)))
            continue
        others = f'ratio(total(lines[~lines["category"].isin({list(sums)!r})]), units["revenue"])'
        found.append(Measurement(feature, _ratio(rest, REVENUE), others, ("category",), tuple(sums.values())))
    return found


def _quarters(order_days: int = 1, known_days: int = 0, window_days: int = 0) -> list[Measurement]:
    """Of a customer they tell the season only if a whole year of theirs was seen; else they tell when they joined."""
    months = ("January to March", "April to June", "July to September", "October to December")
    month = nw.col("ordered_on").dt.month()
    found = []
    for number, span in enumerate(months, start=1):
        within = (month > 3 * number - 3) & (month <= 3 * number)
        name, label = f"quarter_{number}_share", f"share of revenue in {span}"
        feature = Feature(name, label, "share", "seasonality", "quarter", order_days, known_days)
        rows = f'orders[orders["ordered_on"].dt.quarter == {number}]'
        money = money_where(f"quarter_{number}_scaled", within, "orders")
        found.append(_share(feature, money, rows, (), window_days))
    return found


def _discount() -> Measurement:
    feature = Feature("discount_share", "discount below the list price: a line above it counts as 0", "share", "basket")
    formula = _ratio(nw.col(DISCOUNT.name), _LIST_SCALED)
    plain = 'ratio(total(lines, "below_list"), total(lines, "at_list"))'
    return Measurement(feature, formula, plain, ("list_price", "quantity"), (LIST, DISCOUNT))


def _large(statistics: FittedStatistics, whose: str) -> Measurement:
    """Share of revenue in the largest deal size, or, where orders tell no size, in large orders."""
    size = statistics.large_deal_size
    where = "large orders" if size is None else "the largest deal size"
    feature = Feature("large_deal_share", f"share of {whose} in {where}", "share", "value")
    if size is None:
        rows = f'orders[orders["amount"] > {statistics.large_order_at / MONEY_SCALE!r}]'
        return _share(feature, money_where("large_scaled", statistics.large_order_at < REVENUE, "orders"), rows)
    rows = f'lines[lines["deal_size"] == {size!r}]'
    return _share(feature, money_where("large_scaled", nw.col("deal_size") == size), rows, ("deal_size",))


def _recency(statistics: FittedStatistics, label: str) -> Measurement:
    feature = Feature("recency_days", label, "days", "timing")
    return Measurement(
        feature, day_number_of(statistics.as_of) - nw.col("last_day"), '(AS_OF - units["last_on"]).dt.days'
    )


def _trend(statistics: FittedStatistics) -> Measurement:
    label = "growth of revenue: 1 if all came in the later half of the time, -1 if all in the earlier"
    money = money_where("later_scaled", nw.col("ordered_on") >= statistics.middle_on, "orders")
    later = nw.col(money.name)
    formula = _ratio(later - (REVENUE - later), REVENUE)
    known_days = (statistics.as_of - statistics.middle_on).days + 1  # who came later can have bought in one half only
    feature = Feature("trend", label, "ratio", "value", order_days=2, known_days=known_days)
    half = f'orders[orders["ordered_on"] >= "{statistics.middle_on}"]'
    plain = f'ratio(2 * total({half}) - units["revenue"], units["revenue"])'
    return Measurement(feature, formula, plain, sums=(money,), window_days=YEAR)


def _of_customers(statistics: FittedStatistics) -> list[Measurement]:
    as_of_day = day_number_of(statistics.as_of)
    tenure = as_of_day - nw.col("first_day")
    # One order has no gap, and stands in the matrix as what it will be at least: the time since that order.
    gap_mean = nw.when(_GAPS > 0).then(_SPAN / _GAPS).otherwise(tenure)
    gap_spread = nw.when(_GAPS > 1).then(_GAP_VARIANCE.clip(lower_bound=0.0).sqrt()).otherwise(nw.lit(0.0))
    returned = nw.col("returned_scaled")
    items = Feature("basket_items_mean", "items per order", "count", "basket")
    return_share = Feature("return_share", "share of value cancelled or returned", "share", "basket", topic=_RETURNS)
    return_count = Feature("return_count", "lines cancelled or returned", "count", "basket", topic=_RETURNS)
    return_total = Feature("return_total", "value cancelled or returned", "money", "basket", topic=_RETURNS)
    mean = '(units["span_days"] / units["gap_count"]).where(units["gap_count"] > 0, units["tenure_days"])'
    spread = 'visits.groupby(KEY)["gap_days"].std(ddof=0).reindex(units.index).fillna(0.0)'
    return [
        Measurement(Feature("revenue_total", "revenue", "money", "value"), _MONEY, 'units["revenue"]'),
        Measurement(Feature("order_count", "orders", "count", "value"), _ORDERS, 'units["order_count"]'),
        _trend(statistics),
        _large(statistics, "revenue"),
        _recency(statistics, "days since the last order"),
        Measurement(
            Feature("tenure_days", "days since the first order", "days", "timing"), tenure, 'units["tenure_days"]'
        ),
        Measurement(Feature("gap_mean_days", "days between orders", "days", "timing", order_days=2), gap_mean, mean),
        Measurement(
            Feature("gap_spread_days", "spread of the days between orders", "days", "timing", order_days=3),
            gap_spread,
            spread,
        ),
        Measurement(
            Feature("basket_mean", "revenue per order", "money", "basket"),
            _MONEY / _ORDERS,
            'units["revenue"] / units["order_count"]',
        ),
        Measurement(
            items, _ITEMS / _ORDERS, 'total(lines, "quantity") / units["order_count"]', ("quantity",), (ITEMS,)
        ),
        _discount(),
        Measurement(
            return_share,
            _ratio(returned, returned + REVENUE),
            'ratio(total(returns), total(returns) + units["revenue"])',
        ),
        Measurement(return_count, nw.col("returned_line_count"), "count(returns)"),
        Measurement(return_total, returned / MONEY_SCALE, "total(returns)"),
        _products("different products bought"),
        *_categories(statistics),
        *_quarters(order_days=2, known_days=YEAR, window_days=SEASON_DAYS),
    ]


def _of_orders(statistics: FittedStatistics) -> list[Measurement]:
    return [
        Measurement(Feature("order_total", "value of the order", "money", "value"), _MONEY, 'units["revenue"]'),
        *([_large(statistics, "the order")] if statistics.large_deal_size is not None else []),
        _recency(statistics, "days since the order"),
        Measurement(Feature("line_count", "lines", "count", "basket"), nw.col("line_count"), "count(lines)"),
        *_items(),
        _discount(),
        _products("different products"),
        *_categories(statistics),
        *_quarters(),
    ]


def _of_order_lines(statistics: FittedStatistics) -> list[Measurement]:
    """Without the deal size: of a single line it only restates the value."""
    price = Feature("list_price_mean", "list price per item", "money", "basket")
    return [
        Measurement(Feature("line_total", "value of the line", "money", "value"), _MONEY, 'units["revenue"]'),
        _recency(statistics, "days since the order"),
        *_items(),
        Measurement(
            price,
            _ratio(_LIST_SCALED, _ITEMS_SCALED),
            'ratio(total(lines, "at_list"), total(lines, "quantity"))',
            ("list_price", "quantity"),
            (LIST, ITEMS),
        ),
        _discount(),
        *_categories(statistics),
        *_quarters(),
    ]


def _items() -> list[Measurement]:
    per_item = Feature("item_price_mean", "revenue per item", "money", "basket")
    return [
        Measurement(
            Feature("items_count", "items", "count", "basket"),
            _ITEMS,
            'total(lines, "quantity")',
            ("quantity",),
            (ITEMS,),
        ),
        Measurement(
            per_item,
            _ratio(_MONEY, _ITEMS),
            'ratio(units["revenue"], total(lines, "quantity"))',
            ("quantity",),
            (ITEMS,),
        ),
    ]


def _products(label: str) -> Measurement:
    feature = Feature("product_breadth", label, "count", "taste")
    plain = 'lines.groupby(KEY)["product_id"].nunique()'
    return Measurement(feature, nw.col("product_count"), plain, ("product_id",), (PRODUCTS,))


CATALOGUE: dict[Unit, Callable[[FittedStatistics], list[Measurement]]] = {
    "customer": _of_customers,
    "order": _of_orders,
    "order_line": _of_order_lines,
}
"""Everything that is measured of each unit, in the order of the columns."""
