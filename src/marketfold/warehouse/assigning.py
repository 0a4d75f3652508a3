"""From features to segments: the model's scale, its components if it has any, and the nearest centre."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from marketfold.clustering import REACH_SLACK
from marketfold.errors import ModelError
from marketfold.reduction import NoReducer, PCAReducer
from marketfold.warehouse.expressions import all_of, column, either, literal, number
from marketfold.warehouse.layers import columns, feature_columns, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.model import SegmentModel
    from marketfold.schema import Float64
    from marketfold.warehouse.layers import Layers


def add_assignment(layers: Layers, model: SegmentModel, features: str, kept: Sequence[str]) -> exp.Select:
    """Add the layers from features to distances, and give the query that names the segment of each row.

    `kept` are columns of the features that are handed on, the id first. ModelError where the model's reduction has no
    form in SQL.
    """
    check_reduction(model)
    scaled = layers.add("scaled", select(columns(kept) | _scaled(model), features))
    places = [f"scaled_{place}" for place in range(1, len(model.names) + 1)]
    if isinstance(model.reducer, PCAReducer):
        reduced = _components(model.reducer, places)
        scaled, places = layers.add("components", select(columns(kept) | reduced, scaled)), list(reduced)
    centers = np.asarray(model.segmenter.centers_, dtype=np.float64)
    to_centers = {f"to_center_{place}": _distance(places, row) for place, row in enumerate(centers, start=1)}
    distances = layers.add("distances", select(columns(kept) | to_centers, scaled))
    return _nearest(layers, model, distances, kept)


def check_reduction(model: SegmentModel) -> None:
    """ModelError where a model's reduction has no form in SQL."""
    if not isinstance(model.reducer, NoReducer | PCAReducer):
        raise ModelError(
            f"This model's segments stand on {model.reducer.label}, for which there is no statement in SQL: there is "
            "one for PCA and for no reduction. Score with: marketfold score. Or make a run with --reduction pca or "
            "--reduction none, and export that."
        )


def _scaled(model: SegmentModel) -> dict[str, exp.Expr]:
    scaler = model.scaler
    cells: dict[str, exp.Expr] = {}
    learned = (scaler.lower_, scaler.upper_, scaler.logged_, scaler.center_, scaler.scale_, scaler.weights_)
    rows = zip(feature_columns(model.names).values(), *learned, strict=True)
    for place, (name, lower, upper, logged, center, scale, weight) in enumerate(rows, start=1):
        value = _clipped(column(name), float(lower), float(upper))
        if logged:
            value = exp.Ln(this=exp.Add(this=number(1.0), expression=value))
        centred = exp.Paren(this=_minus(value, float(center)))
        divided = exp.Div(this=centred, expression=number(float(scale)))
        cells[f"scaled_{place}"] = divided if weight == 1 else exp.Mul(this=divided, expression=number(float(weight)))
    return cells


def _minus(value: exp.Expr, constant: float) -> exp.Expr:
    if constant < 0:
        return exp.Add(this=value, expression=number(-constant))
    return exp.Sub(this=value, expression=number(constant))


def _clipped(value: exp.Expr, lower: float, upper: float) -> exp.Expr:
    bounds = []
    if np.isfinite(lower):
        bounds.append(exp.If(this=exp.LT(this=value.copy(), expression=number(lower)), true=number(lower)))
    if np.isfinite(upper):
        bounds.append(exp.If(this=exp.GT(this=value.copy(), expression=number(upper)), true=number(upper)))
    return exp.Case(ifs=bounds, default=value) if bounds else value


def _components(reducer: PCAReducer, places: Sequence[str]) -> dict[str, exp.Expr]:
    """Place of each row along each component: what it is off the mean, times the component."""
    offsets = reducer.mean_ @ reducer.components_.T
    made = {}
    for place, (weights, offset) in enumerate(zip(reducer.components_, offsets, strict=True), start=1):
        terms = [
            exp.Mul(this=number(float(weight)), expression=column(name))
            for weight, name in zip(weights, places, strict=True)
        ]
        made[f"component_{place}"] = _minus(_added(terms), float(offset))
    return made


def _added(terms: Sequence[exp.Expr]) -> exp.Expr:
    return reduce(lambda left, right: exp.Add(this=left, expression=right), terms)


def _distance(places: Sequence[str], center: Float64) -> exp.Expr:
    squares = [
        exp.Pow(this=exp.Paren(this=_minus(column(name), float(value))), expression=number(2))
        for name, value in zip(places, center, strict=True)
    ]
    return exp.Sqrt(this=_added(squares))


def _least(names: Sequence[str]) -> exp.Expr:
    """The least of columns of which none is empty."""
    first, *others = [column(name) for name in names]
    return exp.Least(this=first, expressions=others, ignore_nulls=True) if others else first


def _is_least(name: str, names: Sequence[str]) -> exp.Expr:
    others = [exp.LTE(this=column(name), expression=column(other)) for other in names if other != name]
    return all_of(others) if others else exp.true()


def _nearest(layers: Layers, model: SegmentModel, distances: str, kept: Sequence[str]) -> exp.Select:
    """The nearest centre, its segment, how far it is and the next one, and the reach of the nearest centre."""
    places = model.segmenter.places_.tolist()
    names = [f"to_center_{place}" for place in range(1, len(places) + 1)]
    numbers = [model.segments[place].number for place in places]
    reaches = np.asarray(model.segmenter.reaches_, dtype=np.float64) * (1 + REACH_SLACK.share) + REACH_SLACK.least
    is_nearest = [_is_least(name, names) for name in names[:-1]]

    def by_center(values: Sequence[exp.Expr]) -> exp.Expr:
        """The value of the nearest centre, the first where several are as near."""
        if all(value == values[0] for value in values):
            return values[0]
        whens = [exp.If(this=test.copy(), true=value) for test, value in zip(is_nearest, values, strict=False)]
        return exp.Case(ifs=whens, default=values[-1])

    others = [[name for name, other in zip(names, places, strict=True) if other != own] for own in places]
    cells = {
        "segment": by_center([number(one) for one in numbers]),
        "distance": _least(names),
        "reach": by_center([number(float(reach)) for reach in reaches]),
    }
    if model.segmenter.n_made > 1:
        cells["next_distance"] = by_center([_least(other) for other in others])
    nearest = layers.add("nearest", select(columns(kept) | cells, distances))
    return select(_told(model, kept), nearest)


def _told(model: SegmentModel, kept: Sequence[str]) -> dict[str, exp.Expr]:
    identity, *others = kept
    sure: exp.Expr = number(1.0)
    if model.segmenter.n_made > 1:
        share = exp.Div(this=column("distance"), expression=column("next_distance"))
        there = exp.GT(this=column("next_distance"), expression=number(0))
        sure = either(there, exp.Sub(this=number(1.0), expression=share), number(0.0))
    return {
        identity: column(identity),
        "segment": column("segment"),
        "segment_name": _by_segment({one.number: one.name for one in model.segments}),
        "distance": column("distance"),
        "confidence": sure,
        "fits_none": exp.GT(this=column("distance"), expression=column("reach")),
        "trust": _by_segment({one.number: one.trust for one in model.segments}),
        **columns(others),
    }


def _by_segment(texts: dict[int, str | None]) -> exp.Expr:
    whens = [exp.If(this=number(key), true=literal(text)) for key, text in texts.items() if text is not None]
    return exp.Case(this=column("segment"), ifs=whens) if whens else exp.cast(exp.Null(), "text")
