from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.conftest import Command


@pytest.fixture
def record(request: pytest.FixtureRequest, marketfold: Command, shared_data: Path) -> dict[str, Any]:
    ended = marketfold("run", shared_data / request.param, "--json", "--bootstraps", "10", "--k-max", "8")
    assert ended.code == 0, ended.err
    told: dict[str, Any] = json.loads(ended.out)
    return told


@pytest.mark.parametrize("record", ["sales_data_sample.csv", "sales_data_sample__two_date_styles.csv"], indirect=True)
def test_the_sales_file(record: dict[str, Any]):
    read = record["input"]
    assert (read["lines"], read["orders"], read["customers"]) == (2_823, 307, 92)
    assert (read["first_on"], read["last_on"]) == ("2003-01-06", "2005-05-31")
    assert read["amount_total"] == 10_032_628.85
    assert read["mapping"]["customer_id"] == "CUSTOMERNAME"
    assert record["as_of"] == "2005-06-01"
    assert record["ledger"]["lines"] == {"read": 2_823, "kept": 2_763, "set_aside": {"cancelled": 60}}
    assert len(record["segments"]) >= 3
    assert {one["trust"] for one in record["segments"]} == {"stable"}
    assert min(one["units"] for one in record["segments"]) >= 5


@pytest.mark.parametrize("record", ["sales_data_sample.csv"], indirect=True)
def test_no_customer_name_of_the_sales_file_is_shown(record: dict[str, Any]):
    folder = Path(record["folder"])
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name.split(".")[0] != "segments"):
        content = path.read_bytes()
        for name in (b"Euro Shopping Channel", b"Mini Gifts Distributors", b"La Rochelle Gifts"):
            assert name not in content, path.name


@pytest.mark.parametrize("record", ["CDNOW_master.txt"], indirect=True)
def test_cdnow(record: dict[str, Any]):
    read = record["input"]
    assert (read["lines"], read["customers"]) == (69_659, 23_570)
    assert (read["first_on"], read["last_on"]) == ("1997-01-01", "1998-06-30")
    assert read["amount_total"] == 2_500_315.63
    assert len(record["segments"]) >= 3
    lines = record["ledger"]["lines"]
    assert lines["kept"] + sum(lines["set_aside"].values()) == 69_659


def test_a_table_of_customers_is_refused_with_help(marketfold: Command, shared_data: Path, tmp_path: Path):
    ended = marketfold("run", shared_data / "wholesale_customers.csv")
    assert ended.code == 2
    assert "customers" in ended.err
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []
