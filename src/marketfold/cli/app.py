"""The commands, in the order in which a person meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from marketfold import __version__
from marketfold.cli import after, during, flags, studio
from marketfold.cli.examples import epilog
from marketfold.cli.settings import takes

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.core import TyperCommand

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


_COMMANDS: dict[str, tuple[Callable[..., None], type[TyperCommand] | None]] = {
    "run": (during.run, takes()),
    "inspect": (during.inspect, takes("reading", "cleaning")),
    "demo": (during.demo, None),
    "score": (after.score, takes("reading", "features.as_of")),
    "refresh": (after.refresh, takes("reading", "features.as_of")),
    "sql": (after.sql, None),
    "plan": (after.plan, None),
    "rename": (after.rename, None),
    "learn": (after.learn, None),
    "notebook": (after.notebook, None),
    "report": (after.report, None),
    "figures": (after.figures, None),
    "compare": (after.compare, None),
    "export": (after.export, flags.ExportCommand),
    "measure": (after.measure, None),
    "studio": (studio.studio, None),
}
for _name, (_function, _kind) in _COMMANDS.items():
    app.command(_name, cls=_kind, epilog=epilog(_name))(_function)
