"""What is said of things that are bought together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.campaigns import LEAST_ORDERS, MIN_LIFT, MOST_IN_ORDER
from marketfold.report.sentences.phrases import say
from marketfold.thresholds import FEWEST_MEMBERS, SIGNIFICANCE

if TYPE_CHECKING:
    from marketfold.campaigns import Baskets, Pair

NOUNS = {"product_id": "product", "category": "category"}


def pair_name(pair: Pair) -> str:
    """Both things, by what they are called."""
    return " + ".join((words.titled(pair.first, pair.first_title), words.titled(pair.second, pair.second_title)))


def baskets_sentence(baskets: Baskets) -> str:
    """What stands out, or why nothing does."""
    if not baskets.orders:
        code = "one thing"
    elif not baskets.n_tested:
        code = "too few"
    else:
        code = "found" if baskets.n_found else "none"
    what = NOUNS[baskets.what]
    return say("baskets", code, baskets=baskets, what=what, least=LEAST_ORDERS)


def baskets_notes(baskets: Baskets) -> tuple[str, ...]:
    """How it was counted, and what was left out."""
    asked = {"least": LEAST_ORDERS, "fewest": FEWEST_MEMBERS, "lift": MIN_LIFT, "false": SIGNIFICANCE}
    notes = [say("baskets", "how", **asked)]
    if baskets.pairs and not any(baskets.of_segments):
        notes.append(say("baskets", "taste"))
    if baskets.n_left_out:
        notes.append(say("baskets", "left out", baskets=baskets))
    if baskets.large:
        notes.append(say("baskets", "large", baskets=baskets, most=MOST_IN_ORDER))
    return tuple(notes)


def bundle_sentence(pair: Pair) -> str:
    """Two things that a segment buys together, in its own orders."""
    name = words.titled(pair.second, pair.second_title)
    always = pair.orders == pair.first_orders == pair.second_orders
    return say("baskets", "bundle.always" if always else "bundle", pair=pair, name=pair_name(pair), second=name)
