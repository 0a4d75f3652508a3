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
    told = say("baskets", "shown", baskets=baskets, shown=len(shown)) if baskets.n_found > len(shown) else ""
    return TablePart(
        key="bought-together",
        columns=(
            Column(f"{NOUNS[baskets.what].capitalize()} pair"),
            *numbers("Orders with both", "By chance", "Lift", "Of orders with the first", "With the second"),
            Column("Most often bought by"),
        ),
        rows=tuple(_row(pair, names) for pair in shown),
        note=" ".join((told, *baskets_notes(baskets))).strip(),
        teaching=(say("teaching", "baskets", pair=shown[0], name=pair_name(shown[0])),),
    )


def _row(pair: Pair, names: list[str]) -> tuple[str, ...]:
    most = ""
    if pair.segment is not None and pair.segment_share is not None:
        most = f"{names[pair.segment]}: {words.share(pair.segment_share)} of their orders"
        most += f" (all: {words.share(pair.everyone_share)})"
    return (
        pair_name(pair),
        words.count(pair.orders),
        words.measured(pair.expected, "count"),
        f"{words.decimal(pair.lift, 1)}\u00d7",
        words.share(pair.first_confidence),
        words.share(pair.second_confidence),
        most or words.MISSING,
    )
