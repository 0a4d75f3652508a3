from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.page import FigureGrid, Fold, Prose, SegmentCards, TablePart, figures_of, tables_of
from marketfold.report.returning import returning_part
from marketfold.report.segment_chapters import (
    CARD_FEATURES,
    SPREADS,
    campaign_key,
    profiles_chapter,
    segments_chapter,
    with_aims,
)
from marketfold.report.sentences.trust import trust_text
from marketfold.selection import GroupTest
from marketfold.selection.separated import Separated

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.schema import Trust
    from marketfold.selection.null_shops import NullKind


def cards(analysis: Analysis) -> SegmentCards:
    (part,) = segments_chapter(analysis).parts
    assert isinstance(part, SegmentCards)
    return part


def test_a_card_says_of_its_segment_what_the_profile_knows(analysis: Analysis) -> None:
    for card, profile in zip(cards(analysis).cards, analysis.segments.profiles, strict=True):
        assert (card.number, card.name, card.trust) == (profile.number, profile.name, profile.trust)
        assert card.units == f"{profile.units:,}"
        assert (card.unit_share, card.revenue_share) == (profile.unit_share, profile.revenue_share)
        assert len(card.distinguishing) == min(len(profile.distinguishing), 3)
        assert bool(card.rule) is (profile.rule is not None)


def test_cards_compare_the_same_features(analysis: Analysis) -> None:
    labels = [[fact.label for fact in card.facts] for card in cards(analysis).cards]
    assert labels[0]
    assert all(one == labels[0] for one in labels)


def test_the_order_is_said_where_the_numbers_are_not_in_it(analysis: Analysis) -> None:
    made = analysis.segmentation
    turned = replace(made, numbers=made.numbers[::-1])
    told = [
        segments_chapter(replace(analysis, segmentation=one)).lead
        for one in (made, turned, replace(turned, unmerged=made))
    ]
    assert told == [
        "Numbered by revenue, largest first.",
        "By revenue, largest first. Each has its number of the earlier run.",
        "By revenue, largest first. A segment that was made of several has the lowest of their numbers.",
    ]


def test_aims_come_from_the_campaigns_and_only_where_there_is_one(analysis: Analysis) -> None:
    first, *_ = analysis.plan.campaigns
    bare = dataclasses.replace(analysis, plan=dataclasses.replace(analysis.plan, campaigns=()))
    assert not any(card.aim or card.todo or card.todo_link for card in cards(bare).cards)
    planned = with_aims(cards(bare), [first]).cards
    told = next(card for card in planned if card.number == first.number)
    assert (told.aim, told.todo, told.todo_link) == (first.aim_title, first.goal, campaign_key(first.number))
    assert sum(bool(card.todo) for card in planned) == 1


def test_a_cut_that_comes_out_again_is_not_called_a_group(analysis: Analysis) -> None:
    made, highest = analysis.segmentation, (0.4, 0.1, 0.2, 0.4, 0.1)
    found = Separated("value", made.matrix, made.segmenter.centers_, np.full(made.n_segments, 0.3))
    test = GroupTest("shop", found, len(made), (0.3,) * 3, (0.4,) * 3, highest, made.labels)
    profile = dataclasses.replace(analysis.segments.profiles[0], jaccard=0.9, separation=0.3, p=0.4)
    cut = trust_text(dataclasses.replace(profile, trust="slice"), test)
    assert "useful cut, not a discovery" in cut
    assert "0.90" in cut
    assert "2 of 5 made-up shops without groups" in cut
    group = trust_text(dataclasses.replace(profile, trust="group", separation=0.5, p=0.02), test)
    assert group.startswith("A group")
    assert "any segment in 5 of 5 made-up shops" in group
    held_back = trust_text(dataclasses.replace(profile, trust="slice", separation=0.5, p=0.02), test)
    assert "only 0 of 5 made-up shops" in held_back
    assert "not called a group" in held_back


def test_what_was_drawn_without_groups_is_named_as_it_was(analysis: Analysis) -> None:
    made = analysis.segmentation
    found = Separated("value", made.matrix, made.segmenter.centers_, np.full(made.n_segments, 0.3))
    group = dataclasses.replace(analysis.segments.profiles[0], trust="group", separation=0.8, p=0.02)
    names: tuple[tuple[NullKind, str], ...] = (("shop", "made-up shops"), ("cloud", "made-up tables"))
    for null, name in names:
        test = GroupTest(null, found, len(made), (0.8,) * 3, (0.02,) * 3, (0.1,) * 59, made.labels)
        assert f"59 of 59 {name} without groups" in trust_text(group, test)


def test_what_was_not_tested_is_not_told(analysis: Analysis) -> None:
    assert trust_text(dataclasses.replace(analysis.segments.profiles[0], trust=None, jaccard=None), None) == ""


@pytest.mark.parametrize(("trust", "said"), [("group", "made, a group: it came"), ("slice", "made, a useful cut and")])
def test_what_was_earned_before_is_not_said_of_a_test_that_was_not_made(
    analysis: Analysis, trust: Trust, said: str
) -> None:
    profile = dataclasses.replace(analysis.segments.profiles[0], trust=trust, separation=0.5, p=0.02)
    text = trust_text(profile, None)
    assert said in text
    assert text.endswith("With the orders of today that was not tested anew.")
    assert "0 of 0" not in text


def test_medians_stand_in_one_column_for_each_segment_and_one_for_everyone(analysis: Analysis) -> None:
    tables = {table.key: table for table in tables_of(profiles_chapter(analysis).parts)}
    labels = [column.label for column in tables["medians"].columns]
    assert labels == ["Feature", *(f"{p.number}. {p.name}" for p in analysis.segments.profiles), "Everyone"]
    rows = [row for table in tables.values() if table.key in {"medians", "more-medians"} for row in table.rows]
    assert len(rows) == len(analysis.segments.profiles[0].medians)
    assert all(len(row) == len(labels) for row in rows)


def test_what_shaped_the_segments_is_marked(analysis: Analysis) -> None:
    tables = {table.key: table for table in tables_of(profiles_chapter(analysis).parts)}
    shaping = set(analysis.segmentation.matrix.names)
    others = [name for name in CARD_FEATURES if name in analysis.segmentation.table.names and name not in shaping]
    marked: TablePart = tables["medians"]
    assert len(marked.marked) == (len(shaping) if others else 0)
    assert bool(marked.note) is bool(others)


def test_describing_columns_have_a_row_for_each_segment_that_knows_them(analysis: Analysis) -> None:
    for table in tables_of(profiles_chapter(analysis).parts):
        if table.key.startswith("described-"):
            assert len(table.rows) == len(table.segments)
            assert set(table.segments) <= {profile.number for profile in analysis.segments.profiles}


def test_the_features_that_part_the_segments_best_are_spread_out(analysis: Analysis) -> None:
    heat, *others = figures_of(profiles_chapter(analysis).parts)
    assert heat.key == "heatmap"
    spreads = [one for one in others if one.key.startswith("spread-")]
    assert [one.key for one in spreads] == [f"spread-{place}" for place in range(1, SPREADS + 1)]
    strongest = {
        feature.label: max(abs(profile.effects.get(feature.name, 0.0)) for profile in analysis.segments.profiles)
        for feature in analysis.segmentation.table.features
    }
    first = max(strongest, key=lambda label: strongest[label])
    assert spreads[0].title == f"{first[:1].upper()}{first[1:]}"
    assert all(figure.teaching for figure in (heat, spreads[0]))


def test_who_comes_back_is_folded_and_finds_nothing(analysis: Analysis) -> None:
    (fold,) = [
        part for part in profiles_chapter(analysis).parts if isinstance(part, Fold) and "comes back" in part.title
    ]
    prose, grid = fold.parts
    assert isinstance(prose, Prose)
    assert isinstance(grid, FigureGrid)
    assert "is no finding" in prose.paragraphs[0]
    assert ("left out" in prose.paragraphs[0]) is (len(grid.figures) < len(analysis.segments.profiles))
    assert grid.figures[0].teaching


def test_a_last_period_in_part_is_said(analysis: Analysis) -> None:
    cohorts = analysis.plan.cohorts
    assert cohorts is not None
    for whole in (True, False):
        plan = replace(analysis.plan, cohorts=replace(cohorts, whole=whole))
        fold = returning_part(replace(analysis, plan=plan))
        assert fold is not None
        assert isinstance(fold.parts[0], Prose)
        assert ("is there in part" in fold.parts[0].paragraphs[0]) is not whole


def test_without_cohorts_nothing_is_said_of_who_comes_back(analysis: Analysis) -> None:
    assert returning_part(replace(analysis, plan=replace(analysis.plan, cohorts=None))) is None
