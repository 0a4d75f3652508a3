"""The page of a run whose orders go on: who moved, how far the model still fits, and the campaigns of today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.page import Fact, PageData, Prose, Section, ShareRow, SharesChart
from marketfold.report.campaign_chapter import campaigns_chapter
from marketfold.report.comparison import comparison_page
from marketfold.report.content import with_stand_ins
from marketfold.report.customers_chapter import customers_chapter
from marketfold.report.opening import export_target, run_commands, run_files, with_moves
from marketfold.report.segment_chapters import segments_chapter
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.analysis import Analysis
    from marketfold.segments import Movement, RefitAdvice


def refreshed_data(
    analysis: Analysis,
    movement: Movement,
    advice: RefitAdvice,
    told: Sequence[str],
    people_file: tuple[str, int],
) -> PageData:
    """Everything that the page of refreshed segments says.

    Parameters
    ----------
    told
        What is said first: whether new segments are due, then of the lines that were added.
    people_file
        Where those who moved stand by their ids, and how many do.
    """
    names = {profile.number: profile.name for profile in analysis.segments.profiles}
    compared = comparison_page(movement, analysis.segmentation.table.features, people_file)
    analysis = with_stand_ins(analysis)
    chapters = (segments_chapter(analysis), campaigns_chapter(analysis), customers_chapter(analysis))
    page = replace(
        compared,
        kicker=f"Segments with the new orders of {analysis.data.facts.name}",
        lead=f"{told[0]} {compared.lead}",
        shares=_shares(analysis),
        files=run_files(analysis),
        commands=run_commands(export_target(analysis.plan, analysis.data.facts.mapping)),
        facts=(*compared.facts, Fact("fit none", words.share(advice.fit.outside_now), _then(advice))),
        warnings=(*((told[0],) if advice.refit else ()), *compared.warnings),
        sections=(
            *(section for section in chapters if section),
            Section("added", "What was added", (Prose(tuple(told)),)),
            *compared.sections,
        ),
        n_segments=max(compared.n_segments, *names),
    )
    return PageData(with_moves(page, analysis.plan), names)


def _shares(analysis: Analysis) -> SharesChart:
    known, units = analysis.segmentation.table.has_money, words.units_word(analysis.segmentation.unit)
    rows = tuple(
        ShareRow(one.number, one.name, one.unit_share, one.revenue_share if known else None)
        for one in analysis.segments.profiles
    )
    return SharesChart(f"How the {units} divide", rows, units)


def _then(advice: RefitAdvice) -> str:
    return f"{words.share(advice.fit.outside_then)} when the model was made"


def model_sentence(run: str, advice: RefitAdvice, units: str, when: str) -> str:
    """Of which run the model is."""
    return say("refresh", "fitted", run=run, units_then=advice.units_then, units=units, when=when)
