"""Google Ads Customer Match, by its help pages (as of November 2026)."""

from __future__ import annotations

from marketfold.audiences.identifiers import (
    e164,
    is_name,
    iso_country,
    national_postal_code,
    spaceless_email,
    without_titles,
)
from marketfold.audiences.platform import Column, Platform

GMAIL = frozenset({"gmail.com", "googlemail.com"})


def google_email(text: str, country: str | None = None) -> str:
    """Lowercase, all spaces out; for Gmail alone the dots and the `+tag` of the local part, too.

    >>> google_email(" Cloudy.SanFrancisco+shopping@Gmail.com "), google_email("user.name+NYC@Example.com")
    ('cloudysanfrancisco@gmail.com', 'user.name+nyc@example.com')
    """
    address = spaceless_email(text, country)
    local, at, domain = address.rpartition("@")
    if domain in GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}"


def google_name(text: str, _country: str | None = None) -> str:
    """A name in lowercase without spaces, titles or suffixes.

    >>> google_name("Mrs. Da Cunha")
    'dacunha'
    """
    name = "".join(without_titles(text).split()).lower()
    return name if is_name(name) else ""


class Google(Platform):
    """Hashed but for country and zip; a match by address needs all four of its parts."""

    name = "google"
    title = "Google Ads"
    columns = (
        Column("email", "Email", google_email, hashes=True, most=3),
        Column("phone", "Phone", e164, hashes=True, most=3),
        Column("contact_first_name", "First Name", google_name, hashes=True),
        Column("contact_last_name", "Last Name", google_name, hashes=True),
        Column("country", "Country", iso_country),
        Column("postal_code", "Zip", national_postal_code),
    )
    address = together = ("contact_first_name", "contact_last_name", "country", "postal_code")
    refused_under = 100
    warned_under = 1_000
    eea_terms = "Google wants their consent for ad_user_data and ad_personalization"
    notes = (
        "Google keeps a person in a list for 540 days at most: upload again before.",
        "Two of Google's own sources disagree on Gmail addresses: this file follows the help page (dots and +tag out "
        "for Gmail alone).",
    )
    steps = (
        "In Google Ads open Tools, Shared library, Audience manager, and add a segment of the kind Customer list.",
        "Choose the .csv file; say that it is hashed already, or, for a plain file, that Google is to hash it.",
        "Confirm Google's policy, set how long people stay (540 days at most), and wait for the match rate.",
    )
    sources = (
        "Google Ads Help: Format your customer data file (Customer Match)",
        "Google Ads Help: Customer Match policy",
    )
