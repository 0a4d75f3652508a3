"""Countries as people write them, to ISO 3166 codes: for the map, for contacts and for audiences alike."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

import pycountry

ALSO_CALLED = {
    "uk": "GB", "gb": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "great britain": "GB", "britain": "GB", "us": "US", "america": "US", "united states of america": "US",
    "uae": "AE", "rsa": "ZA", "eire": "IE", "republic of ireland": "IE", "holland": "NL", "the netherlands": "NL",
    "nippon": "JP", "russia": "RU", "россия": "RU", "south korea": "KR", "north korea": "KP",
    "turkey": "TR", "türkiye": "TR", "czech republic": "CZ", "macedonia": "MK", "swaziland": "SZ",
    "ivory coast": "CI", "cape verde": "CV", "burma": "MM", "vatican": "VA", "palestine": "PS", "brunei": "BN",
    "laos": "LA", "east timor": "TL", "brd": "DE", "españa": "ES", "brasil": "BR",
}  # fmt: skip
"""What pycountry and its translations do not know, or know otherwise; in lower case, without dots."""


@cache
def _translated() -> dict[str, str]:
    """Country names in the languages that pycountry carries; a name that means two countries means none."""
    codes: dict[str, set[str]] = {}
    for folder in sorted(Path(pycountry.LOCALES_DIR).iterdir()):
        path = folder / "LC_MESSAGES" / "iso3166-1.mo"
        if not path.is_file():
            continue
        with path.open("rb") as file:
            said = gettext.GNUTranslations(file)
        for country in pycountry.countries:
            names = {getattr(country, part, None) for part in ("name", "common_name", "official_name")} - {None}
            for name in names:
                codes.setdefault(said.gettext(str(name)).casefold().strip(), set()).add(country.alpha_2)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}


@cache
def country_code(text: str | None) -> str | None:
    """ISO 3166 alpha-2 code of a country by name, code or local name; None where it is not certain.

    >>> country_code("USA"), country_code("Deutschland"), country_code("U.K."), country_code("Atlantis")
    ('US', 'DE', 'GB', None)
    """
    word = " ".join((text or "").replace(".", "").split()).casefold()
    if not word or word.isdigit():
        return None
    if word in ALSO_CALLED:
        return ALSO_CALLED[word]
    try:
        return str(pycountry.countries.lookup(word).alpha_2)
    except LookupError:
        return _translated().get(word)
