"""What a platform takes: the protocol that each platform's file fills in, and the cells that all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

from marketfold.audiences.identifiers import (
    is_doubtful_phone,
    is_email,
    is_hashed,
    is_shortened_postal_code,
    to_e164,
    without_marks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marketfold.audiences.contacts import Contact
    from marketfold.schema import Trust

Purpose = Literal["ads", "mail", "list"]
"""What people must have agreed to: advertising on the platform, e-mail from it, or whatever the list is used for."""

PERSONS_NAME = ("contact_first_name", "contact_last_name")
FAULTS = {
    "email": "an e-mail address that is none",
    "phone": "a phone number that its country does not have",
    "contact_first_name": "a name that is none",
    "contact_last_name": "a name that is none",
    "city": "a town without Latin letters",
    "state": "a state that its country does not have",
    "postal_code": "a postal code that its country does not have",
    "country": "a country that is not known",
}
"""What is wrong with a text that has no normal form, by role."""

DOUBTS = {
    "phone": (
        is_doubtful_phone,
        "a phone number that a spreadsheet has changed: it can be read in two ways, or in none",
    ),
    "postal_code": (is_shortened_postal_code, "a postal code that lacks a digit: a spreadsheet takes the first 0 away"),
}
"""By role, whether a text could be somebody else's, and what is said of it then: it is left out, not guessed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: blank where it could not be normalised, with what was wrong ("" where the source had nothing).

    `hashed` marks a value that came hashed from the source; it is never hashed twice.
    """

    value: str
    fault: str = ""
    hashed: bool = False


EMPTY = Cell("")
"""Of what the source does not have."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """The cells of one person by role: e-mails and phones as many as the source has, one of everything else.

    `address` are the roles that a match by name and address needs, all at once; none where there is no such match.
    """

    by_role: dict[str, tuple[Cell, ...]]
    address: tuple[str, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells."""
        return tuple(chain.from_iterable(self.by_role.values()))

    def values(self, *roles: str) -> Iterator[str]:
        """What there is of some roles, in their order."""
        return (cell.value for role in roles for cell in self.by_role.get(role, ()) if cell.value)

    def has(self, role: str) -> bool:
        """Whether there is anything of a role."""
        return any(cell.value for cell in self.by_role.get(role, ()))

    @property
    def has_address(self) -> bool:
        """Whether name and address can be matched."""
        return bool(self.address) and all(self.by_role[role][0].value for role in self.address)


@dataclass(frozen=True)
class SegmentFacts:
    """What is known of a segment beside who is in it.

    Name and offer are as the plan has them: mail tools take them along, ad platforms never see them. The rule says in
    words who is in it.
    """

    name: str = ""
    offer: str = ""
    trust: Trust | None = None
    rule: str = ""


NO_FACTS = SegmentFacts()


@dataclass(frozen=True)
class Column:
    """One column of a platform's file.

    Attributes
    ----------
    role
        What fills it: an attribute of the contact, or of the segment with `of_segment`.
    normalise
        From the text and the ISO code of the person's country (if known) to the value that the platform takes, or ""
        where there is none. A phone comes in E.164, everything else as the source gives it.
    hashes, hashed_header
        Whether the platform takes it hashed, and its header then, where it differs.
    most
        How often the column may stand in a file.
    passes_hashes
        Whether a value that came hashed stays in a file that is not.
    longest
        Characters of a value that the platform takes at most.
    fault
        What is wrong with a text that has no normal form, where it is not what the role says.
    """

    role: str
    header: str
    normalise: Callable[[str, str | None], str]
    hashes: bool = False
    hashed_header: str = ""
    most: int = 1
    of_segment: bool = False
    passes_hashes: bool = False
    longest: int | None = None
    fault: str = ""

    def header_of(self, *, hashed: bool) -> str:
        """Header in a hashed file or in a plain one."""
        return self.hashed_header if hashed and self.hashed_header else self.header

    def cell(self, text: str, country: str | None) -> Cell:
        """A normalised cell, or a blank one that says what was wrong: a bad value never stops a file."""
        if not text:
            return EMPTY
        if (self.hashes or self.passes_hashes) and is_hashed(text):
            return Cell(text.strip().lower(), hashed=True)
        is_doubtful, doubt = DOUBTS.get(self.role, (None, ""))
        if is_doubtful and is_doubtful(text, country):
            return Cell("", doubt)
        if self.role == "postal_code":
            text = without_marks(text)
        number = to_e164(text, country) if self.role == "phone" else text
        value = self.normalise(number, country) if number else ""
        fits = self.longest is None or len(value) <= self.longest
        if value and fits and (self.role != "email" or is_email(value)):
            return Cell(value)
        return Cell("", self.fault or FAULTS.get(self.role, ""))


class Platform(Protocol):
    """A place that takes audience files. To add one: subclass this, and list it in `marketfold.audiences.platforms`.

    Attributes
    ----------
    address
        Roles that find a person together where she has neither e-mail nor phone; empty where nothing but those does.
    together
        Roles of which fewer than all find nobody, so that halves are not handed over.
    must_match
        Whether a person without anything to find her by is left out.
    plain_taken
        Whether the platform takes values that it hashes itself.
    refused_under, warned_under, warned_because
        Fewer people than these cannot, or may not, be used, and what the platform does with those in between.
    most_rows, most_bytes
        Of one file; None where no limit is published. A larger audience is split.
    eea_terms
        What is asked for people in the European Economic Area.
    notes, steps, sources
        What to know of every export, how to upload, and where all this is published.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    address: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    purpose: Purpose = "ads"
    must_match: bool = True
    plain_taken: bool = True
    refused_under: int = 0
    warned_under: int = 0
    warned_because: str = "may not use audiences under"
    most_rows: int | None = None
    most_bytes: int | None = None
    eea_terms: str = ""
    notes: tuple[str, ...] = ()
    steps: tuple[str, str, str]
    sources: tuple[str, ...]

    @property
    def hashes(self) -> bool:
        """Whether anything is taken hashed."""
        return any(column.hashes for column in self.columns)

    @property
    def roles(self) -> frozenset[str]:
        """Personal roles that must be read to fill the columns."""
        own = {column.role for column in self.columns if not column.of_segment}
        return frozenset(own | ({"customer_name"} if "company" in own else set()))

    def row(self, contact: Contact, country: str | None = None, segment: SegmentFacts = NO_FACTS) -> PersonRow:
        """One person as the platform matches her; `country` is the ISO code to take where the source has no country."""
        code = contact.country_code(country)
        by_role: dict[str, tuple[Cell, ...]] = {}
        for column in self.columns:
            if column.of_segment:
                texts = [getattr(segment, column.role)]
            else:
                texts = contact.texts(column.role) or [code or "" if column.role == "country" else ""]
            by_role[column.role] = tuple(column.cell(text, None if column.of_segment else code) for text in texts)
        if not all(by_role[role][0].value for role in self.together):
            by_role |= {role: (Cell("", by_role[role][0].fault),) for role in self.together}
        return PersonRow(by_role, self.address)
