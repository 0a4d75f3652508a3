"""How far the cells of a workbook reach, told from its packed bytes before a dense grid is made of them."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.errors import OrdersError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_CELLS = 40_000_000
"""Cells of a grid that are read at most: a million rows of forty columns."""
MOST_BYTES = 1 << 30
"""Bytes of a part of a workbook when it is unpacked; a sheet of Excel's most rows with a dozen columns has fewer."""

_BLOCK = 4 << 20
_TAIL = 64
_CELL = re.compile(rb'<(?:\w+:)?c [^<>]*?\br=["\x27]([A-Z]{1,3})([0-9]{1,7})')
_REPEATED = re.compile(
    rb"<table:(table-row|table-cell|covered-table-cell)\b([^<>]*?)(/?)>|<(/)table:table-row>|<table:(table)\b"
)
_COUNT = re.compile(rb'table:number-(?:rows|columns)-repeated="([0-9]{1,9})"')


def check_extent(path: Path, name: str) -> None:
    """Refuse a workbook that would not fit into memory.

    Raises
    ------
    OrdersError
        If a part of it is too large when it is unpacked, or a stray cell lies far away.
    """
    if not zipfile.is_zipfile(path):
        return  # the old format has at most 65,536 rows of 256 columns
    try:
        with zipfile.ZipFile(path) as book:
            for part in book.infolist():
                _check_part(book, part, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise not_a_workbook(name) from error


def not_a_workbook(name: str) -> OrdersError:
    """What to say of a damaged workbook."""
    return OrdersError(f"{name} cannot be read as a workbook: it is damaged, locked by a password, or something else.")


def _check_part(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    if part.file_size > MOST_BYTES:
        _refuse_bytes(name, part.file_size)
    if re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", part.filename):
        _check_sheet(book, part, name)
    elif re.fullmatch(r"/?xl/worksheets/[^/]+\.bin", part.filename):
        _check_binary_sheet(book, part, name)
    elif part.filename == "content.xml":
        _check_open_document(book, part, name)


def _refuse_bytes(name: str, size: int) -> None:
    raise OrdersError(
        f"{name} is a workbook of {words.count(size >> 20)} MB when it is unpacked; {words.count(MOST_BYTES >> 20)} MB "
        "are read at most. Save the sheet with the orders as CSV, and give that."
    )


def _refuse_cells(name: str, rows: int, columns: int, cell: str = "") -> None:
    where = f" to the cell {cell}" if cell else f" over {words.count(rows)} rows and {words.count(columns)} columns"
    raise OrdersError(
        f"A sheet of {name} reaches{where}, which is more than {words.count(MOST_CELLS)} cells: a stray cell far away, "
        "as Ctrl+End shows it. Delete the rows and columns beyond the table, or save it as CSV."
    )


def _blocks(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The unpacked bytes of a part; what its entry says of its size is not believed."""
    read = 0
    with book.open(part) as file:
        while block := file.read(_BLOCK):
            read += len(block)
            if read > MOST_BYTES:
                _refuse_bytes(name, read)
            yield block


def _tags(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Blocks that end between two tags."""
    rest = b""
    for block in _blocks(book, part, name):
        whole, mark, tail = (rest + block).rpartition(b"<")
        if len(tail) > _BLOCK:
            yield whole + mark + tail
            rest = b""
        else:
            rest = mark + tail
            yield whole
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_sheet(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    last_row = 0
    columns: set[bytes] = set()
    for block in _tags(book, part, name):
        found = _CELL.findall(block)
        if found:
            columns |= {letters for letters, _ in found}
            last_row = max(last_row, *map(int, {row for _, row in found}))
    if not columns:
        return
    letters = max(columns, key=_column)
    if last_row * _column(letters) > MOST_CELLS:
        _refuse_cells(name, last_row, _column(letters), f"{letters.decode()}{last_row}")


def _check_binary_sheet(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Records of a type and a length, each in bytes of seven bits; type 0 begins a row, 1 to 11 are cells."""
    data = b"".join(_blocks(book, part, name))
    place = row = last_row = last_column = 0
    while place < len(data):
        kind, place = _number(data, place, 2)
        size, place = _number(data, place, 4)
        if kind == 0 and size >= 4:
            row = int.from_bytes(data[place : place + 4], "little")
        elif 1 <= kind <= 11 and size >= 4:
            last_row = max(last_row, row + 1)
            last_column = max(last_column, int.from_bytes(data[place : place + 4], "little") + 1)
        place += size
    if last_row * last_column > MOST_CELLS:
        _refuse_cells(name, last_row, last_column)


def _number(data: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for shift in range(most):
        byte = data[place] if place < len(data) else 0
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            break
    return value, place


def _check_open_document(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Rows and cells may stand for many: those up to the last that holds something are the grid."""
    rows = last_row = width = last_column = repeated = 0
    filled = False
    for block in _tags(book, part, name):
        for match in _REPEATED.finditer(block):
            tag, given, closed, ends, sheet = match.groups()
            count = int(found[1]) if given and (found := _COUNT.search(given)) else 1
            if sheet:
                rows = last_row = last_column = 0
            elif tag == b"table-row":
                width, filled, repeated = 0, False, count
                rows += count if closed else 0
            elif ends:
                rows += repeated
                last_row = rows if filled else last_row
            else:
                width += count
                if not closed or b"office:value" in given:
                    filled, last_column = True, max(last_column, width)
            if max(last_row, rows * filled) * last_column > MOST_CELLS:
                _refuse_cells(name, max(last_row, rows), last_column)
