"""How the fields of a text file are separated and quoted."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

USUAL = ",;\t|"
_NEVER = frozenset("_-./'\" ()[]")
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 256 << 10
_DECLARED = re.compile(r"sep=(.)\s*", re.IGNORECASE)

csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Dialect:
    """Separator and quotes of a text file.

    Attributes
    ----------
    delimiter
        One character; None for columns that are separated by any run of blanks.
    quote
        The character around fields.
    escape
        A backslash where quotes are escaped by it; None where they are doubled.
    declared
        The first line of the file only names the separator (`sep=;`), as spreadsheets write it.
    """

    delimiter: str | None = ","
    quote: str = '"'
    escape: str | None = None
    declared: bool = False

    def split(self, lines: Sequence[str], *, strict: bool = False) -> Iterator[list[str]]:
        """Fields of the records in some lines."""
        if self.delimiter is None:
            return (line.split() for line in lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=strict,
        )


def read_head(path: Path, encoding: str) -> list[str]:
    """The first lines of a file, their endings kept; the last may be cut."""
    with path.open(encoding=encoding) as file:
        text = file.read(_SAMPLE_CHARACTERS)
    return text.splitlines(keepends=True)[:_SAMPLE_LINES]


def _consistency(dialect: Dialect, lines: Sequence[str]) -> tuple[float, int]:
    """Share of the records with as many fields as the header, and how many those are."""
    try:
        widths = [len(row) for row in dialect.split(lines) if row]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return Counter(width == widths[0] for width in widths)[True] / len(widths), widths[0]


def sniff(lines: Sequence[str], delimiter: str | None = None) -> Dialect:
    r"""Find separator and quotes from the first lines of a file.

    >>> sniff(["a;b;c\n", "1;2,5;3\n"]).delimiter
    ';'
    >>> sniff([" id   day\n", " 001  5\n"]).delimiter is None
    True
    """
    sample = "".join(lines)
    declared = _DECLARED.fullmatch(lines[0].rstrip("\r\n")) if lines else None
    body = lines[1:] if declared else lines
    header = body[0] if body else ""
    quote = "'" if header.lstrip().startswith("'") and '"' not in header else '"'
    escape = "\\" if f"\\{quote}" in sample else None
    if declared or delimiter:
        wanted = delimiter or (declared[1] if declared else ",")
        return Dialect(None if wanted.isspace() and wanted != "\t" else wanted, quote, escape, declared is not None)
    others = [
        sign for sign in dict.fromkeys(header) if not sign.isalnum() and sign.isprintable() and sign not in _NEVER
    ]
    best, best_score = Dialect(",", quote, escape), (0.0, 0)
    for sign in dict.fromkeys([*USUAL, *others]):
        candidate = Dialect(sign, quote, escape)
        if sign in header and (score := _consistency(candidate, body)) > best_score:
            best, best_score = candidate, score
    blanks = Dialect(None, quote, None)
    if best_score[0] < 0.5 and _consistency(blanks, body)[0] > max(best_score[0], 0.5):
        return blanks
    return best
