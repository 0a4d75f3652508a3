"""What commands share beside the settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[
    str, typer.Argument(metavar="ORDERS", help="Order lines: CSV, TSV, Excel, Parquet (file, folder or glob).")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that `marketfold run` wrote.")]

Out = Annotated[Path | None, typer.Option(help="Run folder to make; under runs/ if not given.")]
Previous = Annotated[
    Path | None, typer.Option(help="An earlier run: its segment numbers, names and hand edits are kept.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


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
