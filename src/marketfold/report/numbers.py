"""Numbers as a reader writes them: thousands separated, shares in percent, money in its currency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from marketfold.exploration.wording import NARROW_SPACE, in_currency

if TYPE_CHECKING:
    from datetime import date

    from marketfold.schema import Measure

DASH = "\u2013"
MISSING = "\u2014"

_FINE_UNDER = 100
"""Below this a money amount shows its cents."""


def count(value: float) -> str:
    """Whole number with thousands separated.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}" if math.isfinite(value) else MISSING


def decimal(value: float, digits: int = 2) -> str:
    """Number with a fixed count of decimals.

    >>> decimal(1234.5)
    '1,234.50'
    >>> decimal(-0.001)
    '0.00'
    """
    if not math.isfinite(value):
        return MISSING
    return f"{round(value, digits) or 0.0:,.{digits}f}".replace("-", "\u2212")


def share(value: float, digits: int | None = None) -> str:
    """A share of 0 to 1 as percent; small ones keep a decimal.

    >>> [share(value).replace(NARROW_SPACE, " ") for value in (0.4213, 0.0213, 0.08, 0.0001, 1)]
    ['42 %', '2.1 %', '8 %', '<0.1 %', '100 %']
    """
    if not math.isfinite(value):
        return MISSING
    percent = value * 100
    if 0 < percent < 0.1 and digits is None:
        return f"<0.1{NARROW_SPACE}%"
    places = digits if digits is not None else (1 if 0 < abs(percent) < 10 else 0)
    text = f"{percent:,.{places}f}".replace("-", "\u2212")
    return f"{text.removesuffix('.0') if digits is None else text}{NARROW_SPACE}%"


def money(value: float, currency: str | None = None, *, short: bool = False) -> str:
    """Money with thousands separated, its sign where the currency is known.

    >>> money(10032628.85, "USD"), money(10032628.85, "USD", short=True), money(12.5), money(1200, "SEK")
    ('$10,032,629', '$10.0M', '12.50', '1,200\u202fSEK')
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if short and size >= 1e9:
        text = f"{size / 1e9:,.1f}B"
    elif short and size >= 1e6:
        text = f"{size / 1e6:,.1f}M"
    elif short and size >= 1e4:
        text = f"{size / 1e3:,.0f}K"
    else:
        text = f"{size:,.2f}" if size < _FINE_UNDER and size != int(size) else f"{size:,.0f}"
    text = in_currency(text, currency)
    return f"\u2212{text}" if value < 0 else text


def exact_money(value: float, currency: str | None = None) -> str:
    """Money to the cent.

    >>> exact_money(10032628.85, "USD"), exact_money(-3.5)
    ('$10,032,628.85', '\u22123.50')
    """
    text = f"{abs(value):,.2f}"
    text = in_currency(text, currency)
    return f"\u2212{text}" if round(value, 2) < 0 else text


def measured(value: float, measure: Measure, currency: str | None = None) -> str:
    """A feature's value in its own unit.

    >>> measured(34.4, "days"), measured(0.25, "share"), measured(3.0, "count"), measured(1.0, "days")
    ('34 days', '25\u202f%', '3', '1 day')
    """
    if not math.isfinite(value):
        return MISSING
    if measure == "money":
        return money(value, currency)
    if measure in {"share", "flag"}:
        return share(value)
    if measure == "days":
        return "1 day" if round(value) == 1 else f"{count(value)} days"
    if measure == "count":
        return count(value) if value == int(value) or value >= _FINE_UNDER else decimal(value, 1)
    return decimal(value)


def day(value: date) -> str:
    """A day in words that no country reads the wrong way round.

    >>> from datetime import date
    >>> day(date(2005, 5, 3))
    '3 May 2005'
    """
    return f"{value.day} {value:%B %Y}"


def seconds(value: float) -> str:
    """How long something took.

    >>> seconds(0.034), seconds(12.34), seconds(125)
    ('0.03 s', '12.3 s', '2 min 5 s')
    """
    if value < 0.01:
        return "<0.01 s"
    if value < 1:
        return f"{value:.2f} s"
    return f"{value:.1f} s" if value < 60 else f"{int(value // 60)} min {value % 60:.0f} s"


def listing(words: tuple[str, ...]) -> str:
    """Words joined as a sentence joins them.

    >>> listing(("red", "green", "blue"))
    'red, green and blue'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def in_words(value: int) -> str:
    """Small whole numbers as words.

    >>> in_words(3), in_words(40)
    ('three', '40')
    """
    return _WORDS[value] if 0 <= value < len(_WORDS) else count(value)


def sentence(text: str) -> str:
    """A text with a capital first and a full stop last.

    >>> sentence("last ordered 3 days ago"), sentence("Is it?")
    ('Last ordered 3 days ago.', 'Is it?')
    """
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
