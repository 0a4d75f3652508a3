"""Read a file or frame as order lines."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.config import ReadingOptions
from marketfold.decisions import SourceFacts
from marketfold.errors import Fault, OrdersError, ParameterError
from marketfold.frames import Framed, InEngine, table_html
from marketfold.orders.cells import as_texts
from marketfold.orders.open_columns import open_columns
from marketfold.orders.opening import open_source
from marketfold.orders.roles import NEEDED, NO_HEADER, match_roles
from marketfold.orders.sources import FrameSource
from marketfold.orders.splitting import MALFORMED_SCHEMA
from marketfold.orders.steps import STEPS, LinesRead
from marketfold.orders.totals import total_lines
from marketfold.orders.typing_lines import CellReadings, type_lines
from marketfold.schema import NO_LINES, ORDER_LINE, PERSONAL, ROLES, SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from marketfold.engine import Engine
    from marketfold.orders.roles import Match
    from marketfold.orders.sources import Source


_UNASKED = "not asked for"
"""A column that is loaded only to see that the source is still as it was."""


@dataclass(frozen=True)
class Orders(InEngine, Framed):
    """Order lines as they were read: nothing is set aside yet.

    Attributes
    ----------
    lines
        One row per order line, lazily: the columns of `schema.ORDER_LINE` that the source offers. A cell that is empty
        or unreadable is null.
    engine
        The engine that holds them.
    facts
        How the source was read.
    malformed
        Rows that could not be split into fields: source_line, reason, detail.
    open_columns
        Columns of the source without a role that may be looked at.
    """

    lines: nw.LazyFrame[Any]
    engine: Engine
    facts: SourceFacts
    malformed: pa.Table
    source: Source
    cells: CellReadings
    null_values: tuple[str, ...] = ()
    open_columns: tuple[str, ...] = ()

    def to_arrow(self) -> pa.Table:
        """Every order line that was read, in the order of the source; nobody's name or address is among the columns."""
        return self.engine.collect(self.lines.sort(SOURCE_LINE))

    def __repr__(self) -> str:
        return f"<Orders of {self.facts.name}: {self.facts.lines:,} lines>"

    def unmapped(self) -> nw.LazyFrame[Any] | None:
        """Columns without a role that hold classes or numbers, read from the source now; None where there is none.

        Returns
        -------
        source_line and `open_0`, `open_1`, ... in the order of `open_columns`, as text. Free text, identifiers and
        whatever may be about a person is never among them.

        Raises
        ------
        OrdersError
            If the source has changed or gone since the lines were read.
        """
        if not self.open_columns:
            return None
        wanted = {f"open_{place}": column for place, column in enumerate(self.open_columns)}
        return self.source.load(wanted, self._as_text)

    def personal(self, *extra_columns: str) -> nw.LazyFrame[Any]:
        """Who the customers are, read from the source now: it is kept nowhere else.

        Parameters
        ----------
        extra_columns
            Columns of the source to read beside them, such as the one that records consent.

        Returns
        -------
        customer_id (as it was read: with the order's other lines, in one case), source_line, each personal role that
        the source offers, and the extra columns, all as text. Rows that are no order lines are not among them.

        Raises
        ------
        ParameterError
            If the source has no such column, or its name is that of a role.
        OrdersError
            If the source has changed or gone since the lines were read.
        """
        roles = {role: column for role, column in self.facts.mapping.items() if role in {"customer_id", *PERSONAL}}
        for column in extra_columns:
            _check_column(column, self.source, roles)
        # The id is that of the lines: it may stand on another row of the order, or be written in another case.
        cells = {role: column for role, column in roles.items() if role != "customer_id"}
        wanted = cells | {column: column for column in extra_columns} or {_UNASKED: roles["customer_id"]}
        no_line = nw.col("row_kind").is_in(NO_LINES).fill_null(value=False)
        ids = self.lines.filter(~no_line) if "row_kind" in self._names else self.lines
        people = self.source.load(wanted, self._as_text).drop(_UNASKED, strict=False)
        return ids.select(SOURCE_LINE, "customer_id").join(people, on=SOURCE_LINE, how="inner")

    @property
    def _names(self) -> list[str]:
        return self.lines.collect_schema().names()

    def _repr_html_(self) -> str:
        totals = total_lines(self.lines, self.engine)
        rows = [
            ("source", self.facts.name + (f" ({self.facts.encoding})" if self.facts.encoding else "")),
            ("lines", f"{self.facts.lines:,}"),
            ("orders", f"{totals.orders:,}"),
            ("customers", f"{totals.customers:,}"),
            ("dates", f"{totals.first_on} to {totals.last_on}"),
            ("money", f"{totals.amount_total:,.2f}"),
            *(("decision", one.text) for one in self.facts.decisions),
        ]
        columns = table_html(self.facts.mapping.items(), ("means", "column"), left=True)
        return table_html(rows, left=True) + columns

    def _as_text(self, raw: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Cells of personal and extra columns as text."""
        names = [name for name in raw.collect_schema().names() if name != SOURCE_LINE]
        return as_texts(raw, names, self.null_values, self.engine)


def _check_column(column: str, source: Source, roles: Mapping[str, str]) -> None:
    """Refuse a column that is not there, or that an engine would not tell from a role (`Email` and `email`)."""
    if column.casefold() in roles:
        raise ParameterError(
            f"{column!r} cannot be read beside {column.casefold()}, which is read from {roles[column.casefold()]!r}."
        )
    if column not in source.columns:
        near = difflib.get_close_matches(column, source.columns, n=1, cutoff=0.4)
        hint = f" Closest: {near[0]!r}." if near else ""
        raise ParameterError(f"{source.name} has no column {column!r}.{hint}")


def _headline(source: Source) -> str:
    """What cannot be read, and what was found out about it on the way: that may be where it went wrong."""
    known = [one.what.rstrip(".") for one in source.decisions]
    if source.encoding not in {None, "ascii", "utf-8", "utf-8-sig"}:
        known.insert(0, f"Read as {source.encoding}: --encoding names another")
    return f"{source.name} cannot be read as orders" + (f" ({'. '.join(known)})" if known else "")


def _raise_faults(source: Source, match: Match, faults: list[Fault], given: int | None = None) -> None:
    missing = [role for role in ("customer_id", "ordered_on") if role not in match.mapping]
    if len(missing) == 2 and NO_HEADER not in faults:
        what = "neither who bought nor when is among its columns: this may be a table of customers, not of orders."
        faults = [Fault(what, NEEDED), *faults]
    if given is not None:
        hint = "--header-row N with another row; or leave it out, to have the row found."
        there = Fault(f"row {given} holds values, not the names of columns.", hint)
        faults = [there if fault == NO_HEADER else fault for fault in faults]
    if faults:
        raise OrdersError.from_faults(_headline(source), faults)


def read_orders(source: object, options: ReadingOptions | None = None) -> Orders:
    """Read order lines from a file, a folder, or a data frame.

    Parameters
    ----------
    source
        Path of a CSV, TSV or other text file, of a workbook, of a Parquet file, folder or pattern; or a pandas, Polars,
        PyArrow, DuckDB or PySpark table. Polars and PySpark tables stay where they are; all else is read by DuckDB.
    options
        What the file does not say itself.

    Raises
    ------
    SourceNotFoundError
        If there is no such file.
    OrdersError
        If it cannot be read as orders; all faults are named at once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"Customer": ["a", "b"], "Date": ["2024-02-01", "2024-02-13"], "Total": ["9.50", "1,200.00"]})
    >>> orders = read_orders(table)
    >>> orders.engine.collect(orders.lines)["amount"].to_pylist()
    [9.5, 1200.0]
    """
    options = options or ReadingOptions()
    opened = open_source(source, options)
    sample = opened.sample()
    if opened.encoding is None and not any(sample.values()):  # a text file says so itself, with its separator
        raise OrdersError(f"{opened.name} holds no order line.")
    match = match_roles(sample, options.mapping, options.no_role)
    needed = {role: column for role, column in match.mapping.items() if role == "customer_id" or role not in PERSONAL}
    if not needed:  # there is no column to type, and what is missing is a fault already
        _raise_faults(opened, match, list(match.faults), options.header_row)
    typed, cells = type_lines(opened, needed, sample, options)
    _raise_faults(opened, match, [*match.faults, *cells.faults])
    read = LinesRead(
        typed,
        opened.engine,
        match.mapping,
        sample,
        options,
        (*opened.decisions, *match.decisions, *cells.decisions),
        texts=cells.left,
        typed_days=opened.typed_days,
        currency=options.currency,
    )
    for step in STEPS:
        read = step(read)
    _raise_faults(opened, match, [*read.faults])
    return _handed_on(read, opened, cells, id_is_personal=match.id_is_personal)


def _handed_on(read: LinesRead, source: Source, cells: CellReadings, *, id_is_personal: bool) -> Orders:
    """What is kept of the lines, and what is said of the reading."""
    names = set(read.lines.collect_schema().names())
    kept = {column for role, column in read.mapping.items() if not ROLES[role].passing}
    facts = SourceFacts(
        name=source.name,
        lines=source.count(),
        mapping=dict(read.mapping),
        encoding=source.encoding,
        extra_columns=tuple(column for column in read.sample if column not in read.mapping.values()),
        id_is_personal=id_is_personal,
        currency=read.currency,
        decisions=read.decisions,
        table=source.table,
    )
    return Orders(
        lines=read.lines.select(*(name for name in ORDER_LINE if name in names)),
        engine=source.engine,
        facts=facts,
        malformed=source.malformed(),
        source=source,
        cells=cells,
        null_values=read.options.null_values,
        open_columns=open_columns([column for column in read.sample if column not in kept], read.sample),
    )


def kept_orders(lines: nw.LazyFrame[Any], engine: Engine, facts: SourceFacts) -> Orders:
    """Order lines that were read before and kept, as if they were read now; `facts` are those of the reading."""
    source = FrameSource(facts.name, engine, lines)
    return Orders(lines, engine, facts, MALFORMED_SCHEMA.empty_table(), source, CellReadings())
