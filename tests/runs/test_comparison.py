from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from tests.segments.runs import earlier_run, later_run

from marketfold.errors import ParameterError, RunFolderError
from marketfold.json_files import read_json, write_json
from marketfold.runs import Run, compare_run_folders, rename_segment
from marketfold.runs.comparison import people_table
from marketfold.segments import compare_runs


@pytest.fixture
def later(made: Path, tmp_path: Path) -> Path:
    """The same run a month later, in which the first ten customers are in another segment."""
    folder = shutil.copytree(made, tmp_path / "later")
    table = parquet.read_table(folder / "segments.parquet")
    numbers = table["segment"].to_numpy().copy()
    numbers[:10] = np.where(numbers[:10] == 1, 2, 1)
    column = table.schema.get_field_index("segment")
    kind = table.schema.field("segment").type
    parquet.write_table(table.set_column(column, "segment", pa.array(numbers, kind)), folder / "segments.parquet")
    record = read_json(folder / "run.json")
    year, month, day = record["as_of"].split("-")
    write_json(record | {"as_of": f"{int(year) + 1}-{month}-{day}"}, folder / "run.json")
    return folder


def test_a_run_beside_itself_has_not_moved(made: Path, tmp_path: Path):
    movement = compare_run_folders(made, made, tmp_path / "comparison.html")
    assert (movement.stayed_share, int(movement.new.sum())) == (1.0, 0)
    assert "Nobody changed segment" in (tmp_path / "comparison.html").read_text("utf-8")
    assert csv.read_csv(tmp_path / "moved.csv").num_rows == 0


def test_who_moved_stands_by_id_beside_the_page_and_not_on_it(made: Path, later: Path, tmp_path: Path):
    movement = compare_run_folders(made, later, tmp_path / "comparison.html")
    assert movement.basis == "between"
    people = csv.read_csv(tmp_path / "moved.csv")
    assert people.column_names == [
        "customer_id", "event", "segment_before", "segment_before_name", "segment_after", "segment_after_name",
        "revenue_between", "last_order_on",
    ]  # fmt: skip
    ids = Run.read(made).segments["customer_id"].to_pylist()
    assert sorted(people["customer_id"].to_pylist()) == sorted(ids[:10])
    page = (tmp_path / "comparison.html").read_text("utf-8")
    assert not any(one in page for one in ids)
    for name in ("moved.csv", "moved.xlsx"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "moved.xlsx") as book:
        sheets = b"".join(book.read(name) for name in book.namelist())
    assert all(one.encode() in sheets for one in ids[:10])
    assert not list(tmp_path.glob(".*"))


def test_nothing_is_left_where_the_page_cannot_be_written(made: Path, tmp_path: Path):
    (tmp_path / "comparison.html").mkdir()
    with pytest.raises(RunFolderError, match="is a folder"):
        compare_run_folders(made, made, tmp_path / "comparison.html")
    assert [path.name for path in tmp_path.iterdir()] == ["comparison.html"]


def test_the_page_is_not_called_as_the_file_of_people(made: Path, tmp_path: Path):
    with pytest.raises(ParameterError, match="Name another page with --out"):
        compare_run_folders(made, made, tmp_path / "moved.csv")


def test_those_who_say_most_stand_first():
    people = people_table(compare_runs(earlier_run(), later_run()))
    assert people["event"].to_pylist() == ["came back"] * 3 + ["went quiet"] * 2 + ["new", "gone"]
    assert people["revenue_between"].to_pylist() == [70.0, 70.0, 70.0, 0.0, 0.0, 40.0, None]
    assert people["segment_before"].to_pylist()[-2:] == [None, 1]
    assert str(people["last_order_on"][0]) == "2026-03-25"


def test_a_name_stands_on_the_page_as_text(made: Path, tmp_path: Path):
    later = shutil.copytree(made, tmp_path / "later")
    rename_segment(later, 1, "Renamed & <moved>")
    movement = compare_run_folders(made, later, tmp_path / "comparison.html")
    assert movement.later_names[0] == "Renamed & <moved>"
    assert movement.drift
    assert "Renamed &amp; &lt;moved&gt;" in (tmp_path / "comparison.html").read_text("utf-8")


def test_features_are_called_as_the_run_called_them_all(made: Path, tmp_path: Path):
    """Those that shaped no segment too, and without a model."""
    own = shutil.copytree(made, tmp_path / "own")
    shutil.rmtree(own / "model")
    labels = {one.name: one.label for one in Run.read(own).described_features}
    assert labels["tenure_days"] == "days since the first order"
    compare_run_folders(own, own, tmp_path / "comparison.html")
    page = (tmp_path / "comparison.html").read_text("utf-8")
    assert "days since the first order" in page
    assert not any(name in page for name in labels if "_" in name)


def test_runs_without_a_model_are_compared_by_who_moved(made: Path, tmp_path: Path):
    """A run with a reducer or a clusterer of one's own keeps no model."""
    own = shutil.copytree(made, tmp_path / "own")
    shutil.rmtree(own / "model")
    both = compare_run_folders(made, made, tmp_path / "both.html")
    for earlier, later in ((own, own), (made, own), (own, made)):
        movement = compare_run_folders(earlier, later, tmp_path / "comparison.html")
        assert movement.moves.tolist() == both.moves.tolist()
        assert movement.drift == both.drift
        assert (movement.fit is None) == (earlier == own)
        page = (tmp_path / "comparison.html").read_text("utf-8")
        assert 'id="moves"' in page
        assert 'id="drift"' in page
