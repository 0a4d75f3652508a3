"""What lies there, by its first bytes: what is read, and what is refused by the name of its kind."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError
from marketfold.orders.kinds import Kind, check_unpacked, kind_of
from marketfold.orders.packing import TextFile

if TYPE_CHECKING:
    from pathlib import Path

CSV = b"id,day\n1,2024-01-31\n"
DUCKDB = b"\0" * 8 + b"DUCK" + b"\0" * 20
SQLITE = b"SQLite format 3\0" + b"\0" * 20
OLD_OFFICE = b"\xd0\xcf\x11\xe0" + b"\0" * 20


def zipped(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", CSV, Kind.TEXT),
        ("a.xls", CSV, Kind.TEXT),  # as shops call it
        ("a.xls", "id\tday\n".encode("utf-16"), Kind.TEXT),
        ("a.db", CSV, Kind.TEXT),
        ("a.csv", b"PAR1" + b"\0" * 20, Kind.PARQUET),
        ("a.PARQUET", CSV, Kind.PARQUET),
        ("a.csv", DUCKDB, Kind.DUCKDB),
        ("a.db", SQLITE, Kind.SQLITE),
        ("a.csv", b"\0" * 9 + b"DUCK", Kind.TEXT),
        ("a.csv", OLD_OFFICE, Kind.WORKBOOK),
        ("a.xls", b"\0damaged", Kind.WORKBOOK),
        ("a.csv", b"\0damaged", Kind.TEXT),
        ("a.gz", gzip.compress(CSV), Kind.PACKED),
        ("a.zip", zipped(**{"a.csv": "id"}), Kind.PACKED),
        ("a.zip", zipped(**{"xl/workbook.xml": ""}), Kind.WORKBOOK),
        ("a.zip", zipped(**{"content.xml": "", "mimetype": f"{OPEN_DOCUMENT}spreadsheet"}), Kind.WORKBOOK),
        ("a.zip", zipped(**{"a.csv": "id", "mimetype": "text/csv"}), Kind.PACKED),
        ("a.xlsx", zipped(**{"xl/workbook.xml": ""})[:40], Kind.WORKBOOK),
        ("a.csv", zipped(**{"xl/workbook.xml": ""})[:40], Kind.PACKED),
        ("a.csv", b"[1] is the first order\n", Kind.TEXT),
        ("a.csv", b"<5,>6\n", Kind.TEXT),
    ],
)
def test_what_is_read(tmp_path: Path, name: str, content: bytes, kind: Kind):
    path = tmp_path / name
    path.write_bytes(content)
    assert kind_of(path, name) is kind


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("~$a.xlsx", b"ann", r"the lock of a workbook that is open in Excel. Give the workbook, a\.xlsx"),
        ("a.db", b"\0nothing", "is called as a database, and is neither"),
        ("a.csv", b"%PDF-1.7", "is a PDF document"),
        ("a.xls", b"{\\rtf1 Orders}", "is a text document"),
        ("a.csv", b"\0" * 257 + b"ustar\0", "is a tar archive"),
        ("a.xls", b"\xef\xbb\xbf \r\n<TABLE><tr>", "is an HTML page"),
        ("a.xls", b"<!DOCTYPE html>", "is an HTML page"),
        ("a.csv", b"<?xml version='1.0'?>", "is XML"),
        ("a.csv", b"<ns:orders-2 id='1'>", "is XML"),
        ("a.csv", b"<orders>", "is XML"),
        ("a.csv", b'{ "orders": []}', "is JSON"),
        ("a.csv", b"[\n{}]", "is JSON"),
        ("a.csv", b"[[1]]", "is JSON"),
        ("a.csv", b"{ }", "is JSON"),
        ("a.docx", zipped(**{"word/document.xml": ""}), "is a document, not a table"),
        ("a.xlsx", zipped(**{"[Content_Types].xml": ""}), "is a document, not a table"),
        ("a.odt", zipped(**{"content.xml": "", "mimetype": f"{OPEN_DOCUMENT}text"}), "is a document, not a table"),
        ("a.numbers", zipped(**{"Index/Tables.iwa": ""}), "is a document, not a table"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, content: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(OrdersError, match=said):
        kind_of(path, name)


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(OrdersError, match="is no regular file"):
        kind_of(tmp_path, "orders")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CSV, ""),
        (b"", "holds an empty file"),
        (b"%PDF", "is a PDF document"),
        (b"PAR1", "holds a packed file"),
        (OLD_OFFICE, "holds a packed file"),
        (SQLITE, "holds a packed file"),
        (DUCKDB, "holds a packed file"),
        (gzip.compress(CSV), "holds a packed file"),
    ],
)
def test_what_was_packed_must_be_text(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "unpacked"
    path.write_bytes(content)
    check_unpacked(path, TextFile("a.gz", path, None, folder=tmp_path))  # what was not packed was asked for before
    packed = TextFile("a.gz", path, "gzip", folder=tmp_path)
    if said:
        with pytest.raises(OrdersError, match=f"a.gz {said}"):
            check_unpacked(path, packed)
    else:
        check_unpacked(path, packed)
