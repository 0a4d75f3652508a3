"""What a person reads on the terminal when a command is done."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketfold import words
from marketfold.cli.terminal import console, numbers_table, say_json, warn
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from marketfold.campaigns import Campaign, CampaignPlan
    from marketfold.cleaning import CleaningReport, CleanOrders
    from marketfold.customer_tables import CustomerTable
    from marketfold.decisions import Decision
    from marketfold.experiments import Measurement
    from marketfold.orders import Inspection
    from marketfold.runs import Run


def print_run(run: Run) -> None:
    """The segments, the ledger, the warnings, what to do first, and where everything is."""
    out = console()
    record = run.record
    out.print(_what_was_read(run))
    aside = record["ledger"]["lines"]["set_aside"]
    reasons = ", ".join(f"{words.count(count)} {reason.replace('_', ' ')}" for reason, count in aside.items()) or "none"
    row = "line" if record["input"]["kind"] == "orders" else "row"
    out.print(f"Kept {words.count(record['ledger']['lines']['kept'])} {row}s; set aside: {reasons}.")
    if record["ledger"].get("came_back", {}).get("money"):
        ends = (record["ledger"][key]["money"] for key in ("came_back", "net"))
        back, net = (words.exact_money(money, run.plan.currency) for money in ends)
        out.print(f"Revenue is net of returns: {back} came back, {net} stayed.")
    out.print(_segments(run))
    if record["choose_k"]["summary"] not in record["warnings"]:
        out.print(Text(record["choose_k"]["summary"]))
    warn(out, *record["warnings"])
    _say_what_comes_next(out, run)


def _say_what_comes_next(out: Console, run: Run) -> None:
    """What to do with the customers, then where everything is, and the commands for it."""
    from marketfold.report import move_sentences
    from marketfold.unit_tables import CUSTOMERS_CSV, CUSTOMERS_WORKBOOK

    for place, (_, sentence) in enumerate(move_sentences(run.plan), start=1):
        out.print(Text(f"{place}. {sentence}"))
    out.print(Text(f"Report: {run.home / run.report.name}"), soft_wrap=True)
    lists = [run.home / name for name in (CUSTOMERS_WORKBOOK, CUSTOMERS_CSV)]
    if there := next((path for path in lists if path.is_file()), None):
        out.print(Text(f"Who is in each segment: {there}"), soft_wrap=True)
    folder = shlex.quote(str(run.home))
    commands = [f"marketfold plan {folder}", f"marketfold learn {folder}"]
    commands[1:1] = [f"marketfold export {folder} --to google"] if "arm" in run.segments.column_names else []
    out.print(Text("Next: " + "\n      ".join(commands)), soft_wrap=True)


def _what_was_read(run: Run) -> str:
    """In one line, orders or a table of customers."""
    read = run.record["input"]
    if read["kind"] == "customers":
        shaping = words.plural(len(run.record["features"]["shaping"]), "feature")
        return f"A table of {words.count(read['customers'])} customers, told apart by {shaping}."
    return (
        f"{words.count(read['lines'])} lines, {words.count(read['orders'])} orders, "
        f"{words.count(read['customers'])} customers, "
        f"{read['first_on']} to {read['last_on']}, {words.exact_money(read['amount_total'], run.plan.currency)} in all."
    )


def _segments(run: Run) -> Table:
    units = words.units_word(run.record["unit"])
    found = run.record["segments"]
    money = found[0]["revenue_share"] is not None
    headings = ("", "segment", units, "share", *(["of revenue"] if money else []), "trust")
    table = numbers_table(f"{len(found)} segments", headings, left={"segment", "trust"})
    for one in found:
        counts = [words.count(one["units"]), words.share(one["unit_share"])]
        counts += [words.share(one["revenue_share"])] if money else []
        table.add_row(str(one["number"]), Text(one["name"]), *counts, one["trust"] or "")
    return table


def print_inspection(found: Inspection, clean: CleanOrders | None, *, as_json: bool) -> None:
    """How the source would be read, and what would be set aside; None where cleaning would leave nothing."""
    decisions = (*found.decisions, *(clean.report.decisions if clean else ()))
    warnings = tuple(one.text for one in decisions if one.kind.way == "warned")
    if as_json:
        ledger = clean.report.ledger if clean else None
        plain = (
            {"kind": "orders"}
            | found.to_dict()
            | {
                "set_aside": ledger.lines_set_aside if ledger else {},
                "notes": [one.text for one in decisions if one.kind.way != "warned"],
                "warnings": warnings,
                "decisions": [one.to_dict() for one in decisions],
                "ledger": ledger.to_dict() if ledger else None,
            }
        )
        say_json(plain)
        return
    out = console()
    warn(out, *warnings)
    headings = ("means", "source column")
    mapping = numbers_table("Columns", headings, left=headings)
    for role, column in found.mapping.items():
        mapping.add_row(role, Text(column))
    out.print(mapping)
    facts = Table.grid(padding=(0, 2))
    for what, value in found.rows():
        facts.add_row(Text(what, style="dim"), Text(value))
    out.print(facts)
    if clean:
        out.print(_ledger(clean.report))
    _print_decisions(decisions)


def print_customers(read: CustomerTable, *, as_json: bool) -> None:
    """What each column of a table of customers would be taken for, and which rows would be set aside."""
    facts, ledger = read.facts, read.ledger
    if as_json:
        plain = {
            "kind": "customers",
            "name": facts.name,
            "encoding": facts.encoding,
            "mapping": facts.mapping,
            "lines": facts.lines,
            "customers": len(read.features),
            "features": {one.feature.name: list(one.columns) for one in read.uses.shaping},
            "describing": read.uses.describing,
            "left_out": read.uses.left_out,
            "set_aside": ledger.lines_set_aside,
            "notes": list(facts.notes),
            "warnings": list(facts.warnings),
            "decisions": [one.to_dict() for one in facts.decisions],
            "ledger": ledger.to_dict(),
        }
        say_json(plain)
        return
    out = console()
    warn(out, *facts.warnings)
    counts = f"{words.count(facts.lines)} rows, {words.count(len(read.features))} customers"
    out.print(Text(f"{facts.name}: a table of customers, not of orders; {counts}."))
    headings = ("source column", "taken for")
    columns = numbers_table("Columns", headings, left=headings)
    for column, text in read.rows():
        columns.add_row(Text(column), Text(text))
    out.print(columns)
    for reason, n in ledger.lines_set_aside.items():
        out.print(f"set aside: {words.count(n)} {reason}")
    _print_decisions(facts.decisions)


def _print_decisions(decisions: Sequence[Decision]) -> None:
    """What was decided where the source could be read in more than one way; warnings stand above everything."""
    left = ("decided", "otherwise by")
    table = numbers_table("Decisions", ("decided", "lines", "money", "otherwise by"), left=left)
    for one in decisions:
        if one.kind.way != "warned":
            money = "" if one.money is None else words.exact_money(one.money)
            what = " ".join(part for part in (one.what, one.why) if part)
            table.add_row(Text(what), words.count(one.lines) if one.lines else "", money, Text(one.undo))
    if table.row_count:
        console().print(table)


def _ledger(report: CleaningReport) -> Table:
    table = numbers_table("Ledger", ("", "lines", "money"), left={""})
    for what, lines, money in report.rows():
        table.add_row(what, words.count(lines), words.exact_money(money))
    return table


def print_scores(table: pa.Table) -> None:
    """How many fell into each segment, and how many into none."""
    out = console()
    counted = table.group_by(["segment", "segment_name"]).aggregate([([], "count_all")]).sort_by("segment").to_pylist()
    for row in counted:
        out.print(Text(f"  {row['segment']}. {row['segment_name']}: {words.count(row['count_all'])}"))
    strangers = sum(table["fits_none"].to_pylist())
    if strangers > OUTSIDE_ALLOWED * table.num_rows:
        of_all = words.share(strangers / table.num_rows)
        warn(
            out,
            f"{words.count(strangers)} ({of_all}) lie farther from every segment than the run's own customers did "
            "(fits_none): these may be customers of another kind, and their segments mean little.",
        )


def print_measurement(measurement: Measurement, page: Path, run: str) -> None:
    """The decision for each segment, and where the page is."""
    from marketfold.report import (
        describe_coverage,
        describe_overall,
        describe_payback,
        describe_paybacks,
        describe_period,
        describe_result,
        doubt_coverage,
        missing_payback,
    )

    out = console()
    for result in measurement.segments:
        told = (describe_result(result, measurement), describe_payback(result, measurement))
        out.print(Text(f"{result.segment}. {result.name}. {' '.join(filter(None, told))}"))
    together = (describe_overall(measurement), describe_paybacks(measurement), missing_payback(measurement, run))
    for sentence in filter(None, (*together, *describe_coverage(measurement))):
        out.print(Text(sentence))
    warn(out, describe_period(measurement), doubt_coverage(measurement))
    out.print(Text(f"Page: {page}"), soft_wrap=True)


def print_plan(before: CampaignPlan, after: CampaignPlan) -> None:
    """The campaigns as they are planned now, and what became of the holdouts that were changed."""
    from marketfold.report import describe_holdout, plan_notes, promise_note

    out = console()
    headings = ("", "segment", "customers", "aim", "offer", "budget", "held out", "detects", "edited by hand")
    cells = zip(*(_row(campaign, after) for campaign in after.campaigns), strict=True)
    filled = {heading: column for heading, column in zip(headings, cells, strict=True) if any(map(str, column))}
    table = numbers_table(_title(after), filled, left={"segment", "aim", "offer", "edited by hand"})
    for row in zip(*filled.values(), strict=True):
        table.add_row(*row)
    out.print(table)
    warn(out, *plan_notes(after))
    for old, new in zip(before.campaigns, after.campaigns, strict=True):
        if new.holdout and old.holdout != new.holdout:
            out.print(Text(f"Segment {new.number}: {describe_holdout(new.holdout, after.currency)}"))
        warn(out, promise_note(old, new))


def _title(plan: CampaignPlan) -> str:
    money = plan.budget
    parts = [f"{len(plan.campaigns)} campaigns of {plan.campaign_days} days"]
    if money.total is not None:
        parts.append(f"a budget of {words.money(money.total, plan.currency)}")
    if money.margin is not None:
        parts.append(f"a margin of {words.share(money.margin)}")
    return ", ".join(parts)


def _row(campaign: Campaign, plan: CampaignPlan) -> tuple[str | Text, ...]:
    from marketfold.report import PART_WORDS

    lift = campaign.holdout.detectable_lift if campaign.holdout else None
    edited = [PART_WORDS[name] for name in campaign.edited] + ["the brief's text"] * campaign.text_by_hand
    return (
        str(campaign.number),
        Text(campaign.name),
        words.count(campaign.customers),
        Text(campaign.aim_title),
        Text(campaign.offer.title),
        "" if campaign.amount is None else words.money(campaign.amount, plan.currency),
        words.count(campaign.held_out),
        "" if lift is None else words.share(lift),
        Text(", ".join(edited)),
    )
