"""A plan on disk: plan.json, and a brief for each campaign, which a team may edit as a text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.campaigns import CampaignPlan, change_parts, checked_edits, follow, load_playbook
from marketfold.errors import ParameterError, PlaybookError, RunFolderError
from marketfold.json_files import read_json, write_json
from marketfold.report import brief_filename, brief_markdown
from marketfold.runs.brief_edits import digests, edited_elsewhere, edits_of_brief

if TYPE_CHECKING:
    from collections.abc import Mapping

BRIEFS = "campaigns"
PLAN = "plan.json"
AUTO = "auto"

NUMBERED = re.compile(r"(\d{2,})-.*\.md")
"""File of a brief, or of what the plan makes of one that was edited (`NEW`), and the number of its segment."""

NEW = ".new.md"

MARK = re.compile(r"\n<!-- marketfold brief (by hand )?([0-9a-f]{16}) -->\s*\Z")
"""Fingerprint of a brief as it was written, made or by hand: what differs from it was edited since."""

FROM_EARLIER = (
    "> Kept from the earlier run, as edited by hand; its figures are of that run. "
    "What this run would have written stands beside it, in the file that ends in `.new.md`.\n\n"
)


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(text.strip().encode(), digest_size=8).hexdigest()


def mark_brief(text: str, *, by_hand: bool = False) -> str:
    """Note at the foot of a brief what it says now, so that a later edit can be found.

    >>> brief_was_edited(mark_brief("# A brief")), brief_was_edited(mark_brief("# A brief").replace("A", "Our"))
    (False, True)
    """
    return f"{text.rstrip()}\n\n<!-- marketfold brief {'by hand ' if by_hand else ''}{_fingerprint(text)} -->\n"


def brief_was_edited(text: str) -> bool:
    """Whether somebody changed a brief since it was written; one whose mark is gone was changed."""
    found = MARK.search(text)
    return found is None or _fingerprint(text[: found.start()]) != found.group(2)


def from_earlier_run(text: str) -> str:
    """A brief that was edited by hand, with a note that its figures are of another run."""
    return text if text.startswith(FROM_EARLIER) else FROM_EARLIER + text


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        message = f"{path} is no text in UTF-8 ({error.reason}). Save it as UTF-8 in your editor."
        raise RunFolderError(message) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise RunFolderError(message) from error


def brief_paths(folder: str | Path) -> dict[int, Path]:
    """File of each brief of a run folder, by segment number; what else a team keeps beside them is none.

    A brief whose mark is gone is known by its title.
    """
    found: dict[int, Path] = {}
    for path in sorted((Path(folder) / BRIEFS).glob("*.md")):
        named = NUMBERED.fullmatch(path.name)
        if not named or path.name.endswith(NEW) or not path.is_file():
            continue
        number, text = int(named[1]), _read_text(path)
        if MARK.search(text) or (number not in found and re.search(rf"^# {number}\. ", text, re.MULTILINE)):
            found[number] = path
    return found


def _briefs(folder: str | Path) -> dict[int, str]:
    """Briefs of a run folder as they stand, by segment number."""
    return {number: _read_text(path) for number, path in brief_paths(folder).items()}


def edited_briefs(folder: str | Path) -> dict[int, str]:
    """Briefs of a run folder that were changed by hand, by segment number."""
    found = {number: (text, MARK.search(text)) for number, text in _briefs(folder).items()}
    return {n: MARK.sub("", text) for n, (text, mark) in found.items() if brief_was_edited(text) or (mark and mark[1])}


def delete_briefs(folder: str | Path) -> None:
    """Delete the briefs of a run folder, and what stands beside them as it was made; a team's own files stay."""
    briefs = set(brief_paths(folder).values())
    for path in sorted((Path(folder) / BRIEFS).glob("*.md")):
        if path in briefs or (NUMBERED.fullmatch(path.name) and path.is_file() and _as_made(_read_text(path))):
            path.unlink()


def _as_made(text: str) -> bool:
    mark = MARK.search(text)
    return mark is not None and mark[1] is None and not brief_was_edited(text)


def write_plan(plan: CampaignPlan, folder: str | Path, kept: Mapping[int, str] | None = None) -> None:
    """Write plan.json and, in `campaigns/`, one brief for each campaign.

    Briefs edited by hand (`kept`, by number in this plan) stay as they are, and the new text stands beside them.
    """
    home, stated = Path(folder) / BRIEFS, {}
    home.mkdir(exist_ok=True)
    for campaign in plan.campaigns:
        name, made = brief_filename(campaign), brief_markdown(campaign, plan)
        text = (kept or {}).get(campaign.number)
        if text is not None:
            (home / name).write_text(mark_brief(text, by_hand=True), encoding="utf-8")
            name = name.removesuffix(".md") + NEW
            if (home / name).exists() and not _as_made(_read_text(home / name)):
                name = ""  # somebody works on it
        if name:
            (home / name).write_text(mark_brief(made), encoding="utf-8")
        stated[campaign.number] = digests(made if text is None else text, campaign)
    campaigns = tuple(replace(campaign, stated=stated[campaign.number]) for campaign in plan.campaigns)
    write_json(replace(plan, campaigns=campaigns).to_dict(), Path(folder) / PLAN)


def read_plan(folder: str | Path, playbook: str | Path = AUTO) -> CampaignPlan:
    """The plan of a run folder, with what was edited in plan.json and in the briefs.

    Without the playbook (as the run was told) all is there, but messages cannot be written anew.

    Raises
    ------
    RunFolderError
        If plan.json cannot be read as a plan, or says what cannot be.
    """
    path = Path(folder) / PLAN
    try:
        plan = checked_edits(CampaignPlan.from_dict(read_json(path)))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {str(error).rstrip('.')}. Mend the edit, or make the run again."
        raise RunFolderError(message) from error
    try:
        book = load_playbook(plan.playbook if playbook == AUTO else playbook)
        plan = replace(plan, templates={key: aim.drafts for key, aim in book.aims.items()})
    except PlaybookError:
        pass  # it has moved since the run: all is there but the templates
    for number, text in _briefs(folder).items():
        if brief_was_edited(text):
            plan = _with_brief(plan, number, MARK.sub("", text))
    return follow(plan)


def _with_brief(plan: CampaignPlan, number: int, text: str) -> CampaignPlan:
    """Take what a brief says by hand into the plan, as far as it is fit for it."""
    campaign = next((one for one in plan.campaigns if one.number == number), None)
    if campaign is None:
        return plan
    for path, value in edits_of_brief(text, campaign, plan).items():
        try:
            plan = change_parts(plan, {f"{number}.{path}": value})
        except ParameterError:
            continue  # the text stays, and is shown as edited
    campaigns = [
        replace(one, text_by_hand=edited_elsewhere(text, one, plan)) if one.number == number else one
        for one in plan.campaigns
    ]
    return replace(plan, campaigns=tuple(campaigns))
