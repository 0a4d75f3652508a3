"""A text file as a source: DuckDB parses it once, into a compressed temporary table of the columns asked for."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import narwhals as nw

from marketfold.decisions import Decision
from marketfold.duckdb_engine import CsvLayout
from marketfold.errors import OrdersError
from marketfold.orders.cells import bare
from marketfold.orders.dialects import SAMPLE_LINES, better_dialect, find_names, read_head, sniff, without_quotes
from marketfold.orders.encodings import scan_text
from marketfold.orders.headers import is_rule
from marketfold.orders.kinds import check_unpacked
from marketfold.orders.sources import FIRST_LINE, SAMPLE_ROWS, unique_labels
from marketfold.orders.splitting import MALFORMED_SCHEMA, Rows, write_rows
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from marketfold.config import ReadingOptions
    from marketfold.decisions import TableRead
    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.engine import Engine
    from marketfold.orders.dialects import Layout
    from marketfold.orders.headers import Header
    from marketfold.orders.packing import TextFile
    from marketfold.orders.sources import Prepare


class NoLinesError(OrdersError):
    """A text file is a header alone."""


class PlainForm(NamedTuple):
    """How any reader of CSV reads a file as we do: its separator (None for blanks), and the row of names, from 0."""

    delimiter: str | None
    header: int


class TextSource:
    """CSV, TSV or any other text with a separator.

    Parameters
    ----------
    file
        The file, packed or not.
    options
        What the user said about it.
    engine
        Where its rows are kept.

    Raises
    ------
    OrdersError
        If it is no text, or has no row below its header.
    """

    copies = True
    table: TableRead | None = None
    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})

    def __init__(self, file: TextFile, options: ReadingOptions, engine: DuckDBEngine) -> None:
        self.name = file.name
        self.engine: Engine = engine
        self._duckdb = engine
        self._file = file
        self._stamp = file.stamp()
        with file.at_hand() as path:
            check_unpacked(path, file)
            scan = scan_text(path, file.name, options.encoding)
            self.encoding: str | None = scan.encoding
            try:
                head = read_head(path, scan.encoding)
            except UnicodeError as error:
                raise _not_in(scan.encoding, file.name, error) from error
        split = "lines_unquoted" not in options.undo
        quoted, head = head, without_quotes(head) if split else head
        # DuckDB takes a line of blanks for the header
        lines = list(itertools.dropwhile(lambda line: not line.strip(), head))
        self._dialect = sniff(lines, options.delimiter)
        self.delimiter: str | None = self._dialect.delimiter or "blanks"
        self._refuse_delimiter(lines, options.delimiter)
        header, layout, self._head = self._find_names(head, options.header_row)
        self._layout = replace(layout, unquote=split and layout.width > 2)
        labels = unique_labels(header.names)
        above = head[: self._layout.above + self._dialect.declared]
        blanks = f' \t\r\n"{self._dialect.delimiter or ""}'
        filled = sum(bool(line.strip(blanks)) for line in above)
        titled = options.header_row is None and filled > self._dialect.declared
        framed = self.delimiter == "|" and len(labels) > 2 and not (header.names[0] or header.names[-1])
        shown = labels[1:-1] if framed else labels  # a frame of | makes a field before the first and after the last
        self._places = {label: place for place, label in enumerate(labels) if label in set(shown)}
        self.columns = tuple(self._places)
        self.decisions = header_decisions(header.rows, self._layout.above + header.rows, titled=titled)
        as_usual = not (self._layout.above or self._dialect.declared) and header.rows == 1
        self._simple = (
            scan.simple
            and head == quoted
            and self._dialect.delimiter is not None
            and as_usual
            and not any(map(is_rule, head))
        )
        self._rows: Rows | None = None
        self._count = self._last = 0

    def _refuse_delimiter(self, lines: list[str], given: str | None) -> None:
        """Refuse a separator that was given, or that the file declares, where the lines have another."""
        stated = given or self._dialect.declared
        if not stated or (other := better_dialect(lines, self._dialect)) is None:
            return
        wrong = _delimiter_flag(given) if given else "The separator that its first line declares"
        seem = repr(other.delimiter) if other.delimiter else "blanks"
        ways = [_delimiter_flag(other.delimiter)] if other.delimiter else []
        ways += ["no --delimiter"] if given and not self._dialect.declared else []
        raise OrdersError(
            f"{wrong} does not tell the columns of {self.name} apart: they seem to be separated by {seem}. "
            f"Give {' or '.join(ways)}."
        )

    def _find_names(self, head: list[str], given: int | None) -> tuple[Header, Layout, list[list[str]]]:
        found = find_names(head, self._dialect, given) if any(line.strip() for line in head) else None
        if found is None and given and any(line.strip() for line in head):
            raise OrdersError(
                f"{self.name} has no names of columns in row {given}, or it lies beyond row {SAMPLE_LINES}."
            )
        if found is None:
            raise OrdersError(f"{self.name} is empty. Give a file with a header and at least one order line.")
        if not any(found[2]):
            raise NoLinesError(f"{self.name} has a header and no order line below it.")
        return found

    @property
    def plain_form(self) -> PlainForm | None:
        """Its form, asked after `load`; None where it is packed, or its rows had to be mended or left out."""
        usual = self._dialect.quote == '"' and self._dialect.escape is None and self._layout.headers == 1
        mended = self._rows is not None and (self._rows.unquoted or len(self._rows.malformed))
        if self._file.kind is not None or not usual or mended:
            return None
        return PlainForm(self._dialect.delimiter, self._layout.above + self._dialect.declared)

    def rename(self, names: Mapping[str, str]) -> None:
        """Call the columns as another file of the same table does (own name: other name)."""
        self._places = {names[label]: place for label, place in self._places.items()}
        self.columns = tuple(self._places)

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        width = self._layout.width
        rows = [row for row in self._head[:-1] or self._head if len(row) == width]  # the last may be cut
        return {label: [bare(row[place]) for row in rows[:SAMPLE_ROWS]] for label, place in self._places.items()}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Parse the file into a table of the columns asked for.

        Raises
        ------
        OrdersError
            If no row can be split as the header is, or the file has changed since it was opened.
        """
        if self._file.stamp() != self._stamp:
            raise OrdersError(f"{self.name} has changed since it was read. Read it again.")
        chosen = [nw.col(f"c{self._places[label]}").alias(name) for name, label in columns.items()]
        try:
            with self._file.at_hand() as path:
                table = self._load_simple(path, chosen, prepare) if self._simple else None
                if table is None:
                    table = self._load_written(path, chosen, prepare)
        except UnicodeError as error:
            raise _not_in(self.encoding or "", self.name, error) from error
        except (duckdb.IOException, OSError) as error:
            raise OrdersError(
                f"There is no room to read {self.name}: {str(error).splitlines()[0]}. Free space in the temporary "
                "folder (TMPDIR names another), or raise the memory limit."
            ) from error
        row = self.engine.collect(
            table.select(nw.len().alias("n"), nw.col(SOURCE_LINE).max().alias("last"))
        ).to_pylist()
        self._count, self._last = int(row[0]["n"]), int(row[0]["last"] or 0)
        if not self._count:
            raise OrdersError(
                f"None of the {len(self._rows.malformed) if self._rows else 0:,} rows of {self.name} has the "
                f"{self._layout.width} fields of its header. Give the separator with --delimiter, or the row of the "
                "header with --header-row."
            )
        return table

    def _load_simple(self, path: Path, chosen: list[nw.Expr], prepare: Prepare) -> nw.LazyFrame[Any] | None:
        """Let DuckDB read the file itself; None where it meets a row that it cannot split."""
        layout = CsvLayout(self._dialect.delimiter or ",", self._dialect.quote, self._dialect.escape)
        frame = self._duckdb.scan_csv(path, [f"c{i}" for i in range(self._layout.width)], layout)
        try:
            return self._duckdb.materialise_numbered(prepare(frame.select(*chosen)), SOURCE_LINE, FIRST_LINE)
        except duckdb.InvalidInputException:
            self._simple = False
            return None

    def _load_written(self, path: Path, chosen: list[nw.Expr], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Write the rows well-formed first; the copy is gone when its columns are read."""
        copy = self._duckdb.folder / "rows.csv"
        try:
            self._rows = write_rows(path, self.encoding or "utf-8", self._layout, copy)
            names = [SOURCE_LINE, *(f"c{i}" for i in range(self._layout.width))]
            frame = self._duckdb.scan_csv(copy, names, CsvLayout(self._dialect.delimiter or "\t", header=False))
            numbered = frame.select(nw.col(SOURCE_LINE).cast(nw.Int64), *chosen)
            table = self.engine.materialise(prepare(numbered))
        finally:
            copy.unlink(missing_ok=True)
        if self._rows.unquoted:
            said = [one for one in self.decisions if one.code != "lines_unquoted"]
            self.decisions = (*said, Decision("lines_unquoted", lines=self._rows.unquoted))
        return table

    def last_row(self) -> int:
        """Row of the last line, blank ones below it not counted; asked after `load`."""
        lines = [self._last, *(number for number, _, _ in (self._rows.malformed if self._rows else ()))]
        return max(lines)

    def count(self) -> int:
        """Number of rows, those that could not be split included."""
        return self._count + (len(self._rows.malformed) if self._rows else 0)

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields."""
        return self._rows.to_table() if self._rows else MALFORMED_SCHEMA.empty_table()


def header_decisions(rows: int, row: int, *, titled: bool) -> tuple[Decision, ...]:
    """What to say of a header that is `rows` high and ends in row `row`, below something that is no part of it."""
    if rows == 2:
        return (Decision("header_joined", numbers={"upper": str(row - 1), "row": str(row)}),)
    return (Decision("header_found", numbers={"row": str(row)}),) if titled else ()


def _delimiter_flag(sign: str) -> str:
    return "--delimiter tab" if sign == "\t" else f"--delimiter '{sign}'"


def _not_in(encoding: str, name: str, error: UnicodeError) -> OrdersError:
    """A text that is not in its encoding: nothing is replaced in silence."""
    return OrdersError(f"{name} is not {encoding} throughout ({error}). Give its encoding with --encoding.")
