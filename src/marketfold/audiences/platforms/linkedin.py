"""LinkedIn contact lists, by the help page on contact targeting lists and the Audiences API (2025 and 2026).

The page gives 300 to 300,000 rows and 20 MB; the API gives 35 characters for a name and 50 for a company or a title.
Only e-mails may be hashed. Nothing in an order file is a person's job title, so that column stays empty.
"""

from __future__ import annotations

from marketfold.audiences.identifiers import is_name, iso_country, lowercase, readable, trimmed_email
from marketfold.audiences.platform import Column, Platform

NAME_FAULT = "a name that is none or over 35 characters"


def lowercase_name(text: str, _country: str | None = None) -> str:
    """A person's name in lowercase, without spaces around it."""
    return text.strip().lower() if is_name(text) else ""


class LinkedIn(Platform):
    """The template's columns, one of each: its headers must not be changed."""

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
