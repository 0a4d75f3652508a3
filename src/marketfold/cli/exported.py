"""What a person reads on the terminal when audiences were exported."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from marketfold import words
from marketfold.cli.terminal import console, table_of, warn

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from marketfold.audiences import AudienceReport

NONE = {"nobody": "nobody is left", "too small": "too few people"}
"""In the place of a file, by why there is none."""


def print_audiences(report: AudienceReport, folder: Path, run: Path) -> None:
    """Which file is for whom and how many are in it, what to know before uploading, and what comes next."""
    from marketfold.audiences import left_out, platform_named
    from marketfold.report import describe_notes, describe_together

    out, platform = console(), platform_named(report.to)
    table = table_of(f"Audiences for {platform.title}", ("segment", "people", "file"), left={"segment", "file"})
    table.columns[-1].no_wrap = True  # what is to be copied stays in one piece
    for one in report.audiences:
        named = f"{one.segment}. {one.name}" if one.name else str(one.segment)
        people = f"{words.count(one.written)} of {words.count(one.customers)}"
        table.add_row(Text(named), people, Text("\n".join(one.files) or f"none: {NONE[one.refused]}"))
    out.print(table)
    where = f"In {folder.absolute()}; beside each an Excel copy, and what it is in ..._about.txt."
    out.print(Text(where), soft_wrap=True)
    if out_of_all := left_out(report.audiences):
        out.print(Text(f"Left out: {words.listed(out_of_all)}."))
    for sentence in (report.consent, *describe_notes(report)):
        out.print(Text(sentence))
    warn(out, *describe_together(report))
    for number, step in enumerate(platform.steps, start=1):
        out.print(Text(f"{number}. {step}"))
    _say_how_to_measure(out, run)


def _say_how_to_measure(out: Console, folder: Path) -> None:
    """The command for when the campaign is over, or that nobody was left alone to compare with."""
    from marketfold.runs import Run

    run = Run.read(folder)
    place = shlex.quote(str(run.home))
    if not any(campaign.held_out for campaign in run.plan.campaigns):
        out.print(
            Text(f"Nobody is held out, so the campaign cannot be measured: marketfold plan {place}"), soft_wrap=True
        )
    elif run.as_of:
        last = run.as_of + timedelta(days=run.plan.campaign_days - 1)
        command = f"marketfold measure {place} LATER_ORDERS --from {run.as_of} --to {last}"
        out.print(Text(f"After the campaign: {command}"), soft_wrap=True)
