from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
from tests.audiences.cases import TODAY, WHY, everybody, export, row, rows_of, shop

from marketfold.audiences.contacts import Contact
from marketfold.audiences.identifiers import sha256
from marketfold.config import ReadingOptions
from marketfold.orders import read_orders


def test_places_are_what_meta_wants():
    contact = Contact("C", city="São José dos Campos", state="Isle of Wight", country="UK", postal_code="PO31 7PJ")
    british = row("meta", contact)
    assert british.by_role["city"][0].value == "saojosedoscampos"
    assert british.by_role["state"][0].value == "isleofwight"
    assert british.by_role["postal_code"][0].value == "po317pj"
    assert british.by_role["country"][0].value == "gb"
    american = row("meta", Contact("C", state="California", country="USA", postal_code="10022-1234"))
    assert (american.by_role["state"][0].value, american.by_role["postal_code"][0].value) == ("ca", "10022")
    assert row("meta", Contact("C", city="東京")).by_role["city"][0].value == ""


def test_meta_files_hold_what_meta_takes(tmp_path: Path):
    report = export(shop(), everybody(), to="meta", folder=tmp_path, consent_override=WHY, on=TODAY)
    row = rows_of(tmp_path, report)[7]
    assert list(row) == ["email", "phone", "fn", "ln", "ct", "st", "country", "zip"]
    assert row["email"] == sha256("person.7+shop@gmail.com")
    assert row["phone"] == sha256("12015550107")
    assert row["country"] == sha256("us")
    assert row["zip"] == sha256("10022")
    assert row["ct"] == ""


def test_several_addresses_of_one_customer_are_all_used(tmp_path: Path):
    n = 100
    ids = [f"C{i:03d}" for i in range(n) for _ in range(4)]
    lines = pa.table(
        {
            "order_id": [f"O{i}" for i in range(4 * n)],
            "customer_id": ids,
            "ordered_on": ["2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05"] * n,
            "amount": [1.0] * 4 * n,
            "email": [f"p{i // 4}.{i % 4}@example.com" for i in range(4 * n)],
        }
    )
    orders = read_orders(lines, ReadingOptions(date_format="%Y-%m-%d"))
    report = export(orders, everybody(n), to="meta", folder=tmp_path, consent_override=WHY)
    with (tmp_path / report.files[0]).open() as file:
        header, first, *_ = csv.reader(file)
    assert header[:3] == ["email", "email", "email"]
    assert first[0] == sha256("p0.3@example.com")  # the newest first
    assert report.audiences[0].with_email == n
