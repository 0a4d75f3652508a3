"""What is taken for a table of Spark or an address of a cluster, and what Spark is not given; without a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError, ParameterError
from marketfold.orders.addresses import table_address
from marketfold.orders.in_spark import _is_plain, is_elsewhere, refuse_kind, refuse_without_spark

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("given", "elsewhere"),
    [
        ("orders", True),
        ("sales.orders", True),
        ("shop.sales.orders", True),
        ("shop.`sales of 2024`.orders", True),
        ("a.b.c.d", False),
        ("s3a://shop/orders", True),
        ("hdfs:/shop/orders.parquet", True),
        ("orders.csv", False),
        ("orders.PARQUET", False),
        ("orders/*.csv", False),
        ("./orders", False),
        ("-", False),
    ],
)
def test_a_name_of_a_table_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, *, elsewhere: bool):
    monkeypatch.chdir(tmp_path)
    assert is_elsewhere(given) is elsewhere
    (tmp_path / "orders").write_text("")
    assert is_elsewhere("orders") is False  # a file of that name is here


def test_a_database_is_not_given_to_spark():
    with pytest.raises(OrdersError, match=r"orders\.db\?table=a is of a database, and Spark reads CSV"):
        is_elsewhere("orders.db?table=a", table_address("orders.db?table=a"))
    assert "Leave out --engine" in str(refuse_kind("book.xlsx", "workbooks"))


def test_settings_of_spark_without_it_are_refused():
    rows = pa.table({"a": [1]})
    with pytest.raises(ParameterError, match="--master says where Spark runs"):
        refuse_without_spark("orders.csv", ReadingOptions(master="local[1]"))
    for source in (rows, {"a": [1]}, 5):
        with pytest.raises(ParameterError, match=r"in memory\. Leave out engine='spark'"):
            refuse_without_spark(source, ReadingOptions(engine="spark"))
    for source in ("orders.csv", ["a.csv", "b.csv"], ("a.csv",)):
        refuse_without_spark(source, ReadingOptions(engine="spark"))
    refuse_without_spark("orders.csv", ReadingOptions(engine="spark", master="local[1]"))
    refuse_without_spark(rows, ReadingOptions())


@pytest.mark.parametrize(
    ("columns", "plain"),
    [
        ({"a": pa.array([1]), "b": pa.array(["x"])}, True),
        ({"a": pa.array([1], pa.timestamp("us"))}, True),
        ({"a": pa.array([1], pa.timestamp("ns"))}, False),
        ({"a": pa.array([b"x"])}, False),
        ({"a": pa.array([1], pa.duration("s"))}, False),
        ({"a": pa.array([1], pa.time64("us"))}, False),
        ({"a": pa.array([1]), "A": pa.array([1])}, False),
    ],
)
def test_such_parquet_is_read_alike_by_both_engines(tmp_path: Path, columns: dict[str, pa.Array], *, plain: bool):
    one, other = tmp_path / "1.parquet", tmp_path / "2.parquet"
    pq.write_table(pa.table({"a": [1]}), one)
    pq.write_table(pa.table(columns), other, version="2.6")
    assert _is_plain([one, other]) is plain
    assert _is_plain([one])
