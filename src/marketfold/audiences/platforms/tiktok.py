"""TikTok customer files, by its help pages of August and September 2025.

The two pages disagree on phones: the one of August writes (657)777-0000 of the USA as 16577770000, the one of September
shows a `+` and says that the form without is taken too. The form without suits both. Their list of formats takes the
`+tag` off for every domain; dots stay, as the newest page does not ask that they go.
"""

from __future__ import annotations

from marketfold.audiences.identifiers import digits, spaceless_email
from marketfold.audiences.platform import Column, Platform


def tiktok_email(text: str, country: str | None = None) -> str:
    """Lowercase, all spaces out, and no `+tag` whatever the domain; dots stay.

    >>> tiktok_email(" User.Name+NYC@Example.com ")
    'user.name@example.com'
    """
    local, at, domain = spaceless_email(text, country).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


class TikTok(Platform):
    """E-mails and phones alone; hashed columns have headers of their own."""

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
