"""Rows between the lines that are none: what is set aside, and what must stay."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.steps.not_lines import _adding_up, _Candidate, _is_note

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.orders import Orders

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
