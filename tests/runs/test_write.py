from __future__ import annotations

import csv as text_files
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from marketfold import arrays
from marketfold.errors import ParameterError, RunFolderError
from marketfold.features import Outlook, build_features, check_own, expected_columns, outlook_of, rfm_by
from marketfold.runs import score_orders
from marketfold.runs.read import FILLED
from marketfold.runs.table_files import write_table
from marketfold.runs.write import feature_parts, profiles_table, write_tables
from marketfold.selection import Fits, Recipe
from marketfold.unit_tables import segments_table

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.cleaning import CleanOrders

TABLE = pa.table({"name": ["tea", "=1+1"], "n": [1, 2]})


def test_every_unit_has_one_row_with_its_segment_revenue_and_arm(analysis: Analysis) -> None:
    table, made = segments_table(analysis), analysis.segmentation
    assert table["customer_id"].to_pylist() == made.ids.tolist()
    assert table["segment"].to_pylist() == [made.numbers[label] for label in made.labels]
    assert table["segment_name"].to_pylist() == [made.names[label] for label in made.labels]
    assert table["revenue_total"].to_pylist() == made.table.revenue.tolist()
    arms = analysis.plan.assignments
    assert isinstance(arms, pa.Table)
    assert arms is not None
    arm_of = dict(zip(arms["customer_id"].to_pylist(), arms["arm"].to_pylist(), strict=True))
    assert table["arm"].to_pylist() == [arm_of.get(one) for one in made.ids.tolist()]


def test_no_feature_of_ones_own_is_called_as_a_column_of_the_run_is(made_run: Path) -> None:
    with (made_run / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        columns = {*next(text_files.reader(file)), *parquet.read_schema(made_run / "segments.parquet").names}
    assert columns > {"why_here", "next_product", "fits_none", "rfm_money", "overdue_ratio"}
    with pytest.raises(ParameterError) as refused:
        check_own(dict.fromkeys(columns, "nw.len()"), [], "customer")
    assert all(f"{name} is the name of a column" in str(refused.value) for name in columns)


def test_rfm_and_what_is_expected_stand_beside_the_segments(analysis: Analysis) -> None:
    table, made = segments_table(analysis), analysis.segmentation.table
    rfm = rfm_by(made, {})
    assert rfm is not None
    assert table["rfm_recency"].to_pylist() == rfm.recency.tolist()
    assert table["rfm_segment"].to_pylist() == [rfm.names[place] for place in rfm.segments]
    assert not isinstance(outlook_of(made), Outlook)
    assert table["expected_value_365d"].null_count == table["alive_chance"].null_count == len(made)
    late = expected_columns(made)["overdue_ratio"]
    assert table["overdue_ratio"].null_count == np.isnan(late).sum() < len(made)


def test_scoring_gives_what_the_fitted_models_expect(
    clean_purchases: CleanOrders, examples: Path, tmp_path: Path
) -> None:
    table = build_features(clean_purchases)
    made = Fits(table).segment(Recipe("expected", "none", n_segments=3))
    made.model().save(tmp_path / "model")
    scored = score_orders(tmp_path / "model", examples / "purchases.txt")
    assert scored["customer_id"].to_pylist() == made.ids.tolist()
    assert scored["segment"].to_pylist() == [made.numbers[label] for label in made.labels]
    assert scored["expected_value_365d"].to_pylist() == expected_columns(table)["expected_value_365d"].round(4).tolist()


def test_features_stand_row_for_row_without_ids(analysis: Analysis) -> None:
    made = analysis.segmentation.table
    table = pa.concat_tables(feature_parts(analysis.segmentation))
    names = [name for name in table.column_names if not name.startswith(FILLED)]
    assert tuple(names) == made.names
    assert table["order_count"].to_pylist() == made.column("order_count").tolist()
    assert table["gap_mean_days"].null_count == int((~made.measured("gap_mean_days")).sum()) > 0
    for name in names:  # null is what was not measured, and what the matrix took stands beside it
        whole = table[f"{FILLED}{name}" if f"{FILLED}{name}" in table.column_names else name]
        assert whole.to_pylist() == made.column(name).tolist()


def test_everybody_stands_before_the_segments(analysis: Analysis) -> None:
    everybody, *rows = profiles_table(analysis).to_pylist()
    assert (everybody["segment"], everybody["name"], everybody["unit_share"]) == (None, "everybody", 1.0)
    assert everybody["units"] == sum(row["units"] for row in rows) == len(analysis.segmentation)
    assert everybody["revenue_share"] == pytest.approx(sum(row["revenue_share"] for row in rows))
    assert [row["segment"] for row in rows] == [profile.number for profile in analysis.segments.profiles]
    assert everybody["revenue_total"] == pytest.approx(sum(row["revenue_total"] for row in rows))
    assert rows[0]["revenue_total"] == analysis.segments.profiles[0].revenue_total
    assert rows[0]["revenue_total_median"] == analysis.segments.profiles[0].medians["revenue_total"]
    assert rows[0]["recency_days"] == analysis.segments.profiles[0].medians["recency_days"]


def test_the_ending_says_what_is_written(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet").equals(TABLE)
    write_table(TABLE, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row["name"] for row in text_files.DictReader(file)]
    assert cells[0] == "tea"
    assert not cells[1].startswith("=")  # a spreadsheet would calculate it
    with pytest.raises(ParameterError, match=r"ends neither in \.csv nor in \.parquet"):
        write_table(TABLE, tmp_path / "a.xls")
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "a.parquet"}


def test_a_table_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.mkdir()
    (target / "in the way").write_text("")
    with pytest.raises(RunFolderError, match="Name another file with --out"):
        write_table(TABLE, target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_files_in_parts_hold_what_whole_ones_do(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    write_tables(analysis, whole)
    monkeypatch.setattr(arrays, "CHUNK_ROWS", 20)
    parts.mkdir()
    write_tables(analysis, parts)
    assert parquet.ParquetFile(parts / "features.parquet").num_row_groups > 2
    for name, read in (
        ("segments.parquet", parquet.read_table),
        ("segments.csv", csv.read_csv),
        ("features.parquet", parquet.read_table),
        ("customers.csv", csv.read_csv),
    ):
        one, other = (read(folder / name) for folder in (whole, parts))
        assert one.schema.equals(other.schema, check_metadata=True)
        exact = [column for column in one.column_names if column not in {"distance", "confidence"}]
        assert one.select(exact).equals(other.select(exact))  # of other numbers of rows the last digit may differ


def test_what_is_not_measured_in_a_later_part_alone_has_its_column_in_all(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = analysis.segmentation.table
    assert table.history is not None
    once = table.history.repeats < 2  # those with fewer days of orders come last
    sorted_table = table.take(np.argsort(once, kind="stable"))
    monkeypatch.setattr(arrays, "CHUNK_ROWS", 20)
    first, *_, last = feature_parts(replace(analysis.segmentation, table=sorted_table))
    assert first.schema == last.schema
    filled = [name for name in first.column_names if name.startswith(FILLED)]
    of_orders = [name.removeprefix(FILLED) for name in filled if "gap" in name]
    assert of_orders
    assert not sum(first[name].null_count for name in of_orders[:1])
    assert last[of_orders[0]].null_count
