from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from marketfold.errors import ParameterError, RunFolderError
from marketfold.runs import RowsAsked, Run, RunRows
from marketfold.segments import Bound


@pytest.fixture
def rows(made_run: Path) -> RunRows:
    return RunRows(Run.read(made_run))


def _all(rows: RunRows, asked: RowsAsked, size: int = 700) -> list[dict[str, Any]]:
    first = rows.page(asked, size)
    found = [rows.page(RowsAsked(**{**vars(asked), "page": page + 1}), size) for page in range(first.pages)]
    listed = [row for one in found for row in one.rows]
    assert len(listed) == first.count
    return listed


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "column", ["customer_id", "segment", "revenue_total", "usual_gap_days", "arm", "last_order_on"]
)
def test_pages_put_together_are_the_table_in_the_order_that_is_asked_for(rows: RunRows, column: str, descending: bool):
    table = rows.run.segments.to_pylist()
    known = [place for place, row in enumerate(table) if row[column] is not None]
    wanted = sorted(known, key=lambda place: place)
    wanted.sort(key=lambda place: table[place][column], reverse=descending)
    wanted += [place for place, row in enumerate(table) if row[column] is None]
    found = _all(rows, RowsAsked(sort=column, descending=descending))
    assert [row["row"] for row in found] == wanted
    assert [row[column] for row in found] == [table[place][column] for place in wanted]


def test_filters_and_search_hold_together(rows: RunRows):
    table = rows.run.segments
    asked = RowsAsked(sort="revenue_total", segment=2, arm="treated", search="C1")
    wanted = table.filter(
        pc.and_(
            pc.and_(pc.equal(table["segment"], 2), pc.equal(table["arm"], "treated")),
            pc.match_substring(table["customer_id"], "c1", ignore_case=True),
        )
    )
    assert sorted(row["customer_id"] for row in _all(rows, asked, 10)) == sorted(wanted["customer_id"].to_pylist())


@pytest.mark.parametrize("search", ["' or 1=1 --", '"', "%", "_", "\\", "'; drop table x", "*"])
def test_what_is_typed_is_a_value_and_no_part_of_the_query(rows: RunRows, search: str):
    assert rows.page(RowsAsked(search=search, arm=search, trust=search)).count == 0
    with pytest.raises(ParameterError, match="There is no column"):
        rows.page(RowsAsked(sort=search))
    with pytest.raises(ParameterError, match="There is no feature"):
        rows.meeting([Bound(search, above=True, threshold=0.0)])


def test_only_columns_for_people_are_shown_and_none_that_is_empty(rows: RunRows):
    assert rows.columns[0] == "customer_id"
    assert not {"distance", "rfm_money", "why_here"} & set(rows.columns)
    empty = {name for name in rows.run.segments.column_names if rows.run.segments[name].null_count == rows.n_units}
    assert not empty & set(rows.columns)


def test_a_page_beyond_the_last_is_the_last(rows: RunRows):
    last = rows.page(RowsAsked(page=10**9))
    assert last.page == last.pages == -(-rows.n_units // 50)
    assert len(last.rows) == rows.n_units - 50 * (last.pages - 1)


def test_a_rule_finds_whom_the_features_name(rows: RunRows):
    features, segments = rows.run.features, rows.run.segments
    conditions = [Bound("recency_days", above=False, threshold=60.0), Bound("order_count", above=True, threshold=1.0)]
    met = pc.and_(pc.less_equal(features["recency_days"], 60.0), pc.greater(features["order_count"], 1.0))
    wanted = segments.filter(pc.fill_null(met, False))
    found = rows.meeting(conditions)
    assert sum(one.units for one in found) == len(wanted) > 0
    assert sum(one.money for one in found) == pytest.approx(pc.sum(wanted["revenue_total"]).as_py())
    assert {one.segment: one.units for one in found if one.units} == {
        one["segment"]: one["segment_count"]
        for one in wanted.group_by("segment").aggregate([("segment", "count")]).to_pylist()
    }
    assert sorted(rows.ids_meeting(conditions)["customer_id"].to_pylist()) == sorted(wanted["customer_id"].to_pylist())
    assert sum(one.units for one in rows.meeting([])) == rows.n_units


def test_who_is_not_measured_meets_no_condition(rows: RunRows):
    column = rows.run.features["gap_mean_days"]
    least, most = pc.min_max(column).as_py().values()
    sides = [Bound("gap_mean_days", above, bound) for above, bound in ((True, least - 1), (False, most))]
    assert column.null_count > 0
    assert [sum(one.units for one in rows.meeting([side])) for side in sides] == [len(column) - column.null_count] * 2


def test_the_steps_of_a_slider_go_from_the_least_to_the_most(rows: RunRows):
    steps = rows.steps("revenue_total")
    assert len(steps) == 101
    assert list(steps) == sorted(steps)
    assert (steps[0], steps[-1]) == tuple(pc.min_max(rows.run.features["revenue_total"]).as_py().values())


def test_one_row_is_the_row_of_both_tables(rows: RunRows):
    number = rows.n_units // 2
    row, features = rows.row(number), rows.run.features.slice(number, 1).to_pylist()[0]
    assert row["customer_id"] == rows.run.segments["customer_id"][number].as_py()
    assert rows.values(number) == {name: value for name, value in features.items() if not name.startswith("filled:")}
    with pytest.raises(ParameterError, match="There is no row"):
        rows.row(rows.n_units)


def test_names_of_columns_are_names_whatever_is_in_them(own_run: Path):
    path, hostile = own_run / "features.parquet", 'x" > 0 or 1=1; drop table "y'
    table = parquet.read_table(path)
    parquet.write_table(table.rename_columns([hostile, *table.column_names[1:]]), path)
    rows = RunRows(Run.read(own_run))
    assert rows.features[0] == hostile
    assert sum(one.units for one in rows.meeting([Bound(hostile, above=True, threshold=1e12)])) == 0


def test_a_damaged_table_is_said_to_be(own_run: Path):
    path = own_run / "segments.parquet"
    content = path.read_bytes()
    rows = RunRows(Run.read(own_run))
    path.write_bytes(content[:4] + b"\xff" * (len(content) // 2) + content[4 + len(content) // 2 :])
    with pytest.raises(RunFolderError, match="damaged"):
        rows.page(RowsAsked(search="C1", sort="revenue_total"))
    parquet.write_table(pa.table({"segment": [1]}), path)
    with pytest.raises(RunFolderError, match="rows"):
        RunRows(Run.read(own_run))
