"""Sources of every kind: the notebook's own cells are run, but for those that train networks; they assert themselves.

What trains is run in a kernel, by `end_to_end/test_lesson_notebook.py`.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.notebook.cells import run_but_training

from marketfold.config import ClusteringOptions, FeatureOptions, ReadingOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.runs import WrittenNotebook, write_notebook, write_run

if TYPE_CHECKING:
    from marketfold.schema import Unit

LITTLE = RunConfig(
    quick=True,
    reduction=ReductionOptions(method="none"),
    features=FeatureOptions(feature_set="value"),
    clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
)


def reached(source: object, folder: Path, monkeypatch: pytest.MonkeyPatch, **more: Any) -> WrittenNotebook:
    """Make a run and its notebook, and run its cells; each asserts what it must come to."""
    run = write_run(segment_market(str(source), LITTLE.model_copy(update=more)), folder / "run").folder
    written = write_notebook(run, folder / "a.ipynb", check=False)
    for name, value in (("KERAS_BACKEND", "tensorflow"), ("TF_CPP_MIN_LOG_LEVEL", "2")):
        monkeypatch.setenv(name, value)  # the cells set them too, and not for other tests
    told = run_but_training(written.files[1].read_text(encoding="utf-8"))
    assert told["agreement"](told["labels"]) == 1.0
    return written


def with_returns(path: Path) -> Path:
    """Orders of which three lines came back."""
    lines = make_shop(800).lines
    back = []
    for place in (0, 5, 90):
        line = lines.slice(place, 1)
        for name in ("quantity", "amount"):
            minus = pa.array([-line[name][0].as_py()], line[name].type)
            line = line.set_column(line.column_names.index(name), name, minus)
        back.append(line)
    write_csv(pa.concat_tables([lines, *back]), path)
    return path


def test_a_european_file_with_mapped_columns_below_a_title(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = ["Umsatz der Filiale", "", "Beleg;KDNR;Tag;Summe"]
    rows += [f"{n};K{n % 40};{n % 28 + 1:02}.{n % 12 + 1:02}.2024;1.0{n % 90 + 10},{n % 90 + 10} €" for n in range(600)]
    (tmp_path / "umsatz.csv").write_text("\n".join(rows), encoding="utf-8")
    mapping = {"order_id": "Beleg", "customer_id": "KDNR", "ordered_on": "Tag", "amount": "Summe"}
    written = reached(tmp_path / "umsatz.csv", tmp_path, monkeypatch, reading=ReadingOptions(mapping=mapping))
    assert written.why_saved == ()


def test_returns_and_segments_that_were_made_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    merged = ClusteringOptions(segments=4, merge=("1+3",), k_max=4, bootstraps=2)
    written = reached(with_returns(tmp_path / "orders.csv"), tmp_path, monkeypatch, clustering=merged)
    assert [path.name for path in written.files] == ["a.ipynb", "a.py", "a_came_back.parquet"]


def test_an_earlier_day_with_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lines = make_shop(800).lines
    middle = sorted(lines["ordered_on"].to_pylist())[500][:10]
    options = FeatureOptions(feature_set="value", as_of=middle)
    assert reached(with_returns(tmp_path / "orders.csv"), tmp_path, monkeypatch, features=options).why_saved == ()


def test_a_packed_file_begins_with_saved_lines(examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "sales.csv.gz").write_bytes(gzip.compress((examples / "sales.csv").read_bytes()))
    written = reached(tmp_path / "sales.csv.gz", tmp_path, monkeypatch, features=FeatureOptions(feature_set="all"))
    assert any("packed" in reason for reason in written.why_saved)


@pytest.mark.parametrize("unit", ["order", "order_line"])
def test_orders_and_order_lines_as_units(unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_csv(make_shop(800).lines, tmp_path / "orders.csv")
    options = FeatureOptions(unit=unit, feature_set="all")
    assert reached(tmp_path / "orders.csv", tmp_path, monkeypatch, features=options).why_saved == ()


def test_customers_with_one_order_each_and_no_order_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = ["customer_id,date,amount"]
    rows += [f"c{n},2024-{n % 12 + 1:02}-{n % 28 + 1:02},{n * n % 101 + 1}.5" for n in range(200)]
    (tmp_path / "once.csv").write_text("\n".join(rows), encoding="utf-8")
    assert reached(tmp_path / "once.csv", tmp_path, monkeypatch).why_saved == ()


@pytest.mark.parametrize("name", ["shoppers.csv", "households.csv", "members.csv"])
def test_tables_of_customers(examples: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written = reached(examples / name, tmp_path, monkeypatch, features=FeatureOptions(feature_set="all"))
    assert bool(written.why_saved) == (name != "shoppers.csv")  # the others have columns of days


@pytest.mark.parametrize(
    ("name", "mapping"), [("cdnow_sample.csv", {"customer_id": "sampleid"}), ("wholesale_customers.csv", {})]
)
def test_published_files(
    shared_data: Path,
    name: str,
    mapping: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """At settings of which a run finds the features by itself."""
    more = {"features": FeatureOptions(), "reduction": ReductionOptions(), "reading": ReadingOptions(mapping=mapping)}
    reached(shared_data / name, tmp_path, monkeypatch, **more)
    told = capsys.readouterr().out
    assert "k = 3, WCSS = " in told
    assert "adjusted Rand index with the run = 1.000" in told
