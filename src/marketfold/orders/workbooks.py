"""Excel and OpenDocument workbooks, read by calamine: which sheets hold the table, and its columns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.decisions import Decision
from marketfold.errors import OrdersError
from marketfold.orders.headers import SEARCHED, find_header, is_filled
from marketfold.orders.repeated_tables import rows_within
from marketfold.orders.role_names import sureness
from marketfold.orders.roles import ID_STAND_INS
from marketfold.orders.several import as_in_first, file_decisions, joint_columns, plain_label
from marketfold.orders.sources import from_table, unique_labels
from marketfold.orders.text_files import header_decisions
from marketfold.orders.workbook_limits import check_extent, not_a_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from marketfold.config import ReadingOptions
    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.orders.headers import Header
    from marketfold.orders.sources import FrameSource

Cells = list[Any]


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


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The table of a sheet: its columns by label, and the row of each of its lines as the sheet numbers it."""

    book: str
    name: str
    header: Header
    columns: Mapping[str, Cells]
    lines: list[int]
    last_row: int
    titled: bool
    """Whether anything stands above its header."""

    @property
    def has_orders(self) -> bool:
        """Whether who bought, when and how much are among its names."""
        known = {role for role in _TELLING for label in self.columns if sureness(role, label) is not None}
        return bool(known & {"customer_id", *ID_STAND_INS}) and "ordered_on" in known and bool(known & _MONEY)


_MONEY = {"amount", "unit_price"}
_TELLING = ("customer_id", *ID_STAND_INS, "ordered_on", "amount", "unit_price")


@dataclass
class _Book:
    """What a workbook holds: its tables, and the names of the sheets that hold none or are hidden."""

    tables: list[_Sheet] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def _blank_out(cell: object) -> object:
    return None if isinstance(cell, str) and not cell.strip() else cell


def sheet_names(path: Path, name: str) -> tuple[str, ...]:
    """The sheets of a workbook, in their order.

    Raises
    ------
    OrdersError
        If it is no workbook, or reaches too far.
    """
    import python_calamine  # noqa: PLC0415  (only for workbooks)

    check_extent(path, name)
    try:
        return tuple(python_calamine.load_workbook(str(path)).sheet_names)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise not_a_workbook(name) from error


def _read_sheet(book: str, name: str, sheet: Any, given: int | None) -> _Sheet | None:
    """The table of a sheet; None where there is none. Rows are read one after the other, blank ones are no lines."""
    rows: list[tuple[int, Cells]] = []
    for number, row in enumerate(sheet.iter_rows(), start=1):  # from the first row of the sheet, whatever it holds
        if any(map(is_filled, row)):
            rows.append((number, [_blank_out(cell) for cell in row]))
    if not rows:
        return None
    first = [dict(rows[:SEARCHED]).get(number, []) for number in range(1, rows[min(len(rows), SEARCHED) - 1][0] + 1)]
    header = find_header(first[: max(SEARCHED, given or 0)], None if given is None else given - 1)
    if header is None or not any(header.names):
        return None
    body = [(number, cells) for number, cells in rows if number > header.body]
    if not body:
        return None
    width = max(place for place, label in enumerate(header.names, start=1) if label)  # what is beyond has no name
    columns = [[cells[place] if place < len(cells) else None for _, cells in body] for place in range(width)]
    labels = unique_labels(header.names[:width])
    kept = [place for place in range(width) if header.names[place] or any(map(is_filled, columns[place]))]
    table = {label: columns[place] for place, label in enumerate(labels) if place in set(kept)}
    return _Sheet(book, name, header, table, [number for number, _ in body], rows[-1][0], rows[0][0] <= header.first)


def _open_book(path: Path, name: str, options: ReadingOptions) -> _Book:
    """The tables of a workbook; of one sheet where the user has named it."""
    import python_calamine  # noqa: PLC0415  (only for workbooks)

    check_extent(path, name)
    try:
        book = python_calamine.load_workbook(str(path))
        visible = python_calamine.SheetVisibleEnum.Visible
        found = _read_book(name, book, {one.name: one.visible == visible for one in book.sheets_metadata}, options)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, OrdersError):
            raise
        raise not_a_workbook(name) from error
    if not found.tables:
        known = ", ".join(map(repr, book.sheet_names))
        what = f"The sheet {options.sheet!r} of {name}" if options.sheet else f"{name} (its sheets are {known})"
        raise OrdersError(f"{what} has no row below its header.")
    return found


def _read_book(name: str, book: Any, sheets: Mapping[str, bool], options: ReadingOptions) -> _Book:
    """The tables of the sheets that are visible, or of the one that was named."""
    if options.sheet is not None and options.sheet not in sheets:
        known = ", ".join(map(repr, sheets))
        raise OrdersError(f"{name} has no sheet {options.sheet!r}. Its sheets are {known}: --sheet NAME.")
    found = _Book()
    for sheet, visible in sheets.items():
        if options.sheet not in {None, sheet}:
            continue
        cells = book.get_sheet_by_name(sheet)
        table = _read_sheet(name, sheet, cells, options.header_row) if visible or options.sheet else None
        if table is not None:
            found.tables.append(table)
        elif cells.height:
            found.others.append(sheet)
    return found


def _plain(sheet: _Sheet) -> set[str]:
    return set(map(plain_label, sheet.columns))


def _choose(book: _Book, *, repeats: bool) -> tuple[list[_Sheet], tuple[Decision, ...]]:
    """The first sheet that holds orders, with all that have its columns; and what to say of the others."""
    chosen = next((sheet for sheet in book.tables if sheet.has_orders), book.tables[0])
    alike = _named_alike([sheet for sheet in book.tables if _plain(sheet) == _plain(chosen)])
    within = rows_within([sheet.columns for sheet in alike], chosen.columns) if repeats else {}
    together = [sheet for place, sheet in enumerate(alike) if place not in within]
    names = {sheet.name for sheet in alike}
    left = [sheet for sheet in book.tables if sheet.name not in names]
    decisions = []
    for whole in dict.fromkeys(within.values()):
        copies = tuple(alike[place].name for place, other in within.items() if other == whole)
        decisions.append(Decision("sheets_repeated", numbers={"sheets": copies, "sheet": (alike[whole].name,)}))
    if len(together) > 1:
        decisions.append(Decision("sheets_together", numbers={"sheets": tuple(sheet.name for sheet in together)}))
    read = tuple(sheet.name for sheet in together)
    doubted = tuple(sheet.name for sheet in left if sheet.has_orders)
    if doubted:
        lines = sum(len(sheet.lines) for sheet in left if sheet.has_orders)
        decisions.append(Decision("orders_left", lines=lines, numbers={"sheet": read, "sheets": doubted}))
    others = [sheet.name for sheet in left if not sheet.has_orders] + book.others
    if others:
        decisions.append(Decision("sheets_left", numbers={"sheet": read, "sheets": tuple(others)}))
    return together, tuple(decisions)


def open_workbooks(name: str, paths: Mapping[str, Path], options: ReadingOptions, engine: DuckDBEngine) -> FrameSource:
    """Workbooks, by their names, as one table.

    Of each workbook the first sheet with orders is read, and those with the same columns.

    Raises
    ------
    OrdersError
        If one is no workbook, has no such sheet or no table, reaches too far, or they are different tables.
    """
    sheets: list[_Sheet] = []
    decisions: list[Decision] = []
    for book, path in paths.items():
        found = _open_book(path, book, options)
        chosen, said = (
            ([found.tables[0]], ()) if options.sheet else _choose(found, repeats="sheets_repeated" not in options.undo)
        )
        sheets += chosen
        decisions += said
    sheets = _named_alike(sheets)
    columns = {sheet.book: list(sheet.columns) for sheet in sheets}
    labels = joint_columns(columns)
    if len(paths) > 1:
        decisions = [*file_decisions(columns), *decisions]
    first = sheets[0].header
    decisions += header_decisions(first.rows, first.body, titled=sheets[0].titled and options.header_row is None)
    table, lines = _as_table(sheets, labels)
    source = from_table(name, table, engine, lines)
    source.typed_days = _typed_days(sheets, labels, lines)
    source.files = columns if len(paths) > 1 else {}
    source.decisions = tuple({one.code: one for one in reversed(decisions)}.values())[::-1]
    return source


def _named_alike(sheets: Sequence[_Sheet]) -> list[_Sheet]:
    """Sheets whose columns are called as the first sheet with such a column calls it."""
    names = as_in_first([list(sheet.columns) for sheet in sheets])
    return [
        replace(sheet, columns={own[label]: cells for label, cells in sheet.columns.items()})
        for sheet, own in zip(sheets, names, strict=True)
    ]


def _cells(sheets: Sequence[_Sheet], label: str) -> Cells:
    """A column through all sheets; blank where a sheet has none of that name."""
    return [cell for sheet in sheets for cell in (sheet.columns.get(label) or [None] * len(sheet.lines))]


def _as_table(sheets: Sequence[_Sheet], labels: Sequence[str]) -> tuple[pa.Table, pa.Array]:
    """The sheets below one another, and the row of each line, numbered through."""
    starts = np.cumsum([0, *(sheet.last_row for sheet in sheets[:-1])])
    lines = np.concatenate([np.asarray(sheet.lines) + start for sheet, start in zip(sheets, starts, strict=True)])
    table = pa.table([_column(_cells(sheets, label)) for label in labels], names=list(labels))
    return table, pa.array(lines.astype(np.int64))


def _typed_days(sheets: Sequence[_Sheet], labels: Sequence[str], lines: pa.Array) -> dict[str, frozenset[int]]:
    """For each column with days beside texts: the lines whose cell is a day."""
    found = {}
    for label in labels:
        cells = _cells(sheets, label)
        days = [isinstance(cell, date) for cell in cells]
        if any(days) and any(isinstance(cell, str) for cell in cells):
            found[label] = frozenset(lines.filter(pa.array(days)).to_pylist())
    return found
