"""Rows for Google Ads Customer Match, by the rules of its help pages (as of November 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.campaigns.identifiers import is_email, is_hashed, is_name, to_e164, without_titles
from marketfold.campaigns.places import postal_code
from marketfold.campaigns.row import Cell, Row, blank, good, kept
from marketfold.countries import country_code

if TYPE_CHECKING:
    from marketfold.campaigns.contacts import Contact

HEADERS = ("Email", "Phone", "First Name", "Last Name", "Country", "Zip")
HASHED_COLUMNS = frozenset({"Email", "Phone", "First Name", "Last Name"})
"""Country and Zip are never hashed."""

REPEATED = ("Email", "Phone")
REFUSED_UNDER, WARNED_UNDER = 100, 1_000
GMAIL = frozenset({"gmail.com", "googlemail.com"})


def normalise_email(text: str) -> str:
    """Lowercase, all spaces out; for Gmail alone the dots and the `+tag` of the local part, too.

    >>> normalise_email(" Cloudy.SanFrancisco+shopping@Gmail.com "), normalise_email("user.name+NYC@Example.com")
    ('cloudysanfrancisco@gmail.com', 'user.name+nyc@example.com')
    """
    address = "".join(text.split()).lower()
    local, at, domain = address.rpartition("@")
    if domain in GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}"


def email_cell(text: str) -> Cell:
    """An e-mail address, or a blank."""
    if is_hashed(text):
        return kept(text)
    address = normalise_email(text)
    return good(address) if is_email(address) else blank("an e-mail address that is none")


def phone_cell(text: str, country: str | None) -> Cell:
    """A phone in E.164 with `+`, or a blank."""
    if is_hashed(text):
        return kept(text)
    number = to_e164(text, country)
    return good(number) if number else blank("a phone number that its country does not have")


def name_cell(text: str) -> Cell:
    """A name in lowercase without spaces, titles or suffixes.

    >>> name_cell("Mrs. Da Cunha").value
    'dacunha'
    """
    if is_hashed(text):
        return kept(text)
    if not text:
        return blank("")
    name = "".join(without_titles(text).split()).lower()
    return good(name) if is_name(name) else blank("a name that is none")


def _address_cells(contact: Contact, country: str | None) -> list[Cell]:
    """First name, last name, country and zip: all four or none, as fewer match nobody."""
    zip_code = postal_code(contact.postal_code, country) if contact.postal_code else None
    cells = [
        name_cell(contact.contact_first_name),
        name_cell(contact.contact_last_name),
        good(country) if country else blank("a country that is not known" if contact.country else ""),
        good(zip_code)
        if zip_code
        else blank("a postal code that its country does not have" if contact.postal_code else ""),
    ]
    if all(cell.value for cell in cells):
        return cells
    return [blank(cell.fault) for cell in cells]


def google_row(contact: Contact, country: str | None = None) -> Row:
    """One person as Google matches her.

    Parameters
    ----------
    contact
        As the source gives her.
    country
        ISO code to take where the source has no country column.
    """
    code = country_code(contact.country) or (country if not contact.country else None)
    return Row(
        emails=[email_cell(text) for text in contact.emails],
        phones=[phone_cell(text, code) for text in contact.phones],
        others=dict(zip(HEADERS[2:], _address_cells(contact, code), strict=True)),
        address=HEADERS[2:],
    )
