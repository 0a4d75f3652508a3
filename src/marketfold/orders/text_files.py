"""A text file as a source: DuckDB parses it once, into a compressed temporary table of the columns asked for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw

from marketfold.engine import CsvLayout
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.cells import BLANKS
from marketfold.orders.dialects import read_head, sniff
from marketfold.orders.encodings import scan_text
from marketfold.orders.sources import FIRST_LINE, SAMPLE_ROWS, unique_labels
from marketfold.orders.splitting import MALFORMED_SCHEMA, Rows, write_rows
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from marketfold.config import ReadingOptions
    from marketfold.engine import DuckDBEngine, Engine
    from marketfold.orders.sources import Prepare


class TextSource:
    """CSV, TSV or any other text with a separator.

    Parameters
    ----------
    path
        The file.
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

    def __init__(self, path: Path, options: ReadingOptions, engine: DuckDBEngine) -> None:
        self.name = path.name
        self.engine: Engine = engine
        self._duckdb = engine
        self._path = path
        self._stamp = _stamp(path)
        scan = scan_text(path, options.encoding)
        self.encoding: str | None = scan.encoding
        try:
            head = read_head(path, scan.encoding)
        except UnicodeError as error:
            raise _not_in(scan.encoding, path, error) from error
        above, head = len(head), list(itertools.dropwhile(lambda line: not line.strip(), head))
        above -= len(head)  # DuckDB takes a line of blanks for the header
        self._dialect = sniff(head, options.delimiter)
        self.delimiter: str | None = self._dialect.delimiter or "blanks"
        self._head = list(itertools.islice(self._dialect.split(head[self._dialect.declared :]), SAMPLE_ROWS + 1))
        if not self._head:
            message = f"{path.name} is empty. Give a file with a header and at least one order line."
            raise OrdersError(message)
        if len(self._head) == 1:
            message = f"{path.name} has a header and no order line below it."
            raise OrdersError(message)
        self.columns = tuple(unique_labels(self._head[0]))
        self._odd_blanks = scan.odd_blanks
        self._simple = scan.simple and self._dialect.delimiter is not None and not (self._dialect.declared or above)
        self._rows: Rows | None = None
        self._count = 0

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        width = len(self.columns)
        rows = [row for row in self._head[1:-1] or self._head[1:] if len(row) == width]
        return {label: [row[place].strip() for row in rows] for place, label in enumerate(self.columns)}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Parse the file into a table of the columns asked for.

        Raises
        ------
        OrdersError
            If no row can be split as the header is, or the file has changed since it was opened.
        """
        if _stamp(self._path) != self._stamp:
            message = f"{self.name} has changed since it was read. Read it again."
            raise OrdersError(message)
        cells = {name: nw.col(f"c{self.columns.index(label)}") for name, label in columns.items()}
        if self._odd_blanks:  # the usual ones are trimmed with less work, see `cells.trimmed`
            cells = {name: cell.str.strip_chars(BLANKS) for name, cell in cells.items()}
        chosen = [cell.alias(name) for name, cell in cells.items()]
        try:
            table = self._load_simple(chosen, prepare) if self._simple else None
            if table is None:
                table = self._load_written(chosen, prepare)
        except UnicodeError as error:
            raise _not_in(self.encoding or "", self._path, error) from error
        except (duckdb.IOException, OSError) as error:
            message = (
                f"There is no room to read {self.name}: {str(error).splitlines()[0]}. Free space in the temporary "
                "folder (TMPDIR names another), or raise the memory limit."
            )
            raise OrdersError(message) from error
        self._count = int(self.engine.collect(table.select(nw.len().alias("n")))["n"][0].as_py())
        if not self._count:
            message = (
                f"None of the {len(self._rows.malformed) if self._rows else 0:,} rows of {self.name} has the "
                f"{len(self.columns)} fields of its header. Give the separator with --delimiter."
            )
            raise OrdersError(message)
        return table

    def _load_simple(self, chosen: list[nw.Expr], prepare: Prepare) -> nw.LazyFrame[Any] | None:
        """Let DuckDB read the file itself; None where it meets a row that it cannot split."""
        layout = CsvLayout(self._dialect.delimiter or ",", self._dialect.quote, self._dialect.escape)
        frame = self._duckdb.scan_csv(self._path, [f"c{i}" for i in range(len(self.columns))], layout)
        try:
            return self._duckdb.materialise_numbered(prepare(frame.select(*chosen)), SOURCE_LINE, FIRST_LINE)
        except duckdb.InvalidInputException:
            self._simple = False
            return None

    def _load_written(self, chosen: list[nw.Expr], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Write the rows well-formed first; the copy is gone when its columns are read."""
        copy = self._duckdb.folder / "rows.csv"
        try:
            self._rows = write_rows(self._path, self.encoding or "utf-8", self._dialect, len(self.columns), copy)
            names = [SOURCE_LINE, *(f"c{i}" for i in range(len(self.columns)))]
            frame = self._duckdb.scan_csv(copy, names, CsvLayout(self._dialect.delimiter or "\t", header=False))
            numbered = frame.select(nw.col(SOURCE_LINE).cast(nw.Int64), *chosen)
            return self.engine.materialise(prepare(numbered))
        finally:
            copy.unlink(missing_ok=True)

    def count(self) -> int:
        """Number of rows, those that could not be split included."""
        return self._count + (len(self._rows.malformed) if self._rows else 0)

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields."""
        return self._rows.to_table() if self._rows else MALFORMED_SCHEMA.empty_table()


def _not_in(encoding: str, path: Path, error: UnicodeError) -> OrdersError:
    """A text that is not in its encoding: nothing is replaced in silence."""
    return OrdersError(f"{path.name} is not {encoding} throughout ({error}). Give its encoding with --encoding.")


def _stamp(path: Path) -> tuple[int, int]:
    """What tells that a file is still the one that was opened."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        message = f"{path.name} is no longer where it was read."
        raise SourceNotFoundError(message) from error
    return status.st_size, status.st_mtime_ns
