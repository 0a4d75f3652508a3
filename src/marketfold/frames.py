"""What stages hand on, as a data frame of the user's own library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

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
        message = f"{name} is not installed. {hint}"
        raise MissingDependencyError(message) from error


def html_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as notebooks show a record, each cell escaped.

    >>> html_table(["segment"], [["A & B"]])
    '<table><thead><tr><th>segment</th></tr></thead><tr><td>A &amp; B</td></tr></table>'
    """
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>{body}</table>"


class Framed(ABC):
    """A record that can be taken as an Arrow table, and so as a data frame of any library."""

    @abstractmethod
    def to_arrow(self) -> pa.Table:
        """One row per unit."""

    def to_pandas(self) -> pd.DataFrame:
        """`to_arrow` as a pandas data frame; MissingDependencyError without pandas."""
        _library("pandas")
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> pl.DataFrame:
        """`to_arrow` as a Polars data frame; MissingDependencyError without Polars."""
        frame: pl.DataFrame = _library("polars").from_arrow(self.to_arrow())
        return frame
