"""What is bought together: a short table of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.page import Column, Section, TablePart, numbers
from marketfold.report.sentences.baskets import NOUNS, baskets_notes, baskets_sentence, pair_name
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Baskets, Pair
    from marketfold.page import Part

SHOWN = 8


def baskets_chapter(analysis: Analysis) -> Section | None:
    """The pairs that stand out, or that none does; None where order lines name no products."""
    baskets = analysis.plan.baskets
    if baskets is None:
        return None
    parts: tuple[Part, ...] = (_table(baskets, analysis),) if baskets.pairs else ()
    return Section("baskets", "Bought together", parts, baskets_sentence(baskets))


def _table(baskets: Baskets, analysis: Analysis) -> TablePart:
    shown = baskets.pairs[:SHOWN]
    names = [profile.name for profile in analysis.segments.profiles]
    most = [_most(pair, names) for pair in shown]
    told = say("baskets", "shown", baskets=baskets, shown=len(shown)) if baskets.n_found > len(shown) else ""
    dash = say("baskets", "dash") if any(most) and not all(most) else ""
    return TablePart(
        key="bought-together",
        columns=(
            Column(f"{NOUNS[baskets.what].capitalize()} pair"),
            *numbers("Orders with both", "By chance", "Lift", "Of orders with the first", "With the second"),
            *((Column("Most often bought by"),) if any(most) else ()),
        ),
        rows=tuple(
            (*_row(pair), *((by or words.MISSING,) if any(most) else ())) for pair, by in zip(shown, most, strict=True)
        ),
        note=" ".join(filter(None, (told, *baskets_notes(baskets), dash))),
        teaching=(say("teaching", "baskets", pair=shown[0], name=pair_name(shown[0])),),
    )


def _most(pair: Pair, names: list[str]) -> str:
    """Who buys it clearly more often than everybody; "" where nobody does."""
    if pair.segment is None or pair.segment_share is None:
        return ""
    here, everyone = words.share(pair.segment_share), words.share(pair.everyone_share)
    return f"{names[pair.segment]}: {here} of their orders (all: {everyone})"


def _row(pair: Pair) -> tuple[str, ...]:
    return (
        pair_name(pair),
        words.count(pair.orders),
        words.measured(pair.expected, "count"),
        f"{words.decimal(pair.lift, 1)}\u00d7",
        words.share(pair.first_confidence),
        words.share(pair.second_confidence),
    )
