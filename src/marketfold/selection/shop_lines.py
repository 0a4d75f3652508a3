"""The order lines of some customers as arrays, for a model of their shop to be fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.schema import day_number, day_number_of

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
    returned
        Customer of each returned line.
    """

    n_customers: int
    customer: Whole
    order: Whole
    amount: Float64
    columns: dict[str, NDArray[Any]]
    buyer: Whole
    day: Whole
    returned: Whole

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


def read_lines(clean: CleanOrders, ids: Ids, first_on: date) -> ShopLines:
    """Bring home the lines of some customers, each of whom bought."""
    engine, numbered = clean.engine, pa.table({"customer_id": pa.array(ids.tolist(), pa.string())})
    asked = engine.from_arrow(numbered.append_column("_customer", pa.array(np.arange(len(ids)))))
    columns = [name for name in MEASURED if name in clean.columns]
    bought = clean.purchases.join(asked, on="customer_id", how="inner")
    lines = engine.collect(
        bought.select("_customer", "order_id", day_number("ordered_on").alias("_day"), "amount", *columns)
    )
    back = engine.collect(clean.returns.join(asked, on="customer_id", how="inner").select("_customer"))
    customer = lines["_customer"].to_numpy().astype(np.int64)
    codes = lines["order_id"].combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)
    _, order = np.unique(customer * (codes.max() + 2) + codes, return_inverse=True)
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
        returned=back["_customer"].to_numpy().astype(np.int64),
    )
