"""The customers of each segment, one by one, as far as a page may show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.page import Column, ListPart, Section
from marketfold.report.sentences.phrases import phrases, say
from marketfold.unit_tables import listed, listed_by

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from marketfold.analysis import Analysis
    from marketfold.schema import Measure

MOST_OF_A_SEGMENT = 50
"""Customers of each segment on the page; all of them are in the files."""

MEASURES: dict[str, Measure] = {
    "order_count": "count", "revenue_total": "money", "usual_gap_days": "days", "overdue_days": "days",
    "expected_value_365d": "money", "alive_chance": "share",
}  # fmt: skip
NUMERIC = ("last_order_on", *MEASURES)
TEXT = ("next_product", "why_here")


def customers_chapter(analysis: Analysis) -> Section | None:
    """The first customers of each segment; None for units that are no customers."""
    if analysis.segmentation.unit != "customer":
        return None
    rows = listed(analysis, MOST_OF_A_SEGMENT)
    personal = analysis.data.facts.id_is_personal
    n_all, n_shown = analysis.segmentation.n_units, rows.num_rows
    by = listed_by(rows)
    order = by if by in rows.column_names else "alike"  # without money, in the order of the file
    code = f"{'all' if n_shown == n_all else 'first'}.{order}"
    return Section(
        key="customers",
        title="The customers",
        lead=say("customer_list", code, shown=n_shown, of_each=MOST_OF_A_SEGMENT, all=n_all),
        parts=(_list(rows, analysis, personal=personal),),
    )


def _list(rows: pa.Table, analysis: Analysis, *, personal: bool) -> ListPart:
    labels = phrases("customer_column")
    who = "no" if personal else "customer_id"
    shown = [name for name in (*NUMERIC, *TEXT) if name in rows.column_names and rows[name].null_count < len(rows)]
    cells = [_texts(name, rows[name].to_pylist(), analysis.data.currency) for name in (who, *shown)]
    keys = [_keys(rows[name].to_pylist()) if name not in TEXT else [None] * len(rows) for name in shown]
    first = [float(one) for one in rows["no"].to_pylist()] if personal else [None] * len(rows)
    columns = (Column(labels[who]), *(Column(labels[name], numeric=name in NUMERIC) for name in shown))
    notes = {"personal": personal, "overdue": "overdue_days" in shown, "why_here": "why_here" in shown}
    profiles = analysis.segments.profiles
    return ListPart(
        key="customer-list",
        columns=columns,
        rows=tuple(zip(*cells, strict=True)),
        sort_keys=tuple(zip(first, *keys, strict=True)),
        segments=tuple(rows["segment"].to_pylist()),
        choices=tuple((profile.number, profile.name) for profile in profiles),
        note=" ".join(say("customer_list", code) for code, holds in notes.items() if holds),
    )


def _texts(name: str, values: list[Any], currency: str | None) -> list[str]:
    return [customer_cell(name, value, currency) for value in values]


def customer_cell(name: str, value: Any, currency: str | None) -> str:
    """What is known of a customer in one column of the list, as people read it; a dash for None.

    >>> customer_cell("usual_gap_days", 34.2, None), customer_cell("next_product", None, None)
    ('34 days', '\N{EM DASH}')
    """
    if value is None:
        return words.MISSING
    if name == "last_order_on":
        return words.short_day(value)
    if name == "overdue_days" and not value:
        return words.MISSING
    if name == "arm":
        return str(phrases("customer_arm").get(value, value))
    measure = MEASURES.get(name)
    return words.measured(value, measure, currency) if measure else str(value)


def _keys(values: list[Any]) -> list[float | None]:
    """Numbers as they are, days by their number since 1970."""
    return [None if value is None else _key(value) for value in values]


def _key(value: date | float) -> float:
    return float(value) if isinstance(value, int | float) else float(np.datetime64(value, "D").astype(int))
