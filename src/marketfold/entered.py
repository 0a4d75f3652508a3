"""Numbers as people type them: `50k`, `1.5m`, `30 %`, `12.500,50 €`."""

from __future__ import annotations

import re

from pydantic_core import PydanticCustomError

TWO_NUMBERS = "two_numbers"
"""Type of the fault of a text that can be two numbers; its context has both."""

_TIMES = {"": 1.0, "k": 1e3, "tsd": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "%": 0.01}
_ENTERED = re.compile(r"(?P<sign>[-+]?)(?P<body>\d[\d.,]*|[.,]\d+)(?P<unit>k|tsd\.?|mio\.?|mn|m|%|)", re.IGNORECASE)
_ASIDE = re.compile(r"[\s\u00a0\u202f'\u2019_€$£¥]|(?<![a-z])(EUR|USD|GBP|CHF)(?![a-z])", re.IGNORECASE)
_OPEN = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def entered_number(value: object) -> object:
    """A number from what a person typed; what is no text is given back as it is.

    Raises
    ------
    ValueError
        If it is no number, or one that can be read in two ways.

    Examples
    --------
    >>> [entered_number(text) for text in ("50k", "1.5m", "30 %", "12.500,50 €", "1,250,000", "0,3", "50000")]
    [50000.0, 1500000.0, 0.3, 12500.5, 1250000.0, 0.3, 50000.0]
    """
    if not isinstance(value, str):
        return value
    match = _ENTERED.fullmatch(_ASIDE.sub("", value))
    if match is None:
        try:
            return float(value)  # 1e5, and inf, which no setting takes
        except ValueError:
            pass
        raise PydanticCustomError("no_number", "Input should be a valid number, such as 50000, 50k or 30 %")
    body, unit = match["body"], match["unit"].lower().rstrip(".")
    if _OPEN.fullmatch(body):
        whole, fraction = re.split(r"[.,]", body)
        part = fraction.rstrip("0")
        few = f"{whole}.{part.ljust(4, '0') if len(part) == len(fraction) else part}" if part else whole
        ways = {"many": f"{whole}{fraction}{unit}", "few": f"{few}{unit}"}  # in four digits it is open no more
        raise PydanticCustomError(TWO_NUMBERS, "This can be {many} or {few}; write the one that is meant", ways)
    return round(float(match["sign"] + _with_point(body)) * _TIMES[unit], 10)


def _with_point(body: str) -> str:
    """Digits with at most one point: the last sign is the decimal sign, unless it stands there more than once."""
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return body
    if body.count(body[last]) > 1:
        return re.sub(r"[.,]", "", body)
    return re.sub(r"[.,]", "", body[:last]) + "." + body[last + 1 :]
