"""Whether two things stand in the same orders more often than chance puts them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from marketfold.campaigns.product_affinity import MIN_LIFT
from marketfold.thresholds import FEWEST_MEMBERS, SIGNIFICANCE

if TYPE_CHECKING:
    from marketfold.schema import Float64

Numbers = NDArray[np.int64]

LEAST_ORDERS = 10
"""Orders that must hold both things, and so each of them: what stands in fewer is not tested."""

MOST_CHECKED = 2_000
"""Pairs, of the least likely first, that are also tested with customers as clusters; all others count as chance."""


@dataclass(frozen=True)
class Margins:
    """Of each group of orders what chance is reckoned from; shape (n_groups, n_things), `places` (n_groups,).

    Groups are everybody and then each segment. `orders` hold the thing and something else, `beside` are the places that
    other things have in them, `all_orders` also hold it alone. `places` are all rows of order and thing in orders of
    several things; `squares` the sums over customers of the squared `beside` of each.
    """

    orders: Numbers
    beside: Numbers
    all_orders: Numbers
    places: Numbers
    squares: Float64

    @property
    def n_tests(self) -> Numbers:
        """Pairs that can be tested in each group, whether or not they were ever seen together."""
        tested = (self.orders >= LEAST_ORDERS).sum(axis=1)
        return np.asarray(tested * (tested - 1) // 2, dtype=np.int64)


@dataclass(frozen=True)
class Seen:
    """Pairs of things in a group of orders; all of shape (n_pairs,), things as their places in the margins.

    `squares` and `crosses` are sums over customers of x^2 and of x times the places beside the first thing, where x are
    the customer's orders with both.
    """

    group: Numbers
    first: Numbers
    second: Numbers
    together: Numbers
    customers: Numbers | None = None
    squares: Float64 | None = None
    crosses: Float64 | None = None


@dataclass(frozen=True)
class Tested:
    """What chance would bring of each pair, how likely it brings as many, and which pairs stand out; (n_pairs,)."""

    expected: Float64
    p: Float64
    found: NDArray[np.bool_]


def _design_effect(seen: Seen, margins: Margins) -> Float64:
    """How many times as much as a Poisson count a pair varies over customers, at least 1.

    By what each customer has beyond chance: one who orders the same pair each week is not so many proofs of it.
    """
    if seen.squares is None or seen.crosses is None:
        return np.ones(len(seen.together))
    places = margins.places[seen.group] - margins.orders[seen.group, seen.first]
    share = margins.orders[seen.group, seen.second] / places
    residuals = seen.squares - 2 * share * seen.crosses + share**2 * margins.squares[seen.group, seen.first]
    effect: Float64 = np.maximum(residuals / np.maximum(seen.together, 1), 1.0)
    return effect


def _one_way(seen: Seen, margins: Margins, given: Numbers, other: Numbers, effect: Float64) -> tuple[Float64, Float64]:
    """Expected orders, and the chance of as many: the other thing draws so many places, and so many are beside one.

    Counts are divided by the design effect (Rao and Scott 1992).
    """
    places = margins.places[seen.group] - margins.orders[seen.group, given]
    beside, drawn = margins.beside[seen.group, given], margins.orders[seen.group, other]
    few = np.floor(seen.together / effect + 1e-9)
    near, taken = np.ceil(beside / effect - 1e-9), np.ceil(drawn / effect - 1e-9)
    whole = np.maximum(np.round(places / effect), np.maximum(near, taken))
    return beside * drawn / places, np.asarray(scipy.stats.hypergeom.sf(few - 1, whole, near, taken), dtype=np.float64)


def chance_of(seen: Seen, margins: Margins) -> tuple[Float64, Float64]:
    """What chance would bring of each pair, and how likely it brings as many (one-sided, hypergeometric).

    Chance gives the things of all orders other places in them, and leaves every order as large as it is. Of both ways
    to look at a pair the larger number is taken.
    """
    effect = _design_effect(seen, margins)
    there = _one_way(seen, margins, seen.first, seen.second, effect)
    back = _one_way(seen, margins, seen.second, seen.first, effect)
    return np.maximum(there[0], back[0]), np.maximum(there[1], back[1])


def stand_out(seen: Seen, margins: Margins, n_tests: int) -> Tested:
    """Which pairs stand together beyond chance, false discoveries held at 5 % of all that were tested.

    A pair in too few orders, of too few customers or hardly above chance has found nothing, as have the pairs that are
    not among `seen` (Benjamini and Hochberg 1995, over all `n_tests`).
    """
    expected, p = chance_of(seen, margins)
    enough = (seen.together >= LEAST_ORDERS) & (seen.together >= MIN_LIFT * expected)
    if seen.customers is not None:
        enough &= seen.customers >= FEWEST_MEMBERS
    p = np.where(enough, np.clip(p, 0, 1), 1.0)
    if not len(p):
        return Tested(expected, p, enough)
    padded = np.append(p, np.ones(max(n_tests - len(p), 0)))
    return Tested(expected, p, scipy.stats.false_discovery_control(padded)[: len(p)] <= SIGNIFICANCE)


def most_likely(seen: Seen, margins: Margins, n_tests: int) -> Seen:
    """The pairs that stand out before customers are looked at, which only makes p larger; the least likely first."""
    tested = stand_out(seen, margins, n_tests)
    at = np.flatnonzero(tested.found)
    at = at[np.lexsort((seen.second[at], seen.first[at], -seen.together[at], tested.p[at]))][:MOST_CHECKED]
    return Seen(seen.group[at], seen.first[at], seen.second[at], seen.together[at])
