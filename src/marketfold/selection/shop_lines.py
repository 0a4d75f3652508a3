"""The order lines of some customers as arrays, for a model of their shop to be fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.schema import SOURCE_LINE, day_number, day_number_of

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64, Ids

    Whole = NDArray[np.int64]

MEASURED = ("quantity", "list_price", "product_id", "category", "deal_size")
"""Columns of lines that features may ask for, where the source has them."""


@dataclass(frozen=True)
class ShopLines:
    """Lines of `n_customers` customers; customers and orders count from 0, days from the first of the window.

    Attributes
    ----------
    customer, order, amount : shape (n_lines,)
    columns
        Those of `MEASURED` that the source has, each of shape (n_lines,).
    buyer, day : shape (n_orders,)
        Customer of each order, and the day of its first line.
    mover, came_back : shape (n_orders and those that came back whole,)
        Customer of each, and whether something of it came back.
    returned_part
        Share of the lines of orders of which something came back that did.
    """

    n_customers: int
    customer: Whole
    order: Whole
    amount: Float64
    columns: dict[str, NDArray[Any]]
    buyer: Whole
    day: Whole
    mover: Whole
    came_back: NDArray[np.bool_]
    returned_part: float

    @property
    def n_orders(self) -> int:
        """How many orders there are."""
        return len(self.buyer)

    def numbers(self, name: str) -> Float64:
        """A column of numbers, NaN where a cell is empty."""
        return self.columns[name].astype(np.float64)

    def first_days(self) -> tuple[Whole, Whole, NDArray[np.bool_]]:
        """First and last day of each customer, and which order is the customer's first."""
        in_turn = np.lexsort((self.day, self.buyer))
        starts = np.unique(self.buyer[in_turn], return_index=True)[1]
        ends = np.append(starts[1:], len(in_turn)) - 1
        is_first = np.zeros(len(in_turn), np.bool_)
        is_first[in_turn[starts]] = True
        return self.day[in_turn[starts]], self.day[in_turn[ends]], is_first


def _orders_of(lines: pa.Table) -> tuple[Whole, Whole]:
    """Number of the order of each line, and whose each order is: the same number of two customers is two orders."""
    customer = lines["_customer"].to_numpy().astype(np.int64)
    ids = lines["order_id"].combine_chunks().dictionary_encode()
    base = len(ids.dictionary) + 1
    codes = ids.indices.fill_null(base - 1).to_numpy().astype(np.int64)
    orders, order = np.unique(customer * base + codes, return_inverse=True)
    return order, orders // base


def read_lines(clean: CleanOrders, ids: Ids, first_on: date) -> ShopLines:
    """Bring home the lines of some customers, each of whom bought."""
    engine, numbered = clean.engine, pa.table({"customer_id": pa.array(ids.tolist(), pa.string())})
    asked = engine.from_arrow(numbered.append_column("_customer", pa.array(np.arange(len(ids)))))
    columns = [name for name in MEASURED if name in clean.columns]
    bought = clean.purchases.join(asked, on="customer_id", how="inner")
    # In the order of the file: a join gives rows in any order, and what is drawn by places would differ between runs.
    lines = engine.collect(
        bought.select(SOURCE_LINE, "_customer", "order_id", day_number("ordered_on").alias("_day"), "amount", *columns)
    ).sort_by(SOURCE_LINE)
    returned = clean.returns.join(asked, on="customer_id", how="inner").select(SOURCE_LINE, "_customer", "order_id")
    back = engine.collect(returned).sort_by(SOURCE_LINE)
    customer = lines["_customer"].to_numpy().astype(np.int64)
    order, mover = _orders_of(pa.concat_tables([lines.select(back.column_names), back]))
    order, order_back = order[: len(customer)], order[len(customer) :]
    came_back = np.isin(np.arange(len(mover)), order_back)
    kept_of_those = int(came_back[order].sum())
    order = np.unique(order, return_inverse=True)[1]  # what came back whole is no purchase
    day = np.full(order.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(day, order, lines["_day"].to_numpy().astype(np.int64) - day_number_of(first_on))
    buyer = np.empty(len(day), np.int64)
    buyer[order] = customer
    return ShopLines(
        n_customers=len(ids),
        customer=customer,
        order=order,
        amount=lines["amount"].to_numpy().astype(np.float64),
        columns={name: lines[name].to_numpy(zero_copy_only=False) for name in columns},
        buyer=buyer,
        day=day,
        mover=mover,
        came_back=came_back,
        returned_part=len(order_back) / max(len(order_back) + kept_of_those, 1),
    )
