"""Made-up shops, without groups and with planted ones, for `bench.trust`; drawn by other code than the null shops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketfold.demo import LINES_PER_CUSTOMER, make_shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DAYS, FIRST_DAY = 900, np.datetime64("2023-01-01")
CATEGORIES, PRODUCTS_EACH = 8, 10
START, END = 0, DAYS


@dataclass
class Customers:
    """How each customer buys: orders a day, log of a price, lines beyond the first, taste, first and last day."""

    rate: Floats
    price: Floats
    lines: Floats
    taste: Floats
    start: Floats
    end: Floats


def draw_lines(customers: Customers, rng: np.random.Generator) -> pa.Table:
    """Orders by a Poisson process from the first to the last day of each customer; the first is on the first day."""
    n, length = len(customers.rate), np.maximum(customers.end - customers.start, 1.0)
    count = 1 + rng.poisson(customers.rate * length)
    customer = np.repeat(np.arange(n), count)
    day = (customers.start[customer] + rng.random(len(customer)) * length[customer]).astype(np.int64)
    first = np.r_[True, customer[1:] != customer[:-1]]
    day[first] = customers.start[customer[first]].astype(np.int64)
    order = np.repeat(np.arange(len(customer)), 1 + rng.poisson(customers.lines[customer]))
    buyer = customer[order]
    reached = customers.taste.cumsum(axis=1)
    category = (rng.random(len(order))[:, None] > reached[buyer]).sum(axis=1).clip(max=CATEGORIES - 1)
    quantity = 1 + rng.poisson(0.5, len(order))
    price = np.round(np.exp(customers.price[buyer] + rng.normal(0, 0.5, len(order))), 2).clip(min=0.5)
    product = rng.integers(PRODUCTS_EACH, size=len(order))
    return pa.table(
        {
            "customer_id": [f"C{one:06d}" for one in buyer],
            "order_id": [f"O{one:07d}" for one in order],
            "ordered_on": np.datetime_as_string(FIRST_DAY + day[order]),
            "sku": [f"P{one}{other}" for one, other in zip(category, product, strict=True)],
            "category": [f"Category {one}" for one in category],
            "quantity": quantity,
            "unit_price": price,
            "amount": np.round(price * quantity, 2),
        }
    )


def _flat(n: int) -> Floats:
    return np.full((n, CATEGORIES), 1 / CATEGORIES)


def alike(n: int, seed: int) -> pa.Table:
    """All customers by one and the same process; they came in the first 400 days."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(START, 400, n)
    one = Customers(np.full(n, 6 / 365), np.full(n, 2.5), np.full(n, 1.5), _flat(n), start, np.full(n, float(END)))
    return draw_lines(one, rng)


def degrees(n: int, seed: int) -> pa.Table:
    """Customers who differ by degrees in rate, price, lines, taste and first day; rates are log-normal."""
    rng = np.random.default_rng(seed)
    return draw_lines(
        Customers(
            rate=rng.lognormal(1.3, 0.8, n) / 365,
            price=rng.normal(2.5, 0.6, n),
            lines=rng.lognormal(0.5, 0.5, n),
            taste=rng.dirichlet(np.full(CATEGORIES, 1.5), n),
            start=rng.beta(1, 2, n) * 800,
            end=np.full(n, float(END)),
        ),
        rng,
    )


def leaving(n: int, seed: int) -> pa.Table:
    """The same with gamma rates, and everybody leaves some day: lifetimes are exponential, with gamma rates, too."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(START, 600, n)
    return draw_lines(
        Customers(
            rate=rng.gamma(1.5, 5, n) / 365,
            price=rng.normal(2.5, 0.5, n),
            lines=rng.lognormal(0.3, 0.4, n),
            taste=rng.dirichlet(np.full(CATEGORIES, 3.0), n),
            start=start,
            end=np.minimum(END, start + rng.exponential(1 / rng.gamma(1.2, 1 / 300, n))),
        ),
        rng,
    )


def trade(n: int, seed: int) -> pa.Table:
    """A few large orders a year each, as trade buys."""
    rng = np.random.default_rng(seed)
    return draw_lines(
        Customers(
            rate=rng.gamma(6, 0.5, n) / 365,
            price=rng.normal(5, 0.2, n),
            lines=rng.lognormal(2, 0.3, n),
            taste=rng.dirichlet(np.full(CATEGORIES, 8.0), n),
            start=rng.uniform(START, 400, n),
            end=np.full(n, float(END)),
        ),
        rng,
    )


def shuffled_orders(path: Path, n: int, seed: int) -> pa.Table:
    """Orders of CDNOW dealt anew: each customer keeps the number of orders, and gets any day and any basket."""
    rows = [line.split() for line in path.read_text().splitlines()[1:]]
    customer, day, items, money = (np.array(column) for column in zip(*rows, strict=True))
    rng = np.random.default_rng(seed)
    kept = np.isin(customer, rng.choice(np.unique(customer), n, replace=False))
    dealt = rng.permutation(np.flatnonzero(kept))
    return pa.table(
        {
            "customer_id": customer[kept],
            "ordered_on": [f"{one[:4]}-{one[4:6]}-{one[6:]}" for one in day[dealt].tolist()],
            "quantity": items[dealt].astype(np.int64),
            "amount": money[dealt].astype(np.float64),
            "order_id": [f"O{one}" for one in range(len(dealt))],
        }
    )


NULL_SHOPS = {"alike": alike, "degrees": degrees, "leaving": leaving, "trade": trade}


def demo_shop(n: int, seed: int) -> tuple[pa.Table, dict[str, str]]:
    """The demo's shop with about so many customers."""
    shop = make_shop(round(n * LINES_PER_CUSTOMER), random_state=seed)
    return shop.lines, dict(zip(*(shop.truth[name].to_pylist() for name in ("customer_id", "group")), strict=True))


LEVELS = {"rate": (2.0, 6.0, 18.0), "price": (1.2, 2.6, 4.0), "lines": (0.3, 2.0, 7.0)}
"""Orders a year, logarithm of the price, and lines beyond the first, of which each group has one."""


@dataclass(frozen=True)
class Groups:
    """What planted groups are like: share, rate a year, log of the price, lines and concentrations of taste of each."""

    shares: Floats
    rate: Floats
    price: Floats
    lines: Floats
    taste: Floats

    def drawn(self, group: NDArray[np.int64], rng: np.random.Generator) -> pa.Table:
        """Orders of customers of these groups; within each, customers differ by degrees."""
        n = len(group)
        customers = Customers(
            rate=self.rate[group] * rng.lognormal(0, 0.2, n) / 365,
            price=self.price[group] + rng.normal(0, 0.2, n),
            lines=self.lines[group] * rng.lognormal(0, 0.2, n),
            taste=np.array([rng.dirichlet(self.taste[one]) for one in group]),
            start=rng.uniform(START, 400, n),
            end=np.full(n, float(END)),
        )
        return draw_lines(customers, rng)


def _planned(n_groups: int, n: int, rng: np.random.Generator) -> tuple[Groups, NDArray[np.int64]]:
    """Groups of 6 % and more that differ in taste, rate, price and basket, and the group of each customer."""
    shares = np.full(n_groups, 0.06) + rng.dirichlet(np.full(n_groups, 4.0)) * (1 - 0.06 * n_groups)
    group = rng.choice(n_groups, n, p=shares)
    rate, price, lines = (np.array(levels)[rng.permutation(n_groups) % 3] for levels in LEVELS.values())
    taste = np.full((n_groups, CATEGORIES), 0.8)
    taste[np.arange(n_groups), rng.permutation(CATEGORIES)[:n_groups]] = 12.0
    return Groups(shares, rate, price, lines, taste), group


def _with_truth(lines: pa.Table, group: NDArray[np.int64]) -> tuple[pa.Table, dict[str, str]]:
    return lines, {f"C{one:06d}": str(its) for one, its in enumerate(group)}


def planted(n_groups: int, n: int, seed: int) -> tuple[pa.Table, dict[str, str]]:
    """A shop of planted groups, and the group of each customer."""
    rng = np.random.default_rng([seed, n_groups])
    groups, group = _planned(n_groups, n, rng)
    return _with_truth(groups.drawn(group, rng), group)


def further(n_groups: int, n: int, seed: int, n_further: int) -> tuple[pa.Table, dict[str, str]]:
    """Further customers of the groups of `planted(n_groups, n, seed)`."""
    groups, _ = _planned(n_groups, n, np.random.default_rng([seed, n_groups]))
    rng = np.random.default_rng([seed, n_groups, 1])
    group = rng.choice(n_groups, n_further, p=groups.shares)
    return _with_truth(groups.drawn(group, rng), group)


def _of(n_groups: int) -> Callable[[int, int], tuple[pa.Table, dict[str, str]]]:
    return lambda n, seed: planted(n_groups, n, seed)


PLANTED_SHOPS = {"demo": demo_shop, **{f"groups{n}": _of(n) for n in (3, 4, 5, 6, 8)}}
