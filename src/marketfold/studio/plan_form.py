"""A plan as a form: each part that may be changed as a person types it, and what she changed of it.

Every form says what it was filled with, as a fingerprint for each part, so that of two tabs the second is told, and
keeps what was typed there and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marketfold.campaigns import LONGEST_NAME, TEXT_LIMITS, parts_of
from marketfold.page import kept_apart
from marketfold.report import part_label
from marketfold.studio.workspace import OutdatedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.datastructures import FormData

    from marketfold.campaigns import CampaignPlan, Unfit

SHARES = {"budget.margin", "offer.discount", "channels.N.share"}
"""Typed as a per cent."""
LONG = {"goal": 3, "offer.reason": 3, "schedule": 2, "measure": 3, "channels.N.use": 2, "drafts.N.body": 9}
"""Texts of more than a line, by their height in lines."""
OFFERED = ("title", "discount")
"""Parts of an offer that its promise may speak of."""
LEFT_OUT = {"holdout.held_out"}
"""The slider moves the share of it."""
SLIDER_STEP, SLIDER_MOST = 0.01, 0.5
"""Of a holdout's share: a half shows most; beyond it fewer are reached and less is shown."""


@dataclass(frozen=True)
class PlanField:
    """A part of a plan in its form.

    Attributes
    ----------
    path
        Its name in the form.
    text
        As it is typed.
    lines
        Height of a text of more than a line; 0 of any other.
    limit
        Most characters, where there is a limit.
    most
        Right end of a slider; 0 of any other.
    unfit
        Why it cannot be as it was typed.
    """

    path: str
    label: str
    text: str
    lines: int = 0
    limit: int | None = None
    most: float = 0.0
    unfit: Unfit | None = None

    @property
    def ident(self) -> str:
        """Its anchor on the page."""
        return self.path.replace(".", "-")


def general(path: str) -> str:
    """The path of a part as the plan's fields know it.

    >>> general("2.drafts.1.subject"), general("budget.total")
    ('drafts.N.subject', 'budget.total')
    """
    first, _, rest = path.partition(".")
    name = rest if first.isdecimal() else path
    return ".".join("N" if part.isdecimal() else part for part in name.split("."))


def typed(name: str, value: Any) -> str:
    """A value as somebody would type it, so that it is read as itself.

    >>> typed("offer.discount", 0.125), typed("budget.total", 50_000.0), typed("holdout.share", 0.2977)
    ('12.5 %', '50000', '0.3')
    """
    if value is None:
        return ""
    if name == "holdout.share":
        return f"{round(value / SLIDER_STEP) * SLIDER_STEP:.6g}"
    if isinstance(value, float):
        return f"{value * 100:.10g} %" if name in SHARES else f"{value:.15g}"
    return _as_kept(str(value))


def filled_with(plan: CampaignPlan) -> dict[str, str]:
    """The text of each part of a plan, by its path."""
    parts = {path: (general(path), value) for path, value in parts_of(plan).items()}
    return {path: typed(name, value) for path, (name, value) in parts.items() if name not in LEFT_OUT}


def plan_fields(
    plan: CampaignPlan, given: Mapping[str, str] | None = None, unfit: Mapping[str, Unfit] | None = None
) -> dict[str, PlanField]:
    """The fields of a form, by their paths: as the plan has them, or as they were typed."""
    texts, found = filled_with(plan), {}
    for path, text in texts.items():
        name = general(path)
        limit = LONGEST_NAME if name == "name" else TEXT_LIMITS.get(name.removeprefix("drafts.N."))
        most = max(SLIDER_MOST, math.ceil(float(text) * 20) / 20) if name == "holdout.share" else 0.0
        shown = (given or {}).get(path, text)
        fault = at_its_field((unfit or {}).get(path), path)
        found[path] = PlanField(path, part_label(name), shown, LONG.get(name, 0), limit, most, fault)
    return found


def at_its_field(unfit: Unfit | None, path: str) -> Unfit | None:
    """What is wrong with a part, as it is said beside its field: without the part's address in the plan."""
    if unfit is None:
        return None
    return replace(unfit, fault=replace(unfit.fault, what=unfit.fault.what.removeprefix(f"{path}: ")))


def fingerprint(plan: CampaignPlan) -> str:
    """What tells a plan from the same one after a change."""
    return _digest(json.dumps(plan.to_dict(), sort_keys=True))


def fingerprints(plan: CampaignPlan) -> str:
    """What each part of a form was filled with, to be sent along with it."""
    return json.dumps({path: _digest(text) for path, text in filled_with(plan).items()}, separators=(",", ":"))


def changes_in(form: FormData) -> dict[str, str]:
    """The texts that somebody changed in a form, by the paths of their parts."""
    try:
        was = json.loads(str(form.get("was", "{}")))
        known = {str(path): str(digest) for path, digest in was.items()}
    except (ValueError, AttributeError, RecursionError):
        known = {}
    texts = {path: _as_kept(str(text)) for path, text in form.multi_items()}  # of several the last counts
    return {path: text for path, text in texts.items() if path in known and _digest(text) != known[path]}


def _as_kept(text: str) -> str:
    """What came from a form as the plan keeps it: pages tie numbers to their per cent, and forms end lines in two."""
    return kept_apart(text).replace("\r\n", "\n")


def promises_left(plan: CampaignPlan, changed: Collection[str]) -> dict[int, str]:
    """What messages go on promising where the offer was changed and its promise was not, by number of the campaign.

    `changed` are the paths of what was changed; messages that do not hold the promise word for word are passed over.
    """
    found = {}
    for one in plan.campaigns:
        promise, own = one.offer.promise, {name for name in OFFERED if f"{one.number}.offer.{name}" in changed}
        texts = " ".join(str(text) for draft in one.drafts for text in vars(draft).values())
        if own and f"{one.number}.offer.promise" not in changed and promise and promise.casefold() in texts.casefold():
            found[one.number] = promise
    return found


def check_current(form: FormData, plan: CampaignPlan) -> None:
    """Refuse a form that was filled with another plan than there is now."""
    if form.get("plan") != fingerprint(plan):
        raise OutdatedError(
            "The plan was changed elsewhere since this page was opened. Nothing was lost: what you typed is still in "
            "its fields, everything else is as the plan has it now. Look it over, and save again."
        )


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
