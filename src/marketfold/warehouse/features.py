"""From purchases and returns to the features of each customer, by the formulas that every engine follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from marketfold.errors import ModelError
from marketfold.features import CATALOGUE, EXPECTED, OTHER, OWN, SEVERAL, FittedStatistics, is_place, place_of
from marketfold.schema import day_number_of
from marketfold.warehouse.expressions import Translation, column, either, literal, number
from marketfold.warehouse.layers import columns, feature_columns, select
from marketfold.warehouse.lines import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.features import Sum
    from marketfold.model import SegmentModel
    from marketfold.warehouse.layers import Layers
    from marketfold.warehouse.lines import LineLayers

CUSTOMER = "customer_id"
TAKES_BACK = "unmatched_returns"
"""Column that counts the lines of a customer that take back what others sold."""
_DID = ("order_count", "order_days", "line_count", "first_day", "last_day", "gap_squares", "revenue_scaled")
_STANDS_IN = date(9998, 1, 1)
"""For the day from which features look back, which the warehouse finds: no order has it."""


@dataclass(frozen=True)
class Window:
    """The time that features look at: as long as that of the model, up to the as-of date.

    Attributes
    ----------
    layer
        Has one row: `as_of` and its number `as_of_day`, `first_on`, and `middle_on`, where the later half begins.
    is_cut
        Whether the as-of date was given, so that lines may lie on or after it.
    """

    layer: str
    is_cut: bool

    @classmethod
    def add(cls, layers: Layers, purchases: str, model: SegmentModel, as_of: exp.Expr | None) -> Window:
        """Add its layers."""
        days = FittedStatistics.from_settings(model.settings).window_days
        if as_of is None:
            cell = _shifted(exp.Max(this=column("ordered_on")), 1)
            last = layers.add("as_of", select({"as_of": cell}, purchases))
        else:
            last = layers.add("as_of", exp.select(exp.alias_(as_of, "as_of")))
        as_of_on = column("as_of")
        cells = {
            "as_of": as_of_on,
            "as_of_day": exp.cast(day_number(as_of_on.copy()), "double"),
            "first_on": _shifted(as_of_on.copy(), -days),
            "middle_on": _shifted(as_of_on.copy(), days // 2 - days),
        }
        return cls(layers.add("window", select(cells, last)), is_cut=as_of is not None)

    def seen(self, source: str, cells: Mapping[str, exp.Expr]) -> exp.Select:
        """The rows of a layer that lie in it."""
        day = column("ordered_on")
        query = select(cells, source).join(self.layer, join_type="cross")
        query = query.where(exp.GTE(this=day, expression=column("first_on")))
        return query.where(exp.LT(this=day.copy(), expression=column("as_of"))) if self.is_cut else query


def _shifted(day: exp.Expr, days: int) -> exp.Expr:
    moved = exp.DateAdd(this=day, expression=exp.Literal.number(days), unit=exp.var("DAY"))
    return exp.cast(moved, "date")


def add_features(layers: Layers, lines: LineLayers, model: SegmentModel, as_of: exp.Expr | None) -> str:
    """Add the layers from lines to the features of a model: one row for each customer.

    ModelError where one of the features has no form in SQL.
    """
    window = Window.add(layers, lines.purchases, model, as_of)
    formulas = _Formulas.of(model, lines.columns)
    cells = columns([*lines.columns, "revenue_scaled"])
    cells["ordered_day"] = exp.cast(day_number(column("ordered_on")), "double")
    bought = layers.add("bought", window.seen(lines.purchases, cells))
    cells = columns([CUSTOMER, "revenue_scaled", "takes_back"])
    returned = layers.add("returned", window.seen(lines.returns, cells))
    customers, orders = _add_customers(layers, bought)
    joined = _add_sums(layers, customers, {"lines": bought, "orders": orders, "returns": returned}, formulas, window)
    called = feature_columns(model.names)
    told = columns([CUSTOMER, TAKES_BACK]) | {called[name]: cell for name, cell in formulas.cells.items()}
    return layers.add("features", select(told, joined).join(window.layer, join_type="cross"))


@dataclass(frozen=True)
class _Formulas:
    """The formulas of a model's features, and what they ask of the layers before."""

    translate: Translation
    cells: dict[str, exp.Expr]
    sums: tuple[Sum, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, model: SegmentModel, known: Sequence[str]) -> _Formulas:
        fitted = FittedStatistics.from_settings(model.settings)
        first_on = _STANDS_IN - timedelta(days=fitted.window_days)
        statistics = replace(fitted, as_of=_STANDS_IN, first_on=first_on)
        days = {statistics.middle_on: column("middle_on"), day_number_of(_STANDS_IN): column("as_of_day")}
        translate, offered = Translation(days), {one.feature.name: one for one in CATALOGUE["customer"](statistics)}
        cells: dict[str, exp.Expr] = {}
        sums: list[Sum] = []
        places: list[str] = []
        for name, feature in zip(model.names, model.features, strict=True):
            if feature.aspect == OWN:
                raise ModelError(
                    f"{name} is a feature of your own, and those are not written as SQL. Score with: marketfold score. "
                    "Or make a run without it, and export that."
                )
            if is_place(name):
                cells[name] = _place(name, model.names)
                places.append(place_of(name)[0])
            elif name in offered:
                one = offered[name]
                if lacking := [need for need in one.needs if need not in known]:
                    raise ModelError(f"{name} needs {', '.join(lacking)}, which the model's lines do not have.")
                cells[name] = exp.cast(translate(one.formula), "double")
                sums += one.sums
            else:
                raise ModelError(_why_not(name))
        return cls(translate, cells, tuple({one.name: one for one in sums}.values()), tuple(dict.fromkeys(places)))

    def aggregates(self, rows: str) -> dict[str, exp.Expr]:
        """The sums over lines, orders or returns."""
        return {one.name: self.translate(one.value) for one in self.sums if one.rows == rows}


def _why_not(name: str) -> str:
    if name in EXPECTED:
        return (
            f"{name} follows from models of buying whose functions no database has. Score with: marketfold score. Or "
            "make a run with another --feature-set, and export that."
        )
    return f"The feature {name} is not one that can be written as SQL. Score with: marketfold score."


def _place(name: str, names: Sequence[str]) -> exp.Expr:
    """Whether a customer's country or territory is the one of this feature."""
    of, place = place_of(name)
    here = exp.func("COALESCE", column(of), literal(OTHER))
    if place is not None:
        return either(exp.EQ(this=here, expression=literal(place)), number(1.0), number(0.0))
    own = [one for other in names if is_place(other) and place_of(other)[0] == of and (one := place_of(other)[1])]
    listed = exp.In(this=here, expressions=[literal(one) for one in own])
    return either(listed, number(0.0), number(1.0))


def _add_customers(layers: Layers, bought: str) -> tuple[str, str]:
    """What each customer did in all; and the orders, with the days since the one before."""
    cells = {
        **columns([CUSTOMER, "order_id"]),
        "ordered_on": exp.Min(this=column("ordered_on")),
        "ordered_day": exp.Min(this=column("ordered_day")),
        "line_count": exp.Count(this=exp.Star()),
        "revenue_scaled": exp.Sum(this=column("revenue_scaled")),
    }
    orders = layers.add("orders", select(cells, bought).group_by(column(CUSTOMER), column("order_id")))
    before = exp.Window(
        this=exp.Lag(this=column("ordered_day")),
        partition_by=[column(CUSTOMER)],
        order=exp.Order(expressions=[exp.Ordered(this=column("ordered_day"))]),
    )
    gap = exp.Sub(this=column("ordered_day"), expression=before)
    names = columns([CUSTOMER, "ordered_on", "ordered_day", "line_count", "revenue_scaled"])
    spaced = layers.add("spaced_orders", select(names | {"gap_days": gap}, orders))
    gap_days = column("gap_days")
    is_later = exp.GT(this=gap_days, expression=number(0))
    squared = exp.Mul(this=gap_days.copy(), expression=gap_days.copy())
    did = {
        CUSTOMER: column(CUSTOMER),
        "order_count": exp.Count(this=exp.Star()),
        "order_days": exp.Add(this=exp.Sum(this=either(is_later, number(1), number(0))), expression=number(1)),
        "line_count": exp.Sum(this=column("line_count")),
        "first_day": exp.Min(this=column("ordered_day")),
        "last_day": exp.Max(this=column("ordered_day")),
        "gap_squares": exp.Sum(this=either(is_later.copy(), squared, number(0))),
        "revenue_scaled": exp.Sum(this=column("revenue_scaled")),
    }
    return layers.add("customers", select(did, spaced).group_by(column(CUSTOMER))), spaced


def _add_sums(layers: Layers, customers: str, sources: Mapping[str, str], formulas: _Formulas, window: Window) -> str:
    """What formulas ask of lines, orders and returns, beside what customers did; no cell of a number is empty.

    Each has a layer of its own: there a sum may be called as what it adds up, and some dialects would take the one for
    the other.
    """
    ends = {
        f"{end}_{name}": kind(this=column(name))
        for name in formulas.places
        for end, kind in (("least", exp.Min), ("most", exp.Max))
    }
    of_returns = {
        "returned_line_count": exp.Count(this=exp.Star()),
        "returned_scaled": exp.Sum(this=column("revenue_scaled")),
        TAKES_BACK: exp.Sum(this=column("takes_back")),
    }
    asked = {rows: formulas.aggregates(rows) for rows in sources}
    asked["lines"] |= ends
    asked["returns"] = of_returns | asked["returns"]
    told, joined = [(customers, name) for name in _DID], {}
    for rows, cells in asked.items():
        if not cells:
            continue
        query = select({CUSTOMER: column(CUSTOMER)} | cells, sources[rows])
        if rows == "orders":
            query = query.join(window.layer, join_type="cross")
        joined[rows] = layers.add(f"sums_of_{rows}", query.group_by(column(CUSTOMER)))
        told += [(joined[rows], one) for one in cells if one not in ends]
    numbers = {name: exp.func("COALESCE", exp.cast(column(name, layer), "double"), number(0.0)) for layer, name in told}
    described = {name: _described(name, joined["lines"]) for name in formulas.places}
    query = select({CUSTOMER: column(CUSTOMER, customers)} | described | numbers, customers)
    for layer in joined.values():
        same = exp.EQ(this=column(CUSTOMER, layer), expression=column(CUSTOMER, customers))
        query = query.join(layer, on=same, join_type="left")
    return layers.add("measured", query)


def _described(name: str, layer: str) -> exp.Expr:
    least, most = column(f"least_{name}", layer), column(f"most_{name}", layer)
    several = exp.If(this=exp.Not(this=exp.Is(this=least.copy(), expression=exp.Null())), true=literal(SEVERAL))
    same = exp.If(this=exp.EQ(this=least, expression=most), true=least.copy())
    return exp.Case(ifs=[same, several])
