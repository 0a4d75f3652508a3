"""What is wrong with a setting, as the person who set it wrote it: the flag, the variable, or the line of the file."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
from datetime import date
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel

from marketfold.config.settings import Setting, settings_of
from marketfold.config.tree import CONFIG_FILE, RunConfig
from marketfold.config.unknown import UNKNOWN, nearest
from marketfold.config.values import FORMULA, Wanted
from marketfold.entered import TWO_NUMBERS
from marketfold.errors import Fault
from marketfold.spark_says import masked

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]
_QUOTED_WORD = re.compile(r"'(\w+)'")

_BEYOND = {
    "less_than_equal": ("is too much", "is too late"),
    "less_than": ("is too much", "is too late"),
    "greater_than_equal": ("is too little", "is too early"),
    "greater_than": ("is too little", "is too early"),
}
"""Of a number, and of a day."""
_WRONG = {
    "literal_error": "is not known",
    "unknown": "is not known",
    "currency": "is no currency",
    "no_number": "is no number",
    "finite_number": "is no number",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "float_type": "is no number",
    "int_parsing": "is no whole number",
    "int_type": "is no whole number",
    "int_from_float": "is no whole number",
    "date_parsing": "is no day",
    "date_from_datetime_parsing": "is no day",
    "date_from_datetime_inexact": "is no day",
    "date_type": "is no day",
    "merged_twice": "names a segment twice",
}
"""What a value is, by the code of its fault; of the others it is only said what is wanted."""


_LIMITS = {
    "le": "{} or less", "lt": "less than {}", "ge": "{} or more", "gt": "more than {}",
    "min_length": "a text of at least {} letters", "max_length": "a text of at most {} letters",
}  # fmt: skip
_KINDS = {
    "no_number": "a number such as 50000, 50k or 30 %", "float_type": "a number such as 50000, 50k or 30 %",
    "finite_number": "a number such as 50000, 50k or 30 %", "string_type": "a text",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "a whole number"),
}  # fmt: skip
"""What is wanted, by the limits and by the code of a fault."""


def in_plain_words(error: ErrorDetails) -> str:
    """What a value is and what to give instead, as far as its fault alone says it; it follows the value.

    >>> from typing import Annotated
    >>> from pydantic import Field, TypeAdapter, ValidationError
    >>> try:
    ...     TypeAdapter(Annotated[float, Field(le=1)]).validate_python(1.5)
    ... except ValidationError as refused:
    ...     in_plain_words(refused.errors()[0])
    'is too much: give 1 or less'
    """
    known = error.get("ctx", {})
    if error["type"] == TWO_NUMBERS:
        return "can be {many} or {few}: write the one that is meant".format(**known)
    limits = [text.format(f"{known[name]:g}") for name, text in _LIMITS.items() if name in known]
    wanted = limits or [_KINDS.get(error["type"], "another value")]
    return f"{_wrong(error)}: give {wanted[0]}"


def faults_of(errors: list[ErrorDetails], overrides: dict[str, Any], *, as_keywords: bool = False) -> list[Fault]:
    """One fault for each thing that was written wrong, however many rules it breaks.

    What was overridden is called as a flag, or as the keyword of a call.
    """
    said: dict[Place, Fault] = {}
    for error in errors:
        place = tuple(part for part in error["loc"] if part != "[key]")
        setting = next((one for one in settings_of() if one.path == place[: len(one.path)]), None)
        value = None if error["loc"][-1] == "[key]" else error["input"]
        given = _given(overrides, setting.path if setting else place)
        if as_keywords and given is not None:
            subject = f"{place[min(1, len(place) - 1)]}={_short(repr(given))}"
        else:
            subject = _subject(place, setting, value, overrides)
        said.setdefault(place, Fault(_sentence(subject, place, setting, error)))
    return list(said.values())


def _sentence(subject: str, place: Place, setting: Setting | None, error: ErrorDetails) -> str:
    if error["type"] == UNKNOWN:
        return f"{subject}: there is no such setting{_meant(place)}"
    if setting is None:
        return f"{subject}: {place[0]} is a group of settings. Set one of them, as in {_one_of(str(place[0]))}."
    if error["type"] == TWO_NUMBERS:
        return f"{subject} {in_plain_words(error)}."
    wanted = error.get("ctx", {}).get("text") or error.get("ctx", {}).get("expected") or _wanted(setting)
    plain = _QUOTED_WORD.sub(r"\1", wanted)
    why = f" ({place[-1]}: {error['ctx']['why']})" if error["type"] == FORMULA else ""
    return f"{subject} {_wrong(error)}{why}: give {plain}."


def _wrong(error: ErrorDetails) -> str:
    """What a value is that it must not be."""
    kind, value = error["type"], error["input"]
    if kind not in _BEYOND:
        return _WRONG.get(kind, "cannot be used")
    if isinstance(value, float) and math.isnan(value):
        return "is no number"
    of_number, of_day = _BEYOND[kind]
    limit = next(iter(error.get("ctx", {}).values()), None)
    return of_day if isinstance(limit, date | str) else of_number


def _wanted(setting: Setting) -> str:
    """What a setting takes: in its own words, or by its type and its limits."""
    kind, notes = setting.kind, setting.notes
    if own := next((one.text for one in notes if isinstance(one, Wanted)), None):
        return own
    low, high = (next((getattr(one, end) for one in notes if hasattr(one, end)), None) for end in ("ge", "le"))
    if kind is int:
        return f"a whole number from {low:,} to {high:,}" if high else f"a whole number, {low} or more"
    if kind is date:
        return f"a day as YYYY-MM-DD, from {low} to {high}"
    if get_origin(kind) is dict:
        return f"pairs, as {setting.flag.metavar}"
    return "true or false" if kind is bool else "texts" if get_origin(kind) is tuple else "a text"


def _subject(place: Place, setting: Setting | None, value: Any, overrides: dict[str, Any]) -> str:
    """A value as it was written, with what it was written to: a flag, a variable, or a key of the file."""
    path = setting.path if setting else place
    given = _given(overrides, path)
    if given is not None:
        name = setting.flag.name.split()[0] if setting else str(place[-1])
        return f"{name} {_typed(given, place[len(path) :], value)}"
    wanted = {f"MARKETFOLD_{'__'.join(map(str, place[:end])).upper()}" for end in range(1, len(place) + 1)}
    variable = next((name for name in os.environ if name.upper() in wanted), None)
    if variable:
        return f"{variable}={_short(os.environ[variable])}"
    keys = [str(part) for part in place if isinstance(part, str)][: len(path) + 1]
    table = f", table [{'.'.join(keys[:-1])}]" if keys[1:] else ""
    shown = "" if value is None else f" = {_short(json.dumps(value, ensure_ascii=False, default=str))}"
    return f"{CONFIG_FILE}{table}: {keys[-1]}{shown}"


def _given(tree: Any, path: Place) -> Any:
    """The value at a place of a tree of settings; None where there is none."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def _typed(given: Any, within: Place, value: Any) -> str:
    """A value as it stands on a command line: of several, the one that is wrong."""
    key = within[0] if within else None
    if isinstance(given, dict) and key in given:
        text = f"{key}={given[key]}"
    elif isinstance(given, list | tuple) and isinstance(key, int):
        text = str(given[key])
    elif isinstance(given, list | tuple):
        return _short(" ".join(shlex.quote(str(one)) for one in given))
    else:
        text = str(value if isinstance(given, dict) else given)
    return _short(shlex.quote(text))


def _short(text: str, most: int = 60) -> str:
    text = masked(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _meant(place: Place) -> str:
    """The name of a setting, or of a group of them, that is nearly the one that was written; else all of them."""
    branch: Any = RunConfig
    for name in place[:-1]:
        branch = branch.model_fields[name].annotation
        if not (isinstance(branch, type) and issubclass(branch, BaseModel)):
            return ""
    close = nearest(str(place[-1]), branch)
    return f"; did you mean {'.'.join(close)}?" if close else f". There are: {', '.join(branch.model_fields)}."


def _one_of(group: str) -> str:
    """How the first setting of a group is written in the file."""
    first = next(one for one in settings_of() if one.path[0] == group)
    return f"{first.path[-1]} = ... below [{group}]"
