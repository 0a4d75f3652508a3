"""Tables that come in parts, as files."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from marketfold.csv_files import CsvWriter
from marketfold.errors import ParameterError
from marketfold.whole_files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLE_FILES = {".csv": CsvWriter, ".parquet": parquet.ParquetWriter}
"""What writes a file of each ending."""
ENDINGS = "ends neither in .csv nor in .parquet; the ending says what is to be written."


def write_parts(parts: Iterator[pa.Table], *paths: Path, ending: str | None = None) -> None:
    """Write a table that comes in parts, at least one, into several files as their endings say.

    `ending` says it of files that have a name of their own while they are written.
    """
    first = next(parts)
    with ExitStack() as files:
        writers = [files.enter_context(TABLE_FILES[ending or path.suffix](path, first.schema)) for path in paths]
        for part in itertools.chain([first], parts):
            for writer in writers:
                writer.write_table(part)


def write_table(table: pa.Table | Iterator[pa.Table], path: Path) -> None:
    """Write a table, or one that comes in parts, whole or not at all; the ending of the name says as what.

    Raises
    ------
    ParameterError
        If the name ends neither in `.csv` nor in `.parquet`.
    RunFolderError
        If it cannot be written.
    """
    if path.suffix not in TABLE_FILES:
        raise ParameterError(f"{path} {ENDINGS}")
    parts = iter([table]) if isinstance(table, pa.Table) else table
    first = next(parts)  # what it takes to make it may fail, and nothing is written yet
    with whole_file(path) as staging:
        write_parts(itertools.chain([first], parts), staging, ending=path.suffix)
