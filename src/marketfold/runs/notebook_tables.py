"""What a notebook reads beside the file of its run, or in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from marketfold.features import before_day
from marketfold.schema import UNIT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.cleaning import CleanOrders
    from marketfold.runs.notebook_facts import Gathered

CAME_BACK, LINES = "CAME_BACK", "LINES"
"""The tables, as a notebook calls their places."""


def saved_tables(given: Gathered, *, plain: bool) -> dict[str, pa.Table]:
    """What the notebook reads beside the file (`plain`), or in its place."""
    clean = given.clean
    if clean is None:
        return {}
    if not plain:
        return {LINES: _lines(given, clean)}
    if clean.taken_back is None:
        return {}
    return {CAME_BACK: clean.engine.collect(clean.taken_back.off)}


def _lines(given: Gathered, clean: CleanOrders) -> pa.Table:
    """Purchases and returns as the run kept them, whose customers and orders are numbers: ids may be names."""
    as_of = given.run.config.features.as_of
    seen = before_day(clean, as_of) if as_of else clean
    sides = ((seen.purchases, False), (seen.returns, True))
    tables = [
        (table := seen.engine.collect(rows)).append_column("is_return", pa.array([back] * table.num_rows))
        for rows, back in sides
    ]
    lines = pa.concat_tables(tables, promote_options="permissive")
    units = {unit: str(place) for place, unit in enumerate(given.table.ids.tolist(), start=1)}
    for name in ("customer_id", "order_id"):
        known = units if name == UNIT_ID[given.table.unit] else {}
        lines = lines.set_column(lines.column_names.index(name), name, pa.array(_numbered(lines[name], known)))
    spare = {"product_name", "status", "payment_status", "row_kind", "cancelled_on", "returned_on", "line_type"}
    return lines.drop_columns([name for name in lines.column_names if name in spare])


def _numbered(column: pa.ChunkedArray, known: Mapping[str, str]) -> list[str | None]:
    """Numbers as texts in the place of ids: those that are known, others as they come."""
    numbers: dict[str, str] = dict(known)
    return [None if one is None else numbers.setdefault(one, str(len(numbers) + 1)) for one in column.to_pylist()]
