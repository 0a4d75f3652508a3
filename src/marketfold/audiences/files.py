"""Writing an audience file, reading it back before anybody uploads it, and an Excel copy that says what is in it."""

from __future__ import annotations

import csv
import math
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from marketfold.audiences.identifiers import HASHED, is_email, sha256
from marketfold.audiences.platform import EMPTY
from marketfold.csv_files import neutralised
from marketfold.errors import AudienceError
from marketfold.whole_files import OWNER_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from marketfold.audiences.platform import Column, PersonRow, Platform

EXCEL_ROWS = 1_048_576 - 1
"""Of a sheet, beside the headers (Excel specifications and limits)."""

_AS_GIVEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TEXT, NUMBER = {"num_format": "@"}, {"num_format": "General"}
"""Excel's format of text: a phone or a postal code keeps its form even where somebody types over it."""

SEVERAL = ("email", "phone")

Widths = tuple[int, int]


def open_for_owner(path: Path) -> int:
    """Descriptor of a new file that only its owner can read; an older file would keep its own mode."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)


@dataclass(frozen=True)
class Layout:
    """The columns of one audience's files, each with its place: e-mail and phone stand as often as anybody has them."""

    columns: tuple[tuple[Column, int], ...]
    hashed: bool

    @classmethod
    def of(cls, platform: Platform, rows: Sequence[PersonRow], *, hashed: bool) -> Layout:
        """The layout that some rows need."""
        most = {
            role: max((sum(bool(cell.value) for cell in row.by_role.get(role, ())) for row in rows), default=1)
            for role in SEVERAL
        }
        columns = tuple(
            (column, place)
            for column in platform.columns
            for place in range(max(1, min(column.most, most.get(column.role, 1))))
        )
        return cls(columns, hashed)

    @property
    def headers(self) -> list[str]:
        """Headers, in order."""
        return [column.header_of(hashed=self.hashed) for column, _ in self.columns]

    def line(self, row: PersonRow) -> list[str]:
        """One person's cells as they are written."""
        written = []
        for column, place in self.columns:
            cells = row.by_role[column.role]
            if column.role in SEVERAL:
                cells = tuple(cell for cell in cells if cell.value)
            cell = cells[place] if place < len(cells) else EMPTY
            if cell.hashed and not (self.hashed or column.passes_hashes):
                written.append("")  # a plain file is hashed on upload: what is hashed already would be hashed twice
            else:
                written.append(sha256(cell.value) if self.hashed and column.hashes and cell.value else cell.value)
        return written


class Part(NamedTuple):
    """A file and how many people are in it."""

    path: Path
    n_rows: int


def _write(path: Path, layout: Layout, rows: Iterable[PersonRow]) -> None:
    """UTF-8, commas, one person a line."""
    with os.fdopen(open_for_owner(path), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(layout.headers)
        writer.writerows(layout.line(row) for row in rows)


def write_text(path: Path, text: str) -> None:
    """Write a text that only its owner can read."""
    with os.fdopen(open_for_owner(path), "w", encoding="utf-8") as file:
        file.write(text)


def write_parts(folder: Path, stem: str, platform: Platform, layout: Layout, rows: Sequence[PersonRow]) -> list[Part]:
    """Write an audience into as many files as the platform's limits ask for, all of about one size.

    `AudienceError` if a single person is more than a file may hold.
    """
    n_parts = math.ceil(len(rows) / (platform.most_rows or len(rows)))
    while True:
        size = math.ceil(len(rows) / n_parts)
        pieces = [rows[start : start + size] for start in range(0, len(rows), size)]
        ends = [f"_{number}of{len(pieces)}" if len(pieces) > 1 else "" for number in range(1, len(pieces) + 1)]
        parts = [Part(folder / f"{stem}{end}.csv", len(piece)) for end, piece in zip(ends, pieces, strict=True)]
        for part, piece in zip(parts, pieces, strict=True):
            _write(part.path, layout, piece)
        excess = max(part.path.stat().st_size for part in parts) / (platform.most_bytes or math.inf)
        if excess <= 1:
            return parts
        for part in parts:
            part.path.unlink()
        if n_parts >= len(rows):
            message = f"{platform.title} takes at most {platform.most_bytes:,} bytes in a file, and one row has more."
            raise AudienceError(message)
        n_parts = min(len(rows), math.ceil(n_parts * excess) + 1)


def _looks_right(column: Column, value: str, platform: Platform, *, hashed: bool) -> bool:
    """Whether a cell is what its column promises."""
    if not value or (column.passes_hashes and HASHED.fullmatch(value)):
        return True
    if hashed and column.hashes:
        return HASHED.fullmatch(value) is not None and value == value.lower()
    if column.role == "email":
        return is_email(value)
    if column.role == "phone":
        return re.fullmatch(r"\+?[1-9]\d{6,14}", value) is not None
    if column.role == "country" and platform.must_match:
        return re.fullmatch(r"[A-Za-z]{2}", value) is not None
    return neutralised(value) == value


def _not_as_meant(path: Path, what: str) -> AudienceError:
    return AudienceError(f"{path.name} does not read back: {what}.")


def read_back(path: Path, platform: Platform, n_rows: int, *, hashed: bool) -> Iterator[list[str]]:
    """Read a file back and check headers, rows and every cell: the lines, the headers first.

    `AudienceError` if something is not as it was meant; it names the column and the line, never the value.
    """
    wanted = {column.header_of(hashed=hashed): column for column in platform.columns}
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        headers = next(lines)
        if list(dict.fromkeys(headers)) != list(wanted):
            raise _not_as_meant(path, f"its columns are {', '.join(headers)}")
        yield headers
        columns = [wanted[header] for header in headers]
        n = 0
        for n, line in enumerate(lines, start=1):
            if len(line) != len(columns):
                raise _not_as_meant(path, f"line {n + 1} has {len(line)} fields, not {len(columns)}")
            for header, column, value in zip(headers, columns, line, strict=True):
                if not _looks_right(column, value, platform, hashed=hashed):
                    raise _not_as_meant(path, f"line {n + 1}, column {header} is not as the platform needs it")
            yield line
    if n != n_rows:
        raise _not_as_meant(path, f"{n} rows of {n_rows}")


def write_workbook(path: Path, lines: Iterator[list[str]], about: Sequence[tuple[str, str]], on: date) -> None:
    """Write an audience, the headers first, as one sheet and what it is as another; only its owner can read the file.

    Every cell is text, and a row is held at a time, so that a million people fit.
    """
    with os.fdopen(open_for_owner(path), "wb") as file:
        fill_workbook(file, path.parent, lines, Notes("Audience", about, on))


class Notes(NamedTuple):
    """What a workbook says beside its rows: the name of their sheet, what they are, and of which day."""

    sheet: str
    about: Sequence[tuple[str, str]]
    on: date | None


@contextmanager
def workbook(file: Path | IO[bytes], waiting: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that is written when it is left, whose rows wait in a folder; every text stays what it is.

    OSError where there is no room for it, as for any other file.
    """
    options = {"constant_memory": True, "tmpdir": waiting, "default_date_format": "yyyy-mm-dd", **_AS_GIVEN}
    try:
        with xlsxwriter.Workbook(file, options) as book:
            yield book
    except FileCreateError as error:  # it carries what the system said, and is none of its errors
        raise error.args[0] from error


def fill_workbook(file: IO[bytes], folder: Path, lines: Iterator[Sequence[str | float]], notes: Notes) -> None:
    """Write lines, the headers first, into an open file; a number stays one, and everything else is text.

    `folder` is where rows may wait: they are of people, and belong beside the file.
    """
    with (
        tempfile.TemporaryDirectory(prefix=".", dir=folder) as waiting,
        workbook(file, waiting) as book,
    ):
        if notes.on:
            book.set_properties({"created": datetime(notes.on.year, notes.on.month, notes.on.day)})
        text, bold, plain = book.add_format(TEXT), book.add_format({"bold": True}), book.add_format(NUMBER)
        rows = book.add_worksheet(notes.sheet)
        rows.freeze_panes(1, 0)
        rows.set_column(0, len(headers := next(lines)) - 1, 24, text)
        for place, header in enumerate(headers):
            rows.write_string(0, place, header, bold)
        for number, line in enumerate(lines, start=1):
            for place, value in enumerate(line):
                if isinstance(value, str):
                    if value:
                        rows.write_string(number, place, value)
                else:
                    rows.write_number(number, place, value, plain)
        add_about(book, "About this file", notes.about)


def add_about(
    book: xlsxwriter.Workbook, sheet: str, about: Sequence[tuple[str, str]], widths: Widths = (16, 110)
) -> None:
    """Add the sheet that says what a workbook is, as pairs of a word and what is said; widths are in characters."""
    facts, bold = book.add_worksheet(sheet), book.add_format({"bold": True})
    for place, width in enumerate(widths):
        facts.set_column(place, place, width)
    for number, (what, said) in enumerate(about):
        facts.write_string(number, 0, what, bold)
        facts.write_string(number, 1, said)
