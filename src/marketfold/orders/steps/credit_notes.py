"""Credit notes and refunds that are written without a minus: the type of their document says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.hints import says_credit_note
from marketfold.orders.steps.row_kinds import are_lines
from marketfold.schema import count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

CODE = "credit_notes_negated"
MOST_TYPES = 200


def negate_credit_notes(read: LinesRead) -> LinesRead:
    """Turn the sign of lines whose type says credit note or refund, where such lines have no minus of their own."""
    if not read.has("line_type") or not read.may(CODE):
        return read
    notes = [text for text in _types(read) if says_credit_note(text)]
    signed = [name for name in ("quantity", "amount", "unit_price") if read.has(name)]
    if not notes or not signed:
        return read
    of_note = are_lines(read) & nw.col("line_type").is_in(notes)
    below = {f"below {name}": count_where(of_note & (nw.col(name) < 0)) for name in signed}
    worth = nw.col("amount") if read.has("amount") else nw.col("quantity") * nw.col("unit_price")
    found = read.measure(lines=count_where(of_note), money=nw.when(of_note).then(worth).sum(), **below)
    if not found["lines"] or any(found[name] for name in below):
        return read
    turned = [
        nw.when(of_note).then(-nw.col(name)).otherwise(nw.col(name)).alias(name)
        for name in signed
        if name != "unit_price" or "quantity" not in signed
    ]
    numbers = {"types": tuple(notes[:5])}
    money = round(float(found["money"] or 0.0), 4)
    decision = Decision(CODE, (read.mapping["line_type"],), int(found["lines"]), money, numbers=numbers)
    return read.decided(decision, read.lines.with_columns(*turned))


def _types(read: LinesRead) -> list[str]:
    """The different texts of the column."""
    texts = read.lines.filter(~nw.col("line_type").is_null()).select("line_type").unique().sort("line_type")
    found: list[str] = read.engine.collect(texts.head(MOST_TYPES))["line_type"].to_pylist()
    return found
