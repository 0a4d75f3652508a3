"""Commands on a finished run, from score and refresh to export and measure."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketfold import words
from marketfold.cli import flags
from marketfold.cli.terminal import say, say_json
from marketfold.errors import ParameterError, closest
from marketfold.file_names import RUN_FILE
from marketfold.progress import progress_line

if TYPE_CHECKING:
    from marketfold.campaigns import CampaignPlan

DIALECTS = "duckdb|postgres|bigquery|snowflake|databricks|redshift|spark"
"""As the help names them: it does not load what knows them."""
Table = Annotated[
    str, typer.Option("--out", help="File to write, .csv or .parquet; with --engine spark a table or address too.")
]


def score(
    ctx: typer.Context,
    model: Annotated[Path, typer.Argument(metavar="MODEL_OR_RUN", help="A run folder, or a model folder.")],
    orders: flags.Source,
    out: Table = "scored.csv",
    quiet: flags.Quiet = False,
) -> None:
    """Give the customers of an order file the segments of an earlier run; it is read as the run's was."""
    from marketfold.cli.summary import print_scores, say_next
    from marketfold.runs import scoring_config, write_scores

    as_of = ctx.obj.get("features", {}).get("as_of")
    day = flags.day(as_of, "--as-of") if as_of else None
    config = scoring_config(model, ctx.obj.get("reading"), day)
    with progress_line("score", quiet=quiet) as progress:
        counts = write_scores(model, orders, out, config, progress)
    if not quiet:
        say(f"{words.plural(counts.n_units, 'row')} in {counts.place}.")
        print_scores(counts)
        say_next(_after_scoring(model, orders))


def refresh(
    ctx: typer.Context,
    run: flags.RunFolder,
    orders: flags.Source,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Run folder to make. (default: beside the run, with its day)")
    ] = None,
    quiet: flags.Quiet = False,
) -> None:
    """Add new orders to a run: the segments of today by its model, who moved, and whether to make new ones."""
    from marketfold.cli.summary import next_commands, say_next
    from marketfold.report import movement_title
    from marketfold.runs import refresh_run

    as_of = ctx.obj.get("features", {}).get("as_of")
    day = flags.day(as_of, "--as-of") if as_of else None
    with progress_line("refresh", quiet=quiet) as progress:
        done = refresh_run(run, orders, out, reading=ctx.obj.get("reading"), as_of=day, progress=progress)
    if quiet:
        return
    for sentence in done.told:
        say(sentence)
    if done.movement is None:
        return
    say(f"{movement_title(done.movement)}.")
    say(f"The run is in {done.run.folder.absolute()}: refresh that next. Who moved is in moved.csv there.")
    say_next(next_commands(done.run, but="refresh"))


def sql(
    run: flags.RunFolder,
    dialect: Annotated[str, typer.Option("--dialect", metavar=DIALECTS, help="Whose SQL it is to be.")],
    orders: Annotated[
        str, typer.Option("--orders", metavar="TABLE", help="Table or view of order lines, with the file's columns.")
    ] = "orders",
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DAY",
            help="Day to look back from: a date, CURRENT_DATE, CURRENT_DATE - 7. (default: after the last purchase)",
        ),
    ] = None,
    dbt: Annotated[
        Path | None, typer.Option("--dbt", metavar="DIR", help="Write a dbt project there in its place.")
    ] = None,
) -> None:
    """Print the model of a run as SQL: a warehouse gives its customers their segments itself."""
    from marketfold.runs import run_sql, write_dbt_project

    if dbt is None:
        text = run_sql(run, dialect, orders, as_of) + ";"
        typer.echo(words.printable(text) if sys.stdout.isatty() else text)  # a file or a program has it as it is
        return
    place = write_dbt_project(run, dbt, dialect, orders, as_of)
    say(f"A dbt project is in {place.absolute()}. In it, with a profile named marketfold: dbt build")


def _after_scoring(model: Path, orders: str) -> list[str]:
    """A new run that keeps what the old one called its segments; of a model alone, a run of its own."""
    from marketfold.cli.summary import next_commands, typed_source
    from marketfold.runs import Run

    source, run = typed_source(orders), Run.read(model) if (model / RUN_FILE).is_file() else None
    kept = f" --previous {shlex.quote(str(run.home))}" if run else ""
    again = [f"marketfold run {source}{kept}"] if source else []
    return again + (next_commands(run, but="score") if run else [])


def plan(
    run: flags.RunFolder,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help='Change a part: 2.offer.promise="free tea"; may repeat.'),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make all anew from plan.json and the briefs as they were edited.")
    ] = False,
    json_: flags.Json = False,
) -> None:
    """Show the campaigns of a run; with --set change them, and make briefs, page and tables anew."""
    from marketfold.runs import Run, change_plan, outdated_audiences, read_plan

    before = read_plan(run)
    after = change_plan(run, _changes(set_ or [])) if set_ or renew else before
    if json_:
        say_json(_plain(after))
    else:
        from marketfold.cli.summary import print_plan

        print_plan(before, after)
    if after is not before:
        _say_outdated(outdated_audiences(Run.read(run)))


def _say_outdated(audiences: list[Path]) -> None:
    """Say which audiences were exported with other names, offers or arms than the plan has now."""
    if audiences:
        folders = words.listed([str(path) for path in audiences])
        say(f"! Out of date, or exported by an earlier version: {folders}. Export them again.", err=True)


def _plain(plan: CampaignPlan) -> dict[str, object]:
    """The plan as it stands in plan.json, and which parts of each campaign were edited."""
    plain_plan = plan.to_dict()
    for plain, campaign in zip(plain_plan["campaigns"], plan.campaigns, strict=True):
        plain["edited"] = list(campaign.edited)
    return plain_plan


def _changes(texts: list[str]) -> dict[str, object]:
    changes: dict[str, object] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            message = f"--set wants PATH=VALUE, as in --set '2.offer.title=Free tasting'; got {text!r}."
            raise typer.BadParameter(message)
        if path.strip() in changes:
            message = f"--set names {path.strip()} twice; say once what it is to be."
            raise typer.BadParameter(message)
        changes[path.strip()] = value
    return changes


def rename(
    run: flags.RunFolder,
    segment: Annotated[str, typer.Argument(metavar="NUMBER_OR_NAME", help="The segment, as it is so far.")],
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
) -> None:
    """Call a segment by a name of your own; later runs with --previous keep it."""
    from marketfold.runs import Run, outdated_audiences, read_plan, rename_segment

    number = _number_of(segment, read_plan(run))
    old = rename_segment(run, number, name)
    say(f"Segment {number} is called {name!r} now; it was {old!r}.")
    _say_outdated(outdated_audiences(Run.read(run)))


def _number_of(segment: str, plan: CampaignPlan) -> int:
    """Number of a segment that is given by it or by its name, in any case."""
    if segment.strip() in {str(campaign.number) for campaign in plan.campaigns}:
        return int(segment)
    names = {campaign.name.casefold(): campaign.number for campaign in plan.campaigns}
    if (key := segment.strip().casefold()) in names:
        return names[key]
    known = closest(segment, [campaign.name for campaign in plan.campaigns])
    raise ParameterError(f"There is no segment called {segment!r}; {known}")


def learn(
    run: Annotated[Path | None, typer.Argument(metavar="RUN", help="A run folder; the demo shop if not given.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Page to write; learn.html in the run folder, or here, if not given.")
    ] = None,
) -> None:
    """Write lessons on your own customers: what segments are good for, and how they are made."""
    from marketfold.cli.summary import next_commands, say_next
    from marketfold.runs import Run, write_lessons

    with progress_line("learn") as progress:
        page = write_lessons(run, out, progress)
    say(f"The lessons are in {page.absolute()}.")
    say_next(next_commands(Run.read(run), but="learn") if run else ["marketfold demo"])


def notebook(
    run: flags.RunFolder,
    out: Annotated[Path | None, typer.Option(help="Notebook to write, .ipynb; beside the run if not given.")] = None,
    orders: flags.Moved = None,
    check: Annotated[bool, typer.Option(help="Run every cell before anything is written.")] = True,
    quiet: flags.Quiet = False,
) -> None:
    """Write a notebook that does the run's work in plain pandas, scikit-learn, Keras and Plotly, with exercises."""
    from marketfold.cli.summary import next_commands, say_next
    from marketfold.runs import Run, write_notebook

    with progress_line("notebook", quiet=quiet) as progress:
        written = write_notebook(run, out, orders=orders, check=check, progress=progress)
    if quiet:
        return
    for reason in written.why_saved:
        say(f"It begins with the lines as the run kept them, and not with the file. {reason}")
    if written.checked:
        say("Every cell was run, and comes to the run's numbers.")
    if written.lacking:
        lacking, install = words.listed(list(written.lacking)), f"pip install {' '.join(written.lacking)}"
        say(f"! It was not run, for {lacking} cannot be imported here: {install}", err=True)
    say(f"Written: {words.listed([str(path) for path in written.files])}.")
    say_next(next_commands(Run.read(run), but="notebook"))


def figures(
    run: flags.RunFolder,
    to: Annotated[str, typer.Option("--to", help="png or svg: the figures; csv: the tables; pdf: the report.")] = "png",
    out: Annotated[Path | None, typer.Option(help="Folder to make; beside the run if not given.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this figure or table; may repeat.")] = None,
    quiet: flags.Quiet = False,
) -> None:
    """Write the figures of a run's report as pictures, its tables as CSV, or the whole as PDF."""
    from marketfold.runs import Run, write_pictures

    out = out or Run.read(run).beside(to)
    with progress_line("figures", quiet=quiet) as progress:
        written = write_pictures(run, to, out, only=only or (), progress=progress)
    if not quiet:
        say(f"{words.plural(len(written), 'file')} in {out.absolute()}.")


def report(run: flags.RunFolder) -> None:
    """Render the report of a run again from its page.json, in the style of this version."""
    from marketfold.runs import Run, render_run

    with progress_line("writing"):
        page = render_run(Run.read(run).folder)
    say(f"Report: {page}")


def export(
    run: flags.RunFolder,
    to: flags.To = "",
    orders: flags.Moved = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the audiences; beside the run if not given.")] = None,
    consent_column: Annotated[
        str | None, typer.Option(help="Column that records consent; the file's only one for marketing if not given.")
    ] = None,
    consent_override: flags.ConsentOverride = None,
    suppression: Annotated[Path | None, typer.Option(help="File of people who must not be reached.")] = None,
    allow_small: Annotated[bool, typer.Option("--allow-small", help="Write audiences under the minimum too.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Do not hash; the platform does so on upload.")] = False,
    country: Annotated[str | None, typer.Option(help="Country of the customers, where no column says.")] = None,
    segment: Annotated[
        list[int] | None,
        typer.Option(
            metavar="NUMBER",
            parser=flags.number_of(int, 1),
            help="Only the segment of this number; may repeat. (default: all)",
        ),
    ] = None,
) -> None:
    """Write audience files that ad platforms and mail tools accept; the holdout is left out."""
    from marketfold.audiences import ExportOptions
    from marketfold.cli.exported import print_audiences
    from marketfold.cli.summary import next_commands, say_next
    from marketfold.runs import Run, export_run

    options = ExportOptions(
        consent_column=consent_column,
        consent_override=consent_override,
        suppression=suppression,
        allow_small=allow_small,
        hashed=not plain,
        country=country,
        segments=segment,
    )
    with progress_line("export") as progress:
        report, folder = export_run(run, to, options, orders=orders, out=out, progress=progress)
    print_audiences(report, folder, run)
    say_next(next_commands(Run.read(run), but="export"))


def measure(
    run: flags.RunFolder,
    orders: Annotated[str, typer.Argument(metavar="LATER_ORDERS", help="Orders that cover the campaign's period.")],
    date_from: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, YYYY-MM-DD.")],
    date_to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, YYYY-MM-DD.")],
    out: Annotated[Path | None, typer.Option(help="Page to write; in the run folder if not given.")] = None,
) -> None:
    """Say what the campaigns did: each segment's reached customers against those held out."""
    from marketfold.cli.summary import next_commands, print_measurement, say_next
    from marketfold.runs import Run, measure_run

    first, last = flags.day(date_from, "--from"), flags.day(date_to, "--to")
    with progress_line("measure") as progress:
        measurement, page = measure_run(run, orders, first, last, out, progress)
    print_measurement(measurement, page, str(run))
    say_next(next_commands(Run.read(run), but="measure"))


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier run.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later run.")],
    out: Annotated[Path, typer.Option(help="Page to write; the people who moved stand beside it in moved.csv.")] = Path(
        "comparison.html"
    ),
) -> None:
    """Say what changed in money, who came back, went quiet or moved, and what drifted."""
    from marketfold.cli.summary import next_commands, say_next
    from marketfold.report import movement_sentences, movement_title
    from marketfold.runs import Run, compare_run_folders

    with progress_line("compare") as progress:
        movement = compare_run_folders(old, new, out, progress)
    later = Run.read(new)
    labels = {one.name: one.label for one in later.described_features}
    for sentence in (f"{movement_title(movement)}.", *movement_sentences(movement, labels)):
        say(sentence)
    say(f"The comparison is in {out.absolute()}, and who moved in moved.csv and moved.xlsx beside it.")
    say_next(next_commands(later, but="compare"))
