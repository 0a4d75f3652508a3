"""A model as one statement in SQL, which a warehouse runs over its own table of order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.cleaning import DISCOUNT
from marketfold.customer_tables import is_of_table
from marketfold.errors import ModelError
from marketfold.warehouse.assigning import add_assignment, check_reduction
from marketfold.warehouse.customers import add_customer_table
from marketfold.warehouse.dialects import checked_dialect, day_of, printed, table_of
from marketfold.warehouse.features import CUSTOMER, TAKES_BACK, add_features
from marketfold.warehouse.layers import Layers, columns, feature_columns, select
from marketfold.warehouse.lines import add_lines

if TYPE_CHECKING:
    from sqlglot import exp

    from marketfold.cleaning import OrderRules
    from marketfold.model import SegmentModel

_ACROSS_LINES = {
    "net_of_returns": "what came back is taken off the purchase that it belongs to, which is found line by line",
    "returns_unmatched": "returned lines are matched with what was bought before, line by line",
    "returns_unmatched_few": "returned lines are matched with what was bought before, line by line",
    "refunded_column": "a column of refunds is divided among the lines of an order",
    "discount_lines": "discounts on lines of their own are divided among the goods of their order",
    "discounts_left": "discounts on lines of their own are divided among the goods of their order",
}
"""What cleaning does that is about several lines at once, by its decision."""
_UNLESS_GROSS = frozenset({"returns_unmatched", "returns_unmatched_few", "net_of_returns"})
_SAME_LINES = frozenset({
    "amount_by_likeness", "amount_from_price", "amount_may_include", "amount_per_item", "charges",
    "credit_notes_ignored", "currencies", "customer_by_id", "customer_by_name", "customer_of_each_order",
    "day_by_content", "days_after_today", "discount_in_price", "discount_in_total", "discount_left", "emails_folded",
    "few_days_of_month", "first_day_apart", "flags_unused", "header_found", "ids_cut_off", "ids_differ_in_case",
    "ids_differ_in_zeros", "impossible_days", "last_day_apart", "likeness_differs", "no_customer_as_usual",
    "not_a_customer", "one_of_several", "one_order_each", "order_by_day", "order_total", "order_total_differs",
    "order_total_left", "orders_of_several_customers", "other_money", "placeholder_days", "price_differs",
    "repeats_kept", "set_aside", "short_codes", "statuses_not_delivered", "statuses_not_paid", "statuses_open",
    "statuses_part_returned", "statuses_unknown", "total_is_lower", "unreadable_days",
})  # fmt: skip
"""Decisions that SQL follows, or that change no line of a table whose columns are numbers and days."""


def model_sql(model: SegmentModel, dialect: str, table: str = "orders", as_of: str | None = None) -> str:
    """Print a model as SQL: a statement that gives each customer of a table the segment.

    Parameters
    ----------
    dialect
        A name of `DIALECTS`.
    table
        A table, or a view, with the columns of the orders (or of the table of customers) that the model was made of,
        called as they were: numbers as numbers and days as days.
    as_of
        Day on which features look back: a date, `CURRENT_DATE`, or some days before or after it; the day after the
        last purchase of the table if not given.

    Returns
    -------
    str
        A SELECT that gives the columns of `marketfold score` that are about the segment, and, of order lines,
        `unmatched_returns`.

    Raises
    ------
    ModelError
        If the model, or how its orders were cleaned, has no form in SQL.
    ParameterError
        If there is no such dialect, the table's name is none, or `as_of` is no day.
    """
    checked_dialect(dialect)
    layers = Layers()
    features, kept = _add_features_of(layers, model, table_of(table), as_of)
    return printed(layers.statement(add_assignment(layers, model, features, kept)), dialect)


def features_sql(model: SegmentModel, dialect: str, table: exp.Expr, as_of: str | None = None) -> str:
    """The first half of `model_sql` as a statement by itself: the features of each customer."""
    checked_dialect(dialect)
    layers = Layers()
    features, kept = _add_features_of(layers, model, table, as_of)
    query = select(columns([*kept, *feature_columns(model.names).values()]), features)
    return printed(layers.statement(query), dialect)


def segments_sql(model: SegmentModel, dialect: str, features: exp.Expr) -> str:
    """The second half: the segment of each row of a table of features, as `features_sql` gives it."""
    layers, kept = Layers(), _kept(model)
    first = layers.add("features", select(columns([*kept, *feature_columns(model.names).values()]), features))
    return printed(layers.statement(add_assignment(layers, model, first, kept)), dialect)


def _kept(model: SegmentModel) -> tuple[str, ...]:
    """Columns beside the features that are handed on, the id first."""
    return (CUSTOMER,) if is_of_table(model.settings) else (CUSTOMER, TAKES_BACK)


def _add_features_of(
    layers: Layers, model: SegmentModel, table: exp.Expr, as_of: str | None
) -> tuple[str, tuple[str, ...]]:
    """Add the layers from a table to features; their name, and the columns beside the features, the id first."""
    check_reduction(model)
    if is_of_table(model.settings):
        return add_customer_table(layers, model, table, as_of), _kept(model)
    rules = _checked(model)
    day = None if as_of is None else day_of(as_of)
    return add_features(layers, add_lines(layers, rules, table), model, day), _kept(model)


def _checked(model: SegmentModel) -> OrderRules:
    """How the model's lines were cleaned; ModelError where that cannot be done in SQL."""
    rules = model.orders
    if rules is None:
        raise ModelError(
            "This model does not say how order lines become its features, for it was made of a table of features. "
            "Make it with marketfold run, or mf.segment, and export that."
        )
    if model.unit != "customer":
        raise ModelError(
            f"This model is about {model.unit.replace('_', ' ')}s, and only customers can be had as SQL. "
            "Score with: marketfold score."
        )
    _refuse_what_is_across_lines(rules)
    if others := [code for code in rules.decisions if code not in _SAME_LINES and code not in _ACROSS_LINES]:
        raise ModelError(
            f"In reading or cleaning the run decided what a statement in SQL does not follow: {', '.join(others)} "
            "(see decisions in run.json). Score with: marketfold score. Or make a run from a table in which that is "
            "put right, and export that."
        )
    return rules


def _refuse_what_is_across_lines(rules: OrderRules) -> None:
    """ModelError where lines are told by other lines, in the run's file or, by its columns and texts, in later ones."""
    done = set(rules.decisions) - (_UNLESS_GROSS if rules.gross else set())
    done |= {"refunded_column"} if "refunded" in rules.columns else set()
    done |= {"discount_lines"} if any(one.reason == DISCOUNT and one.texts for one in rules.found) else set()
    reasons = {code: why for code, why in _ACROSS_LINES.items() if code in done}
    if not reasons:
        return
    helps = reasons.keys() <= _UNLESS_GROSS
    raise ModelError(
        f"The run did what a statement in SQL cannot: {'; '.join(dict.fromkeys(reasons.values()))}. "
        f"Score with: marketfold score.{' Or make a run with --gross, and export that.' if helps else ''}"
    )
