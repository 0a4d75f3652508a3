"""Cells that stand once: given to the other lines of their order, and only where a source leaves them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.steps.filling import _grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders import Orders

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
        ([*"ABCDEFGHIJ", "A1"], True),  # one step in ten may be of another alphabet
        ([*"ABCDEFGHI", "A1"], False),
    ],
)
def test_customers_of_a_pivot_table_stand_once_and_in_order(ids: list[str], *, grouped: bool):
    assert _grouped(ids) is grouped
