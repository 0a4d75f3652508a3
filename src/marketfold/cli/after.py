"""Commands on a finished run: score, rename, learn, compare, export, measure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketfold.cli import flags

Table = Annotated[Path, typer.Option("--out", help="Table to write, .csv or .parquet.")]


def score(
    model: Annotated[Path, typer.Argument(metavar="MODEL_OR_RUN", help="A run folder, or a model folder.")],
    orders: flags.Source,
    out: Table = Path("scored.csv"),
    as_of: flags.AsOf = None,
    quiet: flags.Quiet = False,
) -> None:
    """Give the customers of an order file the segments of an earlier run."""
    from marketfold.config import load_config
    from marketfold.runs import score_orders, write_table

    config = load_config({"features": {"as_of": as_of}} if as_of else {})
    table = score_orders(model, orders, config)
    write_table(table, out)
    if not quiet:
        typer.echo(f"{table.num_rows:,} rows in {out}.")


def rename(
    run: flags.RunFolder,
    number: Annotated[int, typer.Argument(min=1, help="Number of the segment.")],
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
) -> None:
    """Call a segment by a name of your own; later runs with --previous keep it."""
    from marketfold.runs import rename_segment

    old = rename_segment(run, number, name)
    typer.echo(f"Segment {number} is called {name!r} now; it was {old!r}.")


def learn(
    run: Annotated[Path | None, typer.Argument(metavar="RUN", help="A run folder; the demo shop if not given.")] = None,
    out: Annotated[Path, typer.Option(help="Page to write.")] = Path("learn.html"),
) -> None:
    """Write a page that teaches K-means, the elbow, PCA and autoencoders on your own customers."""
    from marketfold.runs import write_lessons

    write_lessons(run, out)
    typer.echo(f"The lessons are in {out}.")
