"""Choosing the aim and the offer of a segment by the playbook's written rules, with the numbers that decided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.campaigns.facts import SegmentFacts
    from marketfold.campaigns.playbook import Condition, Playbook


@dataclass(frozen=True)
class MetCondition:
    """A condition of a playbook that holds: what it asks, and the value of the segment and of everybody."""

    value: float
    everyone: float | None
    fact: str | None = None
    feature: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    times_everyone_at_least: float | None = None
    times_everyone_at_most: float | None = None


@dataclass(frozen=True)
class AimRule:
    """The rule that chose an aim: its number of how many, the aim's title, and its conditions with their numbers."""

    number: int
    n_rules: int
    title: str
    conditions: tuple[MetCondition, ...]


@dataclass(frozen=True)
class _Known:
    """Everything that a condition can ask about one segment."""

    facts: SegmentFacts
    medians: Mapping[str, float]
    everyone: Mapping[str, float]

    def met(self, condition: Condition) -> MetCondition | None:
        """The condition with its numbers; None where it does not hold, or this run does not know what it asks."""
        of_facts = condition.fact is not None
        values, everyones = (self.facts.values, self.facts.everyone) if of_facts else (self.medians, self.everyone)
        name = condition.fact or condition.feature or ""
        if name not in values:
            return None
        value, everyone = values[name], everyones.get(name, math.nan)
        times_least, times_most = condition.times_everyone_at_least, condition.times_everyone_at_most
        lower = (condition.at_least, None if times_least is None else times_least * everyone)
        upper = (condition.at_most, None if times_most is None else times_most * everyone)
        holds = all(value >= bound for bound in lower if bound is not None)
        if not (holds and all(value <= bound for bound in upper if bound is not None)):
            return None
        return MetCondition(value, everyone if math.isfinite(everyone) else None, **condition.model_dump())

    def all_met(self, conditions: Sequence[Condition]) -> tuple[MetCondition, ...] | None:
        met = tuple(one for condition in conditions if (one := self.met(condition)))
        return met if len(met) == len(conditions) else None


def select_aim(
    playbook: Playbook, facts: SegmentFacts, medians: Mapping[str, float], everyone: Mapping[str, float]
) -> tuple[str, str, AimRule]:
    """Take the first rule and the first offer whose conditions hold; keys of aim and offer are returned, and the rule.

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
        met = known.all_met(rule.when)
        if met is not None:
            aim = playbook.aims[rule.aim]
            offer = next(key for key in aim.offers if known.all_met(playbook.offers[key].when) is not None)
            return rule.aim, offer, AimRule(number, len(playbook.rules), aim.title, met)
    raise AssertionError  # a checked playbook ends with a rule that holds always
