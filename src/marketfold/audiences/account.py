"""The account of an export: codes and a count for everything, and no person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from marketfold.audiences.platform import PERSONS_NAME
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marketfold.audiences.people import People
    from marketfold.audiences.platform import Platform
    from marketfold.audiences.request import Request
    from marketfold.schema import Trust

Refusal = Literal["", "nobody", "too small"]
"""Why no file was written: nobody is left, or fewer than the platform can use."""

WarningCode = Literal["weak", "allowed", "few", "consent unclear", "repeated", "in EEA", "in parts", "no copy"]
"""What to know before uploading: the segment does not come out again; fewer than the platform can use, as asked, or
than it likes; entries of consent that say neither yes nor no; people who share an e-mail or phone; people of the
European Economic Area; several files; files without an Excel copy."""

NoteCode = Literal["identifiers missing", "coverage", "companies", "no country", "came hashed", "table changed"]
"""What to expect of all audiences: identifiers that the source lacks; how many have which; customers that are
companies; phones without a country; values that came hashed."""


@terse
@dataclass(frozen=True)
class Audience:
    """One segment's audience: a count for everything, and no person.

    Attributes
    ----------
    files
        Several where the platform limits their size, none where nothing was written.
    held_out, without_consent, nothing_to_match, suppressed, repeated
        Left out, each at the first check that they fail; a mail tool takes an address once.
    written, with_email, with_phone, with_address, in_eea
        Rows in the file, those that can be matched by each, and those of people in the European Economic Area.
    blanked
        Cells that were left empty, by what was wrong with them.
    already_hashed
        Values that came hashed and were passed on as they are.
    consent_unclear
        Entries that say neither yes nor no, and count as no.
    without_copy
        Files that are too long for a sheet of Excel.
    name
        What the segment is called; "" where that is not known.
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
    consent_unclear: int = 0
    refused: Refusal = ""
    warnings: tuple[WarningCode, ...] = ()
    without_copy: tuple[str, ...] = ()
    trust: Trust | None = None
    name: str = ""

    @property
    def remaining(self) -> int:
        """Whom all checks let through, written or not."""
        out = self.held_out + self.without_consent + self.nothing_to_match + self.suppressed + self.repeated
        return self.customers - out


@terse
@dataclass(frozen=True)
class AudienceReport:
    """What was exported.

    Attributes
    ----------
    consent
        How consent was established, or why it was not asked.
    notes
        What concerns all audiences.
    matched_by
        Roles that the platform takes and the source has; "address" for name and address together.
    """

    to: str
    on: date
    consent: str
    audiences: tuple[Audience, ...]
    notes: tuple[NoteCode, ...]
    matched_by: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that were written."""
        return tuple(file for audience in self.audiences for file in audience.files)

    def to_dict(self) -> dict[str, Any]:
        """For a log or JSON: codes and counts only."""
        return asdict(self) | {"on": self.on.isoformat()}


def matched_by(orders: People, platform: Platform) -> tuple[str, ...]:
    """What people can be found by: `email`, `phone` and `address`, as the platform takes and the source has them."""
    have = set(orders.facts.mapping)
    found = [role for role in ("email", "phone") if role in platform.roles & have]
    return (*found, "address") if platform.address and have.issuperset(PERSONS_NAME) else tuple(found)


def notes_on(
    orders: People, platform: Platform, audiences: Sequence[Audience], request: Request
) -> tuple[NoteCode, ...]:
    """What to expect of the whole export."""
    read = request.options.origin.lines
    changed: tuple[NoteCode, ...] = ("table changed",) if read not in {None, orders.facts.lines} else ()
    if platform.purpose == "list":
        return changed
    have = orders.facts.mapping
    found: dict[NoteCode, bool] = {
        "identifiers missing": not (platform.roles & {"email", "phone"}).issubset(have),
        "coverage": any(audience.written for audience in audiences),
        "companies": platform.purpose == "ads" and ("customer_name" in have or orders.facts.id_is_personal),
        "no country": "country" not in have and request.country is None,
        "came hashed": any(audience.already_hashed for audience in audiences),
    }
    return tuple(code for code, true in found.items() if true) + changed
