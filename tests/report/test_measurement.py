from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiments.cases import simulate

from marketfold.errors import RunFolderError
from marketfold.experiments import Check, Experiment, Measurement, MeasuringOptions, SegmentDesign, compare_arms
from marketfold.experiments.results import Decision
from marketfold.page import ReportPage, write_page
from marketfold.report import describe_result, measurement_figure, measurement_page
from marketfold.report.sentences.experiments import signed_gain
from marketfold.words import exact_share, p_value, points


@pytest.fixture(scope="module")
def measured() -> Measurement:
    """One campaign that worked, and one that is judged by who ordered."""
    experiment = Experiment(
        {1: SegmentDesign("Regulars", "revenue", 0.3, cost=500.0), 2: SegmentDesign("Lapsed, on offer", "order_rate")},
        "EUR",
        margin=0.4,
    )
    outcomes = simulate(np.random.default_rng(0), 2, 4_000, 0.4)
    results = compare_arms(outcomes, experiment, MeasuringOptions(n_draws=999))
    return Measurement(date(2026, 7, 1), date(2026, 9, 28), results, 0.05, "holm", "EUR", 0.4)


def test_the_page_works_offline_and_says_the_decisions(measured: Measurement, tmp_path: Path):
    page, path = measurement_page(measured, "RUN"), tmp_path / "measurement.html"
    write_page(page, path)
    text = path.read_text("utf-8")
    assert "It worked." in text
    assert 'src="http' not in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert text.count("plotly") > 0
    with pytest.raises(RunFolderError, match="cannot be written"):
        write_page(page, tmp_path / "missing" / "measurement.html")


def parts_of(page: ReportPage, key: str) -> tuple[Any, ...]:
    return next(section for section in page.sections if section.key == key).parts


def test_the_figure_has_every_measured_segment_in_the_order_of_the_list(measured: Measurement):
    figure = measurement_figure(measured)
    assert figure is not None
    (mark,) = figure.data
    assert mark.y == ("1. Regulars", "2. Lapsed, on offer")
    for drawn, result in zip(mark.x, measured.segments, strict=True):
        assert result.main is not None
        assert drawn == pytest.approx(100 * result.main.difference / result.main.holdout)
    assert figure.layout.title.text == measurement_page(measured).title
    assert "by share who ordered" in figure.layout.meta["alt"]
    assert measurement_figure(replace(measured, segments=())) is None


@pytest.mark.parametrize(
    ("decisions", "title"),
    [
        (["worked"], "The campaign worked"),
        (["did not"], "It is not proven that the campaign worked"),
        (["worked", "did not", "cannot tell yet", "worked"], "The campaign worked in 2 of 4 segments"),
        (["did not", "cannot tell yet"], "In none of 2 segments is it proven that the campaign worked"),
        ([], "Whether the campaign worked cannot be told yet"),
    ],
)
def test_the_title_counts_what_could_be_judged_and_names_nobody(
    measured: Measurement, decisions: list[Decision], title: str
):
    judged = tuple(
        replace(measured.segments[1], segment=place, decision=decision) for place, decision in enumerate(decisions, 1)
    )
    unjudged = replace(measured.segments[1], segment=9, decision="cannot tell yet", p_adjusted=math.nan)
    page = measurement_page(replace(measured, segments=(*judged, unjudged)))
    assert page.title == title
    assert (page.facts[2].value, page.facts[2].detail) == (
        str(decisions.count("worked")),
        f"of {len(decisions)} that could be judged",
    )


def test_checks_stand_first_and_every_verdict_has_a_line(measured: Measurement):
    page = measurement_page(measured)
    assert [section.key for section in page.sections] == ["soundness", "decisions", "money", "numbers", "method"]
    checks, verdicts = parts_of(page, "soundness")[0], parts_of(page, "decisions")[0]
    assert [what for what, _ in checks.terms] == ["Sizes of the arms", "Before the campaign"]
    for (who, said), result in zip(verdicts.terms, measured.segments, strict=True):
        assert who.startswith(f"{result.segment}. {result.name} ({result.n_treated:,} reached, ")
        assert said == describe_result(result, measured)
    assert "1 July 2026 to 28 September 2026" in page.lead
    assert "It paid in 1 of the 1 segment whose cost is known." in page.lead
    assert "Holm" not in page.lead
    assert "Holm's correction" in parts_of(page, "method")[0].paragraphs[-1]
    assert page.warnings == ()


def test_a_failed_check_is_warned_of_with_its_segment_in_quotes(measured: Measurement):
    lost = replace(measured.segments[1], ratio=Check("mismatch", 0.0, 0.1426, 0.2))
    notice, checks = parts_of(measurement_page(replace(measured, segments=(measured.segments[0], lost))), "soundness")
    assert notice.sentences[0].startswith("“Lapsed, on offer”: 14.3 % are held out where 20.0 % were planned")
    assert "Sizes of the arms" in dict(checks.terms)


def test_every_number_stands_on_the_page(measured: Measurement):
    rows = parts_of(measurement_page(measured), "numbers")[0].rows
    assert [row[1] for row in rows] == [
        "Revenue per customer", "Share who ordered", "Share who ordered again", "Worth of an order",
    ] * 2  # fmt: skip
    revenue, rate = measured.segments[0].revenue, measured.segments[0].order_rate
    assert revenue is not None
    assert rate is not None
    assert revenue.raw is not None
    assert rate.raw is not None
    raw = revenue.raw.difference
    assert rows[0][2:4] == (f"€{revenue.treated:.2f}", f"€{revenue.holdout:.2f}")
    observed, adjusted = (rows[0][place].splitlines()[0] for place in (4, 5))
    assert (observed, adjusted) == (f"+€{raw:.2f}", f"+€{revenue.difference:.2f}")
    assert raw == pytest.approx(revenue.treated - revenue.holdout)
    assert revenue.difference != pytest.approx(raw)
    assert rows[1][2] == exact_share(rate.treated)
    interval = f"+{points(rate.low).removesuffix(' points')} to +{points(rate.high)}"
    assert rows[1][4].splitlines()[0] == f"+{points(rate.raw.difference)}"
    assert rows[1][5].splitlines()[1] == interval
    assert rows[3][5] == "—"  # a ratio is not adjusted
    assert rows[0][-1] == p_value(revenue.p_value)


def test_the_money_stands_on_the_page(measured: Measurement):
    table, prose = parts_of(measurement_page(measured, "runs/my shop"), "money")
    first, second = table.rows
    assert first[1] == "It paid."
    assert first[2].startswith("+€")
    assert second[1:5] == ("—",) * 4  # its cost is not known
    assert first[4:6] == ("€500", "\n".join(signed_gain(measured.segments[0].gained, "EUR")))
    assert prose.paragraphs[0].startswith("Whether “Lapsed, on offer” paid is not reckoned: the plan holds neither")
    assert "marketfold plan 'runs/my shop' --set budget.contact_cost=0.5" in prose.paragraphs[0]
    result = measured.segments[0]
    assert result.payback is not None
    assert result.forgone.amount == pytest.approx(result.gained.amount / result.n_treated * result.n_holdout)
    assert result.payback.return_on_cost == pytest.approx(result.payback.profit.amount / 500.0)
    unknown = replace(measured, margin=None, segments=tuple(replace(r, payback=None) for r in measured.segments))
    hint, table = parts_of(measurement_page(unknown), "money")  # where nothing is known, what to give stands first
    assert "--set budget.margin=0.3" in hint.paragraphs[0]
    assert table.rows[0][1] == "—"
