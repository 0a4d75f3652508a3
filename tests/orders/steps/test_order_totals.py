"""A total of the whole order on its lines is counted once, whatever its name and language."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.decisions import Decision
from marketfold.orders import Orders, read_orders
from marketfold.orders.steps.order_totals import _is_suspect, leave_order_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders.steps import LinesRead

    Lines = Callable[..., LinesRead]

ORDERS = ([(1, 1000), (2, 1050)], [(1, 500)], [(3, 250), (1, 1999), (2, 100)], [(1, 4000), (1, 75)], [(2, 600)])
"""Quantity and price, in cents, of each line of five orders."""
TRUE = sum(quantity * price for lines in ORDERS for quantity, price in lines) / 100
SHIPPING = 190


def rows(*, shipping: int = 0) -> list[dict[str, str]]:
    """Lines of the orders, each with the total of its order."""
    numbers = count(1)
    made = []
    for order, lines in enumerate(ORDERS, start=1):
        total = sum(quantity * price for quantity, price in lines) + shipping
        for place, (quantity, price) in enumerate(lines, start=1):
            made.append(
                {
                    "order": str(order), "customer": f"C{order % 3}", "day": f"2024-01-{order:02}", "place": str(place),
                    "product": f"P{next(numbers)}", "quantity": str(quantity), "price": f"{price / 100:.2f}",
                    "line": f"{quantity * price / 100:.2f}", "total": f"{total / 100:.2f}",
                }
            )  # fmt: skip
    return made


def read(names: dict[str, str], lines: list[dict[str, str]] | None = None, **mapping: str) -> Orders:
    """Read a table of these columns under these names."""
    table = {name: [line[column] for line in lines or rows()] for column, name in names.items()}
    return read_orders(pa.table(table), ReadingOptions(mapping=mapping))


def on_polars(table: pa.Table) -> pl.LazyFrame:
    """The same table where Polars reads it."""
    return pl.DataFrame(table.to_pydict()).lazy()


def money(orders: Orders) -> float:
    amounts = orders.engine.collect(orders.lines)["amount"].to_pylist()
    return float(round(sum(amount for amount in amounts if amount is not None), 4))


def codes(orders: Orders) -> set[str]:
    return {one.code for one in orders.facts.decisions}


WHO = {"order": "Order ID", "customer": "Customer ID", "day": "Order Date"}
GERMAN = {"order": "Bestellnummer", "customer": "Kundennummer", "day": "Bestelldatum", "product": "Artikelnummer"}
PRICED = {
    "Total Amount": WHO | {"product": "SKU", "quantity": "Quantity", "price": "Unit Price"},
    "Order Amount": WHO | {"product": "SKU", "quantity": "Qty", "price": "Price"},
    "Grand Total": WHO | {"quantity": "Quantity", "price": "Price"},
    "Gesamtbetrag": GERMAN | {"quantity": "Menge", "price": "Einzelpreis"},
    "Bestellwert": GERMAN | {"quantity": "Menge", "price": "Einzelpreis"},
    "Importe total": {"order": "Número de pedido", "customer": "ID cliente", "day": "Fecha de pedido",
                      "quantity": "Cantidad", "price": "Precio unitario"},
    "Montant total": {"order": "N° commande", "customer": "N° client", "day": "Date de commande",
                      "quantity": "Quantité", "price": "Prix unitaire"},
    "Totale ordine": {"order": "Numero ordine", "customer": "Codice cliente", "day": "Data ordine",
                      "quantity": "Quantità", "price": "Prezzo"},
    "Totaalbedrag": {"order": "Bestelnummer", "customer": "Klantnummer", "day": "Besteldatum", "quantity": "Aantal",
                     "price": "Stukprijs"},
    "Valor total": {"order": "Número do pedido", "customer": "ID cliente", "day": "Data do pedido",
                    "quantity": "Quantidade", "price": "Preço"},
}  # fmt: skip


@pytest.mark.parametrize("shipping", [0, SHIPPING])
@pytest.mark.parametrize("name", PRICED)
def test_quantity_and_price_stand_for_a_total_on_every_line(name: str, shipping: int):
    orders = read(PRICED[name] | {"total": name}, rows(shipping=shipping))
    assert money(orders) == TRUE
    told = next(one for one in orders.facts.decisions if one.code == "order_total")
    assert told.columns == (name,)
    assert told.money == pytest.approx(shipping * len(ORDERS) / 100)


def test_a_total_on_the_first_line_only():
    lines = rows(shipping=SHIPPING)
    for line in lines:
        line["total"] = line["total"] if line["place"] == "1" else ""
    assert money(read(PRICED["Total Amount"] | {"total": "Total"}, lines)) == TRUE
    shared = read(WHO | {"product": "SKU", "total": "Total"}, lines)
    assert money(shared) == pytest.approx(TRUE + 1.9 * len(ORDERS))
    amounts = shared.engine.collect(shared.lines.sort("source_line"))["amount"].to_pylist()
    assert amounts[:2] == [16.45, 16.45]  # half each of 31.00 and the shipping, though one line had it all


def test_one_order_is_enough_where_its_lines_make_up_the_total():
    orders = read(PRICED["Total Amount"] | {"total": "Total Amount"}, rows()[:2])
    assert (money(orders), codes(orders)) == (31.0, {"order_total"})


@pytest.mark.parametrize("columns", [("product",), ("product", "quantity"), ("place",)])
@pytest.mark.parametrize(
    "name", ["Total Amount", "payment_value", "Gesamtbetrag", "Importe total", "Totaalprijs bestelling"]
)
def test_without_prices_a_total_is_shared_out(name: str, columns: tuple[str, ...]):
    extra = {column: {"product": "SKU", "quantity": "Quantity", "place": "Item"}[column] for column in columns}
    orders = read(WHO | extra | {"total": name}, rows(shipping=1))
    amounts = orders.engine.collect(orders.lines.sort("source_line"))["amount"].to_pylist()
    assert money(orders) == round(TRUE + 0.01 * len(ORDERS), 2)
    assert amounts == pytest.approx([round(amount, 2) for amount in amounts], abs=1e-9)
    assert max(amounts[:2]) - min(amounts[:2]) < 0.02
    assert "order_total_shared" in codes(orders)


def test_a_price_for_each_item_stands_for_the_payment():
    lines = rows(shipping=300)
    orders = read(WHO | {"place": "order_item_id", "product": "product_id", "line": "price",
                         "total": "payment_value"}, lines)  # fmt: skip
    assert money(orders) == TRUE
    assert {"price_as_amount", "other_money"} <= codes(orders)
    told = next(one for one in orders.facts.decisions if one.code == "other_money")
    assert told.money == 3.0 * len(ORDERS)


@pytest.mark.parametrize("name", ["Total Amount", "Gesamtbetrag", "Line Total", "Total"])
def test_an_amount_of_the_line_stays(name: str):
    orders = read(PRICED["Total Amount"] | {"line": name})
    assert orders.facts.mapping["amount"] == name
    assert money(orders) == TRUE
    assert not codes(orders)


def test_lines_that_cost_the_same_are_no_total():
    same = [{**line, "line": "10.00"} for line in rows()]
    assert money(read(WHO | {"product": "SKU", "line": "Amount"}, same)) == 10.0 * len(same)


def test_what_the_user_gives_is_taken():
    orders = read(PRICED["Total Amount"] | {"total": "Total Amount"}, amount="Total Amount")
    assert money(orders) > TRUE


def test_lines_that_lack_much_of_their_totals_are_warned_of():
    lines = [line for line in rows() if line["product"] != "P4"]
    told = read(PRICED["Total Amount"] | {"total": "Total"}, lines).facts.decisions
    assert [one.code for one in told] == ["order_total"]
    lines = [line | {"quantity": "1"} for line in rows()]
    told = read(PRICED["Total Amount"] | {"total": "Total"}, lines).facts.decisions
    assert [one.kind.way for one in told] == ["warned"]


REPEATED = sum(len(lines) * sum(quantity * price for quantity, price in lines) for lines in ORDERS) / 100


def decision(orders: Orders, code: str) -> Decision:
    (told,) = [one for one in orders.facts.decisions if one.code == code]
    return told


def test_what_is_shared_out_is_told_with_its_money():
    told = decision(read(WHO | {"product": "SKU", "total": "Total Amount"}), "order_total_shared")
    assert (told.columns, told.lines) == (("Total Amount",), 3)  # of the five orders three have several lines
    assert told.money == pytest.approx(REPEATED - TRUE)
    assert told.numbers == {"repeated": REPEATED, "once": TRUE, "orders": 3}


@pytest.mark.parametrize(("off", "code"), [(1500, "order_total"), (1501, "order_total_differs")])
def test_a_total_that_its_lines_miss_by_over_fifteen_in_a_hundred_is_doubted(off: int, code: str):
    """Lines of 85.00 in all, in orders of 100.00 and, with a cent more, of 100.01."""
    lines = [line | {"quantity": "1", "price": "4.25", "total": f"{(850 + off / 10) / 100:.3f}"} for line in rows()[:2]]
    made = [
        line | {"order": str(number), "product": f"P{number}{place}"}
        for number in range(10) for place, line in enumerate(lines)
    ]  # fmt: skip
    told = decision(read(PRICED["Total Amount"] | {"total": "Total Amount"}, made), code)
    assert (told.lines, told.money) == (10, off / 100)
    once = 85 + off / 100
    assert told.numbers == {"repeated": pytest.approx(2 * once), "once": pytest.approx(once), "by_lines": 85}


def test_what_cannot_be_parted_to_the_cent_stays_on_the_first_line_of_the_order():
    totals = {"1": "10.00", "2": "7.00", "3": "10.00", "4": "1.02", "5": "6.00"}
    orders = read(WHO | {"product": "SKU", "total": "Total"}, [one | {"total": totals[one["order"]]} for one in rows()])
    amounts = orders.engine.collect(orders.lines.sort("source_line"))["amount"].to_pylist()
    assert amounts == [5, 5, 7, 3.34, 3.33, 3.33, 0.51, 0.51, 6]
    assert decision(orders, "order_total_shared").lines == 3


@pytest.mark.parametrize("columns", [{"product": "SKU"}, {"quantity": "Quantity", "price": "Unit Price"}])
def test_polars_counts_the_same(columns: dict[str, str]):
    names = WHO | columns | {"total": "Total Amount"}
    table = pa.table({name: [line[column] for line in rows()] for column, name in names.items()})
    found = [read_orders(source) for source in (table, on_polars(table))]
    assert found[0].facts.decisions == found[1].facts.decisions
    amounts = [orders.engine.collect(orders.lines.sort("source_line"))["amount"].to_pylist() for orders in found]
    assert amounts[0] == pytest.approx(amounts[1], abs=1e-9)


Cells = dict[str, list[Any]]


def of_orders(*orders: Sequence[tuple[float | None, float | None, float | None]], priced: bool = True) -> Cells:
    """Lines of orders, each of a product with its quantity, price and amount."""
    lines = [
        (str(n), f"P{place}", *(None if one is None else float(one) for one in line))
        for n, order in enumerate(orders) for place, line in enumerate(order)
    ]  # fmt: skip
    names = ("order_id", "product_id", "quantity", "unit_price", "amount")
    cells = {name: list(some) for name, some in zip(names, zip(*lines, strict=True), strict=True)}
    if not priced:
        del cells["quantity"], cells["unit_price"]
    return {"customer_id": ["A"] * len(lines)} | cells


def left(read: LinesRead, cells: Cells | None = None) -> list[tuple[str, int | None, float | None]]:
    """What is decided; where cells are given, they are the first that are seen."""
    if cells is not None:
        read = replace(read, sample={name: cells[role] for role, name in read.mapping.items()})
    return [(one.code, one.lines, one.money) for one in leave_order_totals(read).decisions]


FITS, ONCE_FITS, MISSES, LINE = (
    [(1, 4, 10), (1, 6, 10)],
    [(1, 4, 10), (1, 6, None)],
    [(1, 1, 10), (1, 4, 10)],
    [(1, 4, 4), (1, 6, 6)],
)


@pytest.mark.parametrize(
    ("orders", "priced", "told"),
    [
        ([ONCE_FITS], True, ("order_total", 1, 0)),
        ([ONCE_FITS] * 2, True, ("order_total", 2, 0)),
        ([ONCE_FITS, [(1, 1, 10), (1, 4, None)]], True, None),  # of two orders both must fit
        ([ONCE_FITS, ONCE_FITS, [(1, 1, 10), (1, 4, None)]], True, ("order_total_shared", 3, 0)),
        ([ONCE_FITS] * 2, False, None),
        ([ONCE_FITS] * 3, False, ("order_total_shared", 3, 0)),
        ([FITS] * 7 + [MISSES] * 3, True, ("order_total", 10, 15)),
        ([FITS] * 6 + [MISSES] * 4, True, ("order_total_shared", 10, 100)),
        ([[(1, 9, 9)]] * 6, True, None),
        ([[(1, 4, 0), (1, 6, 0)]] * 3, True, None),
        ([FITS] * 4 + [LINE], True, ("order_total", 4, 0)),
        ([FITS] * 3 + [LINE], True, None),
        ([FITS] * 3 + [LINE] + [[(1, 9, 9)]] * 5, True, None),  # an order of one line says nothing
        ([FITS] * 6 + [MISSES] * 4 + [[(1, 9, 9)]] * 5, True, ("order_total_shared", 10, 100)),
        ([FITS] * 2 + [ONCE_FITS] * 2 + [LINE], True, ("order_total", 4, 0)),
        ([FITS] * 3 + [[(1, 4, 0), (1, 6, 0)]] * 3, True, ("order_total_differs", 3, 30)),  # nothing was taken of them
        ([FITS] * 3 + [[(1, 4, None), (1, 6, None)]] * 3, True, ("order_total_differs", 3, 30)),
        ([FITS] * 3 + [[(1, 4, None), (1, 6, 10), (1, 7, None)]], True, ("order_total_differs", 4, 7)),
    ],
)
def test_enough_orders_must_have_one_total(
    lines_of: Lines, orders: list[list[tuple[float | None, float | None, float | None]]], *, priced: bool,
    told: tuple[str, int, float] | None,
):  # fmt: skip
    cells = of_orders(*orders, priced=priced)
    first = of_orders(*[FITS if (orders[0] is FITS) else ONCE_FITS] * (len(cells["amount"]) // 2 + 1), priced=priced)
    seen = {role: some[: len(cells["amount"])] for role, some in first.items()}
    assert left(lines_of(cells), seen) == ([] if told is None else [told])


@pytest.mark.parametrize(("second", "code"), [(2.0, "order_total_differs"), (1.99, "order_total_shared")])
def test_lines_make_up_a_total_up_to_two_in_five(lines_of: Lines, second: float, code: str):
    """Of ten that is four, be it more or less."""
    cells = of_orders(*[[(1, 4, 10), (1, second, 10)]] * 3)
    assert [one[0] for one in left(lines_of(cells), of_orders(*[FITS] * 3))] == [code]
    cells = of_orders(*[[(1, 4, 10), (1, 12 - second, 10)]] * 3)
    assert [one[0] for one in left(lines_of(cells), of_orders(*[FITS] * 3))] == [code]
    cells = of_orders(*[[(1, -4, -10), (1, -second, -10)]] * 3)
    assert [one[0] for one in left(lines_of(cells), of_orders(*[FITS] * 3))] == [code]


def test_rows_that_are_none_and_lines_without_an_order_say_nothing_of_totals(lines_of: Lines):
    cells = of_orders(*[FITS] * 3, LINE, LINE)
    assert left(lines_of(cells), of_orders(*[FITS] * 5)) == []
    kinds = [None] * 6 + ["moved_row"] * 4
    assert left(lines_of(cells | {"row_kind": kinds}), of_orders(*[FITS] * 5)) == [("order_total", 3, 0)]
    cells["order_id"][6:] = [None] * 4
    assert left(lines_of(cells), of_orders(*[FITS] * 5)) == [("order_total", 3, 0)]


def test_lines_alike_are_no_order_of_several_things(lines_of: Lines):
    """Twice the same for the same money: each may have cost that."""
    for role in ("product_id", "quantity", "unit_price"):
        cells = of_orders(*[[(1, 5, 10), (1, 5, 10)]] * 3) | {"product_id": ["P"] * 6}
        assert left(lines_of(cells), of_orders(*[FITS] * 3)) == []
        assert left(lines_of(cells | {role: [None] * 6}), of_orders(*[FITS] * 3)) == []
        cells[role] = ["P", "Q"] * 3 if role == "product_id" else [4.0, 6.0] * 3
        assert [one[1] for one in left(lines_of(cells), of_orders(*[FITS] * 3))] == [3]


def test_without_anything_of_a_line_orders_of_several_rows_tell(lines_of: Lines):
    """They are counted where the order's rows differ in something that is not read."""
    totals = [10.0, 20.0, 30.0, 40.0]
    cells = {
        "order_id": [str(n) for n in range(4) for _ in range(2)], "customer_id": ["A"] * 8,
        "amount": [one for one in totals for _ in range(2)],
    }  # fmt: skip
    read = lines_of(cells | {"place": [1, 2] * 4})
    read = leave_order_totals(read)
    assert [(one.code, one.lines, one.money) for one in read.decisions] == [("order_total_shared", 4, 100)]
    assert read.engine.collect(read.lines.sort("source_line"))["amount"].to_pylist() == [
        one / 2 for one in totals for _ in range(2)
    ]


def test_a_shared_total_leaves_other_lines_as_they_are(lines_of: Lines):
    cells = of_orders(
        *[[(None, None, 10), (None, None, None), (None, None, None)]] * 4,
        [(None, None, 4)],
        [(None, None, 5), (None, None, 7)],
        [(None, None, None), (None, None, 0.05), (None, None, None)],
        priced=False,
    )
    cells["order_id"][12] = None
    read = leave_order_totals(lines_of(cells))
    found = read.engine.collect(read.lines.sort("source_line"))["amount"].to_pylist()
    assert found == pytest.approx([3.34, 3.33, 3.33] * 4 + [4, 5, 7, 0.01, 0.02, 0.02], abs=1e-9)
    (told,) = read.decisions
    assert (told.code, told.lines, told.money) == ("order_total_shared", 5, 0)
    assert told.numbers == {"repeated": 52.05, "once": 52.05, "orders": 6}
    assert read.lines.collect_schema().names() == ["source_line", *cells]


def test_money_of_totals_is_told_to_four_places(lines_of: Lines):
    cells = of_orders(*[[(1, 4, 10.00004), (1, 6, 10.00004)]] * 3)
    read = leave_order_totals(lines_of(cells))
    (told,) = read.decisions
    assert (told.money, told.numbers) == (0.0001, {"repeated": 60.0002, "once": 30.0001, "by_lines": 30})
    cells = of_orders(*[[(1, 4, 10.00001), (1, 6, None)]] * 4, priced=False)
    (told,) = leave_order_totals(lines_of(cells)).decisions
    assert (told.money, told.numbers) == (0, {"repeated": 40, "once": 40, "orders": 4})


SINGLE = [(1.0, 10.0, 10.0)]


def single(*last: tuple[float, float, float | None], of: int = 200) -> Cells:
    return of_orders(*[SINGLE] * (of - len(last)), *([one] for one in last))


@pytest.mark.parametrize(
    ("cells", "suspect"),
    [
        (single(), False),
        (single((1, 10, 20)), False),
        (single((1, 10, 20.01)), True),
        (single((1, 10, 0)), False),
        (single((1, 10, -0.01)), True),
        (single((1, 0.01, None)), False),
        (single((1, 0.01, None), (1, 0.01, None)), True),
        (single((1, 0.01, None), of=199), True),
    ],
)
def test_sums_over_all_lines_give_a_reason_to_look_at_orders(lines_of: Lines, cells: Cells, *, suspect: bool):
    read = lines_of(cells)
    assert _is_suspect(read) is suspect
    lines = of_orders(*[LINE] * (len(cells["amount"]) // 2 + 1))
    seen = {role: some[: len(cells["amount"])] for role, some in lines.items()}
    assert _is_suspect(replace(read, sample=seen)) is False  # amounts of lines, as the first orders show
    seen = of_orders(*[FITS] * 3)
    assert _is_suspect(replace(read, sample=seen)) is True


def test_a_total_that_was_given_or_of_no_order_stays(lines_of: Lines):
    cells = of_orders(*[FITS] * 3)
    assert left(lines_of(cells, given={"amount": "amount"})) == []
    for role in ("order_id", "amount"):
        read = lines_of({name: some for name, some in cells.items() if name != role})
        assert leave_order_totals(read) is read
    read = leave_order_totals(lines_of(cells))
    assert not read.has("amount")
    assert "amount" not in read.lines.collect_schema().names()
