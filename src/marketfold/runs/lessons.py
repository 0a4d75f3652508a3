"""The learning page, on the customers of a run or of the demo shop, and the sample of rows that a run keeps for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.cleaning import clean_orders
from marketfold.damage import told_as
from marketfold.demo import make_shop
from marketfold.errors import ModelError
from marketfold.features import build_features, build_matrix
from marketfold.learn import LossHistory, RunFacts, take_sample, write_learn_page
from marketfold.model import read_arrays
from marketfold.orders import read_orders
from marketfold.runs.read import Run
from marketfold.sampling import sample_rows
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.learn import LearnSample
    from marketfold.schema import Float32, Progress

SAMPLE_FILE = "sample.npz"
MOST_ROWS = 2_000


def write_lessons(folder: str | Path | None, page: Path, progress: Progress | None = None) -> None:
    """Write the learning page of a run folder, or of the demo shop if none is given.

    `progress` is told of each stage.
    """
    clock = StageClock(progress)
    sample = _from_run(Run.read(folder)) if folder else _from_demo(clock)
    with clock.stage("write"):
        write_learn_page(sample, page)


def _from_run(run: Run) -> LearnSample:
    record, model = run.record, run.model
    facts = RunFacts(
        unit=model.unit,
        n_units=sum(segment["units"] for segment in record["segments"]),
        n_segments=len(model.segments),
        seed=record["seed"],
        explained=tuple(map(float, getattr(model.reducer, "explained_shares_", ())[: model.reducer.n_dimensions_])),
        wcss=tuple(point["wcss"] for point in record["choose_k"]["curve"]),
        history=history_of(model.reducer),
        source=Path(record["input"]["path"]).name,
    )
    return take_sample(load_sample(run.folder / "model"), [feature.label for feature in model.features], facts)


def history_of(reducer: Any) -> LossHistory | None:
    """Loss of each epoch of a network; None where there is none, or no rows were kept aside."""
    history: dict[str, Any] = getattr(reducer, "history_", {})
    with told_as(ModelError, "The model's history of losses"):
        if not history.get("validation_loss"):
            return None
        widths = reducer.network_.architecture.encoder_widths
        loss, held_out = (tuple(map(float, history[name])) for name in ("loss", "validation_loss"))
        return LossHistory(loss, held_out, (*widths, *widths[-2::-1]))


def _from_demo(clock: StageClock) -> LearnSample:
    with clock.stage("read"):
        orders = read_orders(make_shop().lines)
    with clock.stage("clean"):
        clean = clean_orders(orders)
    with clock.stage("features"):
        matrix = build_matrix(build_features(clean))
    labels = [feature.label for feature in matrix.table.features]
    return take_sample(matrix.values, labels, RunFacts(n_segments=4, source="the demo shop"))


def save_sample(analysis: Analysis, folder: Path) -> None:
    """Draw rows in the scaled space of the features that shaped the segments, and write them into a model folder."""
    rows = sample_rows(len(analysis.segmentation), MOST_ROWS, analysis.run.config.seed)
    np.savez(folder / SAMPLE_FILE, allow_pickle=False, scaled=analysis.segmentation.matrix.values[rows])


def load_sample(folder: Path) -> Float32:
    """The rows of a model folder, shape (n_rows, n_features); `ModelError` where they are gone, damaged or too many."""
    arrays = read_arrays(folder / SAMPLE_FILE)
    with told_as(ModelError, SAMPLE_FILE):
        rows = np.asarray(arrays["scaled"], dtype=np.float32)
        if rows.ndim != 2 or not np.isfinite(rows).all():
            raise ValueError("it has no rows of numbers")
    return rows
