from __future__ import annotations

from pathlib import Path

import pytest

from marketfold.json_files import read_json, write_json
from marketfold.orders import fingerprint
from marketfold.runs import Run
from marketfold.runs.sources import where_it_was


@pytest.mark.parametrize(
    ("given", "is_found"), [("orders.csv", True), ("*.csv", True), ("**/*.csv", False), (".", False)]
)
def test_an_order_file_is_looked_for_above_the_run_where_its_path_names_one(
    own_run: Path, given: str, is_found: bool, monkeypatch: pytest.MonkeyPatch
):
    shop, elsewhere = own_run.parent, own_run.parent / "elsewhere"
    (shop / "orders.csv").write_text("order_id\n1\n")
    elsewhere.mkdir()
    record = read_json(own_run / "run.json")
    record["input"] |= {"path": given, "sha256": fingerprint(shop / "orders.csv")}
    write_json(record, own_run / "run.json")
    monkeypatch.chdir(elsewhere)
    assert where_it_was(Run.read(own_run)) == (str(shop / given) if is_found else given)
