"""Several text files as one table: a day, a month or a shop in each."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.decisions import Decision
from marketfold.errors import OrdersError
from marketfold.orders.names import plain_name
from marketfold.orders.numbers import as_one_sign
from marketfold.orders.splitting import MALFORMED_SCHEMA
from marketfold.schema import SOURCE_LINE
from marketfold.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from marketfold.decisions import TableRead
    from marketfold.engine import Engine
    from marketfold.orders.sources import Prepare
    from marketfold.orders.text_files import TextSource

NEEDED_ROLES = frozenset({"customer_id", "ordered_on", "amount", "quantity", "unit_price", "order_id"})
"""A table that lacks a column of these in some of its files is no one table."""

_UNASKED = "unasked column"
_SAMPLE_OF_EACH = 200
_MOST_NAMED = 5


def plain_label(column: str) -> str:
    """A column's name without case and signs, by which it is one in all files and sheets; signs alone stay."""
    return plain_name(column) or column


def as_in_first(columns: Sequence[Sequence[str]], plain: Callable[[str], str] = plain_label) -> list[dict[str, str]]:
    """For each of several files its columns, each under the name that the first file with it gives.

    Parameters
    ----------
    plain
        What is alike of two names of one column. Names of one file that are alike stay as they are.

    Examples
    --------
    >>> as_in_first([["Order ID", "Date"], ["DATE", "order_id", "Note"]])[1]
    {'DATE': 'Date', 'order_id': 'Order ID', 'Note': 'Note'}
    """
    known: dict[str, str] = {}
    shared = []
    for own in columns:
        times = Counter(map(plain, own))
        labels = {one: known.get(plain(one), one) if times[plain(one)] == 1 else one for one in own}
        for label in labels.values():
            known.setdefault(plain(label), label)
        shared.append(labels)
    return shared


def joint_columns(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """All columns of several files, in the order in which they are met.

    Parameters
    ----------
    columns
        The columns of each file, by its name.

    Raises
    ------
    OrdersError
        If a file shares less than half of its columns with the first, for then these are different tables.
    """
    (first, known), *others = columns.items()
    for name, own in others:
        shared = set(known) & set(own)
        if 2 * len(shared) < min(len(set(known)), len(set(own))):
            raise OrdersError(
                f"{first} and {name} are different tables: {first} has the columns {_some(known)}, {name} has "
                f"{_some(own)}. Give one file, or a pattern that names the files of one table."
            )
    return tuple(dict.fromkeys(column for own in columns.values() for column in own))


def file_decisions(columns: Mapping[str, Sequence[str]]) -> tuple[Decision, ...]:
    """What to say of files that were read as one table."""
    names, union = list(columns), joint_columns(columns)
    lacking = {name: [one for one in union if one not in set(own)] for name, own in columns.items()}
    lacks = [f"{name} has no {_some(missing)}" for name, missing in lacking.items() if missing]
    if lacks:
        more = [plural(len(lacks) - _MOST_NAMED, "more file")] if len(lacks) > _MOST_NAMED else []
        numbers: dict[str, Any] = {"files": len(names), "lacks": listed([*lacks[:_MOST_NAMED], *more])}
        return (Decision("files_differ", numbers=numbers),)
    return (Decision("files_together", numbers={"files": len(names), "first": names[0], "last": names[-1]}),)


def refuse_lacking(columns: Mapping[str, Sequence[str]], wanted: Mapping[str, str]) -> None:
    """Refuse files of which one has no column for a role that every line needs.

    Parameters
    ----------
    wanted
        Role to column.

    Raises
    ------
    OrdersError
        Naming the file and the columns.
    """
    known = {column for own in columns.values() for column in own}
    needed = {role: column for role, column in wanted.items() if role in NEEDED_ROLES and column in known}
    for name, own in columns.items():
        missing = [f"{column!r} ({role})" for role, column in needed.items() if column not in own]
        if missing:
            raise OrdersError(
                f"{name} has no column {listed(missing)}, which the other files have: they are not one table. Give the "
                f"files alone that have it, or rename the column there; {name} has {_some(_alone(name, columns))}."
            )


def _alone(name: str, columns: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """What a file alone has, of which one may be what it lacks; else all that it has."""
    others = {column for other, own in columns.items() if other != name for column in own}
    return [column for column in columns[name] if column not in others] or columns[name]


def _some(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:_MOST_NAMED]]
    return listed([*shown, f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else shown)


class SeveralTexts:
    """Text files with the same columns, in any order, as one table.

    Parameters
    ----------
    name
        What they are together.
    files
        At least two, on one engine. Their rows are numbered through in this order.

    Raises
    ------
    OrdersError
        If they are different tables.
    """

    copies = True
    table: TableRead | None = None
    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})

    def __init__(self, name: str, files: Sequence[TextSource]) -> None:
        self.name = name
        self.engine: Engine = files[0].engine
        self._files = files
        labels = as_in_first([file.columns for file in files])
        self._own = {
            file.name: {label: column for column, label in own.items()} for file, own in zip(files, labels, strict=True)
        }
        self._columns = {name: tuple(own) for name, own in self._own.items()}
        self.columns = joint_columns(self._columns)
        self.encoding: str | None = ", ".join(dict.fromkeys(file.encoding or "" for file in files))
        self.delimiter: str | None = files[0].delimiter
        titles = dict.fromkeys(one.code for file in files for one in file.decisions)
        own = [next(one for file in files for one in file.decisions if one.code == code) for code in titles]
        self.decisions: tuple[Decision, ...] = (*file_decisions(self._columns), *own)
        self._starts: list[int] = []

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column, from the first files."""
        found: dict[str, list[object]] = {column: [] for column in self.columns}
        shown = []
        for file in self._files[:_MOST_NAMED]:
            cells = file.sample()
            own = {label: cells[column] for label, column in self._own[file.name].items()}
            rows = min(len(next(iter(own.values()))), _SAMPLE_OF_EACH)
            shown.append({column: own[column][:rows] if column in own else [""] * rows for column in found})
        for column, values in found.items():
            for part in as_one_sign([part[column] for part in shown]):
                values.extend(part)
        return found

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Parse each file into a table, and put these below one another.

        Raises
        ------
        OrdersError
            If a file lacks a column that is needed, or cannot be read.
        """
        refuse_lacking(self._columns, columns)
        self._starts, start = [], 0
        tables = []
        for file in self._files:
            self._starts.append(start)
            labels = self._own[file.name]
            own = {name: labels[column] for name, column in columns.items() if column in labels}
            blank = [nw.lit(None, dtype=nw.String).alias(name) for name in columns if name not in own]
            # a file without any of them is read all the same, for its rows
            table = file.load(own or {_UNASKED: file.columns[0]}, _completed(prepare, blank, list(columns)))
            tables.append(table.with_columns(nw.col(SOURCE_LINE) + start))
            start += file.last_row()
        self._tell_of_rows()
        return self.engine.materialise(_below(tables))

    def _tell_of_rows(self) -> None:
        """Take over what the files say of their rows, once these are read."""
        known = {one.code for one in self.decisions}
        new = Counter[str]()
        for one in (one for file in self._files for one in file.decisions if one.code not in known):
            new[one.code] += one.lines
        self.decisions = (*self.decisions, *(Decision(code, lines=lines) for code, lines in new.items()))

    def count(self) -> int:
        """Number of rows, those that could not be split included."""
        return sum(file.count() for file in self._files)

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields."""
        tables = []
        for file, start in zip(self._files, self._starts, strict=True):
            lines, *others = file.malformed().columns
            shifted = pa.chunked_array([[line + start for line in lines.to_pylist()]], pa.int64())
            tables.append(pa.table([shifted, *others], MALFORMED_SCHEMA))
        return pa.concat_tables(tables)


def _completed(prepare: Prepare, blank: list[nw.Expr], names: list[str]) -> Prepare:
    """Prepare rows with blank cells in the columns that a file has not, in the order of all."""

    def complete(raw: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        kept = [name for name in raw.collect_schema().names() if name not in {*names, _UNASKED}]
        return prepare(raw.with_columns(*blank).select(*kept, *names) if blank else raw)

    return complete


def _below(tables: Sequence[nw.LazyFrame[Any]]) -> nw.LazyFrame[Any]:
    """Tables below one another, joined in pairs: a chain of thousands would be too deep a query."""
    while len(tables) > 1:
        tables = [nw.concat(tables[place : place + 2]) for place in range(0, len(tables), 2)]
    return tables[0]
