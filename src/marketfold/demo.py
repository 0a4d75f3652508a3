"""A seeded shop with planted groups of customers, for trying, teaching and testing.

Everything in it is generated: names are placeholders, e-mails end in `example.com`, phones come from the ranges that
regulators keep free for fiction. The planted groups differ in rhythm, basket, season and taste, as customers of real
shops do; the file carries the dirt of a real export as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.random import Generator
    from numpy.typing import NDArray

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2026, 6, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
MOST_LATER_DAYS = 730
CANCELLED_SHARE = 0.015

DEMO_LINES = 85_000
"""Some 2,000 customers: without the holdout and those who do not consent, each planted group has the 100 people that
Google and Meta ask of an audience at least."""

CATEGORIES = ("Tea", "Coffee", "Ceramics", "Linen", "Kitchen", "Gift sets")
PRODUCTS_EACH = 12
TYPICAL_PRICE = (9.0, 14.0, 28.0, 36.0, 22.0, 45.0)


@dataclass(frozen=True)
class PlantedGroup:
    """How the customers of one group, a share of all of 0 to 1, buy.

    They order so often a year while they are active, from the first to the last of `active` (shares of the whole span),
    or in November and December. `lines_mean` and `items_mean` are lines on an order and items on a line, beyond the
    first; `discount` is the mean against the list price, 0 to 1, and `taste` the weight of each category.
    """

    name: str
    share: float
    orders_a_year: float
    lines_mean: float
    items_mean: float
    active: tuple[float, float]
    discount: float
    taste: tuple[float, ...]
    gift_season: bool = False


GROUPS = (
    PlantedGroup("regulars", 0.36, 7.0, 1.2, 0.3, (0.0, 1.0), 0.05, (4, 4, 1, 1, 1, 0.3)),
    PlantedGroup("resellers", 0.10, 9.0, 7.0, 9.0, (0.0, 1.0), 0.12, (1, 1, 6, 4, 3, 0.3)),
    PlantedGroup("gift givers", 0.26, 2.4, 3.0, 0.6, (0.0, 1.0), 0.03, (0.6, 0.6, 1, 1, 1, 7), gift_season=True),
    PlantedGroup("lapsed", 0.28, 5.0, 1.8, 0.4, (0.0, 0.42), 0.22, (1, 1, 1, 2, 4, 0.5)),
)
LINES_PER_CUSTOMER = 42.6
"""Measured at the settings above; it turns a wanted number of lines into a number of customers."""

COUNTRIES = ("USA", "Germany", "France", "UK", "Australia")
COUNTRY_SHARES = (0.38, 0.24, 0.16, 0.14, 0.08)
TERRITORIES = {"USA": "NA", "Germany": "EMEA", "France": "EMEA", "UK": "EMEA", "Australia": "APAC"}
PHONES = {
    "USA": "(201) 555-01{:02d}", "Germany": "030 23125 {:03d}", "France": "01 99 00 {:04d}", "UK": "020 7946 0{:03d}",
    "Australia": "(02) 5550 {:04d}",
}  # fmt: skip
TOWNS = ("Northfield", "Westhaven", "Millbrook", "Eastwick", "Southport")


@dataclass(frozen=True)
class Shop:
    """Order lines as a shop exports them, dirt included, and what was planted: `customer_id` and `group` of each."""

    lines: pa.Table
    truth: pa.Table
    seed: int


def make_shop(lines: int = DEMO_LINES, random_state: int = 0) -> Shop:
    """Make about `lines` order lines of a shop with four kinds of customers.

    Examples
    --------
    >>> shop = make_shop(lines=2_000, random_state=1)
    >>> sorted(set(shop.truth["group"].to_pylist()))
    ['gift givers', 'lapsed', 'regulars', 'resellers']
    """
    rng = np.random.default_rng(random_state)
    n_customers = max(12, round(lines / LINES_PER_CUSTOMER))
    sizes = [round(group.share * n_customers) for group in GROUPS]
    sizes[0] += n_customers - sum(sizes)
    group_of = rng.permutation(np.repeat(np.arange(len(GROUPS)), sizes))
    customer, day = _orders(group_of, rng)
    clean = _order_lines(customer, day, group_of, rng, seed=random_state, first_order=100_001)
    ids = _customers(n_customers, random_state)["customer_id"]
    truth = pa.table({"customer_id": ids, "group": np.array([group.name for group in GROUPS])[group_of]})
    return Shop(lines=_with_dirt(clean, rng), truth=truth, seed=random_state)


def make_later_orders(
    shop: Shop, treated: Collection[str], lift: float, days: int = 90, random_state: int = 1
) -> pa.Table:
    """Orders of the same customers in the days after the shop's last one, with a campaign effect planted.

    The customers of the `treated` ids order more often by the share `lift`: 0.25 for a quarter more.
    """
    rng = np.random.default_rng(random_state)
    names = [group.name for group in GROUPS]
    group_of = np.array([names.index(group) for group in shop.truth["group"].to_pylist()])
    ids = shop.truth["customer_id"].to_pylist()
    reached = np.isin(np.array(ids), np.array(sorted(treated)))
    # Everyone buys at the rhythm of the group, lapsed customers at a trickle: there is somebody to win back.
    a_year = np.array([group.orders_a_year if group.active[1] == 1 else 0.6 for group in GROUPS])[group_of]
    count = rng.poisson(a_year * days / 365.25 * np.where(reached, 1 + lift, 1.0))
    customer = np.repeat(np.arange(len(ids)), count)
    day = DAYS + rng.integers(0, days, len(customer))
    return _order_lines(customer, day, group_of, rng, seed=shop.seed, first_order=9_000_001)


def _customers(n_customers: int, seed: int) -> pa.Table:
    """One row per customer, the same for the same seed."""
    rng = np.random.default_rng([seed, 1])
    number = np.arange(1, n_customers + 1)
    country = rng.choice(COUNTRIES, n_customers, p=COUNTRY_SHARES)
    phones = [PHONES[c].format(n % 100 if c == "USA" else n % 1000) for c, n in zip(country, number, strict=True)]
    consent = np.where(rng.random(n_customers) < 0.85, "yes", "no")
    return pa.table(
        {
            "customer_id": [f"C{n:07d}" for n in number],
            "first_name": [f"Given{n % 97:02d}" for n in number],
            "last_name": [f"Family{n:07d}" for n in number],
            "email": [f"Customer.{n:07d}@example.com" if n % 9 else "" for n in number],
            "phone": phones,
            "street": [f"{n % 180 + 1} Market Street" for n in number],
            "city": rng.choice(TOWNS, n_customers),
            "postal_code": [f"{10_000 + n % 80_000}" for n in number],
            "country": country,
            "territory": [TERRITORIES[name] for name in country],
            "marketing_consent": consent,
        }
    )


def _orders(group_of: NDArray[np.intp], rng: Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Customer and day of each order."""
    customers, days = [], []
    for index, group in enumerate(GROUPS):
        members = np.flatnonzero(group_of == index)
        first, last = (round(share * (DAYS - 1)) for share in group.active)
        rate = group.orders_a_year * (last - first) / 365.25
        count = np.maximum(rng.poisson(rng.gamma(12.0, rate / 12.0, len(members))), 2)
        customers.append(np.repeat(members, count))
        n_orders = len(customers[-1])
        days.append(_gift_days(n_orders, rng) if group.gift_season else rng.integers(first, last + 1, n_orders))
    return np.concatenate(customers), np.concatenate(days)


def _gift_days(n_orders: int, rng: Generator) -> NDArray[np.intp]:
    """Days between mid November and Christmas of a year within the span."""
    starts = np.array([(date(year, 11, 10) - FIRST_DAY).days for year in (2024, 2025)])
    return rng.choice(starts, n_orders) + rng.binomial(44, 0.6, n_orders)


def _order_lines(
    customer: NDArray[np.intp],
    day: NDArray[np.intp],
    group_of: NDArray[np.intp],
    rng: Generator,
    *,
    seed: int,
    first_order: int,
) -> pa.Table:
    by_day = np.argsort(day, kind="stable")
    customer, day = customer[by_day], day[by_day]
    lines_mean, items_mean, discount = (
        np.array([getattr(group, name) for group in GROUPS]) for name in ("lines_mean", "items_mean", "discount")
    )
    n_lines = 1 + rng.poisson(lines_mean[group_of[customer]])
    order = np.repeat(np.arange(len(customer)), n_lines)
    line_number = np.arange(len(order)) - np.repeat(np.cumsum(n_lines) - n_lines, n_lines) + 1
    buyer = customer[order]
    group = group_of[buyer]
    product = _products(group, rng)
    spread = np.random.default_rng([seed, 2]).lognormal(0.0, 0.45, (len(CATEGORIES), PRODUCTS_EACH))
    list_price = np.round(np.array(TYPICAL_PRICE)[:, None] * spread, 2).ravel()[product]
    quantity = 1 + rng.poisson(items_mean[group])
    unit_price = np.round(list_price * (1 - np.clip(rng.normal(discount[group], 0.03), 0, 0.6)), 2)
    ordered_on = np.datetime64(FIRST_DAY.isoformat()) + np.arange(DAYS + MOST_LATER_DAYS)
    cancelled = (rng.random(len(customer)) < CANCELLED_SHARE)[order]
    bought = {
        "order_id": pa.array([f"O{number}" for number in range(first_order, first_order + len(customer))]).take(order),
        "line_number": line_number,
        "ordered_on": pa.array(np.datetime_as_string(ordered_on)).take(day[order]),
        "status": pa.array(["Shipped", "Cancelled"]).take(cancelled.astype(int)),
        "sku": pa.array([f"P{1000 + number}" for number in range(len(CATEGORIES) * PRODUCTS_EACH)]).take(product),
        "category": pa.array(CATEGORIES).take(product // PRODUCTS_EACH),
        "quantity": quantity,
        "unit_price": unit_price,
        "list_price": list_price,
        "amount": np.round(quantity * unit_price, 2),
        "currency": pa.repeat("EUR", len(order)),
    }
    customers = _customers(len(group_of), seed).take(buyer)
    return pa.table(bought | dict(zip(customers.column_names, customers.columns, strict=True)))


def _products(group: NDArray[np.intp], rng: Generator) -> NDArray[np.intp]:
    """Product of each line: a category by the group's taste, then the popular ones more often."""
    taste = np.array([group.taste for group in GROUPS])
    cumulative = np.cumsum(taste / taste.sum(axis=1, keepdims=True), axis=1)
    category = (rng.random(len(group))[:, None] > cumulative[group]).sum(axis=1).clip(max=len(CATEGORIES) - 1)
    popularity = 1 / np.arange(1, PRODUCTS_EACH + 1)
    within = rng.choice(PRODUCTS_EACH, len(group), p=popularity / popularity.sum())
    product: NDArray[np.intp] = category * PRODUCTS_EACH + within
    return product


def _with_dirt(lines: pa.Table, rng: Generator) -> pa.Table:
    """The faults of a real export: guests without an id, a lost date, postage, repeats."""
    n_lines = len(lines)
    guest = rng.random(n_lines) < 0.01
    lost = rng.random(n_lines) < 0.001
    lines = _with_column(lines, "customer_id", pc.if_else(pa.array(guest), "", lines["customer_id"]))
    lines = _with_column(lines, "ordered_on", pc.if_else(pa.array(lost), "unknown", lines["ordered_on"]))
    picked = np.sort(rng.choice(n_lines, max(2, n_lines // 200), replace=False))
    repeats, postage = lines.take(picked[::2]), lines.take(picked[1::2])
    postage = _with_column(postage, "sku", pa.repeat("POST", len(postage)))
    postage = _with_column(postage, "line_number", pa.array(np.full(len(postage), 99)))
    return pa.concat_tables([lines, repeats, postage])


def _with_column(lines: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return lines.set_column(lines.schema.get_field_index(column), column, values)
