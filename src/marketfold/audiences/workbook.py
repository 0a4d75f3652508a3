"""An Excel copy of an audience file, to look at without losing a leading zero; it says what is in it."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from marketfold.audiences.files import open_for_owner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

EXCEL_ROWS = 1_048_576 - 1
"""Of a sheet, beside the headers (Excel specifications and limits)."""

AS_GIVEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TEXT = {"num_format": "@"}
"""Excel's format of text: a phone or a postal code keeps its form even where somebody types over it."""


def write_workbook(path: Path, lines: Iterator[list[str]], about: Sequence[tuple[str, str]], on: date) -> None:
    """Write lines, the headers first, as one sheet and what they are as another; only its owner can read the file.

    Every cell is text, and a row is held at a time, so that a million people fit.
    """
    with (
        tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as rows,  # rows of people wait beside the file
        os.fdopen(open_for_owner(path), "wb") as file,
        xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": rows, **AS_GIVEN}) as book,
    ):
        book.set_properties({"created": datetime(on.year, on.month, on.day)})
        text, bold = book.add_format(TEXT), book.add_format({"bold": True})
        people, facts = book.add_worksheet("Audience"), book.add_worksheet("About this file")
        people.freeze_panes(1, 0)
        people.set_column(0, len(headers := next(lines)) - 1, 24, text)
        for place, header in enumerate(headers):
            people.write_string(0, place, header, bold)
        for number, line in enumerate(lines, start=1):
            for place, value in enumerate(line):
                if value:
                    people.write_string(number, place, value)
        facts.set_column(0, 0, 16)
        facts.set_column(1, 1, 110)
        for number, (what, said) in enumerate(about):
            facts.write_string(number, 0, what, bold)
            facts.write_string(number, 1, said)
