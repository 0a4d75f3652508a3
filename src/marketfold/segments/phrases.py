"""The table of phrases: how each feature is said in names, sentences and rules."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Phrase:
    """How one feature is said; an empty string where the table is silent."""

    match: tuple[str, ...] = ()
    aspect: str = ""
    order: int = 90
    yields_to: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    low_tail: str = ""
    high_tail: str = ""
    one: str = ""
    says: str = "{label}: {this}, others {others}"
    below: str = "{label} up to {x}"
    above: str = "{label} over {x}"
    at_least: str = "{label} of {x} or more"
    between: str = "{label} between {low} and {high}"
    exactly: str = "{label} of {x}"
    none: str = ""


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def _table() -> tuple[Phrase, ...]:
    text = files("marketfold.segments").joinpath("phrases.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["phrase"]
    return tuple(Phrase(**{key: _frozen(value) for key, value in row.items()}) for row in rows)


@cache
def phrase_of(feature: str) -> Phrase:
    """The phrase of a feature by its name; a plain one, of an aspect of its own, for a feature that the table lacks.

    >>> phrase_of("recency_days").high
    'quiet'
    >>> phrase_of("shoe_size").says.format(label="shoe size", this="42", others="40")
    'shoe size: 42, others 40'
    """
    for phrase in _table():
        if any(fnmatchcase(feature, pattern) for pattern in phrase.match):
            return phrase
    return Phrase(aspect=feature)
