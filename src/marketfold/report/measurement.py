"""A measurement as a page in the report's style: the decisions first, then the figure, then every number."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures import EffectRow, effect_figure
from marketfold.page import (
    Column,
    Fact,
    Notice,
    Prose,
    ReportPage,
    Section,
    TablePart,
    figure_part,
    numbers,
    write_page,
)
from marketfold.report.sentences.experiments import (
    describe_check,
    describe_coverage,
    describe_overall,
    describe_period,
    describe_result,
    doubt_coverage,
    missing_payback,
    payback_verdict,
    signed_gain,
)
from marketfold.report.sentences.phrases import phrases

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.experiments import Effect, Measurement, Primary, Raw, SegmentResult

MEASURES: dict[Primary, str] = {"revenue": "revenue per customer", "order_rate": "share who ordered"}
CORRECTIONS = {"holm": "Holm's correction", "bh": "Benjamini and Hochberg's correction"}


def _name(result: SegmentResult) -> str:
    return f"{result.segment}. {result.name}"


def _headline(measurement: Measurement) -> str:
    worked = measurement.worked
    if not worked:
        return "No campaign is proven to have worked"
    return f"The campaign worked for {words.listed([result.name for result in worked])}"


def measurement_figures(measurement: Measurement) -> tuple[go.Figure, ...]:
    """The effect of each campaign with its interval, as a share of what is usual: so segments can be compared.

    One figure for each thing that campaigns were judged by; segments without a holdout have no effect to show.
    """
    measured = _measured(measurement)
    rows = {kind: [_lift(r) for r in measured if r.primary == kind] for kind in MEASURES}
    return tuple(
        effect_figure(own, measure=MEASURES[kind], coverage=1 - measurement.alpha) for kind, own in rows.items() if own
    )


def _lift(result: SegmentResult) -> EffectRow:
    effect = result.main
    if effect is None or effect.holdout <= 0:
        return EffectRow(_name(result), result.decision)
    lifts = (value / effect.holdout for value in (effect.difference, effect.low, effect.high))
    return EffectRow(_name(result), result.decision, *lifts)


MEASURED = {
    "revenue": "Revenue per customer",
    "order_rate": "Share who ordered",
    "repeat_rate": "Share who ordered again",
    "basket": "Worth of an order",
}
SHARES = {"order_rate", "repeat_rate"}


def _row(result: SegmentResult, measure: str, currency: str | None) -> tuple[str, ...]:
    effect: Effect | None = getattr(result, measure)
    begin = (_name(result), MEASURED[measure])
    if effect is None:
        return (*begin, *[words.MISSING] * 7)

    def amount(value: float) -> str:
        return words.share(value) if measure in SHARES else words.money(value, currency)

    def with_interval(found: Effect | Raw) -> tuple[str, str]:
        return amount(found.difference), f"{amount(found.low)} to {amount(found.high)}"

    adjusted = with_interval(effect) if effect.raw and effect.variance_kept < 1 else (words.MISSING,) * 2
    arms = amount(effect.treated), amount(effect.holdout)
    return (*begin, *arms, *with_interval(effect.raw or effect), *adjusted, words.p_value(effect.p_value))


def _measured(measurement: Measurement) -> list[SegmentResult]:
    return [result for result in measurement.segments if result.revenue is not None]


def _every_number(measurement: Measurement) -> TablePart:
    measured = _measured(measurement)
    interval = f"{words.share(1 - measurement.alpha)} interval"
    columns = numbers("Reached", "Held out", "As observed", interval, "Adjusted", interval, "p")
    return TablePart(
        key="every-number",
        columns=(Column("Segment"), Column("Measure"), *columns),
        rows=tuple(_row(result, name, measurement.currency) for result in measured for name in MEASURED),
        note=phrases("measurement")["every_number"],
        segments=tuple(result.segment for result in measured for _ in MEASURED),
    )


def _money(measurement: Measurement) -> tuple[TablePart | Prose, ...]:
    """What campaigns brought, cost and earned, and what holding out cost."""
    measured = _measured(measurement)
    currency, rows = measurement.currency, []
    for result in measured:
        payback = result.payback
        earned = signed_gain(payback.profit, currency) if payback else (words.MISSING,) * 2
        back = words.share(payback.return_on_cost) if payback and payback.return_on_cost is not None else words.MISSING
        cost = words.money(payback.cost, currency) if payback else words.MISSING
        known = (*signed_gain(result.gained, currency), cost, *earned, back, signed_gain(result.forgone, currency)[0])
        rows.append((_name(result), payback_verdict(result), *known))
    interval = f"{words.share(1 - measurement.alpha)} interval"
    columns = numbers("Brought", interval, "Cost", "Profit", interval, "Return", "Forgone")
    table = TablePart(
        key="payback",
        columns=(Column("Segment"), Column("Did it pay?"), *columns),
        rows=tuple(rows),
        segments=tuple(result.segment for result in measured),
    )
    told = tuple(filter(None, (missing_payback(measurement), phrases("payback")["how"])))
    return (table, Prose(told)) if rows else ()


def _decisions(measurement: Measurement) -> TablePart:
    return TablePart(
        key="verdicts",
        columns=(Column("Segment"), Column("Verdict"), *numbers("Reached", "Held out")),
        rows=tuple(
            (_name(r), describe_result(r, measurement), words.count(r.n_treated), words.count(r.n_holdout))
            for r in measurement.segments
        ),
        segments=tuple(result.segment for result in measurement.segments),
    )


def _checks(results: Sequence[SegmentResult]) -> tuple[Prose | Notice, ...]:
    made = [(r, check, describe_check(check)) for r in results for check in (r.ratio, r.balance)]
    failed = tuple(f"{_name(result)}: {text}" for result, check, text in made if not check.passed)
    if failed:
        return (Notice(failed, title="What is not as it should be", tone="warning"),)
    compared = [text for result, _, text in made if result.revenue is not None]
    return (Prose((" ".join(dict.fromkeys(compared or [text for _, _, text in made])),)),)


def _whose(measurement: Measurement) -> tuple[Prose, ...]:
    said = describe_coverage(measurement)
    return (Prose((" ".join(said),), title="The later orders"),) if said else ()


def measurement_page(measurement: Measurement) -> ReportPage:
    """Put a measurement on a page, ready to be written or shown."""
    results = measurement.segments
    period = f"{words.day(measurement.date_from)} to {words.day(measurement.date_to)}"
    tested = sum(math.isfinite(result.p_adjusted) for result in results)
    many = f"{tested} segments" if tested > 1 else "one segment"
    allowing = f"; allowing for {many} by {CORRECTIONS[measurement.correction]}" if tested else ""
    warnings, texts = (describe_period(measurement), doubt_coverage(measurement)), phrases("measurement")
    figures = [
        figure_part(f"effects-{place}", figure, teaching=texts["how_to_read"])
        for place, figure in enumerate(measurement_figures(measurement), start=1)
    ]
    return ReportPage(
        title=_headline(measurement),
        lead=(f"Those reached against those held out, {period}{allowing}. {describe_overall(measurement)}"),
        kicker="Measurement",
        facts=(
            Fact("Reached", words.count(sum(result.n_treated for result in results)), "customers"),
            Fact("Held out", words.count(sum(result.n_holdout for result in results)), "customers"),
            Fact("Worked", str(len(measurement.worked)), f"of {tested} judged"),
        ),
        warnings=tuple(filter(None, warnings)),
        sections=(
            Section("decisions", "Verdicts", (_decisions(measurement), *figures)),
            *([Section("money", "Did it pay?", money)] if (money := _money(measurement)) else []),
            Section("numbers", "Every number", (_every_number(measurement),)),
            Section(
                "soundness",
                "Was it a fair comparison?",
                (*_checks(results), *_whose(measurement), Prose(tuple(texts["method"]), title="Method")),
            ),
        ),
        n_segments=max(result.segment for result in results),
    )


def write_measurement(measurement: Measurement, path: str | Path) -> Path:
    """Write the page as one HTML file that works offline.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    path = Path(path)
    write_page(measurement_page(measurement), path)
    return path
