"""Excel and OpenDocument workbooks, read by calamine."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from marketfold.errors import OrdersError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def _as_text(value: object) -> str | None:
    """A cell as a person sees it: whole numbers without a decimal point, dates in ISO."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


def _column(values: Sequence[object]) -> pa.Array:
    """Numbers stay numbers and dates dates where the whole column agrees; else it is text."""
    kinds = {type(value) for value in values if value not in (None, "")}
    cells = [None if value == "" else value for value in values]
    if kinds and kinds <= {int, float}:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())  # type: ignore[arg-type]
    if kinds and kinds <= {date, datetime}:
        days = [cell.date() if isinstance(cell, datetime) else cell for cell in cells]
        return pa.array(days, pa.date32())
    return pa.array([_as_text(cell) for cell in cells], pa.string())


def read_workbook(path: Path, sheet: str | None) -> pa.Table:
    """A sheet of a workbook as a table; the first sheet unless one is named.

    Raises
    ------
    OrdersError
        If it is no workbook, has no such sheet, or the sheet has no row below its header.
    """
    import python_calamine  # noqa: PLC0415  (only for workbooks)

    try:
        book = python_calamine.load_workbook(str(path))
        names = book.sheet_names
        wanted = sheet or (names[0] if names else None)
        if wanted is None or wanted not in names:
            message = f"{path.name} has no sheet {sheet!r}. Its sheets are {', '.join(map(repr, names))}: --sheet NAME."
            raise OrdersError(message)
        rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError) as error:
        message = f"{path.name} cannot be read as a workbook: it is damaged, locked by a password, or something else."
        raise OrdersError(message) from error
    if len(rows) < 2:
        message = f"The sheet {wanted!r} of {path.name} has no row below its header."
        raise OrdersError(message)
    header, *body = rows
    width = max((place for place, cell in enumerate(header, start=1) if cell not in (None, "")), default=0)
    columns = [_column([row[place] if place < len(row) else None for row in body]) for place in range(width)]
    return pa.table(columns, names=[str(cell) for cell in header[:width]])
