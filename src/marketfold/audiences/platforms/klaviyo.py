"""Klaviyo lists, by its help pages on creating a list, on troubleshooting imports and on SMS contacts (2025 and 2026).

A mail tool takes plain values. Consent to SMS would need a column and a time of its own, which an order file does not
have: phones go along as a property, and no SMS may be sent to them on the strength of this file.
"""

from __future__ import annotations

from marketfold.audiences.identifiers import e164, iso_country, readable, spaceless_email
from marketfold.audiences.platform import Column, Platform


class Klaviyo(Platform):
    """Klaviyo's own properties, and segment and offer as custom ones."""

    name = "klaviyo"
    title = "Klaviyo"
    columns = (
        Column("email", "Email", spaceless_email),
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
