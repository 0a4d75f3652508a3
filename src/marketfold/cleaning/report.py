"""What cleaning read, kept and set aside, and what a person must be told about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold import words
from marketfold.cleaning.rules import CHARGES, DISCOUNT, DUPLICATE, MALFORMED, REASONS
from marketfold.decisions import Decision
from marketfold.errors import LedgerError, OrdersError, TooMuchSetAsideError
from marketfold.frames import table_html, terse
from marketfold.schema import MONEY_SCALE, NO_LINES, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from marketfold.cleaning.discount_lines import TakenOff
    from marketfold.cleaning.matching import Matches, StatusText
    from marketfold.cleaning.netting import NetOfReturns
    from marketfold.cleaning.rules import AppliedRule, AskedRules
    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine
    from marketfold.orders import Orders

PROMINENT_SHARE = 0.10
MOST_SET_ASIDE = 0.50
# Online Retail, the data set that the retail literature uses most, has no customer on 24.9 % of its lines.
USUAL_ANONYMOUS_SHARE = 0.30


@dataclass(frozen=True)
class ReadTotals:
    """Totals over all lines that were read, those that could not be split into fields included; before cleaning.

    Orders and customers are distinct ids; the days are None if no line has one. Of a table of customers orders are None
    as well, and so is the money where no column has it.
    """

    lines: int
    orders: int | None
    customers: int
    first_on: date | None
    last_on: date | None
    amount_total: float | None


@terse
@dataclass(frozen=True)
class CleaningReport:
    """What was read, kept and set aside.

    `duplicates` are lines that repeat another exactly, whether or not they were set aside; `decisions` stand with the
    weightiest first; `applied` are the rules that set a line aside, in the order in which they were asked, and
    `asked` is with what the rules were asked.
    """

    ledger: Ledger
    reads: ReadTotals
    duplicates: int
    asked: AskedRules
    decisions: tuple[Decision, ...] = ()
    applied: tuple[AppliedRule, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may be wrong, each a sentence, the weightiest first."""
        return tuple(one.text for one in self.decisions if one.kind.way == "warned")

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided without a doubt that is left, each a sentence."""
        return tuple(one.text for one in self.decisions if one.kind.way != "warned")

    def rows(self) -> Iterator[tuple[str, int, float]]:
        """The ledger as rows of (what, lines, money), from read to kept."""
        ledger = self.ledger
        yield "read", ledger.lines_read, ledger.money_read
        for reason, lines in _ordered(ledger):
            yield f"set aside: {reason}", lines, ledger.money_set_aside[reason]
        yield "kept", ledger.lines_kept, ledger.money_kept
        if ledger.money_came_back:
            yield "of these came back", ledger.lines_came_back, ledger.money_came_back
            yield "net of returns", ledger.lines_net, ledger.money_net

    def __str__(self) -> str:
        lines = [f"{what:<32}{lines:>14,}{money:>20,.2f}" for what, lines, money in self.rows()]
        return "\n".join([f"{'':<32}{'lines':>14}{'money':>20}", *lines, *self.warnings, *self.notes])

    def _repr_html_(self) -> str:
        rows = ((what, f"{lines:,}", f"{money:,.2f}") for what, lines, money in self.rows())
        notes = "".join(f"<p>{escape(str(warning))}</p>" for warning in (*self.warnings, *self.notes))
        return table_html(rows, ("", "lines", "money")) + notes


class Account:
    """The ledger while it is written: whole ten-thousandths, so that no rounding comes before the end; None is kept."""

    def __init__(self) -> None:
        self.lines: Counter[str | None] = Counter()
        self.money: Counter[str | None] = Counter()

    def add(self, reason: str | None, lines: int, money: float) -> None:
        """Count lines and their money."""
        self.lines[reason] += lines
        self.money[reason] += round(money * MONEY_SCALE)

    def close(self, malformed: int) -> Ledger:
        """The ledger, rows that could not be split into fields included."""
        lines = {reason: count for reason, count in self.lines.items() if reason is not None}
        money = {reason: self.money[reason] / MONEY_SCALE for reason in lines}
        if malformed:
            lines[MALFORMED], money[MALFORMED] = malformed, 0.0
        return Ledger(
            lines_read=self.lines.total() + malformed,
            lines_kept=self.lines[None],
            lines_set_aside=lines,
            money_read=self.money.total() / MONEY_SCALE,
            money_kept=self.money[None] / MONEY_SCALE,
            money_set_aside=money,
        )


def _ordered(ledger: Ledger) -> list[tuple[str, int]]:
    """Reasons and their lines, most lines first."""
    return sorted(ledger.lines_set_aside.items(), key=lambda item: (-item[1], item[0]))


_NOT_COUNTED = (*NO_LINES, "part_of_line", *CHARGES)


def _of_lines(ledger: Ledger) -> tuple[int, int]:
    """Order lines that were read, and those set aside, without charges and rows that are no lines."""
    others = sum(ledger.lines_set_aside.get(kind, 0) for kind in _NOT_COUNTED)
    return ledger.lines_read - others, ledger.lines_read - ledger.lines_kept - others


def list_reasons(ledger: Ledger) -> str:
    """Lines that were set aside, by reason, as errors and warnings name them.

    Charges and rows that are no lines are named only where there is nothing else: they do not count as set aside.
    """
    found = _ordered(ledger)
    counted = [(reason, count) for reason, count in found if reason not in _NOT_COUNTED]
    return "; ".join(f"{count:,} {_plainly(reason)}" for reason, count in counted or found)


def _plainly(reason: str) -> str:
    name = reason.replace("_", " ")
    return name if REASONS[reason] == name else f"{name} ({REASONS[reason]})"


def check_reconciles(ledger: Ledger, lines_in_source: int) -> None:
    """Stop where the ledger does not account for every line of the source and every cent.

    Raises
    ------
    LedgerError
        If it does not; no file can cause that, only a fault in the code.
    """
    if ledger.reconciles() and ledger.lines_read == lines_in_source:
        return
    raise LedgerError(
        "The ledger does not add up, which is a bug of Marketfold; please report it with these numbers. The source "
        f"has {lines_in_source:,} lines; {ledger.lines_read:,} were read, {ledger.lines_kept:,} kept, set aside: "
        f"{ledger.lines_set_aside}. Money read {ledger.money_read:.4f}, kept {ledger.money_kept:.4f}, set aside: "
        f"{ledger.money_set_aside}."
    )


def check_enough_kept(ledger: Ledger, *, allow_mostly_set_aside: bool) -> None:
    """Stop where too little is left to speak of the shop.

    Raises
    ------
    OrdersError
        If no line was read.
    TooMuchSetAsideError
        If more than half of the lines were set aside and that was not allowed, or none is left. Rows that are no
        lines, charges and discounts count neither way.
    """
    if not ledger.lines_read:
        raise OrdersError("There is no order line to clean: the source has a header and no rows.")
    lines, aside = _of_lines(ledger)
    told = f"{aside:,} of {lines:,} lines would be set aside: {list_reasons(ledger)}."
    if not ledger.lines_kept:
        raise TooMuchSetAsideError(f"No purchase is left. {told} Check the mapping of the columns.")
    if aside > MOST_SET_ASIDE * lines and not allow_mostly_set_aside:
        hint = "Check the mapping of the columns; to go on all the same, give --allow-mostly-set-aside."
        raise TooMuchSetAsideError(f"More than half is too much to set aside. {told} {hint}")


def decide_on(
    ledger: Ledger, *, duplicates: int, money_repeated: float, currencies: int, credit_notes_ignored: bool
) -> Iterator[Decision]:
    """What a person must be told, the weightiest first.

    Parameters
    ----------
    duplicates, money_repeated
        Exact repeats that were found, and their money.
    currencies
        Distinct currencies; 0 without such a column.
    credit_notes_ignored
        Whether most order ids looked like credit notes, so that the mark was not believed.
    """
    lines, aside = _of_lines(ledger)
    if lines and (share := aside / lines) >= PROMINENT_SHARE:
        numbers = {"line_share": share, "lines_read": lines, "reasons": list_reasons(ledger)}
        yield Decision("set_aside", lines=aside, numbers=numbers)
        anonymous = ledger.lines_set_aside.get("no_customer", 0) / lines
        if PROMINENT_SHARE / 2 <= anonymous <= USUAL_ANONYMOUS_SHARE:
            yield Decision("no_customer_as_usual", numbers={"line_share": anonymous})
    if currencies > 1:
        yield Decision("currencies", numbers={"currencies": currencies})
    if credit_notes_ignored:
        yield Decision("credit_notes_ignored")
    if kept := duplicates - ledger.lines_set_aside.get(DUPLICATE, 0):
        yield Decision("repeats_kept", lines=kept, money=money_repeated)


MOST_NAMED = 6


def _named(found: Sequence[StatusText]) -> tuple[tuple[str, int, float | None], ...]:
    """Statuses with their lines and money, the most frequent first, and how many more there are."""
    told = tuple((one.text, one.lines, one.money) for one in found[:MOST_NAMED])
    rest = len(found) - len(told)
    return (*told, ("more", rest, None)) if rest else told


def _tells_nothing(found: Sequence[StatusText], matches: Matches) -> bool:
    """Whether a status that nobody knows is the only one, so that it tells no line from another (AdventureWorks' 5)."""
    one = found[0]
    return len(found) == 1 and [other.text for other in matches.statuses if other.column == one.column] == [one.text]


def _on_statuses(matches: Matches, orders: Orders, *, refunds_known: bool) -> Iterator[Decision]:
    codes = {
        "statuses_unknown": matches.of(None),
        "statuses_part_returned": [] if refunds_known else matches.of("part_returned"),
        "statuses_not_paid": matches.of("unpaid"),
        "statuses_not_delivered": matches.of("absent"),
        "statuses_open": matches.of("open"),
    }
    for code, found in codes.items():
        if found and not (code == "statuses_unknown" and _tells_nothing(found, matches)):
            yield Decision(
                code,
                tuple(dict.fromkeys(orders.facts.mapping.get(one.column, one.column) for one in found)),
                lines=sum(one.lines for one in found),
                money=round(sum(one.money for one in found), 4),
                numbers={"statuses": _named(found)},
            )


def _on_charges(ledger: Ledger, matches: Matches, off: TakenOff) -> Iterator[Decision]:
    codes = [code for code in CHARGES if code != DISCOUNT and ledger.lines_set_aside.get(code)]
    if codes:
        texts = matches.charges(*codes)
        rest = len(texts) - MOST_NAMED
        named = [f"'{text}'" for text in texts[:MOST_NAMED]] + ([f"{words.count(rest)} more"] if rest > 0 else [])
        money = sum(ledger.money_set_aside[code] for code in codes)
        numbers = {
            "texts": words.listed(named),
            "kinds": words.listed([f"{words.count(ledger.lines_set_aside[code])} {code}" for code in codes]),
        }
        yield Decision(
            "charges", lines=sum(ledger.lines_set_aside[code] for code in codes), money=money, numbers=numbers
        )
    if matches.short_codes:
        told = {"codes": matches.short_codes}
        yield Decision("short_codes", lines=matches.short_lines, money=matches.short_money, numbers=told)
    if off.lines:
        yield Decision("discount_lines", lines=off.lines, money=off.money)
    if round(off.left, 2):
        yield Decision("discounts_left", money=round(off.left, 4))


UNMATCHED_SHARE = 0.01
"""So much of the money, in returns that match no purchase, is worth a warning."""


def _on_returns(ledger: Ledger, net: NetOfReturns, orders: Orders) -> Iterator[Decision]:
    left = net.matched.unmatched_money / MONEY_SCALE
    if ledger.money_came_back:
        numbers = {
            "kept": ledger.money_kept,
            "net": ledger.money_net,
            "whole": ledger.lines_came_back,
        }
        yield Decision("net_of_returns", lines=net.matched.lines, money=ledger.money_came_back, numbers=numbers)
    if net.refunded_lines:
        mapping = orders.facts.mapping
        columns = tuple(mapping[role] for role in ("refunded", "after_refunds") if role in mapping)
        whose = "whole orders" if net.of_order else "single lines"
        yield Decision("refunded_column", columns, net.refunded_lines, net.refunded_money, numbers={"whose": whose})
    if (left and net.taken_back is not None) or left >= UNMATCHED_SHARE * max(ledger.money_kept, 1.0):
        much = left >= UNMATCHED_SHARE * ledger.money_kept
        code = "returns_unmatched" if much else "returns_unmatched_few"
        yield Decision(code, lines=net.matched.unmatched_lines, money=left)


def decide_on_no_sales(
    ledger: Ledger, matches: Matches, off: TakenOff, net: NetOfReturns, orders: Orders
) -> Iterator[Decision]:
    """What was taken for no sale, no goods, or a return, where the file does not say so outright."""
    yield from _on_statuses(matches, orders, refunds_known=bool(net.refunded_lines))
    yield from _on_charges(ledger, matches, off)
    yield from _on_returns(ledger, net, orders)


_APART = ("first_day_apart", "last_day_apart")
"""Warnings that a first or a last day may be a slip, made before it is known which lines are kept."""


def without_moot_days(facts: SourceFacts, bought: nw.LazyFrame[Any], engine: Engine) -> SourceFacts:
    """The same without a warning of first or last days of which no line is kept: nothing moves by them."""
    if not any(one.code in _APART for one in facts.decisions):
        return facts
    day = nw.col("ordered_on")
    (kept,) = engine.collect(bought.select(day.min().alias("first"), day.max().alias("last"))).to_pylist()

    def is_moot(one: Decision) -> bool:
        if one.code == "first_day_apart":
            return bool(kept["first"].isoformat() > one.numbers["until"])
        return one.code == "last_day_apart" and bool(kept["last"].isoformat() < one.numbers["since"])

    return replace(facts, decisions=tuple(one for one in facts.decisions if not is_moot(one)))
