"""Towns, states and postal codes as platforms match them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pycountry

EEA = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI",
    "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip

NUMERIC_POSTCODES = frozenset({
    "AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "IT", "LU", "NO", "SE",
})  # fmt: skip
COUNTRY_MARK = re.compile(r"[A-Z]{1,3}[- ]+(?=\d)")
"""The country sign that old addresses carry before a postal code: S-958 22, FIN-02271."""

LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)


def plain_letters(text: str) -> str:
    """Lowercase with accents taken off, for fields that know a to z only.

    >>> plain_letters("Århus"), plain_letters("Łódź"), plain_letters("Straße")
    ('arhus', 'lodz', 'strasse')
    """
    lowered = text.lower().translate(LETTERS)
    return "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))


@cache
def _us_states() -> dict[str, str]:
    """Code of each state by its code and by its name."""
    states: dict[str, str] = {}
    for state in pycountry.subdivisions:
        if state.country_code == "US":
            code = state.code.removeprefix("US-").lower()
            states |= {code: code, state.name.casefold(): code}
    return states


def us_state(text: str) -> str | None:
    """Two-letter code of a state of the USA, lowercase, by code or name; None if there is no such state.

    >>> us_state("NY"), us_state("California"), us_state("Bavaria")
    ('ny', 'ca', None)
    """
    word = " ".join(text.replace(".", "").split()).casefold()
    return _us_states().get(word)


def postal_code(text: str, country: str | None) -> str | None:
    """A postal code as it is written within its country (an ISO code, if known); None where it cannot be one.

    >>> postal_code("S-958 22", "SE"), postal_code("100221234", "US"), postal_code("1002", "US")
    ('958 22', '10022-1234', None)
    """
    code = " ".join(text.split()).upper()
    if country in NUMERIC_POSTCODES:
        code = COUNTRY_MARK.sub("", code)
    if country == "US":
        digits = re.fullmatch(r"(\d{5})(?:[- ]?(\d{4}))?", code)
        return None if digits is None else "-".join(part for part in digits.groups() if part)
    return code if re.fullmatch(r"[A-Z0-9][A-Z0-9 -]{1,11}", code) else None
