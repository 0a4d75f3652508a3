"""The demo shop's orders as Shopify exports them, with all that makes such a file hard to read."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

HEADER = (
    "Name", "Email", "Financial Status", "Currency", "Total", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Refunded Amount", "Accepts Marketing", "Phone",
)  # fmt: skip
VOIDED, PENDING, REFUNDED = 23, 31, 17
"""Every so many orders one is so."""


def shopify_export(lines: pa.Table, path: Path) -> Path:
    """Write lines of the shop as Shopify does.

    What is an order's stands on its first line alone, its total among it. Days can be read day-first and month-first.
    Some orders are voided, some not paid for yet, and of some the whole was given back.
    """
    known = [row for row in lines.to_pylist() if row["customer_id"] and row["ordered_on"] != "unknown"]
    known.sort(key=lambda row: row["order_id"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        for number, (order, group) in enumerate(groupby(known, lambda row: row["order_id"]), start=1):
            rows = list(group)
            for place, row in enumerate(rows):
                first = _of_the_order(number, rows) if place == 0 else {}
                writer.writerow({"Name": f"#{order}", **first, **_of_the_line(row)})
    return path


def _of_the_order(number: int, rows: list[dict[str, object]]) -> dict[str, object]:
    whole = sum(float(str(row["amount"])) for row in rows)
    status = "voided" if number % VOIDED == 0 else "pending" if number % PENDING == 0 else "paid"
    back = number % REFUNDED == 0 and status == "paid"
    return {
        "Email": f"{rows[0]['customer_id']}@example.com".lower(),
        "Financial Status": "refunded" if back else status,
        "Currency": "EUR",
        "Total": f"{whole:.2f}",
        "Created at": _either_way(date.fromisoformat(str(rows[0]["ordered_on"]))),
        "Refunded Amount": f"{whole if back else 0:.2f}",
        "Accepts Marketing": "yes",
        "Phone": rows[0]["phone"],
    }


def _of_the_line(row: dict[str, object]) -> dict[str, object]:
    return {
        "Lineitem quantity": row["quantity"],
        "Lineitem name": f"{row['category']} {row['sku']}",
        "Lineitem price": row["unit_price"],
        "Lineitem sku": row["sku"],
    }


def _either_way(day: date) -> str:
    """A day as it is written where nothing says whether the day or the month comes first."""
    return (day if day.day <= 12 else day - timedelta(days=day.day - 12)).strftime("%d/%m/%Y")
