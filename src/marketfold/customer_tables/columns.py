"""Which columns shape segments, which describe them, and which are left out, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.customer_tables.recognition import names_an_id
from marketfold.customer_tables.roles import BOUGHT, PLACES
from marketfold.orders import plain_name, sounds_personal
from marketfold.units import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.customer_tables.cells import Column
    from marketfold.customer_tables.roles import Meanings
    from marketfold.errors import Fault
    from marketfold.schema import Measure

Kind = Literal["number", "flag", "days"]

MOST_CLASSES = 50
"""A text column with more different values is free text or names."""
FEW_VALUES = 12
"""Whole numbers with so few values may be codes of classes, where the column's name says so."""
MOSTLY_MISSING = 0.5
DAYS_SINCE = "days since "
"""How the feature of a day begins: the name of its column follows."""

_CLASS_NAME = re.compile(
    r"(channel|region|segment|cluster|class|group|type|category|zone|market|store|branch|state|status|level|tier|plan|"
    r"code|kanal|gruppe|klasse|typ|canal|grupo|tipo|clase)$"
)
_SAYS_WHAT = frozenset(
    {"gender", "geschlecht", "sex", "sexe", "genero", "title", "anrede", "salutation", "age", "alter"}
)
"""About a person and yet of a crowd: these describe a segment, and tell nobody from another."""
_OF_MANY = re.compile(r"comment|remark|note|kommentar|bemerk|country|territory")
"""Free text, which is judged by its cells, and places that are large."""
_CONSENT = re.compile(
    r"consent|optin|einwilligung|consentimiento|consenso|toestemming|gdpr|dsgvo|donotcontact|accepts.*marketing"
)
_WHERE = re.compile(r"^(lat|lon|lng|latitude|longitude|ip|ipaddress|ssn|taxid|iban|passport|vat)$")
RESERVED = frozenset(
    {"customer_id", "segment", "segment_name", "distance", "confidence", "fits_none", "trust", "arm", "source_line"}
)
"""Names that the tables of a run give to columns of their own."""


@dataclass(frozen=True)
class Shaping:
    """A feature and the columns that it is read from; several are added up."""

    feature: Feature
    columns: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True)
class ColumnUses:
    """What each column of a table of customers is for, by its name; `left_out` and `aside` have the reason."""

    shaping: tuple[Shaping, ...] = ()
    describing: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def _reserved(name: str) -> str:
    return f"{name} (column)" if name.casefold() in RESERVED else name


def _measure(column: Column) -> Measure:
    """Years and whole numbers are written without decimals."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    whole = bool((numbers == np.floor(numbers)).all())
    if whole and numbers.min() >= 1900 and numbers.max() <= 2100:
        return "year"
    return "count" if whole else "ratio"


def _no_use(column: Column, n_rows: int) -> str:
    """Why a column says nothing of a customer; empty where it may."""
    n_filled = int(column.filled.sum())
    if not n_filled:
        return "every cell is empty"
    if column.different == 1 and n_filled == n_rows:
        return "the same for everybody"
    if column.is_number and column.different == n_filled == n_rows > 2:
        numbers = np.sort(column.numbers[column.filled])
        if (np.diff(numbers) == 1).all():
            return "it numbers the rows"
    if column.different == n_filled and names_an_id(column.name):
        return "an id: it tells every customer from every other"
    return ""


def _is_personal(column: Column, meanings: Meanings) -> bool:
    if column.name in meanings.personal or _WHERE.match(plain_name(column.name)):
        return True
    if plain_name(column.name) in _SAYS_WHAT:
        return False
    if column.is_flag:
        return False
    if sounds_personal(column.name) and not _OF_MANY.search(plain_name(column.name)):
        return column.is_date or not column.is_number or column.looks_personal
    return column.looks_personal


def _too_empty(column: Column) -> str:
    missing = 1 - float(column.filled.mean())
    return f"{missing:.0%} of its cells are empty".replace("%", " %") if missing > MOSTLY_MISSING else ""


def _is_class(column: Column) -> bool:
    """Whether numbers are codes of classes: two values that are no yes and no, or few under a name that says so."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    whole = bool((numbers == np.floor(numbers)).all())
    named = bool(_CLASS_NAME.search(plain_name(column.name)))
    two = column.different == 2 < int(column.filled.sum()) / 2
    return whole and (two or (named and column.different <= FEW_VALUES))


def _describes(column: Column, *, is_place: bool) -> str:
    """Why a text does not describe segments; empty where it does."""
    many = column.different > MOST_CLASSES or column.different > column.filled.sum() / 2
    return f"free text, or too many different values ({column.different:,})" if many and not is_place else ""


def _bought(meanings: Meanings) -> tuple[list[Shaping], dict[str, str]]:
    """Features of the columns that tell what was bought, and the block of each part of a sum."""
    shaping, blocks = [], dict[str, str]()
    for role, bought in BOUGHT.items():
        columns = (meanings.of[role],) if role in meanings.of else meanings.summed.get(role, ())
        if columns:
            shaping.append(Shaping(bought.feature, columns, "days" if bought.dated else "number"))
        blocks |= {column: bought.feature.block or "" for column in columns if len(columns) > 1}
    return shaping, blocks


def judge_columns(columns: Mapping[str, Column], identity: str | None, meanings: Meanings) -> ColumnUses:
    """Say of every column but the id what it is for."""
    shaping, blocks = _bought(meanings)
    shaping, left_out = _checked(shaping, columns)
    taken = {name for one in shaping for name in one.columns if len(one.columns) == 1} | {identity}
    describing: dict[str, str] = {}
    places = {column: role for role, column in meanings.of.items() if role in PLACES}
    faults: list[Fault] = []
    for name, column in columns.items():
        if name in taken or name in left_out:
            continue
        if reason := _why_not(column, meanings):
            left_out[name] = reason
        elif name in places or not (column.is_flag or column.is_number or column.is_date):
            if reason := _describes(column, is_place=name in places):
                left_out[name] = reason
            else:
                describing[places.get(name, _reserved(name))] = name
        elif column.is_number and not column.is_flag and not column.is_date and _is_class(column):
            describing[_reserved(name)] = name
        elif column.is_date and column.day_fault:
            faults.append(column.day_fault)
        else:
            shaping.append(_shaping(column, blocks.get(name)))
    return ColumnUses(tuple(shaping), describing, left_out, tuple(faults))


def _why_not(column: Column, meanings: Meanings) -> str:
    if _is_personal(column, meanings):
        return "about a person: it is read only for audiences"
    if _CONSENT.search(plain_name(column.name)):
        return "consent to be written to: it is read only for audiences"
    return _no_use(column, len(column.codes)) or _too_empty(column)


def _checked(shaping: Sequence[Shaping], columns: Mapping[str, Column]) -> tuple[list[Shaping], dict[str, str]]:
    """Of what was bought, the columns that hold what they are called; the others are judged as any column."""
    good, left_out = [], dict[str, str]()
    for one in shaping:
        own = [columns[name] for name in one.columns]
        if all(column.is_date if one.kind == "days" else _could_be(one.feature, column) for column in own):
            if reason := next(filter(None, map(_too_empty, own)), ""):
                left_out |= dict.fromkeys(one.columns, reason)
            else:
                good.append(one)
    return good, left_out


def _could_be(feature: Feature, column: Column) -> bool:
    """Whether numbers can be what their column is called: counts and days are whole, and never below zero."""
    numbers = column.numbers[np.isfinite(column.numbers)]
    counted = bool((numbers >= 0).all() and (numbers == np.floor(numbers)).all())
    return column.is_number and (counted or feature.measure == "money")


def _shaping(column: Column, block: str | None) -> Shaping:
    name = _reserved(column.name)
    if column.is_flag:
        return Shaping(Feature(name, name, "flag", "value", block), (column.name,), "flag")
    if column.is_date:
        since = f"{DAYS_SINCE}{name}"
        return Shaping(Feature(since, since, "days", "timing", block), (column.name,), "days")
    return Shaping(Feature(name, name, _measure(column), "value", block), (column.name,), "number")
