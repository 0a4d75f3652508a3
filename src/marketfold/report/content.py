"""From a finished analysis to the page: which chapters there are, in which order, with which figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.report.campaign_chapter import campaigns_chapter
from marketfold.report.data_chapter import data_chapter
from marketfold.report.evidence_chapters import (
    choice_chapter,
    k_chapter,
    reduction_chapter,
    stability_chapter,
)
from marketfold.report.figure_parts import (
    campaign_figures,
    k_figures,
    profile_figures,
    reduction_figures,
    stability_figures,
)
from marketfold.report.making_chapter import glossary_chapter, making_chapter
from marketfold.report.map_chapter import map_chapter
from marketfold.report.naming import with_marks
from marketfold.report.opening import headline, key_facts, lead, weightiest_warnings
from marketfold.report.page import write_page
from marketfold.report.parts import ReportPage
from marketfold.report.segment_chapters import profiles_chapter, segments_chapter
from marketfold.report.usual_chapter import usual_chapter

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis


def report_page(analysis: Analysis) -> ReportPage:
    """Everything that the report says, in reading order; a chapter without content is left out."""
    analysis = with_marks(analysis)
    chapters = (
        segments_chapter(analysis),
        map_chapter(analysis),
        k_chapter(analysis, k_figures(analysis)),
        stability_chapter(analysis, stability_figures(analysis)),
        reduction_chapter(analysis, reduction_figures(analysis)),
        usual_chapter(analysis),
        choice_chapter(analysis),
        profiles_chapter(analysis, profile_figures(analysis)),
        campaigns_chapter(analysis.plan, campaign_figures(analysis.plan)),
        data_chapter(analysis),
        making_chapter(analysis),
        glossary_chapter(),
    )
    return ReportPage(
        title=headline(analysis),
        kicker=f"Segmentation of {analysis.data.clean.facts.name}",
        lead=lead(analysis),
        facts=key_facts(analysis),
        warnings=weightiest_warnings(analysis),
        sections=tuple(chapter for chapter in chapters if chapter),
        footer="Made with Marketfold. This page holds no names, phones, e-mails or addresses, and asks no other "
        "computer for anything.",
        n_segments=max(profile.number for profile in analysis.segments.profiles),
    )


def write_report(analysis: Analysis, path: Path) -> None:
    """Write the report of an analysis as one HTML file that opens offline.

    Parameters
    ----------
    path
        Where to; an existing file is replaced.
    """
    write_page(report_page(analysis), path)
