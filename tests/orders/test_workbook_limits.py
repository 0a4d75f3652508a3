"""How far a workbook reaches: forty million cells are read, one row more is refused, however it is written."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError
from marketfold.orders.workbook_limits import check_extent

if TYPE_CHECKING:
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
BINARY = "xl/worksheets/sheet1.bin"
FULL = "ALL40000"
"""The last cell of 40,000 rows of 1,000 columns."""
BLOCK = 4 << 20


def refused(folder: Path, content: str | bytes, part: str = SHEET) -> str:
    """What is said of a workbook with this part, empty where it is read."""
    path = folder / "book"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr(part, content)
    try:
        check_extent(path, "shop")
    except OrdersError as error:
        return str(error)
    return ""


def cells(*names: str, form: str = '<c r="{}" t="s"><v>1</v></c>') -> str:
    return "<sheetData>" + "".join(form.format(name) for name in names) + "</sheetData>"


@pytest.mark.parametrize(
    ("names", "far"),
    [
        (("A1", FULL), ""),
        (("A1", "ALL40001"), "ALL40001"),
        (("ALL1", "A40001"), "ALL40001"),  # the widest row and the lowest need not be one
        (("A40001", "ALL1", "Z9"), "ALL40001"),
        (("ALM40000", "B2"), "ALM40000"),
        (("AA1", "Z1", "A40000000"), "AA4000000"),  # after seven figures nothing is a row
        ((), ""),
    ],
    ids=["full", "a row more", "of two cells", "in any order", "a column more", "letters", "empty"],
)
def test_a_sheet_reaches_to_its_lowest_row_and_its_last_column(tmp_path: Path, names: tuple[str, ...], far: str):
    said = refused(tmp_path, cells(*names))
    assert bool(said) is bool(far)
    assert f"reaches to the cell {far}, which is more than 40,000,000 cells" in said or not far


@pytest.mark.parametrize(
    ("form", "part", "seen"),
    [
        ("<x:c r='{}'/>", SHEET, True),
        ('<c s="1" r="{}"/>', SHEET, True),
        ('<c r="{}"/>', f"/{SHEET}", True),
        ('<col r="{}"/>', SHEET, False),
        ('<c ref="{}"/>', SHEET, False),
        ('<c r="{}"/>', "xl/worksheets/old/sheet1.xml", False),
        ('<c r="{}"/>', "docs/xl/worksheets/sheet1.xml", False),
    ],
)
def test_cells_are_found_as_programs_write_them_and_in_sheets_alone(
    tmp_path: Path, form: str, part: str, *, seen: bool
):
    assert bool(refused(tmp_path, cells("ALL40001", form=form), part)) is seen


@pytest.mark.parametrize("before", [0, 1, 4, 9, 13])
def test_a_cell_that_two_blocks_share_is_found(tmp_path: Path, before: int):
    filler = "<v>" + "1" * (BLOCK - 3 - before)
    assert "ALL40001" in refused(tmp_path, filler + cells("ALL40001").removeprefix("<sheetData>"))


def test_a_text_that_is_longer_than_a_block_hides_nothing(tmp_path: Path):
    assert "ALL40001" in refused(tmp_path, "<v>" + "1" * (2 * BLOCK + 9) + cells("ALL40001"))


def record(kind: int, data: bytes) -> bytes:
    numbers = b""
    for number in (kind, len(data)):
        low, high = number & 0x7F, number >> 7
        numbers += bytes([low | 0x80, high]) if high else bytes([low])
    return numbers + data


def row(number: int) -> bytes:
    return record(0, struct.pack("<I", number) + b"\x07" * 20)


def cell(column: int, kind: int = 5, more: int = 12) -> bytes:
    return record(kind, struct.pack("<I", column) + b"\x07" * more)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (row(39_999) + cell(999), ""),
        (row(40_000) + cell(999), "40,001 rows and 1,000 columns"),
        (row(39_999) + cell(1_000), "40,000 rows and 1,001 columns"),
        (row(40_000) + cell(999, kind=1), "40,001 rows and 1,000 columns"),
        (row(40_000) + cell(999, kind=11), "40,001 rows and 1,000 columns"),
        (row(40_000) + cell(999, kind=12), ""),
        (row(40_000) + cell(999, more=0), "40,001 rows and 1,000 columns"),
        (row(40_000) + record(5, b"\xff\xff\xff"), ""),
        (row(3) + cell(999) + row(40_000) + cell(0), "40,001 rows and 1,000 columns"),
        (row(40_000) + row(3) + cell(999), ""),  # a row without a cell
        (record(300, b"\x07" * 200) + row(40_000) + cell(999), "40,001 rows and 1,000 columns"),
        (row(40_000) + cell(999, more=300), "40,001 rows and 1,000 columns"),
        (row(3) + cell(2) + record(0, b"\xff\xff"), ""),
        (b"", ""),
    ],
)
def test_a_binary_sheet_is_as_large_as_its_cells(tmp_path: Path, content: bytes, said: str):
    found = refused(tmp_path, content, BINARY)
    assert (said in found) if said else not found
    assert not refused(tmp_path, content, "xl/other/sheet1.bin")


def filled(count: int = 1) -> str:
    return f'<table:table-cell table:number-columns-repeated="{count}" office:value="1"/>'


def open_row(inside: str, count: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{count}">{inside}</table:table-row>'


BLANK = "<table:table-cell/>"
TEXT = "<table:table-cell><text:p>a</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (open_row(filled(1_000), 40_000), ""),
        (open_row(filled(1_000), 40_001), "40,001 rows and 1,000 columns"),
        (open_row(filled(1_001), 40_000), "40,000 rows and 1,001 columns"),
        (open_row(filled(1_000)) + open_row(BLANK, 39_998) + open_row(TEXT), ""),
        (open_row(filled(1_000)) + open_row(BLANK, 39_999) + open_row(TEXT), "40,001 rows and 1,000 columns"),
        (open_row(filled(1_000)) + open_row(BLANK, 1_000_000), ""),
        (open_row(filled(1_000)) + '<table:table-row table:number-rows-repeated="39999"/>' + open_row(TEXT),
         "40,001 rows and 1,000 columns"),
        (open_row(TEXT + BLANK * 998 + TEXT, 40_001), "40,001 rows and 1,000 columns"),
        (open_row(TEXT + BLANK * 999, 1_000_000), ""),
        (open_row('<table:covered-table-cell table:number-columns-repeated="999"/>' + TEXT, 40_001),
         "40,001 rows and 1,000 columns"),
        (open_row(filled(1_000), 20_001) + '<table:table table:name="B">' + open_row(filled(1_000), 20_000), ""),
        (open_row(filled(30)) + open_row(BLANK, 40_000) + '<table:table table:name="B">' + open_row(filled(1_000)), ""),
    ],
)  # fmt: skip
def test_an_open_document_is_as_large_as_what_it_repeats(tmp_path: Path, content: str, said: str):
    found = refused(tmp_path, f'<table:table table:name="A">{content}</table:table>', "content.xml")
    assert (said in found) if said else not found
    assert not refused(tmp_path, content, "styles.xml")


def test_the_old_format_has_no_packed_parts_and_what_is_damaged_is_said(tmp_path: Path):
    old, damaged = tmp_path / "old.xls", tmp_path / "damaged.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0" * 100)
    check_extent(old, "old.xls")
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_STORED) as book:
        book.writestr(SHEET, cells("A1"))
    content = damaged.read_bytes()
    damaged.write_bytes(content.replace(b'"A1"', b'"B2"', 1))
    with pytest.raises(OrdersError, match=r"damaged\.xlsx cannot be read as a workbook: it is damaged"):
        check_extent(damaged, "damaged.xlsx")
