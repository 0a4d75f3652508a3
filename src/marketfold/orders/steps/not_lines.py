"""Rows that stand between order lines and are none: headers again, totals of other rows, notes below the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.decisions import Decision
from marketfold.orders.steps.row_kinds import mark_rows, mark_where
from marketfold.schema import MONEY_SCALE, ROLES, SOURCE_LINE, count_where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marketfold.orders.steps.lines_read import LinesRead

_WHOLE = (
    r"(?:grand|sub|overall|report|page|sum|sum of|order)[ -]?totals?|totals?|totals? (?:general|général|geral|rows?)"
    r"|total général|sous[ -]?total|sub[ -]?tota(?:l|le|al)|tota(?:le|li|les|is|al|lt)"
    r"|totale (?:generale|complessivo)|eindtotaal|suma(?: total)?|somma|somme|importe total"
    r"|(?:zwischen|gesamt|end|teil)?summe(?:n)?|(?:gesamt|zwischen|teil)ergebnis|insgesamt|gesamt(?:betrag|umsatz)?"
    r"|summe gesamt|toplam|razem|celkem|итого|всего|итог|合计|总计|小计|合計|総計|小計|total"
)
_SURE = re.compile(
    r"(?i)^(?:grand|sub|overall|report|page)[ -]?totals?$|^sous[ -]?total$|^subtota(?:le|al)$|^eindtotaal$"
    r"|^total(?:e)? (?:general|général|geral|generale|complessivo)$"
    r"|^(?:zwischen|gesamt|end|teil)summe$|^(?:gesamt|zwischen|teil)ergebnis$|^(?:总计|小计|合計|総計|小計|合计)$"
)
"""What no product, customer or order is called."""
_EXACT = re.compile(rf"(?i)^(?:{_WHOLE})\s*:?$")
_LABELLED = re.compile(rf"(?i)^(?:{_WHOLE})[\s:.(\u2013-]|[\s\u2013-](?:{_WHOLE})\s*:?$")
_STEMS = r"(?i)tota|toplam|summe|gesamt|insgesamt|ergebnis|suma|somm|razem|celkem|итог|всего|计|計"
"""Asked of an engine: whatever matches `_EXACT` or `_LABELLED` has one of them."""

_KEYS = ("order_id", "customer_id", "product_id")
_TAIL = 12
"""Rows at the end that are looked at one by one."""
MOSTLY = 0.8
MOST_BARE = 0.5
"""Above this share, rows without order and product are how the source is, and none of them a total."""


def _texts(read: LinesRead) -> list[str]:
    names = read.lines.collect_schema().names()
    return [name for name in names if name in ROLES and ROLES[name].kind == "text"]


def leave_blank_rows(read: LinesRead) -> LinesRead:
    """Set aside rows of separators alone (`;;;;`), which spreadsheets write for cells that were emptied or framed."""
    if not all(read.overview.lacks(role) for role in read.overview.filled):
        return read
    blank = reduce(
        and_, (nw.col(name).is_null() for name in read.lines.collect_schema().names() if name != SOURCE_LINE)
    )
    lines = int(read.measure(n=count_where(blank))["n"] or 0)
    if not lines:
        return read
    if read.texts is not None:  # a cell that is no number is null as well
        texts = [nw.col(name).is_null() for name in read.texts.collect_schema().names() if name != SOURCE_LINE]
        filled = read.texts.filter(~reduce(and_, texts)).select(SOURCE_LINE)
        rows = read.lines.filter(blank).select(SOURCE_LINE).join(filled, on=SOURCE_LINE, how="semi")
        odd = read.engine.collect(rows)[SOURCE_LINE].to_pylist()
        blank = blank & ~nw.col(SOURCE_LINE).is_in(odd) if odd else blank
        lines -= len(odd)
    if not lines:
        return read
    return mark_where(read, blank, "blank_row").decided(Decision("blank_rows", lines=lines))


def _is_header(read: LinesRead) -> nw.Expr:
    """Whether every text is the name of its column, and nothing can be read as a day."""
    same = [(nw.col(name) == read.mapping[name]).fill_null(value=True) for name in _texts(read)]
    return reduce(and_, same, (nw.col("customer_id") == read.mapping["customer_id"]) & nw.col("ordered_on").is_null())


def leave_headers(read: LinesRead) -> LinesRead:
    """Set aside the header where it stands again, as it does where tables were pasted one below the other."""
    if not read.may("repeated_headers"):
        return read
    found = read.engine.collect(read.lines.filter(_is_header(read)).select(SOURCE_LINE))[SOURCE_LINE].to_pylist()
    if not found:
        return read
    marked = mark_rows(read, dict.fromkeys(found, "repeated_header"))
    return marked.decided(Decision("repeated_headers", lines=len(found)))


@dataclass(frozen=True)
class _Candidate:
    """A row that may be a total: its words, its money in ten-thousandths, and the lines above it."""

    line: int
    cells: dict[str, str]
    amount: int | None
    dated: bool
    above: int = 0
    above_count: int = 0

    def words(self) -> list[str]:
        """Columns whose cell is named as a total."""
        return [name for name, cell in self.cells.items() if _EXACT.search(cell) or _LABELLED.search(cell)]

    def bare(self, keys: Sequence[str]) -> bool:
        """Whether it has money and neither order nor product."""
        named = {name for name in keys if name != "customer_id"}
        return bool(named) and self.amount is not None and not named & set(self.cells)

    def names_itself(self) -> bool:
        """Whether no product stands beside the word."""
        return "product_id" not in self.cells or "product_id" in self.words()

    def sure(self, keys: Sequence[str]) -> bool:
        """Whether words alone show it: it has neither order nor product beside them."""
        words = self.words()
        other = [name for name in ("order_id", "product_id") if name in self.cells and name not in words]
        named = any(_SURE.search(self.cells[name].strip(": ")) for name in words)
        told = named or not self.dated or len(keys) > 1
        return bool(words) and not other and told


def _poor(keys: Sequence[str]) -> nw.Expr:
    """Whether of order, customer and product at most one cell is filled; the one may hold the word."""
    if len(keys) == 1:
        return nw.col("ordered_on").is_null()
    empty = reduce(add, (nw.when(nw.col(name).is_null()).then(1).otherwise(0) for name in keys))
    return empty >= len(keys) - 1


def _some_poor(read: LinesRead, keys: Sequence[str]) -> bool:
    """Whether some row may be poor: each such row lacks all its keys but one."""
    if len(keys) == 1:
        return read.overview.lacks("ordered_on")
    return sum(read.overview.lacks(name) for name in keys) >= len(keys) - 1


def _bare(keys: Sequence[str]) -> nw.Expr:
    """Whether neither order nor product is there, and money is."""
    named = [nw.col(name).is_null() for name in keys if name != "customer_id"]
    return reduce(and_, named, ~nw.col("amount").is_null())


def _named_in_sample(read: LinesRead) -> list[str]:
    """Columns that call a row a total among the first rows, be it as full as a line."""
    return [
        name
        for name in _texts(read)
        if any(isinstance(cell, str) and _EXACT.search(cell.strip()) for cell in read.cells(name))
    ]


def _may_be_total(read: LinesRead, keys: Sequence[str], last: int, poor: int) -> nw.Expr:
    """Rows to look at: those at the end, and whatever is named as a total and has little else.

    A pattern is asked only of rows that a cheap look has found.
    """
    told = reduce(or_, (nw.col(name).str.contains(_STEMS).fill_null(value=False) for name in _texts(read)))
    wanted = nw.col(SOURCE_LINE) > last - _TAIL
    if poor:
        wanted = wanted | nw.when(_poor(keys)).then(told).otherwise(nw.lit(False))  # noqa: FBT003
    for name in _named_in_sample(read):
        wanted = wanted | nw.col(name).str.contains(_STEMS).fill_null(value=False)
    return wanted


def _money(name: str) -> nw.Expr:
    return _money_of(nw.col(name))


def _money_of(value: nw.Expr) -> nw.Expr:
    return (value * MONEY_SCALE).round().cast(nw.Int64)


def _candidates(read: LinesRead, keys: Sequence[str], wanted: nw.Expr) -> list[_Candidate]:
    """The rows that are named as totals or have money alone, and what the lines above each add up to."""
    texts, engine = _texts(read), read.engine
    amount = _money("amount") if read.has("amount") else nw.lit(None, nw.Int64)
    if not read.has("amount") and read.has("quantity", "unit_price"):  # what the row would have counted as
        amount = _money_of(nw.col("quantity") * nw.col("unit_price"))
    frame = read.lines.filter(wanted)
    rows = engine.collect(frame.select(SOURCE_LINE, "ordered_on", amount.alias("money"), *texts)).to_pylist()
    found = [
        _Candidate(
            line=row[SOURCE_LINE],
            cells={name: row[name] for name in texts if row[name]},
            amount=row["money"],
            dated=row["ordered_on"] is not None,
        )
        for row in sorted(rows, key=lambda row: row[SOURCE_LINE])
    ]
    found = [row for row in found if row.words() or row.bare(keys)]
    if not found or not read.has("amount"):
        return found
    sums = _sums_above(read, [row.line for row in found])
    return [replace(row, above=sums[row.line][0], above_count=sums[row.line][1]) for row in found]


def _sums_above(read: LinesRead, lines: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Money and number of the other rows above each of some rows."""
    numbers = pa.array(lines, pa.int64())
    flags = read.engine.from_arrow(pa.table({SOURCE_LINE: numbers, "asked": pa.array([1] * len(lines), pa.int64())}))
    joined = read.lines.select(SOURCE_LINE, "amount").join(flags, on=SOURCE_LINE, how="left")
    own = nw.col("asked").is_null() & ~nw.col("amount").is_null()
    counted = joined.select(
        SOURCE_LINE,
        "asked",
        nw.when(own).then(_money("amount")).otherwise(0).cum_sum().over(order_by=SOURCE_LINE).alias("above"),
        nw.when(own).then(1).otherwise(0).cum_sum().over(order_by=SOURCE_LINE).alias("above_count"),
    ).filter(~nw.col("asked").is_null())
    rows = read.engine.collect(counted).to_pylist()
    return {row[SOURCE_LINE]: (int(row["above"]), int(row["above_count"])) for row in rows}


def _adding_up(rows: Iterable[_Candidate]) -> list[_Candidate]:
    """Rows whose money is that of the lines since one of the rows before them, or since the first line.

    One line above that costs as much is chance until rows with more lines above show that the source adds up.
    """
    starts, found, seen, several = {0: 0}, [], 0, False
    for row in rows:
        count = row.above_count - starts.get(row.above - row.amount, row.above_count) if row.amount else 0
        seen += 1
        if count > 0:
            found.append(row)
            several |= count > 1
        starts[row.above] = row.above_count
    return found if several and len(found) >= MOSTLY * seen else []


def _totals_among(read: LinesRead, keys: Sequence[str]) -> list[_Candidate]:
    """Rows that are totals by their words, by their sums, or by both."""
    bare = _bare(keys) if read.has("amount") and len(keys) > 1 else None
    seen = read.overview
    asked = {"poor": count_where(_poor(keys))} if _some_poor(read, keys) else {}
    if bare is not None and all(seen.lacks(name) for name in keys if name != "customer_id"):
        asked["bare"] = count_where(bare)
    found = {"poor": 0, "bare": 0} | (read.measure(**asked) if asked else {})
    wanted = _may_be_total(read, keys, seen.last, found["poor"])
    if bare is not None and 0 < found["bare"] <= MOST_BARE * seen.lines:
        wanted = wanted | bare
    candidates = _candidates(read, keys, wanted)
    by_words = [row for row in candidates if row.sure(keys)]
    exact = [row for row in candidates if row.words() and row not in by_words and row.names_itself()]
    by_sum = _adding_up(row for row in candidates if row not in by_words and not row.words())
    named = _adding_up(row for row in exact if any(_EXACT.search(cell) for cell in row.cells.values()))
    return [*by_words, *by_sum, *named]


def leave_totals(read: LinesRead) -> LinesRead:
    """Set aside totals and subtotals, which would count the lines above them again."""
    if not read.may("total_rows"):
        return read
    keys = [name for name in _KEYS if read.has(name)]
    totals = _totals_among(read, keys)
    if not totals:
        return read
    money = sum(row.amount or 0 for row in totals) / MONEY_SCALE
    marked = mark_rows(read, {row.line: "total_row" for row in totals})
    return marked.decided(Decision("total_rows", lines=len(totals), money=money))


def _is_note(row: dict[str, Any], texts: Sequence[str]) -> bool:
    """Whether a row has a cell or two of text and neither day nor number, nor a product where others have one."""
    others = [name for name in row if name not in texts and name not in {SOURCE_LINE, "row_kind"}]
    filled = sum(row[name] is not None for name in texts)
    most = max(2 if row.get("product_id", "") is None else 1, len(texts) // 3)
    return 0 < filled <= most and all(row[name] is None for name in others)


def leave_notes(read: LinesRead) -> LinesRead:
    """Set aside what is written below the table: `3 record(s) downloaded`, `Seller ID: ...`."""
    texts = _texts(read)
    if not read.may("note_rows") or len(read.lines.collect_schema().names()) < 5:
        return read
    tail = read.engine.collect(read.lines.filter(nw.col(SOURCE_LINE) > read.overview.last - _TAIL)).to_pylist()
    notes: dict[int, str] = {}
    for row in sorted(tail, key=lambda row: -row[SOURCE_LINE]):
        if _is_note(row, texts):
            notes[row[SOURCE_LINE]] = "note_row"
        elif not row.get("row_kind") and any(row[name] is not None for name in row if name != SOURCE_LINE):
            break
    if not notes or len(notes) >= _TAIL:
        return read
    return mark_rows(read, notes).decided(Decision("note_rows", lines=len(notes)))
