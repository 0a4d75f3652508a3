"""A table in the kind of frame that somebody works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw

from marketfold.frames import Table
from marketfold.spark_engine import SPARK

if TYPE_CHECKING:
    import pyarrow as pa


def of_kind(given: Any, table: pa.Table) -> Any:
    """A table as a frame of the kind that was given; as a `Table` where that was a path, or anything else.

    >>> import pandas as pd, pyarrow as pa
    >>> type(of_kind(pd.DataFrame(), pa.table({"segment": [1]}))).__name__
    'DataFrame'
    """
    if isinstance(given, duckdb.DuckDBPyRelation):
        return duckdb.from_arrow(table)
    frame: Any = nw.from_native(given, pass_through=True)
    kind = getattr(frame, "implementation", None)
    if kind is nw.Implementation.PYARROW:
        return table
    if kind in SPARK:
        return nw.to_native(frame).sparkSession.createDataFrame(table)
    framed = Table(table)
    makers = {nw.Implementation.PANDAS: framed.to_pandas, nw.Implementation.POLARS: framed.to_polars}
    return makers[kind]() if kind in makers else framed
