"""New orders, known segments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.cleaning import CleanOrders, clean_orders, orders_of
from marketfold.config import OF_THE_ENGINE, load_config
from marketfold.customer_tables import is_of_table, measure_again
from marketfold.errors import OrdersError, ParameterError
from marketfold.features import build_features
from marketfold.file_names import RUN_FILE
from marketfold.model import SegmentModel
from marketfold.orders import Orders, read_orders
from marketfold.runs.read import Run
from marketfold.stage_costs import StageClock
from marketfold.unit_tables import assignment_table, with_outlook

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from marketfold.config import RunConfig
    from marketfold.schema import Progress


def score_orders(
    model: SegmentModel | str | Path, source: Any, config: RunConfig | None = None, progress: Progress | None = None
) -> pa.Table:
    """Give the customers of an order file the segments of an earlier run.

    Parameters
    ----------
    model
        A model, or the path of a run or model folder.
    source
        Orders, as `read_orders` takes them; for a model of a table of customers, a table with the same columns.
    config
        Settings for reading and cleaning; those of the run if not given, where `model` is a run folder.
    progress
        Told of each stage.

    Returns
    -------
    pyarrow.Table
        The columns of `segments.csv` as far as they are about the assignment and about what is expected of each
        customer, by the models that the run fitted.
    """
    config, stage = config or scoring_config(model), StageClock(progress).stage
    if not isinstance(model, SegmentModel):
        model = SegmentModel.load(model)
    if is_of_table(model.settings):
        with stage("read"):
            table = measure_again(source, config.reading, model.settings)
        if config.features.as_of:
            raise ParameterError("This model is of a table of customers, which has no --as-of: leave it out.")
        with stage("assign"):
            return assignment_table(model, model.assign(table))
    with stage("read"):
        orders = orders_of(source) or read_orders(source, config.reading)
        _check_amounts(model, orders)
    with stage("clean"):
        clean = source if isinstance(source, CleanOrders) else clean_orders(orders, config.cleaning)
    with stage("features"):
        options = config.features.model_copy(update={"unit": model.unit})
        table = build_features(clean, options, names=model.names, settings=model.settings)
    with stage("assign"):
        return with_outlook(assignment_table(model, model.assign(table)), table)


def _check_amounts(model: SegmentModel, orders: Orders) -> None:
    """Refuse orders whose amounts are reckoned from a price, where the segments stand on amounts that were given."""
    told = model.orders.columns.get("amount") if model.orders else None
    if told and "amount" not in orders.facts.mapping:
        raise OrdersError(
            f"The segments were made of the amounts of the column '{told}', which these orders do not have: quantity "
            "times price may be something else. Say which column has the amounts of lines, or make new segments."
        )


def scoring_config(
    model: SegmentModel | str | Path, reading: dict[str, Any] | None = None, as_of: date | None = None
) -> RunConfig:
    """How orders are read and cleaned for a model: as its run did, where that is known.

    Parameters
    ----------
    model
        A run folder knows its settings; a model by itself does not.
    reading
        What is read otherwise than in the run, such as `mapping` or `date_format`.
    as_of
        Day on which features look back; after the last of the new orders if not given.
    """
    folder = None if isinstance(model, SegmentModel) else Path(model)
    config = Run.read(folder).config if folder and (folder / RUN_FILE).is_file() else load_config()
    changed = config.model_dump() | {"features": config.features.model_dump() | {"as_of": as_of}}
    # other orders lie elsewhere
    here = {name: value for name, value in changed["reading"].items() if name not in OF_THE_ENGINE}
    return load_config(changed | {"reading": here | (reading or {})})
