from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from marketfold.audiences import PLATFORMS, AudienceReport, ExportOptions, SegmentFacts, export_audiences
from marketfold.audiences.contacts import Contact
from marketfold.audiences.platform import Cell, PersonRow
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, read_orders

TODAY = date(2026, 11, 23)
WHY = "Consent is kept in the CRM."
A_HASH = "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"


def shop(n: int = 120, **columns: list[str]) -> Orders:
    """`n` customers with one order each, and whatever columns are given."""
    lines: dict[str, Any] = {
        "order_id": [f"O{i}" for i in range(n)],
        "customer_id": [f"C{i:03d}" for i in range(n)],
        "ordered_on": ["2026-01-05"] * n,
        "amount": [10.0] * n,
        "email": [f"Person.{i}+shop@Gmail.com" for i in range(n)],
        "phone": [f"(201) 555-{100 + i:04d}" for i in range(n)],
        "first_name": ["Ann"] * n,
        "last_name": ["Lee"] * n,
        "country": ["USA"] * n,
        "postal_code": ["10022"] * n,
    }
    return read_orders(pa.table(lines | columns), ReadingOptions(date_format="%Y-%m-%d"))


def everybody(n: int = 120, **arms: str) -> pa.Table:
    ids = [f"C{i:03d}" for i in range(n)]
    return pa.table({"customer_id": ids, "segment": [1] * n, "arm": [arms.get(one, "treated") for one in ids]})


def rows_of(folder: Path, report: AudienceReport) -> list[dict[str, str]]:
    with (folder / report.files[0]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(
    orders: Orders,
    assigned: pa.Table,
    *,
    to: str,
    folder: Path,
    about: Mapping[int, SegmentFacts] | None = None,
    **options: Any,
) -> AudienceReport:
    return export_audiences(orders, assigned, to=to, folder=folder, about=about, options=ExportOptions(**options))


def cell(platform: str, role: str, text: str, country: str | None = None) -> Cell:
    column = next(one for one in PLATFORMS[platform].columns if one.role == role)
    return column.cell(text, country)


def email(platform: str, text: str) -> str:
    return cell(platform, "email", text).value


def phone(platform: str, text: str, country: str | None) -> str:
    return cell(platform, "phone", text, country).value


def name(platform: str, text: str) -> str:
    first, last = (cell(platform, f"contact_{which}_name", text) for which in ("first", "last"))
    assert first == last
    return first.value


def row(platform: str, contact: Contact) -> PersonRow:
    return PLATFORMS[platform].row(contact)
