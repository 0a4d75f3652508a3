"""Features that somebody defines, from a notebook to a folder, and from the folder to another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.library.conftest import FEW

import marketfold as mf
from marketfold.demo import Shop
from marketfold.errors import ConfigError, ParameterError
from marketfold.library import SavedSegments

WEEKEND = nw.col("amount").filter(nw.col("ordered_on").dt.weekday() > 5).sum() / nw.col("amount").sum()
OWN: dict[str, Any] = {
    "weekend_share": WEEKEND.alias("share of revenue at weekends"),
    "largest_line_total": nw.col("amount").max(),
}
ELSEWHERE = """
import json, sys
import marketfold as mf
from marketfold.features import build_features
run, orders = sys.argv[1:]
found, model = mf.load(run), mf.SegmentModel.load(run)
table = build_features(mf.clean(mf.read(orders)), names=model.names, settings=model.settings)
scored = found.score(orders, progress=False).to_pandas()
print(json.dumps({"ids": table.ids.tolist(), "names": table.names, "values": table.values.tolist(),
                  "segments": dict(zip(scored["customer_id"], scored["segment"].tolist()))}))
"""


@pytest.fixture(scope="module")
def orders(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "orders.parquet"
    pq.write_table(shop.lines, path)
    return path


@pytest.fixture(scope="module")
def made(orders: Path, tmp_path_factory: pytest.TempPathFactory) -> SavedSegments:
    found = mf.segment(orders, segments=4, own_features=OWN, feature_set="value", progress=False, **FEW)
    return found.save(tmp_path_factory.mktemp("own_run") / "spring", progress=False)


def test_they_shape_the_segments_and_stand_in_profiles_and_report(made: SavedSegments):
    assert set(OWN) <= set(made.model.names)
    assert {"weekend_share", "largest_line_total"} <= set(made.profiles.to_pandas().columns)
    assert "share of revenue at weekends" in (made.folder / "report.html").read_text("utf-8")
    kept = json.loads((made.folder / "model" / "model.json").read_text("utf-8"))["measured_by"]["own"]
    assert json.loads(kept) == made.config.features.own_features


def test_another_process_measures_and_scores_them_alike(made: SavedSegments, orders: Path):
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE, str(made.folder), str(orders)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(said.stdout)
    here = made.features
    assert told["ids"] == here.ids.tolist()
    for name in OWN:
        there = np.array(told["values"])[:, told["names"].index(name)]
        assert there == pytest.approx(here.column(name), rel=1e-9, abs=1e-9)
    rows = made.to_pandas()
    assert told["segments"] == dict(zip(rows["customer_id"], rows["segment"].tolist(), strict=True))


def test_another_formula_under_the_same_name_is_not_compared(made: SavedSegments, orders: Path):
    other = OWN | {"weekend_share": (nw.col("ordered_on").dt.weekday() > 5).mean()}
    later = mf.segment(orders, segments=4, own_features=other, feature_set="value", progress=False, **FEW)
    with pytest.raises(ParameterError, match="weekend_share is measured by another formula in each"):
        later.compare(made, progress=False)
    assert later.compare(later, progress=False).movement.stayed_share == 1


def test_what_cannot_be_kept_is_refused_before_anything_is_read():
    with pytest.raises(ConfigError, match=r"weekend_share: .*cannot be written down.*give a formula such as"):
        mf.segment("nowhere.csv", own_features={"weekend_share": nw.col("amount").map_batches(lambda one: one).sum()})


def test_a_refusal_ends_with_a_formula_whatever_its_reason():
    with pytest.raises(ConfigError, match=r"is in no feature\): give a formula such as \(nw"):
        mf.segment("nowhere.csv", own_features={"mails": nw.col("email").n_unique()})


def test_a_table_of_customers_has_no_order_lines():
    table = {"customer": list(range(60)), "income": list(range(60)), "visits": [one % 7 for one in range(60)]}
    with pytest.raises(ParameterError, match="--own-feature lines_x: a formula is of order lines"):
        mf.segment(table, own_features={"lines_x": nw.len()}, progress=False, **FEW)


def test_a_settings_file_has_them_as_text(tmp_path: Path, shop: Shop):
    path = tmp_path / "own.toml"
    path.write_text("[features.own_features]\nlarge_count = \"(nw.col('quantity') > 2).sum()\"\n", encoding="utf-8")
    assert mf.features(mf.clean(mf.read(shop.lines)), str(path)).names[-1] == "large_count"
