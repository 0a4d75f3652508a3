"""A discount column beside quantity times price: a share, per cent, or money of the line or of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold import words
from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.first_lines import MOSTLY, OUGHT_TO_TELL
from marketfold.orders.money_names import name_words, word_set
from marketfold.schema import SOURCE_LINE, count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

CODE = "discount_taken"
_PERCENT = word_set("% percent percentage pct prozent procent porcentaje percentuale percentual rate rabattsatz")
_MONEY = word_set("amount amt betrag value montant importe importo bedrag valor eur usd gbp chf total")
_PRICES = frozenset({"price_of_line", "price_as_amount", "unit_price_as_amount"})
_OFF = nw.col("discount").abs()
_GROSS = "gross money"
ALIKE = 0.0001
"""Share of the money within which two sums are the same but for rounding."""


def take_discount(read: LinesRead) -> LinesRead:
    """Take the discount off where a line's money comes from its price; where the shop gives the amount, look at it."""
    role = next((role for role in ("discount", "discount_percent") if read.has(role)), None)
    if role is None:
        return read
    if role == "discount_percent":
        read = _renamed(read)
    of_line = any(one.code in _PRICES for one in read.decisions)
    proven = read.has("amount") and not of_line and not read.has("quantity", "unit_price")
    if not (of_line or proven or not read.has("amount")):
        return _told(read).without("discount")
    return (
        _taken(read, role, proven=proven and role not in read.options.mapping)
        if read.may(CODE)
        else read.without("discount")
    )


def _taken(read: LinesRead, role: str, *, proven: bool) -> LinesRead:
    """The discount off the money of the lines, by the scale that it has; `proven` where sums show it to be money."""
    lines = read.lines.with_columns(nw.col("amount").alias(_GROSS))
    found = _measured(read.with_lines(lines))
    if not found["n"]:
        return read.without("discount")
    totals = _order_totals(read)
    given = {"discount", "discount_percent"} & set(read.options.mapping)
    if totals is not None and not given and abs(totals - float(found["gross"])) <= ALIKE * abs(totals):
        return _left(read, found)
    scale = "money" if proven else _scale(read, found, role)
    if scale is None:
        return read.refused(_unclear(read, found))
    if scale == "money" and _is_of_order(read.with_lines(lines)):
        lines = _by_order(lines)
        scale = "order"
    else:
        lines = lines.with_columns(_net(scale).alias("amount"))
    sums = read.with_lines(lines).measure(net=nw.col("amount").sum(), gross=nw.col(_GROSS).sum())
    gross, net = (round(float(sums[name] or 0.0), 4) for name in ("gross", "net"))
    numbers = {"scale": _SAID[scale], "gross": gross, "net": net}
    decision = Decision(CODE, (read.mapping["discount"],), int(found["n"]), round(gross - net, 4), numbers=numbers)
    return read.with_lines(lines.drop("discount", _GROSS)).decided(decision)


_SAID = {
    "share": "a share of the price",
    "percent": "per cent of the price",
    "money": "money off the line",
    "order": "money off the whole order, shared over its lines by their price",
}


def _left(read: LinesRead, found: dict[str, Any]) -> LinesRead:
    """The totals of the orders are quantity times price to the cent: the shop did not take the discounts off."""
    total = next(one for one in read.decisions if one.code.startswith("order_total"))
    columns = (*total.columns, read.mapping["discount"])
    numbers = {"taken": repr(columns[0]), "discount": repr(columns[1])}
    off = round(float(found["off"]), 4)
    return read.without("discount").decided(
        Decision("discount_in_total", columns, int(found["n"]), off, numbers=numbers)
    )


def _renamed(read: LinesRead) -> LinesRead:
    """The column that the user gave as per cent, in the place of the discount."""
    lines = read.lines.rename({"discount_percent": "discount"})
    column = read.mapping["discount_percent"]
    read = read.without("discount_percent")
    return replace(read, lines=lines, mapping={**read.mapping, "discount": column})


def _measured(read: LinesRead) -> dict[str, Any]:
    taken = _OFF > 0
    off = nw.when(taken).then(_OFF)

    return read.measure(
        n=count_where(taken),
        largest=off.max(),
        whole=count_where(taken & (_OFF.round() == _OFF)),
        halves=count_where(taken & ((_OFF * 2).round() == _OFF * 2)),
        beyond=count_where(taken & (_OFF - nw.col(_GROSS).abs() > 0.0051)),
        gross=nw.col(_GROSS).sum(),
        off=off.sum(),
        in_hundred=(off * nw.col(_GROSS) / 100).sum(),
    )


def _scale(read: LinesRead, found: dict[str, Any], role: str) -> str | None:
    """Whether the discount is a share, per cent, or money; None where it may be either of the last two."""
    n, largest = int(found["n"]), float(found["largest"])
    whole, halves, beyond = (int(found[name]) for name in ("whole", "halves", "beyond"))
    said = _said(read)
    if any(isinstance(cell, str) and "%" in cell for cell in read.cells("discount")):
        return "percent"
    if role == "discount_percent":
        said = "percent"
    elif "discount" in read.options.mapping:
        said = said or "money"
    if largest <= 1 and said != "money":
        return "share"
    if said or largest > 100:
        return said or "money"
    if halves < 0.5 * n:  # cents: no shop gives 7.43 per cent
        return "money"
    if beyond > 0.02 * n and whole >= 0.9 * n:
        return "percent"
    return _by_totals(read, found)


def _by_totals(read: LinesRead, found: dict[str, Any]) -> str | None:
    """What the totals of the orders agree with, where the file has them."""
    totals = _order_totals(read)
    if totals is None:
        return None
    sums = {"percent": found["gross"] - found["in_hundred"], "money": found["gross"] - found["off"]}
    fits = [scale for scale, net in sums.items() if abs(net - totals) <= OUGHT_TO_TELL * abs(totals)]
    return fits[0] if len(fits) == 1 else None


def _order_totals(read: LinesRead) -> float | None:
    """What the totals of all orders come to, where they were left out for quantity times price."""
    told = [one.numbers["once"] for one in read.decisions if one.code in {"order_total", "order_total_differs"}]
    return float(told[0]) if told else None


def _said(read: LinesRead) -> str | None:
    """What the column's name, or a currency sign in its cells, says of the scale."""
    said = name_words(read.mapping["discount"])
    if any(word in _PERCENT or word.endswith(("prozent", "percent", "percentage")) for word in said):
        return "percent"
    cells = [cell for cell in read.cells("discount") if isinstance(cell, str)]
    signed = any(sign in cell for cell in cells for sign in "$€£¥₹")
    money = any(word in _MONEY or word.endswith(("betrag", "bedrag", "amount")) for word in said)
    return "money" if signed or money else None


def _unclear(read: LinesRead, found: dict[str, Any]) -> Fault:
    column = read.mapping["discount"]
    shown = list(dict.fromkeys(str(cell) for cell in read.cells("discount") if cell not in {None, "", 0, "0"}))[:4]
    percent, money = found["gross"] - found["in_hundred"], found["gross"] - found["off"]
    what = (
        f"{column!r} ({', '.join(shown)}) may be per cent, then the orders brought {words.exact_money(percent)}, or "
        f"money, then they brought {words.exact_money(money)}."
    )
    name = f'"{column}"'
    return Fault(what, f"--map discount_percent={name} or --map discount={name}; --undo {CODE} leaves it out.")


def _net(scale: str) -> nw.Expr:
    gross = nw.col(_GROSS)
    off = _OFF.fill_null(0.0)
    if scale == "share":
        return gross * (1 - off)
    if scale == "percent":
        return gross * (1 - off / 100)
    # of a returned line the discount is given back
    return nw.when(gross < 0).then(gross + off).otherwise(gross - off)


def _is_of_order(read: LinesRead) -> bool:
    """Whether one sum of money stands on all lines of an order that differ, or on one and the others are empty."""
    if not read.has("order_id"):
        return False
    off = nw.col("discount").abs()
    orders = read.lines.group_by("order_id").agg(
        nw.len().alias("lines"),
        off.count().alias("filled"),
        off.min().alias("low"),
        off.max().alias("high"),
        nw.col(_GROSS).min().alias("cheap"),
        nw.col(_GROSS).max().alias("dear"),
    )
    several = (nw.col("high") > 0) & (nw.col("cheap") != nw.col("dear"))
    alike = several & (nw.col("low") == nw.col("high")) & (nw.col("filled") == nw.col("lines"))
    once = several & (nw.col("filled") == 1)

    asked = orders.select(count_where(several).alias("several"), count_where(alike | once).alias("alike"))
    (found,) = read.engine.collect(asked).to_pylist()
    return bool(found["several"]) and int(found["alike"]) >= MOSTLY * int(found["several"])


def _by_order(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The discount of an order once, over its lines by their price; what rounding leaves is on the first line."""
    off, gross = nw.col("discount").abs(), nw.col(_GROSS)
    orders = lines.group_by("order_id").agg(
        off.min().alias("off low"),
        off.max().alias("off high"),
        off.sum().alias("off sum"),
        off.count().alias("off filled"),
        nw.len().alias("off lines"),
        gross.sum().alias("order gross"),
        nw.col(SOURCE_LINE).min().alias("order first"),
    )
    alike = (nw.col("off low") == nw.col("off high")) & (nw.col("off filled") == nw.col("off lines"))
    whole = nw.when(alike).then(nw.col("off high")).otherwise(nw.col("off sum")).fill_null(0.0)
    joined = lines.join(orders, on="order_id", how="left").with_columns(whole.alias("off order"))
    part = nw.when(nw.col("order gross") != 0).then(gross * nw.col("off order") / nw.col("order gross"))
    parted = joined.with_columns(((part * 100).round() / 100).fill_null(0.0).alias("off part"))
    sums = parted.group_by("order_id").agg(nw.col("off part").sum().alias("off parts"))
    full = parted.join(sums, on="order_id", how="left")
    first = nw.col(SOURCE_LINE) == nw.col("order first")
    rest = nw.when(first).then(nw.col("off order") - nw.col("off parts")).otherwise(0.0)
    working = [name for name in full.collect_schema().names() if name.startswith(("off ", "order "))]
    return full.with_columns((gross - nw.col("off part") - rest).alias("amount")).drop(*working)


def _told(read: LinesRead) -> LinesRead:
    """Warn where the amount that a shop gives is before the discount beside it."""
    product = nw.col("quantity") * nw.col("unit_price")
    given = (_OFF > 0) & ~product.is_null() & ~nw.col("amount").is_null()
    before = given & ((nw.col("amount") - product).abs() <= 0.0051)
    sums = read.measure(
        n=count_where(given),
        before=count_where(before),
        largest=_OFF.max(),
        off=nw.when(given).then(_OFF).sum(),
        shares=nw.when(given).then(_OFF * product).sum(),
        amount=nw.col("amount").sum(),
    )
    if not sums["n"] or int(sums["before"]) < 0.9 * int(sums["n"]):
        return read
    said = _said(read)
    is_share = float(sums["largest"]) <= 1 and said != "money"
    in_hundred = 1 if is_share else 100
    off = float(sums["shares"]) / in_hundred if is_share or said == "percent" else float(sums["off"])
    if off <= OUGHT_TO_TELL * abs(float(sums["amount"] or 0.0)):
        return read
    columns = (read.mapping["amount"], read.mapping["discount"])
    numbers = {"taken": repr(columns[0]), "discount": repr(columns[1])}
    return read.decided(Decision("discount_left", columns, int(sums["n"]), round(off, 4), numbers=numbers))
