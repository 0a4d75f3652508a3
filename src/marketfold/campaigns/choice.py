"""Choosing the aim and the offer of a segment by the playbook's written rules, with the numbers that decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.campaigns.facts import FACTS
from marketfold.words import listed, measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.campaigns.facts import SegmentFacts
    from marketfold.campaigns.playbook import Condition, Playbook
    from marketfold.schema import Measure


@dataclass(frozen=True)
class Choice:
    """The aim, the offer, and why."""

    aim: str
    why: str
    offer: str


@dataclass(frozen=True)
class _Known:
    """Everything that a condition can ask about one segment."""

    facts: SegmentFacts
    medians: Mapping[str, float]
    everyone: Mapping[str, float]

    def look_up(self, condition: Condition) -> tuple[str, Measure, float, float] | None:
        """Label, unit, value and everybody's value; None where this run does not know it."""
        if condition.fact is not None:
            if condition.fact not in self.facts.values:
                return None
            fact = FACTS[condition.fact]
            return (
                fact.label,
                fact.measure,
                self.facts.values[fact.name],
                self.facts.everyone.get(fact.name, float("nan")),
            )
        name = condition.feature or ""
        if name not in self.medians:
            return None
        return f"median of {name}", "ratio", self.medians[name], self.everyone[name]


def _asked(condition: Condition, measure: Measure, everyone: float) -> list[tuple[bool, float, str]]:
    """Every bound of a condition as (is it a lower one, the bound, how it is said)."""
    asked = []
    for lower, bound, times in (
        (True, condition.at_least, condition.times_everyone_at_least),
        (False, condition.at_most, condition.times_everyone_at_most),
    ):
        way = "at least" if lower else "at most"
        if bound is not None:
            asked.append((lower, bound, f"{way} {measured(bound, measure)}"))
        if times is not None:
            said = f"{way} {measured(times, 'ratio')} times everybody's {measured(everyone, measure)}"
            asked.append((lower, times * everyone, said))
    return asked


def _said_if_holds(condition: Condition, known: _Known) -> str | None:
    """The condition with its numbers where it holds, None where it does not."""
    found = known.look_up(condition)
    if found is None:
        return None
    label, measure, value, everyone = found
    asked = _asked(condition, measure, everyone)
    if not all(value >= bound if lower else value <= bound for lower, bound, _ in asked):
        return None
    return f"{label}: {measured(value, measure)} (asked: {listed([said for *_, said in asked])})"


def _all_said(conditions: Sequence[Condition], known: _Known) -> list[str] | None:
    said = [_said_if_holds(condition, known) for condition in conditions]
    return None if None in said else [text for text in said if text is not None]


def choose(
    playbook: Playbook, facts: SegmentFacts, medians: Mapping[str, float], everyone: Mapping[str, float]
) -> Choice:
    """Take the first rule and the first offer whose conditions hold.

    Parameters
    ----------
    playbook
        Checked, so that its last rule and every last offer hold always.
    facts
        Of the segment and of everybody.
    medians, everyone
        Medians of the run's features in the segment and among everybody.
    """
    known = _Known(facts, medians, everyone)
    for number, rule in enumerate(playbook.rules, start=1):
        said = _all_said(rule.when, known)
        if said is None:
            continue
        offer = next(
            key for key in playbook.aims[rule.aim].offers if _all_said(playbook.offers[key].when, known) is not None
        )
        where = f"rule {number} of {len(playbook.rules)} in the playbook"
        title = playbook.aims[rule.aim].title.lower()
        why = (
            f"'{title.capitalize()}' by {where}: {'; '.join(said)}."
            if said
            else f"'{title.capitalize()}' by {where}, which takes every segment that no earlier rule claims."
        )
        return Choice(rule.aim, why, offer)
    raise AssertionError  # a checked playbook ends with a rule that holds always


def unknown_features(playbook: Playbook, features: Mapping[str, float]) -> tuple[str, ...]:
    """Say which features a playbook asks for that this run does not have; their conditions do not hold."""
    missing = sorted(playbook.features - set(features))
    return tuple(
        f"The playbook asks for the feature '{name}', which this run does not have; its rule was passed over."
        for name in missing
    )
