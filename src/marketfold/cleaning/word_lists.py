"""The words of `words.toml`, as patterns and as sets."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from marketfold.orders import without_accents

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def _lists() -> dict[str, dict[str, str]]:
    text = resources.files("marketfold.cleaning").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


def words_of(section: str, name: str) -> tuple[str, ...]:
    """One list, in its order.

    >>> words_of("charge", "tip")[:2]
    ('tips?', 'gratuity')
    """
    return tuple(" ".join(word.split()) for word in _lists()[section][name].split(","))


def pattern_of(section: str, name: str) -> re.Pattern[str]:
    """A pattern that finds any word or phrase of a list in a plain text, the longest first.

    >>> pattern_of("status", "cancelled").search("order cancelled by buyer") is not None
    True
    """
    longest = sorted(words_of(section, name), key=len, reverse=True)
    either = "|".join(longest).replace("*", r"\w*")
    return re.compile(rf"\b(?:{either})\b")


def plain_text(text: str) -> str:
    """A text in small letters, without accents, its words apart by one blank.

    >>> plain_text("wc-Remboursé"), plain_text("PaymentFailed")
    ('wc rembourse', 'payment failed')
    """
    return " ".join(re.findall(r"[a-z0-9]+", without_accents(_CAMEL.sub(" ", text).casefold())))
