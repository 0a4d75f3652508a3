"""Models to print, and their order lines as tables of a warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from marketfold.cleaning import OrderRules, clean_orders
from marketfold.clustering import KMeansSegmenter
from marketfold.config import RunConfig
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.reduction import make_reducer
from marketfold.runs import score_orders
from marketfold.selection import Segmentation
from marketfold.warehouse import model_sql

if TYPE_CHECKING:
    from datetime import date

    from marketfold.model import SegmentModel

TABLE = "order_lines"
TOLD = ("customer_id", "segment", "segment_name", "distance", "confidence", "fits_none", "trust")


@dataclass(frozen=True)
class Printed:
    """A model, what it was made of, and how that is read."""

    model: SegmentModel
    source: Any
    config: RunConfig

    def lines(self, source: Any = None) -> pa.Table:
        """The order lines as a warehouse holds them: the source's columns, numbers as numbers and days as days."""
        read = read_orders(self.source if source is None else source, self.config.reading)
        assert self.model.orders is not None
        columns = self.model.orders.columns
        table = read.engine.collect(read.lines.select(*columns))
        return table.rename_columns(list(columns.values()))

    def score(self, as_of: date | None = None, source: Any = None) -> pa.Table:
        """What `marketfold score` says."""
        features = self.config.features.model_copy(update={"as_of": as_of})
        config = self.config.model_copy(update={"features": features})
        return score_orders(self.model, self.source if source is None else source, config)

    def sql(self, dialect: str, as_of: str | None = None) -> str:
        return model_sql(self.model, dialect, TABLE, as_of)


def printed(
    source: Any, *, reduction: str = "none", n_segments: int = 4, geography: bool = False, **settings: Any
) -> Printed:
    """A model of order lines as a run makes it, without the search for the best."""
    config = RunConfig.model_validate(settings | {"features": {"geography": geography}})
    clean = clean_orders(read_orders(source, config.reading), config.cleaning)
    matrix = build_matrix(build_features(clean, config.features), geography=geography)
    reducer = make_reducer(reduction, None if reduction == "none" else 3).fit(matrix.values)
    dimensions = reducer.transform(matrix.values)
    segmenter = KMeansSegmenter(n_segments, random_state=0).fit(dimensions, revenue=matrix.table.revenue)
    made = Segmentation.of(matrix, segmenter.labels_)
    model = replace(made.model(), reducer=reducer, segmenter=segmenter, orders=OrderRules.of(clean, config.reading))
    return Printed(model, source, config)


def in_duckdb(statement: str, lines: pa.Table) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.register(TABLE, lines)
        rows: list[dict[str, Any]] = connection.sql(statement).to_arrow_table().to_pylist()
        return rows


_POSTGRES = {"string": "TEXT", "large_string": "TEXT", "double": "DOUBLE PRECISION", "date32[day]": "DATE"}


def in_postgres(connection: Any, statement: str, lines: pa.Table) -> list[dict[str, Any]]:
    columns = ", ".join(f'"{one.name}" {_POSTGRES[str(one.type)]}' for one in lines.schema)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{TABLE}"; CREATE TABLE "{TABLE}" ({columns})')
        with cursor.copy(f'COPY "{TABLE}" FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in lines.columns), strict=True):
                copy.write_row(row)
        cursor.execute(statement)
        names = [one.name for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def in_spark(session: Any, statement: str, lines: pa.Table) -> list[dict[str, Any]]:
    session.createDataFrame(lines.to_pandas(date_as_object=True)).createOrReplaceTempView(TABLE)
    return [row.asDict() for row in session.sql(statement).collect()]
