"""In a real Jupyter kernel without ipywidgets, as a data scientist's is."""

from __future__ import annotations

import importlib.util
import os
import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ORDERS = "order_id,customer_id,ordered_on,amount\n" + "".join(
    f"{i},C{i % 7},2024-{i % 12 + 1:02}-{i % 28 + 1:02},{i % 9 + 1}.50\n" for i in range(60)
)
CELLS = (
    "import marketfold as mf, pandas as pd, pyarrow as pa, pyarrow.csv as csv\n"
    "clean = mf.clean(mf.read('orders.csv'))\n"
    "mf.features(clean)",
    "mf.read(pd.read_csv('orders.csv'))",
    "mf.read(csv.read_csv('orders.csv'))",
)


def test_this_kernel_lacks_ipywidgets():
    assert importlib.util.find_spec("ipywidgets") is None  # else the test below would show nothing


@pytest.fixture
def kernel_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a kernel of its own runs, with orders."""
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    return tmp_path


def outputs_of(cells: Sequence[str], folder: Path) -> list[Any]:
    """What each cell leaves below itself."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.filterwarnings("default")  # those of the client, not ours
def test_orders_are_read_and_shown(kernel_folder: Path):
    shown = [outputs[-1]["data"].get("text/html", "") for outputs in outputs_of(CELLS, kernel_folder)]
    assert all("<table>" in html for html in shown)
    assert "7 customers" in shown[0]


@pytest.mark.filterwarnings("default")
def test_progress_is_one_line_by_itself_that_says_the_total_at_the_end(kernel_folder: Path):
    cell = "import marketfold as mf\nfound = mf.segment('orders.csv', segments=2, quick=True, k_max=3, bootstraps=2)"
    ((line,),) = outputs_of([cell], kernel_folder)
    assert re.fullmatch(r"Done( in .+ s)?\.", line["data"]["text/plain"])


@pytest.mark.filterwarnings("default")
def test_segments_are_shown_scored_and_drawn_in_cells(kernel_folder: Path):
    cells = (
        "import marketfold as mf, pandas as pd\n"
        "found = mf.segment(pd.read_csv('orders.csv'), segments=2, quick=True, k_max=3, bootstraps=2, progress=False)\n"
        "found",
        "found.score(pd.read_csv('orders.csv'), progress=False)",
        "found.figures",
        "found.figures.elbow()",
        "found.save('run', progress=False)\nmf.load('run').compare(found, progress=False)",
        "dir(found.figures)[:2]",
    )
    shown = [outputs[-1]["data"] for outputs in outputs_of(cells, kernel_folder)]
    assert "7 customers of pandas frame in 2 segments" in shown[0]["text/html"]
    assert "segment_name" in shown[1]["text/html"]
    assert "figures.elbow()" in shown[2]["text/html"]
    assert "application/vnd.plotly.v1+json" in shown[3]
    assert "<table>" in shown[4]["text/html"]
    assert shown[5]["text/plain"].startswith("[")
