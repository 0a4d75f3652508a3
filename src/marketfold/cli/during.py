"""Commands that read orders: run, inspect, demo."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketfold import words
from marketfold.cli import flags
from marketfold.cli.terminal import say_json

if TYPE_CHECKING:
    from rich.console import Console

    from marketfold.config import RunConfig
    from marketfold.demo import Shop
    from marketfold.runs import Run
    from marketfold.schema import ProgressCode

DEMO_CAMPAIGN_DAYS = 90
"""Days that the later orders of the demo shop cover."""


def run(
    ctx: typer.Context,
    orders: flags.Source,
    out: flags.Out = None,
    previous: flags.Previous = None,
    quiet: flags.Quiet = False,
    json_: flags.Json = False,
) -> None:
    """Segment the customers of an order file and plan a campaign for each segment."""
    from marketfold.config import load_config

    finished = _run(orders, load_config(ctx.obj), out, previous, quiet=quiet or json_)
    _print_result(finished, quiet=quiet, as_json=json_)


def _run(orders: str, config: RunConfig, out: Path | None, previous: Path | None, *, quiet: bool) -> Run:
    from marketfold.progress import progress_line
    from marketfold.runs import Run, make_run, next_free_folder, refuse_existing

    folder = out or next_free_folder(_called(orders))
    refuse_existing(folder)
    earlier = Run.read(previous) if previous else None
    without: set[ProgressCode] = {"training"} if config.quick else set()
    with progress_line("run", quiet=quiet, without=without) as progress:
        return make_run(orders, config, folder, earlier, progress)


def _called(orders: str) -> str:
    """What the folder of a run is called after: the file, or the table on a server."""
    from marketfold.orders import table_address

    address = table_address(orders)
    if address is None or address.is_file:
        return Path((address.place if address else orders).rstrip("/*")).stem.strip("-") or "orders"
    return re.sub(r"[^\w-]+", "-", (address.table or "").rpartition(".")[2]).strip("-") or "orders"


def _print_result(finished: Run, *, quiet: bool, as_json: bool) -> None:
    """The result on standard output: as JSON, as a table, or not at all."""
    if as_json:
        say_json(finished.record | {"folder": str(finished.folder)})
    elif not quiet:
        from marketfold.cli.summary import print_run

        print_run(finished)


def inspect(ctx: typer.Context, orders: flags.Source, json_: flags.Json = False) -> None:
    """Show what would be read: mapping, dates, money, dirt. Nothing is modelled or written.

    What `run` would refuse ends with 2 here too, after it was shown.
    """
    from marketfold.cli.inspection import print_customers, print_orders
    from marketfold.config import load_config
    from marketfold.runs import OrdersSeen, inspect_source

    seen = inspect_source(orders, load_config(ctx.obj))
    if json_:
        say_json(seen.to_dict())
    elif isinstance(seen, OrdersSeen):
        print_orders(seen)
    else:
        print_customers(seen)
    if seen.fault:
        raise seen.fault


def demo(
    lines: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            parser=flags.number_of(int, 1_000),
            help="About how many order lines the shop has. (default: enough for audiences)",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the shop's order file and the run. (default: a new one)"),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", parser=flags.number_of(int, 0), help="Another seed, another shop.")
    ] = 0,
    effect: flags.Effect = None,
    quiet: flags.Quiet = False,
) -> None:
    """Make the demo shop and run on it."""
    from marketfold.config import load_config
    from marketfold.runs import DEMO_ORDERS, next_free_folder, refuse_existing, write_demo_shop

    folder = out or next_free_folder("demo")
    refuse_existing(folder)
    shop, orders = write_demo_shop(folder, lines, seed), folder / DEMO_ORDERS
    if not quiet:
        _console().print(f"The demo shop is in {orders}: {words.plural(shop.lines.num_rows, 'order line')}.")
    config = load_config({"seed": seed})
    finished = _run(str(orders), config, folder / "run", None, quiet=quiet)
    _print_result(finished, quiet=quiet, as_json=False)
    if effect is not None:
        _plant(shop, finished, effect, quiet=quiet)


def _plant(shop: Shop, finished: Run, effect: float, *, quiet: bool) -> None:
    """Write what the customers of a demo shop order afterwards, those reached more often than those held out."""
    from datetime import timedelta

    from marketfold.csv_files import write_csv
    from marketfold.demo import make_later_orders

    arms = finished.segments.select(["customer_id", "arm"]).to_pylist()
    later = make_later_orders(shop, {row["customer_id"] for row in arms if row["arm"] == "treated"}, effect)
    path = finished.folder.parent / "later_orders.csv"
    write_csv(later, path)
    if not quiet and finished.as_of:
        last = finished.as_of + timedelta(days=DEMO_CAMPAIGN_DAYS - 1)
        places = f"{shlex.quote(str(finished.home))} {shlex.quote(str(path.absolute()))}"
        command = f"marketfold measure {places} --from {finished.as_of} --to {last}"
        _console().print(f"Later orders with an effect of {effect:g} are in {path}. Look for it with:")
        _console().print(command, soft_wrap=True)


def _console() -> Console:
    """The console of what is said aside: standard error, so that standard output stays clean."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
