"""`customers.csv` and `customers.xlsx`: who is in each segment, those first who are worth most."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from marketfold.audiences import add_about, workbook
from marketfold.report import phrases
from marketfold.runs.table_files import write_parts
from marketfold.unit_tables import CUSTOMERS_CSV, CUSTOMERS_WORKBOOK, MOST_IN_WORKBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

SHEET_NAME = 31
"""Characters of a sheet's name (Excel specifications and limits)."""
NO_DAY = date(2000, 1, 1)
"""When a workbook was made stays the same from run to run; this where nothing says a day."""
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


FORMATS = {
    "customer_id": ("@", 24), "last_order_on": ("yyyy-mm-dd", 12), "order_count": ("#,##0", 8),
    "revenue_total": ("#,##0.00", 14), "usual_gap_days": ('0 "days"', 10), "overdue_days": ('0 "days"', 10),
    "expected_value_365d": ("#,##0", 14), "alive_chance": ("0%", 12), "next_product": ("@", 28), "why_here": ("@", 60),
    "trust": ("@", 8), "arm": ("@", 10),
}  # fmt: skip
"""Excel's format of each column that the workbook shows, and its width in characters."""


def write_customers(parts: Iterator[pa.Table], folder: Path, as_of: date | None, currency: str | None = None) -> None:
    """Write who is in each segment: `customers.csv`, and a workbook with a sheet for each segment.

    The parts are those of `list_parts`. Beyond `MOST_IN_WORKBOOK` customers the workbook is left out.
    """
    few: list[pa.Table] = []
    path = folder / CUSTOMERS_WORKBOOK
    write_parts(_noted(parts, few), folder / CUSTOMERS_CSV)
    path.unlink(missing_ok=True)
    if few:
        _write_workbook(pa.concat_tables(few), path, as_of, currency)


def _noted(parts: Iterator[pa.Table], few: list[pa.Table]) -> Iterator[pa.Table]:
    """The parts as they are; those that fit into a workbook together are kept in `few`."""
    n_rows = 0
    for part in parts:
        n_rows += len(part)
        few[:] = [*few, part] if n_rows <= MOST_IN_WORKBOOK else []
        yield part


def _write_workbook(listed: pa.Table, path: Path, as_of: date | None, currency: str | None) -> None:
    headers = phrases("customer_column")
    shown = [name for name in FORMATS if name in listed.column_names]
    with workbook(path, str(path.parent)) as book:
        book.set_properties({"created": datetime.combine(as_of or NO_DAY, time())})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = [book.add_format({"num_format": FORMATS[name][0]}) for name in shown]
        for number, name in _segments(listed):
            rows = listed.filter(pc.equal(listed["segment"], number)).select(shown)
            sheet = book.add_worksheet(sheet_name(number, name))
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(shown):
                sheet.set_column(place, place, FORMATS[column][1], formats[place])
                sheet.write_string(0, place, headers[column], bold)
            _write_rows(sheet, rows)
            sheet.autofilter(0, 0, len(rows), len(shown) - 1)
        add_about(book, "About", _about(shown, as_of, currency), (32, 100))


def _write_rows(sheet: Any, rows: pa.Table) -> None:
    columns: Sequence[list[Any]] = [column.to_pylist() for column in rows.columns]
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write(number, place, value)


def _about(shown: Sequence[str], as_of: date | None, currency: str | None) -> list[tuple[str, str]]:
    headers, about = phrases("customer_column"), phrases("about_customer_column")
    told = [(headers[name], about[name]) for name in shown if name in about]
    days = [("As of", as_of.isoformat())] if as_of else []
    money = [("Currency", currency)] if currency else []
    return [*days, *money, ("Order", about["order"]), *told]


def _segments(listed: pa.Table) -> list[tuple[int, str]]:
    pairs = zip(listed["segment"].to_pylist(), listed["segment_name"].to_pylist(), strict=True)
    return sorted(dict(pairs).items())


def sheet_name(number: int, name: str) -> str:
    """What a workbook calls a segment: its number makes it one of a kind, and Excel's own signs are left out.

    >>> sheet_name(2, "Year-end [gift] sets buyers in Norway")
    '2 Year-end  gift  sets buyers i'
    """
    return f"{number} {_NOT_IN_A_SHEET_NAME.sub(' ', name)}"[:SHEET_NAME].rstrip(" '")
