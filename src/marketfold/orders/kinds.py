"""What kind of file lies there, by its first bytes; what is another program's file is refused by its name."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from typing import TYPE_CHECKING

from marketfold.errors import OrdersError
from marketfold.file_names import DATABASE_NAMES, PARQUET_NAMES, WORKBOOK_NAMES
from marketfold.orders.packing import packed_as

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.orders.addresses import DatabaseKind
    from marketfold.orders.packing import TextFile


class Kind(Enum):
    """What is read; the value stands in messages."""

    TEXT = "text"
    PACKED = "packed text"
    PARQUET = "Parquet"
    WORKBOOK = "workbooks"
    DUCKDB = "a DuckDB database"
    SQLITE = "an SQLite database"


DATABASES: dict[Kind, DatabaseKind] = {Kind.DUCKDB: "DuckDB", Kind.SQLITE: "SQLite"}

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Marks of text that shops call `orders.xls`, so that a spreadsheet opens it."""
_WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})

_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Ask for the orders as CSV or Excel"),
    (b"{\\rtf", "a text document", "Save its table as CSV"),
    (b"ARROW1", "an Arrow (Feather) file", "Write it as Parquet, or give the table in Python"),
    (b"\xff\xd8\xff", "a picture", "Give a file with the order lines"),
    (b"\x89PNG", "a picture", "Give a file with the order lines"),
    (b"Obj\x01", "an Avro file", "Write it as Parquet"),
    (b"ORC", "an ORC file", "Write it as Parquet"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and give the file that is in it"),
    (b"Rar!", "a RAR archive", "Unpack it, and give the file that is in it"),
    (b"\x80\x04\x95", "a Python pickle, which may run any program when it is loaded", "Write it as Parquet"),
)
_HEAD = 4096


def kind_of(path: Path, name: str) -> Kind:
    """How a file is to be read.

    Raises
    ------
    OrdersError
        If it is none that can be read: no regular file, empty, or of another program.
    """
    if not path.is_file():
        raise OrdersError(
            f"{name} is no regular file but a device, a pipe or a socket, which may never end. Write what it gives "
            "into a file, and give that; or give - and let standard input come from it."
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise OrdersError(f"{name} cannot be opened: {error.strerror}.") from error
    if not head:
        raise OrdersError(f"{name} is empty. Give a file with a header and at least one order line.")
    if path.name.startswith("~$"):
        raise OrdersError(f"{name} is the lock of a workbook that is open in Excel. Give the workbook, {name[2:]}.")
    if head.startswith(b"PAR1") or path.suffix.lower() in PARQUET_NAMES:
        return Kind.PARQUET
    if (database := _database_kind(head, path, name)) is not None:
        return database
    refuse_other(head, name)
    if packed_as(path) == "zip":
        return _zip_kind(path, name)
    if head.startswith(_OLD_OFFICE):
        return Kind.WORKBOOK
    if path.suffix.lower() in WORKBOOK_NAMES and b"\0" in head and not head.startswith(_UTF_16):
        return Kind.WORKBOOK  # damaged, as its reader says
    return Kind.PACKED if packed_as(path) else Kind.TEXT


def _database(head: bytes) -> Kind | None:
    if head.startswith(b"SQLite format 3\0"):
        return Kind.SQLITE
    return Kind.DUCKDB if head[8:12] == b"DUCK" else None


def _database_kind(head: bytes, path: Path, name: str) -> Kind | None:
    if path.suffix.lower() in DATABASE_NAMES and _database(head) is None and b"\0" in head:
        raise OrdersError(
            f"{name} is called as a database, and is neither of DuckDB nor of SQLite; or it is damaged, or encrypted. "
            "Write its order lines to CSV or Parquet."
        )
    return _database(head)


def refuse_other(head: bytes, name: str) -> None:
    """Refuse what begins like a file of another kind.

    Raises
    ------
    OrdersError
        Saying what it is and what to do.
    """
    found = next(((what, way) for mark, what, way in _OTHERS if head.startswith(mark)), None)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if head[257:262] == b"ustar":
        found = "a tar archive", "Unpack it, and give the file that is in it"
    elif re.match(rb"<!doctype html|<html|<table|<head|<body|<meta", start):
        found = "an HTML page", "Open it in a spreadsheet, and save the table as xlsx or CSV"
    elif start.startswith(b"<?xml") or re.match(rb"<[a-z][\w:-]*[\s>]", start):
        found = "XML", "Open it in a spreadsheet, and save the table as xlsx or CSV"
    elif re.match(rb'\{\s*"|\[\s*[\[{]|\{\s*\}', start):
        found = "JSON", "Write its order lines as CSV or Parquet"
    if found:
        raise OrdersError(f"{name} is {found[0]}, not a table of orders. {found[1]}.")


def check_unpacked(path: Path, file: TextFile) -> None:
    """Refuse what was packed and is no text.

    Raises
    ------
    OrdersError
        Saying what it is and what to do.
    """
    if file.kind is None:
        return
    with path.open("rb") as unpacked:
        head = unpacked.read(_HEAD)
    if not head:
        raise OrdersError(f"{file.name} holds an empty file.")
    refuse_other(head, file.name)
    if head.startswith((b"PAR1", _OLD_OFFICE)) or _database(head) or packed_as(path):
        raise OrdersError(
            f"{file.name} holds a packed file, a workbook, a database or Parquet. Unpack it, and give the file that is "
            "in it."
        )


def _zip_kind(path: Path, name: str) -> Kind:
    """A zip archive is a workbook, a document of an office program, or holds text."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
            is_sheet = b"spreadsheet" in archive.read("mimetype")[:200] if "mimetype" in parts else True
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError):
        return Kind.WORKBOOK if path.suffix.lower() in WORKBOOK_NAMES else Kind.PACKED
    if parts & _WORKBOOK_PARTS and is_sheet:
        return Kind.WORKBOOK
    others = any(part.endswith(".iwa") for part in parts)  # Apple's programs
    if others or parts & {"word/document.xml", "ppt/presentation.xml", "content.xml", "[Content_Types].xml"}:
        raise OrdersError(f"{name} is a document, not a table of orders. Save its table as xlsx or CSV.")
    return Kind.PACKED
