"""Platforms that show advertisements, each by its own help pages (of 2025 and 2026)."""

from __future__ import annotations

import re

from marketfold.audiences.identifiers import (
    digits,
    e164,
    is_name,
    iso_country,
    lowercase,
    national_postal_code,
    plain_letters,
    postal_code,
    readable,
    spaceless_email,
    trimmed_email,
    us_state,
    without_titles,
)
from marketfold.audiences.platform import Column, Platform

GMAIL = frozenset({"gmail.com", "googlemail.com"})
NAME_FAULT = "a name that is none or over 35 characters"


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
    """Customer Match (November 2026): hashed but for country and zip; a match by address needs all four parts.

    Steps by Google Ads Help 6276125.
    """

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
        "Google Ads Help 6276125: Create a customer list",
        "Google Ads Help: Format your customer data file (Customer Match)",
        "Google Ads Help: Customer Match policy",
    )


def meta_name(text: str, _country: str | None = None) -> str:
    """A name in lowercase without punctuation; accents stay.

    >>> meta_name(" O'Hara "), meta_name("Martín")
    ('ohara', 'martín')
    """
    return " ".join(re.sub(r"[^\w\s]|_", "", text.lower()).split()) if is_name(text) else ""


def _meta_city(text: str, _country: str | None) -> str:
    return re.sub(r"[^a-z]", "", plain_letters(text))


def _meta_state(text: str, country: str | None) -> str:
    return us_state(text) or "" if country == "US" else re.sub(r"[\W_]", "", text.lower())


def _meta_zip(text: str, country: str | None) -> str:
    code = postal_code(text, country) or ""
    return code[:5] if country == "US" else code.replace(" ", "").lower()


def _meta_country(text: str, country: str | None) -> str:
    return iso_country(text, country).lower()


class Meta(Platform):
    """Customer lists (November 2026), not by Google's rules: all hashed; each part of an address counts by itself.

    Steps by Meta Business Help 170456843145568.
    """

    name = "meta"
    title = "Meta"
    columns = (
        Column("email", "email", trimmed_email, hashes=True, most=3),
        Column("phone", "phone", digits, hashes=True, most=3),
        Column("contact_first_name", "fn", meta_name, hashes=True),
        Column("contact_last_name", "ln", meta_name, hashes=True),
        Column("city", "ct", _meta_city, hashes=True),
        Column("state", "st", _meta_state, hashes=True),
        Column("country", "country", _meta_country, hashes=True),
        Column("postal_code", "zip", _meta_zip, hashes=True),
    )
    address = ("contact_first_name", "contact_last_name", "country", "postal_code")
    refused_under = 100
    steps = (
        "In Ads Manager open Audiences, Create audience, Custom audience, and choose Customer list.",
        "Upload the .csv file and check that every column is mapped; a plain file is hashed on the way.",
        "Keep the neutral file name as the audience's name: names that suggest health or money are flagged.",
    )
    sources = (
        "Meta Business Help 170456843145568: Create a customer list custom audience",
        "Meta Business Help: Best practices for preparing your customer list",
        "Meta for Developers: Custom audiences from customer files, hashing and normalisation",
    )


def tiktok_email(text: str, country: str | None = None) -> str:
    """Lowercase, all spaces out, and no `+tag` whatever the domain; dots stay.

    >>> tiktok_email(" User.Name+NYC@Example.com ")
    'user.name@example.com'
    """
    local, at, domain = spaceless_email(text, country).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


class TikTok(Platform):
    """E-mails and phones alone; hashed columns have headers of their own.

    The pages disagree on phones: the one of August 2025 writes (657)777-0000 of the USA as 16577770000, the one of
    September shows a `+` and says that the form without is taken too. The form without suits both. The list of formats
    takes the `+tag` off for every domain; dots stay, as the newest page does not ask that they go. Steps by the page of
    September 2025.
    """

    name = "tiktok"
    title = "TikTok"
    columns = (
        Column("email", "Email", tiktok_email, hashes=True, hashed_header="Email_SHA256", most=3),
        Column("phone", "Phone", digits, hashes=True, hashed_header="Phone_SHA256", most=3),
    )
    refused_under = 1_000
    most_bytes = 1_000_000_000 - 1
    steps = (
        "In TikTok Ads Manager open Tools, Audience Manager, Create Audience, Custom Audience, Customer File.",
        "Download the Customer File Template there and compare its first line with this file's: help pages and "
        "template have disagreed on headers and phones, and the template wins.",
        "Upload the .csv file, name the audience neutrally, and wait 24 to 48 hours.",
    )
    sources = (
        "TikTok Ads Help: How to create a Custom Audience with a customer file (September 2025)",
        "TikTok Ads Help: List of supported IDs and formats for a customer file",
    )


def lowercase_name(text: str, _country: str | None = None) -> str:
    """A person's name in lowercase, without spaces around it."""
    return text.strip().lower() if is_name(text) else ""


class LinkedIn(Platform):
    """The columns of the template for contacts, one of each: its headers must not be changed.

    The help page gives 300 to 300,000 rows and 20 MB; the API gives 35 characters for a name and 50 for a company or a
    title. Only e-mails may be hashed. Nothing in an order file is a person's job title, so that column stays empty.
    Template, sizes and time by LinkedIn Help a1489764.
    """

    name = "linkedin"
    title = "LinkedIn"
    columns = (
        Column("email", "email", trimmed_email, hashes=True),
        Column("contact_first_name", "firstname", lowercase_name, longest=35, fault=NAME_FAULT),
        Column("contact_last_name", "lastname", lowercase_name, longest=35, fault=NAME_FAULT),
        Column("job_title", "jobtitle", readable),
        Column("company", "employeecompany", lowercase, longest=50, fault="a company over 50 characters"),
        Column("country", "country", iso_country),
    )
    address = ("contact_first_name", "contact_last_name")
    refused_under = 300
    warned_under = 10_000
    warned_because = "needs 300 matched members, and advises against lists under"
    most_rows = 300_000
    most_bytes = 20_000_000
    steps = (
        "In Campaign Manager open Plan, Audiences, Create audience, and download the template for contacts.",
        "Compare its first line with this file's: the template wins. Where it has further columns (such as ids of "
        "devices), add them empty, in its order.",
        "Upload the .csv file and wait up to 48 hours; each file becomes an audience of its own.",
    )
    sources = (
        "LinkedIn Help a1489764: Requirements for contact targeting lists in Campaign Manager",
        "LinkedIn Marketing API: DMP segment users (lengths of names, company and title)",
    )


class Microsoft(Platform):
    """Customer match: hashed e-mails, and nothing else.

    The help page 56921 names no header for the column of e-mails; the minimum of 300 is what accounts commonly show.
    Steps by it; that terms are accepted once by hand, by the records of the Bulk service.
    """

    name = "microsoft"
    title = "Microsoft Advertising"
    columns = (Column("email", "Email", trimmed_email, hashes=True),)
    plain_taken = False
    refused_under = 300
    notes = (
        "Microsoft takes your own customers only, and nothing for sensitive categories such as health or money. The "
        "minimum of 300 is common: check what the account shows.",
    )
    steps = (
        "In Microsoft Advertising open Tools, Audiences, Create audience, Customer list; accept the terms once.",
        "Compare the first line of the template offered there with this file's: the template wins.",
        "Upload the .csv file, say that it is hashed already, and wait up to 48 hours for the audience's size.",
    )
    sources = (
        "Microsoft Advertising Help 56921: Customer match, use your own data to find customers",
        "Microsoft Learn: Customer List Item record, Bulk service",
    )
