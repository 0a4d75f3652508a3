"""What commands share beside the settings."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

LONGEST_NAME = 255


def _place(text: str) -> str:
    """A path that a machine can have; what stands there is not looked at."""
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        message = f"{text} begins with the home of a user who is not there. Give the whole path."
        raise typer.BadParameter(message) from error
    if not text.strip() or any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
        what = "is empty" if not text.strip() else f"has a name of more than {LONGEST_NAME} bytes"
        raise typer.BadParameter(f"The path {what}. Give that of a file or a folder.")
    return text


Source = Annotated[
    str,
    typer.Argument(
        metavar="ORDERS",
        help="Order lines: CSV (gz, zip, ...), Excel, Parquet: a file, folder, pattern, or -.",
        callback=_place,
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that `marketfold run` wrote.")]

To = Annotated[str, typer.Option("--to", help="What takes the audiences.")]

Out = Annotated[Path | None, typer.Option(help="Run folder to make; under runs/ if not given.")]
Previous = Annotated[
    Path | None, typer.Option(help="An earlier run: its segment numbers, names and hand edits are kept.")
]
ConsentOverride = Annotated[str | None, typer.Option(help="Why consent need not be read from a column; recorded.")]
Effect = Annotated[
    float | None,
    typer.Option(min=0, help="Also make later orders, with campaigns that had this effect: 0.5 is half as many again."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class ExportCommand(TyperCommand):
    """The command that takes its platforms from their table: the table loads what the help of others need not."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The flags, `--to` with the names of the platforms, and the first of them as its default."""
        from marketfold.audiences import PLATFORMS

        params = super().get_params(ctx)
        to: Any = next(param for param in params if param.name == "to")
        to.metavar, to.default = "|".join(PLATFORMS), next(iter(PLATFORMS))
        return params


def day(text: str, flag: str) -> date:
    """Read a day.

    >>> day("2026-07-01", "--from")
    datetime.date(2026, 7, 1)
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{flag} wants a day as YYYY-MM-DD; got {text!r}."
        raise typer.BadParameter(message) from error
