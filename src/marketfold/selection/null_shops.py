"""Shops without groups like the one at hand, drawn from the orders on, and measured by the same code.

What features have to do with each other by construction (one order has no gaps, and all its revenue in one quarter)
arises in them by itself: a parametric bootstrap of clusters (McLachlan 1987, *Applied Statistics* 36, 318-324; Hennig
and Lin 2015, *Statistics and Computing* 25, 821-833). It is conditional on the shop's own calendar, on the days on
which its customers came, and on the categories and products that it sells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from marketfold.clustering import cloud
from marketfold.config import FeatureOptions
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.features import OWN, build_features
from marketfold.schema import SOURCE_LINE
from marketfold.selection.shop_model import MOST_DISCOUNT, fit_shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64
    from marketfold.selection.shop_model import ShopModel
    from marketfold.units import FeatureTable

    Whole = NDArray[np.int64]
    Draw = Callable[[int, Generator], Iterator[FeatureTable]]

MOST_LINES = 500
"""No drawn order has more lines."""
MOST_LOG = 20.0
LEAST_AMOUNT = 0.01
N_DONORS = 5
"""Real customers of whom one gives a drawn one a feature, as van Buuren (2018), *Flexible Imputation*, has it."""


def _columns(model: ShopModel, owner: tuple[Whole, Whole, Whole], items: Float64, rng: Generator) -> dict[str, Any]:
    """Columns of lines beside their money; `owner` is customer and order of each line, and buyer of each order."""
    customer, order, buyer = owner
    found: dict[str, Any] = {}
    if "quantity" in model.columns:
        found["quantity"] = items[order]
    if model.taste is not None:
        category, product = model.taste.draw(customer, order, buyer, rng)
        names = pa.array(model.taste.categories, pa.string())
        found["category"] = pa.DictionaryArray.from_arrays(pa.array(category), names).cast(pa.string())
        found["product_id"] = product
    if model.discount is not None:
        drawn = model.discount.draw(customer, int(buyer.max()) + 1, rng)[:, 0]
        found["_off"] = np.clip(drawn, 0.0, MOST_DISCOUNT)
    return found


def draw_orders(model: ShopModel, n_shops: int, large: str | None, rng: Generator) -> tuple[pa.Table, pa.Table]:
    """Lines that were bought, and lines that came back, of several shops; customers are numbered through all of them.

    `large` is the name of the largest deal size.
    """
    n = model.n_customers * n_shops
    first = model.first[rng.integers(model.n_customers, size=n)]
    again, later = model.process.draw_repeats(first, rng)
    buyer, day = np.concatenate([np.arange(n), again]), np.concatenate([first, later])
    sizes = np.exp(np.clip(model.sizes.draw(buyer, n, rng), -MOST_LOG, MOST_LOG))
    n_lines = np.clip(np.rint(sizes[:, 1]), 1, MOST_LINES).astype(np.int64)
    order = np.repeat(np.arange(len(buyer)), n_lines)
    customer = buyer[order]
    weight = np.exp(model.line_spread * rng.standard_normal(len(order)))
    part = weight / np.bincount(order, weights=weight)[order]
    amount = np.maximum(np.round(sizes[:, 0][order] * part, 2), LEAST_AMOUNT)
    items = np.maximum(np.rint(sizes[:, -1]), n_lines) if model.whole_items else sizes[:, -1]
    items = np.maximum(np.round(items / n_lines, 4), 1e-4)
    columns = _columns(model, (customer, order, buyer), items, rng)
    if "list_price" in model.columns:
        columns["list_price"] = amount / (1 - columns.pop("_off", 0.0)) / columns.get("quantity", 1.0)
    if "deal_size" in model.columns:
        is_large = amount > np.quantile(amount, 1 - model.large_share)
        columns["deal_size"] = pa.array([None, large], pa.string()).take(pa.array(is_large.astype(np.int64)))
    start = np.datetime64(model.first_on.isoformat())
    lines = pa.table(
        {
            SOURCE_LINE: np.arange(len(order)),
            "customer_id": customer,
            "order_id": order,
            "ordered_on": pa.array(start + day[order]),
            "amount": amount,
            **{name: columns[name] for name in model.columns},
        }
    )
    returned = pa.array(_comes_back(model, (customer, order, buyer), rng))
    return lines, lines.select([SOURCE_LINE, "customer_id", "order_id", "ordered_on", "amount"]).filter(returned)


def _comes_back(model: ShopModel, owner: tuple[Whole, Whole, Whole], rng: Generator) -> NDArray[np.bool_]:
    """Which lines come back: of some orders (a customer's chance is beta) a part, their first line at least."""
    customer, order, buyer = owner
    if not model.back:
        return np.zeros(len(order), np.bool_)
    strength = (1 - model.back_alike) / model.back_alike
    chance = rng.beta(model.back * strength, (1 - model.back) * strength, int(customer.max()) + 1)
    of_order = rng.random(len(buyer)) < chance[buyer]
    is_first = np.diff(order, prepend=-1) > 0
    return of_order[order] & (is_first | (rng.random(len(order)) < model.back_part))


NullKind = Literal["shop", "cloud"]


class Null(Protocol):
    """Units without groups."""

    kind: ClassVar[NullKind]

    def fit(self, table: FeatureTable) -> Draw:
        """What draws so many tables without groups, each like the one given."""
        ...


@dataclass(frozen=True)
class NullShops:
    """Shops whose customers differ by degrees: their orders are drawn anew, and features measured by the same code."""

    clean: CleanOrders
    kind: ClassVar[NullKind] = "shop"

    def fit(self, table: FeatureTable) -> Draw:
        """Of as many customers as a table has; all shops of a call are one table of orders to the engine."""
        model = fit_shop(self.clean, table)

        def draw(n_shops: int, rng: Generator) -> Iterator[FeatureTable]:
            built = _measured(
                self.clean, table, draw_orders(model, n_shops, table.settings.get("large_deal_size"), rng)
            )
            built = _with_own(built, table, rng)
            places = rng.integers(len(table), size=len(built))  # where customers live has to do with nothing
            built = replace(built, described={name: values[places] for name, values in table.described.items()})
            for rows in np.split(np.arange(len(built)), n_shops):
                yield built.take(rows)

        return draw


@dataclass(frozen=True)
class NullClouds:
    """For tables without orders: one cloud with the same columns and the same rank correlations."""

    kind: ClassVar[NullKind] = "cloud"

    def fit(self, table: FeatureTable) -> Draw:
        """Of as many units as a table has."""

        def draw(n_tables: int, rng: Generator) -> Iterator[FeatureTable]:
            for _ in range(n_tables):
                yield replace(table, values=cloud(table.values.astype(np.float32), rng).astype(np.float64))

        return draw


def _measured(clean: CleanOrders, table: FeatureTable, drawn: tuple[pa.Table, pa.Table]) -> FeatureTable:
    """Features of drawn customers, by what those of a table were measured by."""
    engine = DuckDBEngine()
    bought, back = map(engine.from_arrow, drawn)
    orders = replace(clean.orders, engine=engine)
    shops = replace(clean, bought=bought, returns=back, orders=orders, taken_back=None, before=table.as_of)
    # what counts as a large order is the shops' own; features that somebody defined may ask for what is not drawn
    settings = {name: value for name, value in table.settings.items() if name not in {"large_order_at", OWN}}
    names = [feature.name for feature in table.features if feature.aspect != OWN]
    return build_features(shops, FeatureOptions(as_of=table.as_of), names=names, settings=settings)


def _with_own(drawn: FeatureTable, table: FeatureTable, rng: Generator) -> FeatureTable:
    """Drawn customers with the features that somebody defined, each those of one of the most alike real ones.

    A formula may read anything of a line, and no model says how that is drawn. Taken over from customers who bought as
    much and as often (a hot deck: Andridge and Little 2010, *International Statistical Review* 78, 40-64) it
    goes with the other features as it does in the real shop, by degrees; and where it has nothing to do with them it is
    spread over all.
    """
    own = [place for place, feature in enumerate(table.features) if feature.aspect == OWN]
    if not own:
        return drawn
    real, wanted = _standing(table, table, rng), _standing(drawn, table, rng)
    _, near = cKDTree(real).query(wanted, k=min(N_DONORS, len(table)))
    near = near.reshape(len(drawn), -1)
    donor = near[np.arange(len(drawn)), rng.integers(near.shape[1], size=len(drawn))]
    values = dict(zip(drawn.names, drawn.values.T, strict=True))
    values |= {table.names[place]: table.values[donor, place] for place in own}
    whole = np.column_stack([values[name] for name in table.names])
    return replace(drawn, values=whole, features=table.features)


def _standing(table: FeatureTable, among: FeatureTable, rng: Generator) -> Float64:
    """Share of some customers below each one in money and in orders, shape (n_units, 2); ties at random."""
    bought = [
        (one.revenue, np.zeros(len(one)) if one.history is None else one.history.repeats) for one in (table, among)
    ]
    columns = []
    for mine, others in zip(*bought, strict=True):
        ordered = np.sort(others)
        low, high = (np.searchsorted(ordered, mine, side=side) for side in ("left", "right"))
        columns.append((low + rng.random(len(mine)) * (high - low)) / len(ordered))
    return np.column_stack(columns)
