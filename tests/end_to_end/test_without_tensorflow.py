"""Everything but the training of a network works where neither TensorFlow nor Keras can be imported."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from tests.end_to_end.conftest import Ended

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.file_names import RUN_FILE

WITHOUT = """
import sys
from importlib.machinery import PathFinder

class CoreFinder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {"tensorflow", "keras"} else super().find_spec(name, path, target)

sys.meta_path[:] = [CoreFinder if finder is PathFinder else finder for finder in sys.meta_path]

import json, pkgutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from importlib import import_module
from io import StringIO
from pathlib import Path
from shutil import rmtree

import numpy as np
import marketfold
from marketfold.cli import main
from marketfold.reduction import AutoencoderReducer
from marketfold.runs import Run

LITTLE = ("--unit=order", "--segments=3", "--k-max=4", "--bootstraps=2")

def command(*words):
    sys.argv, out, err, code = ["marketfold", *words], StringIO(), StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    return [code, out.getvalue(), err.getvalue()]

ended = {
    "refused": command("run", "orders.csv", "--out=other", "--reduction=autoencoder", *LITTLE),
    "run": command("run", "orders.csv", "--out=run", *LITTLE),
    "learn": command("learn", "run", "--out=learn.html"),
    "notebook": command("notebook", "run", "--out=run.ipynb"),
    "report": command("report", "run"),
}

# A network that gives what it gets, in the place of no reduction: whoever it is asked of is where the run has them.
model = Run.read("run").model
state = {"method": "autoencoder", "n_features": len(model.names), "hidden": [], "bottleneck": len(model.names)}
weights = {"kernel": np.eye(len(model.names), dtype=np.float32), "bias": np.zeros(len(model.names), np.float32)}
arrays = {f"{part}_0_{name}": values for part in ("encoder", "decoder") for name, values in weights.items()}
network = AutoencoderReducer.from_state(state | {"code_activation": "linear"}, arrays)
rmtree("run/model")
replace(model, reducer=network).save("run/model")
ended["score"] = command("score", "run", "orders.csv", "--out=scored.parquet")

modules = [one.name for one in pkgutil.walk_packages(marketfold.__path__, "marketfold.")]
for name in {*modules} - {"marketfold.__main__", "marketfold.reduction.keras_model"}:
    import_module(name)
print(json.dumps({"ended": ended, "reducer": model.reducer.name, "modules": len(modules)}))
"""


@dataclass(frozen=True)
class Core:
    """Where commands ran without TensorFlow, how each ended, and what else was found."""

    folder: Path
    ended: dict[str, Ended]
    found: dict[str, Any]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    folder = tmp_path_factory.mktemp("core")
    write_csv(make_shop(1_000).lines, folder / "orders.csv")
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return Core(folder, {name: Ended(*parts) for name, parts in found["ended"].items()}, found)


def test_a_run_says_once_that_no_network_was_tried_and_what_one_takes(core: Core):
    assert core.ended["run"].code == 0
    compared = json.loads((core.folder / "run" / RUN_FILE).read_text(encoding="utf-8"))["reduction"]["compared"]
    skipped = {one["method"]: one["skipped"] for one in compared}
    assert "cannot be used here: pip install keras tensorflow" in skipped.pop("autoencoder")
    assert set(skipped.values()) == {""}
    page = (core.folder / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("pip install keras tensorflow") == 1


def test_a_network_that_is_asked_for_is_refused_before_anything_is_read(core: Core):
    refused = core.ended["refused"]
    assert (refused.code, refused.out) == (2, "")
    assert "marketfold-core comes without. Install them (pip install keras tensorflow)" in refused.err
    assert "reading" not in refused.err.lower()
    assert not (core.folder / "other").exists()


def test_lessons_say_what_the_training_of_a_network_takes(core: Core):
    assert core.ended["learn"].code == 0
    assert "pip install keras tensorflow" in (core.folder / "learn.html").read_text(encoding="utf-8")


def test_a_notebook_is_written_and_says_what_it_takes_to_be_run(core: Core):
    ended = core.ended["notebook"]
    assert ended.code == 0
    assert "keras and tensorflow cannot be imported here: pip install keras tensorflow" in ended.err
    assert (core.folder / "run.ipynb").is_file()


def test_a_model_with_a_network_is_saved_and_applied(core: Core):
    assert core.found["reducer"] == "none"
    assert {path.name for path in (core.folder / "run" / "model").iterdir()} == {"model.json", "arrays.npz"}
    assert core.ended["score"].code == 0
    scored, made = (parquet.read_table(core.folder / name) for name in ("scored.parquet", "run/segments.parquet"))
    assert scored.num_rows == made.num_rows > 200
    same = made.select(["order_id", "segment"]).sort_by("order_id")
    assert scored.select(same.column_names).sort_by("order_id").equals(same)


def test_every_module_but_that_of_keras_can_be_imported(core: Core):
    assert core.found["modules"] > 100
    assert core.ended["report"].code == 0
