"""The commands, in the order in which a person meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from marketfold import __version__
from marketfold.cli import after, during, flags
from marketfold.cli.settings import takes

app = typer.Typer(
    name="marketfold",
    help="Turn order lines into customer segments you can trust, and segments into campaigns you can measure.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"marketfold {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Hold the flags that belong to no command."""


app.command("run", cls=takes())(during.run)
app.command("inspect", cls=takes("reading", "cleaning"))(during.inspect)
app.command("demo")(during.demo)
app.command("score", cls=takes("reading", "features.as_of"))(after.score)
app.command("plan")(after.plan)
app.command("rename")(after.rename)
app.command("learn")(after.learn)
app.command("report")(after.report)
app.command("figures")(after.figures)
app.command("compare")(after.compare)
app.command("export", cls=flags.ExportCommand)(after.export)
app.command("measure")(after.measure)
