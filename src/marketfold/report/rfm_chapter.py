"""RFM segments, as people know them, beside the segments of the run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.features import RFM, rfm_by
from marketfold.page import Column, Section, TablePart, numbers
from marketfold.report.sentences.phrases import say
from marketfold.unit_tables import rfm_cuts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.analysis import Analysis
    from marketfold.schema import Float64, RFMMeasure
    from marketfold.units import FeatureTable

    Cuts = Mapping[RFMMeasure, tuple[float, ...]]


def rfm_chapter(analysis: Analysis) -> Section | None:
    """RFM names crossed with the segments; None where the units are not customers with orders."""
    own_cuts = analysis.run.config.features.rfm_cuts
    cuts = rfm_cuts(analysis.segmentation, own_cuts)
    if cuts is None:
        return None
    lead = say("rfm", "lead", otherwise=say("rfm", "cuts.own") if own_cuts else "")
    return Section("rfm", "RFM segments, beside these", (_crossed(analysis, cuts),), lead, "RFM")


def _members(cuts: Cuts, table: FeatureTable) -> Float64:
    """Of each RFM segment 1 for its customers, and then their revenue; 0 for the others."""
    here = (rfm_by(table, cuts).segments[:, None] == np.arange(len(RFM.names))).astype(np.float64)
    return np.hstack([here, here * table.revenue[:, None]])


def _crossed(analysis: Analysis, cuts: Cuts) -> TablePart:
    profiles, currency = analysis.segments.profiles, analysis.data.currency
    counts, revenue = np.split(analysis.segmentation.sums(partial(_members, cuts)), 2, axis=1)
    rows = []
    for place, name in enumerate(RFM.names):
        if counts[:, place].any():
            here = [*counts[:, place].tolist(), float(counts[:, place].sum())]
            money = words.money(float(revenue[:, place].sum()), currency, short=True)
            rows.append((name, *(words.count(round(one)) for one in here), money))
    segments = numbers(*(f"{one.number}. {one.name}" for one in profiles), "All", "Revenue")
    return TablePart(
        key="rfm-segments",
        title="RFM segments and these segments",
        caption=say("rfm", "table"),
        columns=(Column("RFM segment"), *segments),
        rows=tuple(rows),
        note=" ".join([*_cuts(cuts, currency), *([say("rfm", "others")] if rows[-1][0] == RFM.names[-1] else [])]),
    )


def _cuts(cuts: Cuts, currency: str | None) -> list[str]:
    """Where the scores were cut."""

    def written(name: str, cut: float) -> str:
        return words.money(cut, currency) if name == "money" else words.measured(cut, "count")

    return [
        say("rfm", f"cuts.{name}", cuts=tuple(written(name, cut) for cut in points)) for name, points in cuts.items()
    ]
