"""A model of a shop whose customers differ by degrees: when they buy, for how much, what, and what they send back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from marketfold.selection.purchase_process import PurchaseProcess, fit_process, shop_clock
from marketfold.selection.shop_lines import read_lines
from marketfold.selection.spread import Spread, censored_spread, spread_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64
    from marketfold.selection.shop_lines import ShopLines
    from marketfold.units import FeatureTable

    Whole = NDArray[np.int64]

LEAST_MONEY, LEAST_ITEMS = 1e-4, 0.01
MOST_DISCOUNT = 0.95
_LEAST_ALIKE, _MOST_ALIKE = 1e-3, 0.95


@dataclass(frozen=True)
class Taste:
    """What lines are of: each customer has shares of categories of her own, Dirichlet about those of the shop.

    Attributes
    ----------
    categories
        Their names; one of None where the source has none.
    shares : float64, shape (n_categories,)
        Of the lines of all.
    concentration
        Sum of the parameters of the Dirichlet: the larger, the more alike are the customers.
    theme
        Chance that a line follows the theme of its order instead of the customer's taste.
    products
        For each category the products of its lines, as often as they were bought.
    """

    categories: tuple[str | None, ...]
    shares: Float64
    concentration: float
    theme: float
    products: tuple[Whole, ...]

    def draw(self, customer: Whole, order: Whole, buyer: Whole, rng: Generator) -> tuple[Whole, Whole]:
        """Category and product of each line, by its customer and its order; `buyer` is the customer of each order."""
        alpha = np.maximum(self.shares * self.concentration, _LEAST_ALIKE)
        drawn = rng.gamma(alpha, size=(int(buyer.max()) + 1, len(alpha))) + np.finfo(np.float64).tiny
        reached = np.cumsum(drawn, axis=1) / drawn.sum(axis=1, keepdims=True)

        def pick(owner: Whole) -> Whole:
            chance, found = rng.random(len(owner)), np.zeros(len(owner), np.int64)
            for column in range(len(alpha) - 1):
                found += chance > reached[owner, column]
            return found

        category = np.where(rng.random(len(order)) < self.theme, pick(buyer)[order], pick(customer))
        product = np.zeros(len(order), np.int64)
        for place, bought in enumerate(self.products):
            here = np.flatnonzero(category == place)
            product[here] = bought[rng.integers(len(bought), size=len(here))]
        return category, product


@dataclass(frozen=True)
class ShopModel:
    """A shop without groups.

    Attributes
    ----------
    first_on
        First day of the window.
    first : shape (n_customers,)
        Day of each customer's first order in the window, to draw from.
    sizes
        Of the logarithms of an order's value, of its lines and, where the source has quantities, of its items.
    line_spread
        Standard deviation of the logarithm of what a line brings, within its order.
    discount
        Of the list price, a share; None where there is no list price.
    large_share
        Share of the lines that are of the largest deal size.
    back, back_alike
        Share of the orders of which something comes back, and the intraclass correlation of customers in it.
    back_part
        Share of the lines of such orders that come back.
    whole_items
        Whether quantities are whole numbers, one at least.
    columns
        Columns of `MEASURED` that the source has.
    """

    first_on: date
    first: Whole
    process: PurchaseProcess
    sizes: Spread
    line_spread: float
    taste: Taste | None
    discount: Spread | None
    large_share: float
    back: float
    back_alike: float
    back_part: float
    whole_items: bool
    columns: tuple[str, ...]

    @property
    def n_customers(self) -> int:
        """How many customers a shop has."""
        return len(self.first)


def _agreeing(codes: Whole, group: Whole, n_codes: int) -> tuple[float, float]:
    """Ordered pairs of lines of one group that agree in their code, and all of them."""
    sizes = np.bincount(group).astype(np.float64)
    cells = np.unique(group * n_codes + codes, return_counts=True)[1].astype(np.float64)
    return float((cells * (cells - 1)).sum()), float((sizes * (sizes - 1)).sum())


def _encoded(column: NDArray[Any] | None, n_lines: int) -> tuple[list[str | None], Whole]:
    if column is None:
        return [None], np.zeros(n_lines, np.int64)
    found = pa.array(column.tolist(), pa.string()).dictionary_encode(null_encoding="encode")
    return found.dictionary.to_pylist(), found.indices.to_numpy().astype(np.int64)


def _taste(lines: ShopLines) -> Taste | None:
    """By how much more often than by chance two lines of a customer, or of an order, are of one category."""
    if not {"category", "product_id"} & set(lines.columns):
        return None
    names, codes = _encoded(lines.columns.get("category"), len(lines.order))
    _, product = _encoded(lines.columns.get("product_id"), len(lines.order))
    shares = np.bincount(codes, minlength=len(names)) / len(codes)
    chance = float(np.square(shares).sum())

    def alike(agree: float, pairs: float) -> float:
        beyond = (agree / pairs - chance) / (1 - chance) if pairs and chance < 1 else 0.0
        return min(max(beyond, _LEAST_ALIKE), _MOST_ALIKE)

    of_customer, of_order = (_agreeing(codes, one, len(names)) for one in (lines.customer, lines.order))
    across = alike(of_customer[0] - of_order[0], of_customer[1] - of_order[1])
    theme = max((alike(*of_order) - across) / (1 - across), 0.0) ** 0.5
    products = tuple(product[codes == place] for place in range(len(names)))
    return Taste(tuple(names), shares, (1 - across) / across, theme, products)


def _sizes(lines: ShopLines) -> tuple[Spread, float]:
    """Of the value, lines and items of orders; and how lines of one order differ."""
    n_lines = np.bincount(lines.order).astype(np.float64)
    value = np.bincount(lines.order, weights=lines.amount)
    numbers = [np.log(np.maximum(value, LEAST_MONEY)), np.log(n_lines)]
    if "quantity" in lines.columns:
        items = np.bincount(lines.order, weights=np.nan_to_num(lines.numbers("quantity"), nan=1.0))
        numbers.append(np.log(np.maximum(items, LEAST_ITEMS)))
    logs = np.log(np.maximum(lines.amount, LEAST_MONEY))
    own = logs - (np.bincount(lines.order, weights=logs) / n_lines)[lines.order]
    spread = float(np.sqrt(np.square(own).sum() / max(len(logs) - lines.n_orders, 1)))
    return spread_of(np.column_stack(numbers), lines.buyer, lines.n_customers), spread


def _discount(lines: ShopLines) -> Spread | None:
    if not {"list_price", "quantity"} <= set(lines.columns):
        return None
    listed = np.nan_to_num(lines.numbers("list_price") * lines.numbers("quantity"))
    there = np.flatnonzero(listed > 0)
    if not len(there):
        return None
    off = np.clip(1 - lines.amount[there] / listed[there], 0.0, MOST_DISCOUNT)
    owners, owner = np.unique(lines.customer[there], return_inverse=True)
    return censored_spread(off, owner.astype(np.int64), len(owners))


def _returns(lines: ShopLines) -> tuple[float, float]:
    """Of orders, not of lines: where an order comes back whole, those who return something are fewer."""
    back = np.bincount(lines.mover[lines.came_back], minlength=lines.n_customers).astype(np.float64)
    moved = np.bincount(lines.mover, minlength=lines.n_customers)
    share = float(back.sum() / moved.sum())
    if share == 0:
        return 0.0, _LEAST_ALIKE
    both = float((back * (back - 1)).sum() / max((moved * (moved - 1)).sum(), 1.0))
    return share, float(np.clip((both - share**2) / (share * (1 - share)), _LEAST_ALIKE, _MOST_ALIKE))


def _whole_items(lines: ShopLines) -> bool:
    if "quantity" not in lines.columns:
        return False
    items = np.nan_to_num(lines.numbers("quantity"), nan=1.0)
    return bool((items >= 1).all() and (items == np.rint(items)).all())


def fit_shop(clean: CleanOrders, table: FeatureTable) -> ShopModel:
    """A model of the shop of a table's customers, by their orders before the table's as-of day."""
    first_on = cast("date", table.first_on)  # features of orders have a window
    n_days = (table.as_of - first_on).days if table.as_of else 0
    lines = read_lines(clean, table.ids, first_on)
    first, last, is_first = lines.first_days()
    months = np.array([(first_on + timedelta(days=day)).month for day in range(n_days)], np.int64)
    clock = shop_clock(first, lines.day[~is_first], months)
    repeats: Float64 = np.subtract(np.bincount(lines.buyer, minlength=lines.n_customers), 1.0)
    large = table.settings.get("large_deal_size")
    sized = lines.columns.get("deal_size")
    sizes, line_spread = _sizes(lines)
    back, back_alike = _returns(lines)
    return ShopModel(
        first_on=first_on,
        first=first,
        process=fit_process(repeats, clock[last] - clock[first], clock[-1] - clock[first], clock),
        sizes=sizes,
        line_spread=line_spread,
        taste=_taste(lines),
        discount=_discount(lines),
        large_share=float((sized == large).mean()) if sized is not None and large is not None else 0.0,
        back=back,
        back_alike=back_alike,
        back_part=lines.returned_part,
        whole_items=_whole_items(lines),
        columns=tuple(lines.columns),
    )
