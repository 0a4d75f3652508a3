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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from marketfold.orders.dialects import Dialect

ROW_LIMIT = 1 << 20
"""Characters in one row. A longer one is an unclosed quote or no row of orders at all."""

MALFORMED_SCHEMA = pa.schema([("source_line", pa.int64()), ("reason", pa.string()), ("detail", pa.string())])

_FEW, _MANY, _LONG, _QUOTE = "too_few_fields", "too_many_fields", "too_long", "unclosed_quote"


@dataclass
class Rows:
    """Outcome of a splitting: how many rows were written, and which could not be."""

    written: int = 0
    malformed: list[tuple[int, str, str]] = field(default_factory=list)

    def to_table(self) -> pa.Table:
        """The malformed rows as a table of source_line, reason and detail."""
        columns = zip(*self.malformed, strict=True) if self.malformed else ([], [], [])
        return pa.table(
            [pa.array(list(c), f.type) for c, f in zip(columns, MALFORMED_SCHEMA, strict=True)], MALFORMED_SCHEMA
        )


class _Lines:
    """Physical lines of a file, with a way to put lines back and a bound on the length of each."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()

    def next(self) -> str:
        """The next line with its ending, cut after `ROW_LIMIT` characters; empty at the end of the file."""
        if self._back:
            return self._back.popleft()
        line = self._file.readline(ROW_LIMIT + 1)
        if len(line) > ROW_LIMIT:
            while (rest := self._file.readline(ROW_LIMIT)) and not rest.endswith("\n"):
                pass
        return line

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))


def _parse(dialect: Dialect, lines: list[str]) -> list[str] | None:
    """Fields of one record; None while a quote is still open."""
    try:
        rows = list(dialect.split(lines, strict=True))
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
        size += len(following)
        if not following or size > ROW_LIMIT:
            source.put_back([*lines[1:], following] if following else lines[1:])
            return _QUOTE
        lines.append(following)


def _judge(fields: list[str] | str, width: int) -> tuple[str, str] | None:
    """Reason and detail of a row that is not of the header's width."""
    if isinstance(fields, str):
        return fields, "a quote opens in this row and is not closed"
    if len(fields) < width:
        return _FEW, f"{len(fields)} fields where the header has {width}"
    if len(fields) > width:
        return _MANY, f"{len(fields)} fields where the header has {width}"
    return None


def _records(
    source: _Lines, dialect: Dialect, width: int, header_row: int, rows: Rows
) -> Iterator[tuple[int, str | list[str]]]:
    """Row number and the row, as the line it stands in where that is plain, else as fields."""
    number, delimiter = header_row, dialect.delimiter
    while line := source.next():
        number += 1
        if not line.strip():
            continue
        if len(line) > ROW_LIMIT:
            rows.malformed.append((number, _LONG, f"more than {ROW_LIMIT:,} characters"))
            continue
        if delimiter and dialect.quote not in line and not dialect.escape and line.count(delimiter) == width - 1:
            yield number, line
            continue
        fields = _read_record(source, dialect, line)
        if not isinstance(fields, str) and len(fields) == width + 1 and not fields[-1].strip():
            fields = fields[:-1]
        if judged := _judge(fields, width):
            rows.malformed.append((number, *judged))
        else:
            yield number, fields if isinstance(fields, list) else [fields]


def _skip_header(source: _Lines, dialect: Dialect) -> int:
    """Read past the header and what stands before it; returns its row number."""
    number, line = 1, source.next()
    while line and not line.strip():
        number, line = number + 1, source.next()
    if dialect.declared:
        line = source.next()  # a spreadsheet does not show the line that only names the separator
    _read_record(source, dialect, line)
    return number


def write_rows(path: Path, encoding: str, dialect: Dialect, width: int, target: Path) -> Rows:
    """Write the rows of a file as well-formed UTF-8, each after its row number; the header is left out.

    Parameters
    ----------
    path, encoding, dialect
        The file and how to read it.
    width
        Fields of the header.
    target
        File to write. Fields are separated as in `OUTPUT`.
    """
    rows = Rows()
    delimiter = dialect.delimiter or "\t"
    with (
        path.open(encoding=encoding, errors="replace") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        source = _Lines(file)
        header_row = _skip_header(source, dialect)
        for number, row in _records(source, dialect, width, header_row, rows):
            rows.written += 1
            if isinstance(row, str):
                out.write(f"{number}{delimiter}{row.rstrip(chr(10))}\n")
            else:
                out.write(_join([str(number), *row], delimiter))
    return rows


def _join(fields: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(fields)
    return buffer.getvalue()
