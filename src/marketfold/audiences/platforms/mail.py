"""Tools that send mail, by their help pages (2025 and 2026), and a plain list for all others; values are plain."""

from __future__ import annotations

from marketfold.audiences.identifiers import e164, iso_country, readable, spaceless_email
from marketfold.audiences.platform import Column, Platform

MOST_BYTES = 255
LONGEST_TAG = 100


class Klaviyo(Platform):
    """Klaviyo's own properties, and segment and offer as custom ones; steps by its help page 115005078967.

    The page names `Email Address` or `Phone Number` as the header of the first column.

    Consent to SMS would need a column and a time of its own, which an order file does not have: phones go along as a
    property, and no SMS may be sent to them on the strength of this file.
    """

    name = "klaviyo"
    title = "Klaviyo"
    columns = (
        Column("email", "Email Address", spaceless_email),
        Column("phone", "Phone Number", e164),
        Column("contact_first_name", "First Name", readable),
        Column("contact_last_name", "Last Name", readable),
        Column("city", "City", readable),
        Column("country", "Country", iso_country),
        Column("name", "Segment", readable, of_segment=True),
        Column("offer", "Offer", readable, of_segment=True),
    )
    purpose = "mail"
    most_bytes = 50_000_000
    notes = (
        "On import, mark people as subscribed to e-mail alone: consent to SMS needs a column and a time of its own.",
    )
    steps = (
        "In Klaviyo open Audience, Lists & Segments, and create a list; switch flows that it triggers to manual first.",
        "Import the .csv file and check the mapping: Segment and Offer are custom properties.",
        "Mark the people as subscribed to e-mail only; leave SMS unmarked.",
    )
    sources = (
        "Klaviyo Help 115005078967: How to create and add subscribers to a new list",
        "Klaviyo Help 115005078807: Troubleshooting list imports",
        "Klaviyo Help 360035428731: How to upload a list of SMS contacts",
    )


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
    """The e-mail, names and country, the segment as a tag and the offer as a text field.

    One e-mail a row, without international letters before the `@`; texts hold 255 bytes. Its ZIP fields know the USA
    alone, so no postal code is written.
    """

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


def _country(text: str, country: str | None) -> str:
    return country or readable(text)


class PlainList(Platform):
    """For a tool without a file of its own or a letter shop: readable; nobody is left out for want of an e-mail."""

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
