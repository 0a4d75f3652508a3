"""Numbers as a reader sees them, in sentences and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


NARROW_SPACE = "\u202f"
CURRENCY_SIGNS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF ", "CNY": "CN¥", "BRL": "R$",
}  # fmt: skip
"""Signs that stand before an amount; other currencies stand after it, by their code."""


def percent(share: float) -> str:
    """A share of 0 to 1 in percent; one decimal where whole numbers would hide the point.

    >>> percent(0.4619), percent(0.9270), percent(0.021)
    ('46 %', '92.7 %', '2.1 %')
    """
    whole = 0.1 <= abs(share) < 0.9 or share in {0.0, 1.0}
    text = f"{share:.0%}" if whole else f"{share:.1%}"
    if abs(share) < 1 and text in {"100.0%", "100%"}:
        text = "over 99.9%"
    return text.replace("%", " %")


def count(number: float) -> str:
    """A whole number with thousands separated.

    >>> count(2823)
    '2,823'
    """
    return f"{number:,.0f}"


def money(value: float, currency: str | None = None) -> str:
    """An amount, with its currency where that is known; cents only where they matter.

    >>> money(1059442.84, "USD"), money(12.5), money(1200, "SEK")
    ('$1,059,443', '12.50', '1,200\u202fSEK')
    """
    text = f"{value:,.0f}" if abs(value) >= 1_000 or value == round(value) else f"{value:,.2f}"
    return in_currency(text, currency)


def in_currency(amount: str, currency: str | None) -> str:
    """An amount that is already written, with the sign or the code of its currency.

    >>> in_currency("-12", "EUR"), in_currency("%{y:,.0f}", "GBP"), in_currency("5", None)
    ('-€12', '£%{y:,.0f}', '5')
    """
    if not currency:
        return amount
    sign = CURRENCY_SIGNS.get(currency.upper())
    if sign is None:
        return f"{amount}{NARROW_SPACE}{currency}"
    return f"-{sign}{amount[1:]}" if amount.startswith("-") else f"{sign}{amount}"


def times(ratio: float) -> str:
    """How many times as much.

    >>> times(3.14)
    '3.1 times'
    """
    return f"{ratio:.0f} times" if ratio >= 9.95 else f"{ratio:.1f} times"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words joined as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def day(when: np.datetime64) -> str:
    """A date in words.

    >>> import numpy as np
    >>> day(np.datetime64("2005-05-31"))
    '31 May 2005'
    """
    year, month, number = str(when.astype("datetime64[D]")).split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def months(numbers: Sequence[int]) -> str:
    """Calendar months as a range where they follow each other, else as a number of months.

    >>> months([1, 2, 3]), months([5]), months([1, 6])
    ('January to March', 'May', '2 months')
    """
    if len(numbers) == 1:
        return MONTHS[numbers[0] - 1]
    if list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        return f"{MONTHS[numbers[0] - 1]} to {MONTHS[numbers[-1] - 1]}"
    return f"{len(numbers)} months"
