"""Whom a rule of one or two features finds, while its thresholds are dragged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.report import Ends, bounds_words
from marketfold.runs import RunRows
from marketfold.segments import Bound, Large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.runs import Run
    from marketfold.schema import Measure
    from marketfold.units import Feature

MOST = 2
"""Features in a rule; more and nobody keeps it in mind."""
END = 100


@dataclass(frozen=True)
class Slider:
    """One feature of a rule, and where its threshold stands: at the share of `at` per cent of the units."""

    feature: str
    above: bool
    at: int
    threshold: float | None
    text: str


@dataclass(frozen=True)
class SegmentMet:
    """How much of a segment meets a rule."""

    number: int
    name: str
    units: int
    share: float
    of_found: float


@dataclass(frozen=True)
class Rule:
    """A rule, whom it finds, and the rule in words."""

    sliders: tuple[Slider, ...]
    features: tuple[tuple[str, str], ...]
    conditions: tuple[Bound, ...]
    words: str
    units: int
    unit_share: float
    what: str
    money: str
    money_share: float | None
    segments: tuple[SegmentMet, ...]
    personal: bool


def rule_of(run: Run, form: Mapping[str, Any]) -> Rule:
    """The rule of a form; with none that of the feature which shaped the segments most, at its middle."""
    rows, described = RunRows(run), {one.name: one for one in run.described_features}
    first = next((name for name in run.record["features"]["shaping"] if name in described), next(iter(described)))
    sliders = [_slider(rows, described, form, place, first) for place in range(1, MOST + 1)]
    conditions = tuple(
        Bound(one.feature, one.above, one.threshold) for one in sliders if one.threshold is not None
    )  # fmt: skip
    return _found(run, rows, (tuple(sliders), conditions), described)


def _slider(rows: RunRows, described: Mapping[str, Feature], form: Mapping[str, Any], place: int, first: str) -> Slider:
    name = str(form.get(f"feature_{place}", first if place == 1 else ""))
    above = str(form.get(f"way_{place}", "below")) == "above"
    text = str(form.get(f"at_{place}", ""))
    at = min(int(text), END) if text.isascii() and text.isdigit() and len(text) < 4 else END // 2
    if not name:
        return Slider("", above, at, None, "")
    steps = rows.steps(name)
    if not steps or at == (0 if above else END):
        return Slider(name, above, at, None, "any")
    feature = described[name]
    value = readable(steps[at], feature.measure)
    whole = feature.measure == "count" and _is_whole(steps)
    shown = words.measured(value, feature.measure, rows.run.plan.currency)
    return Slider(name, above, at, value - 1 if whole and above else value, shown)


def _found(
    run: Run, rows: RunRows, rule: tuple[tuple[Slider, ...], tuple[Bound, ...]], described: Mapping[str, Feature]
) -> Rule:
    sliders, conditions = rule
    met, names = rows.meeting(conditions), {one["number"]: one for one in run.record["segments"]}
    units, money = sum(one.units for one in met), sum(one.money for one in met)
    all_money = sum(one["revenue_total"] or 0 for one in run.record["segments"])
    return Rule(
        sliders, tuple((one.name, words.sentence(one.label).rstrip(".")) for one in described.values()), conditions,
        _in_words(run, rows, conditions, described), units, units / max(rows.n_units, 1),
        words.units_word(run.record["unit"]), words.money(money, run.plan.currency) if all_money else "",
        money / all_money if all_money else None,
        tuple(
            SegmentMet(one.segment, str(names[one.segment]["name"]), one.units,
                       one.units / max(names[one.segment]["units"], 1), one.units / max(units, 1))
            for one in met
        ),
        run.id_is_personal,
    )  # fmt: skip


def _in_words(run: Run, rows: RunRows, conditions: tuple[Bound, ...], described: Mapping[str, Feature]) -> str:
    by_feature = {name: [one for one in conditions if one.feature == name] for name in dict.fromkeys(
        one.feature for one in conditions
    )}  # fmt: skip
    currency = run.plan.currency
    large = Large.of(run.measured.settings).text(currency)
    parts = []
    for name, bounds in by_feature.items():
        steps = rows.steps(name)
        ends = Ends(steps[0], steps[-1], _is_whole(steps))
        parts.append(bounds_words(described[name], bounds, ends, large, run.record["unit"], currency))
    return words.listed(parts) or f"all {words.units_word(run.record['unit'])}"


def _is_whole(steps: tuple[float, ...]) -> bool:
    return all(step == int(step) for step in steps)


def readable(value: float, measure: Measure) -> float:
    """A threshold as a person would say it, so that who is counted is who the words name.

    >>> readable(34.27, "days"), readable(0.3333, "share"), readable(157807.81, "money")
    (34.0, 0.33, 158000.0)
    """
    if measure in {"days", "count", "year"}:
        return float(round(value))
    if measure in {"share", "flag"}:
        return round(value, 2)
    return float(f"{value:.3g}")
