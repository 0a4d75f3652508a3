"""What a source would be read as: columns, dates, money and dirt, in numbers and without anybody's data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from marketfold.frames import table_html
from marketfold.orders.dates import ISO_FORMAT
from marketfold.orders.reading import Orders, read_orders
from marketfold.orders.totals import Totals, total_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from marketfold.config import ReadingOptions
    from marketfold.decisions import Decision


@dataclass(frozen=True)
class Inspection:
    """How a source is read.

    Attributes
    ----------
    name
        File name without its folder, or the kind of the frame.
    encoding, delimiter
        Of a text file.
    mapping
        Source column of each role.
    extra_columns
        Source columns without a role.
    lines, orders, customers
        Counts over everything read; lines include those that could not be split.
    first_on, last_on
        Days of the first and the last order.
    amount_total
        Money of all lines together.
    date_styles
        Lines in each style of date; empty for columns that are dates already.
    decimals
        Decimal sign of each number column that holds more than plain figures.
    empty
        Empty cells of each role that is not personal.
    unreadable
        Cells that hold something, and no number or day.
    zero_amounts, negative_amounts, negative_quantities
        Lines.
    malformed
        Rows that could not be split into fields, by reason.
    id_is_personal
        A name, an e-mail or a phone serves as the customer id.
    decisions
        What was decided where the source could be read in more than one way.
    """

    name: str
    encoding: str | None
    delimiter: str | None
    mapping: dict[str, str]
    extra_columns: tuple[str, ...]
    lines: int
    orders: int
    customers: int
    first_on: date | None
    last_on: date | None
    amount_total: float
    date_styles: dict[str, int]
    decimals: dict[str, str]
    empty: dict[str, int]
    unreadable: dict[str, int]
    zero_amounts: int
    negative_amounts: int
    negative_quantities: int
    malformed: dict[str, int]
    id_is_personal: bool
    decisions: tuple[Decision, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        plain = asdict(self) | {"decisions": [one.to_dict() for one in self.decisions]}
        for name in ("first_on", "last_on"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        return plain | {"extra_columns": list(self.extra_columns)}

    def rows(self) -> Iterator[tuple[str, str]]:
        """What was found, as pairs of words, without the mapping."""
        yield "source", self.name + (f" ({self.encoding}, separated by {self.delimiter!r})" if self.encoding else "")
        yield "lines, orders, customers", f"{self.lines:,}, {self.orders:,}, {self.customers:,}"
        yield "dates", f"{self.first_on} to {self.last_on}"
        yield "money", f"{self.amount_total:,.2f}"
        for title, counts in (
            ("dates written as", self.date_styles),
            ("empty cells", self.empty),
            ("unreadable cells", self.unreadable),
            ("rows that could not be split", self.malformed),
        ):
            if counts:
                yield title, ", ".join(f"{name} {count:,}" for name, count in counts.items())
        if self.decimals:
            yield "decimal sign", ", ".join(f"{name} {sign!r}" for name, sign in self.decimals.items())
        signs = (self.zero_amounts, self.negative_amounts, self.negative_quantities)
        if any(signs):
            yield "lines with zero money, negative money, negative quantity", ", ".join(f"{n:,}" for n in signs)
        if self.extra_columns:
            yield "columns without a role", ", ".join(self.extra_columns)

    def __str__(self) -> str:
        found = [f"{what}: {value}" for what, value in self.rows()]
        columns = [f"  {role} = {column}" for role, column in self.mapping.items()]
        return "\n".join([*found, "columns:", *columns, *(one.text for one in self.decisions)])

    def _repr_html_(self) -> str:
        tables = [table_html(self.rows(), left=True), table_html(self.mapping.items(), ("means", "column"), left=True)]
        return "".join([*tables, _decided(self.decisions)])


def _decided(decisions: tuple[Decision, ...]) -> str:
    return table_html((("decision", one.text) for one in decisions), left=True) if decisions else ""


def _unreadable(orders: Orders) -> dict[str, int]:
    """Cells that hold a text which is no number or day."""
    found = dict(orders.cells.unreadable_days)
    texts = orders.cells.left_numbers()
    if texts is not None:
        (row,) = orders.engine.collect(texts).to_pylist()
        found |= {role: int(count) for role, count in row.items() if count}
    return found


def _empty(orders: Orders, totals: Totals, unreadable: dict[str, int]) -> dict[str, int]:
    """Empty cells of each column that the source has; a cell that is unreadable or a stray date is not empty."""
    nulls = {role: count - unreadable.get(role, 0) for role, count in totals.nulls.items()}
    nulls["ordered_on"] -= sum(one.lines for one in orders.facts.decisions if one.code == "stray_date")
    return {role: count for role, count in nulls.items() if count > 0 and role in orders.facts.mapping}


def _date_styles(orders: Orders, totals: Totals) -> dict[str, int]:
    """Lines in each style; what was read as ISO at once is all that no other style has."""
    styles = dict(orders.cells.date_styles)
    if ISO_FORMAT in styles:
        styles[ISO_FORMAT] += totals.lines - totals.nulls["ordered_on"] - sum(styles.values())
    return {style: count for style, count in styles.items() if count}


def inspect_orders(source: object, options: ReadingOptions | None = None) -> Inspection:
    """Say how a source is read, before anything is cleaned or modelled.

    Parameters
    ----------
    source
        As for `read_orders`; or orders that were read already.
    options
        What the source does not say itself.

    Raises
    ------
    OrdersError
        If it cannot be read as orders.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"customer": ["a", "b"], "date": ["13.02.2024", "?"], "total": ["9,50", "12,00 EUR"]})
    >>> found = inspect_orders(table)
    >>> found.amount_total, found.date_styles, found.decimals, found.unreadable
    (21.5, {'%d.%m.%Y': 1}, {'amount': ','}, {'ordered_on': 1})
    """
    orders = source if isinstance(source, Orders) else read_orders(source, options)
    totals = total_lines(orders.lines, orders.engine)
    unreadable = _unreadable(orders)
    reasons = orders.malformed["reason"].to_pylist()
    facts = orders.facts
    return Inspection(
        name=facts.name,
        encoding=facts.encoding,
        delimiter=orders.source.delimiter,
        mapping=facts.mapping,
        extra_columns=facts.extra_columns,
        lines=facts.lines,
        orders=totals.orders,
        customers=totals.customers,
        first_on=totals.first_on,
        last_on=totals.last_on,
        amount_total=totals.amount_total,
        date_styles=_date_styles(orders, totals),
        decimals=dict(orders.cells.decimals),
        empty=_empty(orders, totals, unreadable),
        unreadable=unreadable,
        zero_amounts=totals.zero_amounts,
        negative_amounts=totals.negative_amounts,
        negative_quantities=totals.negative_quantities,
        malformed={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        id_is_personal=facts.id_is_personal,
        decisions=facts.decisions,
    )
