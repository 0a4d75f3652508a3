"""What is offered for columns in a language that nobody knows, and that what is offered works when it is given."""

from __future__ import annotations

import random
import re
import shlex
from datetime import date, timedelta

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, inspect_orders, read_orders
from marketfold.orders.guesses import guess_fault, guess_roles

COLUMNS = ("order", "customer", "day", "product", "quantity", "price", "amount", "country")
STRANGE = dict(zip(COLUMNS, ["ა", "ბ", "გ", "დ", "ე", "ვ", "ზ", "თ"], strict=True))


def lines(n_orders: int = 150, most: int = 3) -> dict[str, list[str]]:
    draw = random.Random(5)  # noqa: S311  (no secret)
    prices = {f"P{place}": f"{draw.uniform(3, 90):.2f}" for place in range(30)}
    rows = []
    for number in range(n_orders):
        who, day = f"K{draw.randint(1, 40):03}", date(2023, 1, 1) + timedelta(days=2 * number)
        for _ in range(draw.randint(1, most)):
            product, items = draw.choice(list(prices)), draw.randint(1, 5)
            money = f"{items * float(prices[product]):.2f}"
            country = draw.choice(["DE", "AT", "CH"])
            rows.append(
                (str(7000 + number), who, day.isoformat(), product, str(items), prices[product], money, country)
            )
    return dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))


def named(columns: tuple[str, ...], **how: int) -> dict[str, list[str]]:
    cells = lines(**how)
    return {STRANGE[column]: cells[column] for column in columns}


def refused(table: dict[str, list[str]]) -> dict[str, str]:
    """The flags of the refusal, as a shell would hand them on."""
    with pytest.raises(OrdersError) as caught:
        read_orders(pa.table(table))
    (fault,) = caught.value.faults
    words = shlex.split(fault.hint)
    assert words[::2] == ["--map"] * (len(words) // 2)
    return dict(word.split("=", 1) for word in words[1::2])


ALL = {"order_id": "ა", "customer_id": "ბ"}


@pytest.mark.parametrize(
    ("columns", "offered"),
    [
        (COLUMNS, ALL | {"amount": "ზ"}),
        (COLUMNS[:6], ALL | {"quantity": "ე", "unit_price": "ვ"}),
        (("order", "customer", "day", "amount"), ALL | {"amount": "ზ"}),
        (("customer", "day", "amount", "country"), {"customer_id": "ბ", "amount": "ზ"}),
    ],
)
def test_the_flags_of_the_refusal_work(columns: tuple[str, ...], offered: dict[str, str]):
    flags = refused(named(columns))
    assert flags == offered
    found = inspect_orders(pa.table(named(columns)), ReadingOptions(mapping=flags))
    cells = lines()
    assert found.customers == len(set(cells["customer"]))
    assert found.amount_total == pytest.approx(sum(map(float, cells["amount"])))
    if "order_id" in offered:
        assert found.orders == 150


def test_orders_of_one_line_leave_customer_and_product_open():
    guessed = guess_roles(named(("order", "customer", "day", "product", "amount"), most=1), {"ordered_on": "გ"})
    assert guessed == {"order_id": ["ა"], "customer_id": ["ბ", "დ"], "amount": ["ზ"]}


def test_a_number_that_counts_up_and_texts_are_no_money():
    table = {"n": [str(n) for n in range(60)], "d": [f"2024-01-{n % 28 + 1:02}" for n in range(60)], "t": ["x"] * 60}
    assert "amount" not in guess_roles(table, {"ordered_on": "d"})


HEADERS = {
    "Greek": "Αριθμός παραγγελίας;Κωδικός πελάτη;Ημερομηνία;Κωδικός προϊόντος;Ποσότητα;Τιμή μονάδας",
    "Hungarian": "Rendelésszám;Vevőkód;Rendelés dátuma;Cikkszám;Mennyiség;Egységár",
    "Romanian": "Nr. comandă;Cod client;Data comenzii;Cod produs;Cantitate;Preț unitar",
    "Czech": "Číslo objednávky;Číslo zákazníka;Datum objednávky;Kód produktu;Množství;Jednotková cena",
    "Thai": "หมายเลขคำสั่งซื้อ;รหัสลูกค้า;วันที่สั่งซื้อ;รหัสสินค้า;จำนวน;ราคาต่อหน่วย",
    "Hebrew": "מספר הזמנה;מספר לקוח;תאריך;קוד מוצר;כמות;מחיר",
    "Arabic": "رقم الطلب;رقم العميل;تاريخ الطلب;رمز المنتج;الكمية;سعر الوحدة",
    "Swedish": "Ordernummer;Kundnummer;Orderdatum;Artikelnummer;Antal;Styckpris",
    "Danish": "Ordrenummer;Kundenummer;Ordredato;Varenummer;Antal;Stykpris",
    "Finnish": "Tilausnumero;Asiakasnumero;Tilauspäivä;Tuotenumero;Määrä;Yksikköhinta",
    "Ukrainian": "Номер замовлення;Код клієнта;Дата замовлення;Код товару;Кількість;Ціна за одиницю",
    "Vietnamese": "Mã đơn hàng;Mã khách hàng;Ngày đặt hàng;Mã sản phẩm;Số lượng;Đơn giá",
    "Indonesian": "Nomor pesanan;Kode pelanggan;Tanggal pesanan;Kode produk;Kuantitas;Harga satuan",
}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_other_languages_are_known(language: str):
    names, cells = HEADERS[language].split(";"), lines()
    orders = read_orders(pa.table(dict(zip(names, [cells[one] for one in COLUMNS[:6]], strict=True))))
    assert isinstance(orders, Orders)
    roles = ("order_id", "customer_id", "ordered_on", "product_id", "quantity", "unit_price")
    assert {role: orders.facts.mapping[role] for role in roles} == dict(zip(roles, names, strict=True))
    assert not re.search("order_by_day|customer_by_name", " ".join(one.code for one in orders.facts.decisions))


@pytest.mark.parametrize(("largest", "offered"), [("999", {"quantity", "unit_price"}), ("1000", {"amount"})])
def test_items_are_below_a_thousand(largest: str, offered: set[str]):
    """Of what sells by the thousand a column of whole numbers may as well be points or money."""
    table = {"n": [*"12111311", largest], "p": ["4.50", "7.25", "3.99"] * 3}
    known = {"ordered_on": "d", "order_id": "o", "customer_id": "c"}
    assert set(guess_roles(table | dict.fromkeys("doc", ["x"] * 9), known)) == offered


KNOWN = {"ordered_on": "d", "order_id": "o", "customer_id": "c"}
CONSTANT = dict.fromkeys("doc", ["x"] * 20)
ITEMS = [str(place % 3 + 1) for place in range(20)]
PRICES = ["4.50", "7.25", "3.99", "9.10", "2.30"] * 4
MONEY = [f"{int(items) * float(price):.2f}" for items, price in zip(ITEMS, PRICES, strict=True)]


def guessed(columns: dict[str, list[str]], known: dict[str, str] = KNOWN) -> dict[str, list[str]]:
    return guess_roles(CONSTANT | columns, known)


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        ({"n": ITEMS, "p": PRICES, "m": MONEY}, {"amount": ["m"]}),
        ({"n": ITEMS, "p": PRICES, "m": ["1.11", *MONEY[1:]]}, {"amount": ["m"]}),  # on 19 of 20 lines
        ({"n": ITEMS, "p": PRICES, "m": ["1.11", "1.11", *MONEY[2:]]}, {"amount": ["p", "m"]}),
        ({"n": ITEMS, "p": PRICES, "m": [""] * 4 + MONEY[4:]}, {"amount": ["m"]}),  # of four lines in five
        ({"n": ITEMS, "p": PRICES, "m": [""] * 5 + MONEY[5:]}, {"amount": ["p", "m"]}),
        ({"n": ["1"] * 20, "p": PRICES, "m": PRICES}, {"amount": ["p", "m"]}),  # one of each proves nothing
        ({"n": ITEMS, "p": PRICES}, {"quantity": ["n"], "unit_price": ["p"]}),
        ({"p": PRICES}, {"amount": ["p"]}),
        ({"n": ITEMS}, {"amount": ["n"]}),
        ({"w": ["12", "14", "11", "17"] * 5}, {"amount": ["w"]}),
        ({"p": PRICES, "q": PRICES[::-1]}, {"amount": ["p", "q"]}),
        ({"n": ["100", "99"] * 10, "p": PRICES}, {"quantity": ["n"], "unit_price": ["p"]}),  # half are below 100
        ({"n": ["100", "101", "99"] * 6 + ["99", "101"], "p": PRICES}, {"amount": ["p"]}),
        ({"n": ITEMS, "k": ITEMS, "p": PRICES}, {"amount": ["p"]}),
        ({"n": ITEMS, "p": [f"P{price}" for price in PRICES]}, {"amount": ["n"]}),  # a letter in front is no money
        ({"t": ["x"] * 20}, {}),
    ],
)
def test_money_is_what_quantity_and_price_make_or_all_that_can_be_it(
    columns: dict[str, list[str]], roles: dict[str, list[str]]
):
    assert guessed(columns) == roles


def test_a_quantity_that_is_known_leaves_the_price_to_be_found():
    known = KNOWN | {"quantity": "n"}
    assert guessed({"n": ITEMS, "p": PRICES}, known) == {"unit_price": ["p"]}
    assert guessed({"n": ITEMS, "p": PRICES, "m": MONEY}, known) == {"amount": ["m"]}


@pytest.mark.parametrize(
    ("known", "faulted", "hint"),
    [
        (KNOWN, "", "--map amount=m"),
        (KNOWN, "customer_id", "--map amount=m"),
        (KNOWN, "there are two columns of amount", None),
        (KNOWN | {"amount": "m"}, "", None),
        (KNOWN | {"unit_price": "p"}, "", None),
        ({"ordered_on": "d", "order_id": "o", "amount": "m"}, "", None),  # nothing shows the customer
    ],
)
def test_what_lacks_is_offered_once(known: dict[str, str], faulted: str, hint: str | None):
    sample = CONSTANT | {"n": ITEMS, "p": PRICES, "m": MONEY}
    fault = guess_fault(sample, known, faulted)
    assert (fault.hint if fault else None) == hint
    assert guess_fault(sample | {"amont": MONEY}, known, faulted) is None  # that name is offered instead


def test_a_quantity_and_a_price_are_offered_for_an_amount():
    fault = guess_fault(CONSTANT | {"n": ITEMS, "p": PRICES}, KNOWN, "")
    assert fault is not None
    assert fault.what.startswith("no name of a column tells amount. By their cells, there may be quantity in 'n' and")
    assert fault.hint == "--map quantity=n --map unit_price=p"


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([str(place // 2) for place in range(20)], ["k"]),
        ([str(place % 10) for place in range(20)], []),  # of several days each
        ([f"{place // 2}.5" for place in range(20)], []),  # money
        ([f"2024-01-{place // 2 + 1:02}" for place in range(20)], []),  # days
        ([""] * 4 + [str(place // 2) for place in range(16)], ["k"]),
    ],
)
def test_an_order_is_on_one_day_and_has_few_lines(orders: list[str], found: list[str]):
    days = [f"2024-02-{place // 2 + 1:02} 10:{place:02}" for place in range(20)]
    guess = guess_roles({"d": days, "k": orders}, {"ordered_on": "d", "customer_id": "c", "amount": "m"})
    assert guess.get("order_id", []) == found
    assert "order_id" not in guess_roles({"k": orders}, {"customer_id": "c", "amount": "m"})


@pytest.mark.parametrize(("lines", "found"), [(9, ["k"]), (10, [])])
def test_orders_have_less_than_ten_lines_on_average(lines: int, found: list[str]):
    orders = {"d": ["2024-02-01"] * 20, "k": [str(place // lines) for place in range(20)]}
    guess = guess_roles(orders, {"ordered_on": "d", "customer_id": "c", "amount": "m"})
    assert guess.get("order_id", []) == found


def test_of_customers_a_country_with_far_fewer_values_is_none():
    days = [f"2024-02-{place + 1:02}" for place in range(24)]
    known = {"ordered_on": "d", "order_id": "o", "amount": "m"}
    orders = [str(place) for place in range(24)]
    many = [f"K{place % 12}" for place in range(24)]
    for values, offered in ((6, ["k", "e"]), (3, ["k"])):
        few = [f"L{place % values}" for place in range(19)] + ["L0"] * 5
        sample = {"d": days, "o": orders, "k": many, "e": few}
        assert guess_roles(sample, known)["customer_id"] == offered
