"""What a person reads on the terminal when a command is done."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketfold.campaigns import PART_WORDS
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from marketfold.audiences import AudienceReport
    from marketfold.campaigns import Campaign, CampaignPlan
    from marketfold.cleaning import CleaningReport, CleanOrders
    from marketfold.experiments import Measurement
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
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in aside.items()) or "none"
    out.print(f"Kept {record['ledger']['lines']['kept']:,} lines; set aside: {reasons}.")
    out.print(_segments(run))
    if record["choose_k"]["answer"] == "groups":
        out.print(Text(record["choose_k"]["decision"]))
    for warning in record["warnings"]:
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
        plain = found.to_dict() | {
            "set_aside": clean.report.ledger.lines_set_aside if clean else {},
            "warnings": warnings,
        }
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
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


def print_scores(table: pa.Table) -> None:
    """How many fell into each segment, and how many into none."""
    out = _out()
    counted = table.group_by(["segment", "segment_name"]).aggregate([([], "count_all")]).sort_by("segment").to_pylist()
    for row in counted:
        out.print(Text(f"  {row['segment']}. {row['segment_name']}: {row['count_all']:,}"))
    strangers = sum(table["fits_none"].to_pylist())
    if strangers > OUTSIDE_ALLOWED * table.num_rows:
        share = strangers / max(table.num_rows, 1)
        out.print(
            Text(
                f"! {strangers:,} ({share:.0%}) lie farther from every segment than the run's own customers did "
                "(fits_none): these may be customers of another kind, and their segments mean little.",
                style="yellow",
            )
        )


def print_audiences(report: AudienceReport, folder: Path) -> None:
    """Rows written for each segment, who was left out and why, where they are, and what to know before uploading."""
    from marketfold.report import audience_account

    out = _out()
    table = Table(title=f"Audiences for {report.to}", title_justify="left")
    for heading in ("segment", "customers", "held out", "no consent", "stop list", "no match", "written"):
        table.add_column(heading, justify="right")
    for one in report.audiences:
        counts = (one.customers, one.held_out, one.without_consent, one.suppressed, one.nothing_to_match, one.written)
        table.add_row(str(one.segment), *(f"{count:,}" for count in counts))
    out.print(table)
    out.print(Text(f"In {folder}, each with an Excel copy: {', '.join(report.files)}"), soft_wrap=True)
    out.print(Text(report.consent))
    account = audience_account(report)
    for note in account["notes"]:
        out.print(Text(note))
    for one in account["audiences"]:
        blanked = "; ".join(f"{count:,} x {what}" for what, count in one["blanked"].items())
        for warning in (one["refused"], *one["warnings"], f"cells left empty: {blanked}." if blanked else ""):
            if warning:
                out.print(Text(f"! Segment {one['segment']}: {warning}", style="yellow"))
    for number, step in enumerate(account["steps"], start=1):
        out.print(Text(f"{number}. {step}"))


def print_measurement(measurement: Measurement, page: Path) -> None:
    """A verdict for each segment, and where the page is."""
    from marketfold.report import describe_period, describe_result

    out = _out()
    for result in measurement.segments:
        out.print(Text(f"{result.segment}. {result.name}. {describe_result(result, measurement)}"))
    if note := describe_period(measurement):
        out.print(Text(f"! {note}", style="yellow"))
    out.print(Text(f"Page: {page}"), soft_wrap=True)


def print_plan(before: CampaignPlan, after: CampaignPlan) -> None:
    """The campaigns as they are planned now, and what became of the holdouts that were changed."""
    from marketfold.report import describe_holdout

    out = _out()
    table = Table(title=_title(after), title_justify="left")
    for heading in ("", "segment", "customers", "aim", "offer", "budget", "held out", "detects", "edited by hand"):
        right = heading in {"", "customers", "budget", "held out", "detects"}
        table.add_column(heading, justify="right" if right else "left")
    for campaign in after.campaigns:
        table.add_row(*_row(campaign))
    out.print(table)
    for note in (*after.notes, *after.budget.notes):
        out.print(Text(f"! {note}", style="yellow"))
    for old, new in zip(before.campaigns, after.campaigns, strict=True):
        if new.holdout and old.held_out != new.held_out:
            out.print(Text(f"Segment {new.number}: {describe_holdout(new.holdout, after.currency)}"))


def _title(plan: CampaignPlan) -> str:
    money = plan.budget
    parts = [f"{len(plan.campaigns)} campaigns of {plan.campaign_days} days"]
    if money.total is not None:
        parts.append(f"a budget of {money.total:,.2f} {plan.currency or ''}".rstrip())
    if money.margin is not None:
        parts.append(f"a margin of {money.margin:.0%}")
    return ", ".join(parts)


def _row(campaign: Campaign) -> tuple[str | Text, ...]:
    lift = campaign.holdout.detectable_lift if campaign.holdout else None
    edited = [PART_WORDS[name] for name in campaign.edited] + ["the brief's text"] * campaign.text_by_hand
    return (
        str(campaign.number),
        Text(campaign.name),
        f"{campaign.customers:,}",
        Text(campaign.aim_title),
        Text(campaign.offer.title),
        "" if campaign.amount is None else f"{campaign.amount:,.2f}",
        f"{campaign.held_out:,}",
        "" if lift is None else f"{lift:.0%}",
        Text(", ".join(edited)),
    )
