"""Two runs beside each other as a page, from made-up customers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from marketfold.page import Prose, ReportPage, figures_of, render_page, tables_of
from marketfold.report import comparison_page
from marketfold.schema import Feature, FeatureTable
from marketfold.segments import Movement, compare_runs
from marketfold.snapshot import Snapshot

N = 300
NAMES = {1: "Regulars", 2: "Guests & <others>"}
FEATURES = (
    Feature("recency_days", "days since the last order", "days", "timing"),
    Feature("revenue_total", "revenue", "money", "value"),
)


def snapshot(first: int = 0, factor: float = 1.0) -> Snapshot:
    values = np.random.default_rng(0).exponential(1_000, (N, 2)) * [1.0, factor]
    ids = np.array([f"C{number:04}" for number in range(first, first + N)])
    return Snapshot("customer", ids, np.arange(N) % 2 + 1, NAMES, tuple(one.name for one in FEATURES), values)


def page_of(movement: Movement, later: Snapshot) -> ReportPage:
    values = np.zeros((N, 2)) if later.values is None else later.values
    table = FeatureTable("customer", later.ids, values, FEATURES, values[:, 1], date(2026, 7, 1))
    return comparison_page(movement, date(2026, 1, 1), table)


@pytest.fixture
def movement() -> Movement:
    return compare_runs(snapshot(), snapshot(first=100, factor=4.0))


def label_of(name: str) -> str:
    return next(one.label for one in FEATURES if one.name == name)


def test_the_head_says_who_stayed_came_and_went(movement: Movement) -> None:
    page = page_of(movement, snapshot(first=100, factor=4.0))
    assert page.title == "100 % of the customers are where they were"
    assert page.kicker == "1 January 2026 to 1 July 2026"
    assert [(fact.label, fact.value) for fact in page.facts] == [
        ("In both runs", "200"),
        ("New", "100"),
        ("Gone", "100"),
    ]
    assert "Much has shifted in revenue." in page.lead


def test_moves_and_drift_are_drawn_and_listed(movement: Movement) -> None:
    page = page_of(movement, snapshot(first=100, factor=4.0))
    parts = [part for section in page.sections for part in section.parts]
    assert [figure.key for figure in figures_of(parts)] == ["sankey", "psi"]
    moves, drift = tables_of(parts)
    assert [column.label for column in moves.columns] == ["From", *NAMES.values(), "gone"]
    assert moves.rows == (
        ("Regulars", "100", "0", "50"),
        ("Guests & <others>", "0", "100", "50"),
        ("new", "50", "50", ""),
    )
    assert [(row[0], row[-1]) for row in drift.rows] == [(label_of(one.feature), one.level) for one in movement.drift]
    assert drift.rows[0][-1] == "much drift"
    assert "Guests &amp; &lt;others&gt;" in render_page(page)


def test_runs_without_features_say_so() -> None:
    bare = Snapshot("customer", snapshot().ids, snapshot().numbers, NAMES)
    _, drift = page_of(compare_runs(bare, bare), bare).sections
    assert drift.parts[-1] == Prose(("The runs did not keep their features.",))
