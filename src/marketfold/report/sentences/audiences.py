"""What is said of exported audiences: why one was refused, what to know before uploading, and how they will match."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marketfold.audiences import EXCEL_ROWS, platform_named
from marketfold.page import Column, TablePart, numbers
from marketfold.report.sentences.phrases import phrases, say
from marketfold.words import count, listed, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.audiences import Audience, AudienceReport, Platform

LACKING = {"email": "e-mail addresses", "phone": "phones"}
CHECKS = ("held_out", "without_consent", "nothing_to_match", "suppressed", "repeated")
"""Counts of who drops out, in the order of the checks."""
WAYS = {"email": "e-mail", "phone": "phone", "address": "name and address"}


def describe_refusal(audience: Audience, platform: Platform) -> str:
    """Say why no file was written; "" where one was."""
    return say("audience_refused", audience.refused, audience=audience, platform=platform) if audience.refused else ""


def describe_warnings(audience: Audience, platform: Platform) -> list[str]:
    """Say what to know of an audience before it is uploaded."""
    codes = [code for code in audience.warnings if code != "no copy"]
    without = f"has no Excel copy: a sheet holds {count(EXCEL_ROWS)} rows."
    return [
        *(say("audience_warning", code, audience=audience, platform=platform) for code in codes),
        *(f"{file} {without}" for file in audience.without_copy),
    ]


def describe_notes(report: AudienceReport) -> list[str]:
    """Say what the whole export can be matched by and what to expect of it."""
    platform = platform_named(report.to)
    written = [audience for audience in report.audiences if audience.written]
    n_rows = sum(audience.written for audience in written)
    shown = [way for way in WAYS if way in platform.roles or (way == "address" and platform.address)]
    covered = {way: sum(getattr(audience, f"with_{way}") for audience in written) for way in shown}
    facts = {
        "title": platform.title,
        "lacking": [LACKING[way] for way in shown if way in LACKING and way not in report.matched_by],
        "ways": " or by ".join(WAYS[way] for way in report.matched_by) or "nothing",
        "rows": n_rows,
        "covered": [f"{count(n)} ({share(n / max(n_rows, 1))}) by {WAYS[way]}" for way, n in covered.items()],
    }
    return [say("audience_note", code, **facts) for code in report.notes]


def describe_together(report: AudienceReport) -> list[str]:
    """Say why audiences were refused, each warning once for all its segments, and last what cells were left empty."""
    platform = platform_named(report.to)
    refused = [audience for audience in report.audiences if audience.refused]
    said = [f"{_segments([audience])}: {describe_refusal(audience, platform)}." for audience in refused]
    for code in dict.fromkeys(code for audience in report.audiences for code in audience.warnings):
        own = [audience for audience in report.audiences if code in audience.warnings]
        sums: dict[str, Any] = {
            name: sum(getattr(one, name) for one in own) for name in ("consent_unclear", "repeated", "in_eea")
        }
        files: dict[str, Any] = {
            name: tuple(file for one in own for file in getattr(one, name)) for name in ("files", "without_copy")
        }
        together = replace(own[0], **sums, **files, warnings=(code,))
        who = "All" if len(own) == len(report.audiences) > 1 else _segments(own)
        said += [f"{who}: {warning}" for warning in describe_warnings(together, platform)]
    blanked = sum((Counter(audience.blanked) for audience in report.audiences), Counter[str]())
    cells = [f"{count(n)} x {what}" for what, n in sorted(blanked.items())]
    return [*said, f"Cells left empty: {'; '.join(cells)}."] if cells else said


def _segments(audiences: Sequence[Audience]) -> str:
    return f"Segment{'s' * (len(audiences) > 1)} {listed([str(one.segment) for one in audiences])}"


def audience_account(report: AudienceReport) -> dict[str, Any]:
    """The report with its codes in words, as `export.json` keeps it."""
    platform = platform_named(report.to)
    audiences = [
        audience | {"refused": describe_refusal(record, platform), "warnings": describe_warnings(record, platform)}
        for record, audience in zip(report.audiences, report.to_dict()["audiences"], strict=True)
    ]
    notes = [*describe_notes(report), *platform.notes]
    return report.to_dict() | {"audiences": audiences, "notes": notes, "steps": platform.steps}


def audience_table(account: Mapping[str, Any]) -> TablePart:
    """How many of each segment are in its audience, and at which check the others dropped out, from an account."""
    rows = []
    for one in account["audiences"]:
        name = f"{one['segment']}. {one['name']}" if one["name"] else str(one["segment"])
        out = [one[check] for check in CHECKS]
        left = one["customers"] - sum(out)
        rows.append((name, *(count(n) for n in (one["customers"], *out, left, one["written"]))))
    labels = phrases("audience_table")
    return TablePart(
        key="counted",
        columns=(
            Column(labels["segment"]),
            *numbers(labels["customers"], *(labels[check] for check in CHECKS), labels["left"], labels["written"]),
        ),
        rows=tuple(rows),
        segments=tuple(one["segment"] for one in account["audiences"]),
    )
