"""Currencies that stand in the cells of a money column, `€12.00` above `$12.00`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.numbers import number_from_text, sample_evidence
from marketfold.orders.typing_lines import LEFT
from marketfold.words import currency_code

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

_SAME = {
    "$": "$", "us$": "$", "usd": "$", "us": "$", "€": "€", "eur": "€", "£": "£", "gbp": "£", "¥": "¥", "jpy": "¥",
    "cn¥": "CN¥", "cny": "CN¥", "rmb": "CN¥", "₹": "₹", "inr": "₹", "rs": "₹", "r$": "R$", "brl": "R$", "chf": "CHF",
    "fr": "CHF", "sfr": "CHF", "zł": "PLN", "pln": "PLN", "kč": "CZK", "czk": "CZK", "a$": "A$", "aud": "A$",
    "ca$": "CA$", "c$": "CA$", "cad": "CA$", "kr": "kr", "sek": "SEK", "nok": "NOK", "dkk": "DKK",
}  # fmt: skip
_FIGURES = "[0-9.,'\u2019 ()\u00a0\u202f\u2009+\u2212-]"
MOST_SIGNS = 50


def tell_currency_signs(read: LinesRead) -> LinesRead:
    """Take the currency from the signs in the cells of the money, and warn where one column has several.

    What was given, and a column of currencies, go before the signs.
    """
    role = next((role for role in ("amount", "unit_price") if read.has(role)), None)
    if role is None or read.texts is None or role + LEFT not in read.texts.collect_schema().names():
        return read
    text = nw.col(role + LEFT)
    shown = next((cell for cell in read.cells(role) if isinstance(cell, str) and _sign(cell)), None)
    texts = read.texts.filter(~text.is_null())
    if shown is not None:  # one cheap look: most files have one sign in every cell
        sign = "".join(letter for letter in shown if letter not in "0123456789.,'()+- \u00a0\u202f\u2009\u2212\u2019")
        others = texts.filter(~text.str.contains(sign, literal=True))
        if not read.engine.collect(others.select(nw.len().alias("n")))["n"].to_pylist()[0]:
            return _with_currency(read, sign)
    signed = texts.with_columns(text.str.replace_all(_FIGURES, "").alias("sign"))
    found = _by_sign(read, signed.select("sign", nw.lit(0.0).alias("money")))
    if len(found) < 2:
        return _with_currency(read, "".join(found))
    decimal = read.options.decimal or sample_evidence(read.cells(role)).sign or "."
    found = _by_sign(read, signed.select("sign", number_from_text(text, decimal).alias("money")))
    ordered = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    listed = ", ".join(f"{sign} on {lines:,}" for sign, (lines, _) in ordered)
    lines, money = sum(one[0] for _, one in ordered[1:]), round(sum(one[1] for _, one in ordered[1:]), 4)
    return read.decided(Decision("currency_signs", (read.mapping[role],), lines, money, numbers={"signs": listed}))


def _with_currency(read: LinesRead, sign: str) -> LinesRead:
    """The same with the currency of the one sign that the cells have."""
    known = read.currency or read.has("currency")
    return read if known else replace(read, currency=currency_code(_SAME.get(sign.strip(".").casefold(), sign)))


def _by_sign(read: LinesRead, signed: nw.LazyFrame[Any]) -> dict[str, tuple[int, float]]:
    """Lines and money of each currency, of texts with their sign and their money."""
    counts = signed.group_by("sign").agg(nw.len().alias("n"), nw.col("money").sum())
    most = counts.sort("n", "sign", descending=[True, False]).head(MOST_SIGNS)
    found: dict[str, tuple[int, float]] = {}
    for row in read.engine.collect(most).to_pylist():
        if sign := _SAME.get(str(row["sign"] or "").strip(".").casefold(), ""):
            lines, money = found.get(sign, (0, 0.0))
            found[sign] = lines + int(row["n"]), money + float(row["money"] or 0.0)
    return found


def _sign(cell: str) -> str:
    return "".join(letter for letter in cell if letter.isalpha() or letter in "$€£¥₹₩₽₺")
