"""From a finished analysis to the page: which chapters there are, in which order, with which figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.campaigns import as_made
from marketfold.page import PageData, ReportPage, SegmentCards, stand_in, write_page
from marketfold.report.baskets_chapter import baskets_chapter
from marketfold.report.campaign_chapter import campaigns_chapter, campaigns_section
from marketfold.report.customers_chapter import customers_chapter
from marketfold.report.data_chapter import data_chapter
from marketfold.report.evidence_chapters import (
    baseline_chapter,
    choice_chapter,
    of_sample,
    stability_chapter,
)
from marketfold.report.making_chapter import glossary_chapter, making_chapter
from marketfold.report.map_chapter import map_chapter
from marketfold.report.number_chapter import k_chapter
from marketfold.report.opening import (
    export_target,
    headline,
    key_facts,
    lead,
    run_commands,
    run_files,
    shares,
    weightiest_warnings,
    with_moves,
)
from marketfold.report.outlook_chapter import outlook_chapter
from marketfold.report.reduction_chapter import reduction_chapter
from marketfold.report.rfm_chapter import rfm_chapter
from marketfold.report.segment_chapters import profiles_chapter, segments_chapter, with_aims

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign, CampaignPlan
    from marketfold.page import Part, Section

CHAPTERS: tuple[Callable[[Analysis], Section | None], ...] = (
    segments_chapter,
    campaigns_chapter,
    customers_chapter,
    outlook_chapter,
)
"""What everybody reads, in reading order; a chapter without content is None and left out."""

FOR_ANALYSTS: tuple[Callable[[Analysis], Section | None], ...] = (
    baskets_chapter,
    map_chapter,
    profiles_chapter,
    k_chapter,
    stability_chapter,
    reduction_chapter,
    baseline_chapter,
    choice_chapter,
    rfm_chapter,
    data_chapter,
    making_chapter,
    glossary_chapter,
)
"""What waits behind its title until somebody asks."""


OF_SAMPLE = (k_chapter, stability_chapter, reduction_chapter, choice_chapter)
"""What is told of a sample where segments were chosen by one; all others are of all units, but for what came true."""


def _chapter(analysis: Analysis, chapter: Callable[[Analysis], Section | None]) -> Section | None:
    section = chapter(analysis)
    if section is None or chapter not in OF_SAMPLE:
        return section
    return replace(section, parts=(*of_sample(analysis), *section.parts))


def _sections(analysis: Analysis) -> tuple[Section, ...]:
    everybody = [section for chapter in CHAPTERS if (section := _chapter(analysis, chapter))]
    analysts = [
        replace(section, for_analyst=True) for chapter in FOR_ANALYSTS if (section := _chapter(analysis, chapter))
    ]
    return (*everybody, *analysts)


def _plan_with_stand_ins(plan: CampaignPlan) -> CampaignPlan:
    return replace(plan, campaigns=tuple(map(_with_stand_in, plan.campaigns)))


def _with_stand_in(campaign: Campaign) -> Campaign:
    """A campaign whose name is not known yet; it was edited by hand where the name itself was."""
    standing = replace(campaign, name=stand_in(campaign.number))
    return standing if "name" in campaign.edited else as_made(standing, "name")


def with_stand_ins(analysis: Analysis) -> Analysis:
    """The same with stand-ins for the segments' names, which may be changed once it is written."""
    profiles = tuple(replace(profile, name=stand_in(profile.number)) for profile in analysis.segments.profiles)
    segments = replace(analysis.segments, profiles=profiles)
    return replace(analysis, segments=segments, plan=_plan_with_stand_ins(analysis.plan))


def report_data(analysis: Analysis, *, in_folder: bool = False) -> PageData:
    """Everything that the report says, with the segments' names apart, so that they can be changed.

    `in_folder` where it will stand in a run folder, whose files it then links to.
    """
    names = {profile.number: profile.name for profile in analysis.segments.profiles}
    analysis = with_stand_ins(analysis)
    page = ReportPage(
        title=headline(analysis),
        kicker=f"Segmentation of {analysis.data.facts.name}",
        lead=lead(analysis),
        shares=shares(analysis),
        files=run_files(analysis) if in_folder else (),
        commands=run_commands(export_target(analysis.plan, analysis.data.facts.mapping)) if in_folder else (),
        facts=key_facts(analysis),
        warnings=weightiest_warnings(analysis),
        sections=_sections(analysis),
        footer="Made with Marketfold. This page holds no names, phones, e-mails or addresses, and asks no other "
        "computer for anything.",
        n_segments=max(names),
    )
    return PageData(with_moves(page, analysis.plan), names)


def report_page(analysis: Analysis) -> ReportPage:
    """Everything that the report says, in reading order."""
    return report_data(analysis).named()


def write_report(analysis: Analysis, path: str | Path) -> None:
    """Write the report of an analysis as one HTML file that opens offline; an existing one is replaced."""
    write_page(report_page(analysis), Path(path))


def with_plan(data: PageData, plan: CampaignPlan) -> PageData:
    """The same report with what an edited plan decides: names, aims, and the whole chapter of the campaigns.

    Where the plan has no campaign for a segment, its name and its aim stay.
    """
    names = {campaign.number: campaign.name for campaign in plan.campaigns if campaign.number in data.names}
    plan = _plan_with_stand_ins(plan)
    campaigns = campaigns_section(plan)
    sections = []
    for section in data.page.sections:
        if section.key != "campaigns":
            sections.append(replace(section, parts=tuple(_planned(part, plan) for part in section.parts)))
        elif campaigns:
            sections.append(campaigns)
    page = replace(data.page, sections=tuple(sections))
    return PageData(with_moves(page, plan), {**data.names, **names})


def _planned(part: Part, plan: CampaignPlan) -> Part:
    return with_aims(part, plan.campaigns) if isinstance(part, SegmentCards) else part
