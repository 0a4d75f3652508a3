"""A measurement as a page in the report's style: the decisions first, then the figure, then every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures import EffectRow, effect_figure
from marketfold.page import (
    Column,
    Fact,
    Notice,
    Part,
    Prose,
    ReportPage,
    Section,
    TablePart,
    Terms,
    figure_part,
    numbers,
)
from marketfold.report.sentences.experiments import (
    describe_adjustment,
    describe_check,
    describe_coverage,
    describe_overall,
    describe_paybacks,
    describe_period,
    describe_result,
    doubt_coverage,
    interval_text,
    missing_payback,
    payback_verdict,
    signed_gain,
)
from marketfold.report.sentences.phrases import phrases, say

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.experiments import Effect, Measurement, Primary, Raw, SegmentResult

MEASURES: dict[Primary, str] = {"revenue": "revenue per customer", "order_rate": "share who ordered"}


def _name(result: SegmentResult) -> str:
    return f"{result.segment}. {result.name}"


def _title(measurement: Measurement) -> str:
    """Counts and no names: these may hold commas, and each has a line of its own below."""
    judged, worked = len(measurement.judged), len(measurement.worked)
    if not judged:
        code = "unjudged"
    elif judged == 1:
        code = "one" if worked else "not one"
    else:
        code = "some" if worked else "none"
    return say("measurement", f"title.{code}", worked=worked, judged=judged)


def measurement_figure(measurement: Measurement) -> go.Figure | None:
    """The effect of each campaign with its interval, as a share of what is usual: so segments can be compared.

    Segments stand in their order, and those that nobody was held out of have no effect to show; None where that is all.
    """
    measured = _measured(measurement)
    kinds = dict.fromkeys(result.primary for result in measured)
    if not measured:
        return None
    rows = [_lift(result, judged_by=MEASURES[result.primary] if len(kinds) > 1 else "") for result in measured]
    measure = words.listed([MEASURES[kind] for kind in kinds], "or")
    return effect_figure(rows, title=_title(measurement), measure=measure, coverage=1 - measurement.alpha)


def _lift(result: SegmentResult, judged_by: str) -> EffectRow:
    effect = result.main
    if effect is None or effect.holdout <= 0:
        return EffectRow(_name(result), result.decision)
    lift, low, high = (value / effect.holdout for value in (effect.difference, effect.low, effect.high))
    return EffectRow(_name(result), result.decision, lift, low, high, judged_by)


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
        return (*begin, *[words.MISSING] * 5)

    def amount(value: float) -> str:
        return words.exact_share(value) if measure in SHARES else words.exact_money(value, currency)

    def change(value: float) -> str:
        return words.signed(value, words.points if measure in SHARES else amount)

    def with_interval(found: Effect | Raw) -> str:
        return _above_interval(change(found.difference), interval_text(change(found.low), change(found.high)))

    adjusted = with_interval(effect) if effect.raw and effect.variance_kept < 1 else words.MISSING
    arms = amount(effect.treated), amount(effect.holdout)
    return (*begin, *arms, with_interval(effect.raw or effect), adjusted, words.p_value(effect.p_value))


def _above_interval(number: str, interval: str) -> str:
    """A number with its interval on a line below it: side by side they are too wide for a page."""
    return f"{number}\n{interval}"


def _below_numbers(measurement: Measurement, more: str = "") -> str:
    told = f"Below a number stands its {words.share(1 - measurement.alpha)} interval."
    return f"{told} {more}".rstrip()


def _measured(measurement: Measurement) -> list[SegmentResult]:
    return [result for result in measurement.segments if result.revenue is not None]


def _every_number(measurement: Measurement) -> TablePart:
    measured = _measured(measurement)
    columns = numbers("Reached", "Held out", "As observed", "Adjusted", "p")
    return TablePart(
        key="every-number",
        columns=(Column("Segment"), Column("Measure"), *columns),
        rows=tuple(_row(result, name, measurement.currency) for result in measured for name in MEASURED),
        note=_below_numbers(measurement, phrases("measurement")["every_number"]),
        segments=tuple(result.segment for result in measured for _ in MEASURED),
    )


def _money(measurement: Measurement, run: str) -> tuple[TablePart | Prose, ...]:
    """What campaigns brought, cost and earned, and what holding out cost."""
    measured = _measured(measurement)
    currency, rows = measurement.currency, []
    for result in measured:
        payback = result.payback
        earned = _above_interval(*signed_gain(payback.profit, currency)) if payback else words.MISSING
        back = words.share(payback.return_on_cost) if payback and payback.return_on_cost is not None else words.MISSING
        cost = words.money(payback.cost, currency) if payback else words.MISSING
        brought, forgone = signed_gain(result.gained, currency), signed_gain(result.forgone, currency)[0]
        known = (earned, back, cost, _above_interval(*brought), forgone)
        rows.append((_name(result), payback_verdict(result), *known))
    columns = numbers("Profit", "Return", "Cost", "Brought", "Forgone")
    table = TablePart(
        key="payback",
        columns=(Column("Segment"), Column("Did it pay?"), *columns),
        rows=tuple(rows),
        note=_below_numbers(measurement),
        segments=tuple(result.segment for result in measured),
    )
    told = tuple(filter(None, (missing_payback(measurement, run), phrases("payback")["how"])))
    if not rows:
        return ()
    reckoned = any(result.payback for result in measured)
    return (table, Prose(told)) if reckoned else (Prose(told[:1]), table)


def _verdicts(measurement: Measurement) -> tuple[Part, ...]:
    """One line for each segment, then all together and the figure."""
    lines = []
    for one in measurement.segments:
        arms = f"{words.count(one.n_treated)} reached, {words.count(one.n_holdout)} held out"
        lines.append((f"{_name(one)} ({arms})", describe_result(one, measurement)))
    told = (describe_overall(measurement), describe_adjustment(measurement))
    figure = measurement_figure(measurement)
    teaching = phrases("measurement")["how_to_read"]
    return (
        Terms(tuple(lines)),
        *([Prose(paragraphs)] if (paragraphs := tuple(filter(None, told))) else []),
        *([figure_part("effects", figure, teaching=teaching)] if figure is not None else []),
    )


def _checks(measurement: Measurement) -> tuple[Part, ...]:
    """What the sample is worth: who was not found, whether the arms have their sizes and were alike."""
    results = measurement.segments
    made = [(r, check, describe_check(check)) for r in results for check in (r.ratio, r.balance)]
    failed = tuple(f"{words.quoted([result.name])}: {text}" for result, check, text in made if not check.passed)
    judged = [one for one in results if one.revenue is not None] or results
    told = {
        "Sizes of the arms": [describe_check(one.ratio) for one in judged if one.ratio.passed],
        "Before the campaign": [describe_check(one.balance) for one in judged if one.balance.passed],
        "The later orders": describe_coverage(measurement),
    }
    facts = tuple(Fact(what, " ".join(dict.fromkeys(texts))) for what, texts in told.items() if texts)
    return (
        *([Notice(failed, title="What is not as it should be", tone="warning")] if failed else []),
        Terms(tuple((fact.label, fact.value) for fact in facts)),
    )


def measurement_page(measurement: Measurement, run: str = "RUN") -> ReportPage:
    """Put a measurement on a page, ready to be written or shown; `run` is the folder that hints name."""
    results, texts = measurement.segments, phrases("measurement")
    judged = len(measurement.judged)
    period = say("measurement", "lead", date_from=measurement.date_from, date_to=measurement.date_to)
    correction = say("measurement", f"correction.{measurement.correction}", alpha=measurement.alpha)
    warnings = (describe_period(measurement), doubt_coverage(measurement))
    lead = (period, describe_overall(measurement), describe_paybacks(measurement))
    method = (*texts["method"], *([correction] if judged > 1 else []))
    return ReportPage(
        title=_title(measurement),
        lead=" ".join(filter(None, lead)),
        kicker="Measurement",
        facts=(
            Fact("Reached", words.count(sum(result.n_treated for result in results)), "customers"),
            Fact("Held out", words.count(sum(result.n_holdout for result in results)), "customers"),
            Fact("Worked", words.count(len(measurement.worked)), f"of {words.count(judged)} that could be judged"),
        ),
        warnings=tuple(filter(None, warnings)),
        sections=(
            Section("soundness", "Is it a fair comparison?", _checks(measurement)),
            Section("decisions", "Did it work?", _verdicts(measurement)),
            *([Section("money", "Did it pay?", money)] if (money := _money(measurement, run)) else []),
            Section("numbers", "Every number", (_every_number(measurement),)),
            Section("method", "How it was measured", (Prose(method),)),
        ),
        n_segments=max(result.segment for result in results),
    )
