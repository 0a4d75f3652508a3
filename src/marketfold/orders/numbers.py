"""Texts that mean a number or an amount of money: currency signs, thousands separators, both decimal signs, brackets.

`read_number` says the rule for one text; `number_from_text` says the same as a lazy expression for every engine.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import narwhals as nw

from marketfold.errors import Fault
from marketfold.schema import count_where

if TYPE_CHECKING:
    from collections.abc import Sequence

Decimal = Literal[".", ","]

LARGEST = 1e12
"""More money or items than any line has: a phone number or a card in the wrong column. Sums stay exact below it."""

# These run on RE2 (DuckDB), Rust (Polars) and Java (Spark): no look-around, no back-references.
_SIGNS = "-\u2212"
_CURRENCY = "([A-Za-z]{1,3}[.]?|[$£¥€₹₩₽₺₫₴₦₱฿¢]|[A-Z]{1,3}[$£¥€]|zł|Kč|руб[.]?)"  # noqa: RUF001  (the rouble)
_WIDE = "\u00a0\u202f\u2009"
_GAP = f"[ {_WIDE}'\u2019]"
_FIGURES: dict[Decimal, str] = {
    ".": rf"(([0-9]{{1,3}}(,[0-9]{{2,3}})*,[0-9]{{3}}|[0-9]{{1,3}}({_GAP}[0-9]{{3}})+|[0-9]+)(\.[0-9]*)?|\.[0-9]+)",
    ",": rf"(([0-9]{{1,3}}(\.[0-9]{{3}})+|[0-9]{{1,3}}({_GAP}[0-9]{{3}})+|[0-9]+)(,[0-9]*)?|,[0-9]+)",
}
_BLANKS = f"[ {_WIDE}]*"


def _shape(decimal: Decimal) -> str:
    """Everything that is a number under a decimal sign; a hyphen after it is the minus of an accountant."""
    dash = rf"[{_SIGNS}+]?"
    before = rf"{_BLANKS}{dash}{_BLANKS}{_CURRENCY}?{_BLANKS}{dash}{_BLANKS}"
    after = rf"{_BLANKS}[{_SIGNS}]?{_BLANKS}{_CURRENCY}?{_BLANKS}[{_SIGNS}]?{_BLANKS}"
    sign = rf"{_BLANKS}{_CURRENCY}?{_BLANKS}"
    figures = _FIGURES[decimal]
    return rf"^({sign}\({before}{figures}{after}\){sign}|{before}{figures}{after})$"


SHAPE: dict[Decimal, str] = {sign: _shape(sign) for sign in (".", ",")}
NO_CENTS = "[.,][-\u2013\u2014]{1,2}[ A-Za-z€£$]{0,5}$"
"""`12,-` and `CHF 12.-`: the dash stands for no cents and is no minus."""
NEGATIVE = rf"[{_SIGNS}(]"
SCIENTIFIC: dict[Decimal, str] = {sign: rf"^[-+]?[0-9]+(\{sign}[0-9]+)?[eE][-+]?[0-9]{{1,3}}$" for sign in (".", ",")}

# Tails of a number: digits up to its end, with whatever stands after it.
_ENDS = r"([0-9]{1,2}|[0-9]{4,})[^0-9.,]*$"
COMMA_EVIDENCE = "|".join(
    (r"[0-9]\.[0-9]{3},[0-9]", r"[0-9]\.[0-9]{3}\.[0-9]{3}", r"(^|[^0-9])0,[0-9]", r"[0-9]{4,},[0-9]", rf",{_ENDS}")
)
"""Only a decimal comma makes sense of it: `1.234,5`, `12,50`, `0,125`."""
POINT_EVIDENCE = "|".join(
    (r"[0-9],[0-9]{3}\.[0-9]", r"[0-9],[0-9]{3},[0-9]{3}", r"(^|[^0-9.,])0?\.[0-9]", r"[0-9]{4,}\.[0-9]", rf"\.{_ENDS}")
)
"""Only a decimal point makes sense of it: `1,234.5`, `12.50`, `0.125`."""
OPEN = r"^[^0-9]*[0-9]{1,3}[.,][0-9]{3}[^0-9.,]*$"
"""Fits both: `1.234` and `1,234`."""


@dataclass(frozen=True)
class DecimalEvidence:
    """How many values of a column speak for each decimal sign, and how many for neither."""

    comma: int = 0
    point: int = 0
    open_comma: int = 0
    open_point: int = 0

    def __add__(self, other: DecimalEvidence) -> DecimalEvidence:
        return DecimalEvidence(
            self.comma + other.comma,
            self.point + other.point,
            self.open_comma + other.open_comma,
            self.open_point + other.open_point,
        )

    def against(self, sign: Decimal) -> bool:
        """Whether texts that were not read at once speak against a decimal sign."""
        return bool(self.comma or self.open_point) if sign == "." else bool(self.point or self.open_comma)

    @property
    def is_open(self) -> bool:
        """Whether values fit both signs and none says which."""
        return self.sign is None and bool(self.comma or self.open_comma or self.open_point)

    @property
    def sign(self) -> Decimal | None:
        """The one sign that the values speak for."""
        if bool(self.comma) == bool(self.point):
            return None
        return "," if self.comma else "."


def with_point(text: nw.Expr, sign: Decimal) -> nw.Expr:
    """A text with its decimal comma as a point, as casts want it; null where a point would then be misread."""
    if sign == ".":
        return text
    return nw.when(~text.str.contains(".", literal=True)).then(text.str.replace_all(",", ".", literal=True))


def comma_as_point(text: nw.Expr) -> nw.Expr:
    """A number with a decimal comma as one with a point: `1.234,50 €` becomes `1234.50 €`."""
    return text.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)


def read_number(text: str, decimal: Decimal = ".") -> float | None:
    """The number that a text means, None where it means none.

    >>> read_number("(1,234.50)"), read_number("1.234,50 €", ","), read_number("12-"), read_number("n/a")
    (-1234.5, 1234.5, -12.0, None)
    """
    text = re.sub(NO_CENTS, "", text.strip())
    if re.search(SCIENTIFIC[decimal], text):
        value = float(text.replace(decimal, "."))
        return value if abs(value) <= LARGEST else None
    if not re.search(SHAPE[decimal], text):
        return None
    figures = re.sub(rf"[^0-9{decimal}]", "", re.sub(r"[A-Za-z]+\.", "", text)).replace(",", ".")
    value = float(figures)
    if value > LARGEST:
        return None
    return -value if re.search(NEGATIVE, text) else value


def number_from_text(text: nw.Expr, decimal: Decimal) -> nw.Expr:
    """`read_number` as a lazy expression."""
    text = text.str.replace_all(NO_CENTS, "")
    figures = text.str.replace_all(r"[A-Za-z]+\.", "").str.replace_all(rf"[^0-9{decimal}]", "")
    if decimal == ",":
        figures = figures.str.replace_all(",", ".", literal=True)
    scientific = text.str.replace_all(",", ".", literal=True) if decimal == "," else text
    # The guard stands inside the cast, so that no engine is asked to cast what is no number.
    size = nw.when(text.str.contains(SHAPE[decimal])).then(figures).cast(nw.Float64)
    power = nw.when(text.str.contains(SCIENTIFIC[decimal])).then(scientific).cast(nw.Float64)
    signed = nw.when(text.str.contains(NEGATIVE)).then(-size).otherwise(size)
    return plausible(nw.coalesce(power, signed))


def finite(number: nw.Expr) -> nw.Expr:
    """The number, null for NaN and infinity."""
    number = number.cast(nw.Float64)
    return nw.when(number.is_finite()).then(number)


def plausible(number: nw.Expr) -> nw.Expr:
    """The number, null for NaN, infinity and what no order line amounts to."""
    number = number.cast(nw.Float64)
    # engines differ in how NaN compares, so it is asked by name
    return nw.when(number.is_finite() & number.is_between(-LARGEST, LARGEST)).then(number)


def evidence_of(text: nw.Expr, name: str) -> list[nw.Expr]:
    """Aggregates of one text column for `DecimalEvidence`, named `name` and the attribute."""
    kinds = {
        "comma": text.str.contains(COMMA_EVIDENCE) & ~text.str.contains(POINT_EVIDENCE),
        "point": text.str.contains(POINT_EVIDENCE) & ~text.str.contains(COMMA_EVIDENCE),
        "open_comma": text.str.contains(OPEN) & text.str.contains(",", literal=True),
        "open_point": text.str.contains(OPEN) & text.str.contains(".", literal=True),
    }
    return [count_where(test).alias(f"{name} {kind}") for kind, test in kinds.items()]


def sample_evidence(values: Sequence[object]) -> DecimalEvidence:
    """What the first values of a column say of the decimal sign."""
    found = DecimalEvidence()
    for text, n in Counter(
        value for value in values if isinstance(value, str) and ("," in value or "." in value)
    ).items():
        comma, point = bool(re.search(COMMA_EVIDENCE, text)), bool(re.search(POINT_EVIDENCE, text))
        opened = bool(re.search(OPEN, text))
        found += DecimalEvidence(
            n * (comma and not point),
            n * (point and not comma),
            n * (opened and "," in text),
            n * (opened and "." in text),
        )
    return found


def as_one_sign(parts: Sequence[Sequence[object]]) -> Sequence[Sequence[object]]:
    """Cells of one column in several files, with a decimal point where some write a comma and others a point.

    >>> as_one_sign([["1.234,50"], ["12.25"]]), as_one_sign([["1,50"], ["2,25"]])
    ([['1234.50'], ['12.25']], [['1,50'], ['2,25']])
    """
    signs = [sample_evidence(part).sign for part in parts]
    if not {",", "."} <= set(signs):
        return parts
    return [
        [
            cell.replace(".", "").replace(",", ".") if isinstance(cell, str) and read_number(cell, ",") else cell
            for cell in part
        ]
        if sign == ","
        else part
        for part, sign in zip(parts, signs, strict=True)
    ]


def mixed_decimals(column: str, evidence: DecimalEvidence) -> Fault:
    """The fault of a column with both decimal signs."""
    what = f"{column!r} has {evidence.comma:,} values with a decimal comma and {evidence.point:,} with a decimal point."
    return Fault(what, "--decimal , or --decimal . (the others are then counted as unreadable)")
