from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.runs import HALF, earlier_run, later_run

from marketfold.report.sentences.movement import (
    ages_sentence,
    fit_sentence,
    merged_sentence,
    money_sentences,
    movement_sentences,
    movement_title,
    renumbered_sentence,
)
from marketfold.segments import ModelFit, Movement, compare_runs


@pytest.fixture
def movement() -> Movement:
    return compare_runs(earlier_run(), later_run())


def with_events(movement: Movement, came: int, quiet: int, best: int = 0) -> Movement:
    """So many came back and went quiet, the first of these being of the best."""
    place = np.arange(len(movement.journeys.ids))
    who = replace(
        movement.journeys,
        came_back=place < came,
        went_quiet=(place >= came) & (place < came + quiet),
        best=(place >= came) & (place < came + best),
        after=movement.journeys.before,
    )
    return replace(movement, journeys=who)


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ((11, 5, 3), "11 customers came back; 3 of your best went quiet"),
        ((11, 5, 0), "11 customers came back; 5 went quiet"),
        ((1, 0, 0), "1 customer came back; nobody went quiet"),
        ((0, 5, 0), "5 customers went quiet; nobody came back"),
        ((0, 5, 2), "5 customers went quiet, 2 of them of your best; nobody came back"),
        ((0, 0, 0), "Nobody changed segment"),
    ],
)
def test_the_title_says_who_came_back_and_who_went_quiet(movement: Movement, events: tuple[int, int, int], title: str):
    assert movement_title(with_events(movement, *events)) == title


def test_who_was_merged_by_hand_is_said_not_to_have_changed_segment():
    before = replace(earlier_run(), unit="order")
    after = replace(before, numbers=np.ones(2 * HALF, dtype=int), names={1: "Everybody"})
    merged = compare_runs(before, after, merged_now=[1])
    assert movement_title(merged) == "Nobody changed segment but by hand: segments were made one, or taken apart"
    assert movement_sentences(merged)[1] == "Of 60 in both runs 100 % are in the same segment as before."
    assert merged_sentence(merged) == (
        "30 orders are in another segment because segments were made one, or taken apart, by hand: from 2 (Lapsed, "
        "and more) to 1 (Everybody). The tables and the list of names have them among those who moved; the sentences "
        "count them as having stayed."
    )
    assert merged_sentence(compare_runs(before, after)) == ""
    assert movement_title(compare_runs(before, after)) == "30 orders changed segment"


def test_where_that_is_not_known_the_title_says_who_moved():
    orders = (replace(run, unit="order") for run in (earlier_run(), later_run()))
    assert movement_title(compare_runs(*orders)) == "4 orders changed segment"
    nobody = compare_runs(earlier_run(), replace(later_run(), ids=np.array([f"X{i}" for i in range(2 * HALF)])))
    assert movement_title(nobody) == "The two runs share no customer"
    assert "The runs share nobody: were the ids written the same way?" in movement_sentences(nobody)


def test_the_lead_says_money_then_who_moved_then_what_shifted(movement: Movement):
    assert movement_sentences(replace(movement, fit=ModelFit(0.012, 0.08, still_fits=False))) == (
        "In the 90 days between the runs €1,600 came in: €1,560 from the 59 customers of both, €40 from 1 new one.",
        "The 3 who came back brought €210 since.",
        "The 2 who went quiet had brought €2,000 until then.",
        "Of 59 in both runs 93.2 % are in the same segment as before.",
        "1 is new, 1 is gone.",
        "Much has shifted in basket_mean.",
        "The earlier model no longer fits: 8 % fit none of its segments, 1.2 % did then. Make new segments instead of "
        "scoring with it.",
    )


@pytest.mark.parametrize("basis", ["counted otherwise", "begins later", "a table", "currencies", "unknown"])
def test_where_money_cannot_be_subtracted_the_reason_is_said(movement: Movement, basis: str):
    (said,) = money_sentences(replace(movement, basis=basis))  # type: ignore[arg-type]
    assert "came in:" not in said
    assert ("cannot be told" in said) == (basis not in {"currencies", "unknown"})
    assert ("€" in said) == (basis not in {"currencies", "unknown"})


def test_what_time_moves_is_said_by_its_name(movement: Movement):
    assert ages_sentence(movement).startswith(
        "90 days lie between the runs. They alone move days since the last order:"
    )
    same_day = compare_runs(earlier_run(), earlier_run())
    assert ages_sentence(same_day) == ""
    assert money_sentences(same_day) == ("Both runs look back from the same day, so no money came in between.",)


def test_segments_with_other_numbers_are_said(movement: Movement):
    assert renumbered_sentence(movement) == ""
    assert renumbered_sentence(replace(movement, renumbered=((3, 1), (1, 2)))).endswith(
        "the number of the earlier segment that it is: 1 is its 3 and 2 is its 1."
    )


def test_a_model_that_still_fits():
    assert fit_sentence(ModelFit(0.01, 0.02, still_fits=True)) == (
        "The earlier model still fits: 2 % fit none of its segments, 1 % did then."
    )
