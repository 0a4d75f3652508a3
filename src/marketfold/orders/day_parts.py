"""The day of an order in columns of its parts: year, month and day, or year and month, put together as one column."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.aliases import ALIASES
from marketfold.orders.months import MONTHS, plain_word
from marketfold.orders.names import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from marketfold.orders.sources import Prepare, Source

PARTS = ("year", "month", "day")
_OF_A_DATE = ("", "date", "datum", "fecha", "data", "no", "tarihi", "日期", "日付", "日", "дата")
"""What ends the name of an order's day where `order` begins it: `order_year` is a part of `order_date`."""

_MOSTLY = 0.9
_RANGES = {"year": range(1970, 2100), "month": range(1, 13), "day": range(1, 32)}


@cache
def _names() -> dict[str, frozenset[str]]:
    """What each part is called, without case, accents and signs."""
    text = resources.files("marketfold.orders").joinpath("day_parts.toml").read_text("utf-8")
    return {part: frozenset(map(plain_name, tomllib.loads(text)[part].split())) for part in PARTS}


@dataclass(frozen=True)
class DayParts:
    """The columns of the year, the month and, where there is one, the day."""

    columns: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the column that is put together is called."""
        return " + ".join(self.columns)


def _called(column: str) -> Iterator[tuple[str, str]]:
    """The parts that a column's name can mean, each with what else the name says (`order` of `order_year`)."""
    name = plain_name(column)
    for part, words in _names().items():
        for word in words:
            if name.startswith(word) or name.endswith(word):
                yield part, name.removesuffix(word) if name.endswith(word) else name.removeprefix(word)


def _is_of_orders(rest: str) -> bool:
    """Whether what stands beside `year` is of the order: `order`, `invoice`, and not `birth`."""
    surest = ALIASES["ordered_on"][0]
    dates = {rest + ending for ending in _OF_A_DATE} | {ending + rest for ending in _OF_A_DATE}
    return rest in {"", "id"} or bool((dates | {f"date{rest}", f"datede{rest}"}) & surest)


def find_day_parts(columns: Iterable[str]) -> DayParts | None:
    """The columns whose names say that together they are the day of the order; their cells are not looked at.

    >>> find_day_parts(["Order Day", "Order Month", "Order Year", "Total"]).columns
    ('Order Year', 'Order Month', 'Order Day')
    >>> find_day_parts(["Jahr", "Monat"]).label, find_day_parts(["Birth year", "Birth month", "Birth day"])
    ('Jahr + Monat', None)
    """
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for column in columns:
        for part, rest in _called(column):
            groups[rest].setdefault(part, column)
    whole = [group for rest, group in groups.items() if {"year", "month"} <= set(group) and _is_of_orders(rest)]
    if not whole:
        return None
    best = max(whole, key=len)
    return DayParts(tuple(best[part] for part in PARTS if part in best))


def _text(cell: object) -> str:
    return re.sub(r"\.0+$", "", str(cell).strip()) if cell is not None else ""


def _fits(part: str, cells: Sequence[object]) -> bool:
    texts = [text for cell in cells if (text := _text(cell))]
    able = [
        (text.isdecimal() and int(text) in _RANGES[part]) or (part == "month" and plain_word(text) in MONTHS)
        for text in texts
    ]
    return bool(texts) and sum(able) >= _MOSTLY * len(texts)


def hold_days(parts: DayParts, sample: Mapping[str, Sequence[object]]) -> bool:
    """Whether the cells of the columns are years, months and days."""
    return all(_fits(part, sample[column]) for part, column in zip(PARTS, parts.columns, strict=False))


def _joined(cells: Sequence[object]) -> str | None:
    texts = [_text(cell) for cell in cells]
    return "-".join(texts) if all(texts) else None


class JoinedDays:
    """A source that shows the day of the order as one column, where it has its parts in several.

    The parts stay columns of the source; the one that is put together stands behind them.
    """

    def __init__(self, source: Source, parts: DayParts) -> None:
        self._source, self._parts = source, parts
        self.name, self.engine = source.name, source.engine
        self.encoding, self.delimiter = source.encoding, source.delimiter
        self.typed_days, self.copies, self.table = source.typed_days, source.copies, source.table
        self.columns = (*source.columns, parts.label)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided about where its table is, and that the days were put together."""
        return (*self._source.decisions, Decision("day_joined", self._parts.columns))

    @decisions.setter
    def decisions(self, said: tuple[Decision, ...]) -> None:
        self._source.decisions = tuple(one for one in said if one.code != "day_joined")

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        found = self._source.sample()
        rows = zip(*(found[column] for column in self._parts.columns), strict=True)
        return found | {self._parts.label: [_joined(row) for row in rows]}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for, the one that is put together among them."""
        asked = [name for name, label in columns.items() if label == self._parts.label]
        if not asked:
            return self._source.load(columns, prepare)
        own = {name: label for name, label in columns.items() if name not in asked}
        parts = {f"part {place}": column for place, column in enumerate(self._parts.columns)}

        def join(raw: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
            texts = [nw.col(name).cast(nw.String).str.strip_chars().str.replace_all(r"\.0+$", "") for name in parts]
            whole = nw.concat_str(*(nw.when(text != "").then(text) for text in texts), separator="-")
            kept = [name for name in raw.collect_schema().names() if name not in parts]
            return prepare(raw.select(*kept, *(whole.alias(name) for name in asked)))

        return self._source.load(own | parts, join)

    def count(self) -> int:
        """Number of rows, those that could not be split included; asked after `load`."""
        return self._source.count()

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields; asked after `load`."""
        return self._source.malformed()
