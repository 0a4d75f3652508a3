"""The learning page, on the customers of a run or of the demo shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.features import build_features, build_matrix
from marketfold.learn import LossHistory, take_sample, write_learn_page
from marketfold.orders import read_orders
from marketfold.runs.read import Run
from marketfold.runs.sample import Sample

if TYPE_CHECKING:
    from marketfold.learn import LearnSample
    from marketfold.reduction import Reducer


def write_lessons(folder: str | Path | None, page: Path) -> None:
    """Write the learning page.

    Parameters
    ----------
    folder
        A run folder; the demo shop if not given.
    page
        Where to write.
    """
    write_learn_page(_from_run(Run.read(folder)) if folder else _from_demo(), page)


def _from_run(run: Run) -> LearnSample:
    record, model = run.record, run.model
    return take_sample(
        Sample.load(run.folder / "model").scaled,
        [feature.label for feature in model.features],
        unit=model.unit,
        n_segments=len(model.segments),
        seed=record["seed"],
        n_units=sum(segment["units"] for segment in record["segments"]),
        explained=_explained(model.reducer),
        wcss=[point["wcss"] for point in record["choose_k"]["curve"]],
        history=history_of(model.reducer),
        source=Path(record["input"]["path"]).name,
    )


def _explained(reducer: Reducer) -> tuple[float, ...]:
    shares = getattr(reducer, "explained_shares_", ())
    return tuple(map(float, shares[: reducer.n_dimensions_]))


def history_of(reducer: Any) -> LossHistory | None:
    """Loss of each epoch of a network; None where there is none, or no rows were kept aside."""
    history: dict[str, Any] = getattr(reducer, "history_", {})
    if not history.get("validation_loss"):
        return None
    widths = reducer.network_.architecture.encoder_widths
    return LossHistory(tuple(history["loss"]), tuple(history["validation_loss"]), (*widths, *widths[-2::-1]))


def _from_demo() -> LearnSample:
    matrix = build_matrix(build_features(clean_orders(read_orders(make_shop().lines))))
    labels = [feature.label for feature in matrix.table.features]
    return take_sample(matrix.values, labels, n_segments=4, source="the demo shop")
