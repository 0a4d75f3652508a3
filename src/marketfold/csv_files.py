"""Every CSV that Marketfold writes for people: UTF-8, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

if TYPE_CHECKING:
    from pathlib import Path

FORMULA_START = r"^[=+\-@\t\r]"
"""First characters that spreadsheets take for a formula (OWASP, CSV injection)."""


def neutralise(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before texts that a spreadsheet would run.

    >>> neutralise(pa.chunked_array([["=1+1", "A-1"]])).to_pylist()
    ["'=1+1", 'A-1']
    """
    return pc.if_else(
        pc.match_substring_regex(column, FORMULA_START), pc.binary_join_element_wise("'", column, ""), column
    )


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table; text is neutralised, numbers, dates and truth values stand as they are."""
    for index, name in enumerate(table.column_names):
        column = table.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(index, name, neutralise(column))
    csv.write_csv(table, path)
