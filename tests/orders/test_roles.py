"""Columns of many shops and languages, and headers that do not tell."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.aliases import ALIASES
from marketfold.orders.names import plain_name
from marketfold.orders.roles import NO_HEADER, Match, match_roles
from marketfold.schema import ROLES

EXPORTS = {
    "UCI Online Retail": (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        {"order_id": "InvoiceNo", "product_id": "StockCode", "quantity": "Quantity", "ordered_on": "InvoiceDate",
         "unit_price": "UnitPrice", "customer_id": "CustomerID", "country": "Country"},
    ),
    "UCI Online Retail II": (
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
        {"order_id": "Invoice", "product_id": "StockCode", "unit_price": "Price", "customer_id": "Customer ID"},
    ),
    "Olist": (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_customer_date,"
        "order_item_id,product_id,price,freight_value,product_category_name,payment_value,customer_city,customer_state",
        {"order_id": "order_id", "customer_id": "customer_id", "ordered_on": "order_purchase_timestamp",
         "status": "order_status", "line_number": "order_item_id", "category": "product_category_name",
         "unit_price": "price", "amount": "payment_value", "city": "customer_city", "state": "customer_state"},
    ),
    "Shopify": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Billing Street,Billing City,Billing Zip,"
        "Billing Province,Billing Country,Phone,Vendor",
        {"order_id": "Name", "customer_id": "Email", "email": "Email", "ordered_on": "Created at",
         "quantity": "Lineitem quantity", "unit_price": "Lineitem price", "list_price": "Lineitem compare at price",
         "product_id": "Lineitem sku", "customer_name": "Billing Name", "country": "Billing Country",
         "postal_code": "Billing Zip", "currency": "Currency", "phone": "Phone", "status": "Fulfillment Status"},
    ),
    "WooCommerce": (
        "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),SKU,Quantity,"
        "Item Cost,Country Code (Billing),Customer User ID",
        {"order_id": "Order Number", "status": "Order Status", "ordered_on": "Order Date", "product_id": "SKU",
         "quantity": "Quantity", "unit_price": "Item Cost", "customer_id": "Customer User ID",
         "email": "Email (Billing)", "contact_first_name": "First Name (Billing)", "country": "Country Code (Billing)"},
    ),
    "Magento": (
        "increment_id,created_at,customer_id,customer_email,sku,qty_ordered,price,original_price,row_total,status",
        {"order_id": "increment_id", "ordered_on": "created_at", "customer_id": "customer_id", "amount": "row_total",
         "email": "customer_email", "quantity": "qty_ordered", "unit_price": "price", "list_price": "original_price"},
    ),
    "German": (
        "Bestellnummer;Bestelldatum;Kundennummer;Artikelnummer;Menge;Einzelpreis;Gesamtpreis;Warengruppe;PLZ;Ort;Land",
        {"order_id": "Bestellnummer", "ordered_on": "Bestelldatum", "customer_id": "Kundennummer",
         "product_id": "Artikelnummer", "quantity": "Menge", "unit_price": "Einzelpreis", "amount": "Gesamtpreis",
         "category": "Warengruppe", "postal_code": "PLZ", "city": "Ort", "country": "Land"},
    ),
    "French": (
        "N° commande;Date de commande;N° client;Référence produit;Quantité;Prix unitaire;Montant total;Catégorie;"
        "Ville;Pays",
        {"order_id": "N° commande", "ordered_on": "Date de commande", "customer_id": "N° client",
         "product_id": "Référence produit", "quantity": "Quantité", "unit_price": "Prix unitaire",
         "amount": "Montant total", "category": "Catégorie", "city": "Ville", "country": "Pays"},
    ),
    "Spanish": (
        "Número de pedido;Fecha de pedido;ID cliente;Código producto;Cantidad;Precio unitario;Importe;Categoría;País",
        {"order_id": "Número de pedido", "ordered_on": "Fecha de pedido", "customer_id": "ID cliente",
         "product_id": "Código producto", "quantity": "Cantidad", "unit_price": "Precio unitario", "amount": "Importe",
         "category": "Categoría", "country": "País"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shop", list(EXPORTS))
def test_exports_of_shops(shop: str) -> None:
    header, expected = EXPORTS[shop]
    match = match_roles({name: [] for name in re.split("[,;]", header)}, {})
    assert match.faults == ()
    assert {role: match.mapping.get(role) for role in expected} == expected


def test_every_alias_is_plain_and_every_role_has_some() -> None:
    assert set(ROLES) - set(ALIASES) == {
        "discount_percent",
        "other_amount",
        "tip",
        "tax",
        "before_refunds",
        "after_refunds",
        "line_id",
        "product_kind",
    }  # found by content, or given
    assert set(ALIASES) <= set(ROLES)
    for tiers in ALIASES.values():
        for names in tiers:
            assert {plain_name(name) for name in names} == names


def test_no_alias_is_equally_sure_of_two_roles() -> None:
    surest: dict[str, list[str]] = {}
    for role, tiers in ALIASES.items():
        for name in tiers[0]:
            surest.setdefault(name, []).append(role)
    assert {name: roles for name, roles in surest.items() if len(roles) > 1} == {}


def table(**columns: list[object]) -> pa.Table:
    return pa.table(columns)


def test_all_faults_come_at_once_with_the_closest_column() -> None:
    orders = table(CUSTOMR=["a"], ORDERDATE=["05/07/2003"], SALES=["1,5"])
    with pytest.raises(OrdersError) as raised:
        read_orders(orders)
    assert str(raised.value).splitlines() == [
        "Arrow table cannot be read as orders: 2 faults.",
        "  - no column for customer_id (who bought). Closest: 'CUSTOMR'. Hint: --map customer_id=CUSTOMR",
        "  - 'ORDERDATE' can be day-first or month-first (all 1 values fit both), such as '05/07/2003'. "
        "Hint: --date-format %d/%m/%Y or --date-format %m/%d/%Y",
    ]


def test_the_same_role_twice() -> None:
    twice = table(CustomerID=["a"], Customer_ID=["b"], Date=["2024-01-31"], Total=["1"])
    with pytest.raises(OrdersError, match="'CustomerID' and 'Customer_ID' can both be customer_id"):
        read_orders(twice)
    orders = read_orders(twice, ReadingOptions(mapping={"customer_id": "Customer_ID"}))
    assert orders.facts.mapping["customer_id"] == "Customer_ID"


def test_one_column_for_two_roles() -> None:
    with pytest.raises(OrdersError, match="'Total' is given to amount and quantity"):
        read_orders(
            table(Customer=["a"], Date=["2024-01-31"], Total=["1"]),
            ReadingOptions(mapping={"amount": "Total", "quantity": "Total"}),
        )


def test_overrides_that_name_nothing() -> None:
    options = ReadingOptions(mapping={"custmer_id": "Customer", "amount": "Totl", "ordered_on": "date"})
    with pytest.raises(OrdersError) as raised:
        read_orders(table(Customer=["a"], Date=["2024-01-31"], Total=["1"]), options)
    message = str(raised.value)
    assert "did you mean 'customer_id'?" in message
    assert "there is no column 'Totl'. Hint: --map amount=Total" in message


def test_date_is_found_by_content() -> None:
    orders = read_orders(table(Customer=["a", "b"], Zeitpunkt=["31.01.2024", "1.2.2024"], Total=["1", "2"]))
    assert orders.facts.mapping["ordered_on"] == "Zeitpunkt"
    assert any("by its content" in note for note in orders.facts.notes)


def test_no_header() -> None:
    headless = pa.table([["00002"], ["1997-01-13"], ["1"]], names=["00001", "1997-01-01", "11.77"])
    with pytest.raises(OrdersError, match="holds values, not the names of columns") as raised:
        read_orders(headless)
    assert "11.77" not in str(raised.value)


def test_a_name_serves_as_the_customer() -> None:
    orders = read_orders(table(CustomerName=["Ann", "Bo"], Date=["2024-01-31"] * 2, Total=["1", "2"]))
    assert orders.facts.id_is_personal
    assert orders.facts.mapping["customer_id"] == orders.facts.mapping["customer_name"] == "CustomerName"
    given = ReadingOptions(mapping={"customer_id": "CustomerName"})
    assert read_orders(table(CustomerName=["Ann"], Date=["2024-01-31"], Total=["1"]), given).facts.id_is_personal
    assert not read_orders(table(CustomerID=["7"], Date=["2024-01-31"], Total=["1"])).facts.id_is_personal


def test_totals_of_orders_are_not_money_of_lines() -> None:
    columns = {
        "Order": ["1", "1", "2", "2"], "Customer": ["a", "a", "b", "b"], "Date": ["2024-01-31"] * 4,
        "Quantity": ["1", "2", "1", "1"], "Price": ["5", "10", "3", "4"],
    }  # fmt: skip
    orders = read_orders(pa.table({**columns, "Order Total": ["25", "25", "7", ""]}))
    assert orders.engine.collect(orders.lines)["amount"].to_pylist() == [5.0, 20.0, 3.0, 4.0]
    assert any("total of the whole order" in note for note in orders.facts.notes)
    orders = read_orders(pa.table({**columns, "Total": ["5", "20", "3", "4"]}))
    assert orders.facts.mapping["amount"] == "Total"


def test_amount_is_quantity_times_price_and_a_day_is_an_order() -> None:
    orders = read_orders(table(Customer=["a", None], Date=["2024-01-31"] * 2, Qty=["3", "2"], Price=["2.50", ""]))
    rows = orders.engine.collect(orders.lines.sort("source_line")).to_pylist()
    assert [row["amount"] for row in rows] == [7.5, None]
    assert [row["order_id"] for row in rows] == ["a 2024-01-31", None]


def test_inspection_counts_the_dirt() -> None:
    found = inspect_orders(
        table(
            Customer=["a", None, "c", "d"],
            Email=["secret@example.org"] * 4,
            Date=["13.02.2024", "?", "2024-02-14", "14.02.2024"],
            Total=["9,50", "free", "-3,00", "0"],
            Note=["x"] * 4,
        )
    )
    assert found.date_styles == {"%d.%m.%Y": 2, "%Y-%m-%d": 1}
    assert found.unreadable == {"ordered_on": 1, "amount": 1}
    assert found.empty == {"customer_id": 1}
    assert (found.zero_amounts, found.negative_amounts, found.negative_quantities) == (1, 1, 0)
    assert found.decimals == {"amount": ","}
    assert (found.lines, found.customers, found.amount_total) == (4, 3, 6.5)
    assert found.extra_columns == ("Note",)
    shown = f"{found}{found._repr_html_()}{found.to_dict()}"
    assert "secret@example.org" not in shown
    assert "13.02.2024" not in shown


def test_orders_show_themselves_without_personal_data() -> None:
    columns = {"CustomerName": ["Ann Smith"], "Date": ["2024-01-31"], "Total": ["1"], "<b>": ["x"]}
    orders = read_orders(pa.table(columns), ReadingOptions(mapping={"category": "<b>"}))
    shown = orders._repr_html_()
    assert "CustomerName" in shown
    assert "Ann Smith" not in shown + repr(orders)
    assert repr(orders) == "<Orders of Arrow table: 1 lines>"
    assert "<b>" not in shown


@pytest.mark.parametrize(
    ("column", "role", "cells"),
    [
        ("État", "status", ["Livré", "Paiement accepté", "Annulé"]),
        ("Stage", "status", ["Closed Won", "Closed Lost", "Prospecting"]),
        ("Deal Stage", "status", ["Closed Won", "Closed Lost", "Qualified"]),
        ("id_order", "order_id", ["1", "1", "2"]),
        ("Transaktions-ID", "order_id", ["T1", "T1", "T2"]),
        ("id_customer", "customer_id", ["7", "7", "8"]),
        ("Auftraggeber", "customer_id", ["7", "7", "8"]),
        ("Nutzername des Käufers", "customer_id", ["ada", "ada", "ben"]),
        ("Verkauft am", "ordered_on", ["2024-01-02", "2024-01-02", "2024-01-03"]),
        ("Close Date", "ordered_on", ["2024-01-02", "2024-01-02", "2024-01-03"]),
        ("Created (UTC)", "ordered_on", ["2024-01-02", "2024-01-02", "2024-01-03"]),
        ("OXAMOUNT", "quantity", ["1", "2", "1"]),
    ],
)
def test_names_of_shops_and_sales_programs(column: str, role: str, cells: list[str]):
    assert match_roles({column: cells}, {}).mapping.get(role) == column


@pytest.mark.parametrize("column", ["État", "Stage"])
def test_a_place_or_a_play_is_no_status(column: str):
    assert "status" not in match_roles({column: ["Ohio", "Texas", "Utah"]}, {}).mapping


def test_both_prices_of_an_item_beside_what_a_line_brought():
    sample = {
        "Menge": ["1", "2", "3"], "VK Netto": ["10,00", "5,50", "4,00"], "VK Brutto": ["11,90", "6,55", "4,76"],
        "Gesamt Netto": ["10,00", "11,00", "12,00"], "Gesamt Brutto": ["11,90", "13,10", "14,28"],
    }  # fmt: skip
    found = match_roles(sample, {}).mapping
    assert (found["unit_price"], found["amount"]) == ("VK Netto", "Gesamt Netto")


@pytest.mark.parametrize("role", ALIASES)
def test_a_name_is_as_sure_of_a_role_as_it_is_once(role: str) -> None:
    names = [name for tier in ALIASES[role] for name in tier]
    assert len(names) == len(set(names))


def test_a_column_that_is_said_to_mean_nothing_has_no_role_and_stays():
    sample = {
        "Customer": ["a", "b"],
        "Date": ["2024-01-02", "2024-01-03"],
        "Total": ["9.50", "3"],
        "Net Total": ["8", "2.5"],
    }
    before, after = match_roles(sample, {}), match_roles(sample, {}, ("Total",))
    assert (before.mapping["amount"], after.mapping["amount"]) == ("Total", "Net Total")
    assert "Total" in after.extra
    (fault,) = match_roles(sample, {}, ("Net Totl",)).faults
    assert fault.hint == "--no-role 'Net Total'"


def matched(columns: dict[str, str], given: dict[str, str] | None = None, no_role: tuple[str, ...] = ()) -> Match:
    """What columns mean whose cells are apart by blanks, `_` for an empty one."""
    sample = {name: [None if cell == "_" else cell for cell in cells.split()] for name, cells in columns.items()}
    return match_roles(sample, given or {}, no_role)


FOUR, DAYS = "2024-01-02 2024-01-02 2024-01-02 2024-01-02", "2024-01-02 2024-01-03 2024-01-04 2024-01-05"
PLAIN = {"Order ID": "1 1 2 2", "Customer ID": "a a b b", "Date": FOUR, "Total": "5 6 7 8.50"}


@pytest.mark.parametrize(
    ("given", "says", "hint"),
    [
        ({"amont": "Total"}, "'amont' is not a role.", "did you mean 'amount'? The roles are order_id, "),
        ({"xyzzy": "Total"}, "'xyzzy' is not a role.", "The roles are order_id, "),
        ({"amount": "Totle"}, "--map amount=Totle: there is no column 'Totle'.", "--map amount=Total"),
        ({"amount": "Qwert"}, "--map amount=Qwert: there is no column 'Qwert'.", "the columns are 'Order ID', "),
    ],
)
def test_a_flag_that_names_nothing_is_refused_with_what_is_near(given: dict[str, str], says: str, hint: str) -> None:
    (fault,) = matched(PLAIN, given).faults
    assert fault.what == says
    assert fault.hint.startswith(hint)


def test_a_column_may_be_given_in_another_case_and_one_that_is_there_as_written_comes_first() -> None:
    assert matched(PLAIN, {"amount": "TOTAL"}).mapping["amount"] == "Total"
    assert matched(PLAIN | {"total": "1 2 3 4"}, {"amount": "total"}).mapping["amount"] == "total"


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (["1", "2024-01-02", "x"], True),
        (["1", "2024-01-02", "x", "y", "z", "u"], True),
        (["1", "2024-01-02", "x", "y", "z", "u", "v"], False),  # a third of the names at least
        (["1", "x"], False),  # and two
        (["1", "2"], True),
    ],
)
def test_names_that_are_numbers_and_days_are_a_row_of_values(names: list[str], *, values: bool) -> None:
    found = matched(dict.fromkeys(names, "a b"))
    assert (found.faults == (NO_HEADER,)) is values
    assert NO_HEADER not in matched(dict.fromkeys(names, "a b"), {"amount": names[0]}).faults


def test_the_name_of_an_order_is_its_number_where_lines_have_names_of_their_own() -> None:
    shop = {"Name": "#1 #1", "Email": "a b", "Created at": "2024-01-02 2024-01-02", "Total": "1 2"}
    assert matched(shop | {"Lineitem name": "x y"}).mapping["order_id"] == "Name"
    assert "order_id" not in matched(shop).mapping or matched(shop).mapping["order_id"] != "Email"
    assert (
        matched(shop | {"Lineitem name": "x y", "Order": "1 1"}, {"order_id": "Order"}).mapping["order_id"] == "Order"
    )


def test_the_only_column_of_days_is_when_and_of_two_none_is_taken() -> None:
    base = {"Customer ID": "a b", "Total": "1 2"}
    one = matched(base | {"Wann": "2024-01-02 2024-01-03"})
    assert (one.mapping["ordered_on"], [told.code for told in one.decisions]) == ("Wann", ["day_by_content"])
    two = matched(base | {"Wann": "2024-01-02 2024-01-03", "Bis": "2024-01-02 2024-01-03"})
    assert "ordered_on" not in two.mapping
    (fault,) = two.faults
    assert fault.what == "'Wann', 'Bis' hold dates, and none is named as the order's."
    assert fault.hint == "--map ordered_on=Wann or --map ordered_on=Bis"
    named = matched(base | {"Date": "2024-01-02 2024-01-03", "Bis": "2024-01-02 2024-01-03"})
    assert (named.mapping["ordered_on"], named.decisions) == ("Date", ())


SINGLE = {"order_id": "o1 o2 o3 o4", "customer_id": "c1 c2 c3 c4", "Date": FOUR, "Total": "1 2 3 4.50"}


@pytest.mark.parametrize(
    ("columns", "given", "customer"),
    [
        (SINGLE | {"customer_unique_id": "u1 u1 u2 u3"}, {}, "customer_unique_id"),
        (SINGLE | {"customer_unique_id": "u1 u2 u3 u4"}, {}, "customer_unique_id"),  # its name says so
        (SINGLE | {"customer_unique_id": "u1 u1 u2 u3"}, {"customer_id": "customer_id"}, "customer_id"),
        (SINGLE | {"customer_unique_id": "u1 u1 u2 u3", "order_id": "o1 o1 o3 o4"}, {}, "customer_id"),
        (SINGLE | {"Client number": "u1 u1 u2 u3"}, {}, "Client number"),
        (SINGLE | {"Client number": "u1 u2 u3 u4"}, {}, "customer_id"),  # which comes again no more
        (SINGLE | {"Shelf": "u1 u1 u2 u3"}, {}, "customer_id"),
        (SINGLE | {"Shelf": "s s s t", "Client number": "u1 u1 u2 u3"}, {}, "Client number"),
    ],
)
def test_a_customer_of_each_order_gives_way_to_one_who_returns(
    columns: dict[str, str], given: dict[str, str], customer: str
) -> None:
    found = matched(columns, given)
    assert found.mapping["customer_id"] == customer
    assert [one.code for one in found.decisions] == ([] if customer == "customer_id" else ["customer_of_each_order"])


ANY = {"Order": "1 1 2 2", "Date": FOUR, "Total": "1 2 3 4.50"}


@pytest.mark.parametrize(
    ("company", "given", "customer"),
    [
        ("x y x y", {}, None),  # several makers on each order
        ("x x y y", {}, "Company"),
        ("x y x y", {"customer_name": "Company"}, "Company"),
        ("x y x y", {"order_id": "Order"}, "Company"),
    ],
)
def test_a_company_that_changes_within_orders_makes_the_products(
    company: str, given: dict[str, str], customer: str | None
) -> None:
    found = matched(ANY | {"Company": company}, given)
    assert found.mapping.get("customer_id") == found.mapping.get("customer_name") == customer
    assert [one.code for one in found.decisions] == ["not_a_customer" if customer is None else "customer_by_name"]


@pytest.mark.parametrize(
    ("columns", "given", "customer"),
    [
        ({"id": "1 1 2 2", "Date": DAYS}, {}, "id"),
        ({"id": "1 1 2 2", "Date": FOUR}, {}, None),  # on one day it is an order
        ({"id": "1 1 2 2", "Date": FOUR, "Company": "x y x y"}, {}, "id"),  # beside makers it is who bought
        ({"id": "1 2 3 4", "Date": DAYS}, {}, None),
        ({"id": "1 2 _ _", "Date": DAYS}, {}, None),
        ({"id": "1 1 2 2", "Date": DAYS, "Email": "a b c d"}, {}, "Email"),
        ({"id": "1 1 2 2", "Date": DAYS}, {"order_id": "id"}, None),
        ({"Order": "1 1 2 2", "Date": DAYS}, {}, None),
    ],
)
def test_a_plain_id_that_comes_again_on_other_days_is_a_customer(
    columns: dict[str, str], given: dict[str, str], customer: str | None
) -> None:
    found = matched(columns | {"Total": "1 2 3 4.50"}, given)
    assert found.mapping.get("customer_id") == customer
    assert ("customer_by_id" in [one.code for one in found.decisions]) is (customer == "id")


def test_without_a_number_an_email_is_surer_than_a_telephone() -> None:
    both = matched({"Phone": "a b", "Email": "a b", "Date": "2024-01-02 2024-01-02", "Total": "1 2"})
    assert both.mapping["customer_id"] == both.mapping["email"] == "Email"
    assert both.id_is_personal
    assert [one.code for one in both.decisions] == ["customer_by_name"]
    known = matched(PLAIN | {"Email": "a b c d"})
    assert (known.mapping["customer_id"], known.id_is_personal, known.decisions) == ("Customer ID", False, ())
    same = matched(PLAIN, {"customer_name": "Customer ID"})
    assert same.mapping["customer_id"] == "Customer ID"
    assert same.id_is_personal
    given = matched(PLAIN | {"Email": "a b c d"}, {"customer_id": "Email"})
    assert given.mapping["email"] == "Email"
    assert given.id_is_personal


@pytest.mark.parametrize(
    ("columns", "given", "says"),
    [
        ({"Total": "_ _ _ _"}, {}, "fault"),
        ({"Total": "_ _ _ _", "Quantity": "1 2 1 1", "Unit Price": "1 2 3 4.50"}, {}, "amount_blank"),
        ({"Total": "_ _ _ _", "Quantity": "1 2 1 1", "Unit Price": "1 2 3 4.50"}, {"amount": "Total"}, "fault"),
        ({"Total": "_ _ _ _", "Quantity": "1 2 1 1"}, {}, "fault"),
        ({"Total": "_ _ _ 1"}, {}, ""),
        ({"Total": ""}, {}, ""),  # of no lines nothing is said
    ],
)
def test_an_amount_that_is_blank_on_all_first_lines_is_no_money(
    columns: dict[str, str], given: dict[str, str], says: str
) -> None:
    found = matched(PLAIN | columns, given)
    assert [one.code for one in found.decisions] == ([says] if says == "amount_blank" else [])
    assert ("amount" in found.mapping) is (says != "amount_blank")
    assert [fault.what for fault in found.faults] == (
        ["'Total' is blank on the first 4 lines."] if says == "fault" else []
    )


PAID = {"Type": "Payment Payment Refund", "Description": "a b c", "Customer ID": "1 2 3",
        "Date": "2024-01-02 2024-01-03 2024-01-04", "Amount": "1 2 3.50"}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "given", "product"),
    [
        ({}, {}, None),
        ({"Type": "Invoice Invoice Refund"}, {}, "Description"),
        ({"Quantity": "1 2 3"}, {}, "Description"),
        ({}, {"product_name": "Description"}, "Description"),
        ({"Product": "x y z"}, {}, "Product"),
    ],
)
def test_the_description_of_a_payment_is_no_product(
    columns: dict[str, str], given: dict[str, str], product: str | None
) -> None:
    found = matched(PAID | columns, given).mapping
    assert found["line_type"] == "Type"
    assert (found.get("product_id") or found.get("product_name")) == product


def test_a_column_without_a_role_must_be_there_or_unlike_all_that_are() -> None:
    assert matched(PLAIN, no_role=("Nothing",)).faults == ()
    (fault,) = matched(PLAIN, no_role=("Totl",)).faults
    assert (fault.what, fault.hint) == ("--no-role Totl: there is no column 'Totl'.", "--no-role Total")
    assert "amount" not in matched(PLAIN, no_role=("Total",)).mapping


def test_one_column_is_one_role_but_for_whom_it_names_as_well() -> None:
    (fault,) = matched(PLAIN | {"Amount": "1 2 3 4"}, {"amount": "Total", "quantity": "Total"}).faults
    assert fault.what == "'Total' is given to amount and quantity."
    assert matched(PLAIN, {"customer_id": "Customer ID", "email": "Customer ID"}).faults == ()
    (fault,) = matched(PLAIN, {"customer_id": "Order ID", "order_id": "Order ID"}).faults
    assert fault.what == "'Order ID' is given to customer_id and order_id."
