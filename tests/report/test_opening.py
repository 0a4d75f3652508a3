from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from tests.report.edited import remarking, with_evidence, with_profiles

from marketfold.report.opening import (
    MOST_WARNINGS,
    export_target,
    headline,
    key_facts,
    lead,
    run_commands,
    run_files,
    shares,
    weightiest_warnings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis
    from marketfold.clustering import Answer
    from marketfold.schema import Trust


def answered(analysis: Analysis, answer: Answer) -> Analysis:
    k_choice = dataclasses.replace(analysis.choice.evidence.k_choice, answer=answer)
    return with_evidence(analysis, k_choice=k_choice, groups=None)


def test_each_answer_has_a_headline_of_its_own(analysis: Analysis) -> None:
    answers: tuple[Answer, ...] = ("groups", "no_structure", "too_few")
    said = {answer: headline(answered(analysis, answer)) for answer in answers}
    assert len(set(said.values())) == 3
    assert "one crowd" in said["no_structure"]
    assert "too few" in said["too_few"]


def test_a_headline_about_money_counts_those_who_bring_more_than_their_share(analysis: Analysis) -> None:
    profiles = tuple(
        dataclasses.replace(profile, unit_share=units, revenue_share=money)
        for profile, units, money in zip(analysis.segments.profiles, (0.2, 0.3, 0.5), (0.7, 0.2, 0.1), strict=True)
    )
    said = headline(with_profiles(answered(analysis, "groups"), profiles))
    assert said == "One of three segments, 20 % of the customers, brings 70 % of the revenue"


def test_equal_shares_are_no_news(analysis: Analysis) -> None:
    profiles = tuple(
        dataclasses.replace(profile, unit_share=1 / 3, revenue_share=1 / 3) for profile in analysis.segments.profiles
    )
    said = headline(with_profiles(answered(analysis, "groups"), profiles))
    assert "%" not in said


def test_the_picture_has_each_segment_with_its_shares(analysis: Analysis) -> None:
    chart = shares(analysis)
    assert [(row.number, row.unit_share, row.revenue_share) for row in chart.rows] == [
        (one.number, one.unit_share, one.revenue_share) for one in analysis.segments.profiles
    ]
    assert chart.title == headline(analysis)


def test_files_of_the_run_are_linked_and_are_there(analysis: Analysis, made: Path) -> None:
    links = [link.href for link in run_files(analysis)]
    assert links == ["customers.xlsx", "customers.csv", "campaigns/"]
    assert all((made / link).exists() for link in links)


def test_an_export_is_offered_that_the_file_and_the_sizes_of_the_segments_allow(analysis: Analysis) -> None:
    plan = analysis.plan
    campaigns = [dataclasses.replace(one, customers=size, holdout=None) for one in plan.campaigns for size in (450, 45)]
    large, small = (dataclasses.replace(plan, campaigns=tuple(campaigns[first::2])) for first in (0, 1))
    assert [export_target(large, roles) for roles in (["email"], ["phone"], ["address"], ["country"])] == [
        "google", "google", "csv", "",
    ]  # fmt: skip
    assert [export_target(small, roles) for roles in (["email"], ["phone"])] == ["klaviyo", "csv"]
    assert export_target(dataclasses.replace(plan, campaigns=()), ["email"]) == ""  # orders were segmented
    offered = {to: " ".join(fact.label for fact in run_commands(to)) for to in ("klaviyo", "")}
    assert "marketfold export . --to klaviyo" in offered["klaviyo"]
    assert "export" not in offered[""]


@pytest.mark.parametrize("trust", ["group", "slice", "weak"])
def test_trust_is_counted(trust: Trust, analysis: Analysis) -> None:
    profiles = tuple(dataclasses.replace(profile, trust=trust) for profile in analysis.segments.profiles)
    said = with_profiles(analysis, profiles)
    facts = {fact.label: fact for fact in key_facts(said)}
    assert facts["segments"].value == "3"
    assert ("comes out again" in headline(said)) is (trust == "weak")
    said_of = {"group": "all groups", "slice": "useful cuts", "weak": "none that comes out again"}
    assert facts["segments"].detail == said_of[trust]
    assert ("small audience" in lead(said)) is (trust == "weak")


def test_the_units_are_counted_and_called_what_they_are(analysis: Analysis) -> None:
    facts = {fact.label: fact for fact in key_facts(analysis)}
    assert facts["customers"].value == f"{len(analysis.segmentation.table.ids):,}"
    kept, read = analysis.data.exploration.lines.orders, analysis.data.reads.orders
    assert read
    assert facts["orders"].detail == ("" if read == kept else f"of {read:,} read")


@pytest.mark.parametrize("many", [0, 1, MOST_WARNINGS + 1, MOST_WARNINGS + 2, 30])
def test_few_warnings_stand_whole_and_many_are_counted(many: int, analysis: Analysis) -> None:
    warnings = tuple(f"Remark {i}." for i in range(many))
    shown = weightiest_warnings(remarking(analysis, *warnings))
    if many <= MOST_WARNINGS + 1:
        assert shown == warnings
    else:
        assert shown[:-1] == warnings[:MOST_WARNINGS]
        assert len(shown) == MOST_WARNINGS + 1
