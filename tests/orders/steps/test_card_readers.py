"""Reports of card readers and tills: which of their many columns of money was read, and what another would come to."""

from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions
from marketfold.decisions import Decision
from marketfold.orders import Orders, read_orders
from marketfold.orders.totals import total_lines

PRICES = {"Mug": 1190, "Bowl": 2380, "Plate": 595}
SALES = [
    (number, product, 1 + (number * 7 + place) % 4, number % 3 == 0)
    for number in range(30)
    for place, product in enumerate(PRICES)
]
"""Sale, product, items, and whether there was 10 % off."""


def money(cents: float) -> str:
    return f"{cents / 100:.2f}"


def items_table(*, tax: bool = True) -> pa.Table:
    """Items of sales; every price is that of all items of the line."""
    rows = []
    for number, product, count, cut in SALES:
        whole = count * PRICES[product]
        off = whole // 10 if cut else 0
        net = round((whole - off) / 1.19) if tax else whole - off
        rows.append((str(number), f"K{number % 5}", f"2024-06-{number + 1:02}", product, str(count), money(whole),
                     money(off), money(whole - off), money(net), money(whole - off - net)))  # fmt: skip
    names = (
        "Transaction ID", "Customer ID", "Date", "Description", "Quantity", "Price (Gross) before discount", "Discount",
        "Price (Gross)", "Price (Net)", "Tax",
    )  # fmt: skip
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def sales_table(**columns: list[int]) -> pa.Table:
    table = {
        "Receipt Number": [str(number) for number in range(20)],
        "Date": [f"2024-06-{number + 1:02}" for number in range(20)],
        "Customer": [f"K{number % 5}" for number in range(20)],
    }
    table |= {name.replace("_", " "): [money(cents) for cents in cells] for name, cells in columns.items()}
    return pa.table(table)


def told(orders: Orders, code: str) -> Decision:
    (one,) = [one for one in orders.facts.decisions if one.code == code]
    return one


def total(orders: Orders) -> float:
    return total_lines(orders.lines, orders.engine).amount_total


def test_a_price_without_tax_has_the_discount_off_already():
    orders = read_orders(items_table())
    net = sum(round((n * PRICES[p] - (n * PRICES[p] // 10 if cut else 0)) / 1.19) for _, p, n, cut in SALES)
    assert total(orders) == net / 100
    assert told(orders, "discount_in_price").columns == ("Price (Net)", "Discount")
    assert told(orders, "price_of_line").columns == ("Price (Net)",)
    assert told(orders, "other_money").numbers["mine"] == net / 100


def test_a_discount_that_no_column_has_off_is_taken():
    table = items_table(tax=False)
    whole = table["Price (Gross) before discount"]
    table = table.drop_columns(["Price (Gross)", "Price (Net)", "Price (Gross) before discount", "Tax"])
    orders = read_orders(table.append_column("Price", whole))
    assert total(orders) == sum(n * PRICES[p] - (n * PRICES[p] // 10 if cut else 0) for _, p, n, cut in SALES) / 100


@pytest.mark.parametrize(
    ("columns", "money_told"),
    [
        ({"Gross_amount": 119, "Tip": 5, "VAT": 19}, 24),
        ({"Total": 119, "Gratuity": 5}, 5),
        ({"Betrag": 119, "Trinkgeld": 5, "MwSt": 19}, 24),
    ],
)
def test_tips_and_taxes_that_may_be_in_an_amount_are_told(columns: dict[str, int], money_told: int):
    orders = read_orders(sales_table(**{name: [value * (n + 1) for n in range(20)] for name, value in columns.items()}))
    decision = told(orders, "amount_may_include")
    times = 210 / 100
    assert total(orders) == round(119 * times, 2)
    assert decision.money == round(money_told * times, 2)
    assert decision.numbers["rest"] == round((119 - money_told) * times, 2)


@pytest.mark.parametrize(("tip", "told"), [(1, False), (2, True)])
def test_a_tip_of_five_in_a_thousand_is_no_word_worth(tip: int, *, told: bool):
    """Of twenty sales of 2.00, a tip of so many cents on each."""
    orders = read_orders(sales_table(Total=[200] * 20, Tip=[tip] * 20))
    assert ("amount_may_include" in [one.code for one in orders.facts.decisions]) is told


@pytest.mark.parametrize("name", ["Net Sales", "Subtotal", "Netto"])
def test_an_amount_without_them_has_none(name: str):
    columns = {name: 100, "Tip": 5, "VAT": 19}
    orders = read_orders(sales_table(**{one: [value * (n + 1) for n in range(20)] for one, value in columns.items()}))
    assert "amount_may_include" not in [one.code for one in orders.facts.decisions]


def test_partial_refunds_come_off():
    back = [0] * 17 + [-300, -50, -1000]
    orders = read_orders(
        sales_table(Gross_Sales=[2000] * 20, Net_Sales=[1900 + n for n in range(20)], Partial_Refunds=back)
    )
    clean = clean_orders(orders, CleaningOptions())
    assert clean.report.ledger.money_net == (sum(1900 + n for n in range(20)) - 1350) / 100
