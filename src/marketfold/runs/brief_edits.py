"""What a team wrote into a brief, as far as it stands where the template writes a part of the plan."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from marketfold.report import brief_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.campaigns import Campaign, CampaignPlan

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

ADS = {
    "google_headline": "Google headline",
    "google_description": "Google description",
    "meta_headline": "Meta headline",
    "meta_text": "Meta primary text",
}
NOTE = re.compile(r"^> (?:Edited by hand|Kept from your earlier plan).*\n+", re.MULTILINE)


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
        for field, words in ADS.items():
            cell = re.search(rf"^\| {words} \| (.+) \|$", message, re.MULTILINE)
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


def _stated(text: str, campaign: Campaign) -> dict[str, str]:
    """Parts that a brief states, and `title`, its first line as a whole."""
    title = re.search(rf"^# {campaign.number}\. (.+)$", text, re.MULTILINE)
    return _parts(text, campaign) | ({"title": _plain(title[1])} if title else {})


def digests(text: str, campaign: Campaign) -> dict[str, str]:
    """Fingerprint of each part that a brief states, by its path; an aim stands there in small letters."""
    return {
        path: hashlib.blake2b(
            value.lower().encode() if path == "aim_title" else value.encode(), digest_size=4
        ).hexdigest()
        for path, value in _stated(text, campaign).items()
    }


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
