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
from marketfold.orders.roles import match_roles
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
