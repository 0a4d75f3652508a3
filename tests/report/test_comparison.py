"""Two runs beside each other as a page, from made-up customers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.segments.runs import NAMES, earlier_run, later_run

from marketfold.page import Prose, ReportPage, TablePart, figures_of, render_page, tables_of
from marketfold.report import comparison_page
from marketfold.segments import Movement, compare_runs
from marketfold.units import Feature

FEATURES = (
    Feature("recency_days", "days since the last order", "days", "timing"),
    Feature("basket_mean", "revenue per order", "money", "basket"),
)


def page_of(movement: Movement) -> ReportPage:
    return comparison_page(movement, FEATURES, ("moved.csv", 9))


def tables(page: ReportPage) -> dict[str, TablePart]:
    parts = [part for section in page.sections for part in section.parts]
    return {table.key: table for table in tables_of(parts)}


@pytest.fixture
def movement() -> Movement:
    return compare_runs(earlier_run(), later_run())


def test_the_head_says_the_story(movement: Movement) -> None:
    page = page_of(movement)
    assert page.title == "3 customers came back; 2 of your best went quiet"
    assert page.kicker == "Two runs compared, 1 January 2026 to 1 April 2026"
    assert [(fact.label, fact.value) for fact in page.facts] == [
        ("Came back", "3"),
        ("Went quiet", "2"),
        ("In both runs", "59"),
        ("New", "1"),
        ("Gone", "1"),
    ]
    assert "€1,600 came in" in page.lead
    assert "Much has shifted in revenue per order." in page.lead


def test_the_money_of_every_segment_adds_up(movement: Movement) -> None:
    table = tables(page_of(movement))["money-table"]
    labels = [column.label for column in table.columns]
    assert labels == ["Segment", "Then", "Those who stayed", "Came in", "Left", "Now", "Brought since"]
    assert table.rows[0] == ("1. Regulars", "€5,700", "+€1,350", "+€220", "\N{MINUS SIGN}€2,100", "€5,170", "€1,350")
    assert table.rows[-1][0] == "Everybody"
    assert table.marked == (2,)
    other = tables(page_of(replace(movement, basis="begins later")))["money-table"]
    assert "earlier orders have gone from its sums" in (other.note or "")
    assert [column.label for column in other.columns] == labels[:-1]
    assert "money-table" not in tables(page_of(replace(movement, basis="unknown")))


def test_who_did_what_is_counted_and_nobody_is_named(movement: Movement) -> None:
    page = page_of(movement)
    table = tables(page)["people-table"]
    assert [(row[0], *row[3:]) for row in table.rows] == [
        ("Came back", "2", "0", "€40", "€140"),
        ("Came back", "1", "0", "€20", "€70"),
        ("Went quiet", "2", "2", "€2,000", "€0"),
        ("New", "1", "0", "€0", "€40"),
        ("Gone", "1", "0", "€100", "—"),
    ]
    assert [row[1:3] for row in table.rows[-2:]] == [("—", "1. Regulars"), ("1. Regulars", "—")]
    text = render_page(page)
    assert "moved.csv names them by id: 9 customers" in text
    assert not any(str(one) in text for one in movement.journeys.ids)


def test_moves_are_listed_and_drawn(movement: Movement) -> None:
    page = page_of(movement)
    parts = [part for section in page.sections for part in section.parts]
    assert [figure.key for figure in figures_of(parts)] == ["sankey", "psi"]
    moves = tables(page)["move-table"]
    labels = [f"{number}. {name}" for number, name in NAMES.items()]
    assert [column.label for column in moves.columns] == ["From, to", *labels, "Gone"]
    assert moves.rows == ((labels[0], "27", "2", "1"), (labels[1], "2", "28", "0"), ("New", "1", "0", ""))


def test_features_have_their_plain_names_and_time_is_no_shift(movement: Movement) -> None:
    drift = tables(page_of(movement))["drift-table"]
    assert [row[0] for row in drift.rows] == ["revenue per order", "days since the last order"]
    assert drift.rows[1][3:] == ("—", "—", "moves with time")
    assert "90 days lie between the runs" in render_page(page_of(movement))


def test_names_are_no_markup(movement: Movement) -> None:
    assert "Guests &amp; &lt;others&gt;" in render_page(
        page_of(replace(movement, later_names=("Guests & <others>", "Lapsed")))
    )


def test_runs_without_features_say_so() -> None:
    bare = replace(earlier_run(), features=(), values=None)
    page = page_of(compare_runs(bare, bare))
    assert page.sections[-1].parts[-1] == Prose(("The runs did not keep their features.",))
    assert page.title == "Nobody changed segment"
