"""Rows between the lines that are none: what is set aside, and what must stay."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.steps.not_lines import (
    _adding_up,
    _bare,
    _Candidate,
    _candidates,
    _is_note,
    _may_be_total,
    _poor,
    _some_poor,
    _sums_above,
    _totals_among,
    leave_blank_rows,
    leave_headers,
    leave_notes,
    leave_totals,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from marketfold.orders import Orders
    from marketfold.orders.steps import LinesRead

    Lines = Callable[..., LinesRead]

HEADER = "Customer,Order No,Order Date,Item,Quantity,Amount"
LINES = (
    "Ada,1,2024-01-05,CUP,1,5.00",
    "Ada,1,2024-01-05,MUG,2,7.50",
    "Bea,2,2024-01-09,CUP,1,5.00",
    "Bea,3,2024-02-11,JUG,1,20.00",
    "Cid,4,2024-03-01,MUG,1,3.75",
)
SUM = 41.25


def read(folder: Path, rows: list[str], header: str = HEADER, **options: Any) -> Orders:
    file = folder / "orders.csv"
    file.write_text("\n".join([header, *rows, ""]), "utf-8")
    return read_orders(file, ReadingOptions(**options))


def kinds_of(orders: Orders) -> dict[int, str]:
    if "row_kind" not in orders.lines.collect_schema():
        return {}
    rows = orders.engine.collect(orders.lines.select("source_line", "row_kind")).to_pylist()
    return {row["source_line"]: row["row_kind"] for row in rows if row["row_kind"]}


WORDS = (
    "Total", "TOTAL", "Grand Total", "Total:", "Summe", "Gesamtsumme", "Gesamtergebnis", "Total général", "Totale",
    "Suma total", "Totaal", "Eindtotaal", "Zwischensumme", "Subtotal", "Sous-total", "Итого", "合计",
)  # fmt: skip


DAYS, PLACES = ("", "2024-09-30"), ("Customer", "Order No", "Item")
# every word, by turns with and without a day and in each place; and one word in all of them
TOTAL_ROWS = [(word, DAYS[n % 2], PLACES[n % 3]) for n, word in enumerate(WORDS[1:])]
TOTAL_ROWS += [(WORDS[0], day, place) for day in DAYS for place in PLACES]


@pytest.mark.parametrize(("word", "day", "place"), TOTAL_ROWS)
def test_a_row_that_is_called_a_total_is_none(tmp_path: Path, word: str, day: str, place: str):
    cells = {"Customer": "", "Order No": "", "Order Date": day, "Item": "", "Quantity": "6", "Amount": str(SUM)}
    cells[place] = word
    orders = read(tmp_path, [*LINES, ",".join(cells.values())])
    assert kinds_of(orders) == {7: "total_row"}
    found = inspect_orders(orders)
    assert (found.lines, found.orders, found.customers, found.amount_total) == (6, 4, 3, SUM)
    assert str(found.last_on) == "2024-03-01"
    (decision,) = found.decisions
    assert (decision.code, decision.lines, decision.money) == ("total_rows", 1, SUM)
    assert clean_orders(orders).report.ledger.lines_set_aside == {"total_row": 1}


SUBTOTALS = {
    "after each customer": [*LINES[:2], "Ada Total,,,,,12.50", *LINES[2:4], "Bea Total,,,,,25.00", LINES[4],
                            "Cid Total,,,,,3.75", "Grand Total,,,,,41.25"],
    "without a word": [*LINES[:2], "Ada,,,,,12.50", *LINES[2:4], "Bea,,,,,25.00", LINES[4], "Cid,,,,,3.75",
                       ",,,,,41.25"],
    "with a day": [*LINES[:2], "Ada,,2024-09-30,,,12.50", *LINES[2:4], "Bea,,2024-09-30,,,25.00", LINES[4],
                   "Cid,,2024-09-30,,,3.75", ",,2024-09-30,,,41.25"],
    "in German": [*LINES[:2], "Summe Ada,,,,3,12.50", *LINES[2:4], "Summe Bea,,,,2,25.00", LINES[4],
                  "Summe Cid,,,,1,3.75", "Gesamt,,,,6,41.25"],
}  # fmt: skip


@pytest.mark.parametrize("layout", SUBTOTALS)
def test_subtotals_and_their_total_count_nothing(tmp_path: Path, layout: str):
    orders = read(tmp_path, SUBTOTALS[layout])
    found = inspect_orders(orders)
    assert (found.orders, found.customers, found.amount_total) == (4, 3, SUM)
    assert kinds_of(orders) == dict.fromkeys([4, 7, 9, 10], "total_row")


def test_a_subtotal_of_each_order_stands_among_its_products(tmp_path: Path):
    rows = [*LINES[:2], "Ada,1,2024-01-05,Subtotal,,12.50", *LINES[2:4], "Bea,3,2024-02-11,Subtotal,,25.00", LINES[4]]
    orders = read(tmp_path, rows)
    assert kinds_of(orders) == {4: "total_row", 7: "total_row"}
    assert inspect_orders(orders).amount_total == SUM


@pytest.mark.parametrize(
    "row",
    [
        "Total Energies,9,2024-04-01,CUP,1,5.00",
        "Ada,9,2024-04-01,Total Repair Shampoo,1,41.25",
        "Ada,9,2024-04-01,Summertime mug,1,9.00",
        "Total,9,2024-04-01,CUP,1,41.25",
        "Ada,,2024-04-01,,1,9.00",  # neither order nor product, and no sum of anything
    ],
)
def test_names_with_such_a_word_and_bare_lines_stay(tmp_path: Path, row: str):
    orders = read(tmp_path, [*LINES, row, "Cid,10,2024-04-02,JUG,1,20.00"])
    assert kinds_of(orders) == {}
    assert orders.facts.decisions == ()


def test_equal_amounts_side_by_side_are_no_totals(tmp_path: Path):
    """A subscription: every line costs the same, and half of them have no order."""
    rows = [f"C{n},{n if n % 2 else ''},2024-01-{n:02d},{'BOX' if n % 2 else ''},1,9.90" for n in range(1, 29)]
    assert kinds_of(read(tmp_path, rows)) == {}


def test_totals_can_be_kept(tmp_path: Path):
    orders = read(tmp_path, [*LINES, "Total,,,,6,41.25"], undo=("total_rows",))
    assert kinds_of(orders) == {}
    assert inspect_orders(orders).amount_total == 2 * SUM


@pytest.mark.parametrize("times", [1, 3])
def test_the_header_where_tables_were_pasted(tmp_path: Path, times: int):
    orders = read(tmp_path, [*LINES[:2], *[HEADER] * times, *LINES[2:]])
    assert set(kinds_of(orders).values()) == {"repeated_header"}
    found = inspect_orders(orders)
    assert (found.customers, found.orders, found.amount_total) == (3, 4, SUM)
    assert clean_orders(orders).report.ledger.lines_set_aside == {"repeated_header": times}


@pytest.mark.parametrize("note", ["3 record(s) downloaded,,,,,", "Seller ID: shop,,,,,", ",,,Exported on a Monday,,"])
def test_notes_below_the_table(tmp_path: Path, note: str):
    orders = read(tmp_path, [*LINES, note])
    assert kinds_of(orders) == {7: "note_row"}
    found = inspect_orders(orders)
    assert (found.customers, found.orders) == (3, 4)


def test_a_line_at_the_end_without_a_day_is_no_note(tmp_path: Path):
    assert kinds_of(read(tmp_path, [*LINES, "Cid,5,?,MUG,1,3.75"])) == {}


def test_rows_that_are_no_lines_do_not_count_as_set_aside(tmp_path: Path):
    """A total below each line is half of the rows and more with the sum of all, and none of the lines."""
    rows = [row for n, line in enumerate(LINES) for row in (line, f"Subtotal {n},,,,,{line.rpartition(',')[2]}")]
    orders = read(tmp_path, [*rows, "Total,,,,,41.25"])
    report = clean_orders(orders, CleaningOptions()).report
    assert (report.ledger.lines_kept, report.ledger.money_kept) == (5, SUM)
    assert report.decisions == ()


def test_a_frame_with_totals_is_read_alike():
    frame = pd.read_csv(io.StringIO("\n".join([HEADER, *LINES, "Total,,,,6,41.25"])))
    assert inspect_orders(frame).amount_total == SUM


@pytest.mark.parametrize("blank", [",,,,,", ' , ,"",,,', "\t,,,,,"])
def test_rows_of_separators_alone(tmp_path: Path, blank: str):
    """Spreadsheets write them for cells that were emptied; there may be more of them than lines."""
    orders = read(tmp_path, [*LINES[:2], blank, *LINES[2:], *[blank] * 20])
    found = inspect_orders(orders)
    assert (found.customers, found.orders, found.amount_total) == (3, 4, SUM)
    cleaned = clean_orders(orders).report
    assert cleaned.ledger.lines_set_aside == {"blank_row": 21}
    assert [one.code for one in (*orders.facts.decisions, *cleaned.decisions)] == ["blank_rows"]


def test_a_row_with_one_cell_is_not_blank(tmp_path: Path):
    orders = read(tmp_path, [*LINES[:2], ",,,CUP,,", *LINES[2:]])
    assert "blank_row" not in kinds_of(orders).values()


def test_rows_of_separators_among_days_and_money_as_text(tmp_path: Path):
    lines = ["Ada;1;05.01.2024;CUP;1;1.005,00", "Bea;2;19.01.2024;CUP;1;5,00", ";;;;;", ";;;;;;"[:5], ";;?;;;gratis"]
    orders = read(tmp_path, lines, HEADER.replace(",", ";"))
    assert kinds_of(orders) == {4: "blank_row", 5: "blank_row"}


@pytest.mark.parametrize(
    ("cells", "amount", "keys", "bare"),
    [
        ({}, 5_000, ("order_id", "customer_id", "product_id"), True),
        ({"customer_id": "Ada"}, 5_000, ("order_id", "customer_id", "product_id"), True),
        ({"order_id": "1"}, 5_000, ("order_id", "customer_id", "product_id"), False),
        ({"product_id": "CUP"}, 5_000, ("order_id", "customer_id", "product_id"), False),
        ({}, None, ("order_id", "customer_id", "product_id"), False),
        ({}, 5_000, ("customer_id",), False),
    ],
)
def test_a_row_is_bare_that_has_money_and_neither_order_nor_product(
    cells: dict[str, str], amount: int | None, keys: tuple[str, ...], *, bare: bool
):
    assert _Candidate(9, cells, amount, dated=False).bare(keys) is bare


def test_without_an_amount_a_total_counts_what_its_row_would_have(tmp_path: Path):
    rows = [row.replace(",5.00", ",5").replace(",7.50", ",3.75") for row in LINES]
    orders = read(tmp_path, [*rows, "Total,,,,2,20"], "Customer,Order No,Order Date,Item,Quantity,Unit Price")
    assert kinds_of(orders) == {7: "total_row"}
    (decision,) = [one for one in orders.facts.decisions if one.code == "total_rows"]
    assert (decision.lines, decision.money) == (1, 40.0)


def test_beside_quantity_and_price_a_total_is_its_amount(tmp_path: Path):
    rows = [f"{row},{row.rpartition(',')[2]}" for row in LINES]
    header = "Customer,Order No,Order Date,Item,Quantity,Unit Price,Amount"
    orders = read(tmp_path, [*(row.replace(",2,7.50,", ",2,3.75,") for row in rows), f"Total,,,,6,1.00,{SUM}"], header)
    assert kinds_of(orders) == {7: "total_row"}
    (decision,) = [one for one in orders.facts.decisions if one.code == "total_rows"]
    assert decision.money == SUM


def rows_of(*money: tuple[int | None, int, int]) -> list[_Candidate]:
    """Rows with their money, the money above them, and of how many lines."""
    return [_Candidate(place, {}, own, False, *above) for place, (own, *above) in enumerate(money)]


@pytest.mark.parametrize(
    ("money", "found"),
    [
        ([(30, 30, 2)], [0]),
        ([(30, 30, 1)], []),  # one line above that costs as much is chance
        ([(30, 30, 1), (20, 50, 3)], [0, 1]),  # until another shows that the source adds up
        ([(30, 30, 2), (20, 50, 4), (50, 50, 4)], [0, 1, 2]),
        ([(30, 30, 2), (7, 50, 4), (20, 90, 6), (40, 130, 9), (10, 140, 11)], []),  # of three in five it is chance
        ([(30, 30, 2), (7, 50, 4), (40, 90, 6), (40, 130, 9), (10, 140, 11)], [0, 2, 3, 4]),
        ([(None, 30, 2)], []),
        ([(0, 30, 2)], []),
    ],
)
def test_rows_whose_money_is_that_of_the_lines_above(money: list[tuple[int | None, int, int]], found: list[int]):
    assert [row.line for row in _adding_up(rows_of(*money))] == found


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"customer_id": "3 records", "order_id": None, "product_id": None, "amount": None}, True),
        ({"customer_id": "Seller:", "order_id": "shop", "product_id": None, "amount": None}, True),
        ({"customer_id": "Seller:", "order_id": "shop", "product_id": "CUP", "amount": None}, False),
        ({"customer_id": None, "order_id": None, "product_id": None, "amount": None}, False),
        ({"customer_id": "3 records", "order_id": None, "product_id": None, "amount": 5.0}, False),
        ({"customer_id": "3 records", "order_id": None, "product_id": None, "amount": 0.0}, False),
        ({"customer_id": "Ada", "order_id": "1", "amount": None}, False),  # no products here: two cells are an order
        ({"customer_id": "Ada", "order_id": None, "amount": None}, True),
    ],
)
def test_a_note_has_a_cell_or_two_of_text_alone(row: dict[str, object], *, note: bool):
    texts = [name for name in row if name != "amount"]
    assert _is_note(row | {"source_line": 9, "row_kind": None}, texts) is note


@pytest.mark.parametrize("word", ["Subtotal", "Zwischensumme"])
def test_a_subtotal_far_above_the_last_row_is_found(tmp_path: Path, word: str) -> None:
    """Once, below the lines of one month and with its day and items, in a file that goes on for long."""
    rows = [f"Ada,{n},2024-01-{n % 28 + 1:02},CUP,1,{5 + n % 3}.00" for n in range(4_000)]
    total = sum(5 + n % 3 for n in range(2_500))
    orders = read(tmp_path, [*rows[:2_500], f",,2024-01-31,{word},2500,{total}.00", *rows[2_500:]])
    assert kinds_of(orders) == {2_502: "total_row"}
    assert inspect_orders(orders).amount_total == sum(5 + n % 3 for n in range(4_000))


Cells = dict[str, list[Any]]
FILLED: Cells = {
    "order_id": ["1", "2", "3", "4"], "customer_id": ["A", "B", "C", "D"], "product_id": ["P", "Q", "P", "Q"],
    "ordered_on": [date(2024, 1, 5)] * 4, "quantity": [1.0] * 4, "amount": [2.0, 3.0, 4.0, 5.0],
}  # fmt: skip


def kinds(read: LinesRead) -> list[str | None]:
    rows = read.engine.collect(read.lines.sort("source_line"))
    return rows["row_kind"].to_pylist() if "row_kind" in rows.column_names else [None] * rows.num_rows


def told_of(read: LinesRead) -> list[tuple[str, int | None, float | None]]:
    return [(one.code, one.lines, one.money) for one in read.decisions]


def without(cells: Cells, *cleared: tuple[int, str]) -> Cells:
    """The same without the cells of some rows; of all their columns, or of one."""
    return {
        role: [None if (n, role) in cleared or (n, "") in cleared else cell for n, cell in enumerate(some)]
        for role, some in cells.items()
    }


@pytest.mark.parametrize(
    ("cleared", "blank"),
    [
        ([], []),
        ([(1, "")], [1]),
        ([(0, ""), (3, "")], [0, 3]),
        ([(1, role) for role in FILLED if role != "amount"], []),
        ([(1, role) for role in FILLED if role != "order_id"], []),
    ],
)
def test_a_row_is_blank_whose_cells_are_all_empty(lines_of: Lines, cleared: list[tuple[int, str]], blank: list[int]):
    read = leave_blank_rows(lines_of(without(FILLED, *cleared)))
    assert kinds(read) == ["blank_row" if n in blank else None for n in range(4)]
    assert told_of(read) == ([("blank_rows", len(blank), None)] if blank else [])


@pytest.mark.parametrize(
    ("texts", "blank"),
    [
        ({"quantity": [None] * 4, "amount": [None] * 4}, [1, 2]),
        ({"quantity": [None, "free", None, None], "amount": [None] * 4}, [2]),
        ({"quantity": [None] * 4, "amount": ["?", None, "gratis", "?"]}, [1]),
        ({"quantity": [None, "one", None, None], "amount": [None, None, "free", None]}, []),
    ],
)
def test_a_cell_that_is_no_number_is_one_all_the_same(lines_of: Lines, texts: Cells, blank: list[int]):
    left = nw.from_native(pl.DataFrame({"source_line": range(1, 5)} | texts).lazy())
    read = leave_blank_rows(lines_of(without(FILLED, (1, ""), (2, "")), texts=left))
    assert kinds(read) == ["blank_row" if n in blank else None for n in range(4)]
    assert told_of(read) == ([("blank_rows", len(blank), None)] if blank else [])


HEADED = {"order_id": "Order No", "customer_id": "Buyer", "product_id": "Item", "ordered_on": "Day"}


@pytest.mark.parametrize(
    ("row", "header"),
    [
        (("Order No", "Buyer", "Item", None), True),
        ((None, "Buyer", None, None), True),
        (("Order No", None, "Item", None), False),
        (("Order No", "Buyer", "Cup", None), False),
        (("7", "Buyer", "Item", None), False),
        (("Order No", "buyer", "Item", None), False),
        (("Order No", "Buyer", "Item", date(2024, 1, 5)), False),
    ],
)
def test_a_header_says_the_names_of_its_columns_and_no_day(lines_of: Lines, row: tuple[Any, ...], *, header: bool):
    cells = FILLED | {
        role: [*FILLED[role][:2], cell, FILLED[role][3]]
        for role, cell in zip(("order_id", "customer_id", "product_id", "ordered_on"), row, strict=True)
    }
    read = leave_headers(lines_of(cells, names=HEADED))
    assert kinds(read) == [None, None, "repeated_header" if header else None, None]
    assert told_of(read) == ([("repeated_headers", 1, None)] if header else [])
    kept = lines_of(cells, names=HEADED, undo=("repeated_headers",))
    assert leave_headers(kept) is kept


ALL = ("order_id", "customer_id", "product_id")


@pytest.mark.parametrize(
    ("cells", "keys", "dated", "words", "sure"),
    [
        ({"customer_id": "Total"}, ALL, True, ["customer_id"], True),
        ({"customer_id": "Total Ada"}, ALL, True, ["customer_id"], True),
        ({"customer_id": "Ada Total"}, ALL, True, ["customer_id"], True),
        ({"customer_id": "Totally Fine"}, ALL, True, [], False),
        ({"customer_id": "Total", "order_id": "7"}, ALL, False, ["customer_id"], False),
        ({"customer_id": "Total", "product_id": "Cup"}, ALL, False, ["customer_id"], False),
        ({"product_id": "Total", "customer_id": "Ada"}, ALL, False, ["product_id"], True),
        ({"product_id": "Total", "order_id": "Total"}, ALL, False, ["product_id", "order_id"], True),
        ({"customer_id": "Total"}, ("customer_id",), True, ["customer_id"], False),
        ({"customer_id": "Total"}, ("customer_id",), False, ["customer_id"], True),
        ({"customer_id": "Total"}, ("customer_id", "order_id"), True, ["customer_id"], True),
        ({"customer_id": "Grand Total: "}, ("customer_id",), True, ["customer_id"], True),
        ({"customer_id": "Subtotal"}, ("customer_id",), True, ["customer_id"], True),
        ({"customer_id": "Sum total"}, ("customer_id",), True, ["customer_id"], False),
        ({}, ALL, False, [], False),
    ],
)
def test_a_word_is_sure_beside_no_order_and_no_product(
    cells: dict[str, str], keys: tuple[str, ...], words: list[str], *, dated: bool, sure: bool
):
    row = _Candidate(9, cells, 5, dated)
    assert (row.words(), row.sure(keys)) == (words, sure)


@pytest.mark.parametrize(
    ("cells", "alone"),
    [({"order_id": "Total"}, True), ({"product_id": "Total"}, True), ({"order_id": "Total", "product_id": "P"}, False)],
)
def test_a_word_names_its_row_where_no_product_is_beside_it(cells: dict[str, str], *, alone: bool):
    assert _Candidate(9, cells, 5, dated=False).names_itself() is alone


def marked_by(read: LinesRead, test: nw.Expr) -> list[int]:
    rows = read.engine.collect(read.lines.filter(test).select("source_line"))["source_line"].to_pylist()
    return sorted(rows)


POOR: Cells = {
    "order_id": ["1", None, None, None, "5"],
    "customer_id": ["A", "A", None, None, None],
    "product_id": ["P", "P", "P", None, None],
    "ordered_on": [date(2024, 1, 5), None, None, date(2024, 1, 5), None],
    "amount": [1.0, 1.0, 1.0, 1.0, None],
}


@pytest.mark.parametrize(
    ("keys", "poor"),
    [
        (ALL, [3, 4, 5]),
        (("order_id", "customer_id"), [2, 3, 4, 5]),
        (("order_id",), [2, 3, 5]),  # with one of them the day must be missing
        (("customer_id", "product_id"), [3, 4, 5]),
    ],
)
def test_a_poor_row_has_one_of_order_customer_and_product_at_most(
    lines_of: Lines, keys: tuple[str, ...], poor: list[int]
):
    read = lines_of(POOR)
    assert marked_by(read, _poor(keys)) == poor
    assert _some_poor(read, keys) is True


@pytest.mark.parametrize(
    ("lacking", "keys", "some"),
    [
        ((), ALL, False),
        (("order_id",), ALL, False),
        (("order_id", "product_id"), ALL, True),
        (("order_id", "customer_id", "product_id"), ALL, True),
        ((), ("order_id", "customer_id"), False),
        (("customer_id",), ("order_id", "customer_id"), True),
        (("customer_id",), ("customer_id",), False),
        (("ordered_on",), ("customer_id",), True),
    ],
)
def test_poor_rows_lack_all_keys_but_one(
    lines_of: Lines, lacking: tuple[str, ...], keys: tuple[str, ...], *, some: bool
):
    read = lines_of(without(FILLED, *((2, role) for role in lacking)))
    assert _some_poor(read, keys) is some


def test_a_bare_row_has_money_and_neither_order_nor_product(lines_of: Lines):
    read = lines_of(POOR | {"amount": [1.0, 1.0, 1.0, 0.0, None]})
    assert marked_by(read, _bare(ALL)) == [4]
    assert marked_by(read, _bare(("customer_id", "product_id"))) == [4]
    assert marked_by(read, _bare(("order_id", "customer_id"))) == [2, 3, 4]


def test_the_last_twelve_rows_are_looked_at_and_words_above_them(lines_of: Lines):
    """A word counts in a row of little else; or anywhere in a column that has one among the first rows."""
    rows = 20
    cells: Cells = {
        "order_id": [None if n in {2, 4, 5} else str(n) for n in range(rows)],
        "customer_id": [None if n in {4, 5} else "Total" if n in {2, 3} else "A" for n in range(rows)],
        "product_id": ["Summe" if n == 5 else None if n in {2, 4} else "P" for n in range(rows)],
        "ordered_on": [date(2024, 1, 5)] * rows,
    }
    read = lines_of(cells)
    unseen = replace(read, sample={role: ["x"] for role in cells})
    last = list(range(9, 21))
    assert marked_by(unseen, _may_be_total(unseen, ALL, rows, 1)) == [3, 6, *last]
    assert marked_by(unseen, _may_be_total(unseen, ALL, rows, 0)) == last
    for shown, found in (("Total", [3, 4]), (" total: ", [3, 4]), ("Total Ada", []), (7, []), (None, [])):
        seen = replace(read, sample={role: ["x"] for role in cells} | {"customer_id": ["x", shown]})
        assert marked_by(seen, _may_be_total(seen, ALL, rows, 0)) == [*found, *last]


def test_what_stands_above_a_row_is_added_up_without_the_rows_that_are_asked_of(lines_of: Lines):
    cells = {"customer_id": ["A"] * 7, "amount": [1.5, 2.25, 3.75, None, 4.00004, 7.75, 0.5]}
    assert _sums_above(lines_of(cells), [3, 6]) == {3: (37_500, 2), 6: (77_500, 3)}
    assert _sums_above(lines_of(cells), [1, 7]) == {1: (0, 0), 7: (177_500, 4)}


def test_candidates_have_their_words_money_and_what_is_above(lines_of: Lines):
    cells: Cells = {
        "order_id": ["1", "2", None, None, None], "customer_id": ["A", "B", "Total", "C", None],
        "product_id": ["P", "Q", None, "R", ""], "ordered_on": [date(2024, 1, 5)] * 3 + [None] * 2,
        "quantity": [1.0, 2.0, 2.0, 1.0, 3.0], "unit_price": [2.0, 1.5, 2.5, 1.0, 1.00004],
        "amount": [2.0, 3.0, 5.0, 1.0, 6.0],
    }  # fmt: skip
    everywhere = nw.col("source_line") > 0
    assert _candidates(lines_of(cells), ALL, everywhere) == [
        _Candidate(3, {"customer_id": "Total"}, 50_000, dated=True, above=50_000, above_count=2),
        _Candidate(5, {}, 60_000, dated=False, above=60_000, above_count=3),
    ]
    bare = {role: some for role, some in cells.items() if role != "amount"}
    assert _candidates(lines_of(bare), ALL, everywhere) == [
        _Candidate(3, {"customer_id": "Total"}, 50_000, dated=True),
        _Candidate(5, {}, 30_001, dated=False),
    ]
    bare = {role: some for role, some in bare.items() if role != "quantity"}
    assert _candidates(lines_of(bare), ALL, everywhere) == [_Candidate(3, {"customer_id": "Total"}, None, dated=True)]
    assert _candidates(lines_of(cells), ALL, nw.col("source_line") < 3) == []


def bare_rows(lines: int, subtotals: int, *, after: int) -> Cells:
    """Orders of 1.00 with a row of nothing but their sum below each two, then orders alone."""
    cells: Cells = {"order_id": [], "customer_id": [], "product_id": [], "ordered_on": [], "amount": []}
    for n in range(subtotals):
        for cell in (2 * n, 2 * n + 1, None):
            filled = cell is not None
            for role, value in zip(cells, (str(cell), "A", "P", date(2024, 1, 5), 1.0), strict=True):
                cells[role].append(value if filled else 2.0 if role == "amount" else None)
    for n in range(lines):
        for role, value in zip(cells, (f"L{n}", "A", "P", date(2024, 1, 5), 3.0 + n), strict=True):
            cells[role].append(value)
    return {role: some[:-after] if after else some for role, some in cells.items()}


def test_bare_rows_that_add_up_are_totals_wherever_they_stand(lines_of: Lines):
    read = leave_totals(lines_of(bare_rows(20, 2, after=0)))
    assert told_of(read) == [("total_rows", 2, 4.0)]
    assert [n for n, kind in enumerate(kinds(read)) if kind] == [2, 5]


@pytest.mark.parametrize(("bare", "left"), [(10, 10), (11, 0)])
def test_where_over_half_of_the_rows_are_bare_that_is_how_lines_are(lines_of: Lines, bare: int, left: int):
    """Twenty rows before twelve at the end; the last bare ones stand among those and are looked at anyway."""
    full = 20 - bare
    rows = 20
    order = [str(n) if n < full else None for n in range(rows)]
    product = ["P" if n < full else None for n in range(rows)]
    sums = [1.0] * full + [float(full)] * bare
    cells: Cells = {
        "order_id": order, "customer_id": ["A"] * rows, "product_id": product,
        "ordered_on": [date(2024, 1, 5)] * rows, "amount": sums,
    }  # fmt: skip
    read = lines_of(cells)
    found = _totals_among(replace(read, _seen=[replace(read.overview, last=rows + 12)]), ALL)
    assert len(found) == left
    assert [row.line for row in found] == list(range(full + 1, full + 1 + left))


def test_named_rows_among_products_are_totals_where_they_add_up(lines_of: Lines):
    def cells(second: float) -> Cells:
        return {
            "order_id": ["1", "1", "1", "2", "2", "2"], "customer_id": ["A"] * 6,
            "product_id": ["P", "Q", "Total", "P", "Q", "Total"], "ordered_on": [date(2024, 1, 5)] * 6,
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0, second],
        }  # fmt: skip

    assert kinds(leave_totals(lines_of(cells(9.0)))) == [None, None, "total_row"] * 2
    assert kinds(leave_totals(lines_of(cells(8.0)))) == [None] * 6  # one of two is chance
    beside = cells(9.0) | {"product_id": ["P", "Q", "P", "P", "Q", "P"], "customer_id": ["A", "A", "Total"] * 2}
    assert kinds(leave_totals(lines_of(beside))) == [None] * 6  # what has a product is a line
    longer = cells(9.0) | {"product_id": ["P", "Q", "Total Cup", "P", "Q", "Total Cup"]}
    assert kinds(leave_totals(lines_of(longer))) == [None] * 6


def test_money_of_a_total_without_any_is_none(lines_of: Lines):
    cells = without(FILLED, (3, "")) | {"customer_id": ["A", "B", "C", "Total"]}
    read = leave_totals(lines_of(cells))
    assert told_of(read) == [("total_rows", 1, 0.0)]
    cells["amount"][3] = 13.50004
    assert told_of(leave_totals(lines_of(cells))) == [("total_rows", 1, 13.5)]


def noted(notes: int, lines: int = 4) -> Cells:
    """Lines, and rows with a text in the first column alone below them."""
    blank = [None] * notes
    return {
        "order_id": [*(str(n) for n in range(lines)), *["note"] * notes], "customer_id": ["A"] * lines + blank,
        "ordered_on": [date(2024, 1, 5)] * lines + blank, "amount": [2.0] * lines + blank,
    }  # fmt: skip


@pytest.mark.parametrize(("notes", "found"), [(0, 0), (1, 1), (2, 2), (11, 11), (12, 0), (13, 0)])
def test_fewer_than_twelve_rows_at_the_end_are_notes(lines_of: Lines, notes: int, found: int):
    read = leave_notes(lines_of(noted(notes)))
    assert kinds(read) == [None] * (4 + notes - found) + ["note_row"] * found
    assert told_of(read) == ([("note_rows", found, None)] if found else [])


def test_four_columns_are_needed_to_tell_a_note(lines_of: Lines):
    narrow = {role: some for role, some in noted(1).items() if role != "amount"}
    assert leave_notes(lines_of(narrow)).decisions == ()
    assert leave_notes(lines_of(noted(1), undo=("note_rows",))).decisions == ()


def test_notes_end_where_a_line_stands(lines_of: Lines):
    """Rows that are marked and empty ones are passed by, and a note among the lines is none."""
    cells = without(noted(8, lines=2), (6, "order_id"))
    cells["row_kind"] = [None] * 7 + ["total_row", None, None]
    cells["amount"][4] = 3.0
    cells["amount"][7] = 3.0
    read = leave_notes(lines_of(cells))
    assert kinds(read) == [None] * 5 + ["note_row", None, "total_row", "note_row", "note_row"]


@pytest.mark.parametrize(
    ("texts", "filled", "note"),
    [
        (5, 1, True),
        (5, 2, False),
        (6, 2, True),
        (8, 2, True),
        (8, 3, False),
        (9, 3, True),
        (9, 4, False),
        (9, 0, False),
    ],
)
def test_among_many_columns_a_third_may_hold_the_note(texts: int, filled: int, *, note: bool):
    row: dict[str, object] = {f"text {n}": "x" if n < filled else None for n in range(texts)}
    assert _is_note(row | {"source_line": 3, "row_kind": "x", "amount": None}, list(row)) is note
    assert _is_note(row | {"source_line": 3, "row_kind": "x", "amount": 0.0}, list(row)) is False
