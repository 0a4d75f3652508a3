"""A plain list, for a mail tool without a file of its own or a letter shop: readable, and safe in a spreadsheet."""

from __future__ import annotations

from marketfold.audiences.identifiers import e164, readable, spaceless_email
from marketfold.audiences.platform import Column, Platform


def _country(text: str, country: str | None) -> str:
    return country or readable(text)


class PlainList(Platform):
    """Plain values, the postal address among them; nobody is left out for want of an e-mail."""

    name = "csv"
    title = "a plain list"
    columns = (
        Column("customer_id", "customer_id", readable),
        Column("customer_name", "name", readable),
        Column("contact_first_name", "first_name", readable),
        Column("contact_last_name", "last_name", readable),
        Column("email", "email", spaceless_email, most=3, passes_hashes=True),
        Column("phone", "phone", e164, most=3, passes_hashes=True),
        Column("address", "address", readable),
        Column("postal_code", "postal_code", readable),
        Column("city", "city", readable),
        Column("state", "state", readable),
        Column("country", "country", _country),
    )
    address = ("address", "postal_code", "city")
    purpose = "list"
    must_match = False
    steps = (
        "Open the .xlsx file to look at the list: phones and postal codes keep their form there.",
        "Hand the .csv file to the mail tool or the letter shop; it is UTF-8 with commas.",
        "Delete both when they have been used: they hold names and addresses.",
    )
    sources = ()
