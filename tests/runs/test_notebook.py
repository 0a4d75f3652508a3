"""From a run folder to the notebook beside it, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.decisions import kinds
from marketfold.demo import make_shop
from marketfold.errors import ModelError, ParameterError, RunFolderError
from marketfold.pipeline import segment_market
from marketfold.runs import write_notebook, write_run
from marketfold.runs.notebook_facts import PLAIN

LITTLE = RunConfig(
    quick=True,
    features=FeatureOptions(feature_set="value"),
    reduction=ReductionOptions(method="none"),
    clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
)


def run_of(source: Path, folder: Path, config: RunConfig = LITTLE) -> Path:
    return write_run(segment_market(str(source), config), folder).folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an order file and its run."""
    home = tmp_path_factory.mktemp("shop")
    write_csv(make_shop(800).lines, home / "orders.csv")
    run_of(home / "orders.csv", home / "run")
    return home


def test_notebook_and_script_stand_beside_the_run(shop: Path, tmp_path: Path):
    home = shutil.copytree(shop, tmp_path / "shop")
    written = write_notebook(home / "run", orders=home / "orders.csv", check=False)
    assert written.files == (home / "run-notebook.ipynb", home / "run-notebook.py")
    assert (written.checked, written.why_saved) == (False, ())
    script = written.files[1].read_text(encoding="utf-8")
    compile(script, "notebook", "exec")
    assert f'FILE = Path("{home}/orders.csv")' in script
    with pytest.raises(RunFolderError, match="exists already"):
        write_notebook(home / "run", check=False)


def test_what_cannot_be_a_notebook_of_the_run_is_refused(shop: Path, tmp_path: Path):
    out = tmp_path / "a.ipynb"
    with pytest.raises(RunFolderError, match="is not a run folder"):
        write_notebook(shop, out)
    with pytest.raises(ParameterError, match=r"ends in \.ipynb"):
        write_notebook(shop / "run", tmp_path / "a.txt")
    with pytest.raises(RunFolderError, match="is no folder"):
        write_notebook(shop / "run", tmp_path / "nowhere" / "a.ipynb")
    with pytest.raises(RunFolderError, match="is not there"):
        write_notebook(shop / "run", out, orders=tmp_path / "gone.csv")
    other = tmp_path / "orders.csv"
    other.write_text((shop / "orders.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"is not the file that .* was made from"):
        write_notebook(shop / "run", out, orders=other)
    shutil.copytree(shop / "run", tmp_path / "own")
    shutil.rmtree(tmp_path / "own" / "model")
    with pytest.raises(ModelError, match="keeps no model"):
        write_notebook(tmp_path / "own", out)
    assert not out.exists()


def test_lines_that_pandas_does_not_read_alike_are_saved_without_names(examples: Path, tmp_path: Path):
    """Two files read as one table, whose customers are known by name."""
    for half in ("one", "two"):
        shutil.copy(examples / "sales.csv", tmp_path / f"{half}.csv")
    text = (tmp_path / "two.csv").read_bytes()
    (tmp_path / "two.csv").write_bytes(text.replace(b",Shipped,", b",In Process,"))
    folder = run_of(tmp_path / "*.csv", tmp_path / "run")
    written = write_notebook(folder, tmp_path / "a.ipynb", check=False)
    assert any("several files" in reason for reason in written.why_saved)
    saved = parquet.read_table(tmp_path / "a_lines.parquet")
    assert all(text.isdigit() for name in ("customer_id", "order_id") for text in saved[name].to_pylist())
    script = (tmp_path / "a.py").read_text(encoding="utf-8")
    assert "FILE" not in script
    assert f'LINES = Path("{tmp_path}/a_lines.parquet")' in script


def test_what_came_back_is_a_table_of_rows_and_money(tmp_path: Path):
    lines = make_shop(800).lines
    first = lines.slice(0, 1)
    back = first.set_column(first.column_names.index("quantity"), "quantity", pa.array([-first["quantity"][0].as_py()]))
    back = back.set_column(back.column_names.index("amount"), "amount", pa.array([-first["amount"][0].as_py()]))
    write_csv(pa.concat_tables([lines, back]), tmp_path / "orders.csv")
    folder = run_of(tmp_path / "orders.csv", tmp_path / "run")
    written = write_notebook(folder, tmp_path / "a.ipynb", check=False)
    assert written.why_saved == ()
    saved = parquet.read_table(tmp_path / "a_came_back.parquet")
    assert saved.column_names == ["source_line", "back", "items_back", "returned_on"]
    assert saved.num_rows == 1


def test_every_decision_that_is_followed_is_one():
    assert kinds().keys() > PLAIN


def test_a_source_of_which_nothing_is_known_is_refused(tmp_path: Path):
    folder = write_run(segment_market(make_shop(800).lines, LITTLE), tmp_path / "run").folder
    with pytest.raises(RunFolderError, match=r"is not there|was not made from a file"):
        write_notebook(folder, tmp_path / "a.ipynb", check=False)


@pytest.mark.usefixtures("short_training")
def test_a_notebook_that_misses_the_numbers_is_not_written(shop: Path, tmp_path: Path):
    """Its last cells are run: a run whose segments were changed by hand is not reached."""
    home = shutil.copytree(shop, tmp_path / "shop")
    path = home / "run" / "segments.parquet"
    table = parquet.read_table(path)
    place = table.column_names.index("segment")
    numbers = table["segment"].to_pylist()
    parquet.write_table(table.set_column(place, table.schema.field(place), pa.array(numbers[::-1], pa.int32())), path)
    with pytest.raises(RunFolderError, match=r"does not come to the numbers .* the segments are not the run's"):
        write_notebook(home / "run", home / "a.ipynb", orders=home / "orders.csv")
    assert not (home / "a.ipynb").exists()
