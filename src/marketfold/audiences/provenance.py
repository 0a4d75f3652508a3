"""What is said beside an audience: who is in it, what it was made from, who was left out and why, and how to upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.words import count, listed, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.audiences.account import Audience
    from marketfold.audiences.platform import Platform, SegmentFacts
    from marketfold.audiences.request import Request

LEFT_OUT = {
    "held_out": "held out to measure the campaign by",
    "without_consent": "without consent",
    "nothing_to_match": "without anything to find them by",
    "suppressed": "on the stop list",
    "repeated": "with the e-mail or phone of another, who is in",
}
"""By the count of an audience, in the order of the checks."""

NEAREST = "Customers nearest to the centre of this segment"


def left_out(audiences: Sequence[Audience]) -> list[str]:
    """How many of some audiences are left out at which check, those checks alone that somebody failed."""
    counts = {name: sum(getattr(audience, name) for audience in audiences) for name in LEFT_OUT}
    return [f"{count(n)} {LEFT_OUT[name]}" for name, n in counts.items() if n]


def provenance(request: Request, audience: Audience, facts: SegmentFacts) -> list[tuple[str, str]]:
    """What a file is, as pairs of a word and what is said: nothing in it is about one person."""
    platform, origin = request.platform, request.options.origin
    pairs = [
        ("Platform", platform.title),
        ("Segment", f"{audience.segment}. {facts.name}" if facts.name else str(audience.segment)),
        ("Definition", f"{NEAREST}; in short: {facts.rule}." if facts.rule else ""),
        ("As of", origin.as_of.isoformat() if origin.as_of else ""),
        ("Made on", "" if origin.as_of else request.on.isoformat()),
        ("Run", origin.run),
        ("Order file", f"{origin.source}, SHA-256 {origin.sha256}" if origin.sha256 else origin.source),
        ("Settings", ", ".join(origin.settings) or ("the defaults" if origin.run else "")),
        ("Customers", f"{count(audience.customers)} in the segment"),
        *(("Left out", why) for why in left_out([audience]) or ["nobody"]),
        *(("Left empty", f"{plural(n, 'cell')}: {what}") for what, n in audience.blanked.items()),
        ("Rows", count(audience.written) + (f" in {len(audience.files)} files" if len(audience.files) > 1 else "")),
        ("Values", "hashed with SHA-256 where the platform takes them so" if request.hashed else "plain"),
        ("Consent", request.consent.text),
        ("Export", _asked(request)),
        *(("Note", note) for note in platform.notes),
        *((f"Upload {number}", step) for number, step in enumerate(platform.steps, start=1)),
        ("Upload again", _again(request)),
        *(("Source", source) for source in platform.sources),
        ("Careful", f"Upload {listed(audience.files)} alone. It is about people: delete it, and its copy, afterwards."),
    ]
    return [(what, said) for what, said in pairs if said]


def _asked(request: Request) -> str:
    """What was asked of the export beside the platform."""
    options = request.options
    said = [
        "audiences under the platform's minimum, too" if options.allow_small else "",
        "without a stop list" if request.suppression is None else "a stop list was applied",
        f"country {request.country} where the file has none" if request.country else "",
    ]
    return ", ".join(part for part in said if part)


def _again(request: Request) -> str:
    until = request.options.origin.until
    when = f"after the campaign, from {until} on" if until else "with each newer order file"
    return f"The list does not follow its people. Make a new run {when}, and upload its audiences in the place of this."


def as_text(pairs: Sequence[tuple[str, str]]) -> str:
    """The same as lines of a text file, for who takes the CSV without its copy."""
    width = max(len(what) for what, _ in pairs) + 1
    return "".join(f"{f'{what}:':<{width}} {said}\n" for what, said in pairs)


def plain_refusal(audience: Audience, platform: Platform) -> str:
    """Why an audience cannot be written, and who is left out of it."""
    small = f"people, and {platform.title} cannot use fewer than {count(platform.refused_under)}"
    why = f"{count(audience.remaining)} {small}" if audience.remaining else "nobody is left to export"
    out = f"; {listed(parts)}" if (parts := left_out([audience])) else ""
    return f"segment {audience.segment}: {why} (of {plural(audience.customers, 'customer')}{out})."
