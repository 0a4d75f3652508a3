"""Is this a table of customers? By what the columns hold, and never by the name of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.customer_tables.roles import TABLE_ROLES, find_meanings, is_about_bought
from marketfold.orders import alias_rank, bare, cells_as_texts, looks_like_dates, plain_name, read_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.config import ReadingOptions
    from marketfold.orders import Source

    Sample = Mapping[str, Sequence[object]]

CODE = "customer_table"
"""The decision that a source is one; `--undo` takes it away."""

OF_ORDERS = {"ordered_on": 3, "order_id": 2, "quantity": 1, "unit_price": 2, "list_price": 1, "product_id": 2}
"""Roles that only order lines have, and the tier of names up to which a name says so."""

OF_BOTH = frozenset({"createdat", "createdon", "creationdate", "dateadd", "datecreated", "day", "timestamp", "items"})
"""Names of a day that orders have, and customers as well."""

_ID_NAME = re.compile(r"(^id|id|uuid|guid|key|number|nummer|no|nr|code|codigo|numero)$")
FEWEST_ROWS = 10
"""Below so many an id that never repeats says nothing, unless its name is that of a customer's and there is no day."""

MOSTLY = 0.95
OFTEN = 0.8
"""Different customers among the rows below which rows are no customers."""


def names_an_id(column: str) -> bool:
    """Whether a column's name says that it tells rows apart.

    >>> names_an_id("master_id"), names_an_id("Customer No."), names_an_id("Paid")
    (True, True, False)
    """
    plain = plain_name(column)
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", column)
    last = re.split(r"[^A-Za-z0-9]+", split.strip(" .#"))[-1].casefold()
    return bool(_ID_NAME.fullmatch(plain) or (last and _ID_NAME.fullmatch(last)))


def _filled(values: Sequence[object]) -> list[str]:
    known = (value for value in values if value is not None and value == value)  # noqa: PLR0124  (NaN differs from itself)
    return [text for value in known if (text := bare(str(value)))]


def _is_number(values: Sequence[object]) -> bool:
    texts = _filled(values)
    numbers = sum(read_number(text) is not None or read_number(text, ",") is not None for text in texts)
    return bool(texts) and numbers >= MOSTLY * len(texts)


def order_columns(columns: Sequence[str]) -> list[str]:
    """Columns whose names say that a row is a line of an order.

    >>> order_columns(["CustomerID", "Age", "InvoiceDate", "Created at"])
    ['InvoiceDate']
    """
    return [
        column
        for column in columns
        if plain_name(column) not in OF_BOTH
        and any((rank := alias_rank(role, column)) is not None and rank <= tier for role, tier in OF_ORDERS.items())
    ]


def id_column(mapping: Mapping[str, str], sample: Sample) -> str | None:
    """The column that numbers the customers: as given, by its name, or one that tells rows apart and says so."""
    known = find_meanings({role: c for role, c in mapping.items() if role == "customer_id"}, list(sample)).of
    if "customer_id" in known:
        return known["customer_id"]
    named = [c for c, values in sample.items() if names_an_id(c) and _never_repeats(values)]
    if named:
        return named[0]
    return next((known[role] for role in ("email", "customer_name", "phone") if role in known), None)


def _are_values(columns: Sequence[str]) -> bool:
    """Whether what should be names are numbers and days; Q1 and x2 are names of a survey's."""
    values = [
        c for c in columns if not re.search("[A-Za-z]", c) and (read_number(c) is not None or looks_like_dates([c]))
    ]
    return len(values) >= 2 and len(values) * 3 >= len(columns)


def _never_repeats(values: Sequence[object]) -> bool:
    texts = _filled(values)
    return bool(texts) and len(set(texts)) == len(texts)


def _measures(sample: Sample, but: str | None) -> list[str]:
    """Columns of numbers that are no id."""
    return [c for c, values in sample.items() if c != but and not names_an_id(c) and _is_number(values)]


def _is_plain_order(sample: Sample, measures: Sequence[str]) -> bool:
    """Who, when and how much, and nothing else: orders of customers who came once."""
    dated = [c for c, values in sample.items() if looks_like_dates(values)]
    bought = find_meanings({}, list(sample)).of
    amounts = [alias_rank("amount", c) is not None for c in measures if c not in dated]
    return len(dated) == 1 and dated[0] not in bought.values() and amounts == [True]


def is_customer_table(source: Source, options: ReadingOptions) -> bool:
    """Whether a source has one row for each customer.

    It was said so (`--table`, or a role that only such tables have); or no column says that a row is a line of an
    order, there is something to measure, and an id never repeats, or there is no id and no day either.
    """
    if options.table or any(is_about_bought(role) for role in options.mapping):
        return True
    columns = list(source.columns)
    if CODE in options.undo or set(options.mapping) - set(TABLE_ROLES) or order_columns(columns):
        return False
    sample = source.sample()
    identity = id_column(options.mapping, sample)
    looks = not _are_values(columns) and _looks_like_customers(sample, identity)
    return looks and (identity is None or _repeats_nowhere(source, identity))


def _looks_like_customers(sample: Sample, identity: str | None) -> bool:
    """Whether the first rows could be customers: there is something to measure, and nobody stands there twice."""
    measures = _measures(sample, identity)
    dated = any(looks_like_dates(values) for values in sample.values())
    if identity is None:
        return len(measures) > 1 and not dated and _enough(sample)
    if not measures or not _never_repeats(sample[identity]) or _is_plain_order(sample, measures):
        return False
    named = alias_rank("customer_id", identity) is not None and len(measures) > 1 and not dated
    if dated and _come_again(sample, identity):
        return False
    return named or _enough(sample)


def _come_again(sample: Sample, identity: str) -> bool:
    """Whether customers are numbered or named by another column, in which many stand twice: rows are what they did."""
    for column, values in sample.items():
        numbered = alias_rank("customer_id", column) in {0, 1}  # `Member` or `Account` may be a class
        texts = _filled(values)
        if (
            (numbered or alias_rank("email", column) is not None)
            and column != identity
            and len(set(texts)) < OFTEN * len(texts)
        ):
            return True
    return False


def _enough(sample: Sample) -> bool:
    return min(map(len, sample.values()), default=0) >= FEWEST_ROWS


def _repeats_nowhere(source: Source, column: str) -> bool:
    """Whether the cells of a column differ in the whole source, but for a few rows that stand there twice."""
    frame = source.load({"id": column}, lambda raw: cells_as_texts(raw, ["id"], (), source.engine))
    cell = nw.col("id")
    counts = frame.select(cell.n_unique().alias("different"), cell.count().alias("filled"))
    (row,) = source.engine.collect(counts).to_pylist()
    return bool(row["filled"]) and row["different"] >= MOSTLY * row["filled"]
