"""From a file to a run: the examples, and the files that others published."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from tests.end_to_end.conftest import Command

from marketfold.cleaning import clean_orders
from marketfold.orders import read_orders

LISTS = {"segments", "customers", "lines"}
"""Files that say who is in which segment, or who ordered: only there a name that serves as an id may stand."""


LITTLE = ("--bootstraps", "2", "--k-max", "6", "--reduction", "none")
"""Where it is asked how a file is read, and not how far its segments can be trusted."""
MUCH = ("--bootstraps", "10", "--k-max", "8")


def record_of(marketfold: Command, path: Path, effort: tuple[str, ...] = LITTLE) -> dict[str, Any]:
    ended = marketfold("run", path, "--json", "--quick", *effort)
    assert ended.code == 0, ended.err
    told: dict[str, Any] = json.loads(ended.out)
    return told


def assert_read(record: dict[str, Any], known: dict[str, Any]) -> None:
    read = record["input"]
    asked = ("lines", "customers", "first_on", "last_on")
    assert {name: read[name] for name in asked} == {name: known[name] for name in asked}
    assert read["amount_total"] == known["amount"]
    lines = record["ledger"]["lines"]
    assert lines["kept"] + sum(lines["set_aside"].values()) == known["lines"]
    assert len(record["segments"]) >= 3


def bought_of(path: Path) -> pa.Table:
    """Who bought on which day for how much, line by line."""
    clean = clean_orders(read_orders(path))
    found = clean.engine.collect(clean.bought.select("source_line", "customer_id", "ordered_on", "amount"))
    return found.sort_by("source_line")


def test_sales_with_days_in_two_styles_are_the_same_sales(examples: Path, shared_data: Path):
    for one, other in (
        (examples / "sales.csv", examples / "sales_two_styles.csv"),
        (shared_data / "sales_data_sample.csv", shared_data / "sales_data_sample__two_date_styles.csv"),
    ):
        assert bought_of(one).equals(bought_of(other))


def test_sales(marketfold: Command, examples: Path, totals: dict[str, Any]):
    record, known = record_of(marketfold, examples / "sales.csv"), totals["sales.csv"]
    assert_read(record, known)
    assert record["input"]["orders"] == known["orders"]
    assert record["input"]["mapping"]["customer_id"] == "CUSTOMERNAME"
    assert record["as_of"] == "2023-06-01"
    assert record["ledger"]["lines"]["set_aside"] == {"cancelled": known["lines"] - known["lines_kept"]}
    assert min(one["units"] for one in record["segments"]) >= 5
    with (examples / "sales.csv").open(encoding="cp437", newline="") as file:
        people = {row["CUSTOMERNAME"].encode() for row in csv.DictReader(file)}
    folder = Path(record["folder"])
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name.split(".")[0] not in LISTS):
        content = path.read_bytes()
        assert not [person for person in people if person in content], path.name


def test_purchases(marketfold: Command, examples: Path, totals: dict[str, Any]):
    assert_read(record_of(marketfold, examples / "purchases.txt"), totals["purchases.txt"])


def test_the_sales_sample(marketfold: Command, shared_data: Path):
    record = record_of(marketfold, shared_data / "sales_data_sample.csv", MUCH)
    known = {"lines": 2_823, "customers": 92, "first_on": "2003-01-06", "last_on": "2005-05-31"}
    assert_read(record, known | {"amount": 10_032_628.85})
    assert record["input"]["orders"] == 307
    assert record["input"]["mapping"]["customer_id"] == "CUSTOMERNAME"
    assert record["as_of"] == "2005-06-01"
    assert record["ledger"]["lines"] == {"read": 2_823, "kept": 2_763, "set_aside": {"cancelled": 60}}
    assert {one["trust"] for one in record["segments"]} == {"slice"}
    assert min(one["units"] for one in record["segments"]) >= 5
    folder = Path(record["folder"])
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name.split(".")[0] not in LISTS):
        content = path.read_bytes()
        for person in (b"Euro Shopping Channel", b"Mini Gifts Distributors", b"La Rochelle Gifts"):
            assert person not in content, path.name


def test_cdnow(marketfold: Command, shared_data: Path):
    known = {"lines": 69_659, "customers": 23_570, "first_on": "1997-01-01", "last_on": "1998-06-30"}
    assert_read(record_of(marketfold, shared_data / "CDNOW_master.txt"), known | {"amount": 2_500_315.63})


def test_a_table_of_customers_can_be_refused_as_orders_with_help(marketfold: Command, examples: Path, tmp_path: Path):
    ended = marketfold("run", examples / "customers.csv", "--undo", "customer_table")
    assert ended.code == 2
    assert "customers" in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []
