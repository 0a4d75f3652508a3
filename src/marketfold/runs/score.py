"""New orders, known segments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.cleaning import clean_orders
from marketfold.config import RunConfig, load_config
from marketfold.features import build_features
from marketfold.model import SegmentModel
from marketfold.orders import read_orders
from marketfold.runs.tables import assignment_table

if TYPE_CHECKING:
    import pyarrow as pa


def load_model(folder: str | Path) -> SegmentModel:
    """The model of a run folder, or of a model folder by itself."""
    folder = Path(folder)
    return SegmentModel.load(folder / "model" if (folder / "model").is_dir() else folder)


def score_orders(model: SegmentModel | str | Path, source: Any, config: RunConfig | None = None) -> pa.Table:
    """Give the customers of an order file the segments of an earlier run.

    Parameters
    ----------
    model
        A model, or the path of a run or model folder.
    source
        Orders, as `read_orders` takes them.
    config
        Settings for reading and cleaning.

    Returns
    -------
    pyarrow.Table
        The columns of `segments.csv` as far as they are about the assignment.
    """
    config = config or load_config()
    model = model if isinstance(model, SegmentModel) else load_model(model)
    clean = clean_orders(read_orders(source, config.reading), config.cleaning)
    options = config.features.model_copy(update={"unit": model.unit})
    return assignment_table(model, model.assign(build_features(clean, options, names=model.names)))
