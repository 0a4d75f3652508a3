"""Split a text file that is not simple into rows, and keep account of those that cannot be split.

DuckDB reads well-formed UTF-8 fast. Everything else (other encodings, mixed line endings, blank lines, columns set
apart by blanks, rows with too few or too many fields, quotes that never close) is written here, line by line, into a
well-formed temporary file in which each row carries its number in the source.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from marketfold.orders.dialects import unquoted
from marketfold.orders.headers import is_rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from marketfold.orders.dialects import Dialect, Layout

ROW_LIMIT = 1 << 20
"""Characters in one row. A longer one is an unclosed quote or no row of orders at all."""

_CHUNK = 1 << 20

MALFORMED_SCHEMA = pa.schema([("source_line", pa.int64()), ("reason", pa.string()), ("detail", pa.string())])

_FEW, _MANY, _LONG, _QUOTE = "too_few_fields", "too_many_fields", "too_long", "unclosed_quote"


@dataclass
class Rows:
    """Outcome of a splitting: how many rows were written, how many of them were one quoted cell, and which were not."""

    written: int = 0
    unquoted: int = 0
    malformed: list[tuple[int, str, str]] = field(default_factory=list)

    def to_table(self) -> pa.Table:
        """The malformed rows as a table of source_line, reason and detail."""
        columns = zip(*self.malformed, strict=True) if self.malformed else ([], [], [])
        return pa.table(
            [pa.array(list(c), f.type) for c, f in zip(columns, MALFORMED_SCHEMA, strict=True)], MALFORMED_SCHEMA
        )


class _Lines:
    """Physical lines of a file without their endings, with a way to put lines back and a bound on each one's length."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._queue: deque[str] = deque()
        self._rest = ""

    def _refill(self) -> None:
        """Read on until there is a whole line; of one that is too long only the beginning is kept."""
        while not self._queue and (text := self._file.read(_CHUNK)):
            *lines, self._rest = (self._rest + text).split("\n")
            self._queue.extend(lines)
            if not lines and len(self._rest) > ROW_LIMIT:
                self._queue.append(self._rest)
                self._rest = ""
                while (text := self._file.read(_CHUNK)) and "\n" not in text:
                    pass
                *lines, self._rest = text.partition("\n")[2].split("\n")
                self._queue.extend(lines)
        if not self._queue and self._rest:
            self._queue.append(self._rest)
            self._rest = ""

    def next(self) -> str | None:
        """The next line, None at the end of the file."""
        if not self._queue:
            self._refill()
        return self._queue.popleft() if self._queue else None

    def take_all(self) -> list[str]:
        """All lines at hand, some thousands; none at the end of the file."""
        if not self._queue:
            self._refill()
        lines = list(self._queue)
        self._queue.clear()
        return lines

    def put_back(self, lines: Sequence[str]) -> None:
        self._queue.extendleft(reversed(lines))


def _parse(dialect: Dialect, lines: Sequence[str]) -> list[str] | None:
    """Fields of one record; None while a quote is still open."""
    try:
        rows = list(dialect.split([f"{line}\n" for line in lines], strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        raise
    return rows[0] if rows else []


def _read_record(source: _Lines, dialect: Dialect, first: str) -> list[str] | str:
    """Fields of the record that starts with a line, or the reason why it cannot be split."""
    lines, size = [first], len(first)
    while True:
        try:
            if dialect.quote in lines[-1] or len(lines) == 1:
                fields = _parse(dialect, lines)
                if fields is not None:
                    return fields
        except csv.Error:
            # A quote closed where no field ends: the first line alone may still be readable to the letter.
            source.put_back(lines[1:])
            return next(dialect.split([first])) if len(lines) == 1 else _QUOTE
        following = source.next()
        if following is None or size + len(following) > ROW_LIMIT:
            source.put_back(lines[1:] if following is None else [*lines[1:], following])
            return _QUOTE
        size += len(following)
        lines.append(following)


def _fields_within(line: str, fields: list[str] | str, layout: Layout) -> list[str] | None:
    """Fields of a row that is one quoted cell; None where it is none, or what is within is no row."""
    if not layout.unquote or (not isinstance(fields, str) and len(fields) == layout.width):
        return None
    whole = unquoted(line)
    if whole is None and not isinstance(fields, str) and fields and not any(fields[1:]):
        whole = fields[0]  # a cell within has line breaks
    if whole is None:
        return None
    try:
        found = _parse(layout.dialect, whole.split("\n"))
    except csv.Error:
        return None
    return found if found and len(found) == layout.width else None


def _judge(fields: list[str] | str, width: int) -> tuple[str, str] | None:
    """Reason and detail of a row that is not of the header's width."""
    if isinstance(fields, str):
        return fields, "a quote opens in this row and is not closed"
    if len(fields) < width:
        return _FEW, f"{len(fields)} fields where the header has {width}"
    if len(fields) > width:
        return _MANY, f"{len(fields)} fields where the header has {width}"
    return None


def _plain(lines: Sequence[str], dialect: Dialect, width: int) -> bool:
    """Whether each of some lines is a whole row of the header's width, without quotes, and draws no line."""
    if not dialect.delimiter or dialect.escape or any(dialect.quote in line for line in lines):
        return False
    return all(
        line.count(dialect.delimiter) == width - 1 and len(line) <= ROW_LIMIT and "---" not in line for line in lines
    )


def _write_record(source: _Lines, line: str, number: int, layout: Layout, rows: Rows) -> str:
    """One row as text to write; empty where it is blank or malformed."""
    dialect, width = layout.dialect, layout.width
    if not line.strip() and (dialect.delimiter or "\n") not in line:  # a row of tabs is a row of empty cells
        return ""
    if is_rule(line):
        return ""
    if len(line) > ROW_LIMIT:
        rows.malformed.append((number, _LONG, f"more than {ROW_LIMIT:,} characters"))
        return ""
    if _plain((line,), dialect, width):
        rows.written += 1
        return f"{number}{dialect.delimiter}{line}\n"
    fields = _read_record(source, dialect, line)
    if dialect.quote in line and (within := _fields_within(line, fields, layout)):
        rows.unquoted += 1
        fields = within
    if not isinstance(fields, str) and len(fields) == width + 1 and not fields[-1].strip():
        fields = fields[:-1]
    if judged := _judge(fields, width):
        rows.malformed.append((number, *judged))
        return ""
    rows.written += 1
    return _join([str(number), *fields], dialect.delimiter or "\t")


def _skip_header(source: _Lines, layout: Layout) -> int:
    """Read past the header and what stands above it; returns its row number."""
    for _ in range(layout.above + layout.dialect.declared):  # a spreadsheet does not show the line with the separator
        source.next()
    for _ in range(layout.headers):
        line = source.next()
        if line is not None:
            _read_record(source, layout.dialect, line)
    return layout.above + layout.headers


def _join(fields: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(fields)
    return buffer.getvalue()


def write_rows(path: Path, encoding: str, layout: Layout, target: Path) -> Rows:
    """Write the rows of a file as well-formed UTF-8, each after its row number; the header is left out.

    Parameters
    ----------
    path, encoding, layout
        The file and how to read it.
    target
        File to write. Its fields are separated as in the source, by tabs where that has blanks.

    Raises
    ------
    UnicodeError
        If the file is not in that encoding.
    """
    rows, dialect, width = Rows(), layout.dialect, layout.width
    with (
        path.open(encoding=encoding) as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        source = _Lines(file)
        number = _skip_header(source, layout)
        while lines := source.take_all():
            if _plain(lines, dialect, width):
                sign = dialect.delimiter
                out.write("".join([f"{row}{sign}{line}\n" for row, line in enumerate(lines, start=number + 1)]))
                number += len(lines)
                rows.written += len(lines)
                continue
            source.put_back(lines)
            for _ in range(len(lines)):
                line = source.next()
                if line is None:
                    break
                number += 1
                out.write(_write_record(source, line, number, layout, rows))
    return rows
