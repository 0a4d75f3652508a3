"""Rows for Meta customer lists, by the rules of its help pages (as of November 2026); they are not Google's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.campaigns.identifiers import is_email, is_hashed, is_name, to_e164
from marketfold.campaigns.places import plain_letters, postal_code, us_state
from marketfold.campaigns.row import Cell, Row, blank, good, kept
from marketfold.countries import country_code

if TYPE_CHECKING:
    from marketfold.campaigns.contacts import Contact

HEADERS = ("email", "phone", "fn", "ln", "ct", "st", "country", "zip")
HASHED_COLUMNS = frozenset(HEADERS)
"""All that we write; only madid, uid and value are never hashed."""

REPEATED = ("email", "phone")
REFUSED_UNDER, WARNED_UNDER = 100, 0


def normalise_email(text: str) -> str:
    """Trimmed and lowercase; dots and `+tag` stay.

    >>> normalise_email(" Cloudy.SanFrancisco+shopping@Gmail.com ")
    'cloudy.sanfrancisco+shopping@gmail.com'
    """
    return text.strip().lower()


def email_cell(text: str) -> Cell:
    """An e-mail address, or a blank."""
    if is_hashed(text):
        return kept(text)
    address = normalise_email(text)
    return good(address) if is_email(address) else blank("an e-mail address that is none")


def phone_cell(text: str, country: str | None) -> Cell:
    """Digits with the country code, no `+`, or a blank."""
    if is_hashed(text):
        return kept(text)
    number = to_e164(text, country)
    return good(number.removeprefix("+")) if number else blank("a phone number that its country does not have")


def name_cell(text: str) -> Cell:
    """A name in lowercase without punctuation; accents stay.

    >>> name_cell(" O'Hara ").value, name_cell("Martín").value
    ('ohara', 'martín')
    """
    if is_hashed(text):
        return kept(text)
    if not text:
        return blank("")
    if not is_name(text):
        return blank("a name that is none")
    name = " ".join(re.sub(r"[^\w\s]|_", "", text.lower()).split())
    return good(name) if name else blank("a name that is none")


def _city_cell(text: str) -> Cell:
    if is_hashed(text):
        return kept(text)
    town = re.sub(r"[^a-z]", "", plain_letters(text))
    return good(town) if town else blank("a town without Latin letters" if text else "")


def _state_cell(text: str, country: str | None) -> Cell:
    if is_hashed(text):
        return kept(text)
    if not text:
        return blank("")
    if country == "US":
        code = us_state(text)
        return good(code) if code else blank("a state that the USA do not have")
    state = re.sub(r"[\W_]", "", text.lower())
    return good(state) if state else blank("a state that is none")


def _zip_cell(text: str, country: str | None) -> Cell:
    if is_hashed(text):
        return kept(text)
    code = postal_code(text, country) if text else None
    if code is None:
        return blank("a postal code that its country does not have" if text else "")
    return good(code[:5] if country == "US" else code.replace(" ", "").lower())


def _country_cell(text: str, country: str | None) -> Cell:
    if is_hashed(text):
        return kept(text)
    return good(country.lower()) if country else blank("a country that is not known" if text else "")


def meta_row(contact: Contact, country: str | None = None) -> Row:
    """One person as Meta matches her.

    Parameters
    ----------
    contact
        As the source gives her.
    country
        ISO code to take where the source has no country column.
    """
    code = country_code(contact.country) or (country if not contact.country else None)
    others = {
        "fn": name_cell(contact.contact_first_name),
        "ln": name_cell(contact.contact_last_name),
        "ct": _city_cell(contact.city),
        "st": _state_cell(contact.state, code),
        "country": _country_cell(contact.country, code),
        "zip": _zip_cell(contact.postal_code, code),
    }
    return Row(
        emails=[email_cell(text) for text in contact.emails],
        phones=[phone_cell(text, code) for text in contact.phones],
        others=others,
        address=("fn", "ln", "country", "zip"),
    )
