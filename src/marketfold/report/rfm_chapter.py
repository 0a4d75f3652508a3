"""RFM segments, as people know them, beside the segments of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.features import rfm_of
from marketfold.page import Column, Section, TablePart, numbers
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.features import RFM


def rfm_chapter(analysis: Analysis) -> Section | None:
    """RFM names crossed with the segments; None where the units are not customers with orders."""
    own_cuts = analysis.run.config.features.rfm_cuts
    rfm = rfm_of(analysis.segmentation.table, own_cuts)
    if rfm is None:
        return None
    lead = say("rfm", "lead", otherwise=say("rfm", "cuts.own") if own_cuts else "")
    return Section("rfm", "RFM segments, beside these", (_crossed(analysis, rfm),), lead, "RFM")


def _crossed(analysis: Analysis, rfm: RFM) -> TablePart:
    profiles, currency = analysis.segments.profiles, analysis.data.currency
    revenue = analysis.segmentation.table.revenue
    numbered = np.array(analysis.segmentation.numbers)[analysis.labels]
    rows = []
    for place, name in enumerate(rfm.names):
        here = rfm.segments == place
        if here.any():
            counts = [words.count(int((here & (numbered == one.number)).sum())) for one in profiles]
            money = words.money(float(revenue[here].sum()), currency, short=True)
            rows.append((name, *counts, words.count(int(here.sum())), money))
    segments = numbers(*(f"{one.number}. {one.name}" for one in profiles), "All", "Revenue")
    return TablePart(
        key="rfm-segments",
        title="RFM segments and these segments",
        caption=say("rfm", "table"),
        columns=(Column("RFM segment"), *segments),
        rows=tuple(rows),
        note=" ".join([*_cuts(rfm, currency), *([say("rfm", "others")] if rows[-1][0] == rfm.names[-1] else [])]),
    )


def _cuts(rfm: RFM, currency: str | None) -> list[str]:
    """Where the scores were cut."""

    def written(name: str, cut: float) -> str:
        return words.money(cut, currency) if name == "money" else words.measured(cut, "count")

    return [
        say("rfm", f"cuts.{name}", cuts=tuple(written(name, cut) for cut in cuts)) for name, cuts in rfm.cuts.items()
    ]
