"""What was measured, as a marketing-mix model takes it: each campaign as one lift test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.experiments.design import Experiment
    from marketfold.experiments.results import Measurement

WEEK = 7


def _rows(measurement: Measurement, experiment: Experiment) -> Iterator[dict[str, object]]:
    days = (measurement.date_to - measurement.date_from).days + 1
    for result in measurement.segments:
        if result.revenue is None:
            continue
        design = experiment.of(result.segment)
        lift, error = result.gained.amount, result.revenue.error * result.n_treated
        yield {
            "channel": " + ".join(design.channels),
            "x": 0.0,
            "delta_x": None if design.cost is None else design.cost * WEEK / days,
            "delta_y": lift * WEEK / days,
            "sigma": error * WEEK / days,
            "segment": result.segment,
            "segment_name": result.name,
            "date_from": measurement.date_from,
            "date_to": measurement.date_to,
            "days": days,
            "spend": design.cost,
            "lift": lift,
            "lift_error": error,
        }


SCHEMA = pa.schema(
    {
        "channel": pa.string(),
        **dict.fromkeys(("x", "delta_x", "delta_y", "sigma"), pa.float64()),
        "segment": pa.int64(),
        "segment_name": pa.string(),
        **dict.fromkeys(("date_from", "date_to"), pa.date32()),
        "days": pa.int64(),
        **dict.fromkeys(("spend", "lift", "lift_error"), pa.float64()),
    }
)


def lift_tests(measurement: Measurement, experiment: Experiment) -> pa.Table:
    """One row for each campaign whose revenue could be measured.

    `channel`, `x`, `delta_x`, `delta_y` and `sigma` are the columns of `add_lift_test_measurements` of PyMC-Marketing,
    for a model of weeks: money spent on those held out (nothing) and on those reached beyond it, the revenue that this
    brought, and its standard error, all a week. `spend`, `lift` and `lift_error` are those of the whole period.
    `channel` joins the campaign's channels, as one holdout tells what they did together. Null where nothing is known.
    """
    return pa.Table.from_pylist(list(_rows(measurement, experiment)), SCHEMA)
