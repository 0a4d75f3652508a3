"""What new orders lack of what a model's had: refused, or said where segments can still be told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.errors import OrdersError
from marketfold.orders import plain_name

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.features import UnitRows
    from marketfold.model import SegmentModel
    from marketfold.orders import Orders

_KEYS = frozenset({"customer_id", "order_id", "ordered_on", "amount", "quantity", "currency"})
SHORT = 0.1
"""Part of the model's window that new orders may lack at its beginning: a first order is not on the first day."""


def check_amounts(model: SegmentModel, orders: Orders) -> None:
    """Refuse orders whose amounts are reckoned from a price, where the segments stand on amounts that were given."""
    told = model.orders.columns.get("amount") if model.orders else None
    if told and "amount" not in orders.facts.mapping:
        raise OrdersError(
            f"The segments were made of the amounts of the column '{told}', which these orders do not have: quantity "
            "times price may be something else. Say which column has the amounts of lines, or make new segments."
        )


def check_ids(model: SegmentModel, orders: Orders, reading: ReadingOptions) -> None:
    """Refuse e-mails, names and phones that were taken for customers where the segments are of other ids; or ids."""
    if model.unit != "customer" or model.orders is None or "customer_id" in reading.mapping:
        return
    told, found = model.orders.columns.get("customer_id"), orders.facts.mapping.get("customer_id")
    if told and found != told and orders.facts.id_is_personal != model.orders.folds_emails:
        raise OrdersError(
            f"The segments are of customers by the column '{told}', and of these orders '{found}' would tell them: "
            "customers may not be met again. Say which column it is with --map customer_id=COLUMN."
        )


def score_doubts(model: SegmentModel, clean: CleanOrders, measured: UnitRows, config: RunConfig) -> tuple[str, ...]:
    """Why segments of new orders, read and measured by `config`, may be others than the model would have found."""
    return (
        *_other_columns(model, clean, config.reading),
        *_too_short(clean, measured, of_today=config.features.as_of is None),
    )


def _other_columns(model: SegmentModel, clean: CleanOrders, reading: ReadingOptions) -> list[str]:
    """What was taken in the place of the run's columns, and what is lacking; what was said is no doubt."""
    if model.orders is None:
        return []
    own, found = model.orders.columns, clean.facts.mapping
    asked = {one.column for one in model.orders.found}
    keys = _KEYS if model.unit == "customer" else _KEYS - {"customer_id"}
    unsaid = {role: column for role, column in own.items() if role not in reading.mapping}
    taken = [
        f"'{found[role]}' in the place of '{column}'"
        for role, column in unsaid.items()
        if role in keys | asked and role in found and plain_name(found[role]) != plain_name(column)
    ]
    lacking = {role: f"'{column}'" for role, column in unsaid.items() if role not in found}
    lacking = {role: column for role, column in lacking.items() if own[role] not in reading.no_role}
    told = [f"Columns were taken that are called otherwise than the run's: {words.listed(taken)}."] if taken else []
    if missed := [column for role, column in lacking.items() if role in asked]:
        are = "is" if len(missed) == 1 else "are"
        said = f"{words.listed(missed)}, by which the run left lines out, {are} not there"
        told.append(f"{said}: what the run would not count may count here.")
    if "order_id" in lacking:
        told.append(f"{lacking['order_id']} is not there: what a customer bought on one day is taken for one order.")
    return told


def _too_short(clean: CleanOrders, measured: UnitRows, *, of_today: bool) -> list[str]:
    span, begins = clean.activity.span, date.fromisoformat(measured.settings["first_on"])
    if measured.unit != "customer" or span is None or span[0] - begins <= SHORT * (measured.as_of - begins):
        return []
    to_do = " Score orders of all that time; to those of a run `marketfold refresh` adds new ones." if of_today else ""
    return [
        f"These orders begin on {words.day(span[0])}, and the model looks back to {words.day(begins)}: customers may "
        f"look newer than they are, and seem to have bought less.{to_do}"
    ]
