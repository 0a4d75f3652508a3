"""What came back, and what it takes off what was bought."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions
from marketfold.features import before_day, build_features, split_at
from marketfold.orders import read_orders

DAY = date(2024, 1, 1)


def line(customer: str, day: int, amount: float, **more: Any) -> dict[str, Any]:
    given = {"customer_id": customer, "ordered_on": DAY + timedelta(days=day), "amount": amount}
    return given | {"order_id": f"{customer}{day}", "product_id": "cup", "quantity": 1.0} | more


def clean(*rows: dict[str, Any], without: tuple[str, ...] = ()) -> CleanOrders:
    """Cleaned on DuckDB, with the same report and the same lines on Polars."""
    frame = pl.DataFrame(list(rows), infer_schema_length=None).drop(*without)
    options = CleaningOptions(allow_mostly_set_aside=True)
    here, there = (clean_orders(read_orders(table), options) for table in (frame.to_arrow(), frame))
    assert (here.engine.name, there.engine.name) == ("duckdb", "polars")
    assert here.report == there.report
    assert left(here) == left(there)
    assert here.report.ledger.reconciles()
    return here


def left(found: CleanOrders) -> dict[int, float]:
    """Money of each purchase that stayed, by its place among the rows, from 0."""
    rows = found.engine.collect(found.purchases).to_pylist()
    return {row["source_line"] - 2: row["amount"] for row in rows}


MATCHED = [
    # the whole line, of the latest purchase before it
    ([line("a", 0, 10.0), line("a", 5, 10.0), line("a", 9, 10.0), line("a", 7, -10.0, quantity=-1.0)],
     {0: 10.0, 2: 10.0}),
    # exactly the returned quantity before the latest
    ([line("a", 0, 30.0, quantity=3.0), line("a", 5, 50.0, quantity=5.0), line("a", 7, -30.0, quantity=-3.0)],
     {1: 50.0}),
    # the same order before both
    ([line("a", 0, 20.0, quantity=2.0), line("a", 5, 10.0), line("a", 7, -10.0, quantity=-1.0, order_id="a0")],
     {0: 10.0, 1: 10.0}),
    # a part of a line, and a quantity that takes two lines
    ([line("a", 0, 30.0, quantity=3.0), line("a", 7, -10.0, quantity=-1.0)], {0: 20.0}),
    ([line("a", 0, 20.0, quantity=2.0), line("a", 5, 10.0), line("a", 7, -30.0, quantity=-3.0)], {}),
    # a fee that the shop kept is no revenue, and a price that was corrected is no return
    ([line("a", 0, 10.0), line("a", 7, -8.0, quantity=-1.0)], {}),
    ([line("a", 0, 10.0), line("a", 7, -2.0, quantity=-1.0)], {0: 8.0}),
    # of another customer, of another product, bought later: nothing
    ([line("a", 0, 10.0), line("b", 7, -10.0, quantity=-1.0)], {0: 10.0}),
    ([line("a", 0, 10.0), line("a", 7, -10.0, quantity=-1.0, product_id="jar")], {0: 10.0}),
    ([line("a", 9, 10.0), line("a", 7, -10.0, quantity=-1.0)], {0: 10.0}),
    # a positive quantity with negative money; a credit note with positive money
    ([line("a", 0, 10.0), line("a", 7, -10.0)], {}),
    ([line("a", 0, 10.0), line("a", 1, 4.0), line("a", 7, 10.0, order_id="C77")], {0: 10.0}),
    # of the same order, without a product that was sold
    ([line("a", 0, 10.0), line("a", 0, 6.0, product_id="jar"), line("a", 7, -6.0, product_id="refund", order_id="a0")],
     {0: 10.0}),
    # no product: an order of exactly that money, then the latest that brought as much
    ([line("a", 0, 10.0), line("a", 0, 20.0), line("a", 3, 40.0), line("a", 7, -30.0, product_id=None)], {2: 40.0}),
    ([line("a", 0, 50.0), line("a", 3, 40.0), line("a", 7, -30.0, product_id=None)], {0: 50.0, 1: 10.0}),
    # and of two of one day the later in the file
    ([line("a", 3, 30.0, order_id="1"), line("a", 3, 30.0, order_id="2"), line("a", 7, -30.0, product_id=None)],
     {0: 30.0}),
    # the purchase is set aside by its own status: it came back once, not twice
    ([line("a", 0, 10.0), line("a", 3, 10.0, status="Refunded"), line("a", 7, -10.0, quantity=-1.0, status="paid")],
     {0: 10.0}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "stayed"), MATCHED, ids=range(len(MATCHED)))
def test_a_return_finds_its_purchase(rows: list[dict[str, Any]], stayed: dict[int, float]):
    # somebody who keeps what she bought, so that there is always a purchase
    everybody = [*rows, line("keeper", 0, 1.0)]
    found = left(clean(*everybody))
    assert found.pop(len(rows)) == 1.0
    assert found == stayed


def test_without_quantities_and_products_money_is_matched_by_order():
    rows = [line("a", 0, 10.0), line("a", 3, 40.0), line("a", 7, -10.0), line("b", 0, 5.0), line("b", 3, -50.0)]
    found = clean(*rows, without=("product_id", "quantity"))
    assert left(found) == {1: 40.0, 3: 5.0}
    ledger = found.report.ledger
    assert (ledger.money_kept, ledger.money_came_back, ledger.money_net) == (55.0, 10.0, 45.0)
    (unmatched,) = [one for one in found.report.decisions if one.code == "returns_unmatched"]
    assert (unmatched.lines, unmatched.money) == (1, 50.0)


@pytest.mark.parametrize(("back", "whose"), [((4.0, 2.5), "single lines"), ((5.0, None), "whole orders")])
def test_a_column_of_refunds_is_told_with_its_lines_and_money(back: tuple[float, float | None], whose: str):
    rows = [line("a", 0, 10.0, refunded=back[0]), line("a", 0, 30.0, product_id="jug", refunded=back[1])]
    (told,) = [one for one in clean(*rows, line("b", 0, 5.0)).report.decisions if one.code == "refunded_column"]
    assert (told.columns, told.lines, told.money) == (("refunded",), 2, sum(one or 0.0 for one in back))
    assert told.numbers == {"whose": whose}


@pytest.mark.parametrize(
    ("money", "code"),
    [(0.99, "returns_unmatched_few"), (1.0, "returns_unmatched"), (0.0, None)],
    ids=["under a hundredth of the money", "a hundredth", "none"],
)
def test_returns_that_match_no_purchase_are_worth_a_warning_from_a_hundredth_of_the_money_on(
    money: float, code: str | None
):
    back = [line("nobody", 3, -money)] if money else []
    decisions = clean(line("a", 0, 80.0), line("b", 0, 20.0), line("b", 3, -20.0), *back).report.decisions
    found = [one for one in decisions if one.code.startswith("returns_unmatched")]
    assert [(one.code, one.lines, one.money) for one in found] == ([(code, 1, money)] if code else [])


def test_a_return_is_counted_once_where_its_purchase_says_it_too():
    found = clean(
        line("a", 0, 10.0, status="paid"),
        line("a", 3, 10.0, status="Refunded"),
        line("a", 7, -10.0, quantity=-1.0, status="paid"),
    )
    assert build_features(found).column("return_count").tolist() == [1.0]
    assert build_features(found).column("return_share").tolist() == [0.5]


def test_an_order_that_came_back_is_no_order():
    found = clean(line("a", 0, 10.0), line("a", 50, 90.0), line("a", 51, -90.0, quantity=-1.0), line("b", 30, 5.0))
    table = build_features(found)
    by_id = dict(zip(table.ids.tolist(), range(2), strict=True))
    assert table.column("order_count")[by_id["a"]] == 1
    assert table.revenue[by_id["a"]] == 10.0
    assert table.column("return_share")[by_id["a"]] == 0.9
    assert table.as_of == DAY + timedelta(days=31)  # the day after the last order that stayed


def test_before_a_day_nothing_that_came_back_later_is_known():
    rows = [
        line("a", 0, 10.0),
        line("a", 2, 20.0),
        line("a", 40, -20.0, quantity=-1.0),
        line("b", 1, 5.0),
        line("b", 45, 7.0),
    ]
    found = clean(*rows)
    assert left(before_day(found, DAY + timedelta(days=30))) == {0: 10.0, 1: 20.0, 3: 5.0}
    assert left(before_day(found, DAY + timedelta(days=41))) == {0: 10.0, 3: 5.0}
    _, later = split_at(found, DAY + timedelta(days=30))
    assert later.to_pylist() == [{"customer_id": "a", "revenue": 0.0}, {"customer_id": "b", "revenue": 7.0}]


REFUNDS = [
    # the same on every line of an order: once; its lines bear it in proportion
    ([9.0, 9.0, 0.0], {0: 14.0, 1: 7.0, 2: 5.0}),
    # on the first line alone
    ([9.0, None, 0.0], {0: 14.0, 1: 7.0, 2: 5.0}),
    # of each line
    ([4.0, 0.0, 5.0], {0: 16.0, 1: 10.0}),
    ([20.0, 10.0, None], {2: 5.0}),
    # more than was paid (with its shipping), and written as a negative amount
    ([-99.0, None, None], {2: 5.0}),
    ([0.0, 0.0, 0.0], {0: 20.0, 1: 10.0, 2: 5.0}),
]


@pytest.mark.parametrize(("refunded", "stayed"), REFUNDS, ids=range(len(REFUNDS)))
def test_a_column_of_refunds_comes_off_once(refunded: list[float | None], stayed: dict[int, float]):
    rows = [line("a", 0, 20.0, quantity=2.0), line("a", 0, 10.0), line("b", 1, 5.0)]
    found = clean(*({**row, "Refunded Amount": given} for row, given in zip(rows, refunded, strict=True)))
    assert left(found) == stayed


def test_a_refund_is_divided_to_the_cent():
    rows = [line("a", 0, 20.0, refunded=10.0, product_id=f"p{place}") for place in range(3)]
    found = clean(*rows, line("b", 0, 1.0, refunded=0.0, product_id="q"))
    assert left(found) == {0: 16.67, 1: 16.66, 2: 16.67, 3: 1.0}
    assert found.report.ledger.money_came_back == 10.0


CANCELLED_ON = [
    "2024-02-01",
    "2024-02-01 10:00:00 +0100",
    "01.02.2024",
    "Feb 1, 2024",
    "1 Feb 2024",
    "true",
    "Yes",
    "1",
    "ja",
]
NOT_CANCELLED = ["", "false", "No", "0", "0000-00-00 00:00:00", "n/a", "-", None]


@pytest.mark.parametrize("column", ["Cancelled at", "Canceled On", "Stornodatum", "Date annulation", "is_cancelled"])
def test_a_day_in_the_column_of_cancellations_cancels(column: str):
    cells = [*CANCELLED_ON, *NOT_CANCELLED]
    rows = [{**line("a", place, 1.0), column: cell} for place, cell in enumerate(cells)]
    found = clean(*rows)
    assert found.report.ledger.lines_set_aside == {"cancelled": len(CANCELLED_ON)}
    assert sorted(left(found)) == list(range(len(CANCELLED_ON), len(cells)))


def test_a_day_in_the_column_of_returns_is_a_return():
    found = clean(line("a", 0, 1.0, **{"Return date": None}), line("a", 1, 2.0, **{"Return date": "2024-03-01"}))
    assert found.report.ledger.lines_set_aside == {"returned": 1}


@pytest.mark.parametrize(
    ("order", "payment", "reason"),
    [
        ("fulfilled", "paid", None),
        ("fulfilled", "voided", "cancelled"),
        ("cancelled", "paid", "cancelled"),
        ("unfulfilled", "refunded", "returned"),
        (None, "pending", "cancelled"),
        ("pending", None, None),
    ],
)
def test_a_line_is_no_sale_where_either_status_says_so(order: str | None, payment: str | None, reason: str | None):
    rows = [line("a", 0, 1.0), {**line("a", 1, 2.0), "Fulfillment Status": order, "Financial Status": payment}]
    table = pa.Table.from_pylist(
        [{"Fulfillment Status": "fulfilled", "Financial Status": "paid"} | row for row in rows]
    )
    found = clean_orders(read_orders(table))
    assert found.report.ledger.lines_set_aside == ({} if reason is None else {reason: 1})


def test_orders_that_are_mostly_charges_are_read():
    rows = [line("a", 0, 9.0), *(line("a", 0, 1.0, product_id=name) for name in ("Versand", "Tip", "MwSt. 19 %"))]
    found = clean_orders(read_orders(pl.DataFrame(rows)))
    assert (found.report.ledger.lines_kept, set(found.report.ledger.lines_set_aside)) == (
        1,
        {"shipping", "tip", "tax"},
    )
    assert "set_aside" not in [one.code for one in found.report.decisions]


DISCOUNTS = [
    # two discounts of an order, to the cent; another order bears none
    ([line("a", 0, 10.0), line("a", 0, 20.0, product_id="jar"), line("a", 0, -1.0, product_id="Rabatt"),
      line("a", 0, -2.33, product_id="Coupon"), line("b", 0, 5.0)], {0: 8.89, 1: 17.78, 4: 5.0}, 0.0),
    # shipping bears none
    ([line("a", 0, 10.0), line("a", 0, 5.0, product_id="Versandkosten"), line("a", 0, -4.0, product_id="Remise")],
     {0: 6.0}, 0.0),
    # more than the goods can bear, and an order without goods
    ([line("a", 0, 10.0), line("a", 0, -14.0, product_id="Discount"), line("b", 0, 1.0)], {2: 1.0}, -4.0),
    ([line("a", 0, -3.0, product_id="Descuento"), line("b", 0, 1.0)], {1: 1.0}, -3.0),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "stayed", "rest"), DISCOUNTS, ids=range(len(DISCOUNTS)))
def test_the_goods_of_an_order_bear_its_discounts(rows: list[dict[str, Any]], stayed: dict[int, float], rest: float):
    found = clean(*rows)
    assert left(found) == pytest.approx(stayed)
    ledger = found.report.ledger
    assert ledger.money_set_aside["discount"] == pytest.approx(rest)
    assert ledger.money_read == pytest.approx(sum(row["amount"] for row in rows))
    told = {one.code: one.money for one in found.report.decisions}
    assert told.get("discounts_left", 0.0) == pytest.approx(rest)
