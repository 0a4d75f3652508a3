"""Every JSON that Marketfold writes and reads: UTF-8, and nothing in it that JSON does not have."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.whole_files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A value in JSON's own types: records by field, arrays as lists, days as text; what is not a number is null.

    >>> from datetime import date
    >>> plain({"a": np.array([1.0, np.nan]), 2: (date(2005, 5, 31),)})
    {'a': [1.0, None], '2': ['2005-05-31']}
    """
    if (kind := type(value)) in _AS_THEY_ARE or (kind is float and math.isfinite(value)):  # most of a figure
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    is_number = isinstance(value, float)
    known = math.isfinite(value) if is_number else isinstance(value, str | int)
    return value if known else None if is_number else str(value)


def write_json(value: Any, path: Path, *, indent: int | None = 1) -> None:
    """Write a value as JSON, indented for people; without an indent on one line, for what only programs read."""
    text = json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
    write_whole(text + "\n", path)


MOST_BYTES = 100_000_000
"""A hundred times a usual page; what is larger is not ours."""
DEEPEST = 60
"""Ours are not nested half as deep."""
_NESTED = (dict, list)


def read_json(path: Path) -> Any:
    """What `write_json` wrote.

    OSError or ValueError if the file cannot be read, is no JSON in UTF-8, or is larger or nested deeper than ours.
    """
    if path.exists() and not path.is_file():
        raise OSError(f"{path.name} is no regular file")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    text = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if "\\ud" in text.lower():  # half of a sign, which no file can hold
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("it is nested too deep")
        parts = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, _NESTED))
        level = [inner for part in parts for inner in part if isinstance(inner, _NESTED)]
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
