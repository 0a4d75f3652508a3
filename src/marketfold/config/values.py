"""What a setting takes beyond its type, and how it is called on the command line."""

from __future__ import annotations

import codecs
import difflib
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

from marketfold.decisions import undoable
from marketfold.entered import entered_number
from marketfold.errors import ConfigError
from marketfold.formulas import read_formula
from marketfold.reduction import REDUCERS, method_choices
from marketfold.spark import without_token
from marketfold.words import currency_code

_SOME_DAY = datetime(2024, 2, 13, 14, 55, 7)

FORMULA = "formula"
"""Code of the fault of a formula, which comes with the reason."""
LARGEST_SEED = 4_000_000_000
"""scikit-learn takes 32 bits, and parts of a run add to the seed."""
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2100, 1, 1)
_SEGMENT = re.compile(r"[1-9]\d{0,3}")
MOST_MONEY = 1e12
"""In any currency more than a campaign costs, and few enough figures to divide to the cent."""


@dataclass(frozen=True)
class Flag:
    """How a setting is called on the command line, where its own name with dashes does not do.

    Further spellings follow after a space, as in `--feature-set --view`; `metavar` stands for the value in the help,
    and `unset` says there what holds where nothing is given. `title` is its name in a form, where the words of the
    flag do not do.
    """

    name: str = ""
    metavar: str | None = None
    unset: str = "none"
    title: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a setting takes, in words, where its type and its limits do not say it well."""

    text: str


@dataclass(frozen=True)
class OneOf:
    """What a setting may be, where its type does not list it."""

    names: tuple[str, ...]


FOUND = Flag(unset="found")
"""Of what is found in the data where nothing is given."""


def _refused(code: str, text: str) -> PydanticCustomError:
    """A fault with what is wanted in `text`."""
    return PydanticCustomError(code, "{text}", {"text": text})


def _known_method(method: str) -> str:
    if method not in {"auto", *REDUCERS}:
        raise _refused("unknown", method_choices())
    return method


def _known_decision(code: str) -> str:
    if code not in undoable():
        close = difflib.get_close_matches(code, undoable(), n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise _refused("unknown", f"one of {', '.join(undoable())}{meant}")
    return code


def _separator(text: str) -> str:
    mark = {r"\t": "\t", "tab": "\t"}.get(text.lower(), text)
    if len(mark) != 1 or mark in "\"'\r\n\0" or mark.isalnum():
        raise _refused("separator", "one sign that separates fields, as in , ; | or tab")
    return mark


def _text_encoding(name: str) -> str:
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        known = None
    if known is None or not getattr(known, "_is_text_encoding", True):
        raise _refused("encoding", "an encoding of text, such as utf-8, cp1252, cp437 or utf-16")
    return name


def _readable_format(text: str) -> str:
    try:
        datetime.strptime(_SOME_DAY.strftime(text), text)
    except (ValueError, re.error, OverflowError):
        raise _refused("date_format", "a pattern of %d, %m, %Y and their like, each once, as in %d/%m/%Y") from None
    return text


def _size(text: str) -> str:
    if not re.fullmatch(r"\s*\d{1,9}(\.\d{1,3})?\s*([KMGT]i?B|%)\s*", text, re.IGNORECASE):
        raise _refused("size", "a size such as 2GB or 500MB")
    return text


def _cut_points(text: str) -> str:
    try:
        cuts = [float(part) for part in text.split(",")]
    except ValueError:
        cuts = []
    if len(cuts) != 4 or not all(map(math.isfinite, cuts)) or cuts != sorted(set(cuts)):
        raise _refused("cuts", "four ascending numbers, as in 30,90,180,365")
    return text


def _currency(text: str) -> str:
    code = currency_code(text)
    if code is None:
        raise _refused("currency", "a code of three letters such as EUR, or a sign such as €")
    return code


def _plain_text(text: str) -> str:
    if "\0" in text:
        raise _refused("text", "a text without NUL")
    return text


def _master(text: str) -> str:
    if not re.fullmatch(r"local(\[[\d*, ]+\])?|(spark|sc|k8s)://\S+|yarn", text):
        raise _refused("master", "local[4], spark://host:7077, yarn, k8s://... or sc://host:15002")
    return text


def _feature_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", name):
        raise _refused("name", "a name of 2 to 60 letters, digits and _, as in weekend_share")
    return name


def _formula(given: Any) -> str:
    """The text of a formula."""
    try:
        return read_formula(given).text
    except ConfigError as error:
        raise PydanticCustomError(FORMULA, "{why}", {"why": str(error).rstrip(".")}) from error


def _merge(text: str) -> str:
    """Numbers of segments to make one, in their order."""
    numbers = {part.strip() for part in text.split("+")}
    if len(numbers) < 2 or len(numbers) < text.count("+") + 1 or not all(map(_SEGMENT.fullmatch, numbers)):
        raise _refused("merge", "two or more different numbers of segments, as in 1+3")
    return "+".join(sorted(numbers, key=int))


def _apart(merges: tuple[str, ...]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(merges))
    sets = [set(one.split("+")) for one in different]
    if both := next((one | other for one, other in combinations(sets, 2) if one & other), None):
        together = "+".join(sorted(both, key=int))
        raise _refused("merged_twice", f"each number once, as in --merge {together} for one segment of all of them")
    return different


Entered = BeforeValidator(entered_number)
Money = Annotated[
    float, Entered, Wanted("an amount of money, more than 0 and up to 1,000,000,000,000, such as 50000 or 50k")
]
PlainText = Annotated[str, AfterValidator(_plain_text)]
ReductionMethod = Annotated[str, AfterValidator(_known_method), OneOf(("auto", *REDUCERS))]
Separator = Annotated[str, AfterValidator(_separator)]
Encoding = Annotated[str, AfterValidator(_text_encoding)]
DateFormat = Annotated[str, AfterValidator(_readable_format)]
Size = Annotated[str, AfterValidator(_size)]
CutPoints = Annotated[str, AfterValidator(_cut_points)]
Currency = Annotated[str, AfterValidator(_currency)]
Master = Annotated[str, AfterValidator(_master), PlainSerializer(without_token, when_used="json")]
"""Where Spark runs; what is written of it holds no token."""
Merges = Annotated[tuple[Annotated[str, AfterValidator(_merge)], ...], AfterValidator(_apart)]
FeatureName = Annotated[str, AfterValidator(_feature_name)]
Formula = Annotated[str, BeforeValidator(_formula)]
DecisionCode = Annotated[str, AfterValidator(_known_decision)]
