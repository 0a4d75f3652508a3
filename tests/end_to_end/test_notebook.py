"""In a real Jupyter kernel without ipywidgets, as a data scientist's is."""

from __future__ import annotations

import importlib.util
import os
import re
import warnings
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ORDERS = "order_id,customer_id,ordered_on,amount\n" + "".join(
    f"{i},C{i % 7},2024-{i % 12 + 1:02}-{i % 28 + 1:02},{i % 9 + 1}.50\n" for i in range(60)
)
CELLS = {
    "read": (
        "import marketfold as mf, pandas as pd, pyarrow as pa, pyarrow.csv as csv\n"
        "clean = mf.clean(mf.read('orders.csv'))\n"
        "mf.features(clean)"
    ),
    "pandas": "mf.read(pd.read_csv('orders.csv'))",
    "arrow": "mf.read(csv.read_csv('orders.csv'))",
    "progress": "found = mf.segment('orders.csv', segments=2, quick=True, k_max=3, bootstraps=2)",
    "segments": (
        "found = mf.segment(pd.read_csv('orders.csv'), segments=2, quick=True, k_max=3, bootstraps=2, progress=False)\n"
        "found"
    ),
    "score": "found.score(pd.read_csv('orders.csv'), progress=False)",
    "figures": "found.figures",
    "elbow": "found.figures.elbow()",
    "compare": "found.save('run', progress=False)\nmf.load('run').compare(found, progress=False)",
    "names": "dir(found.figures)[:2]",
}


def test_this_kernel_lacks_ipywidgets():
    assert importlib.util.find_spec("ipywidgets") is None  # else the tests below would show nothing


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What each cell leaves below itself, in a kernel of its own that stands where the orders are."""
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS.values()])
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("default")  # those of the client, not ours
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}


def html_of(outputs: list[Any]) -> str:
    html: str = outputs[-1]["data"].get("text/html", "")
    return html


def test_orders_are_read_and_shown(shown: dict[str, list[Any]]):
    assert all("<table>" in html_of(shown[name]) for name in ("read", "pandas", "arrow"))
    assert "7 customers" in html_of(shown["read"])


def test_progress_is_one_line_by_itself_that_says_the_total_at_the_end(shown: dict[str, list[Any]]):
    (line,) = shown["progress"]
    assert re.fullmatch(r"Done( in .+ s)?\.", line["data"]["text/plain"])


def test_segments_are_shown_scored_and_drawn_in_cells(shown: dict[str, list[Any]]):
    assert "7 customers of pandas frame in 2 segments" in html_of(shown["segments"])
    assert "segment_name" in html_of(shown["score"])
    assert "figures.elbow()" in html_of(shown["figures"])
    assert "application/vnd.plotly.v1+json" in shown["elbow"][-1]["data"]
    assert "<table>" in html_of(shown["compare"])
    assert shown["names"][-1]["data"]["text/plain"].startswith("[")
