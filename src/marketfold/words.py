"""The one writer of numbers, days and lists: a share, an amount or a date looks the same wherever a person reads it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import numpy as np

    from marketfold.schema import Measure, Unit

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Signs that move, colour or hide what a terminal or a page shows, instead of standing in it."""

DASH = "\u2013"
MISSING = "\u2014"
MINUS = "\u2212"
NARROW_SPACE = "\u202f"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
CURRENCY_SIGNS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF ", "CNY": "CN¥", "BRL": "R$",
}  # fmt: skip
"""Signs that stand before an amount; other currencies stand after it, by their code."""

_CURRENCIES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
)
"""Codes of ISO 4217 that people pay with."""
_OTHER_SIGNS = {
    "Fr.": "CHF", "SFr.": "CHF", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "₩": "KRW", "₽": "RUB", "₺": "TRY",
    "₫": "VND", "₴": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "₪": "ILS", "C$": "CAD", "A$": "AUD",
    "US$": "USD", "CA$": "CAD",
}  # fmt: skip
"""Signs that are read, beside those that are written."""

WHOLE_MONEY_FROM = 100
"""From here on cents say nothing to a reader."""
WHOLE_FROM = 10
"""From here on a decimal of a count, of days or of percent says nothing to a reader."""

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def printable(text: str) -> str:
    r"""A text in which signs that would steer a terminal stand as U+FFFD; line feeds and tabs stay.

    >>> printable("a\x1b[31mb\tc\n")
    'a\ufffd[31mb\tc\n'
    """
    return STEERING.sub("\ufffd", text)


def count(value: float) -> str:
    """Whole number with thousands separated.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}".replace("-", MINUS) if math.isfinite(value) else MISSING


def decimal(value: float, digits: int = 2) -> str:
    """Number with a fixed count of decimals.

    >>> decimal(1234.5), decimal(-0.001)
    ('1,234.50', '0.00')
    """
    if not math.isfinite(value):
        return MISSING
    return f"{round(value, digits) or 0.0:,.{digits}f}".replace("-", MINUS)


def _rounded(value: float) -> str:
    """One decimal where it says something, none where the number is large or whole."""
    text = f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:,.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("-", MINUS)


def share(value: float) -> str:
    """A share of 0 to 1 in percent, with one decimal near none and near all, and never rounded to either.

    >>> [share(value) for value in (0.4619, 0.9270, 0.021, 0.0004, -0.0004, 0.9996, 1, 0)]
    ['46 %', '92.7 %', '2.1 %', '<0.1 %', '>\N{MINUS SIGN}0.1 %', '>99.9 %', '100 %', '0 %']
    """
    if not math.isfinite(value):
        return MISSING
    percent = abs(value) * 100
    text = _rounded(percent)
    if 0 < percent < 0.05:
        text = "<0.1"
    elif 99.95 <= percent < 100:
        text = ">99.9"
    elif 90 < percent < 100:
        text = f"{percent:.1f}".removesuffix(".0")
    if value < 0:  # what is nearer to none than -0.1 % is above it
        text = f"{ {'<': '>', '>': '<'}.get(text[0], '') }{MINUS}{text.lstrip('<>')}"
    return f"{text} %"


def exact_share(value: float) -> str:
    """A share of 0 to 1 in percent to one decimal, so that two of them and what lies between can be checked by hand.

    >>> exact_share(0.1664), exact_share(0.15)
    ('16.6 %', '15.0 %')
    """
    return f"{decimal(value * 100, 1)} %" if math.isfinite(value) else MISSING


def points(value: float) -> str:
    """What lies between two shares of 0 to 1, in percentage points.

    >>> points(0.0164)
    '1.6 points'
    """
    return f"{decimal(value * 100, 1)} points" if math.isfinite(value) else MISSING


def quoted(names: Sequence[str]) -> str:
    """Names in a sentence, each in quotation marks, as a name may hold a comma.

    >>> quoted(["Resellers", "Year-end Gift sets buyers"])
    '“Resellers” and “Year-end Gift sets buyers”'
    """
    return listed([f"“{name}”" for name in names])


def currency_code(text: str) -> str | None:
    """Code of a currency that is given by its code, in any case, or by its sign; None where there is none such.

    >>> currency_code("eur"), currency_code("€"), currency_code("zł"), currency_code("EURO")
    ('EUR', 'EUR', 'PLN', None)
    """
    given = text.strip()
    signs = {sign.strip(): code for code, sign in CURRENCY_SIGNS.items()} | _OTHER_SIGNS
    is_code = re.fullmatch("[A-Z]{3}", given.upper()) and given.upper() in _CURRENCIES
    return signs.get(given) or (given.upper() if is_code else None)


def in_currency(amount: str, currency: str | None) -> str:
    """An amount that is already written, with the sign or the code of its currency.

    >>> in_currency("-12", "EUR"), in_currency("%{y:,.0f}", "GBP"), in_currency("5", None)
    ('-€12', '£%{y:,.0f}', '5')
    """
    if not currency:
        return amount
    sign = CURRENCY_SIGNS.get(currency.upper())
    if sign is None:
        return f"{amount}{NARROW_SPACE}{currency}"
    return f"-{sign}{amount[1:]}" if amount.startswith("-") else f"{sign}{amount}"


def _signed(size: str, value: float, currency: str | None) -> str:
    text = in_currency(size, currency)
    return f"{MINUS}{text}" if value < 0 and any(digit in size for digit in "123456789") else text


def money(value: float, currency: str | None = None, *, short: bool = False) -> str:
    """Money with thousands separated, its sign where the currency is known, cents only where they matter.

    >>> money(10032628.85, "USD"), money(10032628.85, "USD", short=True), money(12.5), money(1200, "SEK")
    ('$10,032,629', '$10.0M', '12.50', '1,200\u202fSEK')
    """
    if not math.isfinite(value):
        return MISSING
    size = abs(value)
    if short and size >= 1e4:
        scale, letter = next(one for one in ((1e9, "B"), (1e6, "M"), (1e3, "K")) if size >= 0.9995 * one[0])
        text = f"{size / scale:,.0f}{letter}" if letter == "K" else f"{size / scale:,.1f}{letter}"
    else:
        text = f"{size:,.2f}" if size < WHOLE_MONEY_FROM and size != int(size) else f"{size:,.0f}"
    return _signed(text, value, currency)


def signed(value: float, write: Callable[[float], str]) -> str:
    """A difference with its sign, its size as `write` writes it; none at all has no sign.

    >>> signed(-12.5, money), signed(3.0, count), signed(0.0, count)
    ('\u221212.50', '+3', '0')
    """
    if not math.isfinite(value):
        return MISSING
    size = write(abs(value))
    return f"{MINUS if value < 0 else '+'}{size}" if any(digit in size for digit in "123456789") else size


def exact_money(value: float, currency: str | None = None) -> str:
    """Money to the cent.

    >>> exact_money(10032628.85, "USD"), exact_money(-3.5)
    ('$10,032,628.85', '\u22123.50')
    """
    return _signed(f"{abs(value):,.2f}", value, currency)


def price(value: float, currency: str | None = None) -> str:
    """What one thing costs: as money, and where cents are too coarse with two digits that say something.

    >>> price(2, "EUR"), price(0.0042, "EUR")
    ('€2', '€0.0042')
    """
    if not 0 < value < 0.1:
        return money(value, currency)
    return in_currency(f"{value:.{1 - math.floor(math.log10(value))}f}".rstrip("0"), currency)


def days(value: float) -> str:
    """A number of days.

    >>> days(34.2), days(1), days(2.25)
    ('34 days', '1 day', '2.2 days')
    """
    text = _rounded(value)
    return f"{text} day{'' if text in {'1', f'{MINUS}1'} else 's'}"


def measured(value: float, measure: Measure, currency: str | None = None) -> str:
    """A feature's value in its own unit; a share or a flag is 0 to 1 and is written in percent.

    >>> measured(34.4, "days"), measured(0.25, "share"), measured(3.0, "count"), measured(2.25, "count")
    ('34 days', '25 %', '3', '2.2')
    """
    if not math.isfinite(value):
        return MISSING
    if measure == "money":
        return money(value, currency)
    if measure in {"share", "flag"}:
        return share(value)
    if measure == "days":
        return days(value)
    if measure == "year":
        return f"{value:.0f}"
    return _rounded(value) if measure == "count" else decimal(value).rstrip("0").rstrip(".")


def day(when: date | np.datetime64) -> str:
    """A day in words that no country reads the wrong way round.

    >>> from datetime import date
    >>> day(date(2005, 5, 3))
    '3 May 2005'
    """
    year, in_year, number = str(when)[:10].split("-")
    return f"{int(number)} {month(int(in_year))} {year}"


def short_day(when: date | np.datetime64) -> str:
    """A day as `day` writes it, with the month in three letters, for columns.

    >>> from datetime import date
    >>> short_day(date(2004, 11, 29))
    '29 Nov 2004'
    """
    number, name, year = day(when).split()
    return f"{number} {name[:3]} {year}"


def month(number: int) -> str:
    """Name of a calendar month, January being 1.

    >>> month(3)
    'March'
    """
    return MONTHS[number - 1]


def months(numbers: Sequence[int]) -> str:
    """Calendar months as a range where they follow each other, else as a number of months.

    >>> months([1, 2, 3]), months([5]), months([1, 6])
    ('January to March', 'May', '2 months')
    """
    if len(numbers) == 1:
        return month(numbers[0])
    if list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        return f"{month(numbers[0])} to {month(numbers[-1])}"
    return f"{len(numbers)} months"


def times(ratio: float) -> str:
    """How many times as much.

    >>> times(3.14)
    '3.1 times'
    """
    return f"{_rounded(ratio)} times"


def p_value(value: float) -> str:
    """Probability of so much by chance.

    >>> p_value(0.0112), p_value(0.0002)
    ('0.011', 'under 0.001')
    """
    return "under 0.001" if value < 0.001 else decimal(value, 3)


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


def about_seconds(value: float) -> str:
    """How long something may take, no finer than can be known.

    >>> [about_seconds(value) for value in (3.2, 41, 58, 100, 3700)]
    ['about 4 s', 'about 45 s', 'about 1 min', 'about 2 min', 'about 62 min']
    """
    if value <= 10:
        return f"about {max(math.ceil(value), 1)} s"
    if value <= 55:
        return f"about {5 * math.ceil(value / 5)} s"
    return f"about {math.ceil(value / 60)} min"


def file_size(n_bytes: int) -> str:
    """Bytes as file managers write them.

    >>> file_size(900), file_size(527_958), file_size(2_400_000_000)
    ('900 bytes', '528 KB', '2.4 GB')
    """
    if n_bytes < 1000:
        return plural(n_bytes, "byte")
    scale, unit = next(one for one in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")) if n_bytes >= 0.9995 * one[0])
    size = n_bytes / scale
    return f"{size:,.0f} {unit}" if size >= WHOLE_FROM else f"{size:,.1f} {unit}"


def titled(name: str, title: str | None, group: str | None = None) -> str:
    """A product by what it is called, its code and its category in brackets, as far as there are any.

    >>> titled("22423", "Cake stand"), titled("22423", None, "Kitchen"), titled("Mug", "Mug")
    ('Cake stand (22423)', '22423 (Kitchen)', 'Mug')
    """
    aside = [part for part in (name if title and title != name else None, group) if part]
    return f"{title or name} ({', '.join(aside)})" if aside else title or name


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Words joined as a sentence joins them.

    >>> listed(["red", "green", "blue"]), listed(["a", "b"], "or")
    ('red, green and blue', 'a or b')
    """
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def some(names: Sequence[str], most: int = 4) -> str:
    """Name the first few and count the rest.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def unit_word(unit: Unit) -> str:
    """What a row is, as a reader calls it."""
    return unit.replace("_", " ")


def units_word(unit: Unit) -> str:
    """Several of them.

    >>> units_word("order_line")
    'order lines'
    """
    return f"{unit_word(unit)}s"


def known(value: float | None, write: Callable[[float], str] | None = None) -> str:
    """A number as `write` writes it, as a decimal where nothing is given; a dash for None and NaN.

    >>> known(0.25), known(math.nan)
    ('0.25', '\N{EM DASH}')
    """
    return MISSING if value is None or math.isnan(value) else (write or decimal)(value)


def number_word(value: int) -> str:
    """Small whole numbers as words.

    >>> number_word(3), number_word(40)
    ('three', '40')
    """
    return _NUMBERS[value] if 0 <= value < len(_NUMBERS) else count(value)


def plural(value: float, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "customer"), plural(1200, "customer")
    ('1 customer', '1,200 customers')
    """
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def singular(text: str) -> str:
    """Mend the plural after a lone 1.

    >>> singular("1 orders each, others 11 orders")
    '1 order each, others 11 orders'
    """
    return re.sub(r"(?<![\d.,])1 ((?:different )?(?:order|product|item|line))s\b", r"1 \1", text)


def sentence(text: str) -> str:
    """A text with a capital first and a full stop last.

    >>> sentence("last ordered 3 days ago"), sentence("Is it?")
    ('Last ordered 3 days ago.', 'Is it?')
    """
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
