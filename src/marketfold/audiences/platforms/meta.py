"""Meta customer lists, by its help pages (as of November 2026); the rules are not Google's."""

from __future__ import annotations

import re

from marketfold.audiences.identifiers import digits, is_name, iso_country, trimmed_email
from marketfold.audiences.platform import Column, Platform
from marketfold.audiences.regions import plain_letters, postal_code, us_state


def meta_name(text: str, _country: str | None = None) -> str:
    """A name in lowercase without punctuation; accents stay.

    >>> meta_name(" O'Hara "), meta_name("Martín")
    ('ohara', 'martín')
    """
    return " ".join(re.sub(r"[^\w\s]|_", "", text.lower()).split()) if is_name(text) else ""


def _city(text: str, _country: str | None) -> str:
    return re.sub(r"[^a-z]", "", plain_letters(text))


def _state(text: str, country: str | None) -> str:
    return us_state(text) or "" if country == "US" else re.sub(r"[\W_]", "", text.lower())


def _zip(text: str, country: str | None) -> str:
    code = postal_code(text, country) or ""
    return code[:5] if country == "US" else code.replace(" ", "").lower()


def _country(text: str, country: str | None) -> str:
    return iso_country(text, country).lower()


class Meta(Platform):
    """All hashed; each part of an address counts by itself."""

    name = "meta"
    title = "Meta"
    columns = (
        Column("email", "email", trimmed_email, hashes=True, most=3),
        Column("phone", "phone", digits, hashes=True, most=3),
        Column("contact_first_name", "fn", meta_name, hashes=True),
        Column("contact_last_name", "ln", meta_name, hashes=True),
        Column("city", "ct", _city, hashes=True),
        Column("state", "st", _state, hashes=True),
        Column("country", "country", _country, hashes=True),
        Column("postal_code", "zip", _zip, hashes=True),
    )
    address = ("contact_first_name", "contact_last_name", "country", "postal_code")
    refused_under = 100
    steps = (
        "In Ads Manager open Audiences, Create audience, Custom audience, and choose Customer list.",
        "Upload the .csv file and check that every column is mapped; a plain file is hashed on the way.",
        "Keep the neutral file name as the audience's name: names that suggest health or money are flagged.",
    )
    sources = (
        "Meta Business Help: Best practices for preparing your customer list",
        "Meta for Developers: Custom audiences from customer files, hashing and normalisation",
    )
