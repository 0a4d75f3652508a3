"""Rows of a plain list, for a mail tool or a letter shop: readable, and safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.campaigns.identifiers import is_email, is_hashed, to_e164
from marketfold.campaigns.row import Cell, Row, blank, good, kept
from marketfold.countries import country_code
from marketfold.csv_files import neutralised

if TYPE_CHECKING:
    from marketfold.campaigns.contacts import Contact

HEADERS = (
    "customer_id", "name", "first_name", "last_name", "email", "phone", "address", "postal_code", "city", "state",
    "country",
)  # fmt: skip
HASHED_COLUMNS: frozenset[str] = frozenset()
REPEATED = ("email", "phone")
REFUSED_UNDER, WARNED_UNDER = 0, 0


def _email_cell(text: str) -> Cell:
    if is_hashed(text):
        return kept(text)
    address = "".join(text.split()).lower()
    return good(address) if is_email(address) else blank("an e-mail address that is none")


def _phone_cell(text: str, country: str | None) -> Cell:
    if is_hashed(text):
        return kept(text)
    number = to_e164(text, country)
    return good(number) if number else blank("a phone number that its country does not have")


def plain_row(contact: Contact, country: str | None = None) -> Row:
    """One person for a mail tool.

    Parameters
    ----------
    contact
        As the source gives her.
    country
        ISO code to take where the source has no country column.
    """
    code = country_code(contact.country) or (country if not contact.country else None)
    others = {
        "customer_id": good(neutralised(contact.customer_id)),
        "name": good(neutralised(contact.customer_name)),
        "first_name": good(neutralised(contact.contact_first_name)),
        "last_name": good(neutralised(contact.contact_last_name)),
        "address": good(neutralised(contact.address)),
        "postal_code": good(neutralised(contact.postal_code)),
        "city": good(neutralised(contact.city)),
        "state": good(neutralised(contact.state)),
        "country": good(code or neutralised(contact.country)),
    }
    return Row(
        emails=[_email_cell(text) for text in contact.emails],
        phones=[_phone_cell(text, code) for text in contact.phones],
        others=others,
        address=("address", "postal_code", "city"),
    )
