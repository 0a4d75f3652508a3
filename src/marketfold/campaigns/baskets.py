"""What is bought together: pairs of products in the same orders, where they stand there more often than by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from marketfold.campaigns.basket_counts import Counts, count_customers, count_pairs, count_things
from marketfold.campaigns.basket_tests import most_likely, stand_out
from marketfold.campaigns.product_affinity import MIN_BUYERS, MIN_LIFT
from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.campaigns.basket_tests import Numbers, Seen, Tested
    from marketfold.campaigns.customers import Purchases, Thing

MOST_PAIRS = 100
"""Pairs that are kept of those that stand out."""


@dataclass(frozen=True)
class Pair:
    """Two things that stand in the same orders more often than chance puts them there.

    Attributes
    ----------
    first, second
        Which; the first is in more orders.
    orders, customers
        Orders with both, and how many customers placed them.
    first_orders, second_orders
        Orders with each, alone or not.
    expected
        Orders with both that chance would bring.
    p
        Chance of as many or more, with customers as clusters.
    segment, segment_share
        The 0-based segment of whose orders the largest share has both, and that share; None where none has both more
        often than everybody, beyond chance.
    everyone_share
        Share of all orders that have both, 0 to 1.
    first_title, second_title
        What each is called, where order lines say it.
    """

    first: str
    second: str
    orders: int
    customers: int
    first_orders: int
    second_orders: int
    expected: float
    p: float
    segment: int | None
    segment_share: float | None
    everyone_share: float
    first_title: str | None = None
    second_title: str | None = None

    @property
    def lift(self) -> float:
        """How many times as often as by chance."""
        return self.orders / self.expected

    @property
    def first_confidence(self) -> float:
        """Share of the orders with the first thing that have the second, 0 to 1."""
        return self.orders / self.first_orders

    @property
    def second_confidence(self) -> float:
        """Share of the orders with the second thing that have the first, 0 to 1."""
        return self.orders / self.second_orders


@dataclass(frozen=True)
class Baskets:
    """What is bought together, by everybody and in each segment's own orders; the most extra orders first.

    Attributes
    ----------
    what
        Products; categories where no two products stand together in `LEAST_ORDERS` orders.
    orders, single, large
        Orders of two to `MOST_IN_ORDER` different things, which are looked at; of one; and of more.
    n_things, n_left_out
        Things in `LEAST_ORDERS` such orders that are looked at, and those beyond the `MOST_THINGS` of most orders.
    n_tested, n_found
        Pairs that were tested over all orders, and those that stand out.
    pairs
        The first of those.
    of_segments
        For each segment the first pair that stands out in its own orders, None where there is none.
    """

    what: Thing
    orders: int
    single: int
    large: int
    n_things: int
    n_left_out: int
    n_tested: int
    n_found: int
    pairs: tuple[Pair, ...]
    of_segments: tuple[Pair | None, ...]


def measure_baskets(purchases: Purchases) -> Baskets | None:
    """Count and test what stands together in orders; None where the order lines name neither products nor categories.

    Returned and cancelled lines and charges are no purchases, and not in it.
    """
    found = None
    for what in purchases.columns:
        counts = count_things(purchases, what)
        seen = count_pairs(counts)
        if found is None or len(seen[0].together):
            found = _baskets(what, counts, seen)
        purchases.engine.release(counts.kept)
        if len(seen[0].together):
            break
    return _with_titles(found, purchases) if found else None


def _baskets(what: Thing, counts: Counts, seen: tuple[Seen, Seen]) -> Baskets:
    tests = counts.margins.n_tests
    families = int(tests[0]), int(tests[1:].sum())
    everyone, own = (most_likely(one, counts.margins, n) for one, n in zip(seen, families, strict=True))
    pairs: list[Pair] = []
    of_segments: list[Pair | None] = [None] * (len(tests) - 1)
    if len(everyone.together) or len(own.together):
        checked = count_customers(counts, (everyone, own))
        results = [stand_out(one, counts.margins, n) for one, n in zip(checked, families, strict=True)]
        pairs = [_pair(counts, checked, results[0], place) for place in _best_first(checked[0], results[0])]
        for place in _best_first(checked[1], results[1]):
            segment = int(checked[1].group[place]) - 1
            of_segments[segment] = of_segments[segment] or _pair(counts, (checked[1], checked[1]), results[1], place)
    told = len(counts.names), counts.n_left_out, families[0], len(pairs)
    return Baskets(what, *counts.sizes, *told, tuple(pairs[:MOST_PAIRS]), tuple(of_segments))


def _best_first(seen: Seen, tested: Tested) -> Iterator[int]:
    """Places of the pairs that stand out, by how many orders there are beyond chance."""
    at = np.flatnonzero(tested.found)
    extra = seen.together[at] - tested.expected[at]
    return iter(at[np.lexsort((seen.second[at], seen.first[at], -extra))].tolist())


def _pair(counts: Counts, seen: tuple[Seen, Seen], tested: Tested, place: int) -> Pair:
    """One pair of the first of `seen`; the second has all segments' orders with it."""
    whole, by_segment = seen
    first, second, group = int(whole.first[place]), int(whole.second[place]), int(whole.group[place])
    same = np.flatnonzero((by_segment.first == first) & (by_segment.second == second))
    all_together = int(by_segment.together[same].sum())
    best = _buys_most(counts, by_segment, same, all_together)
    return Pair(
        first=counts.names[first],
        second=counts.names[second],
        orders=int(whole.together[place]),
        customers=int(whole.customers[place]) if whole.customers is not None else 0,
        first_orders=int(counts.margins.all_orders[group, first]),
        second_orders=int(counts.margins.all_orders[group, second]),
        expected=float(tested.expected[place]),
        p=float(tested.p[place]),
        segment=best[0] if best else None,
        segment_share=best[1] if best else None,
        everyone_share=all_together / int(counts.n_orders[0]),
    )


def _buys_most(counts: Counts, by_segment: Seen, same: Numbers, all_together: int) -> tuple[int, float] | None:
    """The segment of whose orders the largest share has both, and the share, where it is beyond everybody's.

    Beyond chance as well (Fisher's exact test at 5 % over all segments), and of five customers or more.
    """
    assert by_segment.customers is not None  # noqa: S101  (they were counted with customers)
    group, own = by_segment.group[same], by_segment.together[same]
    orders, everyone = counts.n_orders[group], counts.n_orders[0]
    p = scipy.stats.hypergeom.sf(own - 1, everyone, orders, all_together)
    rates = own / orders
    beyond = (p * (len(counts.n_orders) - 1) <= SIGNIFICANCE) & (rates >= MIN_LIFT * all_together / everyone)
    rates = np.where(beyond & (by_segment.customers[same] >= MIN_BUYERS), rates, 0.0)
    best = int(np.argmax(rates))
    return (int(group[best]) - 1, float(rates[best])) if rates[best] else None


def _with_titles(baskets: Baskets, purchases: Purchases) -> Baskets:
    """The pairs with what the products are called."""
    if baskets.what != "product_id":
        return baskets
    shown = [pair for pair in (*baskets.pairs, *baskets.of_segments) if pair]
    titles = purchases.clean.product_titles(sorted({name for pair in shown for name in (pair.first, pair.second)}))

    def named(pair: Pair) -> Pair:
        return replace(pair, first_title=titles.get(pair.first), second_title=titles.get(pair.second))

    of_segments = tuple(pair and named(pair) for pair in baskets.of_segments)
    return replace(baskets, pairs=tuple(map(named, baskets.pairs)), of_segments=of_segments)
