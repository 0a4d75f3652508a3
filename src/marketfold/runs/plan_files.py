"""A plan on disk: plan.json, and a brief for each campaign, which a team may edit as a text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.campaigns import CampaignPlan, change_parts, checked_edits, follow, load_playbook
from marketfold.damage import DAMAGE, denied, reason
from marketfold.errors import MarketfoldError, ParameterError, PlaybookError, RunFolderError
from marketfold.file_names import PLAN_FILE
from marketfold.json_files import read_json, write_json
from marketfold.report import AD_WORDS, brief_filename, brief_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.campaigns import Campaign

BRIEFS = "campaigns"
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

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
MESSAGE = re.compile(r"^### (\d+)\. (.*)$", re.MULTILINE)
PLACES = {
    "goal": ("Aim", r"(.+?)\n\nWhy this aim:"),
    "offer.title": ("Offer", r"\*\*(.+?)\.\*\*"),
    "offer.reason": ("Offer", r"\*\*.+?\.\*\* (.+)"),
    "schedule": ("When", r"(.+?)\n\n- "),
    "measure": ("How you will know", r"(.+?)(?:\n\n|\Z)"),
}
"""Part of a campaign, the section of the brief in which it stands, and how it is told from what stands around it."""

NOTE = re.compile(r"^> (?:Edited by hand|Kept from your earlier plan).*\n+", re.MULTILINE)


def _fingerprint(text: str, size: int = 8) -> str:
    return hashlib.blake2b(text.strip().encode(), digest_size=size).hexdigest()


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
        raise RunFolderError(f"{path} cannot be read: {error.strerror or error}.") from error


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


def edited_briefs(folder: str | Path) -> dict[int, str]:
    """Briefs of a run folder that were changed by hand, by segment number."""
    found = {number: _read_text(path) for number, path in brief_paths(folder).items()}
    return {number: MARK.sub("", text) for number, text in found.items() if not _as_made(text)}


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
    write_json(replace(plan, campaigns=campaigns).to_dict(), Path(folder) / PLAN_FILE)


def read_plan(folder: str | Path, playbook: str | Path = AUTO) -> CampaignPlan:
    """The plan of a run folder, with what was edited in plan.json and in the briefs.

    Without the playbook (as the run was told) all is there, but messages cannot be written anew. `RunFolderError` if
    plan.json cannot be read as a plan, or says what cannot be.
    """
    path = Path(folder) / PLAN_FILE
    try:
        plan = checked_edits(CampaignPlan.from_dict(read_json(path)))
    except PermissionError as error:
        raise RunFolderError(denied(str(path))) from error
    except DAMAGE as error:
        why = str(error) if isinstance(error, MarketfoldError) else reason(error)
        message = f"{path} cannot be read: {why.rstrip('.')}. Mend the edit, or make the run again."
        raise RunFolderError(message) from error
    try:
        book = load_playbook(plan.playbook if playbook == AUTO else playbook)
        plan = replace(plan, templates={key: aim.drafts for key, aim in book.aims.items()})
    except PlaybookError:
        pass  # it has moved since the run: all is there but the templates
    for number, path in brief_paths(folder).items():
        if brief_was_edited(text := _read_text(path)):
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


def _plain(text: str) -> str:
    """One line of text without Markdown's escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", " ".join(text.split()))


def _sections(text: str, heading: re.Pattern[str]) -> dict[str, str]:
    parts = heading.split(text)
    step = heading.groups + 1
    return {parts[i]: parts[i + step - 1].strip() for i in range(1, len(parts) - 1, step)}


def _title(text: str, campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Name and aim of `# 2. Name: aim`; the one that stands as in the plan says where the other one begins."""
    found = re.search(rf"^# {campaign.number}\. (.+)$", text, re.MULTILINE)
    if found is None:
        return
    line, name, aim = _plain(found[1]), " ".join(campaign.name.split()), campaign.aim_title.lower()
    if line.endswith(f": {aim}"):
        yield from (("name", line.removesuffix(f": {aim}")), ("aim_title", campaign.aim_title))
        return
    if line.startswith(f"{name}: "):
        aim = line.removeprefix(f"{name}: ")
    else:
        name, _, aim = line.rpartition(": ")
    yield from (("name", name), ("aim_title", aim[:1].upper() + aim[1:]))


def _messages(text: str) -> Iterator[tuple[str, str]]:
    for number, message in _sections(text, MESSAGE).items():
        mail = re.search(r"```text\nSubject: ([^\n]*)\n\n(.*?)\n```", message, re.DOTALL)
        if mail:
            yield f"drafts.{number}.subject", mail[1].strip()
            yield f"drafts.{number}.body", mail[2].strip()
        for field, words in AD_WORDS.items():
            cell = re.search(rf"^\| {words} \| (.+?) \|(?: \d+ of \d+ \|)?$", message, re.MULTILINE)
            if cell:
                yield f"drafts.{number}.{field}", _plain(cell[1])


def _parts(text: str, campaign: Campaign) -> dict[str, str]:
    """Parts of the plan that a brief states, by their paths."""
    sections = _sections(text, SECTION)
    found = dict(_title(text, campaign))
    for path, (section, place) in PLACES.items():
        part = re.match(place, sections.get(section, ""), re.DOTALL)
        if part:
            found[path] = _plain(part[1])
    return found | dict(_messages(sections.get("Messages", "")))


def digests(text: str, campaign: Campaign) -> dict[str, str]:
    """Fingerprint of each part that a brief states by its path, and of its first line as a whole, `title`."""
    title, parts = re.search(rf"^# {campaign.number}\. (.+)$", text, re.MULTILINE), _parts(text, campaign)
    stated = parts | ({"title": _plain(title[1])} if title else {})
    if "aim_title" in stated:
        stated["aim_title"] = stated["aim_title"].lower()  # as it stands in the first line
    return {path: _fingerprint(value, 4) for path, value in stated.items()}


def edits_of_brief(text: str, campaign: Campaign, plan: CampaignPlan) -> dict[str, str]:
    """Parts of a campaign that somebody changed in its brief since it was written, and that the plan says otherwise.

    What the brief still states as it was written (`campaign.stated`) is no edit, whatever the plan says by now.
    The new text of each part stands by its path in the campaign, as `offer.title` and `drafts.1.subject`.
    """
    made, now, written = _parts(brief_markdown(campaign, plan), campaign), digests(text, campaign), campaign.stated
    as_written = {path for path, value in now.items() if written.get(path) == value}
    if "title" in as_written:
        as_written |= {"name", "aim_title"}
    return {
        path: value
        for path, value in _parts(text, campaign).items()
        if path not in as_written and value != made.get(path)
    }


def edited_elsewhere(text: str, campaign: Campaign, plan: CampaignPlan) -> bool:
    """Whether a brief says anything beside what the plan makes of it."""
    made, edited = (_plain(NOTE.sub("", one)) for one in (brief_markdown(campaign, plan), text))
    return made != edited
