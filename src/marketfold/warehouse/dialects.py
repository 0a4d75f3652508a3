"""Dialects of SQL, and what a person gives that becomes part of a statement: names of tables, and a day."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from marketfold.errors import ParameterError, closest
from marketfold.orders import EARLIEST, LATEST_READ
from marketfold.warehouse.expressions import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECTS: dict[str, str] = {
    "duckdb": "DuckDB",
    "postgres": "PostgreSQL",
    "bigquery": "BigQuery",
    "snowflake": "Snowflake",
    "databricks": "Databricks",
    "redshift": "Redshift",
    "spark": "Spark",
}
"""What each is called, by the name that it has here and in sqlglot."""
_WITH_CODES = frozenset({"duckdb", "postgres", "bigquery", "snowflake"})
"""Those in which CHR knows every letter of Unicode; that of Spark and Redshift knows 256."""
_QUOTES = '"`'
MOST_PARTS = 3
LONGEST_NAME = 1_000
MOST_DAYS = 36_500
"""From today, which is a hundred years: every warehouse has such days."""


def checked_dialect(name: str) -> str:
    """The same name; ParameterError, listing all, where there is no such dialect."""
    if name not in DIALECTS:
        raise ParameterError(f"There is no dialect {name!r}; {closest(name, DIALECTS)} All: {', '.join(DIALECTS)}.")
    return name


def printed(query: exp.Expr, dialect: str) -> str:
    r"""A query as text in which no letter is unseen that editors or templates change: a tab, a line's end, a mark.

    Where backslashes mean something in a text sqlglot writes them so; elsewhere it is put together of their codes.

    >>> printed(exp.select(literal("a\tb")), "duckdb"), printed(exp.select(literal("a\tb")), "spark")
    ("SELECT\n  'a' || CHR(9) || 'b'", "SELECT\n  'a\\tb'")
    """
    return (query.transform(_by_codes) if dialect in _WITH_CODES else query).sql(dialect, pretty=True)


def _by_codes(node: exp.Expr) -> exp.Expr:
    """A text with letters that are not seen as a sum of texts and codes; whatever else as it is."""
    if not (isinstance(node, exp.Literal) and node.is_string) or node.name.isprintable():
        return node
    parts: list[exp.Expr] = []
    for seen, letters in groupby(node.name, str.isprintable):
        if seen:
            parts.append(exp.Literal.string("".join(letters)))
        else:
            parts += [exp.Chr(expressions=[exp.Literal.number(ord(letter))]) for letter in letters]
    return exp.Concat(expressions=parts) if len(parts) > 1 else parts[0]


def table_parts(name: str) -> list[str]:
    """The parts of a table's name, at most catalogue, schema and table; a part in quotes may hold dots.

    Whatever is in a part is its name: it is quoted in the statement, so that no text becomes SQL.

    >>> table_parts('shop."order.lines"')
    ['shop', 'order.lines']
    """
    parts = list(_parts(name))
    if not 1 <= len(parts) <= MOST_PARTS or not all(part.strip() for part in parts) or "\0" in name:
        raise ParameterError(
            f"{name[:80]!r} is no name of a table. Give TABLE, SCHEMA.TABLE or CATALOG.SCHEMA.TABLE; "
            'a part with a dot in it in double quotes: shop."order.lines".'
        )
    if len(name) > LONGEST_NAME:
        raise ParameterError(f"A table's name has at most {LONGEST_NAME:,} letters; this one has {len(name):,}.")
    return parts


def _parts(name: str) -> Iterator[str]:
    """Split at the dots outside of quotes; a doubled quote in quotes is one."""
    part, place, quote = "", 0, ""
    closed = False
    while place < len(name):
        letter = name[place]
        if quote:
            if letter == quote and name[place + 1 : place + 2] == quote:
                part, place = part + quote, place + 1
            elif letter == quote:
                quote, closed = "", True
            else:
                part += letter
        elif letter == ".":
            yield part
            part, closed = "", False
        elif letter in _QUOTES and not part and not closed:
            quote = letter
        elif closed:
            yield ""  # something stands behind the closing quote
            return
        else:
            part += letter
        place += 1
    yield "" if quote else part


def table_of(name: str) -> exp.Table:
    """The table of that name, each part quoted."""
    parts = [exp.to_identifier(part, quoted=True) for part in table_parts(name)]
    return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))


def day_of(text: str) -> exp.Expr:
    """The day from which features look back: a date, or today, or so many days before or after today.

    ParameterError where it is something else.

    >>> day_of("2026-01-01").sql("duckdb"), day_of("CURRENT_DATE - 7").sql("duckdb")
    ("CAST('2026-01-01' AS DATE)", 'CAST(CURRENT_DATE + INTERVAL (-7) DAY AS DATE)')
    """
    refusal = ParameterError(
        f"--as-of wants a day: a date as YYYY-MM-DD, CURRENT_DATE, or CURRENT_DATE - 7; got {text[:80]!r}."
    )
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        pass
    else:
        if not EARLIEST <= day <= LATEST_READ:
            raise refusal
        return literal(day)
    try:
        days = _days_from_today(sqlglot.parse_one(text))  # the same words for every dialect
    except (SqlglotError, ValueError, RecursionError) as error:
        raise refusal from error
    if days is None or abs(days) > MOST_DAYS:
        raise refusal
    today = exp.CurrentDate()
    moved = exp.DateAdd(this=today, expression=exp.Literal.number(days), unit=exp.var("DAY"))
    return exp.cast(moved, "date") if days else today


def _days_from_today(asked: exp.Expr) -> int | None:
    """How many days after today an expression means; None where it is not of today."""
    if isinstance(asked, exp.Paren):
        return _days_from_today(asked.this)
    if isinstance(asked, exp.CurrentDate) and asked.this is None:
        return 0
    if isinstance(asked, exp.Add | exp.Sub):
        start, days = _days_from_today(asked.this), _whole_days(asked.expression)
        if start is None or days is None:
            return None
        return start + (days if isinstance(asked, exp.Add) else -days)
    return None


def _whole_days(asked: exp.Expr) -> int | None:
    if isinstance(asked, exp.Interval):
        unit = asked.args.get("unit")
        known = unit is not None and unit.name.upper() in {"DAY", "DAYS"}
        return _whole_days(asked.this) if known and asked.this is not None else None
    return int(asked.name) if isinstance(asked, exp.Literal) and asked.name.isdecimal() else None
