"""How few customers bring how much of the revenue, and how many of them came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.schema import MONEY_SCALE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

CURVE_POINTS = 201
MOST = 0.8
TOP = 100
MOST_APART = 10
STANDS_APART = 2.0
WORTH = 0.05
"""Few large customers are worth a word from a twentieth of the revenue on."""


@dataclass(frozen=True)
class Concentration:
    """Revenue by customer, largest first, without saying who.

    `customer_share` and `revenue_share` are the Lorenz curve from the largest customer down, both 0 to 1, shape
    (n_points,). The first `customers_for_most` together bring 80 % of the revenue; `top_revenue` is that of each of the
    largest, shape (at most 100,), and `top_fifth_share` that of the largest 20 %. `gini` is 0 where all customers bring
    the same, near 1 where one brings everything.
    """

    n_customers: int
    revenue_total: float
    customer_share: Float64
    revenue_share: Float64
    customers_for_most: int
    top_revenue: Float64
    top_fifth_share: float
    gini: float

    @property
    def n_apart(self) -> int:
        """Customers who stand apart: each brings at least twice what the largest of the others does; 0 if none do."""
        top = self.top_revenue
        for k in range(min(MOST_APART, len(top) - 1), 0, -1):
            if top[k] > 0 and top[k - 1] >= STANDS_APART * top[k] and top[:k].sum() >= WORTH * self.revenue_total:
                return k
        return 0


@dataclass(frozen=True)
class Repeats:
    """Customers with 1, 2, ... orders, and what they brought, shape (n_values,)."""

    orders: NDArray[np.int64]
    customers: NDArray[np.int64]
    revenue: Float64

    @property
    def once_share(self) -> float:
        """Share of customers with a single order, 0 to 1."""
        return float(self.customers[self.orders == 1].sum() / self.customers.sum())

    @property
    def once_revenue_share(self) -> float:
        """Share of revenue from customers with a single order, 0 to 1."""
        return float(self.revenue[self.orders == 1].sum() / (self.revenue.sum() or 1.0))


def _gini(revenue: Float64) -> float:
    """Gini coefficient of non-negative values, by its formula on sorted values (Gini 1912)."""
    n, total = len(revenue), revenue.sum()
    ranks = np.arange(n, 0, -1)  # revenue is sorted downwards
    return float(2 * (ranks * revenue).sum() / (n * total) - (n + 1) / n) if total > 0 else 0.0


def concentrate(tables: Tables) -> tuple[Concentration, Repeats]:
    """Concentration of revenue and numbers of orders; one value for each customer comes home, and no id."""
    customers = tables.collect(tables.clean.activity.customers.select("order_count", "revenue_scaled"))
    brought = customers["revenue_scaled"] / MONEY_SCALE
    revenue = np.sort(brought)[::-1]
    n, total = len(revenue), float(revenue.sum())
    at = np.unique(np.linspace(0, n, CURVE_POINTS).round().astype(np.int64))
    cumulative = np.append(0.0, np.cumsum(revenue))
    enough = cumulative[1:] >= MOST * total - 1e-9
    fifth = max(1, round(n / 5))
    concentration = Concentration(
        n_customers=n,
        revenue_total=total,
        customer_share=at / n,
        revenue_share=cumulative[at] / (cumulative[-1] or 1.0),
        customers_for_most=int(np.argmax(enough)) + 1,
        top_revenue=revenue[:TOP].copy(),
        top_fifth_share=float(revenue[:fifth].sum() / (total or 1.0)),
        gini=_gini(revenue),
    )
    orders, place = np.unique(customers["order_count"].astype(np.int64), return_inverse=True)
    by_orders = np.bincount(place, weights=brought).round(4).astype(np.float64)
    return concentration, Repeats(orders, np.bincount(place), by_orders)
