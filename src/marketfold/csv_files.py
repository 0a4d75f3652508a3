"""Every CSV that Marketfold writes for people: UTF-8, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

if TYPE_CHECKING:
    from pathlib import Path

FORMULA_START = r"^[=+\-@\t\r\n|%]"
"""First characters that spreadsheets take for a formula or a command (OWASP, CSV injection)."""
E164 = re.compile(r"\+\d{7,15}")


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run; a phone in E.164 is digits and stays usable.

    >>> neutralised("=HYPERLINK(1)"), neutralised("+18005550100"), neutralised("A-1")
    ("'=HYPERLINK(1)", '+18005550100', 'A-1')
    """
    return f"'{text}" if re.match(FORMULA_START, text) and not E164.fullmatch(text) else text


def neutralise(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same for a column.

    >>> neutralise(pa.chunked_array([["=1+1", "A-1"]])).to_pylist()
    ["'=1+1", 'A-1']
    >>> neutralise(pa.chunked_array([["=1+1", None]], pa.large_string())).to_pylist()
    ["'=1+1", None]
    """
    risky = pc.and_not(
        pc.match_substring_regex(column, FORMULA_START), pc.match_substring_regex(column, f"^{E164.pattern}$")
    )
    mark, nothing = (pa.scalar(text, column.type) for text in ("'", ""))  # of one type: Polars has texts of its own
    return pc.if_else(risky, pc.binary_join_element_wise(mark, column, nothing), column)


class CsvWriter(csv.CSVWriter):  # type: ignore[misc]
    """Write tables of one schema below each other; text is neutralised, numbers, dates and truth values stand as is."""

    def write_table(self, table: pa.Table) -> None:
        """Write one."""
        for index, name in enumerate(table.column_names):
            column = table.column(index)  # a name may stand over two columns
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                table = table.set_column(index, name, neutralise(column))
        super().write_table(table)


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table by `CsvWriter`."""
    with CsvWriter(path, table.schema) as writer:
        writer.write_table(table)
