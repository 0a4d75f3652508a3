"""A person as one row of an audience file, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass


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
    """The cells of one person.

    Attributes
    ----------
    emails, phones
        As many as the source has, normalised.
    others
        The other columns by their role.
    address
        The roles that a match by name and address needs, all at once; none where the platform has no such match.
    """

    emails: tuple[Cell, ...]
    phones: tuple[Cell, ...]
    others: dict[str, Cell]
    address: tuple[str, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells."""
        return (*self.emails, *self.phones, *self.others.values())

    @property
    def has_email(self) -> bool:
        """Whether an e-mail can be matched."""
        return any(cell.value for cell in self.emails)

    @property
    def has_phone(self) -> bool:
        """Whether a phone can be matched."""
        return any(cell.value for cell in self.phones)

    @property
    def has_address(self) -> bool:
        """Whether name and address can be matched."""
        return bool(self.address) and all(self.others[role].value for role in self.address)
