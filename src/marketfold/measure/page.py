"""A measurement as a page in the report's style: the verdicts first, then the figure, then every number."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures.campaigns import effect_figure
from marketfold.page import Column, Fact, Notice, Prose, ReportPage, Section, TablePart, figure_part, write_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.campaigns import Primary
    from marketfold.measure.effects import Effect
    from marketfold.measure.measuring import Measurement, SegmentResult

HOW_TO_READ = (
    "Each mark is the difference between the customers who were reached and those who were held out; the bar is its "
    "interval. A bar that lies wholly to the right of zero speaks for the campaign. A bar across zero says that chance "
    "alone could have made the difference.",
    "A verdict also allows for the number of segments: the more of them are looked at, the likelier one of them shines "
    "by luck.",
)
METHOD = (
    "Everybody counts in the arm that they were assigned to, whether or not a message arrived. Intervals are Welch's; "
    "those of the bootstrap stand beside them, as revenue is skewed. Where revenue before the campaign is known, the "
    "part of the outcome that it foretells is taken out first (CUPED), which narrows the intervals and favours neither "
    "arm.",
    "The worth of an order compares only those who ordered. The campaign may have changed who they are, so it "
    "describes and does not prove.",
)


def _headline(measurement: Measurement) -> str:
    worked = measurement.worked
    if not worked:
        return "No campaign is proven to have worked"
    names = words.listed([result.name for result in worked])
    return f"The campaign worked for {names}"


def measurement_figures(measurement: Measurement) -> tuple[go.Figure, ...]:
    """The effect of each campaign with its interval, as a share of what is usual: so segments can be compared.

    Parameters
    ----------
    measurement
        From `measure_campaigns`.

    Returns
    -------
    tuple of Figure
        One for each thing that campaigns were judged by.
    """
    kinds: tuple[tuple[Primary, str], ...] = (("revenue", "revenue per customer"), ("order_rate", "share who ordered"))
    return tuple(
        _lift_figure([result for result in measurement.segments if result.primary == kind], measure, measurement.alpha)
        for kind, measure in kinds
        if any(result.primary == kind for result in measurement.segments)
    )


def _lift_figure(results: Sequence[SegmentResult], measure: str, alpha: float) -> go.Figure:
    nothing = (math.nan,) * 3
    lifts = []
    for result in results:
        effect = result.main
        known = effect is not None and effect.holdout > 0
        lifts.append(
            tuple(value / effect.holdout for value in (effect.difference, effect.low, effect.high))
            if known and effect is not None
            else nothing
        )
    return effect_figure(
        [f"{result.segment}. {result.name}" for result in results],
        [lift[0] for lift in lifts],
        [lift[1] for lift in lifts],
        [lift[2] for lift in lifts],
        [result.verdict for result in results],
        scale="percent",
        measure=measure,
        coverage=1 - alpha,
    )


def _row(
    result: SegmentResult, label: str, effect: Effect | None, *, share: bool, currency: str | None
) -> tuple[str, ...]:
    name = f"{result.segment}. {result.name}"
    if effect is None:
        return (name, label, *[words.MISSING] * 6)

    def said(value: float) -> str:
        return words.share(value) if share else words.money(value, currency)

    def between(low: float, high: float) -> str:
        return f"{said(low)} to {said(high)}"

    boot = between(effect.boot_low, effect.boot_high) if effect.boot_low == effect.boot_low else words.MISSING
    return (
        name,
        label,
        said(effect.treated),
        said(effect.holdout),
        said(effect.difference),
        between(effect.low, effect.high),
        boot,
        f"{effect.p_value:.3f}",
    )


def _table(measurement: Measurement) -> TablePart:
    rows = []
    for result in measurement.segments:
        rows += [
            _row(result, "Revenue per customer", result.revenue, share=False, currency=measurement.currency),
            _row(result, "Share who ordered", result.order_rate, share=True, currency=None),
            _row(result, "Worth of an order", result.basket, share=False, currency=measurement.currency),
        ]
    coverage = f"{1 - measurement.alpha:.0%}"
    numeric = ("Reached", "Held out", "Difference", f"{coverage} interval", "Bootstrap", "p")
    return TablePart(
        key="every-number",
        columns=(Column("Segment"), Column("Measure"), *(Column(label, numeric=True) for label in numeric)),
        rows=tuple(rows),
        note="p is of no difference, before the correction for many segments.",
        segments=tuple(result.segment for result in measurement.segments for _ in range(3)),
    )


def _checks(results: Sequence[SegmentResult]) -> tuple[Prose | Notice, ...]:
    failed = [
        f"{result.segment}. {result.name}: {check.sentence}"
        for result in results
        for check in (result.ratio, result.balance)
        if not check.passed
    ]
    if failed:
        return (Notice(tuple(failed), title="What is not as it should be", tone="warning"),)
    said = dict.fromkeys(check.sentence for result in results for check in (result.ratio, result.balance))
    return (Prose((" ".join(said),)),)


def measurement_page(measurement: Measurement) -> ReportPage:
    """Put a measurement on a page, ready to be written or shown.

    Parameters
    ----------
    measurement
        From `measure_campaigns`.
    """
    results = measurement.segments
    period = f"{words.day(measurement.date_from)} to {words.day(measurement.date_to)}"
    figures = [
        figure_part(f"effects-{place}", figure, teaching=HOW_TO_READ)
        for place, figure in enumerate(measurement_figures(measurement), start=1)
    ]
    verdicts = TablePart(
        key="verdicts",
        columns=(
            Column("Segment"),
            Column("Reached", numeric=True),
            Column("Held out", numeric=True),
            Column("Verdict"),
        ),
        rows=tuple(
            (f"{r.segment}. {r.name}", words.count(r.n_treated), words.count(r.n_holdout), r.sentence) for r in results
        ),
        segments=tuple(result.segment for result in results),
    )
    many = f"{len(results)} segments" if len(results) > 1 else "one segment"
    correction = "Holm's correction" if measurement.correction == "holm" else "Benjamini and Hochberg's correction"
    return ReportPage(
        title=_headline(measurement),
        lead=(
            f"Those reached against those held out, {period}; allowing for {many} by {correction}. "
            f"{measurement.overall}"
        ),
        kicker="Measurement",
        facts=(
            Fact("Reached", words.count(sum(result.n_treated for result in results)), "customers"),
            Fact("Held out", words.count(sum(result.n_holdout for result in results)), "customers"),
            Fact("Worked", str(len(measurement.worked)), f"of {len(results)} segments"),
        ),
        warnings=measurement.notes,
        sections=(
            Section("verdicts", "Verdicts", (verdicts, *figures)),
            Section("numbers", "Every number", (_table(measurement),)),
            Section("soundness", "Was it a fair comparison?", (*_checks(results), Prose(METHOD, title="Method"))),
        ),
        n_segments=max(result.segment for result in results),
    )


def write_measurement(measurement: Measurement, path: str | Path) -> Path:
    """Write the page as one HTML file that works offline.

    Parameters
    ----------
    measurement
        From `measure_campaigns`.
    path
        Where to.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    path = Path(path)
    write_page(measurement_page(measurement), path)
    return path
