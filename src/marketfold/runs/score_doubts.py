"""What new orders lack of what a model's had: refused, or said where segments can still be told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.errors import OrdersError

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.cleaning import CleanOrders
    from marketfold.model import SegmentModel
    from marketfold.orders import Orders

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


def check_ids(model: SegmentModel, orders: Orders, said: Collection[str]) -> None:
    """Refuse e-mails, names and phones that were taken for customers, where the segments are of other ids.

    `said` are the roles whose column was said.
    """
    if model.orders is None or "customer_id" in said or model.orders.folds_emails or not orders.facts.id_is_personal:
        return
    told, found = model.orders.columns.get("customer_id"), orders.facts.mapping.get("customer_id")
    if told and found != told:
        raise OrdersError(
            f"The segments are of customers by the column '{told}', which these orders do not have: by '{found}', "
            "found in its place, nobody would be met again. Say which column it is with --map customer_id=COLUMN."
        )


def score_doubts(model: SegmentModel, clean: CleanOrders, said: Collection[str], as_of: date | None) -> tuple[str, ...]:
    """Why segments of new orders may be others than the model would have found, a sentence each.

    Parameters
    ----------
    said
        Roles whose column was said.
    as_of
        Day on which features look back; after the last order if not given.
    """
    return (*_other_columns(model, clean, said), *_too_short(model, clean, as_of))


def _other_columns(model: SegmentModel, clean: CleanOrders, said: Collection[str]) -> list[str]:
    if model.orders is None:
        return []
    own, found = model.orders.columns, clean.facts.mapping
    other = [role for role in own if found.get(role, own[role]) != own[role] and role not in said]
    taken = [f"'{found[role]}' for {role}" for role in other]
    asked = {column for rule in model.orders.rules(own) for column in rule.columns}
    lacking = [f"'{column}'" for role, column in own.items() if role in asked and role not in found]
    told = []
    if taken:
        told.append(f"Columns were taken that are called otherwise than the run's: {words.listed(taken)}.")
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        told.append(
            f"{words.listed(lacking)}, by which the run left lines out, {verb} not there: cancelled orders and other "
            "lines that it would not count may count here."
        )
    return told


def _too_short(model: SegmentModel, clean: CleanOrders, as_of: date | None) -> list[str]:
    span = clean.activity.span
    if span is None or "first_on" not in model.settings:
        return []
    window = date.fromisoformat(model.settings["as_of"]) - date.fromisoformat(model.settings["first_on"])
    begins = (as_of or span[1] + timedelta(days=1)) - window
    if (span[0] - begins) <= SHORT * window:
        return []
    return [
        f"These orders begin on {words.day(span[0])}, and the model looks back to {words.day(begins)}: customers look "
        "newer than they are, and seem to have bought less. Score orders of all that time; `marketfold refresh` adds "
        "new ones to those of the run."
    ]
