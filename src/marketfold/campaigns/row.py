"""A person as one row of an audience file, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One value: blank where it could not be normalised, with what was wrong ("" where the source had nothing).

    `hashed` marks a value that came hashed from the source.
    """

    value: str
    fault: str = ""
    hashed: bool = False


def good(value: str) -> Cell:
    """A normalised value."""
    return Cell(value)


def blank(fault: str) -> Cell:
    """Nothing: a bad value blanks its cell and never the file."""
    return Cell("", fault)


def kept(value: str) -> Cell:
    """A value that was hashed before it came to us; it is never hashed twice."""
    return Cell(value.strip().lower(), hashed=True)


@dataclass(frozen=True)
class Row:
    """The cells of one person.

    Attributes
    ----------
    emails, phones
        As many as the source has, normalised.
    others
        The other columns by their header.
    address
        Those of them that a match by name and address needs, all at once.
    """

    emails: list[Cell]
    phones: list[Cell]
    others: dict[str, Cell]
    address: tuple[str, ...]

    @property
    def cells(self) -> list[Cell]:
        """All cells."""
        return [*self.emails, *self.phones, *self.others.values()]

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
        return all(self.others[name].value for name in self.address)
