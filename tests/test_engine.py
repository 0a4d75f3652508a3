"""A file is read by its own name, whatever signs stand in it; what is let go takes no room."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import narwhals as nw
import pyarrow as pa
import pytest
from pyarrow import parquet

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine, EngineTable
from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.sampling import hash_uniform

if TYPE_CHECKING:
    from pathlib import Path

OWN, OTHER = 10, 20
HEAD = "order_id,customer_id,ordered_on,amount\n"


def _csv(n_lines: int) -> str:
    return HEAD + "".join(f"{i},C{i % 3},2024-01-{i % 28 + 1:02},5.00\n" for i in range(n_lines))


def _write(path: Path, n_lines: int) -> None:
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".parquet":
        rows = [line.split(",") for line in _csv(n_lines).splitlines()[1:]]
        names = HEAD.strip().split(",")
        parquet.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    else:
        path.write_text(_csv(n_lines), encoding="utf-8")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize(
    ("own", "other"),
    [("a[1]", "a1"), ("b*", "bx"), ("c?", "cx"), ("d[!x]", "dy"), ("f[1]/x", "f1/x"), ("g{1,2}", "g1")],
)
def test_a_name_is_never_a_pattern_by_accident(own: str, other: str, ending: str, tmp_path: Path):
    _write(tmp_path / f"{own}{ending}", OWN)
    _write(tmp_path / f"{other}{ending}", OTHER)
    assert read_orders(tmp_path / f"{own}{ending}").facts.lines == OWN


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.csv.zst", "orders.bz2"])
def test_the_end_of_a_name_says_nothing_of_what_is_inside(name: str, tmp_path: Path):
    _write(tmp_path / name, OWN)
    assert read_orders(tmp_path / name).facts.lines == OWN


@pytest.mark.parametrize("source", ["/dev/zero", "/dev/urandom", "/dev/full", "/dev/null"])
def test_a_source_without_an_end_is_refused(source: str):
    with pytest.raises(OrdersError, match="no regular file"):
        read_orders(source)


def test_a_pipe_is_refused_before_it_blocks(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")
    found: list[BaseException] = []

    def read() -> None:
        try:
            read_orders(tmp_path / "pipe.csv")
        except OrdersError as error:
            found.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert "pipe" in str(found[0])


def test_what_is_released_takes_no_room():
    engine = DuckDBEngine()

    def tables() -> int:
        return len(engine.connection.sql("SELECT * FROM duckdb_tables()").fetchall())

    for keep in (engine.hold, engine.materialise):
        kept = keep(engine.from_arrow(pa.table({"a": [1, 2]})))
        assert (tables(), engine.collect(kept).num_rows) == (1, 2)
        engine.release(kept.filter(nw.col("a") > 1))  # which DuckDB calls by the same name
        assert tables() == 1
        engine.release(kept)
        engine.release(kept)
        assert tables() == 0


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
def test_what_is_drawn_in_an_engine_is_what_is_drawn_here(engine: Engine):
    """More rows than DuckDB hands on at a time, and ids of any letters."""
    ids = [f"é{n}'" for n in range(5_000)]
    drawn = engine.with_uniform(engine.from_arrow(pa.table({"id": ids[::-1], "n": range(5_000)})), "id", "it's", "u")
    found = EngineTable(engine, drawn).collect()
    assert found.schema == pa.schema([("id", pa.string()), ("n", pa.int64()), ("u", pa.float64())])
    assert found["id"].to_pylist() == sorted(ids)
    assert found["u"].to_pylist() == hash_uniform(sorted(ids), "it's").tolist()
    engine.release(drawn)
