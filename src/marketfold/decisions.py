"""How a source was read where it could be read in more than one way.

Each doubt ends as a `Decision` (read right, warned of, or set aside) or stops the reading with a fault. The kinds of
decision and their sentences stand in `decisions.toml`.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from marketfold import words
from marketfold.blanks import Blanks
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Way = Literal["read", "warned", "set aside"]


@dataclass(frozen=True)
class Kind:
    """One kind of decision, as `decisions.toml` declares it."""

    way: Way
    what: str
    why: str = ""
    undo: str = ""
    otherwise: str = ""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of decision by its code.

    >>> kinds()["order_by_day"].way
    'read'
    """
    text = resources.files("marketfold").joinpath("decisions.toml").read_text("utf-8")
    return {code: Kind(**table) for code, table in tomllib.loads(text).items()}


def undoable() -> tuple[str, ...]:
    """Codes that `--undo` takes."""
    return tuple(code for code, kind in kinds().items() if kind.undo == f"--undo {code}")


def otherwise(code: str) -> str:
    """What is done where a decision is undone, as a choice to be taken.

    >>> otherwise("emails_folded")
    'Keep e-mails that differ in case apart'
    """
    return next(kind.otherwise for kind in kinds().values() if kind.undo == f"--undo {code}")


_WRITERS = frozenset({"share", "one", "sign", "listed", "plural", "decimal"})
"""Writers of `blanks`; any other word after the colon is a noun to be counted, `day` and `month` too."""


_COUNTED = re.compile(r"'([^']+)' \([\d,]+ lines?[,)]")


def counted_in(sentence: str) -> list[str]:
    """The texts that a decision counts lines of, as its sentence has them.

    >>> counted_in("58 lines count as bought: 'On Hold' (44 lines, 178,979.19) and 'Disputed' (14 lines, 72,212.86).")
    ['On Hold', 'Disputed']
    """
    return _COUNTED.findall(sentence)


class _Sentences(Blanks):
    """Numbers as people read them: `{lines:order line}` counts its noun, and without a writer a float is money.

    `counted` writes (text, lines, money) of several things, and how many more there are.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        """One blank as text."""
        if format_spec == "counted":
            return words.listed([self._counted(*one) for one in value])
        if format_spec.partition(" ")[0] in _WRITERS:
            return super().format_field(value, format_spec)
        if format_spec:
            return words.plural(value, format_spec)
        if isinstance(value, float):
            return words.exact_money(value, self._currency)
        if isinstance(value, int):
            return words.count(value)
        return words.listed([f"'{one}'" for one in value]) if isinstance(value, tuple) else str(value)

    def _counted(self, text: str, lines: int, money: float | None) -> str:
        if money is None:
            return f"{words.count(lines)} {text}"
        return f"'{text}' ({words.plural(lines, 'line')}, {words.exact_money(money, self._currency)})"


@dataclass(frozen=True)
class Decision:
    """One doubt about a source and how it was settled.

    Attributes
    ----------
    code
        Its kind: a table of `decisions.toml`.
    columns
        The columns of the source that it is about.
    lines
        Order lines that it is about.
    money, customers
        What the other reading would move, in the money of the source and in customers; None where that is not known or
        nothing is moved.
    numbers
        What else its sentences name: counts, shares, money, and cells of columns that are not personal.
    currency
        Code of what its money is said in, where that is known.
    """

    code: str
    columns: tuple[str, ...] = ()
    lines: int = 0
    money: float | None = None
    customers: int | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None

    @property
    def kind(self) -> Kind:
        """Its declaration."""
        return kinds()[self.code]

    @property
    def what(self) -> str:
        """What was decided, as a sentence."""
        return self._say(self.kind.what)

    @property
    def why(self) -> str:
        """Why, as a sentence; may be empty."""
        return self._say(self.kind.why)

    @property
    def undo(self) -> str:
        """What to give to decide otherwise; empty where nothing does."""
        return self._say(self.kind.undo)

    @property
    def text(self) -> str:
        """What, why and the way back, in one line."""
        way_back = f"({self.undo} decides otherwise.)" if self.undo else ""
        return " ".join(part for part in (self.what, self.why, way_back) if part)

    def to_dict(self) -> dict[str, Any]:
        """As a record of `run.json` and `inspect --json`."""
        return {
            "code": self.code,
            "way": self.kind.way,
            "what": self.what,
            "why": self.why,
            "columns": list(self.columns),
            "lines": self.lines,
            "money": self.money,
            "customers": self.customers,
            "undo": self.undo,
        }

    def _say(self, sentence: str) -> str:
        about = {"columns": self.columns, "lines": self.lines, "money": self.money, "customers": self.customers}
        return _Sentences(self.currency).vformat(sentence, (), about | dict(self.numbers))


def in_currency(decisions: Iterable[Decision], currency: str | None) -> tuple[Decision, ...]:
    """The same decisions, with their money said in a currency."""
    return tuple(replace(one, currency=currency) for one in decisions)


@dataclass(frozen=True)
class TableRead:
    """A table of a database, as it was read.

    `kind` is that of the database, `database` its name (of a file its own, never its folder), `table` the name with its
    schema where that has to be said, and `address` what leads there again, without a password.
    """

    kind: str
    database: str
    table: str
    address: str


@terse
@dataclass(frozen=True)
class SourceFacts:
    """How a source was read.

    `name` is that of the file (never its folder) or the kind of the frame, `lines` are data rows, those that could not
    be split into fields included, and `mapping` has the source column of each role that was found, personal roles
    included; `extra_columns` have none. Only text files have an encoding. `id_is_personal` where a name, an e-mail or a
    phone serves as the customer id: such ids are shown nowhere but in `segments.*`. `currency` is the code of the one
    that was given, or that the signs in the cells of the money show; what a column of currencies says is not in it.
    `table` says which one was read of a database.
    """

    name: str
    lines: int
    mapping: dict[str, str]
    encoding: str | None = None
    extra_columns: tuple[str, ...] = ()
    id_is_personal: bool = False
    currency: str | None = None
    decisions: tuple[Decision, ...] = ()
    table: TableRead | None = None

    def place_of(self, source: object) -> str:
        """What leads to the source again: a path as it was given, the address of a table without a password."""
        if self.table:
            return self.table.address
        return str(source) if isinstance(source, str | os.PathLike) else self.name

    @property
    def companies_by(self) -> Literal["contacts", "deal size", ""]:
        """By what the customers are seen to be companies; "" where nothing says so."""
        contacts = {"contact_first_name", "contact_last_name"} & set(self.mapping)
        if contacts and ("customer_name" in self.mapping or self.id_is_personal):
            return "contacts"
        return "deal size" if "deal_size" in self.mapping else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided without a doubt that is left, each a sentence."""
        return tuple(one.text for one in self.decisions if one.kind.way != "warned")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may be wrong with what was read, each a sentence."""
        return tuple(one.text for one in self.decisions if one.kind.way == "warned")
