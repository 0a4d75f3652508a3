"""The table of phrases, `report/phrases.toml`; `marketfold.blanks` says how its blanks are filled."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from marketfold.blanks import filled

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("marketfold.report").joinpath("phrases.toml").read_text(encoding="utf-8"))


def phrases(kind: str) -> Mapping[str, Any]:
    """What is said of one kind of thing, by code."""
    return _table()[kind]


def say(kind: str, code: str, currency: str | None = None, /, **values: Any) -> str:
    """What the table says of a code, with these values; amounts carry the currency."""
    return filled(phrases(kind)[code], values, currency)
