"""The order lines that a run keeps, so that new ones can be added to them: as they were read, before any cleaning.

Only what was read can be joined with more lines and come to what one reading of all would: which line repeats another,
which purchase a return belongs to and when the days look back from are told by all lines together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pyarrow import parquet
from pydantic import TypeAdapter

from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.schema import ORDER_LINE, SOURCE_LINE
from marketfold.whole_files import OWNER_ONLY

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import DataPart
    from marketfold.orders import Orders
    from marketfold.runs.read import Run

LINES_FILE = "lines.parquet"
"""In a run folder: what was read of the orders, without a name, an address or any other personal column."""


@dataclass(frozen=True)
class KeptSource:
    """One file or table of which lines are kept.

    `sha256` is None of a table on a server or in memory; `reading` are the settings of reading that differ from those
    of the run.
    """

    path: str
    sha256: str | None
    lines: int
    reading: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class KeptLines:
    """What `run.json` says of the lines that are kept.

    Attributes
    ----------
    rows
        How many.
    decimals
        Decimal sign of each number that was text.
    date_styles
        How days were written, and how many in each style.
    sources
        What they were read from, the oldest first.
    """

    rows: int
    decimals: dict[str, Literal[".", ","]]
    date_styles: dict[str, int]
    sources: tuple[KeptSource, ...]

    @classmethod
    def of(cls, run: Run) -> KeptLines:
        """Those of a run; `RunFolderError` where it keeps none, or other lines than it says."""
        kept, path = run.record.get("lines"), run.folder / LINES_FILE
        if kept is None or not path.is_file():
            raise RunFolderError(
                f"{run.folder} keeps no order lines to add to: {_why(run, said=kept is not None)}. "
                "Make a run from all orders, old and new, and refresh that from then on."
            )
        with told_as(RunFolderError, str(run.folder / "run.json")):
            found = _KEPT.validate_python(kept)
        with told_as(RunFolderError, str(path)):
            schema, about = parquet.read_schema(path), parquet.read_metadata(path)
            odd = sorted(set(schema.names) - set(ORDER_LINE))
            if about.num_rows != found.rows or odd or not {"customer_id", "ordered_on", "amount"} <= set(schema.names):
                raise ValueError(f"it has {about.num_rows:,} lines with the columns {', '.join(schema.names)}")
        return found


_KEPT = TypeAdapter(KeptLines)


def _why(run: Run, *, said: bool) -> str:
    if said:
        return f"its {LINES_FILE} is gone"
    if run.record["input"].get("kind") == "customers":
        return "it is of a table of customers"
    return "an earlier Marketfold wrote it, or its orders stayed in Spark"


def write_lines(data: DataPart, folder: Path) -> dict[str, Any] | None:
    """Keep the lines of a run in its folder; what `run.json` says of them, None where its engine writes no file here.

    Ids of customers are in it, so only its owner can read it.
    """
    path, orders = folder / LINES_FILE, data.orders
    if not orders.engine.write_parquet(orders.lines.drop(SOURCE_LINE), path):
        return None
    path.chmod(OWNER_ONLY)
    rows = parquet.read_metadata(path).num_rows
    source = KeptSource(data.source, data.sha256, rows)
    return _KEPT.dump_python(KeptLines(rows, *how_written(orders), (source,)), mode="json")  # type: ignore[no-any-return]


def how_written(orders: Orders) -> tuple[dict[str, Literal[".", ","]], dict[str, int]]:
    """The decimal sign of each number, and the styles of the days."""
    return dict(orders.cells.decimals), {style: n for style, n in orders.cells.date_styles.items() if n}


def kept_with(kept: KeptLines, rows: int, source: KeptSource) -> dict[str, Any]:
    """What `run.json` says once lines of another source were added."""
    grown = KeptLines(rows, kept.decimals, kept.date_styles, (*kept.sources, source))
    return _KEPT.dump_python(grown, mode="json")  # type: ignore[no-any-return]
