"""Changing a plan part by part: what may be changed, what each part can be, and what cannot be together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from marketfold import words
from marketfold.campaigns.drafts import TEXT_LIMITS, Draft
from marketfold.config import in_plain_words
from marketfold.entered import TWO_NUMBERS, entered_number
from marketfold.errors import Fault, ParameterError, RunFolderError, closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from marketfold.campaigns.plan import Campaign, CampaignPlan

LONGEST_NAME = 80
SHARES_OFF = 0.01
"""So far from 1 may the shares of the channels add up: they are written with two digits."""
_PER_CENT = 100
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

DAYS: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(ge=1)])
OBSERVED_DAYS: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(ge=0)])
"""Of what was bought: none where that is not known."""
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
class Unfit:
    """Why a part cannot be as it was asked for; `readings` are the numbers that it can be, where there are two."""

    fault: Fault
    readings: tuple[str, ...] = ()


class _UnfitError(Exception):
    """A part cannot be as it was asked for."""

    def __init__(self, what: str, hint: str = "", readings: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.unfit = Unfit(Fault(what, hint), readings)


@contextmanager
def _noted_in(unfit: dict[str, Unfit], path: str) -> Iterator[None]:
    """Note what is wrong with one part, and go on: a person wants to hear of all that is."""
    try:
        yield
    except _UnfitError as error:
        unfit[path] = error.unfit


def _part(given: str, plan: CampaignPlan) -> tuple[int | None, tuple[str, ...], TypeAdapter[Any]]:
    """Segment (None of a part of the plan itself), path and kind of a part as it was asked for."""
    first, _, rest = given.strip().partition(".")
    number = int(first) if first.isdecimal() else None
    known = PLAN_FIELDS if number is None else CAMPAIGN_FIELDS
    if number is not None and number not in {campaign.number for campaign in plan.campaigns}:
        there = ", ".join(f"{campaign.number} ({campaign.name})" for campaign in plan.campaigns)
        raise _UnfitError(f"{given}: there is no segment {number}.", f"there are {there}.")
    path = tuple((given.strip() if number is None else rest).split("."))
    name = ".".join("N" if part.isdecimal() else part for part in path)
    if name not in known:
        where = known if number is not None else {**known, **{f"SEGMENT.{one}": None for one in CAMPAIGN_FIELDS}}
        near = closest(name, where)
        fields_ = "" if near.startswith("known") else f" Fields: {', '.join(where)}."
        raise _UnfitError(f"{given}: there is no such field to change.", f"{near}{fields_}")
    return number, path, known[name]


def _valid(given: str, kind: TypeAdapter[Any], value: object) -> Any:
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        ways = tuple(map(str, first.get("ctx", {}).values())) if first["type"] == TWO_NUMBERS else _as_share(first)
        raise _UnfitError(f"{given}: {value!r} {in_plain_words(first)}.", readings=ways) from error


def _as_share(error: ErrorDetails) -> tuple[str, ...]:
    """What is meant where a share up to 1 was written as a number from 1 to 100, without its sign."""
    most = {"less_than_equal": "le", "less_than": "lt"}.get(error["type"], "")
    if not most or error["ctx"][most] != 1 or "%" in str(error["input"]):
        return ()
    number = entered_number(error["input"])
    return (f"{number:g} %",) if isinstance(number, int | float) and 1 < number <= _PER_CENT else ()


def _put(record: Any, path: tuple[str, ...], value: Any) -> Any:
    """A frozen record with one of its parts exchanged; lists count from 1."""
    if not path:
        return value
    if isinstance(record, tuple):
        index = int(path[0]) - 1
        if not 0 <= index < len(record):
            raise IndexError(f"there is no number {path[0]}, there are {len(record)}")
        return (*record[:index], _put(record[index], path[1:], value), *record[index + 1 :])
    return replace(record, **{path[0]: _put(getattr(record, path[0]), path[1:], value)})


def _changed(campaign: Campaign, given: str, path: tuple[str, ...], value: Any) -> Campaign:
    if path[0] == "holdout" and campaign.holdout is None:
        raise _UnfitError(f"{given}: the plan has no holdouts.")
    if path == ("holdout", "share"):
        path, value = ("holdout", "held_out"), round(value * campaign.customers)
    if path == ("holdout", "held_out") and value >= max(campaign.customers, 1):
        what = f"{given}: that would hold out all of the {words.plural(campaign.customers, 'customer')}."
        raise _UnfitError(what, "somebody must be reached, or there is no campaign to measure.")
    if path == ("amount",):
        path = ("budget", "amount")
        if campaign.budget is None:
            raise _UnfitError(f"{given}: the plan has no money to give.", "set budget.total first.")
    try:
        changed: Campaign = _put(campaign, path, value)
    except IndexError as error:
        raise _UnfitError(f"{given}: {error}.") from error
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
    changed, unfit = try_parts(plan, changes)
    if unfit:
        headline = "The plan was not changed"
        raise ParameterError.from_faults(headline, [one.fault for one in unfit.values()])
    return changed


def try_parts(plan: CampaignPlan, changes: Mapping[str, object]) -> tuple[CampaignPlan, dict[str, Unfit]]:
    """Change those parts of a plan that can be, as `change_parts` does; and what is wrong, by the path of each part."""
    campaigns = {campaign.number: campaign for campaign in plan.campaigns}
    unfit: dict[str, Unfit] = {}
    budget = plan.budget
    for given, value in changes.items():
        with _noted_in(unfit, given):
            number, path, kind = _part(given, plan)
            fit = _valid(given, kind, value)
            if number is None:
                budget = _put(budget, path[1:], fit)
            else:
                campaigns[number] = _changed(campaigns[number], given, path, fit)
    changed = replace(plan, budget=budget, campaigns=tuple(campaigns.values()))
    return changed, unfit | {path: Unfit(fault) for path, fault in _together(campaigns).items()}


def parts_of(plan: CampaignPlan) -> dict[str, Any]:
    """Every part of a plan that may be changed, as it is, by its path; none that the plan has no place for."""
    found = {path: _get(plan, path) for path in PLAN_FIELDS}
    for campaign in plan.campaigns:
        lacking = {"holdout"} if campaign.holdout is None else set()
        lacking |= {"amount"} if campaign.budget is None else set()
        for name in CAMPAIGN_FIELDS:
            first = name.partition(".")[0]
            if first not in lacking:
                found |= {f"{campaign.number}.{path}": _get(campaign, path) for path in _each(campaign, name)}
    return found


def _each(campaign: Campaign, name: str) -> list[str]:
    """The paths of a field of a campaign: one, or one for each channel or message."""
    if ".N." not in name:
        return [name]
    return [name.replace("N", str(number)) for number in range(1, len(getattr(campaign, name.partition(".")[0])) + 1)]


def checked_edits(plan: CampaignPlan) -> CampaignPlan:
    """The plan as its file was edited, each edited part as `change_parts` would have taken it.

    Raises
    ------
    RunFolderError
        Naming every part that cannot be, by its path.
    """
    unfit: dict[str, Unfit] = {}
    for path, kind in {**PLAN_FIELDS, "campaign_days": DAYS, "budget.days": OBSERVED_DAYS}.items():
        with _noted_in(unfit, path):
            _valid(path, kind, _get(plan, path))
    numbers = [campaign.number for campaign in plan.campaigns]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    campaigns = {}
    for campaign in plan.campaigns:
        campaigns[campaign.number] = campaign
        for path, kind in _edited_parts(campaign):
            with _noted_in(unfit, f"{campaign.number}.{path}"):
                campaigns[campaign.number] = _set_again(campaigns[campaign.number], path, kind)
    faults = [Fault(f"campaigns: there is more than one of segment {number}.") for number in twice]
    faults += [one.fault for one in unfit.values()]
    if not twice and any({"name", "channels"} & set(campaign.edited) for campaign in plan.campaigns):
        faults += _together(campaigns).values()
    if faults:
        raise RunFolderError.from_faults("plan.json cannot be followed", faults)
    return replace(plan, campaigns=tuple(campaigns.values()))


def _edited_parts(campaign: Campaign) -> Iterator[tuple[str, TypeAdapter[Any]]]:
    """Path and kind of everything that stands in an edited part."""
    edited = set(campaign.edited)
    for name, kind in CAMPAIGN_FIELDS.items():
        first = name.partition(".")[0]
        if name != "holdout.share" and {"holdout": "held_out"}.get(first, first) in edited:
            yield from ((path, kind) for path in _each(campaign, name))


def _set_again(campaign: Campaign, path: str, kind: TypeAdapter[Any]) -> Campaign:
    if path == "holdout.held_out" and campaign.holdout is None:
        raise _UnfitError(f"{campaign.number}.holdout: it is gone.", "to hold out nobody, set held_out to 0.")
    given = f"{campaign.number}.{path}"
    value = _valid(given, kind, _get(campaign, path))
    if path == "amount" and campaign.budget is None:
        return campaign
    return _changed(campaign, given, tuple(path.split(".")), value)


def _get(record: Any, path: str) -> Any:
    """Part of a record by its path, in which lists count from 1."""
    for part in path.split("."):
        record = record[int(part) - 1] if isinstance(record, tuple) else getattr(record, part)
    return record


def _together(campaigns: Mapping[int, Campaign]) -> dict[str, Fault]:
    """What is wrong with parts that each could be by itself, by their paths."""
    names: dict[str, int] = {}
    found: dict[str, Fault] = {}
    for number, campaign in campaigns.items():
        path = f"{number}.name"
        if campaign.name in names:
            what = f"{path}: segment {names[campaign.name]} is called {campaign.name!r} already."
            found[path] = Fault(what, "names must differ.")
        names.setdefault(campaign.name, number)
        path, total = f"{number}.channels", sum(channel.share for channel in campaign.channels)
        if campaign.channels and abs(total - 1) > SHARES_OFF:
            what = f"{path}: the shares add up to {total:.3g}."
            found[path] = Fault(what, "change them together, to add up to 1.")
    return found
