from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.experiments.cases import simulate

from marketfold.errors import RunFolderError
from marketfold.experiments import Experiment, Measurement, MeasuringOptions, SegmentDesign, compare_arms
from marketfold.report import measurement_figures, measurement_page, write_measurement
from marketfold.words import share


@pytest.fixture(scope="module")
def measured() -> Measurement:
    """One campaign that worked, and one that is judged by who ordered."""
    experiment = Experiment(
        {1: SegmentDesign("Regulars", "revenue", 0.3, cost=500.0), 2: SegmentDesign("Lapsed", "order_rate")},
        "EUR",
        margin=0.4,
    )
    outcomes = simulate(np.random.default_rng(0), 2, 4_000, 0.4)
    results = compare_arms(outcomes, experiment, MeasuringOptions(n_draws=999))
    return Measurement(date(2026, 7, 1), date(2026, 9, 28), results, 0.05, "holm", "EUR", 0.4)


def test_the_page_works_offline_and_says_the_decisions(measured: Measurement, tmp_path: Path):
    path = write_measurement(measured, tmp_path / "measurement.html")
    text = path.read_text("utf-8")
    assert "It worked." in text
    assert 'src="http' not in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert text.count("plotly") > 0
    with pytest.raises(RunFolderError, match="cannot be written"):
        write_measurement(measured, tmp_path / "missing" / "measurement.html")


def test_each_measure_has_a_figure_of_lifts(measured: Measurement):
    figures = measurement_figures(measured)
    assert len(figures) == 2
    for figure, result in zip(figures, measured.segments, strict=True):
        effect = result.main
        assert effect is not None
        (mark,) = figure.data
        assert mark.y == (f"{result.segment}. {result.name}",)
        assert mark.x[0] == pytest.approx(100 * effect.difference / effect.holdout)


def test_every_number_stands_on_the_page(measured: Measurement):
    page = measurement_page(measured)
    assert page.title == "The campaign worked for Regulars and Lapsed"
    assert "1 July 2026 to 28 September 2026" in page.lead
    assert "2 segments by Holm's correction" in page.lead
    assert page.warnings == ()
    numbers = page.sections[2].parts[0]
    rows = numbers.rows  # type: ignore[union-attr]
    assert [row[1] for row in rows] == [
        "Revenue per customer", "Share who ordered", "Share who ordered again", "Worth of an order",
    ] * 2  # fmt: skip
    revenue, rate = measured.segments[0].revenue, measured.segments[0].order_rate
    assert revenue is not None
    assert rate is not None
    assert revenue.raw is not None
    raw = revenue.raw.difference
    assert rows[0][2:5] == tuple(f"€{value:.2f}" for value in (revenue.treated, revenue.holdout, raw))
    assert rows[0][6] == f"€{revenue.difference:.2f}"  # adjusted, beside what was observed
    assert raw == pytest.approx(revenue.treated - revenue.holdout)
    assert revenue.difference != pytest.approx(raw)
    assert rows[1][2] == share(rate.treated)
    assert rows[1][7] == f"{share(rate.low)} to {share(rate.high)}"
    assert rows[3][6] == "—"  # a ratio is not adjusted


def test_the_money_stands_on_the_page(measured: Measurement):
    section = measurement_page(measured).sections[1]
    assert section.title == "Did it pay?"
    table, prose = section.parts
    first, second = table.rows  # type: ignore[union-attr]
    assert first[1] == "It paid."
    assert first[2].startswith("+€")
    assert (second[1], *second[4:8]) == ("—",) * 5  # its cost is not known
    assert "Whether this campaign paid is not reckoned: Lapsed." in prose.paragraphs[0]  # type: ignore[union-attr]
    result = measured.segments[0]
    assert result.payback is not None
    assert result.forgone.amount == pytest.approx(result.gained.amount / result.n_treated * result.n_holdout)
    assert result.payback.return_on_cost == pytest.approx(result.payback.profit.amount / 500.0)
