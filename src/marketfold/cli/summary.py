"""What a person reads on the terminal when a command is done."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketfold import words
from marketfold.cli.terminal import console, table_of, warn
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.campaigns import Campaign, CampaignPlan
    from marketfold.experiments import Measurement
    from marketfold.runs import Run, ScoreCounts

MOST_DECISIONS, MOST_NEXT = 3, 3
"""As many as are read before a table, and after it."""


def print_run(run: Run) -> None:
    """The segments, the ledger, the warnings, what to do first, and where everything is."""
    out = console()
    record = run.record
    out.print(_what_was_read(run))
    aside = record["ledger"]["lines"]["set_aside"]
    reasons = ", ".join(f"{words.count(count)} {reason.replace('_', ' ')}" for reason, count in aside.items()) or "none"
    row = "line" if record["input"]["kind"] == "orders" else "row"
    out.print(f"Kept {words.count(record['ledger']['lines']['kept'])} {row}s; set aside: {reasons}.")
    _say_what_was_decided(out, record)
    if record["ledger"].get("came_back", {}).get("money"):
        ends = (record["ledger"][key]["money"] for key in ("came_back", "net"))
        back, net = (words.exact_money(money, run.plan.currency) for money in ends)
        out.print(f"Revenue is net of returns: {back} came back, {net} stayed.")
    out.print(_segments(run))
    if record["choose_k"]["summary"] not in record["warnings"]:
        out.print(Text(record["choose_k"]["summary"]))
    if merged := record["choose_k"].get("merged"):
        out.print(Text(merged))
    warn(out, *record["warnings"])
    _say_what_comes_next(out, run)


def _say_what_was_decided(out: Console, record: dict[str, Any]) -> None:
    """The decisions of the reading that move most, each in a line, and where all of them stand."""
    made = [one for one in record["input"]["decisions"] if one["way"] != "warned"]
    made.sort(key=lambda one: (-(one["money"] or 0.0), -one["lines"]))
    for one in made[:MOST_DECISIONS]:
        undo = f" ({one['undo']} decides otherwise.)" if one["undo"] else ""
        out.print(Text(f"- {one['what']}{undo}"))
    if len(made) > MOST_DECISIONS:
        source = typed_source(record["input"]["path"])
        where = f"marketfold inspect {source}" if source else "marketfold inspect"
        out.print(Text(f"- {len(made) - MOST_DECISIONS} more, and the reasons: {where}"), soft_wrap=True)


def _say_what_comes_next(out: Console, run: Run) -> None:
    """What to do with the customers, then where everything is, and the commands for it."""
    from marketfold.report import is_ranked, move_sentences
    from marketfold.unit_tables import CUSTOMERS_CSV, CUSTOMERS_WORKBOOK

    for place, (_, sentence, detail) in enumerate(move_sentences(run.plan) if is_ranked(run.plan) else (), start=1):
        out.print(Text(f"{place}. {sentence} {detail}"))
    out.print(Text(f"Report: {run.home / run.report.name}"), soft_wrap=True)
    lists = [run.home / name for name in (CUSTOMERS_WORKBOOK, CUSTOMERS_CSV)]
    if there := next((path for path in lists if path.is_file()), None):
        out.print(Text(f"Who is in each segment: {there}"), soft_wrap=True)
    say_next(next_commands(run, but="run"))


def typed_source(path: str) -> str:
    """A source of orders as it can be typed in any folder, without a password; nothing where it came through a pipe."""
    from marketfold.orders import table_address

    address = table_address(path)
    place = address.text if address else path
    return "" if path == "-" else shlex.quote(place if address and not address.is_file else str(Path.cwd() / place))


def next_commands(run: Run, *, but: str) -> list[str]:
    """What can be done with a run, as commands that work from any folder; `but` is what was done just now."""
    from marketfold.file_names import RUNS
    from marketfold.report import export_target

    folder, to = shlex.quote(str(run.home)), export_target(run.plan, run.record["input"]["mapping"])
    root = run.home.parent.parent if run.home.parent.name == RUNS.name else run.home.parent
    commands = {
        "studio": f"marketfold studio {folder} --root {shlex.quote(str(root))}" if but == "run" else "",
        "plan": f"marketfold plan {folder}",
        "export": f"marketfold export {folder} --to {to}" if to else "",
        "learn": f"marketfold learn {folder}",
        "figures": f"marketfold figures {folder} --to csv",
    }
    return [command for name, command in commands.items() if command and name != but]


def say_next(commands: Sequence[str]) -> None:
    """The first three commands that come next."""
    console().print(Text("Next: " + "\n      ".join(commands[:MOST_NEXT])), soft_wrap=True)


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
    table = table_of(f"{len(found)} segments", headings, left={"segment", "trust"})
    for one in found:
        counts = [words.count(one["units"]), words.share(one["unit_share"])]
        counts += [words.share(one["revenue_share"])] if money else []
        table.add_row(str(one["number"]), Text(one["name"]), *counts, one["trust"] or "")
    return table


def print_scores(counts: ScoreCounts) -> None:
    """How many fell into each segment, how many into none, and why they may be others."""
    out = console()
    warn(out, *counts.doubts)
    for (number, name), n_units in sorted(counts.segments.items()):
        out.print(Text(f"  {number}. {name}: {words.count(n_units)}"))
    if counts.fits_none > OUTSIDE_ALLOWED * counts.n_units:
        of_all = words.share(counts.fits_none / counts.n_units)
        warn(
            out,
            f"{words.count(counts.fits_none)} ({of_all}) lie farther from every segment than the run's own customers "
            "did (fits_none): these may be customers of another kind, and their segments mean little.",
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
    out.print(Text(f"Page: {page.absolute()}"), soft_wrap=True)


def print_plan(before: CampaignPlan, after: CampaignPlan) -> None:
    """The campaigns as they are planned now, and what became of the holdouts that were changed."""
    from marketfold.report import holdout_of, plan_notes, promise_note

    out = console()
    headings = ("", "segment", "customers", "aim", "offer", "budget", "held out", "detects", "edited by hand")
    cells = zip(*(_row(campaign, after) for campaign in after.campaigns), strict=True)
    filled = {heading: column for heading, column in zip(headings, cells, strict=True) if any(map(str, column))}
    table = table_of(_title(after), filled, left={"segment", "aim", "offer", "edited by hand"})
    for row in zip(*filled.values(), strict=True):
        table.add_row(*row)
    out.print(table)
    warn(out, *plan_notes(after))
    for old, new in zip(before.campaigns, after.campaigns, strict=True):
        if new.holdout and old.holdout != new.holdout:
            out.print(Text(f"Segment {new.number}: {holdout_of(new, after)}"))
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
