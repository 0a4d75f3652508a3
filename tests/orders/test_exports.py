"""Two kinds of export and their right totals: the examples as their script counts them, and what others published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, read_orders
from marketfold.schema import money_sum


def totals_of(orders: Orders) -> dict[str, Any]:
    asked = orders.lines.select(
        lines=nw.len(),
        orders=nw.col("order_id").n_unique(),
        customers=nw.col("customer_id").n_unique(),
        first_on=nw.col("ordered_on").min(),
        last_on=nw.col("ordered_on").max(),
        amount=money_sum("amount"),
    )
    found: dict[str, Any] = orders.engine.collect(asked).to_pylist()[0]
    return found | {"first_on": str(found["first_on"]), "last_on": str(found["last_on"])}


def column(orders: Orders, name: str) -> list[Any]:
    values: list[Any] = orders.engine.collect(orders.lines.sort("source_line").select(name))[name].to_pylist()
    return values


PUBLISHED_SALES = {
    "lines": 2823,
    "orders": 307,
    "customers": 92,
    "first_on": "2003-01-06",
    "last_on": "2005-05-31",
    "amount": 10_032_628.85,
    "countries": 19,
    "products": 109,
    "categories": 7,
    "territory_na": 1074,
    "price_capped": 1304,
    "empty": {"STATE": 1486, "POSTALCODE": 76, "ADDRESSLINE2": 2521},
    "statuses": {
        "Shipped": 2617, "Cancelled": 60, "Resolved": 47, "On Hold": 44, "In Process": 41, "Disputed": 14,
    },
    "deal_sizes": {"Medium": 1384, "Small": 1282, "Large": 157},
}  # fmt: skip
PUBLISHED_PURCHASES = {
    "lines": 69_659,
    "customers": 23_570,
    "first_on": "1997-01-01",
    "last_on": "1998-06-30",
    "items": 167_881,
    "amount": 2_500_315.63,
    "zero_lines": 80,
    "bought_once": 11_908,
}


@dataclass(frozen=True)
class Export:
    """An order file, the same lines with their days in two styles, and what a right reading finds."""

    orders: Orders
    other: Path
    known: dict[str, Any]


@pytest.fixture(scope="module", params=["example", "published"])
def sales(request: pytest.FixtureRequest, examples: Path, totals: dict[str, Any]) -> Export:
    if request.param == "example":
        return Export(read_orders(examples / "sales.csv"), examples / "sales_two_styles.csv", totals["sales.csv"])
    folder: Path = request.getfixturevalue("shared_data")
    other = folder / "sales_data_sample__two_date_styles.csv"
    return Export(read_orders(folder / "sales_data_sample.csv"), other, PUBLISHED_SALES)


def assert_totals(orders: Orders, known: dict[str, Any]) -> None:
    found = totals_of(orders)
    assert found == {name: known[name] for name in found}


def test_sales_totals(sales: Export) -> None:
    assert_totals(sales.orders, sales.known)
    facts = sales.orders.facts
    assert facts.encoding == "cp437"
    assert facts.lines == sales.known["lines"]
    assert facts.id_is_personal
    assert facts.mapping["customer_id"] == "CUSTOMERNAME"
    assert sales.orders.malformed.num_rows == 0


def test_two_date_styles_are_the_same_days(sales: Export) -> None:
    other = read_orders(sales.other)
    assert_totals(other, sales.known)
    assert other.facts.encoding == "cp437"
    assert column(other, "ordered_on") == column(sales.orders, "ordered_on")


def test_sales_columns(sales: Export) -> None:
    orders, known = sales.orders, sales.known
    assert column(orders, "source_line") == list(range(2, known["lines"] + 2))
    assert len(set(column(orders, "country"))) == known["countries"]
    assert len(set(column(orders, "product_id"))) == known["products"]
    assert len(set(column(orders, "category"))) == known["categories"]
    assert column(orders, "territory").count("NA") == known["territory_na"]
    assert None not in column(orders, "territory")
    assert column(orders, "state").count(None) == known["empty"]["STATE"]
    assert max(column(orders, "unit_price")) == 100
    assert column(orders, "unit_price").count(100.0) == known["price_capped"]


@pytest.mark.parametrize(("role", "name"), [("status", "statuses"), ("deal_size", "deal_sizes")])
def test_sales_classes(sales: Export, role: str, name: str) -> None:
    cells = column(sales.orders, role)
    assert {cell: cells.count(cell) for cell in set(cells)} == sales.known[name]


def test_capped_price_and_deal_size(sales: Export) -> None:
    table = sales.orders.engine.collect(sales.orders.lines)
    rows = zip(*(table[name].to_pylist() for name in ("quantity", "unit_price", "amount", "deal_size")), strict=True)
    for quantity, price, amount, size in rows:
        assert (abs(quantity * price - amount) > 0.005) == (price == 100)
        assert size == ("Small" if amount < 3000 else "Medium" if amount <= 7000 else "Large")


def test_empty_personal_cells_and_their_customers(sales: Export) -> None:
    people = sales.orders.engine.collect(sales.orders.personal("ADDRESSLINE2"))
    assert people.num_rows == sales.known["lines"]
    assert people["ADDRESSLINE2"].null_count == sales.known["empty"]["ADDRESSLINE2"]
    assert people["postal_code"].null_count == sales.known["empty"]["POSTALCODE"]
    assert set(people["customer_id"].to_pylist()) == set(column(sales.orders, "customer_id"))


def test_names_keep_their_accents(examples: Path) -> None:
    orders = read_orders(examples / "sales.csv")
    people = orders.engine.collect(orders.personal())
    assert {"Märta", "Señal"} <= set(people["contact_first_name"].to_pylist())
    assert any(name.startswith("Bahía ") for name in column(orders, "customer_id"))
    assert any(name.endswith(" Märkte") for name in column(orders, "customer_id"))


def test_names_of_the_sales_sample_keep_their_accents(shared_data: Path) -> None:
    orders = read_orders(shared_data / "sales_data_sample.csv")
    people = orders.engine.collect(orders.personal())
    assert "Martín" in people["contact_first_name"].to_pylist()
    assert "Berguvsvägen  8" in people["address"].to_pylist()
    assert "Rambla de Cataluña, 23" in people["address"].to_pylist()


def test_personal_columns_are_not_kept(sales: Export) -> None:
    kept = set(sales.orders.lines.collect_schema().names())
    assert not kept & {"customer_name", "contact_first_name", "contact_last_name", "phone", "address", "city"}


@pytest.fixture(scope="module", params=["example", "published"])
def purchases(request: pytest.FixtureRequest, examples: Path, totals: dict[str, Any]) -> Export:
    if request.param == "example":
        path = examples / "purchases.txt"
        return Export(read_orders(path), path, totals["purchases.txt"])
    path = request.getfixturevalue("shared_data") / "CDNOW_master.txt"
    return Export(read_orders(path), path, PUBLISHED_PURCHASES)


def test_purchases_apart_by_spaces(purchases: Export) -> None:
    orders, known = purchases.orders, purchases.known
    found = totals_of(orders)
    asked = ("lines", "customers", "first_on", "last_on", "amount")
    assert {name: found[name] for name in asked} == {name: known[name] for name in asked}
    assert sum(column(orders, "quantity")) == known["items"]
    assert column(orders, "amount").count(0.0) == known["zero_lines"]
    assert column(orders, "customer_id")[0] == "00001"
    assert column(orders, "source_line") == list(range(2, known["lines"] + 2))


def test_customers_who_bought_once(purchases: Export) -> None:
    lines = purchases.orders.lines
    bought = lines.group_by("customer_id").agg(n=nw.len()).filter(nw.col("n") == 1).select(nw.len().alias("n"))
    assert purchases.orders.engine.collect(bought)["n"][0].as_py() == purchases.known["bought_once"]


@pytest.fixture(params=["example", "published"])
def customers(request: pytest.FixtureRequest, examples: Path) -> Path:
    if request.param == "example":
        return examples / "customers.csv"
    folder: Path = request.getfixturevalue("shared_data")
    return folder / "wholesale_customers.csv"


def test_customers_are_not_orders(customers: Path) -> None:
    with pytest.raises(OrdersError) as raised:
        read_orders(customers)
    message = str(raised.value)
    assert "table of customers, not of orders" in message
    assert "customer_id" in message
    assert "ordered_on" in message
    assert "amount" in message


def test_a_printed_list(examples: Path, totals: dict[str, Any]) -> None:
    known = totals["printed_list.txt"]
    orders = read_orders(examples / "printed_list.txt", ReadingOptions(mapping={"amount": "Nettowert"}))
    lines = orders.engine.collect(orders.lines.filter(~nw.col("ordered_on").is_null())).to_pylist()
    assert orders.facts.encoding == "cp1252"
    assert orders.facts.extra_columns == ("Material", "ME")
    assert [one.code for one in orders.facts.decisions] == ["header_found", "repeated_headers"]
    assert len(lines) == known["lines"]
    assert len({line["customer_id"] for line in lines}) == known["customers"]
    assert len({line["order_id"] for line in lines}) == known["orders"]
    assert round(sum(line["amount"] for line in lines), 2) == known["amount"]
    assert sum(line["quantity"] for line in lines) == known["pieces"]
    assert [str(min(line["ordered_on"] for line in lines)), str(max(line["ordered_on"] for line in lines))] == [
        known["first_on"],
        known["last_on"],
    ]
    assert lines[0]["source_line"] == 6
    assert set(orders.malformed["detail"].to_pylist()) == {"1 fields where the header has 10"}  # titles of later pages
