"""From all order lines to the purchases that can be trusted, with an account of every other line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.cleaning.clean_lines import CleanOrders
from marketfold.cleaning.close_look import compare_all, look_closely
from marketfold.cleaning.discount_lines import TakenOff, take_off_discounts
from marketfold.cleaning.matching import Matches, match_values
from marketfold.cleaning.netting import CameBack, Sides, net_of_returns
from marketfold.cleaning.report import (
    Account,
    CleaningReport,
    ReadTotals,
    check_enough_kept,
    check_reconciles,
    decide_on,
    decide_on_no_sales,
    without_moot_days,
)
from marketfold.cleaning.rules import (
    DUPLICATE,
    MALFORMED,
    RETURNS,
    AskedRules,
    MatchedValues,
    Rule,
    by_rule,
    distinct_texts,
    first_broken,
    passed,
    repeats_applied,
    rules_for,
    undoes_purchase,
)
from marketfold.config import CleaningOptions
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, money_sum
from marketfold.thresholds import FEW_LINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.cleaning.rules import AppliedRule
    from marketfold.engine import Engine
    from marketfold.orders import Orders

_TOTALS = (nw.len().alias("lines"), money_sum("amount").alias("money"))
_RULE = "_rule"


@dataclass(frozen=True)
class _Judged:
    """Order lines and the rules that they are asked, by number; of few lines the engine keeps what was found."""

    lines: nw.LazyFrame[Any]
    rules: Mapping[int, Rule]
    matched: MatchedValues
    held: nw.LazyFrame[Any] | None = None

    def numbered(self) -> nw.LazyFrame[Any]:
        """Lines with the number of the first rule that each breaks."""
        if self.held is not None:
            return self.held
        return self.lines.with_columns(first_broken(self.rules, self.matched).alias(_RULE))

    def kept_by(self, engine: Engine) -> _Judged:
        """The same with its answers kept by the engine, so that no later query asks the rules again."""
        return replace(self, held=engine.hold(self.numbered()))

    def count(self, engine: Engine) -> list[dict[str, Any]]:
        """Lines and money for each rule; the one without a rule is kept."""
        counted: list[dict[str, Any]] = engine.collect(self.numbered().group_by(_RULE).agg(*_TOTALS)).to_pylist()
        return counted

    def kept(self) -> nw.LazyFrame[Any]:
        """Lines that break no rule."""
        if self.held is not None:
            return self.held.filter(nw.col(_RULE).is_null()).drop(_RULE)
        return self.lines.filter(*passed(self.rules.values(), self.matched)) if self.rules else self.lines

    def without_idle(self, counted: list[dict[str, Any]]) -> _Judged:
        """The same without the rules that set no line aside, so that later work need not ask them."""
        busy = {row[_RULE] for row in counted}
        return replace(self, rules={place: rule for place, rule in self.rules.items() if place in busy})

    def came_back(self) -> nw.LazyFrame[Any]:
        """Lines whose first broken rule makes them a return."""
        places = [place for place, rule in self.rules.items() if rule.code in RETURNS]
        if not places:
            return self.lines.filter(nw.col(SOURCE_LINE).is_null())  # none: every line has its number
        if self.held is not None:
            return self.held.filter(nw.col(_RULE).is_in(places)).drop(_RULE)
        broken = reduce(or_, (self.rules[place].breaks(self.matched).fill_null(False) for place in places))  # noqa: FBT003
        before = (rule for place, rule in self.rules.items() if place < places[0])
        return self.lines.filter(*passed(before, self.matched), broken)


def _account(counted: list[dict[str, Any]], rules: Mapping[int, Rule]) -> Account:
    account = Account()
    for row in sorted(counted, key=lambda row: -1 if row[_RULE] is None else row[_RULE]):
        account.add(None if row[_RULE] is None else rules[row[_RULE]].code, int(row["lines"]), float(row["money"]))
    return account


def _mostly_credit_notes(counted: list[dict[str, Any]], rules: Mapping[int, Rule]) -> bool:
    """Whether C and digits is simply how this shop numbers its orders."""
    marked = [place for place, rule in rules.items() if rule.columns == ("order_id",)]
    lines = {row[_RULE]: int(row["lines"]) for row in counted}
    return any(2 * lines.get(place, 0) > sum(lines.values()) for place in marked)


def _totals(
    orders: Orders, columns: Sequence[str], account: Account, customers: nw.LazyFrame[Any]
) -> tuple[ReadTotals, int]:
    """Totals over everything that was read, and the number of currencies."""
    distinct = [name for name in ("order_id", "currency") if name in columns]
    cells: list[nw.Expr] = [nw.col("ordered_on").min().alias("first_on"), nw.col("ordered_on").max().alias("last_on")]
    for name in distinct:
        # n_unique counts the missing as a value of their own
        cells += [nw.col(name).n_unique().alias(name), (nw.col(name).null_count() > 0).alias(f"{name}_missing")]
    (row,) = orders.engine.collect(orders.lines.select(*cells)).to_pylist()
    (known,) = orders.engine.collect(customers.select(nw.col("customer_id").count().alias("customers"))).to_pylist()
    counts = {name: int(row[name]) - bool(row[f"{name}_missing"]) for name in distinct}
    reads = ReadTotals(
        lines=account.lines.total() + orders.malformed.num_rows,
        orders=counts["order_id"],
        customers=int(known["customers"]),
        first_on=row["first_on"],
        last_on=row["last_on"],
        amount_total=account.money.total() / MONEY_SCALE,
    )
    return reads, counts.get("currency", 0)


def _set_aside(judged: _Judged, repeats: nw.LazyFrame[Any] | None, orders: Orders) -> nw.LazyFrame[Any]:
    """Every line that is not a purchase, with its reason."""
    code = by_rule(judged.rules, _RULE, lambda rule: nw.lit(rule.code)).alias("reason")
    detail = by_rule(judged.rules, _RULE, Rule.explain).alias("detail")
    parts = [judged.numbered().filter(~nw.col(_RULE).is_null()).select(SOURCE_LINE, code, detail)]
    if repeats is not None:
        told = nw.concat_str(nw.lit("repeats line"), nw.col("repeats").cast(nw.String), separator=" ")
        parts.append(repeats.select(SOURCE_LINE, nw.lit(DUPLICATE).alias("reason"), told.alias("detail")))
    if orders.malformed.num_rows:
        rows = orders.malformed.select([SOURCE_LINE, "detail"])
        table = rows.add_column(1, "reason", pa.array([MALFORMED] * rows.num_rows, pa.string()))
        parts.append(orders.engine.from_arrow(table))
    return nw.concat(parts, how="vertical") if len(parts) > 1 else parts[0]


@dataclass(frozen=True)
class _Sorted:
    """Lines on their sides, and what was found on the way."""

    columns: tuple[str, ...]
    judged: _Judged
    counted: list[dict[str, Any]]
    matches: Matches
    off: TakenOff
    ignored: bool

    def applied(self, repeats: int) -> tuple[AppliedRule, ...]:
        """The rules that set a line aside, and at last the repeats that were."""
        broken = sorted((row[_RULE], int(row["lines"])) for row in self.counted if row[_RULE] is not None)
        asked = [self.judged.rules[place].applied(self.judged.matched, lines) for place, lines in broken]
        return (*asked, *([repeats_applied(repeats)] if repeats else []))

    def _broken(self) -> list[Rule]:
        """Rules that set a line aside."""
        return [self.judged.rules[row[_RULE]] for row in self.counted if row[_RULE] is not None]

    @property
    def any_back(self) -> bool:
        """Whether any line came back."""
        return any(rule.code in RETURNS for rule in self._broken())

    @property
    def credit_notes(self) -> bool:
        """Whether the mark of a credit note set a line aside."""
        return any(rule.columns == ("order_id",) for rule in self._broken())


def _may_begin_with_c(orders: Orders) -> bool:
    """Whether any order id can begin with a C: the ends of a column are cheap, and of a Parquet file known unread."""
    ends = {"least": nw.col("order_id").min(), "most": nw.col("order_id").max()}
    (found,) = orders.engine.collect(orders.lines.select(**ends)).to_pylist()
    return found["least"] is not None and found["least"] < "D" and found["most"] >= "C"


def _sort_lines(orders: Orders, options: CleaningOptions, customers: nw.LazyFrame[Any]) -> _Sorted:
    """Ask every line the rules, once discounts have been taken off the goods of their orders."""
    columns = tuple(orders.lines.collect_schema().names())
    matches = match_values(columns, orders, options, customers)
    listed = {which for which, texts in matches.values.items() if texts}

    def asked(*, credit_notes: bool) -> dict[int, Rule]:
        rules = rules_for(columns, credit_notes=credit_notes)
        known = (rule for rule in rules if not rule.listed or (rule.columns[0], rule.code) in listed)
        return dict(enumerate(known))

    def judge(rules: Mapping[int, Rule]) -> tuple[_Judged, list[dict[str, Any]]]:
        judged = _Judged(off.frame, rules, matches.values)
        judged = judged.kept_by(orders.engine) if _are_few(orders) else judged
        return judged, judged.count(orders.engine)

    rules = asked(credit_notes="order_id" in columns and _may_begin_with_c(orders))
    off = take_off_discounts(orders.lines, tuple(rules.values()), matches.values, orders.engine)
    judged, counted = judge(rules)
    ignored = _mostly_credit_notes(counted, judged.rules)
    if ignored:
        judged, counted = judge(asked(credit_notes=False))
    return _Sorted(columns, judged, counted, matches, off, ignored)


def _are_few(orders: Orders) -> bool:
    return orders.facts.lines <= FEW_LINES


def _came_back(found: _Sorted, judged: _Judged, orders: Orders) -> CameBack:
    """The returned lines, which are asked for again and again and are few beside all lines."""
    lines = judged.came_back()
    undoes = undoes_purchase(found.columns, credit_notes=found.credit_notes)
    held = orders.engine.hold(lines) if found.any_back and judged.held is None else lines
    return CameBack.sort(held, undoes, orders)


def clean_orders(orders: Orders, options: CleaningOptions | None = None) -> CleanOrders:
    """Separate purchases from everything else, and account for every line.

    The rules are asked in the order of `marketfold.cleaning.RULES`, and a line is set aside by the first that it
    breaks. Cancelled and returned lines are no purchases, but they stay as `returns`. An exact repeat counts as the
    same line only where the source numbers the lines of an order, or where `drop_duplicates` says so.

    Raises
    ------
    OrdersError
        If there is no line at all.
    LedgerError
        If lines or money do not add up, which is a bug.
    TooMuchSetAsideError
        If more than half of the lines break a rule and `allow_mostly_set_aside` is not set, or no line is left.
    """
    options = options or CleaningOptions()
    engine = orders.engine
    customers = distinct_texts(orders.lines, "customer_id").select("customer_id")
    customers = customers if _are_few(orders) else engine.hold(customers)
    found = _sort_lines(orders, options, customers)
    columns, judged = found.columns, found.judged.without_idle(found.counted)
    account = _account(found.counted, found.judged.rules)
    reads, currencies = _totals(orders, columns, account, customers)

    back, match = _came_back(found, judged, orders), found.any_back and not options.gross
    bought = kept = judged.kept()
    keys = back.keys(engine) if match and not _are_few(orders) else ()
    look = compare_all(kept, engine) if _are_few(orders) else look_closely(kept, judged.lines, keys, engine)
    could_be, repeats, dropped = look.could_be, look.repeats, None
    (repeated,) = engine.collect(repeats.select(*_TOTALS)).to_pylist()
    duplicates, drops_repeats = int(repeated["lines"]), options.drop_duplicates or "line_number" in columns
    if duplicates and drops_repeats:
        account.add(None, -duplicates, -float(repeated["money"]))
        account.add(DUPLICATE, duplicates, float(repeated["money"]))
        dropped = repeats
        bought, could_be = (
            frame.join(repeats.select(SOURCE_LINE), on=SOURCE_LINE, how="anti") for frame in (bought, could_be)
        )

    sides = Sides(bought, back, kept, could_be if match else None, keys, dropped)
    net = net_of_returns(sides, engine, gross=options.gross)
    ledger = replace(account.close(orders.malformed.num_rows), money_came_back=net.money, lines_came_back=net.lines)
    check_reconciles(ledger, orders.facts.lines)
    check_enough_kept(ledger, allow_mostly_set_aside=options.allow_mostly_set_aside)
    doubts = decide_on(
        ledger,
        duplicates=duplicates,
        money_repeated=float(repeated["money"] or 0.0),
        currencies=currencies,
        credit_notes_ignored=found.ignored,
    )
    made = [*doubts, *decide_on_no_sales(ledger, found.matches, found.off, net, orders)]
    made.sort(key=lambda one: one.kind.way != "warned")
    applied = found.applied(0 if dropped is None else duplicates)
    asked = AskedRules(found.matches.values, not found.ignored, drops_repeats, options.gross)
    orders = replace(orders, facts=without_moot_days(orders.facts, bought, engine))
    return CleanOrders(
        bought=bought,
        returns=net.returns,
        taken_back=net.taken_back,
        set_aside=_set_aside(judged, dropped, orders),
        report=CleaningReport(ledger, reads, duplicates, asked, tuple(made), applied),
        orders=orders,
    )
