"""Names of the columns of a source, whatever it is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.orders.sources import from_table, unique_labels


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["a", "b"], ["a", "b"]),
        ([" a ", None, "", 7], ["a", "column 2", "column 3", "7"]),
        (["a", "a", "b", "a"], ["a", "a (2)", "b", "a (3)"]),
        ([], []),
    ],
)
def test_each_column_has_a_name_of_its_own(names: list[object], labels: list[str]):
    assert unique_labels(names) == labels


def test_a_table_is_read_where_it_lies_under_the_names_of_its_columns():
    source = from_table("Arrow table", pa.table([["x", "y"], [1, 2]], names=["Name", "name"]), DuckDBEngine())
    assert source.columns == ("Name", "name")
    assert source.sample() == {"Name": ["x", "y"], "name": [1, 2]}
    assert (source.count(), source.malformed().num_rows) == (2, 0)
    loaded = source.engine.collect(source.load({"one": "name"}, lambda raw: raw)).to_pylist()
    assert loaded == [{"source_line": 2, "one": 1}, {"source_line": 3, "one": 2}]
    source.rename(["a", "b"])
    assert source.sample() == {"a": ["x", "y"], "b": [1, 2]}
    numbered = from_table("t", pa.table({"a": [5, 6]}), DuckDBEngine(), pa.array([4, 9]))
    loaded = numbered.engine.collect(numbered.load({"a": "a"}, lambda raw: raw)).to_pylist()
    assert [row["source_line"] for row in loaded] == [4, 9]
