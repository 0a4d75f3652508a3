from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from marketfold.audiences import AudienceReport, ExportOptions, SegmentFacts, export_audiences
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, read_orders

TODAY = date(2026, 11, 23)
WHY = "Consent is kept in the CRM."


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
