"""The rows of a run's tables, a page at a time: DuckDB reads what is asked for, and no table is loaded whole.

Names of columns come from the schema of the file alone; what a person types is only ever a bound value.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import duckdb
from pyarrow import parquet

from marketfold.errors import EngineError, ParameterError, RunFolderError
from marketfold.runs.read import FILLED
from marketfold.schema import LISTED, MONEY_SCALE, UNIT_ID
from marketfold.sql_text import verbatim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from marketfold.runs.read import Run
    from marketfold.segments import Bound

ROWS_ON_A_PAGE = 50
STEPS = 100
"""Of a slider: each is one per cent of the units further."""
SAMPLED = 200_000
"""Units by which the steps of a slider are placed; more move none of them by what one could see."""
NUMBER = "file_row_number"
MOST_MEMORY = "1GB"
NOT_LISTED = {"no", "customer_id", "segment_name", "why_here"}
"""Counted otherwise, put first, told with the number, and told of one customer at a time."""


@dataclass(frozen=True)
class RowsAsked:
    """Which units are wanted; what is empty or None leaves nobody out.

    Attributes
    ----------
    sort
        Column to sort by; in the order of the file, which is that of the ids, where it is empty.
    search
        Part of an id, in any case.
    page
        Counted from 1; beyond the last page is the last page.
    """

    sort: str = ""
    descending: bool = False
    segment: int | None = None
    arm: str = ""
    trust: str = ""
    search: str = ""
    page: int = 1


@dataclass(frozen=True)
class RowsFound:
    """A page of units: each by its number in the file (`row`) and its columns, and how many were found in all."""

    rows: list[dict[str, Any]]
    count: int
    page: int
    pages: int


@dataclass(frozen=True)
class Met:
    """How many of a segment meet a rule, and what they brought."""

    segment: int
    units: int
    money: float


class RunRows:
    """The units of a run, to be looked through.

    Examples
    --------
    >>> RunRows(run).page(RowsAsked(sort="revenue_total", descending=True)).rows[0]  # doctest: +SKIP
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.unit_id = UNIT_ID[run.record["unit"]]
        self._segments = run.table_file("segments.parquet")

    @staticmethod
    def start_engine() -> None:
        """Start what reads the tables, which the first who asks would wait for."""
        _asked("select quantile_disc(x, ?) from (values (1.0)) v(x) where list_contains(?::bigint[], 1)", [[0.5], [1]])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the file has and a list shows, without those in which every cell is empty."""
        about = parquet.read_metadata(self._segments)
        there = {name for place, name in enumerate(about.schema.names) if not _is_empty(about, place)}
        if not any(one["revenue_total"] for one in self.run.record["segments"]):
            there -= {"revenue_total"}
        wanted = (self.unit_id, *(name for name in LISTED if name not in NOT_LISTED))
        return tuple(name for name in wanted if name in there)

    def page(self, asked: RowsAsked, on_a_page: int = ROWS_ON_A_PAGE) -> RowsFound:
        """Units in the order that is asked for, those of whom the column says nothing last.

        Raises
        ------
        ParameterError
            If there is no such column.
        RunFolderError
            If the file is damaged.
        """
        if asked.sort and asked.sort not in self.columns:
            raise ParameterError(f"There is no column {asked.sort!r}. Sort by one of: {', '.join(self.columns)}.")
        where, values = self._where(asked)
        count = self._count(where, values)
        pages = max(1, -(-count // on_a_page))
        number = min(max(asked.page, 1), pages)
        first = (number - 1) * on_a_page
        rows = self._numbers(asked, (where, values), (first, min(on_a_page, count - first)), count)
        return RowsFound(self._fetched(rows), count, number, pages)

    def row(self, number: int) -> dict[str, Any]:
        """Everything that `segments.parquet` says of one unit; `ParameterError` if there is none."""
        return self._one(self._source(self._segments), number)

    def values(self, number: int) -> dict[str, float | None]:
        """What was measured of one unit, by feature; `ParameterError` if there is none."""
        found = self._one(self._source(self.run.table_file("features.parquet")), number)
        return {name: value for name, value in found.items() if not name.startswith(FILLED) and name != NUMBER}

    def steps(self, feature: str) -> tuple[float, ...]:
        """The feature at the least, at each per cent of the units, and at the most; empty if measured of none."""
        path = self.run.table_file("features.parquet")
        self._check(feature)
        about = path.stat()
        return _steps(path, about.st_mtime_ns, _quoted(feature), max(1, self.n_units // SAMPLED))

    def meeting(self, conditions: Sequence[Bound]) -> list[Met]:
        """How many of each segment meet all conditions; of whom a feature is not measured meets none about it."""
        money = f"sum(cast(round(s.revenue_total * {MONEY_SCALE}) as hugeint))"
        query, values = self._meeting(f"s.segment, count(*), {money}", conditions)
        found = {segment: (units, brought) for segment, units, brought in _asked(f"{query} group by 1", values)}
        numbers = [one["number"] for one in self.run.record["segments"]]
        return [Met(one, *_in_money(found.get(one, (0, 0)))) for one in numbers]

    def ids_meeting(self, conditions: Sequence[Bound]) -> pa.Table:
        """The ids of those who meet all conditions, in one column."""
        query, values = self._meeting(f"s.{_quoted(self.unit_id)}", conditions)
        with _told():
            return _connection().cursor().sql(query, params=values).to_arrow_table()

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return sum(one["units"] for one in self.run.record["segments"])

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Names of the measured features."""
        return tuple(feature.name for feature in self.run.described_features)

    def _check(self, feature: str) -> None:
        if feature not in self.features:
            raise ParameterError(f"There is no feature {feature!r}. Choose one of: {', '.join(self.features)}.")

    def _meeting(self, what: str, conditions: Sequence[Bound]) -> tuple[str, list[Any]]:
        for one in conditions:
            self._check(one.feature)
        met = [f"f.{_quoted(one.feature)} {'>' if one.above else '<='} ?" for one in conditions]
        features = verbatim(self.run.table_file("features.parquet"))
        query = (
            f"select {what} from read_parquet({features}) f "  # noqa: S608 - names of the schema, quoted
            f"positional join read_parquet({verbatim(self._segments)}) s where {' and '.join(met) or 'true'}"
        )
        return query, [one.threshold for one in conditions]

    def _source(self, path: Path) -> str:
        return f"read_parquet({verbatim(path)}, {NUMBER} = true)"

    def _where(self, asked: RowsAsked) -> tuple[str, list[Any]]:
        wanted = {"segment": asked.segment, "arm": asked.arm or None, "trust": asked.trust or None}
        chosen = {name: value for name, value in wanted.items() if value is not None and name in self.columns}
        terms, values = [f"{_quoted(name)} = ?" for name in chosen], list(chosen.values())
        if asked.search:
            terms.append(f"contains(lower({_quoted(self.unit_id)}), lower(?))")
            values.append(asked.search)
        return " and ".join(terms), values

    def _count(self, where: str, values: list[Any]) -> int:
        if not where:
            return self.n_units
        query = f"select count(*) from {self._source(self._segments)} where {where}"  # noqa: S608 - bound values
        return int(_asked(query, values)[0][0])

    def _numbers(self, asked: RowsAsked, where: tuple[str, list[Any]], span: tuple[int, int], count: int) -> list[int]:
        """Numbers of the rows of a page; from the end where that is nearer, for what is passed over is sorted, too."""
        (first, size), by_id = span, asked.sort in {"", self.unit_id}
        backwards = first > count - first - size
        skipped = count - first - size if backwards else first
        if by_id and not where[0]:
            start = count - first - size if asked.descending else first
            numbers = list(range(start, start + size))
            return numbers[::-1] if asked.descending else numbers
        down, tie = ("desc", "asc") if asked.descending else ("asc", "asc")
        ends = "last"
        if backwards:
            down, tie, ends = ("asc" if down == "desc" else "desc"), "desc", "first"
        order = f"{NUMBER} {down}" if by_id else f"{_quoted(asked.sort)} {down} nulls {ends}, {NUMBER} {tie}"
        query = (
            f"select {NUMBER} from {self._source(self._segments)} "  # noqa: S608 - names of the schema, quoted
            f"{f'where {where[0]} ' if where[0] else ''}order by {order} limit ? offset ?"
        )
        numbers = [number for (number,) in _asked(query, [*where[1], size, skipped])]
        return numbers[::-1] if backwards else numbers

    def _fetched(self, numbers: list[int]) -> list[dict[str, Any]]:
        names = [name for name in (*self.columns, "segment_name") if name in self._named]
        query = (
            f"select {NUMBER}, {', '.join(map(_quoted, names))} from {self._source(self._segments)} "  # noqa: S608
            f"where list_contains(?::bigint[], {NUMBER})"
        )
        rows = {row[0]: dict(zip(("row", *names), row, strict=True)) for row in _asked(query, [numbers])}
        return [rows[number] for number in numbers]

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(parquet.read_schema(self._segments).names)

    def _one(self, source: str, number: int) -> dict[str, Any]:
        with _told():
            found = _connection().cursor().execute(f"select * from {source} where {NUMBER} = ?", [number])  # noqa: S608
            names, row = [column[0] for column in found.description or ()], found.fetchone()
        if row is None:
            raise ParameterError(f"There is no row {number}. The run was made again: load the page again.")
        return dict(zip(names, row, strict=True))


@lru_cache(maxsize=200)
def _steps(path: Path, _changed: int, column: str, every: int) -> tuple[float, ...]:
    shares = [step / STEPS for step in range(STEPS + 1)]
    source = f"read_parquet({verbatim(path)}, {NUMBER} = true)"
    ends = _asked(f"select min({column}), max({column}) from {source}", [])[0]  # noqa: S608 - a quoted name
    query = f"select quantile_disc({column}, ?) from {source} where {NUMBER} % ? = 0 and {column} is not null"  # noqa: S608
    found = _asked(query, [shares, every])[0][0]
    return () if not found or ends[0] is None else (ends[0], *found[1:-1], ends[1])


def _is_empty(about: parquet.FileMetaData, place: int) -> bool:
    """Whether a column holds nothing, as far as its file says so."""
    parts = [about.row_group(group).column(place).statistics for group in range(about.num_row_groups)]
    return bool(parts) and all(one is not None and one.num_values == 0 for one in parts)


def _in_money(found: tuple[int, int | None]) -> tuple[int, float]:
    return found[0], (found[1] or 0) / MONEY_SCALE


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One engine for all tables; each query takes a cursor of its own."""
    settings: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(":memory:", config=settings | {"memory_limit": MOST_MEMORY, "temp_directory": ""})


def _asked(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with _told():
        return _connection().cursor().execute(query, values).fetchall()


@contextmanager
def _told() -> Iterator[None]:
    """Say of a table that cannot be searched that it is damaged; what the engine says may quote a cell."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise EngineError(
            "There is not memory enough to search this table so. Narrow it to a segment first."
        ) from error
    except duckdb.Error as error:
        message = (
            "A table of the run is damaged, or was changed while it was read. Load the page, or make the run, again."
        )
        raise RunFolderError(message) from error


def _quoted(name: str) -> str:
    """A name of a column in a query."""
    return '"' + name.replace('"', '""') + '"'
