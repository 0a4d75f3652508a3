"""Numbers as a person would say them, with their unit."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marketfold.schema import Measure

WHOLE_MONEY_FROM = 100.0
"""From here on cents say nothing to a reader."""


def _significant(value: float, digits: int) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _plain(value: float, digits: int = 3) -> str:
    """Write at most `digits` digits that matter, without an exponent: 1,234 and 0.034."""
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    short = _significant(value, digits)
    if short == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(short))))
    text = f"{short:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_words(value: float, measure: Measure) -> str:
    """Say one value in the user's unit.

    Parameters
    ----------
    value
        In the unit of `measure`; a share or a flag is 0 to 1 and is said as percent.
    measure
        What kind of number it is.

    Examples
    --------
    >>> in_words(34.2, "days"), in_words(1.0, "days"), in_words(0.943, "share")
    ('34 days', '1 day', '94 %')
    >>> in_words(3214.559, "money"), in_words(9.5, "money"), in_words(2.25, "count")
    ('3,215', '9.50', '2.2')
    """
    if measure == "days":
        text = _plain(value, 2)
        return f"{text} day{'' if text in {'1', '-1'} else 's'}"
    if measure in {"share", "flag"}:
        percent = value * 100
        return f"{_plain(percent, 2) if abs(percent) < 10 else f'{percent:.0f}'} %"
    if measure == "money":
        return f"{value:,.0f}" if value == round(value) or abs(value) >= WHOLE_MONEY_FROM else f"{value:,.2f}"
    if measure == "ratio":
        return f"{round(value, 2) + 0.0:.2g}"
    return _plain(value, 2)


def singular(text: str) -> str:
    """Mend the plural after a lone 1.

    >>> singular("1 orders each, others 11 orders")
    '1 order each, others 11 orders'
    """
    return re.sub(r"(?<![\d.,])1 ((?:different )?(?:order|product|item|line))s\b", r"1 \1", text)


def listed(parts: list[str]) -> str:
    """Join with commas and a final "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
