"""Every fact of the real files' own README, through the reading."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest

from marketfold.errors import OrdersError
from marketfold.orders import Orders, read_orders
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from pathlib import Path


def totals(orders: Orders) -> dict[str, Any]:
    asked = orders.lines.select(
        lines=nw.len(),
        orders=nw.col("order_id").n_unique(),
        customers=nw.col("customer_id").n_unique(),
        first=nw.col("ordered_on").min(),
        last=nw.col("ordered_on").max(),
        amount=money_sum("amount"),
    )
    found: dict[str, Any] = orders.engine.collect(asked).to_pylist()[0]
    return found


def column(orders: Orders, name: str) -> list[Any]:
    values: list[Any] = orders.engine.collect(orders.lines.sort("source_line").select(name))[name].to_pylist()
    return values


SALES = {
    "lines": 2823,
    "orders": 307,
    "customers": 92,
    "first": date(2003, 1, 6),
    "last": date(2005, 5, 31),
    "amount": 10_032_628.85,
}


@pytest.mark.parametrize("name", ["sales_data_sample.csv", "sales_data_sample__two_date_styles.csv"])
def test_sales_totals(shared_data: Path, name: str) -> None:
    orders = read_orders(shared_data / name)
    assert totals(orders) == SALES
    assert orders.facts.encoding == "cp437"
    assert orders.facts.lines == 2823
    assert orders.facts.id_is_personal
    assert orders.facts.mapping["customer_id"] == "CUSTOMERNAME"
    assert orders.malformed.num_rows == 0


@pytest.fixture(scope="module")
def sales(shared_data: Path) -> Orders:
    return read_orders(shared_data / "sales_data_sample.csv")


def test_two_date_styles_are_the_same_days(shared_data: Path, sales: Orders) -> None:
    other = read_orders(shared_data / "sales_data_sample__two_date_styles.csv")
    assert column(other, "ordered_on") == column(sales, "ordered_on")


def test_sales_columns(sales: Orders) -> None:
    assert column(sales, "source_line") == list(range(2, 2825))
    assert len(set(column(sales, "country"))) == 19
    assert len(set(column(sales, "product_id"))) == 109
    assert len(set(column(sales, "category"))) == 7
    assert column(sales, "territory").count("NA") == 1074
    assert None not in column(sales, "territory")
    assert column(sales, "state").count(None) == 1486
    assert max(column(sales, "unit_price")) == 100
    assert column(sales, "unit_price").count(100.0) == 1304


def test_sales_statuses(sales: Orders) -> None:
    statuses = column(sales, "status")
    counted = {status: statuses.count(status) for status in set(statuses)}
    assert counted == {
        "Shipped": 2617, "Cancelled": 60, "Resolved": 47, "On Hold": 44, "In Process": 41, "Disputed": 14,
    }  # fmt: skip


def test_capped_price_and_deal_size(sales: Orders) -> None:
    table = sales.engine.collect(sales.lines)
    rows = zip(*(table[name].to_pylist() for name in ("quantity", "unit_price", "amount", "deal_size")), strict=True)
    for quantity, price, amount, size in rows:
        assert (abs(quantity * price - amount) > 0.005) == (price == 100)
        assert size == ("Small" if amount < 3000 else "Medium" if amount <= 7000 else "Large")


def test_names_keep_their_accents(sales: Orders) -> None:
    people = sales.engine.collect(sales.personal("ADDRESSLINE2"))
    assert people.num_rows == 2823
    assert "Martín" in people["contact_first_name"].to_pylist()
    assert "Berguvsvägen  8" in people["address"].to_pylist()
    assert "Rambla de Cataluña, 23" in people["address"].to_pylist()
    assert people["ADDRESSLINE2"].null_count == 2521
    assert people["postal_code"].null_count == 76
    assert set(people["customer_id"].to_pylist()) == set(column(sales, "customer_id"))


def test_personal_columns_are_not_kept(sales: Orders) -> None:
    kept = set(sales.lines.collect_schema().names())
    assert not kept & {"customer_name", "contact_first_name", "contact_last_name", "phone", "address", "city"}


def test_cdnow(shared_data: Path) -> None:
    orders = read_orders(shared_data / "CDNOW_master.txt")
    found = totals(orders)
    assert found["lines"] == 69_659
    assert found["customers"] == 23_570
    assert (found["first"], found["last"]) == (date(1997, 1, 1), date(1998, 6, 30))
    assert found["amount"] == 2_500_315.63
    assert sum(column(orders, "quantity")) == 167_881
    assert column(orders, "amount").count(0.0) == 80
    ids = column(orders, "customer_id")
    assert ids[0] == "00001"
    assert column(orders, "source_line") == list(range(2, 69_661))


def test_cdnow_bought_once(shared_data: Path) -> None:
    orders = read_orders(shared_data / "CDNOW_master.txt")
    bought = orders.lines.group_by("customer_id").agg(n=nw.len()).filter(nw.col("n") == 1).select(nw.len().alias("n"))
    assert orders.engine.collect(bought)["n"][0].as_py() == 11_908


def test_customers_are_not_orders(shared_data: Path) -> None:
    with pytest.raises(OrdersError) as raised:
        read_orders(shared_data / "wholesale_customers.csv")
    message = str(raised.value)
    assert "table of customers, not of orders" in message
    assert "customer_id" in message
    assert "ordered_on" in message
    assert "amount" in message
