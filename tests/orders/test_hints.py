"""Which column is offered, which of two is taken, and names in other scripts."""

from __future__ import annotations

import shlex

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.orders.hints import (
    closest_column,
    described,
    fits,
    holds_days,
    holds_documents,
    holds_statuses,
    map_flag,
    plain_words,
    says_credit_note,
    settle,
)
from marketfold.orders.names import plain_name
from marketfold.orders.roles import match_roles

N = 40
DAYS = [f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(N)]
MONEY = [f"{n * 7 % 50}.{n % 90 + 10}" for n in range(N)]
CUSTOMERS = [f"C{n % 9}" for n in range(N)]
ORDERS = [str(1000 + n // 2) for n in range(N)]
BASE = {"Order ID": ORDERS, "Customer ID": CUSTOMERS, "Order Date": DAYS, "Sales": MONEY}


def read(**columns: list[str]) -> dict[str, str]:
    return read_orders(pa.table(columns)).facts.mapping


@pytest.mark.parametrize(
    ("role", "wrong", "cells"),
    [
        ("amount", "FaturaNo", ORDERS),
        ("amount", "order_num_total", ["3"] * N),
        ("amount", "Spending Score (1-100)", [str(n * 3 % 100) for n in range(N)]),
        ("amount", "Z_Revenue", ["11"] * N),
        ("amount", "Sales date", DAYS),
        ("unit_price", "Price Point Name", ["Regular"] * N),
        ("unit_price", "OrderLineItem", [str(n) for n in range(N)]),
        ("customer_id", "customer_value_total", MONEY),
        ("customer_id", "Customer since", DAYS),
        ("customer_id", "Customer row", [str(n) for n in range(N)]),
        ("customer_id", "Fulfilment", ["Amazon", "Merchant"] * (N // 2)),
        ("customer_id", "Note: the data on customers in this document is made up and not to be used", CUSTOMERS),
        ("ordered_on", "shipperID", ["1", "2"] * (N // 2)),
        ("ordered_on", "Order date (month)", ["soon"] * N),
        ("quantity", "Quantity per unit", ["10 boxes x 20 bags"] * N),
        ("quantity", "Qty ratio", MONEY),
    ],
)
def test_a_column_whose_cells_do_not_fit_is_not_offered(role: str, wrong: str, cells: list[str]) -> None:
    assert closest_column(role, {wrong: cells}) is None


@pytest.mark.parametrize(
    ("role", "column", "cells"),
    [
        ("amount", "Net sales EUR", MONEY),
        ("unit_price", "Price per piece", MONEY),
        ("customer_id", "Customer ref", CUSTOMERS),
        ("ordered_on", "Order date and time", [f"{day} 10:00" for day in DAYS]),
        ("ordered_on", "Order date (week)", ["2024-W05"] * N),
        ("ordered_on", "Order date (unix)", [str(1673265600 + n) for n in range(N)]),
        ("quantity", "Quantity sold", [str(n % 5 + 1) for n in range(N)]),
    ],
)
def test_a_column_whose_cells_fit_is_offered(role: str, column: str, cells: list[str]) -> None:
    assert closest_column(role, {"other": ["x"] * N, column: cells}) == column
    assert fits(role, cells)


FEW = [str(n % 5 + 1) for n in range(N)]
ONES, TWOS = ["1"] * N, ["1"] * (N // 2) + ["2"] * (N // 2)


@pytest.mark.parametrize(
    ("role", "cells", "fit"),
    [
        ("quantity", ONES, True),
        ("quantity", TWOS, False),  # as far as it goes it counts up, as the numbers of a list do
        ("quantity", TWOS[11:30], True),  # of nineteen cells that says nothing
        ("quantity", TWOS[10:30], False),
        ("quantity", ["1", "1.5"] * 20, False),
        ("quantity", ["9999", "1"] * 20, True),
        ("quantity", ["10000", "1"] * 20, False),
        ("quantity", [*FEW[:32], *"abcdefgh"], True),  # four of five are numbers
        ("quantity", [*FEW[:31], *"abcdefghi"], False),
        ("amount", ONES, False),
        ("amount", ONES[:19], True),
        ("amount", [f"{n}.5" for n in range(N)], True),
        ("amount", [str(n) for n in range(N)], False),
        ("amount", [str(n) for n in range(19)], True),
        ("amount", ["soon", ""], False),
        ("customer_id", ["a", "b", "c", "d", "e", "f"] * 5, True),
        ("customer_id", ["a", "b", "c", "d", "e"] * 5, False),
        ("customer_id", [f"C{n}" for n in range(19)], True),
        ("customer_id", [f"C{n}" for n in range(20)], False),
        ("customer_id", ["x" * 60, "y"], True),
        ("customer_id", ["x" * 61, "y"], False),
        ("customer_id", ["1.5", "2.5"], False),
        ("customer_id", ["", None], False),
        ("status", ["a"], True),
        ("status", [""], False),
    ],
)
def test_what_the_cells_of_a_role_can_be(role: str, cells: list[object], *, fit: bool) -> None:
    assert fits(role, cells) is fit


@pytest.mark.parametrize(
    ("role", "one", "other", "taken"),
    [
        ("amount", FEW, ["x"] * N, "one"),
        ("amount", ["x"] * N, MONEY, "other"),
        ("amount", MONEY, MONEY[::-1], None),
        ("amount", MONEY, list(MONEY), "one"),
        ("order_id", ORDERS, [f"#{one}" for one in ORDERS], "one"),
        ("order_id", [str(n) for n in range(N)], ORDERS, "other"),
        ("order_id", ORDERS, CUSTOMERS, None),  # both come again, in other ways
        ("product_id", CUSTOMERS, ORDERS, None),
        ("order_id", ORDERS[:19], [f"#{one}" for one in ORDERS[:19]], None),
        ("order_id", ORDERS[:20], [f"#{one}" for one in ORDERS[:20]], "one"),
        ("order_id", [""] * N, ORDERS, "other"),
    ],
)
def test_two_columns_of_one_name_are_settled_by_what_they_hold(
    role: str, one: list[str], other: list[str], taken: str | None
) -> None:
    assert settle(role, ["one", "other"], {"one": one, "other": other}) == taken


def test_what_a_column_holds_is_shown_unless_it_may_be_about_a_person() -> None:
    assert described("amount", "Sales", ["1", "2", "2", "3", "4", ""]) == "'Sales' holds '1', '2', '3'"
    assert described("amount", "Sales", ["", None]) == "'Sales' holds nothing"
    for role, column, cells in (
        ("customer_id", "No", ["7", "8", "8"]),
        ("amount", "Phone", ["7", "8", "8"]),
        ("status", "S", ["a@x.org", "b", "b"]),
    ):
        assert described(role, column, cells) == f"{column!r} has 2 different cells in the first 3 rows"


def test_a_flag_can_be_pasted_into_a_shell() -> None:
    for column in ("Sales", "Spending Score (1-100)", "it's", "N° client", "a;b"):
        assert shlex.split(map_flag("amount", column)) == ["--map", f"amount={column}"]


def test_following_the_hint_reads_the_file() -> None:
    columns = {"Order ID": ORDERS, "Custmer": CUSTOMERS, "Order Date": DAYS, "Net sales (all)": MONEY}
    with pytest.raises(OrdersError) as raised:
        read(**columns)
    words = [part for fault in raised.value.faults for part in shlex.split(fault.hint)]
    mapping = dict(word.split("=", 1) for word in words if "=" in word)
    assert read_orders(pa.table(columns), ReadingOptions(mapping=mapping)).facts.lines == N


def test_a_price_without_a_quantity_is_the_amount_of_one_item() -> None:
    columns = {"order_id": ORDERS, "customer_id": CUSTOMERS, "order_date": DAYS, "price": MONEY}
    assert read(**columns)["amount"] == "price"
    assert read(**{**columns, "Net Revenue": MONEY})["amount"] == "Net Revenue"


@pytest.mark.parametrize(
    ("one", "other", "role"),
    [("Market", "Region", "territory"), ("SKU", "Stock Code", "product_id"), ("EAN", "ASIN", "product_id")],
)
def test_a_role_that_no_run_needs_stops_nothing(one: str, other: str, role: str) -> None:
    orders = read_orders(pa.table({**BASE, one: ["a", "b"] * (N // 2), other: ["c", "d"] * (N // 2)}))
    assert orders.facts.mapping[role] == one
    (told,) = [one for one in orders.facts.decisions if one.code == "one_of_several"]
    assert f"{one!r} is taken" in told.what or one in told.what


def test_two_columns_of_an_address_are_no_fault() -> None:
    mapping = read(**BASE, **{"Billing Street": ["x"] * N, "Billing Address1": ["y"] * N})
    assert mapping["address"] == "Billing Street"


def test_an_order_state_of_places_is_no_status() -> None:
    places = ["Bavaria", "Texas"] * (N // 2)
    mapping = read(**BASE, **{"Order State": places, "Order Status": ["complete", "canceled"] * (N // 2)})
    assert mapping["status"] == "Order Status"
    assert "status" not in read(**BASE, **{"Order State": places})
    assert read(**BASE, **{"Order State": ["new", "complete"] * (N // 2)})["status"] == "Order State"


def test_two_columns_for_what_a_run_needs_are_settled_by_content_or_asked() -> None:
    both = {"order_id": ORDERS, "Order Number": [f"#{one}" for one in ORDERS]}
    rest = {name: cells for name, cells in BASE.items() if name != "Order ID"}
    assert read(**both, **rest)["order_id"] == "order_id"
    rows = {"Invoice": [str(n) for n in range(N)], "Order No": ORDERS, "OrderNo": [str(n) for n in range(N)]}
    assert read(**rows, **rest)["order_id"] == "Order No"
    rest = {name: cells for name, cells in BASE.items() if name != "Customer ID"}
    other = [f"K{n % 7}" for n in range(N)]
    with pytest.raises(OrdersError) as raised:
        read(CustomerNo=CUSTOMERS, ClientID=[f"{n}@example.org" for n in other], **rest)
    told = str(raised.value)
    assert "9 different cells" in told
    assert "7 different cells" in told
    assert "@example.org" not in told
    assert "--map customer_id=CustomerNo or --map customer_id=ClientID" in told


HEADERS = {
    "Chinese": "行 ID,订单 ID,订单日期,客户 ID,产品 ID,产品名称,类别,国家,销售额,数量",
    "Taobao": "订单编号,买家会员名,订单创建时间,宝贝标题,宝贝总数量,买家实际支付金额",
    "Traditional": "訂單編號,客戶編號,訂單日期,商品編號,數量,訂單金額",
    "Japanese": "注文番号,顧客番号,注文日,商品コード,商品名,数量,単価,売上金額",
    "Korean": "주문번호,고객번호,주문일자,상품코드,수량,금액",
    "Russian": "Номер заказа,Клиент,Дата заказа,Артикул,Наименование товара,Количество,Цена,Сумма",
    "Polish": "Numer zamówienia,Klient,Data zamówienia,Produkt,Ilość,Wartość",
    "Turkish": "FaturaNo,MusteriNo,FaturaTarihi,ÜrünKodu,Ürün adi,Adet,Birim Fiyat,Tutar",
}


@pytest.mark.parametrize("language", list(HEADERS))
def test_names_in_other_scripts(language: str) -> None:
    columns = HEADERS[language].split(",")
    match = match_roles({column: [] for column in columns}, {})
    assert match.faults == ()
    found = set(match.mapping)
    assert {"order_id", "customer_id", "ordered_on", "amount", "quantity"} <= found
    assert len(set(match.mapping.values())) >= len(columns)


def test_letters_of_every_script_count() -> None:
    names = ["行 ID", "订单 ID", "客户 ID", "产品 ID", "№ заказа", "№ клиента"]
    assert len({plain_name(name) for name in names}) == len(names)
    assert plain_name("Количество") == plain_name("КОЛИЧЕСТВО")
    assert plain_name("Größe") == plain_name("Gro\u0308sse".replace("sse", "ße"))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("amazon-order-id,purchase-date,sku,quantity,item-price,buyer-email", {"order_id": "amazon-order-id"}),
        (
            "Order Reference,Customer,Order Date,Order Lines/Product,Order Lines/Quantity,Order Lines/Unit Price",
            {"order_id": "Order Reference", "quantity": "Order Lines/Quantity", "unit_price": "Order Lines/Unit Price"},
        ),
        (
            "SalesOrderNumber,SalesOrderLineNumber,OrderDate,CustomerKey,ProductKey,SalesAmount",
            {"order_id": "SalesOrderNumber", "line_number": "SalesOrderLineNumber", "amount": "SalesAmount"},
        ),
    ],
)
def test_names_of_exports(header: str, expected: dict[str, str]) -> None:
    match = match_roles({name: [] for name in header.split(",")}, {})
    assert match.faults == ()
    assert {role: match.mapping.get(role) for role in expected} == expected


@pytest.mark.parametrize(
    ("code", "name"),
    [("StockCode", "Description"), ("Product ID", "Product Name"), ("Lineitem sku", "Lineitem name"),
     ("Artikelnummer", "Bezeichnung"), ("Référence produit", "Désignation"), ("productID", "productName")],
)  # fmt: skip
def test_the_name_of_a_product_has_a_role(code: str, name: str) -> None:
    mapping = read(**BASE, **{code: ["a1", "b2"] * (N // 2), name: ["Mug", "Cup"] * (N // 2)})
    assert (mapping["product_id"], mapping["product_name"]) == (code, name)
    assert read(**BASE, **{name: ["Mug", "Cup"] * (N // 2)})["product_id"] == name


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2024-01-05", None, "2024-02-29"], True),
        (["05.01.2024 10:00", "29.02.2024 11:30"], True),
        (["2024-W05", "2024-W06"], True),
        (["Q1 2024", "Q2 2024"], True),
        ([1673265600, 1673438400], True),
        (["1673265600000", ""], True),
        (["45000", "45012"], False),
        (["12.50", "13.75"], False),
        (["soon", "later"], False),
        ([None, ""], False),
    ],
)
def test_days_periods_and_counts_of_seconds_are_days(cells: list[object], *, days: bool) -> None:
    assert holds_days(cells) is days


@pytest.mark.parametrize(
    ("column", "cells", "tells"),
    [
        ("Type", ["Invoice", "Credit Note"], True),
        ("Type", ["Invoice", "Rechnung"], True),  # later lines may have credit notes
        ("Type", ["Order", "Sale"], False),  # which may be kinds of anything
        ("Type", ["Order", "Refund"], True),
        ("Type", ["Refund"], False),
        ("Type", ["Invoice", "Mug"], False),
        ("Type", ["Mugs", "Returns"], False),
        ("Type", [], False),
        ("Belegart", ["Rechnung", "Gutschrift"], True),
        ("Document kind of note", ["Mugs"], True),  # a name that says it itself
    ],
)
def test_a_type_of_anything_tells_sales_from_credit_notes(column: str, cells: list[object], *, tells: bool) -> None:
    assert holds_documents(column, cells) is tells


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Credit Note", True), ("creditmemo", True), ("Rückzahlung", True), ("Storno", True),
        ("Gift card refund", False), ("Refund of a fee", False), ("Invoice", False), ("Non-refundable", False),
        ("Return policy", False),
    ],
)  # fmt: skip
def test_what_is_a_credit_note(text: str, *, note: bool) -> None:
    assert says_credit_note(text) is note


@pytest.mark.parametrize(
    ("column", "cells", "statuses"),
    [
        ("Order State", ["Bavaria", "Texas"], False),
        ("Order State", ["Bavaria", "complete"], True),
        ("State", ["Shipped"], True),
        ("State", [], True),
        ("Order Status", ["Bavaria"], True),
    ],
)
def test_a_state_is_a_place_or_what_became_of_an_order(column: str, cells: list[object], *, statuses: bool) -> None:
    assert holds_statuses(column, cells) is statuses


def test_words_without_case_accents_and_signs() -> None:
    assert plain_words("  Rück-Zahlung,  Élan! ") == "ruck zahlung elan"
    assert plain_words("x²") == "x2"


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2024-01-31 10:00", None, ""], True),
        (["2024-01-31"] * 4 + ["soon"], True),  # four of five
        (["2024-01-31"] * 3 + ["soon"], False),
        (["45335"] * 3, False),  # which may be any number
        (["2024-W05"] * 3, True),
        (["1673265600"] * 3, True),
        (["nan", "NaT"], False),
        ([], False),
    ],
)
def test_which_cells_are_days(cells: list[object], *, days: bool) -> None:
    assert holds_days(cells) is days


@pytest.mark.parametrize(
    ("role", "columns", "closest"),
    [
        ("amount", ["Amount count", "Amunt"], "Amunt"),
        ("amount", ["Total", "My total of it"], "Total"),
        ("amount", ["My total of it", "xyz"], "My total of it"),  # the name of a role stands within
        ("amount", ["Totals score"], None),
        ("amount", ["xyz"], None),
        ("amount", ["x" * 61 + "total"], None),
        ("amount", ["x" * 55 + "total"], "x" * 55 + "total"),
        ("customer_id", ["Customer of mine"], "Customer of mine"),
        ("customer_id", ["shopper no"], "shopper no"),
    ],
)
def test_the_column_whose_name_is_most_like_a_role(role: str, columns: list[str], closest: str | None) -> None:
    cells = dict.fromkeys(columns, MONEY if role == "amount" else CUSTOMERS)
    assert closest_column(role, cells) == closest


def test_columns_of_one_name_of_which_none_or_only_one_holds_anything() -> None:
    assert settle("amount", ["a", "b"], {"a": [], "b": []}) is None
    assert settle("amount", ["a", "b"], {"a": [None] * N, "b": ["x"] * N}) == "b"  # the only one, whatever it holds
    assert settle("amount", ["a", "b", "c"], {"a": [None] * N, "b": ["x"] * N, "c": MONEY}) == "c"
    assert settle("customer_id", ["a", "b"], {"a": ["1"] * N, "b": CUSTOMERS}) == "b"
    assert settle("order_id", ["a", "b"], {"a": ["1"] * N, "b": ORDERS}) == "b"  # one value names no order
