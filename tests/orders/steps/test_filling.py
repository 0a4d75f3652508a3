"""Cells that stand once: given to the other lines of their order, and only where a source leaves them out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.steps.filling import _grouped, fill_blocks, fill_from_above, fill_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders import Orders
    from marketfold.orders.steps import LinesRead

    Lines = Callable[..., LinesRead]

NAMES = ("order_id", "customer_id", "email", "phone", "order_date", "status", "currency", "sku", "quantity", "price")
FULL = (
    ("1", "C1", "a@example.org", "0301", "2024-01-05", "paid", "EUR", "CUP", "1", "5.00"),
    ("1", "C1", "a@example.org", "0301", "2024-01-05", "paid", "EUR", "MUG", "2", "10.00"),
    ("2", "C2", "b@example.org", "0302", "2024-01-06", "refunded", "EUR", "CUP", "1", "5.00"),
    ("2", "C2", "b@example.org", "0302", "2024-01-06", "refunded", "EUR", "JUG", "1", "20.00"),
    ("2", "C2", "b@example.org", "0302", "2024-01-06", "refunded", "EUR", "MUG", "1", "10.00"),
    ("3", "C1", "a@example.org", "0301", "2024-02-01", "paid", "EUR", "JUG", "1", "20.00"),
)
ENGINES: dict[str, Callable[[pa.Table], Any]] = {"arrow": lambda table: table, "polars": pl.from_arrow}


def table(rows: Sequence[Sequence[str | None]], names: Sequence[str] = NAMES) -> pa.Table:
    return pa.table(
        {name: pa.array(list(cells), pa.string()) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    )


def once(blank: Sequence[str], rows: Sequence[Sequence[str]] = FULL) -> list[list[str | None]]:
    """The same with some columns on the first line of each order only."""
    seen: set[str] = set()
    made = []
    for row in rows:
        first = row[0] not in seen
        seen.add(row[0])
        made.append([cell if first or name not in blank else None for name, cell in zip(NAMES, row, strict=True)])
    return made


def lines(orders: Orders) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orders.engine.collect(orders.lines.sort("source_line")).to_pylist()
    return found


def codes(orders: Orders) -> set[str]:
    return {one.code for one in orders.facts.decisions}


BLANK = (
    ("status",),
    ("customer_id", "email", "phone"),
    ("order_date",),
    ("status", "currency"),
    ("customer_id", "email", "phone", "order_date", "status", "currency"),
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("blank", BLANK, ids=" ".join)
def test_an_order_is_the_same_whether_its_cells_are_repeated(blank: tuple[str, ...], engine: str):
    orders = read_orders(ENGINES[engine](table(once(blank))))
    assert lines(orders) == lines(read_orders(table(FULL)))
    told = next(one for one in orders.facts.decisions if one.code == "cells_of_the_order")
    assert (told.lines, told.money) == (3, 50.0)
    assert clean_orders(orders).report.ledger.lines_set_aside == {"returned": 3}


def test_where_the_order_number_is_left_out_too_the_row_above_tells():
    rows = once(NAMES[:7])
    orders = read_orders(table(rows))
    assert lines(orders) == lines(read_orders(table(FULL)))
    told = next(one for one in orders.facts.decisions if one.code == "cells_from_above")
    assert (told.lines, told.money) == (3, 50.0)


def test_without_order_numbers_too():
    places = [place for place, name in enumerate(NAMES) if name != "order_id"]
    names = [NAMES[place] for place in places]
    rows = [[row[place] for place in places] for row in once(NAMES[:7])]
    orders = read_orders(table(rows, names))
    assert inspect_orders(orders).customers == 2
    assert inspect_orders(orders).orders == 3
    assert inspect_orders(orders).empty.get("customer_id") is None


def test_a_guest_has_no_customer_on_any_line():
    guest = [("4", None, None, None, "2024-02-03", "paid", "EUR", sku, "1", "5.00") for sku in ("CUP", "MUG")]
    rows = [*once(("status",)), *guest]
    rows[-1] = (*guest[1][:5], None, *guest[1][6:])
    orders = read_orders(table(rows))
    found = lines(orders)
    assert [row["customer_id"] for row in found[-2:]] == [None, None]
    assert [row["status"] for row in found[-2:]] == ["paid", "paid"]
    cleaned = clean_orders(orders, CleaningOptions(allow_mostly_set_aside=True))
    assert cleaned.report.ledger.lines_set_aside == {"no_customer": 2, "returned": 3}


def test_a_column_that_is_merely_sometimes_empty_stays_so():
    """One line of forty orders came back, and a customer is missing on one line: neither says anything of the rest."""
    rows = []
    for order in range(40):
        for line in range(3):
            status = "returned" if (order + line) % 3 == 0 else None
            customer = None if (order, line) == (7, 1) else f"C{order % 9}"
            rows.append((str(order), customer, None, None, "2024-01-05", status, "EUR", f"P{line}", "1", "5.00"))
    orders = read_orders(table(rows))
    assert codes(orders) == {"amount_from_price"}
    assert sum(row["status"] is None for row in lines(orders)) == sum(row[5] is None for row in rows)


def test_a_few_damaged_rows_are_not_the_order_above():
    rows: list[tuple[str | None, ...]]
    rows = [(str(n), f"C{n % 50}", None, None, "2024-01-05", None, None, "CUP", "1", "5.00") for n in range(400)]
    rows[200] = (None, None, None, None, None, None, None, "CUP", "1", "5.00")
    orders = read_orders(table(rows))
    assert "cells_from_above" not in codes(orders)
    assert clean_orders(orders).report.ledger.lines_set_aside == {"no_customer": 1}


GROUPED = (
    ("Ada", "1", "2024-01-05", "CUP", "5.00"),
    (None, None, None, "MUG", "10.00"),
    (None, "2", "2024-03-05", "JUG", "20.00"),
    ("Bea", "3", "2024-01-06", "CUP", "5.00"),
    (None, "4", "2024-01-07", "CUP", "5.00"),
    (None, None, None, "JUG", "20.00"),
    ("Cid", "5", "2024-01-03", "MUG", "10.00"),
)


def test_a_table_grouped_by_customer_without_order_numbers():
    rows = [(row[0], *row[2:]) for row in GROUPED]
    orders = read_orders(table(rows, ("Customer", "Date", "Item", "Amount")))
    assert [row["customer_id"] for row in lines(orders)] == ["Ada"] * 3 + ["Bea"] * 3 + ["Cid"]


def test_a_table_grouped_by_customer():
    orders = read_orders(table(GROUPED, ("Customer", "Order", "Date", "Item", "Amount")))
    found = lines(orders)
    assert [row["customer_id"] for row in found] == ["Ada"] * 3 + ["Bea"] * 3 + ["Cid"]
    assert [row["order_id"] for row in found] == ["1", "1", "2", "3", "4", "4", "5"]
    assert codes(orders) >= {"cells_from_above", "customers_from_above"}


def test_guests_in_a_list_by_day_are_not_the_customer_above():
    rows = [
        ("Ada", "1", "2024-01-03", "CUP", "5.00"),
        (None, "2", "2024-01-04", "MUG", "10.00"),
        ("Bea", "3", "2024-01-05", "JUG", "20.00"),
        (None, "4", "2024-01-06", "CUP", "5.00"),
        ("Max", "5", "2024-01-07", "CUP", "5.00"),
        ("Zoe", "6", "2024-01-07", "CUP", "5.00"),
    ]
    orders = read_orders(table(rows, ("Customer", "Order", "Date", "Item", "Amount")))
    assert [row["customer_id"] for row in lines(orders)] == [row[0] for row in rows]


def test_people_are_found_by_the_customer_of_their_order():
    orders = read_orders(table(once(("customer_id", "email", "phone", "order_date"))))
    people = orders.engine.collect(orders.personal().sort("source_line")).to_pylist()
    assert [row["customer_id"] for row in people] == [row[1] for row in FULL]
    assert {row["phone"] for row in people if row["customer_id"] == "C2"} == {"0302", None}


@pytest.mark.parametrize(("code", "blank"), [("cells_of_the_order", BLANK[-1]), ("cells_from_above", NAMES[:7])])
def test_it_can_be_undone(code: str, blank: tuple[str, ...]):
    orders = read_orders(table(once(blank)), ReadingOptions(undo=(code,)))
    assert code not in codes(orders)
    assert sum(row["customer_id"] is None for row in lines(orders)) == 3


@pytest.mark.parametrize(("once_only", "filled"), [(4, True), (3, False)])
def test_orders_of_several_lines_alone_show_how_a_source_writes(once_only: int, *, filled: bool):
    """Of five such orders so many have their status on the first line alone, beside forty orders of one line."""
    rows: list[list[str | None]] = []
    for order in range(5):
        last = None if order < once_only else "paid"
        rows += [[str(order), f"C{order}", None, None, "2024-01-05", status, "EUR", sku, "1", "5.00"]
                 for status, sku in (("paid", "CUP"), (None, "MUG"), (last, "JUG"))]  # fmt: skip
    rows += [[str(n), f"C{n % 9}", None, None, "2024-01-06", "paid", "EUR", "CUP", "1", "5.00"] for n in range(10, 50)]
    assert ("cells_of_the_order" in codes(read_orders(table(rows)))) is filled


@pytest.mark.parametrize(("rows", "told"), [(2, True), (1, False)])
def test_one_row_in_a_hundred_goes_on_with_the_order_above(rows: int, *, told: bool):
    """Where orders have numbers; of two hundred rows."""
    lines_: list[list[str | None]]
    lines_ = [[str(n), f"C{n % 9}", None, None, "2024-01-06", "paid", "EUR", "CUP", "1", "5.00"] for n in range(200)]
    for place in range(rows):
        lines_[50 + 3 * place][:7] = [None] * 7
    assert ("cells_from_above" in codes(read_orders(table(lines_)))) is told


@pytest.mark.parametrize(
    ("ids", "grouped"),
    [
        (["1", "2", "10"], True),
        (["10", "2", "1"], True),
        (["1", "10", "2"], False),
        (["Ada", "Bea", "Cid"], True),
        (["Cid", "Bea", "ada"], True),
        (["Ada", "Cid", "Bea"], False),
        (["Ada", "Bea", "Ada"], False),
        (["Ada", "ada", "Bea"], True),
        (["1", "10", "Bea"], True),
        (["1", "1"], False),
        ([*"ABCDEFGHIJ", "A1"], True),  # one step in ten may be of another alphabet
        ([*"ABCDEFGHI", "A1"], False),
    ],
)
def test_customers_of_a_pivot_table_stand_once_and_in_order(ids: list[str], *, grouped: bool):
    assert _grouped(ids) is grouped


MONDAY = date(2024, 1, 1)


def cells_of(read: LinesRead, role: str) -> list[Any]:
    found: list[Any] = read.engine.collect(read.lines.sort("source_line"))[role].to_pylist()
    return found


def told_of(read: LinesRead) -> list[tuple[str, tuple[str, ...], int | None, float | None]]:
    return [(one.code, one.columns, one.lines, one.money) for one in read.decisions]


def headed(lines_: int, again: Sequence[int], *, numbered: bool = True) -> dict[str, list[Any]]:
    """Lines of an order each, but for some that go on with the one above."""
    rows = range(lines_)
    cells: dict[str, list[Any]] = {
        "order_id": [None if n in again else str(n) for n in rows],
        "customer_id": [None if n in again else f"C{n}" for n in rows],
        "ordered_on": [None if n in again else MONDAY + timedelta(n) for n in rows],
        "product_id": ["CUP"] * lines_,
        "amount": [2.0] * lines_,
    }
    return cells if numbered else {role: some for role, some in cells.items() if role != "order_id"}


@pytest.mark.parametrize(
    ("count", "again", "numbered", "filled"),
    [
        (100, [50], True, True),
        (101, [50], True, False),
        (201, [50, 51], True, False),
        (20, [10], False, True),
        (21, [10], False, False),
        (20, [0], False, False),  # above the first row there is none
        (20, [0, 1], False, False),
        (20, [1], False, True),
        (20, [19], False, True),
        (20, [], False, False),
        (2, [0, 1], False, False),
    ],
)
def test_enough_rows_below_a_first_one_go_on(
    lines_of: Lines, count: int, again: list[int], *, numbered: bool, filled: bool
):
    read = fill_from_above(lines_of(headed(count, again, numbered=numbered)))
    roles = ("order_id", "customer_id", "ordered_on") if numbered else ("customer_id", "ordered_on")
    wanted = [("cells_from_above", roles, len(again), 2.0 * len(again))] if filled else []
    assert told_of(read) == wanted
    customers = [f"C{n - 1}" if n in again and filled else None if n in again else f"C{n}" for n in range(count)]
    assert cells_of(read, "customer_id") == customers


@pytest.mark.parametrize(("repeated", "filled"), [(2, True), (3, False)])
def test_where_order_numbers_are_repeated_no_row_goes_on(lines_of: Lines, repeated: int, *, filled: bool):
    """Of ten numbers, with eight different ones or seven."""
    cells = headed(11, [10])
    cells["order_id"][:10] = [str(max(n, repeated)) for n in range(10)]
    assert bool(fill_from_above(lines_of(cells)).decisions) is filled


def test_a_row_goes_on_with_the_nearest_order_and_keeps_what_it_has(lines_of: Lines):
    """The third order is a guest's, the row of a total is none, and a row without anything of a line stays."""
    cells: dict[str, list[Any]] = {
        "order_id": ["1", None, None, "2", None, None, "3", None, None],
        "customer_id": ["A", None, None, None, None, None, "B", None, None],
        "ordered_on": [MONDAY, None, None, MONDAY, None, None, None, None, None],
        "status": ["paid", "sent", None, None, None, None, "paid", None, "sent"],
        "product_id": ["P", "Q", "R", "P", "Q", "S", "P", None, None],
        "quantity": [1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 3.0, None],
        "unit_price": [1.0, 4.0, 2.5, 1.0, None, 1.0, 1.0, 2.0, 1.0],
        "row_kind": [None, None, None, None, None, "total_row", None, None, None],
    }
    read = fill_from_above(lines_of(cells, names={"ordered_on": "Day"}))
    del cells["row_kind"][:]
    assert cells_of(read, "order_id") == ["1", "1", "1", "2", "2", None, "3", "3", "3"]
    assert cells_of(read, "customer_id") == ["A", "A", "A", None, None, None, "B", "B", "B"]
    assert cells_of(read, "ordered_on") == [MONDAY] * 5 + [None] * 4
    assert cells_of(read, "status") == ["paid", "sent", "paid", None, None, None, "paid", "paid", "sent"]
    assert told_of(read) == [("cells_from_above", ("order_id", "customer_id", "Day", "status"), 5, 15.0)]
    assert read.lines.collect_schema().names() == ["source_line", *cells]


def test_a_row_with_nothing_of_a_line_does_not_go_on(lines_of: Lines):
    cells = headed(10, [4, 5])
    for role in ("product_id", "amount"):
        cells[role][5] = None
    read = fill_from_above(lines_of(cells))
    assert cells_of(read, "customer_id")[3:7] == ["C3", "C3", None, "C6"]
    assert [one.lines for one in read.decisions] == [1]


def test_amounts_that_are_missing_are_told_by_price(lines_of: Lines):
    cells = headed(10, [4, 5]) | {"quantity": [3.0] * 10, "unit_price": [5.0] * 10}
    cells["amount"][5] = None
    assert [one.money for one in fill_from_above(lines_of(cells)).decisions] == [17.0]
    assert [one.money for one in fill_from_above(lines_of(cells | {"amount": [None] * 10})).decisions] == [30.0]
    bare = {role: some for role, some in headed(10, [4, 5]).items() if role != "amount"}
    assert [one.money for one in fill_from_above(lines_of(bare)).decisions] == [0.0]


@pytest.mark.parametrize("role", ["customer_id", "ordered_on"])
def test_where_a_day_or_a_customer_is_on_every_row_none_goes_on(lines_of: Lines, role: str):
    read = lines_of(headed(10, [4, 5]) | {role: headed(10, [])[role]})
    assert fill_from_above(read) is read


def test_below_a_row_without_anything_there_is_nothing_to_give(lines_of: Lines):
    cells = {
        "customer_id": [None, None], "ordered_on": [None, None], "status": [None, None], "product_id": [None, "CUP"],
    }  # fmt: skip
    read = lines_of(cells)
    assert fill_from_above(read).decisions == ()
    assert fill_from_above(read).lines.collect_schema().names()[:2] == ["source_line", "customer_id"]


def pivot(*blocks: int, days: Sequence[date | None] | None = None, first: str = "A") -> dict[str, list[Any]]:
    """Customers in order, each with some rows of her own."""
    rows = sum(blocks)
    customers = [
        chr(ord(first) + block) if row == 0 else None for block, n in enumerate(blocks) for row in range(n)
    ]  # fmt: skip
    return {
        "customer_id": customers, "order_id": [str(n) for n in range(rows)],
        "ordered_on": list(days or [MONDAY + timedelta(n * 2 % 3) for n in range(rows)]), "amount": [2.0] * rows,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "filled"),
    [
        ((1, 2, 1), "ABBC"),
        ((2, 1, 1, 1), "AABCD"),
        ((2, 1, 1, 1, 1), None),  # a gap for five customers is a guest
        ((3, 1, 1, 1, 1), "AAABCDE"),
        ((2, 2), None),  # two customers are no table of customers
        ((1, 1, 3), "ABCCC"),
    ],
)
def test_a_row_is_of_the_customer_above(lines_of: Lines, blocks: tuple[int, ...], filled: str | None):
    cells = pivot(*blocks)
    read = fill_blocks(lines_of(cells))
    assert cells_of(read, "customer_id") == (list(filled) if filled else cells["customer_id"])
    gaps = sum(blocks) - len(blocks)
    assert told_of(read) == ([("customers_from_above", ("customer_id",), gaps, 2.0 * gaps)] if filled else [])


@pytest.mark.parametrize(
    ("days", "filled"), [([0, 1, 2, 3], False), ([3, 2, 1, 1], False), ([0, 1, 3, 2], True), ([3, 2, None, 1], False)]
)
def test_rows_by_day_are_no_table_of_customers(lines_of: Lines, days: list[int | None], *, filled: bool):
    when = [None if day is None else MONDAY + timedelta(day) for day in days]
    assert bool(fill_blocks(lines_of(pivot(1, 2, 1, days=when))).decisions) is filled


@pytest.mark.parametrize(("place", "filled"), [(4999, True), (5000, False)])
def test_the_first_five_thousand_rows_show_whether_they_stand_by_day(lines_of: Lines, place: int, *, filled: bool):
    days = [MONDAY + timedelta(1)] * 5001
    days[0] = days[place] = MONDAY
    assert bool(fill_blocks(lines_of(pivot(2, 1, 4998, days=days))).decisions) is filled


def test_above_the_first_customer_a_row_is_nobodys(lines_of: Lines):
    cells = pivot(2, 2, 2)
    cells["customer_id"] = [None, "A", "B", None, "C", None]
    assert fill_blocks(lines_of(cells)).decisions == ()
    cells["row_kind"] = ["repeated_header", None, None, None, None, None]
    read = fill_blocks(lines_of(cells))
    assert cells_of(read, "customer_id") == [None, "A", "B", "B", "C", "C"]


def test_rows_that_are_none_and_rows_without_an_order_have_no_customer_above(lines_of: Lines):
    cells = pivot(4, 3, 2)
    cells["order_id"][1:4] = [None, None, "1"]
    cells["ordered_on"][2:4] = [None, None]
    cells["row_kind"] = [None] * 8 + ["total_row"]
    read = fill_blocks(lines_of(cells))
    assert cells_of(read, "customer_id") == ["A", "A", None, "A", "B", "B", "B", "C", None]
    assert [one.lines for one in read.decisions] == [4]


def test_customers_that_stand_twice_or_in_no_order_are_no_table(lines_of: Lines):
    for customers in (["A", None, "B", None, "A", None], ["B", None, "C", None, "A", None]):
        cells = pivot(2, 2, 2) | {"customer_id": customers}
        assert fill_blocks(lines_of(cells)).decisions == ()
    read = lines_of(pivot(2, 2, 2), undo=("customers_from_above",))
    assert fill_blocks(read) is read


def orders_with(*status: str) -> dict[str, list[Any]]:
    """Orders with a letter for each line; a dot where the cell is empty."""
    return {
        "order_id": [str(order) for order, some in enumerate(status) for _ in some],
        "customer_id": ["A" for some in status for _ in some],
        "ordered_on": [MONDAY for some in status for _ in some],
        "status": [None if cell == "." else cell for some in status for cell in some],
        "amount": [2.0 for some in status for _ in some],
    }


@pytest.mark.parametrize(
    ("status", "filled"),
    [
        (("p..", "r."), "ppprr"),
        (("p..", "r.", "s"), "ppprrs"),
        (("p..", ".r"), None),  # on the second line it is that line's
        ((".p", ".r"), None),
        (("pp.", "rr."), None),
        (("p.", "r.", "s.", "t.", "uu"), "pprrssttuu"),
        (("p.", "r.", "s.", "uu"), None),
        (("p.", "r.", "s.", "t.", ".u"), "pprrsstt.u"),
        (("p.", "..", "."), "pp..."),
        (("p", "."), None),
        (("pp", "rr"), None),
        (("..", ".."), None),
    ],
)
def test_the_first_line_of_an_order_speaks_for_its_others(lines_of: Lines, status: tuple[str, ...], filled: str | None):
    read = fill_orders(lines_of(orders_with(*status)))
    text = filled or "".join(status)
    assert cells_of(read, "status") == [None if cell == "." else cell for cell in text]
    changed = sum(one != other for one, other in zip("".join(status), text, strict=True))
    assert told_of(read) == ([("cells_of_the_order", ("status",), changed, 2.0 * changed)] if filled else [])


def test_lines_without_an_order_are_given_nothing(lines_of: Lines):
    cells = orders_with("p.", "r.", "s.", "t..")
    cells["order_id"][6:] = [None, None, None]
    read = fill_orders(lines_of(cells))
    assert cells_of(read, "status") == ["p", "p", "r", "r", "s", "s", "t", None, None]


def test_a_row_that_is_none_lacks_nothing(lines_of: Lines):
    cells = orders_with("pp", "rr", ".")
    cells["row_kind"] = [None] * 4 + ["total_row"]
    assert fill_orders(lines_of(cells)).decisions == ()
    cells = orders_with("p.", "r.", ".") | {"row_kind": [None] * 4 + ["total_row"]}
    assert cells_of(fill_orders(lines_of(cells)), "status") == ["p", "p", "r", "r", None]


def test_without_order_numbers_or_undone_no_order_speaks(lines_of: Lines):
    cells = orders_with("p.", "r.")
    read = lines_of(cells, undo=("cells_of_the_order",))
    assert fill_orders(read) is read
    read = lines_of({role: some for role, some in cells.items() if role != "order_id"})
    assert fill_orders(read) is read
