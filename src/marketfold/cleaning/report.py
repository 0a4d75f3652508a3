"""What cleaning read, kept and set aside, and what a person must be told about it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from marketfold.cleaning.rules import CANCELLED, DUPLICATE, REASONS
from marketfold.errors import LedgerError, OrdersError, TooMuchSetAsideError
from marketfold.schema import MONEY_SCALE, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

PROMINENT_SHARE = 0.10
MOST_SET_ASIDE = 0.50
# Online Retail, the data set that the retail literature uses most, has no customer on 24.9 % of its lines.
USUAL_ANONYMOUS_SHARE = 0.30


@dataclass(frozen=True)
class ReadTotals:
    """Totals over all lines that were read, before cleaning.

    Attributes
    ----------
    lines
        Data rows, those that could not be split into fields included.
    orders, customers
        Distinct ids.
    first_on, last_on
        First and last day; None if no line has one.
    amount_total
        Money on all lines.
    """

    lines: int
    orders: int
    customers: int
    first_on: date | None
    last_on: date | None
    amount_total: float


@dataclass(frozen=True)
class CleaningReport:
    """What was read, kept and set aside.

    Attributes
    ----------
    ledger
        Lines and money: read = kept + set aside, by reason.
    reads
        Totals of what was read.
    duplicates
        Lines that repeat another exactly, whether or not they were set aside.
    warnings
        What a person should know, each a full sentence, the weightiest first.
    """

    ledger: Ledger
    reads: ReadTotals
    duplicates: int
    warnings: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[str, int, float]]:
        """The ledger as rows of (what, lines, money), from read to kept."""
        ledger = self.ledger
        yield "read", ledger.lines_read, ledger.money_read
        for reason, lines in sorted(ledger.lines_set_aside.items(), key=lambda item: (-item[1], item[0])):
            yield f"set aside: {reason}", lines, ledger.money_set_aside[reason]
        yield "kept", ledger.lines_kept, ledger.money_kept

    def __str__(self) -> str:
        lines = [f"{what:<32}{lines:>14,}{money:>20,.2f}" for what, lines, money in self.rows()]
        return "\n".join([f"{'':<32}{'lines':>14}{'money':>20}", *lines, *self.warnings])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(what)}</td><td>{lines:,}</td><td>{money:,.2f}</td></tr>"
            for what, lines, money in self.rows()
        )
        notes = "".join(f"<p>{escape(warning)}</p>" for warning in self.warnings)
        return f"<table><thead><tr><th></th><th>lines</th><th>money</th></tr></thead>{rows}</table>{notes}"


@dataclass
class Account:
    """The ledger while it is being written: whole ten-thousandths, so that nothing is rounded before the end."""

    lines: dict[str | None, int]
    money: dict[str | None, int]

    def move(self, reason: str, lines: int, money: int) -> None:
        """Set kept lines aside."""
        if not lines:
            return
        self.lines[None] -= lines
        self.money[None] -= money
        self.lines[reason] = self.lines.get(reason, 0) + lines
        self.money[reason] = self.money.get(reason, 0) + money

    def close(self, malformed: int, malformed_reason: str) -> Ledger:
        """The ledger, rows that could not be split into fields included."""
        lines = {reason: count for reason, count in self.lines.items() if reason is not None}
        money = {reason: self.money[reason] / MONEY_SCALE for reason in lines}
        if malformed:
            lines[malformed_reason], money[malformed_reason] = malformed, 0.0
        return Ledger(
            lines_read=sum(self.lines.values()) + malformed,
            lines_kept=self.lines.get(None, 0),
            lines_set_aside=lines,
            money_read=sum(self.money.values()) / MONEY_SCALE,
            money_kept=self.money.get(None, 0) / MONEY_SCALE,
            money_set_aside=money,
        )


def _told_reasons(ledger: Ledger) -> str:
    ordered = sorted(ledger.lines_set_aside.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{count:,} {reason} ({REASONS[reason]})" for reason, count in ordered)


def check_reconciles(ledger: Ledger, lines_in_source: int) -> None:
    """Stop where the ledger does not account for every line of the source and every cent.

    Raises
    ------
    LedgerError
        If it does not; no file can cause that, only a fault in the code.
    """
    if ledger.reconciles() and ledger.lines_read == lines_in_source:
        return
    message = (
        "The ledger does not add up, which is a bug of Marketfold; please report it with these numbers. The source "
        f"has {lines_in_source:,} lines; {ledger.lines_read:,} were read, {ledger.lines_kept:,} kept, set aside: "
        f"{ledger.lines_set_aside}. Money read {ledger.money_read:.4f}, kept {ledger.money_kept:.4f}, set aside: "
        f"{ledger.money_set_aside}."
    )
    raise LedgerError(message)


def check_enough_kept(ledger: Ledger, *, allow_mostly_set_aside: bool) -> None:
    """Stop where too little is left to speak of the shop.

    Raises
    ------
    OrdersError
        If no line was read.
    TooMuchSetAsideError
        If more than half of the lines were set aside and that was not allowed, or none is left.
    """
    if not ledger.lines_read:
        message = "There is no order line to clean: the source has a header and no rows."
        raise OrdersError(message)
    aside = ledger.lines_read - ledger.lines_kept
    told = f"{aside:,} of {ledger.lines_read:,} lines would be set aside: {_told_reasons(ledger)}."
    if not ledger.lines_kept:
        message = f"No purchase is left. {told} Check the mapping of the columns."
        raise TooMuchSetAsideError(message)
    if ledger.set_aside_share > MOST_SET_ASIDE and not allow_mostly_set_aside:
        hint = "Check the mapping of the columns; to go on all the same, give --allow-mostly-set-aside."
        message = f"More than half is too much to set aside. {told} {hint}"
        raise TooMuchSetAsideError(message)


def _about_share(ledger: Ledger) -> Iterator[str]:
    if ledger.set_aside_share < PROMINENT_SHARE:
        return
    aside = ledger.lines_read - ledger.lines_kept
    yield (
        f"{ledger.set_aside_share:.0%} of the lines ({aside:,} of {ledger.lines_read:,}) were set aside: "
        f"{_told_reasons(ledger)}."
    )
    anonymous = ledger.lines_set_aside.get("no_customer", 0) / ledger.lines_read
    if PROMINENT_SHARE / 2 <= anonymous <= USUAL_ANONYMOUS_SHARE:
        yield (
            f"{anonymous:.0%} of the lines have no customer; up to a quarter is normal in retail "
            "(sales without an account)."
        )


def warnings_for(ledger: Ledger, *, duplicates: int, currencies: int, credit_notes_ignored: bool) -> tuple[str, ...]:
    """What a person must be told, the weightiest first.

    Parameters
    ----------
    ledger
        Of this cleaning.
    duplicates
        Exact repeats that were found.
    currencies
        Distinct currencies; 0 without such a column.
    credit_notes_ignored
        Whether most order ids looked like credit notes, so that the mark was not believed.
    """
    found = list(_about_share(ledger))
    if currencies > 1:
        found.append(f"The orders are in {currencies} currencies; money is added as if they were one.")
    if credit_notes_ignored:
        found.append(f"Most order ids are C and digits, so that was not taken as the mark of a {CANCELLED} order.")
    kept = duplicates - ledger.lines_set_aside.get(DUPLICATE, 0)
    if kept:
        lines = "line repeats another exactly and was" if kept == 1 else "lines repeat another exactly and were"
        found.append(
            f"{kept:,} {lines} kept, for no line number says that it is the same line "
            "(--drop-duplicates sets such lines aside)."
        )
    return tuple(found)
