"""The account of an export: a count for everything, and no person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from marketfold.words import count, listed, share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marketfold.audiences.platform import Platform
    from marketfold.orders import Orders
    from marketfold.schema import Trust


@dataclass(frozen=True)
class Audience:
    """One segment's audience: a count for everything, and no person.

    Attributes
    ----------
    segment
        Number.
    files
        Names of the files; several where the platform limits their size, none where nothing was written.
    customers
        In the segment.
    held_out, without_consent, nothing_to_match, suppressed, repeated
        Left out, each at the first check that they fail; a mail tool takes an address once.
    written
        Rows in the file.
    with_email, with_phone, with_address
        Rows that can be matched by each.
    blanked
        Cells that were left empty, by what was wrong with them.
    already_hashed
        Values that came hashed and were passed on as they are.
    in_eea
        Rows of people in the European Economic Area.
    refused
        Why no file was written, or "".
    warnings
        What to know before uploading; sentences.
    trust
        Label of the segment's stability; None where it was not given.
    """

    segment: int
    customers: int
    held_out: int
    without_consent: int
    nothing_to_match: int
    suppressed: int
    written: int
    repeated: int = 0
    files: tuple[str, ...] = ()
    with_email: int = 0
    with_phone: int = 0
    with_address: int = 0
    blanked: dict[str, int] = field(default_factory=dict)
    already_hashed: int = 0
    in_eea: int = 0
    refused: str = ""
    warnings: tuple[str, ...] = ()
    trust: Trust | None = None


@dataclass(frozen=True)
class AudienceReport:
    """What was exported.

    Attributes
    ----------
    to, on
        Name of the platform, and day.
    consent
        How consent was established, or why it was not asked.
    audiences
        One for each segment.
    notes, steps
        What concerns all of them, and how to upload them.
    """

    to: str
    on: date
    consent: str
    audiences: tuple[Audience, ...]
    notes: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that were written."""
        return tuple(file for audience in self.audiences for file in audience.files)

    def to_dict(self) -> dict[str, Any]:
        """For a log or JSON: counts only."""
        return asdict(self) | {"on": self.on.isoformat()}


def _matched_by(orders: Orders, platform: Platform) -> str:
    """What a source without e-mails or phones means for matching."""
    have = orders.facts.mapping
    taken = {column.role for column in platform.columns}
    looked_for = [(role, words) for role, words in (("email", "e-mail"), ("phone", "phone")) if role in taken]
    lacking = [f"{words} addresses" if role == "email" else "phones" for role, words in looked_for if role not in have]
    if not lacking:
        return ""
    ways = [words for role, words in looked_for if role in have]
    if platform.address and {"contact_first_name", "contact_last_name"} <= set(have):
        ways.append("name and address")
    left = " or by ".join(ways) or "nothing"
    return (
        f"The order file has no {listed(lacking)}: {platform.title} can find these people by {left} only, and will "
        "find fewer of them. How many, the platform says after the upload."
    )


def _coverage(written: Sequence[Audience], platform: Platform) -> str:
    """How many rows have which identifier."""
    n = sum(audience.written for audience in written)
    if not n:
        return ""
    taken = {column.role for column in platform.columns}
    counts = [
        (sum(getattr(audience, name) for audience in written), words)
        for name, words, shown in (
            ("with_email", "by e-mail", "email" in taken),
            ("with_phone", "by phone", "phone" in taken),
            ("with_address", "by name and address", platform.address),
        )
        if shown
    ]
    parts = [f"{count(some)} ({share(some / n)}) {words}" for some, words in counts]
    return f"Of {count(n)} rows can be matched: {listed(parts)}."


def notes_on(orders: Orders, platform: Platform, audiences: Sequence[Audience], country: str | None) -> tuple[str, ...]:
    """What the whole export can be matched by, and what to expect of it.

    Parameters
    ----------
    orders
        Where the customers come from.
    platform
        Where they go.
    audiences
        What was written.
    country
        ISO code that was set for all.
    """
    if platform.purpose == "list":
        return platform.notes
    notes = [
        _matched_by(orders, platform),
        _coverage([audience for audience in audiences if audience.files], platform),
    ]
    if platform.purpose == "ads" and ("customer_name" in orders.facts.mapping or orders.facts.id_is_personal):
        notes.append(
            "Where customers are companies, the phones and addresses of their offices seldom belong to a person's "
            "account: expect few matches, and prefer the e-mail addresses of your contacts."
        )
    if "country" not in orders.facts.mapping and country is None:
        notes.append(
            "The order file has no country: phones without + or 00 were left blank. --country sets one for all."
        )
    if any(audience.already_hashed for audience in audiences):
        notes.append(
            "Values that came hashed were passed on as they are; whether they were normalised first cannot be told."
        )
    return tuple(note for note in (*notes, *platform.notes) if note)
