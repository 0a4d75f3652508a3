"""From all order lines to the purchases that can be trusted, with an account of every other line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.activity import Activity
from marketfold.cleaning.report import (
    Account,
    CleaningReport,
    ReadTotals,
    check_enough_kept,
    check_reconciles,
    decide_on,
)
from marketfold.cleaning.rules import (
    CANCELLED,
    DUPLICATE,
    MALFORMED,
    RETURNS,
    MatchedValues,
    Rule,
    by_rule,
    distinct_texts,
    first_broken,
    match_values,
    passed,
    rules_for,
)
from marketfold.config import CleaningOptions
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine
    from marketfold.orders import Orders

_TOTALS = (nw.len().alias("lines"), money_sum("amount").alias("money"))
_RULE, _PRINT = "_rule", "_fingerprint"
# Few columns tell nearly all lines apart; whoever agrees on them is compared on every column.
_NUMBERED = ("order_id", "line_number")
_UNNUMBERED = ("order_id", "product_id", "quantity", "amount")


@dataclass(frozen=True)
class CleanOrders:
    """Order lines, each on its side.

    Attributes
    ----------
    purchases
        Kept lines, with the columns of the orders; `amount` is above zero.
    returns
        Cancelled and returned lines that have a customer and a date; `amount` is the value that went back, zero or
        more, and so is `quantity`.
    set_aside
        Every line that is not a purchase: `source_line`, `reason` (a code of `REASONS`), `detail`.
    orders
        What was read, for what is asked of the file as it is (statuses, empty cells, columns without a role).
    before
        Purchases and returns on or after this day are left out; None where all are there.
    """

    purchases: nw.LazyFrame[Any]
    returns: nw.LazyFrame[Any]
    set_aside: nw.LazyFrame[Any]
    report: CleaningReport
    orders: Orders
    before: date | None = None

    @property
    def engine(self) -> Engine:
        """Holds the frames."""
        return self.orders.engine

    @property
    def facts(self) -> SourceFacts:
        """How the source was read."""
        return self.orders.facts

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of the purchases."""
        return tuple(self.purchases.collect_schema().names())

    @cached_property
    def activity(self) -> Activity:
        """What each customer did; computed when it is first asked for."""
        return Activity(self.purchases, self.returns, self.engine)

    def product_titles(self, ids: Sequence[str]) -> dict[str, str]:
        """What these products are called: for each id its commonest name; empty where the source names none."""
        if not ids or not {"product_id", "product_name"} <= set(self.columns):
            return {}
        named = self.purchases.filter(nw.col("product_id").is_in(list(ids)), ~nw.col("product_name").is_null())
        counted = named.group_by("product_id", "product_name").agg(nw.len().alias("n"))
        rows = self.engine.collect(counted).to_pylist()
        rows.sort(key=lambda row: (row["n"], row["product_name"]))
        return {row["product_id"]: title for row in rows if (title := " ".join(row["product_name"].split()))}

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


@dataclass(frozen=True)
class _Judged:
    """Order lines and the rules that they are asked."""

    lines: nw.LazyFrame[Any]
    rules: tuple[Rule, ...]
    matched: MatchedValues

    def numbered(self) -> nw.LazyFrame[Any]:
        """Lines with the number of the first rule that each breaks."""
        return self.lines.with_columns(first_broken(self.rules, self.matched).alias(_RULE))

    def count(self, engine: Engine) -> list[dict[str, Any]]:
        """Lines and money for each rule; the one without a rule is kept."""
        counted: list[dict[str, Any]] = engine.collect(self.numbered().group_by(_RULE).agg(*_TOTALS)).to_pylist()
        return counted

    def kept(self) -> nw.LazyFrame[Any]:
        """Lines that break no rule."""
        return self.lines.filter(*passed(self.rules, self.matched)) if self.rules else self.lines

    def without_idle(self, counted: list[dict[str, Any]]) -> _Judged:
        """The same without the rules that set no line aside, so that later work need not ask them."""
        busy = {row[_RULE] for row in counted}
        return replace(self, rules=tuple(rule for place, rule in enumerate(self.rules) if place in busy))

    def came_back(self) -> nw.LazyFrame[Any]:
        """Lines whose first broken rule makes them a return."""
        places = [place for place, rule in enumerate(self.rules) if rule.code in RETURNS]
        if not places:
            return self.lines.filter(nw.col(SOURCE_LINE).is_null())  # none: every line has its number
        broken = reduce(or_, (self.rules[place].breaks(self.matched) for place in places))
        return self.lines.filter(*passed(self.rules[: places[0]], self.matched), broken)


def _account(counted: list[dict[str, Any]], rules: Sequence[Rule]) -> Account:
    account = Account()
    for row in sorted(counted, key=lambda row: -1 if row[_RULE] is None else row[_RULE]):
        account.add(None if row[_RULE] is None else rules[row[_RULE]].code, int(row["lines"]), float(row["money"]))
    return account


def _mostly_credit_notes(counted: list[dict[str, Any]], rules: Sequence[Rule]) -> bool:
    """Whether C and digits is simply how this shop numbers its orders."""
    marked = [place for place, rule in enumerate(rules) if rule.code == CANCELLED and "order_id" in rule.columns]
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
    row = orders.engine.collect(orders.lines.select(*cells)).to_pylist()[0]
    known = orders.engine.collect(customers.select(nw.col("customer_id").count().alias("customers"))).to_pylist()[0]
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


def find_repeats(lines: nw.LazyFrame[Any], columns: Sequence[str], engine: Engine) -> nw.LazyFrame[Any]:
    """Lines that agree with an earlier line in every one of `columns` but `source_line`.

    Grouping ten million lines by all their columns would be most of the work of a whole cleaning. A fingerprint of a
    few columns finds the candidates; a fingerprint can agree by chance, so the candidates are compared in full.

    Returns
    -------
    nw.LazyFrame
        Kept by the engine: `source_line` of the repeat, `repeats` (the first line of its kind), `amount`.
    """
    compared = [name for name in columns if name != SOURCE_LINE]
    telling = _NUMBERED if "line_number" in compared else _UNNUMBERED
    marked = engine.fingerprint(lines, [name for name in telling if name in compared], _PRINT)
    suspects = marked.group_by(_PRINT).agg(nw.len().alias("_alike")).filter(nw.col("_alike") > 1).select(_PRINT)
    candidates = engine.materialise(marked.join(suspects, on=_PRINT, how="semi"))
    first = nw.col(SOURCE_LINE).min().over(*compared).alias("repeats")
    repeats = candidates.with_columns(first).filter(nw.col(SOURCE_LINE) > nw.col("repeats"))
    return engine.materialise(repeats.select(SOURCE_LINE, "repeats", "amount"))


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
    columns = orders.lines.collect_schema().names()
    customers = engine.materialise(distinct_texts(orders.lines, "customer_id"))
    matched = match_values(orders.lines, columns, options, engine, customers)
    judged = _Judged(orders.lines, rules_for(columns), matched)
    counted = judged.count(engine)
    ignored = _mostly_credit_notes(counted, judged.rules)
    if ignored:
        judged = replace(judged, rules=rules_for(columns, credit_notes=False))
        counted = judged.count(engine)
    account = _account(counted, judged.rules)
    judged = judged.without_idle(counted)
    reads, currencies = _totals(orders, columns, account, customers)

    purchases, dropped = judged.kept(), None
    repeats = find_repeats(purchases, columns, engine)
    (found,) = engine.collect(repeats.select(*_TOTALS)).to_pylist()
    duplicates = int(found["lines"])
    if duplicates and (options.drop_duplicates or "line_number" in columns):
        account.add(None, -duplicates, -float(found["money"]))
        account.add(DUPLICATE, duplicates, float(found["money"]))
        dropped = repeats
        purchases = purchases.join(repeats.select(SOURCE_LINE), on=SOURCE_LINE, how="anti")

    ledger = account.close(orders.malformed.num_rows)
    check_reconciles(ledger, orders.facts.lines)
    check_enough_kept(ledger, allow_mostly_set_aside=options.allow_mostly_set_aside)
    decisions = decide_on(
        ledger,
        duplicates=duplicates,
        money_repeated=float(found["money"] or 0.0),
        currencies=currencies,
        credit_notes_ignored=ignored,
    )
    sizes = [nw.col(name).abs() for name in ("amount", "quantity") if name in columns]
    return CleanOrders(
        purchases=purchases,
        returns=judged.came_back().with_columns(*sizes),
        set_aside=_set_aside(judged, dropped, orders),
        report=CleaningReport(ledger, reads, duplicates, tuple(decisions)),
        orders=orders,
    )
