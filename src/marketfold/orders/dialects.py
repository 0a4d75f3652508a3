"""How the fields of a text file are separated and quoted."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.orders.headers import Header, find_header, is_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

USUAL = ",;\t|"
_NEVER = frozenset("_-./'\" ()[]")
SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 256 << 10
_SURE = 0.8
"""Share of the first records of one width from which on the first line is taken for one of them."""
_NUMBER_OR_DAY = re.compile(r"[^\w;|\t]*\d[\d\s.,:/'\u2019+-]*[^\w;|\t]*")
_DECLARED = re.compile(r"sep=(.)\s*", re.IGNORECASE)

_WHOLE = re.compile(r'\s*"((?:[^"]|"")*)"[;,\t|]*\s*')
_FEWEST_FIELDS = 3
"""Who bought, when and how much: a quoted cell with fewer fields within is a cell and no line."""

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

    def numbered(self, lines: Sequence[str]) -> list[tuple[int, list[str]]]:
        """Records with the place of their first line; a line that only draws a line has no fields."""
        if self.delimiter is None:
            return [(place, [] if is_rule(line) else line.split()) for place, line in enumerate(lines)]
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
        )
        records, before = [], 0
        for fields in reader:
            records.append((before, [] if is_rule(lines[before]) else fields))
            before = reader.line_num
        return records


def read_head(path: Path, encoding: str) -> list[str]:
    """The first lines of a file, their endings kept; the last may be cut."""
    with path.open(encoding=encoding) as file:
        text = file.read(_SAMPLE_CHARACTERS)
    return list(itertools.islice(io.StringIO(text, newline="\n"), SAMPLE_LINES))


def unquoted(line: str) -> str | None:
    """The line within a line that is one quoted cell, as a spreadsheet saves lines that it has not split; else None.

    >>> unquoted('"B1,K7,""Mug, red"",5.00"')
    'B1,K7,"Mug, red",5.00'
    >>> unquoted('"B1","K7"') is unquoted('"Report, 2024"') is None
    True
    """
    match = _WHOLE.fullmatch(line) if '"' in line else None
    inner = match[1].replace('""', '"') if match else ""
    return inner if max(map(inner.count, USUAL)) >= _FEWEST_FIELDS - 1 else None


def without_quotes(lines: Sequence[str]) -> list[str]:
    """Lines of which those that are one quoted cell stand without it, where that is more than one of them."""
    bare = [unquoted(line) for line in lines]
    if sum(line is not None for line in bare) < 2:
        return list(lines)
    return [line if own is None else f"{own}\n" for line, own in zip(lines, bare, strict=True)]


def better_dialect(lines: Sequence[str], given: Dialect) -> Dialect | None:
    r"""How lines seem to be separated, where a given separator tells fewer of their columns apart; else None.

    >>> better_dialect(["order;customer;day\n", "1;K1;2024-05-01\n"], Dialect(",")).delimiter
    ';'
    """
    body = lines[1:] if given.declared else lines
    found = sniff(body)
    share, width = _agreement(found, body)
    own_share, own_width = _agreement(given, body)
    surer = own_width < 2 or (width > own_width and share > own_share)
    differs = found.delimiter != given.delimiter and width >= _FEWEST_FIELDS
    return found if differs and surer and share > _SURE else None


def _consistency(dialect: Dialect, lines: Sequence[str]) -> tuple[float, int]:
    """Share of the records with as many fields as the header, and how many those are."""
    widths = _widths(dialect, lines)
    if not widths or widths[0] < 2:
        return 0.0, 0
    return Counter(width == widths[0] for width in widths)[True] / len(widths), widths[0]


def _agreement(dialect: Dialect, lines: Sequence[str]) -> tuple[float, int]:
    """Share of the records with the most usual number of fields, and how many those are: a title may stand above."""
    widths = [width for width in _widths(dialect, lines) if width > 1]
    if not widths:
        return 0.0, 0
    width, count = max(Counter(widths).items(), key=lambda item: (item[1], item[0]))
    return (count / sum(bool(line.strip()) and not is_rule(line) for line in lines), width) if count > 1 else (0.0, 0)


def _records(dialect: Dialect, lines: Sequence[str]) -> list[list[str]]:
    """Records that are not empty; none where a quote is wrong."""
    try:
        return [row for row in dialect.split(lines) if row]
    except csv.Error:
        return []


def _widths(dialect: Dialect, lines: Sequence[str]) -> list[int]:
    return [len(row) for row in _records(dialect, lines)]


def _typed_columns(dialect: Dialect, lines: Sequence[str]) -> int:
    """Columns of numbers and days among the rows of the most usual width.

    A sign that stands in each line within a text (`Tea &amp; cake`) splits as regularly as the separator, and a stray
    row makes it the more regular one; but what it splits off are no numbers and no days.
    """
    records = _records(dialect, lines)
    width = max(Counter(map(len, records)).items(), key=lambda item: (item[1], item[0]), default=(0, 0))[0]
    columns = zip(*(row for row in records if len(row) == width), strict=True)
    filled = ([cell for cell in column if cell.strip()] for column in columns)
    return sum(bool(cells) and 2 * sum(map(_is_typed, cells)) >= len(cells) for cells in filled)


def _is_typed(cell: str) -> bool:
    return _NUMBER_OR_DAY.fullmatch(cell) is not None


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
    candidates = [Dialect(sign, quote, escape) for sign in dict.fromkeys([*USUAL, *others]) if sign in header]
    scores = {candidate: _consistency(candidate, body) for candidate in candidates}
    sure = [candidate for candidate in candidates if scores[candidate][0] > _SURE]
    best = max(
        sure or candidates,
        key=lambda candidate: (_typed_columns(candidate, body) if sure else 0, scores[candidate]),
        default=Dialect(",", quote, escape),
    )
    score = scores.get(best, (0.0, 0))[0]
    below = _below_title(best, score, body)
    if sure:
        return below
    blanks = Dialect(None, quote, None)
    share, width = _consistency(blanks, body)
    # A title of two words is as wide as rows with a blank in one cell: the separator that makes more fields is meant.
    if score < 0.5 and share > max(score, 0.5) and width >= _agreement(below, body)[1]:
        return blanks
    return below


def _below_title(best: Dialect, score: float, lines: Sequence[str]) -> Dialect:
    """Another separator, where most lines agree on it and the first does not have it."""
    typed = _typed_columns(best, lines)
    for sign in (*USUAL, None):  # a title has blanks where it may
        candidate = Dialect(sign, best.quote, best.escape)
        share, _ = _agreement(candidate, lines)
        if share <= (0.5 if sign else _SURE):
            continue
        columns = _typed_columns(candidate, lines)
        if (columns, share) > (typed, score) if sign else share > score:  # blanks split days and times, too
            best, score, typed = candidate, share, columns
    return best


@dataclass(frozen=True)
class Layout:
    """How the rows of a text file are split, how wide they are, and where they begin.

    Attributes
    ----------
    above
        Lines above the header, without the one that declares the separator.
    headers
        Rows of names: 1, or 2 where names of groups stand above them.
    unquote
        Whether a line that is one quoted cell is split as the others are.
    """

    dialect: Dialect
    width: int
    above: int = 0
    headers: int = 1
    unquote: bool = True


def find_names(
    lines: Sequence[str], dialect: Dialect, given: int | None
) -> tuple[Header, Layout, list[list[str]]] | None:
    """The header of a text file, how its rows are laid out, and those among the first lines.

    Parameters
    ----------
    given
        Row of the header as a spreadsheet numbers it, where the user has said it.

    Returns
    -------
    tuple or None
        None where no line holds anything, or the row that was given lies beyond the first lines.
    """
    records = dialect.numbered(lines)
    if dialect.declared:
        records = _without_declaration(records, lines)
    rows = [fields for _, fields in records]
    place = None if given is None else next((i for i, (line, _) in enumerate(records) if line >= given - 1), len(rows))
    header = find_header(rows, place)
    if header is None or not any(header.names):
        return None
    above = records[header.first][0]
    return header, Layout(dialect, len(header.names), above, header.rows), rows[header.body :]


def _without_declaration(records: list[tuple[int, list[str]]], lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Records below the line that only names the separator, which a spreadsheet does not show."""
    declaration = next(place for place, line in enumerate(lines) if line.strip())
    return [(line - (line > declaration), fields) for line, fields in records if line != declaration]
