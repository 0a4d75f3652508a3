"""Two runs side by side: who moved, what drifted, whether the earlier model still fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.page import write_page
from marketfold.report import comparison_page
from marketfold.runs.read import Run
from marketfold.schema import Feature, FeatureTable
from marketfold.segments import compare_runs

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from marketfold.model import SegmentModel
    from marketfold.segments import Movement


def compare_run_folders(earlier: str | Path, later: str | Path, page: Path) -> Movement:
    """Compare two run folders and write the comparison as a page.

    Raises
    ------
    ParameterError
        If the runs segment different units, or have different features.
    RunFolderError
        If one of them is no run folder.
    """
    before, after = Run.read(earlier), Run.read(later)
    model = before.model if before.has_model else None
    movement = compare_runs(
        before.snapshot(),
        after.snapshot(),
        outside_then=_outside(model, before),
        outside_now=_outside(model, after),
    )
    write_page(comparison_page(movement, before.as_of, _table(after)), page)
    return movement


def _outside(model: SegmentModel | None, run: Run) -> NDArray[np.bool_] | None:
    """Which units of a run lie beyond the reach of every segment of a model; None where it measures other things.

    None as well without a model: a run with a reducer or a clusterer of one's own keeps none.
    """
    if model is None:
        return None
    table = _table(run)
    return model.assign(table).fits_none if set(model.names) <= set(table.names) else None


def _table(run: Run) -> FeatureTable:
    """The features as the run measured them; what each is called is kept in a model, of those that shaped segments."""
    known = {feature.name: feature for feature in run.model.features} if run.has_model else {}
    kept = run.snapshot()
    assert kept.values is not None  # noqa: S101  (a run keeps them)
    return FeatureTable(
        unit=kept.unit,
        ids=kept.ids,
        values=kept.values,
        features=tuple(known.get(name, Feature(name, name, "ratio", "value")) for name in kept.features),
        revenue=run.segments["revenue_total"].to_numpy(),
        as_of=run.as_of,
    )
