"""Mailchimp audiences, by its help page on the format of an import file (2025 and 2026).

One e-mail a row, without international letters before the `@`; texts hold 255 bytes. Its ZIP fields know the USA alone,
so no postal code is written.
"""

from __future__ import annotations

from marketfold.audiences.identifiers import iso_country, readable, spaceless_email
from marketfold.audiences.platform import Column, Platform

MOST_BYTES = 255
LONGEST_TAG = 100


def mailchimp_email(text: str, country: str | None = None) -> str:
    """Lowercase, spaces out; "" where a letter before the `@` is not ASCII.

    >>> mailchimp_email("Ann@bücher.example"), mailchimp_email("grün@example.com")
    ('ann@bücher.example', '')
    """
    address = spaceless_email(text, country)
    return address if address.rpartition("@")[0].isascii() else ""


def mailchimp_text(text: str, country: str | None = None) -> str:
    """A text of 255 bytes in UTF-8 at most; Mailchimp would clip a longer one.

    >>> mailchimp_text("Zoë"), mailchimp_text("é" * 128)
    ('Zoë', '')
    """
    shown = readable(text, country)
    return shown if len(shown.encode()) <= MOST_BYTES else ""


def mailchimp_tag(text: str, country: str | None = None) -> str:
    """One tag of 100 characters at most; a comma would make two of it.

    >>> mailchimp_tag("Big spenders, often here")
    'Big spenders often here'
    """
    return readable(text.replace(",", ""), country)[:LONGEST_TAG]


class Mailchimp(Platform):
    """The e-mail, names and country, the segment as a tag and the offer as a text field."""

    name = "mailchimp"
    title = "Mailchimp"
    columns = (
        Column("email", "Email Address", mailchimp_email, fault="an e-mail address that Mailchimp does not take"),
        Column("contact_first_name", "First Name", mailchimp_text, fault="a text over 255 bytes"),
        Column("contact_last_name", "Last Name", mailchimp_text, fault="a text over 255 bytes"),
        Column("country", "Country", iso_country),
        Column("name", "Tags", mailchimp_tag, of_segment=True),
        Column("offer", "Offer", mailchimp_text, of_segment=True, fault="a text over 255 bytes"),
    )
    purpose = "mail"
    steps = (
        "In Mailchimp open Audience, Add contacts, Import contacts, Upload a file.",
        "Choose the .csv file; match Tags to Tags, and Offer and Country to text fields.",
        "Import the people as subscribed only if they agreed to e-mail from you.",
    )
    sources = ("Mailchimp Help: Format guidelines for your import file", "Mailchimp Help: Import contacts to Mailchimp")
