"""What is said of exported audiences: why one was refused, what to know before uploading, and how they will match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.audiences import EXCEL_ROWS, platform_named
from marketfold.words import count, listed, share

if TYPE_CHECKING:
    from marketfold.audiences import Audience, AudienceReport, Platform

REFUSALS = {
    "": "",
    "nobody": "nobody is left to export",
    "too small": "{remaining} people, and {title} cannot use fewer than {refused_under}",
}
WARNINGS = {
    "weak": "This segment is weak: it does not come out again when customers are resampled. Try it on a small part.",
    "allowed": f"Written all the same, as asked: {REFUSALS['too small']}.",
    "few": "{remaining} people: {title} {warned_because} {warned_under}.",
    "consent unclear": "{unclear} consent entries are neither yes nor no, and count as no.",
    "repeated": "{repeated} share the e-mail or phone of another, and are written once.",
    "in EEA": "{in_eea} are in the EEA: {eea_terms}.",
    "in parts": "Written into {files} files, as {title} limits the size of one.",
}
NOTES = {
    "identifiers missing": (
        "The order file has no {lacking}: {title} can find these people by {ways} only, and will find fewer of them. "
        "How many, the platform says after the upload."
    ),
    "coverage": "Of {rows} rows can be matched: {covered}.",
    "companies": (
        "Where customers are companies, the phones and addresses of their offices seldom belong to a person's account: "
        "expect few matches, and prefer the e-mail addresses of your contacts."
    ),
    "no country": "The order file has no country: phones without + or 00 were left blank. --country sets one for all.",
    "came hashed": (
        "Values that came hashed were passed on as they are; whether they were normalised first cannot be told."
    ),
}
LACKING = {"email": "e-mail addresses", "phone": "phones"}
WAYS = {"email": "e-mail", "phone": "phone", "address": "name and address"}


def describe_refusal(audience: Audience, platform: Platform) -> str:
    """Say why no file was written; "" where one was."""
    return REFUSALS[audience.refused].format_map(_words(audience, platform))


def describe_warnings(audience: Audience, platform: Platform) -> list[str]:
    """Say what to know of an audience before it is uploaded."""
    words = _words(audience, platform)
    notes = [WARNINGS[code].format_map(words) for code in audience.warnings if code != "no copy"]
    without = f"has no Excel copy: a sheet holds {count(EXCEL_ROWS)} rows."
    return notes + [f"{file} {without}" for file in audience.without_copy]


def _words(audience: Audience, platform: Platform) -> dict[str, str]:
    return {
        "title": platform.title,
        "refused_under": count(platform.refused_under),
        "warned_under": count(platform.warned_under),
        "warned_because": platform.warned_because,
        "eea_terms": platform.eea_terms,
        "remaining": count(audience.remaining),
        "unclear": count(audience.consent_unclear),
        "repeated": count(audience.repeated),
        "in_eea": count(audience.in_eea),
        "files": count(len(audience.files)),
    }


def describe_notes(report: AudienceReport) -> list[str]:
    """Say what the whole export can be matched by and what to expect of it, the platform's own notes last."""
    platform = platform_named(report.to)
    written = [audience for audience in report.audiences if audience.files]
    n_rows = sum(audience.written for audience in written)
    shown = [way for way in WAYS if way in platform.roles or (way == "address" and platform.address)]
    covered = {way: sum(getattr(audience, f"with_{way}") for audience in written) for way in shown}
    words = {
        "title": platform.title,
        "lacking": listed([LACKING[way] for way in shown if way in LACKING and way not in report.matched_by]),
        "ways": " or by ".join(WAYS[way] for way in report.matched_by) or "nothing",
        "rows": count(n_rows),
        "covered": listed([f"{count(n)} ({share(n / max(n_rows, 1))}) by {WAYS[way]}" for way, n in covered.items()]),
    }
    return [*(NOTES[code].format_map(words) for code in report.notes), *platform.notes]


def audience_account(report: AudienceReport) -> dict[str, Any]:
    """The report with its codes in words, as `export.json` keeps it."""
    platform = platform_named(report.to)
    audiences = [
        audience | {"refused": describe_refusal(record, platform), "warnings": describe_warnings(record, platform)}
        for record, audience in zip(report.audiences, report.to_dict()["audiences"], strict=True)
    ]
    return report.to_dict() | {"audiences": audiences, "notes": describe_notes(report), "steps": platform.steps}
