"""`marketfold notebook`: what it writes runs in a real kernel, and its own asserts are the check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.end_to_end.conftest import Command

pytestmark = pytest.mark.usefixtures("short_training")


@pytest.fixture(autouse=True)
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that knows nothing of Marketfold, and in which threads do not wait for one another."""
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)


def played(path: Path) -> list[Any]:
    """Run every cell of a notebook, and give its cells with what each left below itself."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=1_200, resources={"metadata": {"path": str(path.parent)}}).execute()
    return list(notebook.cells)


def said(cells: list[Any]) -> str:
    """All plain text that the cells left."""
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(one.get("text", "") or one.get("data", {}).get("text/plain", "")) for one in outputs)


def notebook_of(marketfold: Command, source: object, *flags: str) -> Path:
    assert marketfold("run", source, "--quiet", "--out", "run", *flags).code == 0
    ended = marketfold("notebook", "run", "--no-check")
    assert ended.code == 0
    assert "begins with the lines" not in ended.out
    return Path("run-notebook.ipynb").absolute()


@pytest.mark.filterwarnings("default")  # those of the client, not ours
def test_a_published_file_is_done_again_in_a_kernel(marketfold: Command, shared_data: Path):
    few = ("--quick", "--reduction=pca", "--feature-set=all", "--k-max=4", "--bootstraps=2", "--segments=3")
    text = said(played(notebook_of(marketfold, shared_data / "sales_data_sample.csv", *few)))
    assert "k = 3, WCSS = " in text
    assert "adjusted Rand index with the run = 1.000" in text
    assert "2,823 lines, 37 columns; lines in each cluster: [1384, 1282, 157]" in text


@pytest.mark.filterwarnings("default")
def test_a_shop_whose_segments_lie_on_a_network_is_done_again_in_a_kernel(marketfold: Command, shop_file: Path):
    """With the weights of the run."""
    flags = ("--quick", "--reduction=autoencoder", "--feature-set=all", "--segments=3", "--k-max=4", "--bootstraps=2")
    cells = played(notebook_of(marketfold, shop_file, *flags))
    run = json.loads(Path("run/run.json").read_text(encoding="utf-8"))
    assert any("run's own **weights are loaded**" in cell.source for cell in cells)
    assert f"k = {run['choose_k']['k']}, WCSS = " in said(cells)
    assert "adjusted Rand index with the run = 1.000" in said(cells)
    figures = [
        output for cell in cells for output in cell.get("outputs", ()) if "application/vnd.plotly" in str(output)
    ]
    assert len(figures) > 10


def test_what_is_refused_is_said_in_words(marketfold: Command, run_folder: Path, tmp_path: Path):
    for words in (("nowhere",), (tmp_path,), (run_folder, "--out", "a.txt"), (run_folder, "--orders", "gone.csv")):
        ended = marketfold("notebook", *words)
        assert (ended.code, ended.out) == (2, "")
        assert "Traceback" not in ended.err
    assert not list(tmp_path.glob("*.ipynb"))
