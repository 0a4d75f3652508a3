"""The SQL of `duckdb_way.py` on Spark: what Spark itself takes for the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot

from marketfold.spark import find_session

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


class Spark:
    """In the session that Marketfold begins for a Parquet file of that size, so that no setting differs."""

    def see(self, path: Path) -> None:
        self.session = find_session("local[2]", "3GB", n_bytes=path.stat().st_size)
        self.session.read.parquet(str(path)).createTempView("source")

    def _ask(self, sql: str) -> Any:
        (text,) = sqlglot.transpile(sql, read="duckdb", write="spark")
        # sqlglot makes an estimate of the exact quantile; the features would differ, and the bench say so
        return self.session.sql(text.replace("PERCENTILE_APPROX(", "percentile("))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._ask(sql).collect()]

    def table(self, sql: str) -> pa.Table:
        return self._ask(sql).toArrow()

    def keep(self, name: str, sql: str) -> None:
        self._ask(sql).cache().createTempView(name)
