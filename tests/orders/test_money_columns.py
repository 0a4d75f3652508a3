"""Whether the prices of lines make up the totals of their orders."""

from __future__ import annotations

import pytest

from marketfold.orders.first_lines import FirstLines
from marketfold.orders.money_columns import MoneyFound, _covers, _grows_with_quantity, _is_less_by, find_money
from marketfold.orders.role_names import sureness

LINES = FirstLines({"order": ["1", "1", "2", "3", None]}, {"order_id": "order"})
PRICES = [10.0, 20.0, 15.0, 40.0, 99.0]


@pytest.mark.parametrize(
    ("totals", "cover"),
    [
        ([30.0, 30.0, 15.0, 40.0, None], True),
        ([30.0, None, 15.0, 40.0, None], True),
        ([36.0, 36.0, 18.0, 48.0, None], True),
        ([90.0, 90.0, 45.0, 120.0, None], False),
        ([15.0, 15.0, 7.5, 20.0, None], False),
        ([90.0, 90.0, 15.0, 40.0, None], True),
        ([None, None, None, None, 5.0], True),
    ],
    ids=["each", "once", "shipping", "thrice", "half", "one order differs", "no total"],
)
def test_prices_cover_a_total_but_for_shipping_and_the_like(totals: list[float | None], *, cover: bool):
    assert _covers(LINES, list(PRICES), totals) is cover


@pytest.mark.parametrize(
    ("total", "cover"), [(16.66, True), (16.67, False), (7.15, True), (7.14, False), (-10.0, False), (0.0, True)]
)
def test_prices_may_miss_a_total_by_four_tenths_of_it(total: float, *, cover: bool):
    """Of one order of two lines of 5; a total of nothing says nothing."""
    one = FirstLines({"order": ["1", "1"]}, {"order_id": "order"})
    assert _covers(one, [5.0, 5.0], [total, total]) is cover


@pytest.mark.parametrize(
    ("wrong", "fee", "less"), [(0, 1.0, True), (1, 1.0, True), (2, 1.0, False), (0, -1.0, True), (0, 0.0, False)]
)
def test_what_a_bank_pays_out_is_less_by_its_fee(wrong: int, fee: float, *, less: bool):
    """In nine of ten lines; lines without a fee show nothing."""
    paid = [9.0] * (10 - wrong) + [5.0] * wrong
    assert _is_less_by([*paid, None, 9.0], [10.0] * 12, [fee] * 11 + [None]) is less


@pytest.mark.parametrize(
    ("items", "lines", "grows"), [(0, 4, False), (0, 5, True), (1, 5, False), (1, 6, True), (6, 1, False)]
)
def test_five_pairs_of_lines_show_a_price_of_all_items_and_five_times_as_many_as_show_one_of_each(
    items: int, lines: int, *, grows: bool
):
    pairs = [("1", "10.00", "2", "10.00")] * items + [("1", "10.00", "2", "20.00")] * lines
    sample: dict[str, list[object]] = {
        "product": [f"P{n // 2}" for n in range(2 * len(pairs))],
        "quantity": [cell for one, _, two, _ in pairs for cell in (one, two)],
        "price": [cell for _, one, _, two in pairs for cell in (one, two)],
    }
    own = FirstLines(sample, {"product_id": "product", "quantity": "quantity", "unit_price": "price"})
    assert _grows_with_quantity(own, by_name=False) is grows
    assert _grows_with_quantity(own, by_name=True) is (lines >= items)


WHO = {"Order ID": "1 1 2 3 4 4", "Customer ID": "a a b c a a", "SKU": "P1 P2 P1 P3 P2 P4"}
PRICED = WHO | {"Quantity": "1 2 3 1 4 2", "Unit Price": "10.00 7.50 10.00 99.90 7.50 3.25"}
PAIRS = WHO | {"Order ID": "1 1 2 2 3 3", "Price": "10.00 7.50 10.00 99.90 7.50 3.25"}
PRODUCT = "10.00 15.00 30.00 99.90 30.00 6.50"
ORDER = "25.00 25.00 30.00 99.90 36.50 36.50"
KNOWN = {"order_id": "Order ID", "customer_id": "Customer ID", "product_id": "SKU", "quantity": "Quantity"}


def found(columns: dict[str, str], **given: str) -> MoneyFound:
    """The roles of money in columns whose cells are apart by blanks, `_` for an empty one."""
    sample = {name: [None if cell == "_" else cell for cell in cells.split()] for name, cells in columns.items()}
    known = {role: column for role, column in KNOWN.items() if column in sample} | given
    return find_money(sample, known, set(given), sureness)


@pytest.mark.parametrize(
    ("columns", "roles", "codes"),
    [
        (PRICED, {"unit_price": "Unit Price"}, []),
        (PRICED | {"Amount": PRODUCT}, {"unit_price": "Unit Price", "amount": "Amount"}, []),
        (WHO | {"Amount": PRODUCT}, {"amount": "Amount"}, []),
        # of two prices the one as charged, and never the cost
        (PRICED | {"Unit Cost": "5 4 5 50 4 1"}, {"unit_price": "Unit Price"}, []),
        (PRICED | {"Net Price": "9 7 9 90 7 3"}, {"unit_price": "Net Price"}, []),
        (PRICED | {"Gross Price": "12 9 12 120 9 4"}, {"unit_price": "Unit Price"}, []),
        (WHO | {"Quantity": "1 2 3 1 4 2", "Unit Cost": "5 4 5 50 4 1"}, {"unit_price": "Unit Cost"}, []),
        # a total of the order is no amount of the line
        (PRICED | {"Total Amount": ORDER}, {"unit_price": "Unit Price", "amount": "Total Amount"}, []),
        (PRICED | {"Line Total": PRODUCT, "Order Total": "30 30 35 104.90 41.50 41.50"},
         {"unit_price": "Unit Price", "amount": "Line Total", "other_amount": "Order Total"}, []),
        (PRICED | {"Line Total": PRODUCT, "Order Total": ORDER},
         {"unit_price": "Unit Price", "amount": "Line Total"}, []),
        (PRICED | {"Net Price": PRODUCT}, {"unit_price": "Unit Price", "amount": "Net Price"}, ["amount_by_likeness"]),
        (WHO | {"Quantity": "1 2 3 1 4 2", "Gross Price": "12 9 12 120 9 4", "Net Price": PRODUCT},
         {"unit_price": "Net Price"}, []),
        (WHO | {"Quantity": "1 2 3 1 4 2", "Unit Cost": "5 4 5 50 4 1", "Price": "10 7.50 10 99.90 7.50 3.25"},
         {"unit_price": "Price"}, []),
        # a name that nobody knows
        (PRICED | {"f_17": PRODUCT}, {"unit_price": "Unit Price", "amount": "f_17"}, ["amount_by_likeness"]),
        (PRICED | {"f_17": "10 15 30 1 1 1"}, {"unit_price": "Unit Price"}, []),
        (PRICED | {"f_17": "10 15 1 1 1 1"}, {"unit_price": "Unit Price"}, []),
        (PRICED | {"Weight": "1 2 3 1 4 2"}, {"unit_price": "Unit Price"}, []),
        (PRICED | {"Erlös EUR": "11 16 33 109 33 7"}, {"unit_price": "Unit Price", "amount": "Erlös EUR"},
         ["amount_by_likeness"]),
        (PRICED | {"Erlös EUR": "5 5 5 5 5 5"}, {"unit_price": "Unit Price"}, []),  # a constant is no money
        (PRICED | {"Erlös EUR": "20 20 20 20 20 6.50"}, {"unit_price": "Unit Price"}, []),
        (PRICED | {"Erlös EUR": "6.50 20 40 40 40 6.50"}, {"unit_price": "Unit Price", "amount": "Erlös EUR"},
         ["amount_by_likeness"]),
        (PRICED | {"f_17": "15 22 45 150 45 9"}, {"unit_price": "Unit Price"}, []),  # grows, and is another thing
        # half of the lines of several items say what a column is
        (PRICED | {"f_17": "10 15 30 99.90 35 8"}, {"unit_price": "Unit Price", "amount": "f_17"},
         ["amount_by_likeness"]),
        (PRICED | {"f_17": "10 15 36 99.90 35 8"}, {"unit_price": "Unit Price"}, []),
        # a price without a quantity is the money of the line
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25"}, {"amount": "Price"}, ["price_as_amount"]),
        (WHO | {"Unit Price": "10 7.50 10 99.90 7.50 3.25"}, {"amount": "Unit Price"}, ["unit_price_as_amount"]),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Pieces sold": "1 2 3 1 4 2"}, {"unit_price": "Price"}, []),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Pieces sold": "1 1 1 1 1 1"}, {"amount": "Price"},
         ["price_as_amount"]),
        (PAIRS | {"Total": "17.50 17.50 109.90 109.90 10.75 10.75"}, {"amount": "Price"}, ["price_as_amount"]),
        (PAIRS | {"Total": "22.50 22.50 114.90 114.90 15.75 15.75"}, {"amount": "Price", "other_amount": "Total"},
         ["price_as_amount"]),
        (PAIRS | {"Total": "52.50 52.50 329.70 329.70 32.25 32.25"}, {"unit_price": "Price", "amount": "Total"}, []),
        # net before gross; what a bank pays out is not what was sold
        (WHO | {"Gross Amount": "12 18 36 120 36 8", "Net Amount": PRODUCT}, {"amount": "Net Amount",
                                                                             "other_amount": "Gross Amount"}, []),
        (WHO | {"Amount": PRODUCT, "Fee": "1 1 1 1 1 1", "Net": "9 14 29 98.90 29 5.50"}, {"amount": "Amount"}, []),
        (WHO | {"Amount": PRODUCT, "Fee": "-1 -1 -1 -1 -1 -1", "Net": "9 14 29 98.90 29 5.50"},
         {"amount": "Amount"}, []),
        (WHO | {"Amount": PRODUCT, "Note": "1 1 1 1 1 1", "Net": "9 14 29 98.90 29 5.50"},
         {"amount": "Net", "other_amount": "Amount"}, []),
        (WHO | {"Total": "12 18 36 120 36 8", "Subtotal": PRODUCT},
         {"amount": "Subtotal", "other_amount": "Total"}, []),
        (WHO | {"Net Sales": "12 18 36 120 36 8", "Subtotal": PRODUCT},
         {"amount": "Net Sales", "other_amount": "Subtotal"}, []),
        (WHO | {"Total": "12 18 36 120 36 8", "Subtotal": "13 19 37 121 37 9"},
         {"amount": "Total", "other_amount": "Subtotal"}, []),  # a sum that is more has something else in it
        (WHO | {"Total": "12 18 36 120 36 8", "Subtotal": "0 0 0 0 0 0"},
         {"amount": "Total", "other_amount": "Subtotal"}, []),
        (PAIRS | {"Total": "12 18 36 120 36 8", "Subtotal": "25 25 130 130 35 35"},
         {"unit_price": "Price", "amount": "Total", "other_amount": "Subtotal"}, []),
        (WHO | {"Sales": "0 0 0 0 0 0", "Revenue": PRODUCT}, {"amount": "Revenue", "other_amount": "Sales"}, []),
        (WHO | {"Sales": "0 0 0 0 0 0"}, {"amount": "Sales"}, []),
        (PRICED | {"Sales": "11 16 31 103 31 7", "Revenue": PRODUCT},
         {"unit_price": "Unit Price", "amount": "Revenue", "other_amount": "Sales"}, []),
        (PRICED | {"Sales": PRODUCT, "Revenue": "11 16 31 103 31 7"},
         {"unit_price": "Unit Price", "amount": "Sales", "other_amount": "Revenue"}, []),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Gross Price": "12 9 12 120 9 4"},
         {"amount": "Price", "other_amount": "Gross Price"}, ["price_as_amount"]),
        # what is no quantity does not keep a price from being the money of its line
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Rating": "1 2 3 4 2 1"}, {"amount": "Price"},
         ["price_as_amount"]),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Photos qty": "1 2 3 4 2 1"}, {"amount": "Price"},
         ["price_as_amount"]),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Pieces": "1 2 3.5 4 2 1"}, {"amount": "Price"},
         ["price_as_amount"]),
        (WHO | {"Price": "10 7.50 10 99.90 7.50 3.25", "Pieces": "_ _ _ _ _ _"}, {"amount": "Price"},
         ["price_as_amount"]),
        # tips and taxes that may be in a total
        (PRICED | {"Total": "10 15 30 99.90 35 8", "Tip": "1 0 2 0 0 0.50"},
         {"unit_price": "Unit Price", "amount": "Total"}, []),
        (PRICED | {"Total": "10 15 36 99.90 35 8", "Tip": "1 0 2 0 0 0.50"},
         {"unit_price": "Unit Price", "amount": "Total", "tip": "Tip"}, []),
        (WHO | {"Total": PRODUCT, "Tip": "1 0 2 0 0 0.50", "Gratuity": "2 0 2 0 0 1"},
         {"amount": "Total", "tip": "Tip"}, []),
        (WHO | {"Total": PRODUCT, "Tip": "1 0 2 0 0 0.50", "VAT": "2 3 2 4 5 1"},
         {"amount": "Total", "tip": "Tip", "tax": "VAT"}, []),
        (PAIRS | {"Price": "_ _ _ _ _ _", "Total": PRODUCT, "Tip": "1 1 2 2 3 3"},
         {"unit_price": "Price", "amount": "Total"}, []),  # that of the order
        (WHO | {"Total": PRODUCT, "Tip": "1 0 2 0 0 0.50"}, {"amount": "Total", "tip": "Tip"}, []),
        (WHO | {"Total": PRODUCT, "Tip": "0 0 0 0 0 0"}, {"amount": "Total"}, []),
        (WHO | {"Total": PRODUCT, "Sales Tax": "1 1.50 3 9 3 0.60"}, {"amount": "Total", "tax": "Sales Tax"}, []),
        (WHO | {"Net Total": PRODUCT, "Sales Tax": "1 1.50 3 9 3 0.60"}, {"amount": "Net Total"},
         ["amount_by_likeness"]),
        (PRICED | {"Amount": PRODUCT, "Tax": "1 1.50 3 9 3 0.60"},
         {"unit_price": "Unit Price", "amount": "Amount"}, []),
    ],
)  # fmt: skip
def test_which_columns_are_the_money_of_a_line(columns: dict[str, str], roles: dict[str, str], codes: list[str]):
    told = found(columns)
    assert {role: column for role, column in told.mapping.items() if role != "discount"} == roles
    assert ([one.code for one in told.decisions], told.faults) == (codes, [])


def test_what_the_user_gave_stays():
    priced = found(PRICED | {"Amount": PRODUCT, "Net Price": "9 7 9 90 7 3"}, unit_price="Unit Price")
    assert priced.mapping == {"amount": "Amount"}
    assert found(PRICED | {"Amount": PRODUCT}, amount="Unit Price").mapping == {}
    both = found(PRICED | {"Amount": "11 16 33 109 33 7"}, quantity="Quantity", unit_price="Unit Price")
    assert both.mapping == {"other_amount": "Amount"}
    assert found(PRICED | {"Amount": PRODUCT}, quantity="Quantity", unit_price="Unit Price").mapping == {}


def test_two_amounts_of_which_neither_is_the_lines_are_asked_for_with_their_sums():
    told = found(WHO | {"Sales": "1 2 3 4 5 6", "Revenue": "1 2 3 4 5 7"})
    (fault,) = told.faults
    assert "'Sales' (21.00) and 'Revenue' (22.00) can both be amount" in fault.what
    assert "that of the first 6 lines" in fault.what
    near = found(WHO | {"Sales": "100 200 300 400 500 600", "Revenue": "100 200 300 400 500 610"})
    assert (near.faults, near.mapping) == ([], {"amount": "Sales"})  # five in a thousand say nothing
    assert fault.hint.startswith("--map amount=Sales")
    other = found(WHO | {"Amount": "100 200 300 400 500 600", "Total Sales": "100 200 300 400 500 611"})
    assert (other.faults, other.mapping) == ([], {"amount": "Amount", "other_amount": "Total Sales"})


@pytest.mark.parametrize(
    ("customers", "money"),
    [(list(range(19)), True), (list(range(20)), False), ([1, *range(1, 20)], True)],
    ids=["few lines", "each customer once", "one comes again"],
)
def test_without_orders_and_customers_who_come_again_an_unknown_name_is_no_money(customers: list[int], *, money: bool):
    cells = {"Customer ID": customers, "Erlös EUR": range(1, len(customers) + 1)}
    told = found({name: " ".join(map(str, values)) for name, values in cells.items()})
    assert told.mapping == ({"amount": "Erlös EUR"} if money else {})


def test_a_discount_is_looked_for_where_the_user_gave_none():
    columns = PRICED | {"Amount": PRODUCT, "Discount": "1 2 3 4 5 1", "Rabatt %": "1 2 3 4 5 2"}
    assert found(columns).mapping["discount"] == "Discount"
    assert "discount" not in found(columns, discount="Rabatt %").mapping
    assert "discount" not in found(columns, discount_percent="Rabatt %").mapping


@pytest.mark.parametrize(
    ("order", "price", "of_line"),
    [("amazon-order-id", "item-price", True), ("item-tax", "item-price", True), ("order-id", "item-price", False),
     ("amazon-order-id", "price", False)],
)  # fmt: skip
def test_the_item_price_of_amazon_is_that_of_all_items(order: str, price: str, *, of_line: bool):
    """Unless prices of one product show that it is not; of other shops they must show that it is."""
    sample = {"sku": ["A", "A", "C"], "quantity": ["1", "2", "1"], price: ["5", "10", "7"], order: ["1", "2", "3"]}
    told = find_money(sample, {"product_id": "sku", "quantity": "quantity"}, set(), sureness)
    assert [one.code for one in told.decisions] == (["price_of_line"] if of_line else [])
