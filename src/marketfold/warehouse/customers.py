"""From a table of customers, as it stands in the warehouse, to the features of a model."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from marketfold.customer_tables import NO, YES, Measured, measured_by
from marketfold.errors import ModelError, ParameterError
from marketfold.schema import day_number_of
from marketfold.warehouse.expressions import column, either, number, one_of
from marketfold.warehouse.layers import feature_columns, select
from marketfold.warehouse.lines import SOURCE, day_cell, day_number, number_cell, text_cell, trimmed

if TYPE_CHECKING:
    from marketfold.model import SegmentModel
    from marketfold.warehouse.layers import Layers

_ID = "customer_id"


def add_customer_table(layers: Layers, model: SegmentModel, table: exp.Expr, as_of: str | None) -> str:
    """Add the layers from a table with the columns of the model's to features: one row for each of its rows.

    ModelError where no column numbers the customers; ParameterError where a day is given.
    """
    if as_of is not None:
        raise ParameterError("This model is of a table of customers, which has no --as-of: leave it out.")
    known = measured_by(model.settings)
    if known.identity is None:
        raise ModelError(
            "No column numbers the customers of this model, and a table in a warehouse has no order of rows. "
            "Make a run with --map customer_id=COLUMN, and export that."
        )
    called = feature_columns(model.names)
    shaping = {one.shaping.feature.name: one for one in known.features if one.shaping.feature.name in called}
    cells = {_ID: text_cell(_source(known.identity))} | {called[name]: _cell(one) for name, one in shaping.items()}
    source = layers.add("source_rows", select(cells, exp.alias_(table, SOURCE, table=True)))
    days = [called[name] for name, one in shaping.items() if one.shaping.kind == "days"]
    last = day_number_of(date.fromordinal(known.as_of)) if days else 0
    latest = layers.add("as_of", _latest(days, last, source)) if days else None
    told = {called[name]: _filled(called[name], one) for name, one in shaping.items()}
    query = select({_ID: column(_ID), **told}, source)
    query = query.join(latest, join_type="cross") if latest else query
    kept = exp.Not(this=exp.Is(this=column(_ID), expression=exp.Null()))
    return layers.add("features", query.where(kept))


def _source(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=SOURCE)


def _cell(one: Measured) -> exp.Expr:
    """A feature as its columns say it; of a day its number."""
    cells = [_source(name) for name in one.shaping.columns]
    if one.shaping.kind == "flag":
        text = exp.Lower(this=trimmed(cells[0]))
        ifs = [exp.If(this=one_of(text.copy(), sorted(texts)), true=number(value))
               for texts, value in ((YES, 1.0), (NO, 0.0))]  # fmt: skip
        return exp.Case(ifs=ifs)
    if one.shaping.kind == "days":
        return exp.cast(day_number(day_cell(cells[0])), "double")
    numbers = [number_cell(cell) for cell in cells]
    if len(numbers) == 1:
        return numbers[0]
    empty = exp.and_(*(exp.Is(this=cell.copy(), expression=exp.Null()) for cell in numbers))
    known: list[exp.Expr] = [exp.func("COALESCE", cell, number(0.0)) for cell in numbers]
    whole = reduce(lambda left, right: exp.Add(this=left, expression=right), known)
    return either(exp.Not(this=exp.Paren(this=empty)), whole)


def _latest(days: list[str], as_of: int, source: str) -> exp.Select:
    """The latest day of the table or of the model's."""
    ends = [exp.func("COALESCE", exp.Max(this=column(name)), number(float(as_of))) for name in days]
    whole = reduce(
        lambda left, right: either(exp.GT(this=right, expression=left), right.copy(), left.copy()),
        ends,
        number(float(as_of)),
    )
    return select({"as_of_day": whole}, source)


def _filled(name: str, one: Measured) -> exp.Expr:
    """The feature, with the middle value of the model's table where it is not known."""
    known: exp.Expr = column(name)
    if one.shaping.kind == "days":
        known = exp.Sub(this=column("as_of_day"), expression=known)
    return exp.func("COALESCE", known, number(one.middle))
