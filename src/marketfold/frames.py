"""What stages hand on, as a data frame of the user's own library, and as a notebook shows it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sized
from dataclasses import fields
from datetime import date
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from marketfold.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        hint = f"Install it with `pip install {name}`, or take `to_arrow()`, which needs none."
        raise MissingDependencyError(f"{name} is not installed. {hint}") from error


def table_html(rows: Iterable[Sequence[object]], heads: Sequence[str] = (), *, left: bool = False) -> str:
    """Rows of cells as a table of a notebook; whatever a file or a name holds, it shows as text.

    >>> table_html([(1, "<b>")], ("", "name"))
    '<table><thead><tr><th></th><th>name</th></tr></thead><tbody><tr><td>1</td><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    style = ' style="text-align:left"' if left else ""

    def row(cells: Sequence[object], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}{style}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"

    head = f"<thead>{row(heads, 'th')}</thead>" if heads else ""
    return f"<table>{head}<tbody>{''.join(row(cells, 'td') for cells in rows)}</tbody></table>"


T = TypeVar("T", bound=type)

MOST_LETTERS, MOST_NAMES = 60, 24
"""Of one value, and how many fields a record shows as text."""


def terse(record: T) -> T:
    """Let a dataclass be shown in short: numbers and words as they are, of everything else what it is and how much.

    What a dataclass makes by itself would print every number that it holds, and so would each record within it.

    >>> from dataclasses import dataclass
    >>> @terse
    ... @dataclass
    ... class Found:
    ...     name: str
    ...     share: float
    ...     medians: dict[str, float]
    >>> Found("few", 1 / 3, {"a": 1.0, "b": 2.0})
    Found(name='few', share=0.3333, medians=<2>)
    """
    made: Any = getattr(record, "__dataclass_params__")  # noqa: B009  (as below: mypy)
    if made.repr:
        setattr(record, "__repr__", _terse_text)  # noqa: B010
    if not hasattr(record, "_repr_html_"):
        setattr(record, "_repr_html_", _terse_html)  # noqa: B010
    return record


def _terse_text(record: Any) -> str:
    shown = [f"{name}={_terse_value(value)}" for name, value in _values(record)[:MOST_NAMES]]
    return f"{type(record).__name__}({', '.join(shown)})"


def _terse_html(record: Any) -> str:
    rows = [(name, _terse_value(value)) for name, value in _values(record)]
    return f"<p>{escape(type(record).__name__)}</p>{table_html(rows, left=True)}"


def _values(record: Any) -> list[tuple[str, Any]]:
    return [(one.name, getattr(record, one.name)) for one in fields(record) if one.repr]


def _terse_value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if value is None or isinstance(value, bool | int | date):
        return str(value)
    if isinstance(value, str):
        return repr(value) if len(value) <= MOST_LETTERS else f"{value[: MOST_LETTERS - 1]!r}…"
    if isinstance(value, tuple) and len(value) <= 8 and all(isinstance(one, int | str) for one in value):
        return repr(value) if len(repr(value)) <= MOST_LETTERS else f"<{len(value)}>"
    return f"<{len(value)}>" if isinstance(value, Sized) else f"<{type(value).__name__}>"


MOST_ROWS = 20
"""Of a table that a notebook shows."""


class Framed(ABC):
    """A record that can be taken as an Arrow table, and so as a data frame of any library."""

    @abstractmethod
    def to_arrow(self) -> pa.Table:
        """One row per unit."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's own interface: `pl.DataFrame(it)`, `pa.table(it)` and DuckDB take it as it is."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pd.DataFrame:
        """`to_arrow` as a pandas data frame; MissingDependencyError without pandas."""
        _library("pandas")
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> pl.DataFrame:
        """`to_arrow` as a Polars data frame; MissingDependencyError without Polars."""
        frame: pl.DataFrame = _library("polars").from_arrow(self.to_arrow())
        return frame

    if not TYPE_CHECKING:  # to which every name would be known then

        def __getattr__(self, name: str) -> object:
            """AttributeError, with what gives a data frame where a name is one of those."""
            hint = "; take a data frame of it: to_pandas(), to_polars() or to_arrow()" if name in _OF_FRAMES else ""
            message = f"{type(self).__name__!r} object has no attribute {name!r}{hint}"
            raise AttributeError(message, name=name, obj=self)


_OF_FRAMES = frozenset({
    "columns", "corr", "describe", "df", "dtypes", "frame", "groupby", "head", "iloc", "index", "loc", "plot", "sample",
    "shape", "tail", "to_csv", "to_frame",
})  # fmt: skip
"""Names by which people look for a data frame."""


class InEngine:
    """A record whose tables live in an engine of this process."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} cannot be copied or pickled: its tables live in an engine of this process. "
            "Keep segments with save(folder), for mf.load(folder), and order lines as to_arrow() in Parquet."
        )


class Table(Framed):
    """An Arrow table that is shown by its first rows, and taken as a frame of any library."""

    def __init__(self, rows: pa.Table, what: str = "rows") -> None:
        self._rows, self._what = rows, what

    def to_arrow(self) -> pa.Table:
        """The table itself."""
        return self._rows

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    def __repr__(self) -> str:
        names = self._rows.column_names
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        return f"<Table of {len(self):,} {self._what}: {shown}>"

    def _repr_html_(self) -> str:
        rows = self._rows.slice(0, MOST_ROWS)
        cells = [[_short(value) for value in row.values()] for row in rows.to_pylist()]
        more = f"<p>{len(self) - MOST_ROWS:,} more {escape(self._what)}</p>" if len(self) > MOST_ROWS else ""
        return table_html(cells, rows.column_names) + more


def _short(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
