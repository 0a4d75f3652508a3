from __future__ import annotations

from typing import Any

import pyarrow as pa
from tests.audiences.cases import shop

from marketfold.audiences import PLATFORMS
from marketfold.audiences.contacts import Contact, read_contacts
from marketfold.config import ReadingOptions
from marketfold.orders import read_orders


def one_customer(**columns: list[str]) -> Any:
    """Orders of one customer, a month apart."""
    n = len(next(iter(columns.values())))
    lines = {
        "order_id": [f"O{i}" for i in range(n)],
        "customer_id": ["A"] * n,
        "ordered_on": [f"2026-0{i + 1}-05" for i in range(n)],
        "amount": [1.0] * n,
    }
    return read_orders(pa.table(lines | columns), ReadingOptions(date_format="%Y-%m-%d"))


def test_the_newest_country_counts_even_where_no_address_is_read():
    orders = one_customer(email=["a@example.com"] * 2, country=["Germany", "France"])
    contact = read_contacts(orders, ["A"], PLATFORMS["tiktok"].roles)["A"]
    assert contact.country_code() == "FR"


def test_an_address_is_taken_from_one_row_as_a_whole():
    orders = one_customer(
        last_name=["Lee", "", ""], city=["Bath", "York", ""], postal_code=["BA1 1AA", "", ""], country=["UK"] * 3
    )
    contact = read_contacts(orders, ["A"], PLATFORMS["meta"].roles)["A"]
    assert (contact.city, contact.contact_last_name, contact.postal_code) == ("York", "", "")


def test_no_more_is_read_than_the_platform_needs():
    orders = shop(3, address=["1 High Street"] * 3, city=["Bath"] * 3)
    contact = read_contacts(orders, ["C001"], PLATFORMS["microsoft"].roles)["C001"]
    assert contact.emails == ["Person.1+shop@Gmail.com"]
    assert (contact.phones, contact.contact_last_name, contact.city, contact.address) == ([], "", "", "")
    assert read_contacts(orders, ["C001"], PLATFORMS["csv"].roles)["C001"].address == "1 High Street"


def test_a_country_is_taken_for_those_without_one_only():
    assert Contact("C").country_code("US") == "US"
    assert Contact("C", country="Deutschland").country_code("US") == "DE"
    assert Contact("C", country="Atlantis").country_code("US") is None
    assert "Atlantis" not in repr(Contact("C", country="Atlantis"))
