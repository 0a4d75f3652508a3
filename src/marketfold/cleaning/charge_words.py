"""Lines that are no goods: shipping, charges, discounts, gift cards, taxes and tips, in the words of seven languages.

A product whose name only holds such a word is goods (`Shipping label roll`, `Tax disc holder`): beside the word
itself a charge has nothing but words that go with charges (carriers, countries, `standard`, `fee`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from marketfold.cleaning.word_lists import pattern_of, plain_text, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Charge = Literal["shipping", "charge", "discount", "gift_card", "tax", "tip"]


# Gift cards are asked first: a discount may be called a voucher too.
_KINDS: tuple[Charge, ...] = ("gift_card", "shipping", "discount", "tax", "tip", "charge")
_CORES: dict[Charge, re.Pattern[str]] = {kind: pattern_of("charge", kind) for kind in _KINDS}
_BESIDE = frozenset(words_of("charge_words", "beside"))
_GOODS = frozenset(words_of("charge_words", "goods"))
UCI_LONG = frozenset({"post", "dot", "c2", "bank charges", "amazonfee", "pads", "cruk", "adjust", "adjust2"})
UCI_CODES: Mapping[str, tuple[Charge, str]] = {
    "post": ("shipping", "postage"),
    "dot": ("shipping", "dotcom postage"),
    "c2": ("shipping", "carriage"),
    "m": ("charge", "manual"),
    "d": ("discount", "discount"),
    "s": ("charge", "samples"),
    "b": ("charge", "adjust bad debt"),
    "bank charges": ("charge", "bank charges"),
    "amazonfee": ("charge", "amazon fee"),
    "pads": ("charge", "pads to match all cushions"),
    "cruk": ("charge", "cruk commission"),
    "adjust": ("charge", "adjustment"),
    "adjust2": ("charge", "adjustment"),
    "test001": ("charge", "this is a test product"),
    "test002": ("charge", "this is a test product"),
}
"""Codes of one shop (Online Retail, UCI) with what it calls them; elsewhere `S` and `M` are sizes."""


def charge_of(text: str) -> Charge | None:
    """Which charge a product's id or name is; None for goods.

    >>> [charge_of(text) for text in ("Versandkosten DHL", "Frais de port", "Shipping label roll", "GIFT-CARD-50")]
    ['shipping', 'shipping', None, 'gift_card']
    """
    plain = plain_text(text)
    for kind, core in _CORES.items():
        rest, found = core.subn(" ", plain)
        beside = [word for word in rest.split() if word not in _BESIDE and not re.fullmatch(r"\d+[a-z]{0,2}", word)]
        if found and (not beside or (kind == "discount" and _is_code(text, beside))):
            return kind
    return None


def _is_code(text: str, beside: Collection[str]) -> bool:
    """Whether what stands beside a discount is its code: `Discount (SUMMER10)`, `Coupon: WELCOME`."""
    return len(beside) <= 2 and bool(re.search(r"^\s*\w+[\w ]*[:(\[#-]", text))


def charge_of_type(text: str) -> Charge | None:
    """Which charge the type of a line says; None for goods.

    >>> charge_of_type("coupon"), charge_of_type("line_item"), charge_of_type("shipping_line")
    ('discount', None, 'shipping')
    """
    plain = plain_text(text)
    if plain in _GOODS:
        return None
    if re.search(r"\b(?:porto|port|transport|versand\w*|verzend\w*)\b", plain):
        return "shipping"
    return next((kind for kind, core in _CORES.items() if core.search(plain)), None)


def is_line_type(texts: Collection[str]) -> bool:
    """Whether a column tells goods from charges: it has a word for goods beside one for a charge."""
    plain = {plain_text(text) for text in texts}
    return bool(plain & _GOODS) and any(charge_of_type(text) for text in plain)


def uci_codes(ids: Iterable[str], names: Iterable[str]) -> dict[str, Charge]:
    """The short codes among these product ids, where the file shows them to be charges.

    That is so of all where two of the longer ones stand beside one more, and of one whose name in that shop is among
    the names.
    """
    spelled = {plain_text(text): text for text in ids if plain_text(text) in UCI_CODES}
    known = {plain_text(name) for name in names}
    shop = len(spelled) >= 3 and len(spelled.keys() & UCI_LONG) >= 2
    return {text: kind for code, text in spelled.items() for kind, name in (UCI_CODES[code],) if shop or name in known}
