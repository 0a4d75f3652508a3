"""Who bought, and in which order: ids that were damaged, or that are not what tells customers and orders apart."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.role_names import sureness
from marketfold.orders.roles import ID_STAND_INS
from marketfold.orders.steps.overview import in_capitals
from marketfold.orders.steps.row_kinds import are_lines
from marketfold.orders.totals import n_known
from marketfold.schema import PERSONAL, count_where, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.orders.steps.lines_read import LinesRead

_SHORTENED = r"^[0-9]([.,][0-9]+)?[eE]\+[0-9]{2,3}$"
"""A number as a spreadsheet shows it where it has more than eleven digits; a text such as `7E10` may be an id."""
_LONG = re.compile(r"^[0-9]{10,}$|[eE]\+")
"""A spreadsheet shortens numbers of more than eleven digits; where no id is near that, none is looked for."""
MOST_CROWDED = 0.01
"""Share of the numbers between the least and the most that are ids. Where ids follow one another, what is left of them
after their last digits are gone lies close together; ids that still tell customers apart lie far apart."""
SHOWN = 3

PROBED = 2000
MOSTLY = 0.5
RARELY = 0.02
"""Share of orders on several days or of several customers that is still put down to chance."""
KEYS = (("till",), ("day",), ("day", "till"), ("day", "customer_id"))
"""What may have to stand beside a receipt's number, the simplest first."""


def _texts(cells: Sequence[object]) -> list[str]:
    return [text for cell in cells if cell is not None and (text := str(cell).strip())]


def _is_personal(read: LinesRead, role: str) -> bool:
    """Whether the column of an id is one of a person's, whose cells are shown nowhere."""
    column = read.mapping[role]
    return any(column == read.mapping.get(name) or sureness(name, column) is not None for name in PERSONAL)


# --- ids in scientific notation


def _crowded(ids: Sequence[str]) -> bool:
    """Whether shortened ids lie so close together that several were made one."""
    by_size: dict[tuple[int, int], set[int]] = {}
    for text in ids:
        mantissa, _, size = text.lower().partition("e+")
        digits = re.sub(r"\D", "", mantissa)
        by_size.setdefault((len(digits), int(size)), set()).add(int(digits))
    wide = sum(max(found) - min(found) + 1 for found in by_size.values())
    short = min(digits for digits, _ in by_size) <= 3  # as many as a spreadsheet shows unless it is told otherwise
    return short or len(ids) > MOST_CROWDED * wide


def _way_out(read: LinesRead, role: str) -> str:
    others = [name for name in ID_STAND_INS if role == "customer_id" and read.mapping.get(name)]
    column = next((read.mapping[name] for name in others if read.mapping[name] != read.mapping[role]), None)
    instead = f"--map {role}={shlex.quote(column)} takes another column; " if column else ""
    return (
        f"export again with {read.mapping[role]!r} as text; {instead}"
        "--undo shortened_ids takes the ids as they stand, and what is one there as one."
    )


def refuse_shortened(read: LinesRead) -> LinesRead:
    """Refuse ids of which a spreadsheet has kept the first digits only: what differed in the others is one now."""
    for role in ("customer_id", "order_id"):
        if not read.has(role) or not any(_LONG.search(text) for text in _texts(read.cells(role))):
            continue
        shape = nw.when(nw.col(role).str.contains("+", literal=True)).then(nw.col(role).str.contains(_SHORTENED))
        damaged = shape.fill_null(value=False)
        seen = read.measure(lines=count_where(damaged))["lines"]
        if not seen:
            continue
        found = read.lines.filter(nw.col(role).str.contains(_SHORTENED)).select(role).unique()
        ids = sorted(read.engine.collect(found)[role].to_pylist())
        column = (read.mapping[role],)
        if _crowded(ids) and read.may("shortened_ids"):
            cells = "" if _is_personal(read, role) else f" ({', '.join(ids[:SHOWN])}{', ...' * (len(ids) > SHOWN)})"
            what = (
                f"{column[0]!r} holds {role} in scientific notation on {seen:,} lines, {len(ids):,} different{cells}: "
                "a spreadsheet has cut their last digits off, and ids that differed in those are one."
            )
            read = read.refused(Fault(what, _way_out(read, role)))
        else:
            read = read.decided(Decision("ids_cut_off", column, int(seen), numbers={"ids": len(ids), "role": role}))
    return read


# --- ids in another case


def folded_id(text: nw.Expr) -> nw.Expr:
    """A customer id as it is compared: an e-mail address is the same in any case and has no blanks."""
    return (
        nw.when(text.str.contains("@", literal=True))
        .then(text.str.to_lowercase().str.replace_all(r"\s+", ""))
        .otherwise(text)
    )


def _merged(read: LinesRead, folded: nw.Expr) -> dict[str, Any]:
    """How many customers are one with another under a coarser id; lines and money without those of the largest."""
    different = read.measure(ids=nw.col("customer_id").n_unique(), people=folded.n_unique())
    if different["ids"] == different["people"]:
        return {"people": 0, "ids": 0, "lines": 0, "money": 0.0}
    ids = read.lines.filter(~nw.col("customer_id").is_null()).select("customer_id", "amount", folded.alias("folded"))
    each = ids.group_by("customer_id", "folded").agg(nw.len().alias("lines"), money_sum("amount").alias("money"))
    moved = [(nw.col(name).sum() - nw.col(name).max()).alias(name) for name in ("lines", "money")]
    people = each.group_by("folded").agg(nw.len().alias("ids"), *moved).filter(nw.col("ids") > 1)
    sums = [nw.col("ids").sum().cast(nw.Int64), nw.col("lines").sum().cast(nw.Int64), nw.col("money").sum()]
    merged: dict[str, Any] = read.engine.collect(people.select(nw.len().alias("people"), *sums)).to_pylist()[0]
    return merged | {"ids": merged["ids"] or 0}


def fold_ids(read: LinesRead) -> LinesRead:
    """Take e-mails in another case for one customer; warn where other ids differ in case alone."""
    shown = _texts(read.cells("customer_id"))
    read = _doubt_zeros(read, shown)
    if not any(text.upper() != text.lower() for text in shown):
        return read
    by_mail = sureness("email", read.mapping["customer_id"]) is not None or any("@" in text for text in shown)
    return _fold_emails(read) if by_mail else _doubt_case(read)


def _doubt_zeros(read: LinesRead, shown: Sequence[str]) -> LinesRead:
    """Warn of numbers that differ in their first zeros alone: a spreadsheet drops those of some of the files."""
    customer = nw.col("customer_id")
    if not any(text.isdecimal() for text in shown):
        return read
    zeros = customer.str.starts_with("0") & (customer != "0")
    if not read.measure(n=count_where(zeros.fill_null(value=False)))["n"]:
        return read
    merged = _merged(read, customer.str.replace_all(r"^0+", ""))
    return read.decided(_about("ids_differ_in_zeros", read, merged)) if merged["ids"] else read


def _fold_emails(read: LinesRead) -> LinesRead:
    customer = nw.col("customer_id")
    if not read.may("emails_folded") or not read.measure(n=count_where(folded_id(customer) != customer))["n"]:
        return read
    lines = read.engine.materialise(read.lines.with_columns(folded_id(customer).alias("customer_id")))
    merged = _merged(read, folded_id(customer))
    return read.decided(_about("emails_folded", read, merged), lines) if merged["ids"] else read.with_lines(lines)


def _doubt_case(read: LinesRead) -> LinesRead:
    if in_capitals(read) and not read.overview.in_small:
        return read
    merged = _merged(read, nw.col("customer_id").str.to_lowercase())
    return read.decided(_about("ids_differ_in_case", read, merged)) if merged["ids"] else read


def _about(code: str, read: LinesRead, merged: dict[str, Any]) -> Decision:
    numbers = {"ids": merged["ids"], "people": merged["people"]}
    lines, money = int(merged["lines"] or 0), round(float(merged["money"] or 0.0), 4)
    return Decision(code, (read.mapping["customer_id"],), lines, money, merged["ids"] - merged["people"], numbers)


# --- orders that are not told apart by their number


def _keyed(part: str) -> nw.Expr:
    return nw.col("ordered_on").dt.to_string("%Y-%m-%d") if part == "day" else nw.col(part)


def _anybody() -> nw.Expr:
    """Who bought; ids that differ in case alone have their own warning."""
    return nw.col("customer_id").str.to_lowercase()


def _spread(read: LinesRead, lines: nw.LazyFrame[Any], key: Sequence[str]) -> tuple[float, float]:
    """Share of keys of several lines that lie on several days, and that are of several customers."""
    parts = [_keyed(part).alias(f"key {place}") for place, part in enumerate(key)]
    names = ["order_id", *(f"key {place}" for place in range(len(key)))]
    several = (
        (lines.with_columns(*parts) if parts else lines)
        .group_by(*names)
        .agg(
            nw.len().alias("lines"),
            (nw.col("ordered_on").min() != nw.col("ordered_on").max()).alias("days"),
            (_anybody().min() != _anybody().max()).alias("customers"),
        )
        .filter(nw.col("lines") > 1)
    )
    asked = several.select(
        nw.len().alias("n"), count_where(nw.col("days")).alias("d"), count_where(nw.col("customers")).alias("c")
    )
    (found,) = read.engine.collect(asked).to_pylist()
    n = found["n"] or 1
    return (found["d"] or 0) / n, (found["c"] or 0) / n


def key_orders(read: LinesRead) -> LinesRead:
    """Tell orders apart by more than their number where it starts anew each day or at each till.

    The orders of the first rows are followed through all lines: where numbers start anew, they come again.
    """
    if not read.has("order_id"):
        return read
    probed = read.lines.filter(are_lines(read) & ~nw.col("order_id").is_null())
    if read.overview.lines > PROBED:
        first = probed.head(PROBED).select("order_id").unique()
        probed = probed.join(first, on="order_id", how="semi")
    days, customers = _spread(read, probed, ())
    if days > MOSTLY and customers > MOSTLY and read.may("order_numbers_restart"):
        for key in KEYS:
            if "till" in key and not read.has("till"):
                continue
            left = _spread(read, probed, key)
            if max(left) <= RARELY or key == KEYS[-1]:
                return _keyed_by(read, key)
    return _warn_shared(read) if customers else read


def _keyed_by(read: LinesRead, key: Sequence[str]) -> LinesRead:
    parts = [_keyed(part) for part in key]
    order_id = nw.concat_str(nw.col("order_id"), *parts, separator=" ").alias("order_id")
    lines = read.engine.materialise(read.lines.with_columns(order_id))
    after = read.with_lines(lines).measure(n=nw.col("order_id").n_unique())["n"]
    before = read.measure(n=nw.col("order_id").n_unique())["n"]
    named = {"day": "day", "till": repr(read.mapping.get("till", "")), "customer_id": "customer"}
    numbers = {"before": int(before), "after": int(after), "key": " and ".join(named[part] for part in key)}
    return read.decided(Decision("order_numbers_restart", (read.mapping["order_id"],), numbers=numbers), lines)


def _warn_shared(read: LinesRead) -> LinesRead:
    """Say how many orders are of several customers, with their lines and money."""
    orders = read.lines.filter(~nw.col("order_id").is_null()).group_by("order_id")
    shared = orders.agg(
        nw.len().alias("lines"),
        money_sum("amount").alias("money"),
        _anybody().min().alias("one"),
        _anybody().max().alias("other"),
    ).filter(nw.col("one") != nw.col("other"))
    asked = shared.select(nw.len().alias("orders"), nw.col("lines").sum().cast(nw.Int64), nw.col("money").sum())
    (found,) = read.engine.collect(asked).to_pylist()
    numbers = {"orders": int(found["orders"])}
    told = Decision(
        "orders_of_several_customers",
        (read.mapping["order_id"],),
        int(found["lines"]),
        round(float(found["money"] or 0.0), 4),
        numbers=numbers,
    )
    return read.decided(told)


# --- a customer id that is one for each order


def _other_ids(read: LinesRead) -> list[str]:
    """Other columns that may say who bought and come again where the customer does not, the surest first."""
    customers = len(set(_texts(read.cells("customer_id"))))
    ranked = []
    for column in read.sample:
        if column in {read.mapping["customer_id"], read.mapping.get("order_id")}:
            continue
        ranks = [sureness(role, column) for role in ("customer_id", *ID_STAND_INS)]
        known = [10 * place + rank for place, rank in enumerate(ranks) if rank is not None and rank < 3]
        if known and 1 < len(set(_texts(read.sample[column]))) < customers:  # one for each order tells no more
            ranked.append((min(known), column))
    return [column for _, column in sorted(ranked)]


def doubt_one_order_each(read: LinesRead) -> LinesRead:
    """Warn where there are exactly as many customers as orders and another column may say who bought."""
    if not read.has("order_id") or "customer_id" in read.options.mapping:
        return read
    customers, orders = set(_texts(read.cells("customer_id"))), set(_texts(read.cells("order_id")))
    if len(customers) < len(orders) or len(orders) < 2 or not (others := _other_ids(read)):
        return read
    found = read.measure(customer_id=n_known("customer_id"), order_id=n_known("order_id"))
    if found["customer_id"] != found["order_id"] or found["customer_id"] < 2:
        return read
    numbers = {"other": shlex.quote(others[0]), "customers_read": int(found["customer_id"])}
    return read.decided(Decision("one_order_each", (read.mapping["customer_id"],), numbers=numbers))
