from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from tests.report.edited import remarking, with_evidence

from marketfold.page import Notice, figures_of, tables_of
from marketfold.report.evidence_chapters import choice_chapter, stability_chapter
from marketfold.report.number_chapter import k_chapter, k_figures
from marketfold.report.sentences.clustering import k_decision
from marketfold.report.sentences.warnings import trap_sentences

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.page import Section


def test_every_k_has_a_row_and_the_one_taken_is_marked(analysis: Analysis) -> None:
    table = next(table for table in tables_of(k_chapter(analysis).parts) if table.key == "k-table")
    choice = analysis.choice.evidence.k_choice
    assert [row[0] for row in table.rows] == [str(k) for k in choice.curve.k]
    (marked,) = table.marked
    assert table.rows[marked][0] == str(analysis.choice.evidence.recipe.n_segments)
    assert len(table.columns) == 3 + len(choice.indices)


def test_another_number_than_the_advised_one_gives_its_reason_and_keeps_the_decision(analysis: Analysis) -> None:
    k_choice = dataclasses.replace(analysis.choice.evidence.k_choice, k=5)
    section = k_chapter(with_evidence(analysis, k_choice=k_choice))
    assert "That many were asked for." in section.lead
    found = analysis.choice.evidence.finding == "groups"
    made = analysis.choice.evidence.recipe.n_segments
    decision = k_decision(k_choice, "customer", groups=found, made=made)
    assert f"Resamples agree on {made} segments" in decision
    assert made != 5
    assert any(isinstance(part, Notice) and decision in part.sentences for part in section.parts)
    assert k_chapter(with_evidence(analysis, k_choice=k_choice, number_from="curve")).lead == decision


def test_each_number_of_segments_says_what_it_would_give(analysis: Analysis) -> None:
    table = next(table for table in tables_of(k_chapter(analysis).parts) if table.key == "solutions")
    assert [row[0] for row in table.rows] == [str(one.k) for one in analysis.choice.solutions]
    (marked,) = table.marked
    assert table.rows[marked][-1] == "1.00"
    for row, one in zip(table.rows, analysis.choice.solutions, strict=True):
        assert sum(map(int, row[2:5])) == one.k == len(one.shares)
        assert sum(one.shares) == pytest.approx(1)


def test_what_the_number_taken_foretells_is_the_same_in_both_tables(analysis: Analysis) -> None:
    future = analysis.choice.future
    assert future is not None
    of_each_number = next(table for table in tables_of(k_chapter(analysis).parts) if table.key == "solutions")
    section = choice_chapter(analysis)
    assert section is not None
    at_last = next(table for table in tables_of(section.parts) if table.key == "future-table")
    (marked,) = of_each_number.marked
    assert of_each_number.rows[marked][-2] == at_last.rows[0][1]
    assert analysis.choice.solutions[marked].explained == pytest.approx(future.segments.share)


def drawn(section: Section | None) -> list[str]:
    assert section is not None
    return [figure.key for figure in figures_of(section.parts)]


def test_the_elbow_has_its_indices_where_there_are_any(analysis: Analysis) -> None:
    assert drawn(k_chapter(analysis))[:2] == ["elbow", "indices"]
    bare = dataclasses.replace(analysis.choice.evidence.k_choice, indices={}, gaps={})
    assert [figure.key for figure in k_figures(bare, "customer", 3, "as was asked for")] == ["elbow"]


def test_splitting_is_drawn_where_several_numbers_were_tried(analysis: Analysis) -> None:
    keys = drawn(stability_chapter(analysis))
    assert keys[0] == "jaccards"
    assert ("slsa" in keys) is (len(analysis.choice.across.k) > 1)


def test_each_segment_has_its_trust(analysis: Analysis) -> None:
    section = stability_chapter(analysis)
    table = next(table for table in tables_of(section.parts) if table.key == "stability-table")
    assert [row[0] for row in table.rows] == [profile.name for profile in analysis.segments.profiles]
    assert [row[-1] for row in table.rows] == [one.trust for one in analysis.segments.profiles]
    assert table.segments == tuple(profile.number for profile in analysis.segments.profiles)


def test_traps_are_told_with_the_stability(analysis: Analysis) -> None:
    bare = stability_chapter(remarking(analysis))
    assert not any(isinstance(part, Notice) and "Traps" in part.title for part in bare.parts)
    if analysis.segments.traps:
        told = next(
            part for part in stability_chapter(analysis).parts if isinstance(part, Notice) and "Traps" in part.title
        )
        assert told.sentences == trap_sentences(analysis)


def test_where_nothing_was_compared_there_is_no_chapter(analysis: Analysis) -> None:
    bare = with_evidence(analysis, search=None)
    assert choice_chapter(dataclasses.replace(bare, choice=dataclasses.replace(bare.choice, future=None))) is None


def test_the_test_on_the_future_stands_beside_what_chance_gives(analysis: Analysis) -> None:
    future = analysis.choice.future
    section = choice_chapter(analysis)
    if future is None:
        assert section is None or not [table for table in tables_of(section.parts) if table.key == "future-table"]
        return
    assert section is not None
    table = next(table for table in tables_of(section.parts) if table.key == "future-table")
    assert len(table.rows) == 4
    assert table.marked == (0,)
    assert f"{future.n_segments} segments" in table.rows[0][0]
    told = [section.lead, *(text for part in section.parts for text in getattr(part, "paragraphs", ()))]
    assert any(f"foretell {table.rows[0][1]} of" in text for text in told)


@pytest.mark.parametrize(("units", "said"), [(1_000, ""), (1_001, "sample of 1,000"), (2_001, "indices are of 2,000")])
def test_numbers_of_samples_say_so(analysis: Analysis, units: int, said: str) -> None:
    k_choice = dataclasses.replace(analysis.choice.evidence.k_choice, n_units=units)
    table = next(one for one in tables_of(k_chapter(with_evidence(analysis, k_choice=k_choice)).parts)
                 if one.key == "k-table")  # fmt: skip
    assert said in table.note
    assert ("of a sample of" in table.note) is bool(said)
