"""Writing an audience file, and reading it back before anybody uploads it."""

from __future__ import annotations

import csv
import os
import re
from typing import TYPE_CHECKING, Protocol

from marketfold.campaigns.identifiers import HASHED, is_email, sha256
from marketfold.csv_files import FORMULA_START
from marketfold.errors import AudienceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from marketfold.campaigns.row import Cell, Row

OWNER_ONLY = 0o600


class Rules(Protocol):
    """What a file needs to know of its platform."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Columns, in order."""
        ...

    @property
    def repeated(self) -> tuple[str, ...]:
        """Header of the e-mails and of the phones."""
        ...

    @property
    def hashed_columns(self) -> frozenset[str]:
        """Columns that the platform takes hashed."""
        ...


def _columns(rules: Rules, rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Header and place of each column; e-mail and phone as often as anybody has them."""
    email, phone = rules.repeated
    most = {
        email: max((sum(bool(cell.value) for cell in row.emails) for row in rows), default=1),
        phone: max((sum(bool(cell.value) for cell in row.phones) for row in rows), default=1),
    }
    return [(header, place) for header in rules.headers for place in range(max(1, most.get(header, 1)))]


def _cell(row: Row, header: str, place: int, rules: Rules) -> Cell | None:
    if header in rules.repeated:
        cells = row.emails if header == rules.repeated[0] else row.phones
        good = [cell for cell in cells if cell.value]
        return good[place] if place < len(good) else None
    return row.others[header]


def _written(cell: Cell | None, *, hash_it: bool, hashed: bool) -> str:
    if cell is None or not cell.value:
        return ""
    if cell.hashed and not hashed:
        return ""  # a plain file is hashed on upload: what is hashed already would be hashed twice
    return sha256(cell.value) if hash_it else cell.value


def write_rows(path: Path, rules: Rules, rows: Sequence[Row], *, hashed: bool) -> None:
    """Write a file that only its owner can read: UTF-8, commas, one person a line.

    Parameters
    ----------
    path
        Where to.
    rules
        The platform's.
    rows
        The people.
    hashed
        Whether the platform's hashed columns are hashed here.
    """
    columns = _columns(rules, rows)
    # the mode counts for a new file only: an older one would keep its own
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header for header, _ in columns])
        for row in rows:
            writer.writerow(
                [
                    _written(
                        _cell(row, header, place, rules),
                        hash_it=hashed and header in rules.hashed_columns,
                        hashed=hashed or not rules.hashed_columns,
                    )
                    for header, place in columns
                ]
            )


def _looks_right(header: str, value: str, rules: Rules, *, hashed: bool) -> bool:
    """Whether a cell is what its column promises."""
    if not value:
        return True
    if hashed and header in rules.hashed_columns:
        return HASHED.fullmatch(value) is not None and value == value.lower()
    if header == rules.repeated[0]:
        return is_email(value) or (not rules.hashed_columns and HASHED.fullmatch(value) is not None)
    if header == rules.repeated[1]:
        return re.fullmatch(r"\+?[1-9]\d{6,14}", value) is not None or HASHED.fullmatch(value) is not None
    if header == "Country":
        return re.fullmatch(r"[A-Z]{2}", value) is not None
    return re.match(FORMULA_START, value) is None


def reread(path: Path, rules: Rules, n_rows: int, *, hashed: bool) -> None:
    """Read a file back and check headers, rows and every cell.

    Parameters
    ----------
    path
        Just written.
    rules
        The platform's.
    n_rows
        How many people it must hold.
    hashed
        Whether hashed columns must be hashed.

    Raises
    ------
    AudienceError
        If something is not as it was meant; it names the column and the line, never the value.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    headers, people = lines[0], lines[1:]
    if list(dict.fromkeys(headers)) != list(rules.headers) or len(people) != n_rows:
        message = f"{path.name} does not read back: {len(people)} rows of {n_rows}, columns {', '.join(headers)}."
        raise AudienceError(message)
    for number, line in enumerate(people, start=2):
        if len(line) != len(headers):
            message = f"{path.name} does not read back: line {number} has {len(line)} fields, not {len(headers)}."
            raise AudienceError(message)
        for header, value in zip(headers, line, strict=True):
            if not _looks_right(header, value, rules, hashed=hashed):
                message = (
                    f"{path.name} does not read back: line {number}, column {header} is not as the platform needs it."
                )
                raise AudienceError(message)


def remove(paths: Iterable[Path]) -> None:
    """Take away what was written: all files of an export stay, or none."""
    for path in paths:
        path.unlink(missing_ok=True)
