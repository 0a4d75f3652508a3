"""The playbook: which aim, offer, channels and words suit which segment, as an editable TOML file; and its choice."""

from __future__ import annotations

import difflib
import math
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketfold.campaigns.customers import FACTS
from marketfold.campaigns.drafts import LIMITS, DraftTemplate, check_template, check_text, fill_text
from marketfold.errors import Fault, PlaybookError, closest
from marketfold.experiments import Primary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marketfold.campaigns.customers import SegmentFacts

SHIPPED = ("retail", "b2b")

LONGEST_THRESHOLD = {"threshold": "€100,000", "amount": "100,000"}

Identifier = Literal["email", "phone", "address"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Entry):
    """One thing that must hold for a rule or an offer.

    `fact` is one of the facts of docs/reference/playbook.md; `feature` is the name of any feature of the run, of which
    the median is taken. The bounds are in the fact's own unit (a share is 0 to 1), or in multiples of everybody's.
    """

    fact: str | None = None
    feature: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    times_everyone_at_least: float | None = None
    times_everyone_at_most: float | None = None


class Rule(_Entry):
    """An aim, and when it is the right one; the first rule that holds decides."""

    aim: str
    when: tuple[Condition, ...] = ()


class Offer(_Entry):
    """Something to offer."""

    title: str = Field(min_length=1)
    promise: str = Field(min_length=1, description="As it stands in a message: '10% off your next order'.")
    reason: str = Field(min_length=1)
    discount: float = Field(default=0.0, ge=0, lt=1, description="Share of the order's price that it gives away.")
    when: tuple[Condition, ...] = ()


class Channel(_Entry):
    """A way to reach people."""

    title: str = Field(min_length=1)
    use: str = Field(min_length=1)
    act: str = Field(default="Reach", min_length=1, description="What one does by it, before whom: 'Call', 'Write to'.")
    needs: tuple[Identifier, ...] = ()
    must_know: bool = Field(default=False, description="Whether it is left out where the file has none of `needs`.")
    ads: Literal["", "google", "meta"] = Field(default="", description="Whose ad texts it needs.")
    fewest: int = Field(default=0, ge=0, description="Customers below which it is left out: a platform's minimum.")


class ChannelShare(_Entry):
    """A channel of an aim, and its part of the effort."""

    channel: str
    share: float = Field(gt=0, le=1)


class Aim(_Entry):
    """What a campaign is for, and how it goes about it."""

    title: str = Field(min_length=1)
    goal: str = Field(min_length=1)
    timing: str = Field(min_length=1)
    measure: str = Field(min_length=1)
    primary: Primary
    budget_weight: float = Field(
        default=1.0, gt=0, description="Multiplies what a campaign can move when a budget is split."
    )
    offers: tuple[str, ...] = Field(min_length=1)
    channels: tuple[ChannelShare, ...] = Field(min_length=1)
    drafts: tuple[DraftTemplate, ...] = Field(min_length=3, max_length=3)


class Playbook(_Entry):
    """Rules, of which the first that holds decides the aim and the last holds always; aims, offers, channels by key."""

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    companies: bool = Field(default=False, description="Whether the customers are companies.")
    rules: tuple[Rule, ...] = Field(min_length=1)
    aims: dict[str, Aim] = Field(min_length=1)
    offers: dict[str, Offer] = Field(min_length=1)
    channels: dict[str, Channel] = Field(min_length=1)

    @cached_property
    def features(self) -> frozenset[str]:
        """Features of the run that the conditions ask for."""
        return frozenset(condition.feature for _, condition in _conditions(self) if condition.feature)


_MODELS: dict[str, type[BaseModel]] = {
    "rules": Rule, "when": Condition, "offers": Offer, "channels": Channel, "aims": Aim, "drafts": DraftTemplate,
}  # fmt: skip


def _fields_at(location: Sequence[int | str]) -> Iterable[str]:
    """Keys that would be right where a wrong one was found."""
    parents = [part for part in location[:-1] if isinstance(part, str)]
    if not parents:
        return Playbook.model_fields
    if parents[0] == "aims" and parents[-1] == "channels":
        return ChannelShare.model_fields
    for part in reversed(parents):
        if part in _MODELS:
            return _MODELS[part].model_fields
    return Playbook.model_fields


def _spelled(location: Sequence[int | str]) -> str:
    """`rules[2].when[1].fact`, counting from 1 as a reader of the file does."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _shape_faults(error: ValidationError) -> list[Fault]:
    faults = []
    for fault in error.errors():
        where = _spelled(fault["loc"])
        if fault["type"] == "extra_forbidden":
            key = str(fault["loc"][-1])
            faults.append(Fault(f"{where}: there is no such key.", closest(key, _fields_at(fault["loc"]))))
        elif fault["type"] == "literal_error":
            faults.append(Fault(f"{where}: {fault['input']!r} is not known.", str(fault["msg"]) + "."))
        else:
            faults.append(Fault(f"{where}: {fault['msg']}."))
    return faults


def _conditions(playbook: Playbook) -> list[tuple[str, Condition]]:
    found = [
        (f"rules[{r + 1}].when[{c + 1}]", condition)
        for r, rule in enumerate(playbook.rules)
        for c, condition in enumerate(rule.when)
    ]
    for key, offer in playbook.offers.items():
        found += [(f"offers.{key}.when[{c + 1}]", condition) for c, condition in enumerate(offer.when)]
    return found


def _condition_faults(playbook: Playbook) -> list[Fault]:
    faults = []
    for where, condition in _conditions(playbook):
        if (condition.fact is None) == (condition.feature is None):
            faults.append(Fault(f"{where}: name either a fact or a feature."))
        elif condition.fact is not None:
            faults += _unknown(f"{where}.fact", "fact", condition.fact, FACTS)
        bounds = condition.model_dump(exclude={"fact", "feature"}, exclude_none=True)
        if not bounds:
            names = ", ".join(name for name in Condition.model_fields if name not in {"fact", "feature"})
            faults.append(Fault(f"{where}: no bound is given.", f"one of {names}."))
    return faults


def _unknown(where: str, what: str, name: str, known: Iterable[str]) -> list[Fault]:
    return [] if name in known else [Fault(f"{where}: there is no {what} '{name}'.", closest(name, known))]


def _rule_faults(playbook: Playbook) -> list[Fault]:
    faults = []
    for n, rule in enumerate(playbook.rules, start=1):
        faults += _unknown(f"rules[{n}].aim", "aim", rule.aim, playbook.aims)
    if playbook.rules[-1].when:
        faults.append(Fault("rules: the last rule must hold always, so that every segment gets an aim.", "no `when`."))
    return faults


def _aim_faults(playbook: Playbook) -> list[Fault]:
    faults = []
    for key, aim in playbook.aims.items():
        where = f"aims.{key}"
        for n, offer in enumerate(aim.offers, start=1):
            faults += _unknown(f"{where}.offers[{n}]", "offer", offer, playbook.offers)
        last = playbook.offers.get(aim.offers[-1])
        if last is not None and last.when:
            faults.append(Fault(f"{where}.offers: the last offer must suit always.", "one without `when`."))
        for n, part in enumerate(aim.channels, start=1):
            faults += _unknown(f"{where}.channels[{n}]", "channel", part.channel, playbook.channels)
        total = sum(part.share for part in aim.channels)
        if abs(total - 1) > 0.001:
            faults.append(Fault(f"{where}.channels: the shares add up to {total:.3g}.", "they must add up to 1."))
    return faults


def _text_faults(where: str, text: str) -> list[Fault]:
    """What is wrong with a text of the plan that may speak of what is known."""
    return [Fault(f"{where}: {what}", hint) for what, hint in check_text(text)]


def _offer_faults(playbook: Playbook) -> list[Fault]:
    return [
        fault
        for key, offer in playbook.offers.items()
        for field in ("title", "promise", "reason")
        for fault in _text_faults(f"offers.{key}.{field}", getattr(offer, field))
    ]


def _draft_faults(playbook: Playbook) -> list[Fault]:
    faults = []
    for key, aim in playbook.aims.items():
        offered = [playbook.offers[offer].promise for offer in aim.offers if offer in playbook.offers]
        promises = [fill_text(promise, known) for promise in offered for known in ({}, LONGEST_THRESHOLD)]
        faults += _text_faults(f"aims.{key}.goal", aim.goal)
        faults += _text_faults(f"aims.{key}.timing", aim.timing)
        for number, draft in enumerate(aim.drafts):
            for field in ("subject", "body", *LIMITS):
                texts = getattr(draft, field)
                texts = (texts,) if isinstance(texts, str) else texts
                where = f"aims.{key}.drafts[{number + 1}].{field}"
                faults += [Fault(f"{where}: {what}", hint) for what, hint in check_template(field, texts, promises)]
    return faults


def _text(source: str | Path) -> tuple[str, str]:
    """Name of the file, and what it says."""
    if source in SHIPPED:
        name = f"{source}.toml"
        return name, files("marketfold.campaigns").joinpath("playbooks", name).read_text("utf-8")
    path = Path(source)
    if not path.is_file():
        near = difflib.get_close_matches(str(source), SHIPPED, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Give a TOML file of your own, or {' or '.join(SHIPPED)}."
        raise PlaybookError(f"There is no playbook '{source}'. {hint}")
    try:
        return path.name, path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PlaybookError(_no_toml(path.name, error)) from error


def _no_toml(name: str, error: ValueError) -> str:
    return f"{name} is not a TOML file in UTF-8: {error}."


def load_playbook(source: str | Path = "retail") -> Playbook:
    """Read and check a playbook: `retail`, `b2b`, or a TOML file.

    Raises
    ------
    PlaybookError
        Naming the file, every wrong key and the closest right word.

    Examples
    --------
    >>> playbook = load_playbook("retail")
    >>> sorted(playbook.aims)
    ['cross_sell', 'grow_basket', 'keep', 'recommend', 'reward', 'second_order', 'win_back']
    """
    return _checked(*_text(source))


@lru_cache(maxsize=8)  # a plan that is shown reads its playbook each time, and every draft is tried with every offer
def _checked(name: str, text: str) -> Playbook:
    headline = f"{name} is not a playbook"
    try:
        playbook = Playbook.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PlaybookError(_no_toml(name, error)) from error
    except ValidationError as error:
        raise PlaybookError.from_faults(headline, _shape_faults(error)) from error
    faults = [*_condition_faults(playbook), *_rule_faults(playbook), *_aim_faults(playbook), *_offer_faults(playbook)]
    faults = faults or _draft_faults(playbook)  # drafts are tried with the offers' words
    if faults:
        raise PlaybookError.from_faults(headline, faults)
    return playbook


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

    `medians` and `everyone` are those of the run's features in the segment and among everybody.
    """
    known = _Known(facts, medians, everyone)
    for number, rule in enumerate(playbook.rules, start=1):
        met = known.all_met(rule.when)
        if met is not None:
            aim = playbook.aims[rule.aim]
            offer = next(key for key in aim.offers if known.all_met(playbook.offers[key].when) is not None)
            return rule.aim, offer, AimRule(number, len(playbook.rules), aim.title, met)
    raise AssertionError  # a checked playbook ends with a rule that holds always
