"""A table of customers as features: read, what stands twice set aside, each column for what it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.customer_tables.cells import Column, as_day
from marketfold.customer_tables.columns import ColumnUses, Shaping, judge_columns
from marketfold.customer_tables.recognition import CODE, id_column, is_customer_table
from marketfold.customer_tables.roles import find_meanings, is_about_bought
from marketfold.damage import told_as
from marketfold.decisions import Decision, SourceFacts
from marketfold.errors import Fault, ModelError, OrdersError, ParameterError
from marketfold.frames import table_html
from marketfold.orders import Orders, alias_rank, cells_as_texts, open_source, read_orders
from marketfold.schema import PERSONAL, SOURCE_LINE, Ledger
from marketfold.units import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.config import FeatureOptions, ReadingOptions
    from marketfold.customer_tables.roles import Meanings
    from marketfold.engine import Engine
    from marketfold.orders import Source
    from marketfold.schema import Float64

REPEATED, NO_ID, MALFORMED = "repeated_customer", "no_customer", "malformed"
ASIDE: dict[str, str] = {
    REPEATED: "its id stands further up: the first row of a customer counts",
    NO_ID: "no id",
    MALFORMED: "a row that could not be split into fields",
}
"""Why rows of a table of customers are set aside."""

SETTING = "customer_table"
"""Among the settings of a model: how its table was measured, so that others are measured alike."""


@dataclass(frozen=True, repr=False)
class CustomerTable:
    """A table with one row for each customer.

    Attributes
    ----------
    features
        One row per customer, sorted by id, with what describes and what was left out.
    ledger
        Rows that were read, kept and set aside; no money, for a table of customers has no ledger of it.
    set_aside
        source_line, reason.
    uses
        What each column is for.
    """

    features: FeatureTable
    facts: SourceFacts
    ledger: Ledger
    set_aside: pa.Table
    uses: ColumnUses
    source: Source
    null_values: tuple[str, ...] = ()

    @property
    def engine(self) -> Engine:
        """The engine that reads the source."""
        return self.source.engine

    @property
    def lines(self) -> nw.LazyFrame[Any]:
        """source_line, customer_id, an empty ordered_on, and where each customer lives, read from the source now."""
        places = [role for role in ("country", "state") if role in self.facts.mapping]
        rows = self._load({role: self.facts.mapping[role] for role in places})
        return rows.with_columns(nw.lit(None, dtype=nw.Date).alias("ordered_on"))

    def personal(self, *extra_columns: str) -> nw.LazyFrame[Any]:
        """Who the customers are, read from the source now: it is kept nowhere else.

        Returns
        -------
        customer_id, source_line, each personal role that the source offers, and the extra columns, all as text.

        Raises
        ------
        ParameterError
            If the source has no such column.
        """
        for column in extra_columns:
            if column not in self.source.columns:
                raise ParameterError(f"{self.facts.name} has no column {column!r}.")
        roles = {role: column for role, column in self.facts.mapping.items() if role in PERSONAL}
        return self._load(roles | {column: column for column in extra_columns})

    def _load(self, columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        identity = self.facts.mapping.get("customer_id")
        wanted = dict(columns) if identity is None else {**columns, "customer_id": identity}
        if not wanted:
            wanted = {"customer_id": self.source.columns[0]}
        names = list(wanted)
        frame = self.source.load(wanted, lambda raw: cells_as_texts(raw, names, self.null_values, self.engine))
        return frame if identity else frame.with_columns(nw.col(SOURCE_LINE).cast(nw.String).alias("customer_id"))

    def __repr__(self) -> str:
        return f"<CustomerTable: {len(self.features):,} customers, {len(self.features.features)} features>"

    def _repr_html_(self) -> str:
        return table_html(self.rows(), ("column", "what it is for"), left=True)

    def rows(self) -> list[tuple[str, str]]:
        """Each column of the source and what it is for, in words."""
        found: dict[str, list[str]] = {column: [] for column in self.source.columns}
        if (identity := self.facts.mapping.get("customer_id")) is not None:
            found[identity].append("who the customer is")
        for one in self.uses.shaping:
            for column in one.columns:
                found[column].append(f"feature: {one.feature.label}")
        for column in self.uses.describing.values():
            found[column].append("describes segments")
        for column, reason in self.uses.left_out.items():
            found[column].append(f"left out: {reason}")
        return [(column, "; ".join(uses)) for column, uses in found.items()]


def read_source(source: object, options: ReadingOptions) -> Orders | CustomerTable:
    """Read a source as what it is: orders, or a table of customers.

    Raises
    ------
    SourceNotFoundError
        If there is no such file.
    OrdersError
        If it can be read as neither; all faults are named at once.
    """
    opened = open_source(source, options)
    return read_customers(opened, options) if is_customer_table(opened, options) else read_orders(opened, options)


def refuse_settings_of_orders(table: CustomerTable, options: FeatureOptions) -> None:
    """`ParameterError` where settings ask a table of customers for what only orders have."""
    faults = []
    if options.unit != "customer":
        faults.append(Fault(f"--unit {options.unit}: each row is a customer.", "leave it out, or give orders."))
    if options.as_of:
        what = f"--as-of {options.as_of}: a table says what is known on the day of its export, and not what was before."
        faults.append(Fault(what, "leave it out, or give orders."))
    if options.own_features:
        what = f"--own-feature {', '.join(options.own_features)}: a formula is of order lines."
        faults.append(Fault(what, "leave it out, and give the table a column for it."))
    if faults:
        raise ParameterError.from_faults(f"{table.facts.name} is a table of customers, not of orders", faults)


@dataclass(frozen=True)
class _Rows:
    """All columns of the rows that are kept, sorted by id, and what became of the others."""

    ids: NDArray[np.str_]
    columns: dict[str, Column]
    ledger: Ledger
    set_aside: pa.Table


def _load_rows(source: Source, identity: str | None, options: ReadingOptions) -> _Rows:
    names = {f"c{place}": label for place, label in enumerate(source.columns)}
    table = source.engine.collect(source.load(names, lambda raw: raw)).sort_by(SOURCE_LINE)
    lines = np.asarray(table[SOURCE_LINE].to_numpy(), dtype=np.int64)
    columns = {label: Column.of(label, table[name], options) for name, label in names.items()}
    ids = lines.astype(str).astype(object) if identity is None else columns[identity].classes
    empty = np.array([one is None for one in ids.tolist()], dtype=np.bool_)
    first: dict[Any, int] = {}
    for place, one in enumerate(ids.tolist()):
        first.setdefault(one, place)
    again = np.array([first[one] != place for place, one in enumerate(ids.tolist())], dtype=np.bool_) & ~empty
    kept = np.flatnonzero(~(empty | again))
    order = kept[np.argsort(ids[kept].astype(str), kind="stable")]
    malformed = source.malformed()
    aside = {REPEATED: lines[again], NO_ID: lines[empty], MALFORMED: malformed[SOURCE_LINE].to_numpy()}
    counted = {reason: len(rows) for reason, rows in aside.items() if len(rows)}
    ledger = Ledger(len(lines) + len(malformed), len(kept), counted, money_set_aside=dict.fromkeys(counted, 0.0))
    rows = [(int(line), reason) for reason, where in aside.items() for line in where]
    listed = pa.table({
        SOURCE_LINE: pa.array([line for line, _ in sorted(rows)], pa.int64()),
        "reason": pa.array([reason for _, reason in sorted(rows)], pa.string()),
    })  # fmt: skip
    return _Rows(ids[order].astype(np.str_), {c: column.take(order) for c, column in columns.items()}, ledger, listed)


def read_customers(source: Source, options: ReadingOptions) -> CustomerTable:
    """Read a source as a table of customers.

    Raises
    ------
    OrdersError
        If nothing in it can be measured, or what was said of its columns cannot be; all faults are named at once.
    """
    if options.no_role:
        raise OrdersError(
            f"{source.name} is read as a table of customers, and --no-role is about orders. Leave it out."
        )
    meanings = find_meanings(options.mapping, source.columns)
    if meanings.faults:
        raise OrdersError.from_faults(f"{source.name} cannot be read as a table of customers", meanings.faults)
    identity = meanings.of.get("customer_id") or id_column(options.mapping, source.sample())
    rows = _load_rows(source, identity, options)
    uses = judge_columns(rows.columns, identity, meanings)
    _check(source, rows, uses)
    features, decisions = _measured(rows, uses, identity)
    mapping = {role: c for role, c in meanings.of.items() if c not in uses.left_out or role in PERSONAL}
    mapping |= {"customer_id": identity} if identity else {}
    spare = tuple(c for c in source.columns if c not in mapping.values())
    facts = SourceFacts(
        name=source.name,
        lines=rows.ledger.lines_read,
        mapping=mapping,
        encoding=source.encoding,
        extra_columns=spare,
        id_is_personal=identity in meanings.personal,
        currency=options.currency,
        decisions=(*_how_read(options, uses, identity, meanings), *decisions, *_repeats(rows.ledger, identity)),
        table=source.table,
    )
    return CustomerTable(features, facts, rows.ledger, rows.set_aside, uses, source, options.null_values)


def _check(source: Source, rows: _Rows, uses: ColumnUses) -> None:
    headline = f"{source.name} cannot be read as a table of customers"
    if uses.faults:
        raise OrdersError.from_faults(headline, list(uses.faults))
    if not len(rows.ids):
        raise OrdersError(f"{headline}: no row has an id. Name its column with --map customer_id=COLUMN.")
    if not uses.shaping:
        told = "; ".join(f"{column}: {reason}" for column, reason in uses.left_out.items())
        what = "there is no column of numbers, of days or of yes and no, so nothing tells customers apart"
        raise OrdersError(f"{headline}: {what}.{f' Left out: {told}.' if told else ''}")


def _how_read(options: ReadingOptions, uses: ColumnUses, identity: str | None, meanings: Meanings) -> list[Decision]:
    """What was decided of the whole, of the id, and of the columns that tell what was bought."""
    asked = options.table or any(is_about_bought(role) for role in options.mapping)
    counts = {"features": len(uses.shaping), "describing": len(uses.describing), "left_out": len(uses.left_out)}
    found = [Decision("customer_table_asked" if asked else CODE, numbers=counts)]
    if identity is None:
        found.append(Decision("customer_is_row"))
    elif identity in meanings.personal and alias_rank("customer_id", identity) is None:
        found.append(Decision("customer_by_name", (identity,)))
    summed = (one for one in uses.shaping if len(one.columns) > 1)
    return [*found, *(Decision("bought_added_up", one.columns, numbers={"label": one.feature.label}) for one in summed)]


def _repeats(ledger: Ledger, identity: str | None) -> list[Decision]:
    n = ledger.lines_set_aside.get(REPEATED, 0)
    return [Decision("customer_repeated", (identity or "",), lines=n)] if n else []


def _values(one: Shaping, columns: Mapping[str, Column], as_of: int | None) -> Float64:
    """A feature in the user's units, NaN where a cell is empty or says something else, shape (n_units,)."""
    own = [columns[name] for name in one.columns]
    if one.kind == "flag":
        return own[0].flags
    if one.kind == "days":
        return (as_of or 0) - own[0].days
    cells = np.stack([column.numbers for column in own])
    whole: Float64 = np.where(np.isnan(cells).all(axis=0), np.nan, np.nansum(cells, axis=0))
    return whole


def _latest_day(shaping: Sequence[Shaping], columns: Mapping[str, Column]) -> int | None:
    dated = [columns[one.columns[0]].days for one in shaping if one.kind == "days"]
    known = [float(np.nanmax(days)) for days in dated if np.isfinite(days).any()]
    return int(max(known)) if known else None


def _measured(rows: _Rows, uses: ColumnUses, identity: str | None) -> tuple[FeatureTable, list[Decision]]:
    """The features of all customers, empty cells filled with the middle value of their column."""
    as_of = _latest_day(uses.shaping, rows.columns)
    values = np.column_stack([_values(one, rows.columns, as_of) for one in uses.shaping])
    missing = np.isnan(values)
    middle = np.array([float(np.nanmedian(column)) for column in values.T])
    values = np.where(missing, middle, values)
    features = tuple(one.feature for one in uses.shaping)
    decisions = []
    if missing.any():
        where = [one for one, n in zip(uses.shaping, missing.sum(axis=0), strict=True) if n]
        names = tuple(name for one in where for name in one.columns)
        decisions.append(Decision("missing_filled", names, lines=int(missing.sum())))
    spec = [
        {"feature": vars(one.feature), "columns": list(one.columns), "kind": one.kind, "middle": value}
        for one, value in zip(uses.shaping, middle.tolist(), strict=True)
    ]
    described = {name: rows.columns[column].classes for name, column in uses.describing.items()}
    table = _table(rows.ids, values, features, as_of)
    told = {"as_of": as_of, "id": identity, "features": spec}
    settings = {SETTING: json.dumps(told, ensure_ascii=False)}
    return replace(table, described=described, left_out=dict(uses.left_out), settings=settings), decisions


def _table(ids: NDArray[np.str_], values: Float64, features: tuple[Feature, ...], as_of: int | None) -> FeatureTable:
    names = [feature.name for feature in features]
    money = values[:, names.index("revenue_total")] if "revenue_total" in names else np.zeros(len(ids))
    return FeatureTable("customer", ids, values, features, money, None if as_of is None else as_day(as_of))


def is_of_table(settings: Mapping[str, str]) -> bool:
    """Whether a model measures tables of customers."""
    return SETTING in settings


@dataclass(frozen=True)
class Measured:
    """A feature of a model: which columns it is made of, and the value in the place of an empty cell."""

    shaping: Shaping
    middle: float


@dataclass(frozen=True)
class MeasuredBy:
    """How the table of a model was measured: its id column, None where the row was the id, and its latest day.

    `as_of` is the number of a day (`date.toordinal`); 0 where the table has no days.
    """

    identity: str | None
    as_of: int
    features: tuple[Measured, ...]


def measured_by(settings: Mapping[str, str]) -> MeasuredBy:
    """What the settings of a model say; ModelError where they are damaged."""
    with told_as(ModelError, "What the model was measured by"):
        how = json.loads(settings[SETTING])
        features = [
            Measured(Shaping(Feature(**one["feature"]), tuple(one["columns"]), one["kind"]), float(one["middle"]))
            for one in how["features"]
        ]
        return MeasuredBy(how["id"], int(how["as_of"] or 0), tuple(features))


def measure_again(source: object, options: ReadingOptions, settings: Mapping[str, str]) -> FeatureTable:
    """Measure the customers of another table as the table of a model was: the same columns, the same middle values.

    Days are counted back from the latest day of either table.

    Raises
    ------
    ParameterError
        Naming every column of the model's table that this one lacks, or that holds something else.
    """
    opened, how = open_source(source, options), measured_by(settings)
    shaping = [one.shaping for one in how.features]
    wanted = dict.fromkeys(name for one in shaping for name in one.columns)
    if lacking := [name for name in wanted if name not in opened.columns]:
        faults = [Fault(f"it has no column {name!r}.") for name in lacking]
        raise ParameterError.from_faults(f"{opened.name} is not a table as the model's", faults)
    meanings = find_meanings(options.mapping, opened.columns)
    identity = meanings.of.get("customer_id") or id_column(options.mapping, opened.sample())
    rows = _load_rows(opened, identity, options)
    _check_kinds(opened, shaping, rows)
    as_of = max(how.as_of, _latest_day(shaping, rows.columns) or 0) or None
    values = np.column_stack([_values(one, rows.columns, as_of) for one in shaping])
    values = np.where(np.isnan(values), np.array([one.middle for one in how.features]), values)
    return replace(_table(rows.ids, values, tuple(one.feature for one in shaping), as_of), settings=dict(settings))


def _check_kinds(source: Source, shaping: Sequence[Shaping], rows: _Rows) -> None:
    faults = []
    for one in shaping:
        for column in (rows.columns[name] for name in one.columns):
            known = {"flag": column.flags, "days": column.days, "number": column.numbers}[one.kind]
            if column.filled.any() and np.isfinite(known).sum() < column.filled.sum() / 2:
                sample = ", ".join(repr(text) for text in column.texts[:3])
                faults.append(Fault(f"{column.name!r} does not hold what it held ({one.kind}): {sample}."))
    if faults:
        raise ParameterError.from_faults(f"{source.name} is not a table as the model's", faults)
