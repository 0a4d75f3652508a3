"""How the blanks of a phrase are filled.

A blank names a value and how `words` writes it: `{lines:count}`, `{share:share}`, `{revenue:money}`, `{p:decimal 3}`,
`{orders:plural order}`. Beside these there are the writers in `_OWN`, and two that choose: `{lines:one is|are}` by
whether there is one, `{r:sign more|less}` by whether it is above zero. A blank without a writer takes a text as it is.
"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

from marketfold import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OWN: dict[str, Callable[[Any], str]] = {
    "plain": lambda code: str(code).replace("_", " "),
    "size": lambda value: words.share(abs(value)),
    "points": lambda value: (
        f"{(size := words.share(abs(value)).removesuffix(' %'))} percentage point{'s' * (size != '1')}"
    ),
    "month": lambda number: words.month(int(number)),
    "length": lambda things: words.count(len(things)),
}
_OF_SEVERAL = {"listed", "quoted", "some", "one", "length"}
_OF_MONEY = {"money", "exact_money", "price"}


class Blanks(Formatter):
    """Fills blanks; it never reads what it has filled in, so texts of a file stand as they are."""

    def __init__(self, currency: str | None = None) -> None:
        self._currency = currency

    def format_field(self, value: Any, format_spec: str) -> str:
        """One blank as text."""
        writer, _, more = format_spec.partition(" ")
        if isinstance(value, tuple) and writer not in _OF_SEVERAL:
            value = ", ".join(value)
        if writer in {"one", "sign"}:
            first, second = more.split("|")
            number = len(value) if isinstance(value, tuple) else value
            return first if (number == 1 if writer == "one" else number > 0) else second
        if writer in _OWN:
            return _OWN[writer](value)
        if writer in _OF_MONEY:
            return str(getattr(words, writer)(value, self._currency))
        if hasattr(words, writer):
            return str(getattr(words, writer)(value, *([int(more) if more.isdigit() else more] if more else [])))
        return str(super().format_field(value, format_spec))


def filled(phrase: str, values: Mapping[str, Any], currency: str | None = None) -> str:
    """A phrase with its blanks filled.

    >>> filled("{n:count} {n:one line is|lines are} {share:share} of {all:listed}", {"n": 1, "share": 0.5, "all": "ab"})
    '1 line is 50 % of a and b'
    """
    return Blanks(currency).vformat(phrase, (), values)
