from __future__ import annotations

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
        {1: SegmentDesign("Regulars", "revenue", 0.3), 2: SegmentDesign("Lapsed", "order_rate")}, "EUR"
    )
    outcomes = simulate(np.random.default_rng(0), 2, 4_000, 0.4)
    results = compare_arms(outcomes, experiment, MeasuringOptions(n_resamples=200))
    return Measurement(date(2026, 7, 1), date(2026, 9, 28), results, 0.05, "holm", "EUR")


def test_the_page_works_offline_and_says_the_decisions(measured: Measurement, tmp_path: Path):
    path = write_measurement(measured, tmp_path / "measurement.html")
    text = path.read_text("utf-8")
    assert "It worked." in text
    assert 'src="http' not in text
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
    numbers = page.sections[1].parts[0]
    rows = numbers.rows  # type: ignore[union-attr]
    assert [row[1] for row in rows] == ["Revenue per customer", "Share who ordered", "Worth of an order"] * 2
    revenue, rate = measured.segments[0].revenue, measured.segments[0].order_rate
    assert revenue is not None
    assert rate is not None
    assert rows[0][2:5] == tuple(f"€{value:.2f}" for value in (revenue.treated, revenue.holdout, revenue.difference))
    assert rows[1][2] == share(rate.treated)
    assert rows[1][5] == f"{share(rate.low)} to {share(rate.high)}"
    assert rows[2][6] == "—"  # no bootstrap of a ratio
