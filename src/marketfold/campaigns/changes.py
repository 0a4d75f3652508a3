"""Changing a plan part by part: what may be changed, what each part can be, and what cannot be together."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from marketfold import words
from marketfold.campaigns.drafts import TEXT_LIMITS, Draft
from marketfold.entered import entered_number
from marketfold.errors import Fault, ParameterError, RunFolderError, closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.campaigns.plan import Campaign, CampaignPlan

LONGEST_NAME = 80
SHARES_OFF = 0.01
"""So far from 1 may the shares of the channels add up: they are written with two digits."""
NOTHING = {"", "none", "null"}


def _or_nothing(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in NOTHING else entered_number(value)


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, BeforeValidator(_one_line), StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Share = Annotated[float, BeforeValidator(entered_number), Field(ge=0, le=1)]
PartOfAll = Annotated[float, BeforeValidator(entered_number), Field(ge=0, lt=1)]
Amount = Annotated[Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, BeforeValidator(_or_nothing)]
Money = Annotated[Annotated[float, Field(gt=0, allow_inf_nan=False)] | None, BeforeValidator(_or_nothing)]
Margin = Annotated[Annotated[float, Field(gt=0, le=1)] | None, BeforeValidator(_or_nothing)]


Days = Annotated[int, Field(ge=1)]

PLAN_FIELDS: dict[str, TypeAdapter[Any]] = {
    "budget.total": TypeAdapter(Money),
    "budget.margin": TypeAdapter(Margin),
    "budget.contact_cost": TypeAdapter(Money),
}
CAMPAIGN_FIELDS: dict[str, TypeAdapter[Any]] = {
    "name": TypeAdapter(Name),
    **dict.fromkeys(("aim_title", "goal", "offer.title", "offer.promise", "offer.reason"), TypeAdapter(Text)),
    "offer.discount": TypeAdapter(PartOfAll),
    "channels.N.title": TypeAdapter(Text),
    "channels.N.share": TypeAdapter(Share),
    **dict.fromkeys(("channels.N.use", "schedule", "measure"), TypeAdapter(Text)),
    "amount": TypeAdapter(Amount),
    "holdout.held_out": TypeAdapter(Annotated[int, Field(ge=0)]),
    "holdout.share": TypeAdapter(PartOfAll),
    **{
        f"drafts.N.{one.name}": TypeAdapter(Annotated[Text, Field(max_length=TEXT_LIMITS.get(one.name))])
        for one in fields(Draft)
    },
}
"""What may be changed, and what each part can be; N counts from 1."""


@dataclass(frozen=True)
class _Change:
    """One change: of a campaign, or of the plan where there is no number."""

    given: str
    number: int | None
    path: tuple[str, ...]
    value: Any


def _read(given: str, value: object, plan: CampaignPlan) -> _Change | Fault:
    """A change as it was asked for, or what is wrong with it."""
    first, _, rest = given.strip().partition(".")
    number = int(first) if first.isdecimal() else None
    known = PLAN_FIELDS if number is None else CAMPAIGN_FIELDS
    if number is not None and number not in {campaign.number for campaign in plan.campaigns}:
        there = ", ".join(f"{campaign.number} ({campaign.name})" for campaign in plan.campaigns)
        return Fault(f"{given}: there is no segment {number}.", f"there are {there}.")
    path = tuple((given.strip() if number is None else rest).split("."))
    name = ".".join("N" if part.isdecimal() else part for part in path)
    if name not in known:
        where = known if number is not None else {**known, **{f"SEGMENT.{one}": None for one in CAMPAIGN_FIELDS}}
        near = closest(name, where)
        fields_ = "" if near.startswith("known") else f" Fields: {', '.join(where)}."
        return Fault(f"{given}: there is no such field to change.", f"{near}{fields_}")
    try:
        return _Change(given, number, path, known[name].validate_python(value))
    except ValidationError as error:
        return Fault(f"{given}: {error.errors()[0]['msg']} (got {value!r}).")


def _put(record: Any, path: tuple[str, ...], value: Any) -> Any:
    """A frozen record with one of its parts exchanged; lists count from 1."""
    if not path:
        return value
    if isinstance(record, tuple):
        index = int(path[0]) - 1
        if not 0 <= index < len(record):
            message = f"there is no number {path[0]}, there are {len(record)}"
            raise IndexError(message)
        return (*record[:index], _put(record[index], path[1:], value), *record[index + 1 :])
    return replace(record, **{path[0]: _put(getattr(record, path[0]), path[1:], value)})


def _changed(campaign: Campaign, change: _Change) -> Campaign | Fault:
    path, value = change.path, change.value
    if path[0] == "holdout" and campaign.holdout is None:
        return Fault(f"{change.given}: the plan has no holdouts.")
    if path == ("holdout", "share"):
        path, value = ("holdout", "held_out"), round(value * campaign.customers)
    if path == ("holdout", "held_out") and value >= max(campaign.customers, 1):
        what = f"{change.given}: that would hold out all of the {words.plural(campaign.customers, 'customer')}."
        return Fault(what, "somebody must be reached, or there is no campaign to measure.")
    if path == ("amount",):
        path = ("budget", "amount")
        if campaign.budget is None:
            return Fault(f"{change.given}: the plan has no money to give.", "set budget.total first.")
    try:
        changed: Campaign = _put(campaign, path, value)
    except IndexError as error:
        return Fault(f"{change.given}: {error}.")
    return changed


def change_parts(plan: CampaignPlan, changes: Mapping[str, object]) -> CampaignPlan:
    """Change parts of a plan; nothing that follows from them is made anew (`follow` does).

    `changes` are the new values by their paths: `2.offer.title`, `2.drafts.1.subject`, `budget.total`. A text is read
    as the part's own type; "none" clears an amount.

    Raises
    ------
    ParameterError
        Naming every path that does not exist and every value that cannot be.
    """
    campaigns = {campaign.number: campaign for campaign in plan.campaigns}
    faults, budget = [], plan.budget
    for given, value in changes.items():
        change = _read(given, value, plan)
        if isinstance(change, Fault):
            faults.append(change)
        elif change.number is None:
            budget = _put(budget, change.path[1:], change.value)
        else:
            changed = _changed(campaigns[change.number], change)
            if isinstance(changed, Fault):
                faults.append(changed)
            else:
                campaigns[change.number] = changed
    faults += _together(campaigns)
    if faults:
        headline = "The plan was not changed"
        raise ParameterError.from_faults(headline, faults)
    return replace(plan, budget=budget, campaigns=tuple(campaigns.values()))


def checked_edits(plan: CampaignPlan) -> CampaignPlan:
    """The plan as its file was edited, each edited part as `change_parts` would have taken it.

    Raises
    ------
    RunFolderError
        Naming every part that cannot be, by its path.
    """
    faults = [_wrong(path, kind, _get(plan, path)) for path, kind in PLAN_FIELDS.items()]
    faults += [_wrong(path, TypeAdapter(Days), _get(plan, path)) for path in ("campaign_days", "budget.days")]
    numbers = [campaign.number for campaign in plan.campaigns]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    faults += [Fault(f"campaigns: there is more than one of segment {number}.") for number in twice]
    campaigns = {}
    for campaign in plan.campaigns:
        campaigns[campaign.number], wrong = _checked(campaign)
        faults += wrong
    if not twice and any({"name", "channels"} & set(campaign.edited) for campaign in plan.campaigns):
        faults += _together(campaigns)
    if found := [fault for fault in faults if fault]:
        raise RunFolderError.from_faults("plan.json cannot be followed", found)
    return replace(plan, campaigns=tuple(campaigns.values()))


def _checked(campaign: Campaign) -> tuple[Campaign, list[Fault]]:
    """A campaign whose edited parts are as they would have been set, and what is wrong with them."""
    faults, edited = [], set(campaign.edited)
    for name, kind in CAMPAIGN_FIELDS.items():
        first = name.partition(".")[0]
        if name == "holdout.share" or {"holdout": "held_out"}.get(first, first) not in edited:
            continue
        count = len(getattr(campaign, first)) if ".N." in name else 1
        for path in [name.replace("N", str(number)) for number in range(1, count + 1)]:
            if path == "holdout.held_out" and campaign.holdout is None:
                faults.append(
                    Fault(f"{campaign.number}.holdout: it is gone.", "to hold out nobody, set held_out to 0.")
                )
                continue
            changed = _set_again(campaign, path, kind)
            if isinstance(changed, Fault):
                faults.append(changed)
            else:
                campaign = changed
    return campaign, faults


def _set_again(campaign: Campaign, path: str, kind: TypeAdapter[Any]) -> Campaign | Fault:
    given, value = f"{campaign.number}.{path}", _get(campaign, path)
    if fault := _wrong(given, kind, value):
        return fault
    if path == "amount" and campaign.budget is None:
        return campaign
    return _changed(campaign, _Change(given, campaign.number, tuple(path.split(".")), kind.validate_python(value)))


def _get(record: Any, path: str) -> Any:
    """Part of a record by its path, in which lists count from 1."""
    for part in path.split("."):
        record = record[int(part) - 1] if isinstance(record, tuple) else getattr(record, part)
    return record


def _wrong(path: str, kind: TypeAdapter[Any], value: object) -> Fault | None:
    try:
        kind.validate_python(value)
    except ValidationError as error:
        return Fault(f"{path}: {error.errors()[0]['msg']} (got {value!r}).")
    return None


def _together(campaigns: Mapping[int, Campaign]) -> Iterator[Fault]:
    """What is wrong with parts that each could be by itself."""
    names: dict[str, int] = {}
    for number, campaign in campaigns.items():
        if campaign.name in names:
            taken = names[campaign.name]
            yield Fault(f"{number}.name: segment {taken} is called {campaign.name!r} already.", "names must differ.")
        names.setdefault(campaign.name, number)
        total = sum(channel.share for channel in campaign.channels)
        if campaign.channels and abs(total - 1) > SHARES_OFF:
            yield Fault(
                f"{number}.channels: the shares add up to {total:.3g}.", "change them together, to add up to 1."
            )
