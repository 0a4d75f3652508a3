"""Which column is the money of a line: prices of lines, discounts, net and gross, parts of bundles, signs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, inspect_orders, read_orders

WHO = {"Order ID": "1 1 2 3 4 4", "Customer ID": "a a b c a a"}
DAYS = ["2024-01-05", "2024-01-05", "2024-02-06", "2024-03-07", "2024-04-08", "2024-04-08"]
GOODS = WHO | {"SKU": "P1 P2 P1 P3 P2 P4", "Quantity": "1 2 3 1 4 2", "Unit Price": "10.00 7.50 10.00 99.90 7.50 3.25"}
BY_PRICE = "10.00 15.00 30.00 99.90 30.00 6.50"


def read(columns: dict[str, str], undo: tuple[str, ...] = (), **mapping: str) -> Orders:
    """Read a table of these columns, their cells apart by blanks and `_` for an empty one."""
    table = {name: [cell.replace("_", "") for cell in cells.split(" ")] for name, cells in columns.items()}
    length = len(next(iter(table.values())))
    return read_orders(pa.table(table | {"Order Date": DAYS[:length]}), ReadingOptions(mapping=mapping, undo=undo))


DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "totals.json").read_text("utf-8"))
    return found


def money(orders: Orders) -> float:
    amounts = orders.engine.collect(orders.lines)["amount"].to_pylist()
    return float(round(sum(amount for amount in amounts if amount is not None), 4))


def ways(orders: Orders) -> dict[str, str]:
    return {one.code: one.kind.way for one in orders.facts.decisions}


@pytest.mark.parametrize("price", ["item-price", "Price", "Preis", "prix"])
def test_a_price_that_grows_with_the_quantity_is_the_lines(price: str):
    lines = WHO | {"sku": "P1 P1 P1 P1 P2 P2", "quantity": "1 2 3 4 1 2", price: "10.00 20.00 30.00 40.00 3.33 6.66"}
    orders = read(lines)
    assert money(orders) == 109.99
    assert ways(orders) == {"price_of_line": "read"}
    assert money(read(lines, unit_price=price)) == pytest.approx(10 + 40 + 90 + 160 + 3.33 + 13.32)


def test_the_item_price_of_amazon_is_the_lines_though_no_product_shows_it():
    lines = {"amazon-order-id": "1 2 3", "buyer-email": "a@x.com b@x.com c@x.com", "sku": "A B C", "quantity": "3 1 2",
             "item-price": "30.00 12.00 8.00"}  # fmt: skip
    assert money(read(lines)) == 50.0


def test_an_amount_that_is_a_price_of_one_item_is_warned_of():
    lines = WHO | {"sku": "P1 P1 P1 P1 P2 P2", "quantity": "1 2 3 4 1 2", "amount": "10 10 10 10 3 3"}
    orders = read(lines)
    assert (money(orders), ways(orders)) == (46.0, {"amount_per_item": "warned"})
    assert orders.facts.decisions[0].money == 63.0
    assert money(read(lines, unit_price="amount")) == 109.0


def test_a_price_that_falls_with_the_quantity_is_that_of_an_item():
    lines = GOODS | {"SKU": "P1 P1 P1 P1 P1 P1", "Unit Price": "10.00 9.50 9.00 10.00 8.50 9.50"}
    assert money(read(lines)) == pytest.approx(10 + 19 + 27 + 10 + 34 + 19)


@pytest.mark.parametrize(
    ("name", "cells", "scale", "net"),
    [
        ("discount", "0 0.10 0.25 0 0.5 0", "share", 191.4 - 1.5 - 7.5 - 15),
        ("Discount %", "0 10 25 0 50 0", "per cent", 191.4 - 1.5 - 7.5 - 15),
        ("Rabatt (%)", "0 10 25 0 50 0", "per cent", 191.4 - 1.5 - 7.5 - 15),
        ("discount_pct", "0 10 25 0 50 0", "per cent", 191.4 - 1.5 - 7.5 - 15),
        ("Discount Amount", "0 1.50 7.50 0 15 0", "money", 191.4 - 24),
        ("Rabattbetrag", "0 1.50 7.50 0 15 0", "money", 191.4 - 24),
        ("Discounts", "0 -1.27 -7.53 0 -1.99 _", "money", 191.4 - 10.79),
        ("Remise", "0 1.27 7.53 0 1.99 _", "money", 191.4 - 10.79),
        ("Descuento", "0 10 25 0 50 90", "per cent", 191.4 - 1.5 - 7.5 - 15 - 5.85),
        ("Discount", "_ 10% 25% 0% 50% 90%", "per cent", 191.4 - 1.5 - 7.5 - 15 - 5.85),
        ("Rabatt", "0% 0,5% 1% _ 0,5% _", "per cent", 191.4 - 0.075 - 0.3 - 0.15),
        ("Discount", "€0.00 €1.00 €7.00 €0.00 €5.00 €0.00", "money", 191.4 - 13),
        ("discount_amount", "2.50 2.50 3 4 3.65 3.65", "order", 191.4 - 2.5 - 3 - 4 - 3.65),
        ("Discount Amount", "2.50 _ 3 4 3.65 _", "order", 191.4 - 2.5 - 3 - 4 - 3.65),
    ],
)
def test_a_discount_is_taken_off_the_price(name: str, cells: str, scale: str, net: float):
    orders = read(GOODS | {name: cells})
    assert money(orders) == pytest.approx(net, abs=1e-4)
    told = next(one for one in orders.facts.decisions if one.code == "discount_taken")
    assert scale in told.what
    assert told.money == pytest.approx(191.4 - net, abs=1e-4)
    given = sum(cell.strip("_%€0.") != "" for cell in cells.split())
    assert (told.columns, told.lines) == ((name,), given)
    assert (told.numbers["gross"], told.numbers["net"]) == (191.4, pytest.approx(net, abs=1e-4))
    assert money(read(GOODS | {name: cells}, undo=("discount_taken",))) == 191.4


def test_a_discount_that_the_price_has_already_is_not_taken_twice():
    lines = {name: cells for name, cells in GOODS.items() if name != "Unit Price"}
    prices = {"Price": "20 7.50 20 99.90 7.50 6.50", "Discount (%)": "50 0 50 0 0 50"}
    orders = read(lines | prices | {"Final Price": "10.00 7.50 10.00 99.90 7.50 3.25"})
    assert (money(orders), ways(orders)) == (191.4, {"discount_in_price": "read", "amount_from_price": "read"})


def test_a_quantity_that_looks_like_a_price_is_none():
    lines = WHO | {"Quantity": "10 1 4 10 10 10", "Unit Price": "10 50 10 10 10 10", "Discount": "0.25 0 0.50 0 0 0"}
    assert money(read(lines)) == 100 + 50 + 40 + 300 - 25 - 20


def test_a_discount_on_the_price_of_one_item_is_taken_off():
    assert money(read(WHO | {"SKU": "A B C D E F", "price": NET, "Discount (%)": "0 50 0 0 0 0"})) == 186.4 - 7.5


@pytest.mark.parametrize(("total", "net", "code"), [
    ("25 25 30 99.90 36.50 36.50", 191.4, "discount_in_total"),
    ("20 20 25 94.90 31.50 31.50", 171.4, "discount_taken"),
    ("24.25 24.25 28.50 94.905 35 35", 182.655, "discount_taken"),
    ("20 20 25.01 94.90 31.50 31.50", 171.4, "discount_taken"),  # a cent more than the lines come to
])  # fmt: skip
def test_the_totals_of_orders_say_what_a_discount_is(total: str, net: float, code: str):
    orders = read(GOODS | {"Total": total, "Discount": "0 5 5 5 5 0"})
    assert code in ways(orders)
    assert money(orders) == pytest.approx(net)
    (told,) = [one for one in orders.facts.decisions if one.code == code]
    assert told.lines == 4
    if code == "discount_in_total":
        assert (told.columns, told.money) == (("Total", "Discount"), 20)
        assert told.numbers == {"taken": "'Total'", "discount": "'Discount'"}


def test_the_discount_of_a_returned_line_is_given_back():
    """Sold for 10 less 2 and given back for as much; without a discount nothing changes."""
    lines = WHO | {
        "Order ID": "1 2 3 4 5 6",
        "SKU": "A A B C D E",
        "Quantity": "1 -1 2 1 1 -1",
        "Unit Price": "10 10 20 5 8 6.50",
    }
    orders = read(lines | {"Discount Amount": "2 2 3.50 0 _ 1.25"})
    amounts = orders.engine.collect(orders.lines.sort("source_line"))["amount"].to_pylist()
    assert amounts == [8, -8, 36.5, 5, 8, -5.25]


def test_an_order_discount_falls_on_its_lines_by_their_price():
    orders = read(GOODS | {"Discount Amount": "2.50 _ 3 4 3.65 _"})
    amounts = orders.engine.collect(orders.lines.sort("source_line"))["amount"].to_pylist()
    assert amounts == pytest.approx([9.0, 13.5, 27.0, 95.9, 27.0, 5.85])


@pytest.mark.parametrize(
    ("cells", "scale"),
    [
        ("0 1 0.5 0 0 0", "a share"),
        ("0 100.5 5 0 5 5", "money off the line"),
        ("0 7.43 7.12 3.20 5 5.50", "money off the line"),  # no shop gives 7.43 per cent
        ("0 20 40 0 5 10", "per cent"),  # more money than the line costs, again and again
    ],
)
def test_the_scale_of_a_discount_is_told_by_its_numbers(cells: str, scale: str):
    (told,) = [one for one in read(GOODS | {"Discount": cells}).facts.decisions if one.code == "discount_taken"]
    assert scale in told.what


@pytest.mark.parametrize(("last", "told"), [(["90.00"], True), (["90.00", "80.00"], False)])
def test_nine_of_ten_amounts_before_the_discount_are_told(last: list[str], *, told: bool):
    rows = 10
    amounts = ["100.00"] * (rows - len(last)) + last
    table = {
        "Order ID": [str(n) for n in range(rows)], "Customer ID": [f"c{n % 3}" for n in range(rows)],
        "Order Date": [f"2024-01-{n + 1:02}" for n in range(rows)], "Quantity": ["10"] * rows,
        "Unit Price": ["10.00"] * rows, "Line Total": amounts, "Discount Amount": ["10.00"] * rows,
    }  # fmt: skip
    codes = ways(read_orders(pa.table(table), ReadingOptions(mapping={"amount": "Line Total"})))
    assert ("discount_left" in codes) is told


def test_a_discount_that_is_hardly_any_money_is_not_told():
    before = GOODS | {"Line Total": BY_PRICE}
    assert "discount_left" not in ways(read(before | {"Discount Amount": "0 0.95 0 0 0 0"}))
    assert "discount_left" in ways(read(before | {"Discount Amount": "0 0.96 0 0 0 0"}))  # 5 of 1,000
    percent = before | {"Discount %": "0 5 5 0 5 0"}
    (told,) = [one for one in read(percent).facts.decisions if one.code == "discount_left"]
    assert told.money == 3.75


@pytest.mark.parametrize("cells", ["0 1.01 0.5 0 0 0", "0 5 10 0 5 5"])
def test_more_than_the_whole_price_is_no_share_and_up_to_a_hundred_may_be_per_cent(cells: str):
    with pytest.raises(OrdersError, match=r"may be per cent, .* or money"):
        read(GOODS | {"Discount": cells})


def test_a_discount_that_may_be_two_things_is_asked_for():
    lines = GOODS | {"Discount": "0 5 10 0 5 5"}
    with pytest.raises(
        OrdersError, match=r"may be per cent, then the orders brought 185\.8.*--map discount_percent="
    ) as error:
        read(lines)
    assert "166.40" in str(error.value)
    assert money(read(lines, discount="Discount")) == 191.4 - 25
    assert money(read(lines, discount_percent="Discount")) == pytest.approx(191.4 - 0.75 - 3 - 1.5 - 0.325)
    assert money(read(lines, undo=("discount_taken",))) == 191.4


def test_an_amount_before_the_discount_is_warned_of():
    orders = read(GOODS | {"Line Total": BY_PRICE, "Discount Amount": "0 1.50 7.50 0 15 0"})
    assert money(orders) == 191.4
    assert ways(orders) == {"discount_left": "warned"}
    (told,) = orders.facts.decisions
    assert (told.columns, told.lines, told.money) == (("Line Total", "Discount Amount"), 3, 24)
    assert told.numbers == {"taken": "'Line Total'", "discount": "'Discount Amount'"}
    shares = read(GOODS | {"Line Total": BY_PRICE, "Discount": "0 0.10 0.25 0 0.5 0"}).facts.decisions
    assert [(one.code, one.lines, one.money) for one in shares] == [("discount_left", 3, 24)]
    after = read(GOODS | {"Line Total": "10.00 13.50 22.50 99.90 15.00 6.50", "Discount Amount": "0 1.50 7.50 0 15 0"})
    assert money(after) == 167.4
    assert ways(after) == {"price_differs": "read"}


@pytest.mark.parametrize("name", ["GROSS AMT", "N. Revenue", "tran_amount", "Erlös EUR", "Wert in EUR", "f_17"])
def test_an_amount_of_unknown_name_is_found_beside_quantity_and_price(name: str):
    orders = read(GOODS | {name: "10.00 15.00 27.00 99.90 28.00 6.50"})
    assert orders.facts.mapping["amount"] == name
    assert money(orders) == 186.4


@pytest.mark.parametrize("name", ["Tax", "Shipping", "Profit", "Weight", "Points", "VAT amount", "Versandkosten"])
def test_money_that_is_something_else_is_not_taken(name: str):
    orders = read(GOODS | {name: "1.00 2.00 3.00 9.90 4.00 0.50"})
    assert money(orders) == 191.4
    assert ways(orders) == {"amount_from_price": "read"}


NET, GROSS = "10.00 15.00 27.00 99.90 28.00 6.50", "11.90 17.85 32.13 118.88 33.32 7.74"


@pytest.mark.parametrize(
    ("net", "gross"),
    [
        ("Net Sales", "Gross Sales"), ("Netto", "Brutto"), ("Total HT", "Total TTC"), ("Subtotal", "Total"),
        ("Nettobetrag", "Bruttobetrag"), ("Importe neto", "Importe bruto"), ("Importo netto", "Importo lordo"),
        ("Nettobedrag", "Brutobedrag"), ("Valor líquido", "Valor bruto"), ("Total excl. VAT", "Total incl. VAT"),
        ("Net amount", "Amount"), ("Sous-total", "Total"), ("Zwischensumme", "Gesamtsumme"),
        ("Montant HT", "Montant TTC"), ("subtotal_price", "total_price"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_net_is_taken_before_gross(net: str, gross: str, turned: bool):
    columns = [(net, NET), (gross, GROSS)]
    orders = read(WHO | {"SKU": "P1 P2 P1 P3 P2 P4"} | dict(columns[::-1] if turned else columns))
    assert orders.facts.mapping["amount"] == net
    told = next(one for one in orders.facts.decisions if one.code == "other_money")
    assert told.money == pytest.approx(35.42)


def test_a_subtotal_without_money_is_not_taken_before_a_total():
    orders = read(WHO | {"SKU": "P1 P2 P1 P3 P2 P4", "Subtotal": "0 0 0 0 0 0", "Total": GROSS})
    assert (orders.facts.mapping["amount"], money(orders)) == ("Total", 221.82)


def test_what_a_bank_pays_out_is_not_what_was_sold():
    orders = read(WHO | {"Gross": "10 20 30 40 50 60", "Fee": "-1 -2 -1 -2 -1 -2", "Net": "9 18 29 38 49 58"})
    assert money(orders) == 210.0


def test_two_amounts_that_say_different_things_are_asked_for():
    with pytest.raises(OrdersError, match=r"'Sales' \(186\.40\) and 'Revenue' \(221\.82\) can both be amount"):
        read(WHO | {"Sales": NET, "Revenue": GROSS})
    assert money(read(WHO | {"Sales": NET, "Revenue": NET})) == 186.4


@pytest.mark.parametrize(("net", "listed"), [("NetPrice", "UnitPrice"), ("Nettopreis", "Bruttopreis"),
                                             ("Prix HT", "Prix TTC")])  # fmt: skip
def test_the_price_as_charged_is_taken(net: str, listed: str):
    lines = {name: cells for name, cells in GOODS.items() if name != "Unit Price"}
    orders = read(lines | {listed: "11 8 11 100 8 4", net: "10 7.50 10 99.90 7.50 3.25"})
    assert orders.facts.mapping["unit_price"] == net
    assert money(orders) == 191.4


def test_the_unit_cost_is_no_price():
    assert read(GOODS | {"Unit Cost": "5 3 5 50 3 1"}).facts.mapping["unit_price"] == "Unit Price"


@pytest.mark.parametrize(("name", "way"), [("price", {"price_as_amount": "read"}),
                                           ("Unit Price", {"unit_price_as_amount": "warned"})])  # fmt: skip
def test_a_price_without_a_quantity_is_the_money_of_one_item(name: str, way: dict[str, str]):
    orders = read(WHO | {"SKU": "P1 P2 P1 P3 P2 P4", name: NET})
    assert money(orders) == 186.4
    assert ways(orders) == way


def test_a_quantity_of_unknown_name_is_asked_for():
    with pytest.raises(OrdersError, match="no column for quantity"):
        read(WHO | {"qty_units_x": "1 2 3 1 4 2", "price": NET})


def test_without_money_the_error_says_what_can_be_done():
    with pytest.raises(OrdersError, match=r"cannot be told apart by what they brought.*a column of ones"):
        read({"Member_number": "1 2 3 1 2 3", "itemDescription": "milk eggs milk rye rye eggs"})


def family(**columns: str) -> dict[str, str]:
    return {"order_id": "1 1 1 2 2 3", "customer_id": "a a a b b c"} | columns


def test_a_bundle_counts_once():
    lines = family(item_id="10 11 12 20 21 30", parent_item_id="_ 10 10 _ 20 _", sku="SET A B SHIRT SHIRT C",
                   qty_ordered="1 1 1 1 1 1", price="30 10 20 25 25 7", row_total="30 10 20 25 25 7")  # fmt: skip
    orders = read(lines)
    assert orders.facts.mapping["product_id"] == "sku"
    assert money(orders) == 62.0
    told = next(one for one in orders.facts.decisions if one.code == "part_of_line")
    assert (told.lines, told.money) == (3, 55.0)
    kinds = orders.engine.collect(orders.lines.sort("source_line"))["row_kind"].to_pylist()
    assert kinds == [None, "part_of_line", "part_of_line", None, "part_of_line", None]
    assert money(read(lines, undo=("part_of_line",))) == 117.0


def test_parts_are_no_loss_however_many_they_are():
    lines = family(item_id="10 11 12 13 20 30", parent_item_id="_ 10 10 10 10 _", sku="SET A B C D E",
                   row_total="30 10 10 5 5 7") | {"order_id": "1 1 1 1 1 3", "customer_id": "a a a a a c"}  # fmt: skip
    report = clean_orders(read(lines)).report
    assert report.ledger.lines_set_aside == {"part_of_line": 4}
    assert report.ledger.money_kept == 37.0
    assert not report.warnings


def test_the_parts_of_a_bundle_without_a_price_bring_theirs():
    lines = family(item_id="10 11 12 20 21 30", parent_item_id="0 10 10 0 20 0", sku="SET A B SHIRT SHIRT-M C",
                   row_total="0 10 20 25 0 7")  # fmt: skip
    assert money(read(lines)) == 62.0


def test_a_configurable_product_and_its_variant_are_one_without_a_parents_number():
    lines = family(product_type="configurable simple simple configurable simple simple", sku="S S T U U V",
                   row_total="25 25 8 30 30 9")  # fmt: skip
    assert money(read(lines)) == 72.0


def test_parts_that_name_their_parent_by_its_line_number():
    lines = family(line_number="1 2 3 1 2 1", parent_line="_ 1 1 _ 1 _", sku="SET A B S S C", amount="30 10 20 25 25 7")
    assert money(read(lines)) == 62.0


@pytest.mark.parametrize(
    ("cells", "signs"),
    [
        ("€12.00 $12.00 ¥1584.00 €5.00 €3.00 $1.00", "€ on 3, $ on 2, ¥ on 1"),
        ("12.00_EUR 12.00_USD 15.00_EUR 5.00_EUR 3.00_EUR 1.00_USD", "€ on 4, $ on 2"),
        ("£12.00 £12.00 US$15.00 5.00 3.00 $1.00", "$ on 2, £ on 2"),
    ],
)
def test_currencies_in_the_cells_are_warned_of(cells: str, signs: str):
    table = {"Line Total": [cell.replace("_", " ") for cell in cells.split()], "Customer": list("aabcaa")}
    found = read_orders(pa.table(table | {"Order Date": DAYS})).facts
    assert any(signs in warning for warning in found.warnings), found.warnings


def test_lines_in_another_currency_are_told_with_their_money():
    cells = ["€12.00", "€3.00", "€4.00", "€1.00", "$7.50", "-$7.50"]
    for money, lines, told in ((cells, 2, 0.0), ([*cells[:5], "€1.00"], 1, 7.5)):
        found = read_orders(pa.table({"Line Total": money, "Customer": list("aabcaa"), "Order Date": DAYS})).facts
        (one,) = [one for one in found.decisions if one.code == "currency_signs"]
        assert (one.columns, one.lines, one.money) == (("Line Total",), lines, told)


@pytest.mark.parametrize("cells", ["€12.00 €3.00 €4.00 -€5.00 (€3.00) €1.00", "1.234,00_€ 3_€ _ 4,00_€ 3,50_€ 1,00_€"])
def test_one_currency_is_not_warned_of_and_is_known(cells: str):
    table = {"Line Total": [cell.replace("_", " ") for cell in cells.split()], "Customer": list("aabcaa")}
    facts = read_orders(pa.table(table | {"Order Date": DAYS})).facts
    assert not facts.warnings
    assert facts.currency == "EUR"


@pytest.mark.parametrize(
    ("cells", "code"),
    [("$1 $2 $3 $4 $5 $6", "USD"), ("1zł 2zł 3zł 4zł 5zł 6zł", "PLN"), ("Rs.1 Rs.2 Rs.3 Rs.4 Rs.5 Rs.6", "INR"),
     ("1 2 3 4 5 6", None), ("€1 $2 €3 €4 €5 €6", None), ("1kr 2kr 3kr 4kr 5kr 6kr", None)],
)  # fmt: skip
def test_a_currency_is_told_by_the_signs_in_the_cells(cells: str, code: str | None):
    table = {"Line Total": cells.split(), "Customer": list("aabcaa"), "Order Date": DAYS}
    assert clean_orders(read_orders(pa.table(table))).currency == code


@pytest.mark.parametrize("column", [None, ["usd"] * 6, ["USD", "EUR"] * 3])
def test_the_currency_that_is_given_goes_before_all_that_the_file_says(column: list[str] | None):
    table = {"Line Total": ["$1", "$2", "$3", "$4", "$5", "$6"], "Customer": list("aabcaa"), "Order Date": DAYS}
    table |= {"Currency": column} if column else {}
    assert clean_orders(read_orders(pa.table(table), ReadingOptions(currency="chf"))).currency == "CHF"


@pytest.mark.parametrize(
    ("column", "code"),
    [(["eur"] * 6, "EUR"), (["EUR", "eur", "€", "EUR", "EUR", None], "EUR"), (["USD", "EUR"] * 3, None)],
)
def test_a_column_of_currencies_goes_before_the_signs(column: list[str | None], code: str | None):
    table = {"Line Total": ["$1", "$2", "$3", "$4", "$5", "$6"], "Customer": list("aabcaa"), "Order Date": DAYS}
    assert clean_orders(read_orders(pa.table(table | {"Currency": pa.array(column)}))).currency == code


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("amazon_orders.txt", "price_of_line"),
        ("square_items.csv", "other_money"),
        ("olist_joined.csv", "price_as_amount"),
        ("magento_items.csv", "part_of_line"),
    ],
)
def test_whole_exports_come_to_their_right_totals(name: str, told: str, right: dict[str, Any]):
    orders = read_orders(DATA / name)
    read = clean_orders(orders).report.reads
    amount = round(read.amount_total or 0.0, 2)
    found = {"lines": read.lines, "orders": read.orders, "customers": read.customers, "amount": amount}
    assert found == {key: right[name][key] for key in found}
    assert told in ways(orders)


def test_the_refunds_of_square_are_set_aside_with_their_money(right: dict[str, Any]):
    ledger = clean_orders(read_orders(DATA / "square_items.csv")).report.ledger
    assert ledger.money_set_aside["returned"] == right["square_items.csv"]["returned"]
    assert ledger.reconciles()


def test_the_payments_of_olist_are_told_once_for_each_order(right: dict[str, Any]):
    told = next(one for one in read_orders(DATA / "olist_joined.csv").facts.decisions if one.code == "other_money")
    assert told.money == pytest.approx(right["olist_joined.csv"]["paid"] - right["olist_joined.csv"]["amount"])


VALUES = [100.0, 80.0, 60.5, 45.0, 20.0, 33.3, 75.0, 12.0]
CUTS = [10.0, 8.0, 6.0, 4.5, 2.0, 3.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("names", "total", "net"),
    [
        (("Order Value", "Discount Amount", "Order Total"), lambda value, cut: value - cut + 5.0, True),
        (("Subtotal", "Discount", "Subtotal w/ Discounts"), lambda value, cut: value - cut, True),
        (("Warenwert", "Rabatt", "Gesamtbetrag"), lambda value, cut: value - cut + 5.0, True),
        (("Order Value", "Discount Amount", "Order Total"), lambda value, cut: value + 5.0 + 0 * cut, False),
    ],
)
def test_a_total_shows_whether_an_amount_has_its_discount_off(names: tuple[str, str, str], total: Any, net: bool):
    table = {
        "Order ID": [str(number) for number in range(8)], "Customer ID": list("abcdabcd"),
        "Order Date": [f"2024-01-0{day}" for day in range(1, 9)], names[0]: VALUES, names[1]: CUTS,
        names[2]: [round(total(value, cut), 2) for value, cut in zip(VALUES, CUTS, strict=True)], "Shipping": [5.0] * 8,
    }  # fmt: skip
    found = inspect_orders(read_orders(pa.table(table)))
    assert found.amount_total == pytest.approx(sum(VALUES) - (sum(CUTS) if net else 0.0))
    assert ("discount_taken" in [one.code for one in found.decisions]) is net
