"""Workbooks: which sheets hold the table, where it begins, and how far a workbook may reach."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import python_calamine

from marketfold.config import ReadingOptions
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError
from marketfold.orders import Orders, read_orders
from marketfold.orders.workbook_limits import check_extent
from marketfold.orders.workbooks import _as_text, _column, _read_sheet, _Sheet, open_workbooks, sheet_names

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.orders.sources import FrameSource

NAMES = ["Order ID", "Customer ID", "Order Date", "Line Total"]


def line(number: int) -> list[Any]:
    return [number, f"K{number % 3}", dt.datetime(2024, 1, number, 10), number + 0.5]


def book(folder: Path, name: str = "orders.xlsx", **sheets: Any) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(folder / name)
    return folder / name


def numbered(orders: Orders) -> list[tuple[int, str]]:
    rows = orders.engine.collect(orders.lines.sort("source_line").select("source_line", "order_id")).to_pylist()
    return [(row["source_line"], row["order_id"]) for row in rows]


def said(orders: Orders) -> list[str]:
    return [one.what for one in orders.facts.decisions]


def test_sheets_of_one_header_are_one_table(tmp_path: Path) -> None:
    years: dict[str, Any] = {
        "2023": [NAMES, line(1), line(2)],
        "2024": [[name.upper() for name in NAMES[::-1]], line(3)[::-1]],
    }
    path = book(tmp_path, Cover=[["All our orders"]], **years, Totals=[["Year", "Money"], [2023, 4.0]], Blank=[])
    orders = read_orders(path)
    assert numbered(orders) == [(2, "1"), (3, "2"), (5, "3")]
    assert said(orders) == [
        "The sheets '2023' and '2024' have the same columns and were read as one table.",
        "Sheets that were read: '2023' and '2024'; and not: 'Totals' and 'Cover'.",
    ]
    assert numbered(read_orders(path, ReadingOptions(sheet="2024"))) == [(2, "3")]
    assert said(read_orders(path, ReadingOptions(sheet="2024"))) == []


def test_a_summary_before_the_orders_is_passed_over(tmp_path: Path) -> None:
    summary = [["Product", "Money"], ["Tea", 5.0], ["Cup", 7.0]]
    orders = read_orders(book(tmp_path, Summary=summary, Orders=[NAMES, line(1)]))
    assert numbered(orders) == [(2, "1")]
    assert said(orders) == ["Sheets that were read: 'Orders'; and not: 'Summary'."]


def test_a_refusal_names_the_sheets(tmp_path: Path) -> None:
    path = book(tmp_path, A=[["Product", "Money"], ["Tea", 5.0]], B=[["Stadt", "Land"], ["x", "y"]])
    with pytest.raises(OrdersError, match=r"\(Sheets that were read: 'A'; and not: 'B'\): \d faults"):
        read_orders(path)


def test_a_title_groups_and_blank_rows(tmp_path: Path) -> None:
    rows = [["Sales"], ["Until", dt.date(2024, 9, 1)], [], NAMES, line(1), [None, " "], line(2), [], [""]]
    orders = read_orders(book(tmp_path, S=rows))
    assert numbered(orders) == [(5, "1"), (7, "2")]
    assert orders.facts.lines == 2
    assert said(orders)[0].startswith("The names of the columns stand in row 4;")
    grouped = [["Order", None, None, "Money"], ["ID", "Customer ID", "Order Date", "Line Total"], line(1)]
    assert numbered(read_orders(book(tmp_path, S=grouped), ReadingOptions(mapping={"order_id": "ID"}))) == [(3, "1")]
    given = read_orders(book(tmp_path, S=rows), ReadingOptions(header_row=4))
    assert numbered(given) == [(5, "1"), (7, "2")]
    assert said(given) == []


def test_workbooks_of_a_folder_are_one_table(tmp_path: Path) -> None:
    book(tmp_path, "a.xlsx", S=[NAMES, line(1)])
    book(tmp_path, "b.xlsx", S=[["Title"], NAMES, line(2)])
    orders = read_orders(tmp_path)
    assert numbered(orders) == [(2, "1"), (5, "2")]
    assert said(orders)[0] == "2 files with the same columns were read as one table, from a.xlsx to b.xlsx."
    book(tmp_path, "c.xlsx", S=[["Name", "Street", "Town"], ["x", "y", "z"]])
    with pytest.raises(OrdersError, match=r"a\.xlsx and c\.xlsx are different tables"):
        read_orders(tmp_path)


def test_which_cells_of_a_column_were_days(tmp_path: Path) -> None:
    rows = [NAMES, line(1), [2, "K", "13.02.2024", 1.0], line(3)]
    orders = read_orders(book(tmp_path, S=rows))
    assert orders.source.typed_days == {"Order Date": frozenset({2, 4})}
    days = orders.engine.collect(orders.lines.sort("source_line"))["ordered_on"].to_pylist()
    assert days == [dt.date(2024, 1, 1), dt.date(2024, 2, 13), dt.date(2024, 1, 3)]


def test_hidden_sheets_are_left(tmp_path: Path) -> None:
    path = book(tmp_path, Orders=[NAMES, line(1)], Old=[NAMES, line(2)])
    made = openpyxl.load_workbook(path)
    made["Old"].sheet_state = "hidden"
    made.save(path)
    assert numbered(read_orders(path)) == [(2, "1")]
    assert numbered(read_orders(path, ReadingOptions(sheet="Old"))) == [(2, "2")]


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ900000"])
def test_a_stray_cell_far_away_is_refused(tmp_path: Path, cell: str) -> None:
    path = book(tmp_path, S=[NAMES, line(1)])
    made = openpyxl.load_workbook(path)
    made["S"][cell] = " "
    made.save(path)
    with pytest.raises(OrdersError, match=f"reaches to the cell {cell}, .*Delete the rows and columns"):
        read_orders(path)


@pytest.mark.parametrize("cell", ["XFD1", "A20000"])
def test_a_stray_cell_beside_or_below_is_no_line(tmp_path: Path, cell: str) -> None:
    path = book(tmp_path, S=[NAMES, line(1)])
    made = openpyxl.load_workbook(path)
    made["S"][cell] = " "
    made.save(path)
    assert numbered(read_orders(path)) == [(2, "1")]


def opened(folder: Path, name: str, **parts: bytes) -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return folder / name


def test_an_open_document_that_repeats_a_cell(tmp_path: Path) -> None:
    cell = b'<table:table-cell table:number-columns-repeated="%d" office:value-type="float" office:value="1"/>'
    blank = b'<table:table-cell table:number-columns-repeated="16384"/>'
    row = b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>'
    start = b'<table:table table:name="S">'
    far = start + row % (1, cell % 4) + row % (1_000_000, blank) + row % (1, cell % 900)
    near = start + row % (1, cell % 4) + row % (1_000_000, blank)
    check_extent(opened(tmp_path, "near.ods", **{"content.xml": near}), "near.ods")
    for content in (far, start + row % (1_000_000, cell % 16_384)):
        with pytest.raises(OrdersError, match=r"A sheet of far\.ods reaches over"):
            check_extent(opened(tmp_path, "far.ods", **{"content.xml": content}), "far.ods")


def test_a_binary_workbook_with_a_stray_cell(tmp_path: Path) -> None:
    def record(kind: int, data: bytes) -> bytes:
        return bytes([kind, len(data)]) + data

    def cell(row: int, column: int) -> bytes:
        return record(0, struct.pack("<I", row) + b"\x07" * 20) + record(5, struct.pack("<I", column) + b"\x07" * 12)

    near, far = cell(0, 0) + cell(9, 9), cell(0, 0) + cell(1_048_575, 16_383)
    check_extent(opened(tmp_path, "near.xlsb", **{"xl/worksheets/sheet1.bin": near}), "near.xlsb")
    with pytest.raises(OrdersError, match="1,048,576 rows and 16,384 columns"):
        check_extent(opened(tmp_path, "far.xlsb", **{"xl/worksheets/sheet1.bin": far}), "far.xlsb")


def test_a_workbook_that_is_too_large_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path, S=[NAMES, line(1)])
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/sharedStrings2.xml", "w", force_zip64=True) as part,
    ):
        block = bytes(16 << 20)
        for _ in range(65):
            part.write(block)
    with pytest.raises(OrdersError, match="1,040 MB when it is unpacked; 1,024 MB are read at most"):
        read_orders(path)


def test_a_workbook_from_a_stream_of_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = book(tmp_path, S=[NAMES, line(1)]).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert numbered(read_orders("-")) == [(2, "1")]


def test_sheets_whose_rows_stand_on_another_too(tmp_path: Path) -> None:
    lines = [line(number) for number in range(1, 9)]
    total = [["Total", None, None, sum(one[-1] for one in lines[:4])]]
    sheets: dict[str, Any] = {"01": [NAMES, *lines[:4], *total], "All": [NAMES, *lines], "02": [NAMES, *lines[4:]]}
    path = book(tmp_path, **sheets)
    orders = read_orders(path)
    assert [number for _, number in numbered(orders)] == list("12345678")
    assert [one.what for one in orders.facts.decisions if one.code.startswith("sheets")] == [
        "Every row of '01' and '02' stands in the sheet 'All' too, so those were not read again."
    ]
    assert read_orders(path, ReadingOptions(undo=("sheets_repeated",))).facts.lines == 17


def test_sheets_that_share_some_rows_stay(tmp_path: Path) -> None:
    lines = [line(number) for number in range(1, 9)]
    assert read_orders(book(tmp_path, A=[NAMES, *lines[:5]], B=[NAMES, *lines[2:]])).facts.lines == 11


def test_sheets_with_the_header_in_another_case(tmp_path: Path) -> None:
    other = ["LINE_TOTAL", "order-id", "Customer Id", "order_date"]
    two = line(2)
    orders = read_orders(book(tmp_path, A=[NAMES, line(1)], B=[other, [two[-1], *two[:-1]]]))
    assert numbered(orders) == [(2, "1"), (4, "2")]


def test_orders_in_other_columns_are_told(tmp_path: Path) -> None:
    path = book(tmp_path, A=[NAMES, line(1)], B=[[*NAMES, "Channel"], [*line(2), "web"]])
    told = read_orders(path).facts.warnings
    assert len(told) == 1
    assert told[0].startswith("Sheets with orders in other columns were not read: 'B', 1 row in all; read: 'A'.")


def test_formulas_that_no_program_has_calculated(tmp_path: Path) -> None:
    names = ["Order ID", "Customer ID", "Order Date", "Quantity", "Unit Price", "Line Total"]
    rows = [[number, f"K{number % 3}", dt.date(2024, 1, number), 2, 4.5, f"=D{number}*E{number}"] for number in (2, 3)]
    orders = read_orders(book(tmp_path, S=[names, *rows]))
    assert orders.engine.collect(orders.lines)["amount"].to_pylist() == [9.0, 9.0]
    assert "amount_blank" in [one.code for one in orders.facts.decisions]
    alone = book(tmp_path, S=[[*names[:3], names[5]], *([*row[:3], row[5]] for row in rows)])
    with pytest.raises(OrdersError, match=r"'Line Total' is blank on the first 2 lines.*open the file in a spread"):
        read_orders(alone)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        ("", None),
        ("a", "a"),
        (True, "TRUE"),
        (7.0, "7"),
        (7.5, "7.5"),
        (7, "7"),
        (dt.datetime(2024, 1, 31, 10, 5), "2024-01-31 10:05:00"),
        (dt.date(2024, 1, 31), "2024-01-31"),
        (dt.time(10, 5), "10:05:00"),
    ],
)
def test_a_cell_is_shown_as_a_person_sees_it(cell: object, text: str | None) -> None:
    assert _as_text(cell) == text


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        ([1, 2.5, None, ""], "double", [1.0, 2.5, None, None]),
        ([1, "a"], "string", ["1", "a"]),
        ([True, 1], "string", ["TRUE", "1"]),
        ([dt.date(2024, 1, 31), dt.datetime(2024, 2, 1, 10), ""], "date32[day]",
         [dt.date(2024, 1, 31), dt.date(2024, 2, 1), None]),
        ([dt.date(2024, 1, 31), "soon"], "string", ["2024-01-31", "soon"]),
        ([None, ""], "string", [None, None]),
        ([], "string", []),
    ],
)  # fmt: skip
def test_a_column_is_of_one_kind_where_all_its_cells_are(cells: list[object], kind: str, read: list[object]) -> None:
    found = _column(cells)
    assert (str(found.type), found.to_pylist()) == (kind, read)


def sheet_of(*rows: list[Any], given: int | None = None) -> _Sheet | None:
    """The table of a sheet of a workbook that holds these rows and nothing else."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    packed = io.BytesIO()
    made.save(packed)
    packed.seek(0)
    return _read_sheet("shop.xlsx", "Sheet", python_calamine.load_workbook(packed).get_sheet_by_index(0), given)


@pytest.mark.parametrize(
    ("rows", "first", "lines", "titled"),
    [
        ([NAMES, line(1), line(2)], 0, [2, 3], False),
        ([["Report"], [], NAMES, line(1), [], line(2)], 2, [4, 6], True),
        ([[], [" "], NAMES, line(1)], 2, [4], False),  # blank rows are nothing to speak of
    ],
)
def test_lines_keep_the_rows_of_their_sheet(rows: list[list[Any]], first: int, lines: list[int], titled: bool) -> None:
    found = sheet_of(*rows)
    assert found is not None
    assert (found.header.first, found.lines, found.last_row, found.titled) == (first, lines, lines[-1], titled)
    assert list(found.columns) == NAMES
    assert found.columns["Order ID"] == [number + 1 for number in range(len(lines))]
    assert found.has_orders


def test_columns_without_name_or_cells_are_none() -> None:
    found = sheet_of(["Order ID", "", "", "Total", ""], [1, None, "x", 2.5, "beyond"], [2, " ", None])
    assert found is not None
    assert found.columns == {"Order ID": [1, 2], "column 3": ["x", None], "Total": [2.5, None]}
    assert sheet_of(NAMES) is sheet_of() is sheet_of([" "]) is None
    assert sheet_of(NAMES, line(1), given=3) is None


@pytest.mark.parametrize(
    ("names", "orders"),
    [
        (["Customer ID", "Date", "Total"], True),
        (["E-mail", "Date", "Price"], True),
        (["Customer ID", "Date", "Quantity"], False),
        (["Customer ID", "Town", "Total"], False),
        (["Order ID", "Date", "Total"], False),
    ],
)
def test_a_sheet_of_orders_says_who_when_and_how_much(names: list[str], orders: bool) -> None:
    found = sheet_of(names, ["a", "b", "c"])
    assert found is not None
    assert found.has_orders is orders


def read_books(folder: Path, *names: str, **options: Any) -> FrameSource:
    paths = {name: folder / name for name in names}
    return open_workbooks("books", paths, ReadingOptions(**options), DuckDBEngine())


def test_what_is_said_of_the_sheets_of_a_workbook(tmp_path: Path) -> None:
    summary = [["Month", "Revenue"], ["January", 7.5]]
    other = [["Order ID", "Customer ID", "Order Date", "Price"], [7, "K9", dt.date(2024, 3, 1), 2.5]]
    book(tmp_path, "a.xlsx", Summary=summary, One=[NAMES, line(1), line(2), line(3)], Two=[NAMES, line(4)], Old=other)
    source = read_books(tmp_path, "a.xlsx")
    assert {one.code: one.numbers for one in source.decisions} == {
        "sheets_together": {"sheets": ("One", "Two")},
        "orders_left": {"sheet": ("One", "Two"), "sheets": ("Old",)},
        "sheets_left": {"sheet": ("One", "Two"), "sheets": ("Summary",)},
    }
    assert [one.lines for one in source.decisions if one.code == "orders_left"] == [1]
    assert (source.columns, source.count(), source.files) == (tuple(NAMES), 4, {})
    named = read_books(tmp_path, "a.xlsx", sheet="Summary")
    assert (named.columns, named.decisions) == (("Month", "Revenue"), ())
    with pytest.raises(
        OrdersError, match=r"a\.xlsx has no sheet 'Three'\. Its sheets are 'Summary', 'One', 'Two', 'Old'"
    ):
        read_books(tmp_path, "a.xlsx", sheet="Three")


def test_rows_of_sheets_and_books_are_numbered_through(tmp_path: Path) -> None:
    book(tmp_path, "a.xlsx", One=[["Report"], [], NAMES, line(1), [], line(2)], Two=[NAMES, line(3)])
    book(tmp_path, "b.xlsx", One=[[*NAMES, "Note"], [*line(4), "x"]])
    source = read_books(tmp_path, "a.xlsx", "b.xlsx")
    loaded = source.engine.collect(source.load({"id": "Order ID", "note": "Note"}, lambda raw: raw)).to_pylist()
    assert [(row["source_line"], row["id"], row["note"]) for row in loaded] == [
        (4, 1.0, None), (6, 2.0, None), (8, 3.0, None), (10, 4.0, "x")
    ]  # fmt: skip
    assert source.files == {"a.xlsx": NAMES, "b.xlsx": [*NAMES, "Note"]}
    assert [one.code for one in source.decisions] == ["files_differ", "sheets_together", "header_found"]
    alone = read_books(tmp_path, "a.xlsx", sheet="Two", header_row=1)
    assert (alone.decisions, alone.count()) == ((), 1)


def test_a_sheet_without_lines_is_told(tmp_path: Path) -> None:
    book(tmp_path, "a.xlsx", One=[NAMES], Two=[])
    with pytest.raises(OrdersError, match=r"a\.xlsx \(its sheets are 'One', 'Two'\) has no row below its header"):
        read_books(tmp_path, "a.xlsx")
    with pytest.raises(OrdersError, match=r"The sheet 'One' of a\.xlsx has no row below its header"):
        read_books(tmp_path, "a.xlsx", sheet="One")
    assert sheet_names(tmp_path / "a.xlsx", "a.xlsx") == ("One", "Two")
    (tmp_path / "b.xlsx").write_bytes(b"nothing")
    for read in (lambda: sheet_names(tmp_path / "b.xlsx", "b.xlsx"), lambda: read_books(tmp_path, "b.xlsx")):
        with pytest.raises(OrdersError, match=r"b\.xlsx cannot be read as a workbook"):
            read()
