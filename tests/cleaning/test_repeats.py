from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from marketfold.cleaning.close_look import compare_all, look_closely
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.polars_engine import PolarsEngine

COLUMNS: dict[str, list[Any]] = {
    "source_line": [2, 3, 4, 5, 6, 7],
    "order_id": ["1", "1", "1", "1", "2", "1"],
    "customer_id": ["ann"] * 6,
    "product_id": ["tea", "tea", None, None, "tea", "tea"],
    "quantity": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "amount": [5.0, 5.0, 5.0, 5.0, 5.0, 5.0],
    "note": ["a", "a", "b", "b", "a", "c"],
}


@pytest.fixture(params=[DuckDBEngine, PolarsEngine], ids=["duckdb", "polars"])
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param()
    return made


def repeats(engine: Engine, **changed: list[Any]) -> dict[int, int]:
    """First line of its kind for each line that repeats it, found alike in both ways."""
    lines = engine.from_arrow(pa.table(COLUMNS | changed))
    looks = (look_closely(lines, lines, [], engine), compare_all(lines, engine))
    tables = [engine.collect(look.repeats) for look in looks]
    one, other = (
        dict(zip(found["source_line"].to_pylist(), found["repeats"].to_pylist(), strict=True)) for found in tables
    )
    assert one == other
    return one


def test_lines_that_agree_in_every_column_repeat_the_first(engine: Engine):
    """Empty cells agree; line 7 differs in its note alone, though its fingerprint does not."""
    assert repeats(engine) == {3: 2, 5: 4}


def test_three_alike_repeat_the_first_of_them(engine: Engine):
    assert repeats(engine, note=["a", "a", "b", "c", "a", "a"]) == {3: 2, 7: 2}


def test_numbered_lines_are_told_apart_by_their_numbers(engine: Engine):
    assert repeats(engine, line_number=["1", "2", "3", "4", "1", "5"]) == {}
    assert repeats(engine, line_number=["1", "1", "3", "4", "1", "5"]) == {3: 2}


def test_a_line_that_is_not_kept_is_no_first_of_its_kind(engine: Engine):
    lines = engine.from_arrow(pa.table(COLUMNS))
    kept = lines.filter(nw.col("source_line") > 2)
    assert engine.collect(look_closely(kept, lines, [], engine).repeats)["repeats"].to_pylist() == [4]


def test_what_agrees_with_a_key_is_found_beside_the_repeats(engine: Engine):
    lines = engine.from_arrow(pa.table(COLUMNS))
    theirs = ({"customer_id": ["ann"], "order_id": ["2"]}, {"customer_id": ["ann", "ann"], "note": ["c", "b"]})
    keys = [engine.from_arrow(pa.table(key)) for key in theirs]
    look = look_closely(lines, lines, keys, engine)
    assert sorted(engine.collect(look.could_be)["source_line"].to_pylist()) == [4, 5, 6, 7]
    assert look.could_be.collect_schema().names() == list(COLUMNS)
    assert sorted(engine.collect(look.repeats)["source_line"].to_pylist()) == [3, 5]
