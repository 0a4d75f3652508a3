"""What commands share beside the settings."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_NAME = 255
Number = TypeVar("Number", int, float)


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


def number_of(kind: Callable[[str], Number], at_least: int) -> Callable[[str], Number]:
    """A reader of a number that says in plain words what it wants; `kind` is int or float.

    >>> number_of(int, at_least=1)("12")
    12
    """

    def number(text: str) -> Number:
        what = "a whole number" if kind is int else "a number"
        try:
            found = kind(text)
        except ValueError:
            raise typer.BadParameter(f"{text} is {what.replace('a ', 'no ')}: give {what}.") from None
        if not found >= at_least:
            raise typer.BadParameter(f"{text} is too little: give {what}, {at_least:,} or more.")
        return found

    return number


Source = Annotated[
    str,
    typer.Argument(
        metavar="ORDERS",
        help="Order lines: CSV (gz, zip, ...), Excel, Parquet: a file, folder, pattern, or -; or a table: "
        "shop.duckdb?table=orders, postgresql://user@host/shop?table=orders.",
        callback=_place,
    ),
]
Moved = Annotated[
    str | None,
    typer.Option(
        "--orders", metavar="ORDERS", help="The run's order file, where it has moved; or the address of its table."
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that `marketfold run` wrote.")]

To = Annotated[str, typer.Option("--to", help="What takes the audiences.")]

OUTPUT_PANEL = "Output: where it goes, and what is printed"
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Run folder to make. (default: a new one under runs/)",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Previous = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN",
        help="An earlier run: its segment numbers, names and hand edits are kept. (default: none)",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
ConsentOverride = Annotated[str | None, typer.Option(help="Why consent need not be read from a column; recorded.")]
Effect = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        parser=number_of(float, at_least=0),
        help="Also make later orders, with campaigns that had this effect: 0.5 is half as many again. (default: none)",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing but errors. (default: no)", rich_help_panel=OUTPUT_PANEL)
]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON. (default: no)", rich_help_panel=OUTPUT_PANEL)
]


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
