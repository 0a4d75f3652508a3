"""The account of an export: a count for everything, and no person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from marketfold.campaigns.platforms import PLATFORMS, Platform
from marketfold.words import listed, measured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marketfold.orders import Orders
    from marketfold.schema import Trust


@dataclass(frozen=True)
class Audience:
    """One segment's audience: a count for everything, and no person.

    Attributes
    ----------
    segment
        Number.
    file
        Name of the file; None where none was written.
    customers
        In the segment.
    held_out, without_consent, nothing_to_match, suppressed
        Left out, each at the first check that they fail.
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
    file: str | None
    customers: int
    held_out: int
    without_consent: int
    nothing_to_match: int
    suppressed: int
    written: int
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
        Platform and day.
    consent
        How consent was established, or why it was not asked.
    audiences
        One for each segment.
    notes
        What concerns all of them.
    """

    to: Platform
    on: date
    consent: str
    audiences: tuple[Audience, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that were written."""
        return tuple(audience.file for audience in self.audiences if audience.file)

    def to_dict(self) -> dict[str, Any]:
        """For a log or JSON: counts only."""
        return asdict(self) | {"on": self.on.isoformat()}


def _matched_by(orders: Orders, title: str) -> str:
    """What a source without e-mails or phones means for matching."""
    have = orders.facts.mapping
    lacking = [words for role, words in (("email", "e-mail addresses"), ("phone", "phones")) if role not in have]
    if not lacking:
        return ""
    names = {"contact_first_name", "contact_last_name"} <= set(have)
    ways = (("e-mail", "email" in have), ("phone", "phone" in have), ("name and address", names))
    left = " or by ".join(way for way, known in ways if known) or "nothing"
    return (
        f"The order file has no {listed(lacking)}: {title} can find these people by {left} only, and will find fewer "
        "of them. How many, the platform says after the upload."
    )


def _coverage(written: Sequence[Audience]) -> str:
    """How many rows have which identifier."""
    n = sum(audience.written for audience in written)
    if not n:
        return ""
    counts = (
        (sum(audience.with_email for audience in written), "by e-mail"),
        (sum(audience.with_phone for audience in written), "by phone"),
        (sum(audience.with_address for audience in written), "by name and address"),
    )
    said = [f"{count:,} ({measured(count / n, 'share')}) {words}" for count, words in counts]
    return f"Of {n:,} rows can be matched: {listed(said)}."


def say_notes(orders: Orders, to: Platform, audiences: Sequence[Audience], country: str | None) -> tuple[str, ...]:
    """Say what the whole export can be matched by, and what to expect of it.

    Parameters
    ----------
    orders
        Where the customers come from.
    to
        Platform.
    audiences
        What was written.
    country
        ISO code that was set for all.
    """
    written = [audience for audience in audiences if audience.file]
    if to == "csv":
        return ()
    notes = [_matched_by(orders, PLATFORMS[to].title), _coverage(written)]
    if "customer_name" in orders.facts.mapping or orders.facts.id_is_personal:
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
    if written and to == "google":
        notes.append("Google keeps a person in a list for 540 days at most: upload again before.")
    return tuple(note for note in notes if note)
