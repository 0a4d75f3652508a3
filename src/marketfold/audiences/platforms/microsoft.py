"""Microsoft Advertising customer match, by its help page 56921 and the Bulk service's Customer List Item record.

The help page names no header for the column of e-mails; the minimum of 300 is what accounts commonly show.
"""

from __future__ import annotations

from marketfold.audiences.identifiers import trimmed_email
from marketfold.audiences.platform import Column, Platform


class Microsoft(Platform):
    """Hashed e-mails, and nothing else."""

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
