"""From cells to order lines: the decisions that need a whole column, and the lazy table that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.cells import (
    LAST,
    NUMBER_LIKE,
    as_texts,
    begins_untidy,
    ends_untidy,
    iso_head,
    native_day,
    native_number,
    plausible_day,
    without_time,
)
from marketfold.orders.dates import ISO_FORMAT, read_day
from marketfold.orders.day_columns import DateReading, read_days
from marketfold.orders.decimal_signs import column_evidence, told_by_file, with_points
from marketfold.orders.numbers import (
    DecimalEvidence,
    mixed_decimals,
    number_from_text,
    sample_evidence,
    with_point,
)
from marketfold.orders.periods import epoch_unit, per_day
from marketfold.schema import ROLES, SOURCE_LINE, count_where
from marketfold.thresholds import FEW_LINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.config import ReadingOptions
    from marketfold.orders.numbers import Decimal
    from marketfold.orders.sources import Source
    from marketfold.schema import Kind

LEFT = " left"
"""Ending of the column that holds the texts which are not yet a number or a day."""

MOST_DAYS = 200_000
"""Different texts in a date column. All days since 1970 in ten styles are fewer; more is no column of dates."""


def _number_text(role: str) -> nw.Expr:
    """The text that is left of a number; that of a discount without its per cent sign."""
    text = nw.col(role + LEFT)
    return text.str.replace_all("[ \u00a0]*%$", "") if role in {"discount", "discount_percent"} else text


@dataclass
class CellReadings:
    """What was decided over whole columns.

    Attributes
    ----------
    decimals
        Decimal sign of each number role that is text in the source.
    date_styles
        Number of values in each style of date.
    faults
        Why columns cannot be read.
    unreadable_days
        Number of texts in the date column that are no day.
    decisions
        What was decided where cells could be read in more than one way.
    left
        The lines as far as they are typed, lazily, with the texts that are no plain number or day yet in columns named
        by role and `LEFT`; a role without any has no such column. None where no role has any.
    """

    decimals: dict[str, Decimal] = field(default_factory=dict)
    date_styles: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unreadable_days: dict[str, int] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    left: nw.LazyFrame[Any] | None = None

    def left_numbers(self) -> nw.LazyFrame[Any] | None:
        """How many texts of each number column are no number, lazily; None where all were plain."""
        if self.left is None:
            return None
        names, asked = set(self.left.collect_schema().names()), []
        for role in (role for role in self.decimals if role + LEFT in names):
            text = _number_text(role)
            unread = ~text.is_null() & number_from_text(text, self.decimals[role]).is_null()
            asked.append(count_where(unread).alias(role))
        return self.left.select(*asked) if asked else None


@dataclass(frozen=True)
class _Plan:
    """How each role is prepared: which texts are tried as plain numbers or ISO days at once, under which sign.

    With `of_each` the decimal sign is that of each file by itself; what each says is put there.
    """

    null_values: tuple[str, ...]
    tried: frozenset[str] = frozenset()
    sign: Decimal = "."
    of_each: list[DecimalEvidence] | None = None


def _is_text(kind: Kind, dtype: nw.dtypes.DType) -> bool:
    """Whether a column must be read as text first."""
    if kind == "date":
        return dtype not in {nw.Date, nw.Datetime}
    return kind == "text" or not dtype.is_numeric()


def _untidy(frame: nw.LazyFrame[Any], names: Sequence[str], source: Source, plan: _Plan) -> list[str]:
    """Columns with work to do on any cell; what one look over the column finds tidy is taken as it stands."""
    schema = frame.collect_schema()
    texts = [name for name in names if schema[name] == nw.String]
    if source.copies or not texts:
        return list(names)
    # asked by themselves, for a Parquet file tells them without being read
    ends = [end for name in texts for end in (nw.col(name).min().alias(name), nw.col(name).max().alias(f"{name} most"))]
    (found,) = source.engine.collect(frame.select(*ends)).to_pylist()
    open_ones = [name for name in texts if not begins_untidy(found[name], found[f"{name} most"])]
    if not open_ones:
        return list(names)
    asked = [ends_untidy(name, plan.null_values, number_like=name in NUMBER_LIKE) for name in open_ones]
    frame = source.engine.last_letters(frame, {name + LAST: name for name in open_ones})
    (found,) = source.engine.collect(frame.select(*asked)).to_pylist()
    return [name for name in names if found.get(name, True)]


def _prepare(frame: nw.LazyFrame[Any], source: Source, plan: _Plan) -> nw.LazyFrame[Any]:
    """Cells as text, numbers and days; what needs a decision over the column stays as text in a `LEFT` column."""
    schema = frame.collect_schema()
    names = [name for name in schema.names() if name != SOURCE_LINE]
    texts = [name for name in names if _is_text(ROLES[name].kind, schema[name])]
    tried = {name for name in texts if schema[name] == nw.String and name in plan.tried}
    # A cast looks past blanks: what it reads need not be trimmed first, unless some texts stand for a missing cell.
    late = tried if not plan.null_values else set()
    untidy = _untidy(frame, [name for name in texts if name not in late], source, plan)
    frame = as_texts(frame, untidy, plan.null_values, source.engine)
    if plan.of_each is not None:
        frame = with_points(frame, source.engine, [name for name in texts if ROLES[name].kind != "date"], plan.of_each)
    expressions: list[nw.Expr] = [nw.col(SOURCE_LINE)] if SOURCE_LINE in schema else []
    for name in names:
        kind = ROLES[name].kind
        if name in texts:
            expressions.append(nw.col(name).alias(name if kind == "text" else name + LEFT))
        else:
            expressions.append(native_day(name) if kind == "date" else native_number(name))
    frame = _try_plain(frame.select(*expressions), source, tried, plan.sign)
    return as_texts(frame, [name + LEFT for name in late], plan.null_values, source.engine)


def _try_plain(frame: nw.LazyFrame[Any], source: Source, roles: set[str], sign: Decimal) -> nw.LazyFrame[Any]:
    """Add the plain numbers and ISO days; their texts leave the `LEFT` columns."""
    if not roles:
        return frame
    numbers = [role for role in roles if ROLES[role].kind != "date"]
    heads = {role: f"{role} head" for role in roles}
    shaped = [
        (with_point(nw.col(role + LEFT), sign) if role in numbers else iso_head(nw.col(role + LEFT))).alias(head)
        for role, head in heads.items()
    ]
    frame = frame.with_columns(*shaped)
    if numbers:
        frame = source.engine.try_cast(frame, {role: heads[role] for role in numbers}, "number")
    if days := {role: head for role, head in heads.items() if role not in numbers}:
        frame = source.engine.try_cast(frame, days, "date")
    frame = frame.drop(*heads.values())
    # 'inf' and 'nan' are numbers to an engine and unreadable to us: they stay with the texts.
    plain = [native_number(role) if role in numbers else plausible_day(nw.col(role)).alias(role) for role in roles]
    frame = frame.with_columns(*plain)
    left = [nw.when(nw.col(role).is_null()).then(nw.col(role + LEFT)).alias(role + LEFT) for role in roles]
    return frame.with_columns(*left)


def _left_over(frame: nw.LazyFrame[Any], source: Source) -> tuple[dict[str, int], dict[str, DecimalEvidence]]:
    """How many texts are left in each column, and what those of the number columns say of the decimal sign."""
    left = [name for name in frame.collect_schema().names() if name.endswith(LEFT)]
    if not left:
        return {}, {}
    (counts,) = source.engine.collect(frame.select(*(nw.col(name).count() for name in left))).to_pylist()
    roles = {name.removesuffix(LEFT): int(count or 0) for name, count in counts.items() if count}
    evidence = column_evidence(
        frame, source.engine, {role: role + LEFT for role in roles if ROLES[role].kind != "date"}
    )
    return roles, evidence


def _decimals(
    evidence: Mapping[str, DecimalEvidence], mapping: Mapping[str, str], options: ReadingOptions, plan: _Plan
) -> CellReadings:
    """The decimal sign of each column: its own evidence, else that of the others, else that of the first rows."""
    readings = CellReadings()
    if plan.sign == ",":
        readings.decimals |= {role: "," for role in mapping if role in plan.tried and ROLES[role].kind != "date"}
    everywhere = sum(evidence.values(), DecimalEvidence()).sign
    for role, found in evidence.items():
        if options.decimal:
            readings.decimals[role] = options.decimal
            continue
        if found.comma and found.point:
            readings.faults.append(mixed_decimals(mapping[role], found))
        readings.decimals[role] = found.sign or everywhere or plan.sign
    return readings


def _mostly_iso(values: Sequence[object]) -> bool:
    texts = [value for value in values if isinstance(value, str) and value]
    iso = sum(len(text) >= 10 and text[4] == "-" and text[7] == "-" and text[:4].isdecimal() for text in texts)
    return iso > 0.5 * len(texts)


_LOOKED_AT = 1_000


def _beside_iso(frame: nw.LazyFrame[Any], source: Source, role: str) -> bool:
    """Whether days written in another style stand beside the ISO days: both together may show what neither does."""
    left = nw.col(role + LEFT)
    some = source.engine.collect(
        frame.filter(~left.is_null()).select(without_time(left).alias("text")).head(_LOOKED_AT)
    )
    return any(read_day(text) for text in some["text"].to_pylist())


@dataclass(frozen=True)
class _Typing:
    """The texts that are left, and everything that decides how they are read."""

    source: Source
    mapping: Mapping[str, str]
    options: ReadingOptions
    tried: frozenset[str]
    left: Mapping[str, int]
    readings: CellReadings
    epoch: str | None = None

    def _with_day_text(self, frame: nw.LazyFrame[Any], role: str) -> nw.LazyFrame[Any]:
        """Add `day text`: what is left of the date column without its time; of a time since 1970 `@` and its days."""
        text = without_time(nw.col(role + LEFT))
        if self.epoch is None:
            return frame.with_columns(text.alias("day text"))
        frame = self.source.engine.try_cast(frame, {"time number": role + LEFT}, "number")
        number = nw.col("time number")
        days = (nw.when(number.is_between(0, 1e6 * per_day(self.epoch))).then(number) / per_day(self.epoch)).floor()
        counted = nw.concat_str(nw.lit("@"), days.cast(nw.Int64).cast(nw.String))
        return frame.with_columns(nw.coalesce(counted, text).alias("day text"))

    def _read_days(self, frame: nw.LazyFrame[Any], role: str) -> DateReading:
        """Read the different texts of the date column."""
        if role not in self.left:
            return DateReading({})
        column = self.mapping[role]
        texts = frame.filter(~nw.col("day text").is_null()).select("day text")
        counted = self.source.engine.collect(texts.group_by("day text").agg(nw.len().alias("n")).head(MOST_DAYS + 1))
        if counted.num_rows > MOST_DAYS:
            what = f"{column!r} holds more than {MOST_DAYS:,} different texts: these are no days."
            return DateReading({}, {}, Fault(what, "--map ordered_on=COLUMN names another column."))
        rows = sorted(zip(counted["day text"].to_pylist(), counted["n"].to_pylist(), strict=True))
        return read_days(
            column, dict(rows), self.options.date_format, self.options.undo, beside_others=role in self.tried
        )

    def _add_days(self, frame: nw.LazyFrame[Any], role: str) -> nw.LazyFrame[Any]:
        """Give each text its day."""
        frame = self._with_day_text(frame, role)
        reading = self._read_days(frame, role)
        self.readings.date_styles.update(reading.styles)
        self.readings.decisions += reading.decisions
        if self.epoch:
            self.readings.decisions.append(
                Decision("time_since_epoch", (self.mapping[role],), numbers={"unit": self.epoch})
            )
        if unread := self.left.get(role, 0) - sum(reading.styles.values()):
            self.readings.unreadable_days[role] = unread
        if reading.fault:
            self.readings.faults.append(reading.fault)
        if role in self.tried:
            self.readings.date_styles.setdefault(ISO_FORMAT, 0)
            if role not in self.left:
                return frame
        texts, days = pa.array(list(reading.days), pa.string()), pa.array(list(reading.days.values()), pa.date32())
        known = self.source.engine.from_arrow(pa.table({"day text": texts, "day": days}))
        joined = frame.join(known, on="day text", how="left")
        day = nw.coalesce(nw.col(role), nw.col("day")) if role in self.tried else nw.col("day")
        return joined.with_columns(day.alias(role))

    def _add_number(self, frame: nw.LazyFrame[Any], role: str) -> nw.LazyFrame[Any]:
        """Give each text its number."""
        if role in self.left:
            number = number_from_text(_number_text(role), self.readings.decimals[role])
            value = nw.coalesce(nw.col(role), number) if role in self.tried else number
            return frame.with_columns(value.alias(role))
        if role in self.tried:
            return frame
        return frame.with_columns(nw.lit(None, dtype=nw.Float64).alias(role))

    def finish(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Turn what is left as text into numbers and days."""
        names = set(frame.collect_schema().names())
        if self.left:
            plain = [role + LEFT for role in self.mapping if role not in self.left]
            self.readings.left = frame.drop(*names.intersection(plain))
        for role in self.mapping:
            if role + LEFT in names:
                add = self._add_days if ROLES[role].kind == "date" else self._add_number
                frame = add(frame, role)
        frame = frame.select(SOURCE_LINE, *self.mapping)
        if self.source.copies:  # it is a table already, which texts are added to
            return self.source.engine.materialise(frame) if self.left else frame
        # each step has its question, and is sooner answered where it is not told again all that made the lines
        return self.source.engine.hold(frame) if self.source.count() <= FEW_LINES else frame


def _unused(options: ReadingOptions, mapping: Mapping[str, str], texts: Mapping[str, str]) -> list[Decision]:
    """A word on flags that say how texts are written, where the source has numbers and days and no texts."""
    numbers = [role for role in mapping if ROLES[role].kind in {"number", "money"}]
    found = []
    if options.date_format and "ordered_on" in mapping and "ordered_on" not in texts:
        found.append(("--date-format", f"{mapping['ordered_on']!r} holds days and no texts"))
    if options.decimal and numbers and not set(numbers) & set(texts):
        found.append(("--decimal", "its columns hold numbers and no texts"))
    return [Decision("flags_unused", numbers={"flags": flag, "what": what}) for flag, what in found]


def type_lines(
    source: Source, mapping: Mapping[str, str], sample: Mapping[str, Sequence[object]], options: ReadingOptions
) -> tuple[nw.LazyFrame[Any], CellReadings]:
    """The columns of a source as typed roles.

    Parameters
    ----------
    source
        Where the lines come from.
    mapping
        Role to column, without the personal roles that are not the customer id.
    sample
        The first values of each column, to guess what is confirmed over the whole column.
    options
        What the user said.
    """
    numbers = {role: column for role, column in mapping.items() if ROLES[role].kind in {"number", "money"}}
    guess = sum((sample_evidence(sample[column]) for column in numbers.values()), DecimalEvidence())
    mixed = bool(guess.comma and guess.point) and not options.decimal
    iso = "ordered_on" in mapping and not options.date_format and _mostly_iso(sample[mapping["ordered_on"]])
    tried_days = frozenset({"ordered_on"} if iso and source.copies else ())
    tried_numbers = frozenset(() if mixed else numbers)
    plan = _Plan(options.null_values, tried_days | tried_numbers, options.decimal or guess.sign or ".")
    frame = source.load(mapping, lambda raw: _prepare(raw, source, plan))
    left, evidence = _left_over(frame, source)
    if tried_numbers and not options.decimal and any(found.against(plan.sign) for found in evidence.values()):
        # Later rows contradict the first: read the numbers again as they stand.
        plan = _Plan(options.null_values, tried_days)
        frame = source.load(mapping, lambda raw: _prepare(raw, source, plan))
        left, evidence = _left_over(frame, source)
    by_file = None
    if not options.decimal and any(found.comma and found.point for found in evidence.values()):
        each = replace(plan, tried=tried_days, sign=".", of_each=[])
        of_files = source.load(mapping, lambda raw: _prepare(raw, source, each))
        if by_file := told_by_file(each.of_each or [], mapping, evidence):
            plan, frame = each, of_files
            left, evidence = _left_over(frame, source)
    if tried_days and left.get("ordered_on") and _beside_iso(frame, source, "ordered_on"):
        plan = replace(plan, tried=plan.tried - tried_days)
        frame = source.load(mapping, lambda raw: _prepare(raw, source, plan))
        left, evidence = _left_over(frame, source)
    texts = {role: mapping[role] for role in mapping if role + LEFT in frame.collect_schema().names()}
    readings = _decimals(evidence, texts, options, plan)
    readings.decisions += [by_file] if by_file else []
    readings.decisions += _unused(options, mapping, texts)
    counts_time = "ordered_on" in mapping and not options.date_format
    epoch = epoch_unit(sample[mapping["ordered_on"]]) if counts_time else None
    typing = _Typing(source, mapping, options, plan.tried, left, readings, epoch)
    return typing.finish(frame), readings
