"""What a person reads on the terminal when a command is done."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.campaigns import AudienceReport
    from marketfold.cleaning import CleaningReport, CleanOrders
    from marketfold.measure import Measurement
    from marketfold.orders import Inspection
    from marketfold.runs import Run


def _out() -> Console:
    return Console(file=sys.stdout, highlight=False)


def print_run(run: Run) -> None:
    """The segments, the ledger, the warnings, and where the report is."""
    out = _out()
    record = run.record
    read = record["input"]
    out.print(
        f"{read['lines']:,} lines, {read['orders']:,} orders, {read['customers']:,} customers, "
        f"{read['first_on']} to {read['last_on']}, {read['amount_total']:,.2f} in all."
    )
    aside = record["ledger"]["lines"]["set_aside"]
    told = ", ".join(f"{count:,} {reason}" for reason, count in aside.items()) or "none"
    out.print(f"Kept {record['ledger']['lines']['kept']:,} lines; set aside: {told}.")
    out.print(_segments(run))
    out.print(Text(record["choose_k"]["verdict"]))
    for warning in record["warnings"]:
        if warning != record["choose_k"]["verdict"]:
            out.print(Text(f"! {warning}", style="yellow"))
    out.print(Text(f"Report: {run.report}"), soft_wrap=True)


def _segments(run: Run) -> Table:
    table = Table(title=f"{len(run.record['segments'])} segments", title_justify="left")
    for heading, justify in (
        ("", "right"),
        ("segment", "left"),
        (f"{run.record['unit'].replace('_', ' ')}s", "right"),
        ("share", "right"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_column("of revenue", justify="right")
    table.add_column("trust")
    for one in run.record["segments"]:
        table.add_row(
            str(one["number"]),
            Text(one["name"]),
            f"{one['units']:,}",
            f"{one['unit_share']:.0%}",
            f"{one['revenue_share']:.0%}",
            one["trust"] or "",
        )
    return table


def print_inspection(found: Inspection, clean: CleanOrders | None, *, as_json: bool) -> None:
    """How the source would be read, and what would be set aside; None where cleaning would leave nothing."""
    warnings = clean.report.warnings if clean else ()
    if as_json:
        told = found.to_dict() | {
            "set_aside": clean.report.ledger.lines_set_aside if clean else {},
            "warnings": warnings,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    out = _out()
    mapping = Table(title="Columns", title_justify="left")
    mapping.add_column("means")
    mapping.add_column("source column")
    for role, column in found.mapping.items():
        mapping.add_row(role, Text(column))
    out.print(mapping)
    facts = Table.grid(padding=(0, 2))
    for what, value in found.rows():
        facts.add_row(Text(what, style="dim"), Text(value))
    out.print(facts)
    if clean:
        out.print(_ledger(clean.report))
    for note in (*found.notes, *warnings):
        out.print(Text(f"! {note}", style="yellow"))


def _ledger(report: CleaningReport) -> Table:
    table = Table(title="Ledger", title_justify="left")
    table.add_column("")
    table.add_column("lines", justify="right")
    table.add_column("money", justify="right")
    for what, lines, money in report.rows():
        table.add_row(what, f"{lines:,}", f"{money:,.2f}")
    return table


def print_audiences(report: AudienceReport) -> None:
    """Rows written for each segment, who was left out and why, and what to know before uploading."""
    out = _out()
    table = Table(title=f"Audiences for {report.to}", title_justify="left")
    columns = ("segment", "customers", "held out", "no consent", "suppressed", "nothing to match", "written", "file")
    for heading in columns:
        table.add_column(heading, justify="left" if heading == "file" else "right")
    for one in report.audiences:
        counts = (one.customers, one.held_out, one.without_consent, one.suppressed, one.nothing_to_match, one.written)
        table.add_row(str(one.segment), *(f"{count:,}" for count in counts), Text(one.file or "none"))
    out.print(table)
    out.print(Text(report.consent))
    for note in report.notes:
        out.print(Text(note))
    for one in report.audiences:
        for warning in (one.refused, *one.warnings):
            if warning:
                out.print(Text(f"! Segment {one.segment}: {warning}", style="yellow"))


def print_measurement(measurement: Measurement, page: Path) -> None:
    """A verdict for each segment, and where the page is."""
    out = _out()
    for result in measurement.segments:
        out.print(Text(f"{result.segment}. {result.name}: {result.verdict}. {result.sentence}"))
    for note in measurement.notes:
        out.print(Text(f"! {note}", style="yellow"))
    out.print(Text(f"Page: {page}"), soft_wrap=True)
