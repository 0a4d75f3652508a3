"""What the status of an order says, in the words of seven languages: sold, not bought after all, or brought back.

Shops write the same word in many ways (`Cancelled`, `wc-cancelled`, `CANCELED - No stock`, `Storniert`), so the words
of `words.toml` are looked for within a text, without case, accents and signs. What is in no list is never guessed: it
counts as bought, and a decision names it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from marketfold.cleaning.word_lists import pattern_of, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

Meaning = Literal["sold", "open", "on_hold", "pending", "unpaid", "absent", "cancelled", "returned", "part_returned"]


_CANCELLED = pattern_of("status", "cancelled")
_FAILED = pattern_of("status", "failed")
_UNREAL = pattern_of("status", "unreal")
_RETURNED = pattern_of("status", "returned")
_PARTLY = pattern_of("status", "partly")
_ASKED = pattern_of("status", "asked")
_PENDING = pattern_of("status", "pending")
_HELD = pattern_of("status", "held")
_PAYMENT = pattern_of("status", "payment")
_ABSENT = pattern_of("status", "absent")
_UNPAID = pattern_of("status", "unpaid")
_SHIPPING = pattern_of("status", "shipping")
_SOLD = pattern_of("status", "sold")
_OPEN = pattern_of("status", "open")
_WON = pattern_of("status", "won")
_LOST = pattern_of("status", "lost")
_NOT = r"(?:not|non|no|nicht|noch nicht|niet|nao|pas|un|not yet|never)"
_NOT_UNDONE = re.compile(rf"\b{_NOT} (?:{_CANCELLED.pattern}|{_RETURNED.pattern})|\bnon ?(?:return|refund)able\b")
_PART_PAID = re.compile(rf"(?:{_PARTLY.pattern}) ?(?:paid|bezahlt|paye\w*|pagad\w*|pagat\w*|betaald|pag[oa])\b")
_PLAINLY: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    (_ABSENT, "absent"),
    (_UNREAL, "cancelled"),
    (_PART_PAID, "open"),
    (_UNPAID, "unpaid"),
    (_HELD, "on_hold"),
)
_NOTHING = frozenset({"", "na", "n a", "none", "null", "nan", "unknown"})
_SHIPPING_COLUMN = re.compile(
    "fulfil|shipping|shipment|delivery|liefer|versand|livraison|expedition|envio|spedizione|verzend|lever|entrega"
)


def _of_undone(text: str) -> Meaning | None:
    """A status with a word of cancelling or bringing back; None where it does not say that it happened."""
    cancelled, returned = _CANCELLED.search(text), _RETURNED.search(text)
    if cancelled and re.search(r"\brevers", text):  # the reversal of a payment was itself cancelled
        return None
    if _ASKED.search(text) or (returned and (_PENDING.search(text) or _FAILED.search(text))):
        return None
    if returned and re.search(r"\b(?:won|charge ?backs? revers\w+)\b", text):
        return None
    if _PARTLY.search(text) or re.search(r"\bteil", text):
        return "part_returned"
    return "cancelled" if cancelled else "returned"


def _of_waiting(text: str, *, ships: bool) -> Meaning | None:
    """What is awaited: goods were sold, money is not there yet, anything else cannot be told."""
    if _PAYMENT.search(text):
        return "unpaid"
    if ships or _SHIPPING.search(text) or _SOLD.search(_PENDING.sub("", text)):
        return "sold"
    rest = set(_PENDING.sub(" ", text).split()) - {"wc", "order", "status"}
    return None if rest else "pending"


def meaning_of(status: str, *, ships: bool = False) -> Meaning | None:
    """What a status says; None where it is not known.

    `ships` is whether its column is about shipping: what is pending there has been sold.

    >>> [meaning_of(text) for text in ("wc-cancelled", "Teilweise erstattet", "pending", "In Process", "Gelb")]
    ['cancelled', 'part_returned', 'pending', 'sold', None]
    """
    text = plain_text(status)
    found: Meaning | None
    if text in _NOTHING or _NOT_UNDONE.search(text):
        found = "sold"
    elif _CANCELLED.search(text) or _RETURNED.search(text):
        found = _of_undone(text)
    elif _FAILED.search(text):
        refused_at_the_door = _SHIPPING.search(text) and re.search(r"reject|refus", text)
        found = "returned" if refused_at_the_door else None if _SHIPPING.search(text) else "cancelled"
    elif plainly := [meaning for pattern, meaning in _PLAINLY if pattern.search(text)]:
        found = plainly[0]
    elif _PENDING.search(text):
        found = _of_waiting(text, ships=ships)
    elif _SOLD.search(text):
        found = "sold"
    else:
        found = ("sold" if ships else "open") if _OPEN.search(text) else None
    return found


def _of_deal(text: str, found: Meaning | None) -> Meaning:
    """What the stage of a deal says: only what is won was sold, for anything else is still talked about or lost."""
    sold = _WON.fullmatch(text) or text in _NOTHING or (found == "sold" and _SOLD.fullmatch(text))
    return "sold" if sold else "cancelled"


def read_statuses(texts: Iterable[str], column: str = "") -> dict[str, Meaning | None]:
    """What each text of a status column says.

    `column` is its name in the source. What is on hold or pending waits for money where the column's other words
    are about payments, as WooCommerce has them, and to be shipped where they are about shipping; then the order
    stands. What is unavailable are the goods where other words are about shipping, and else not known. Where a word is
    that of a deal won or lost, the others are stages on the way there.

    >>> read_statuses(["Shipped", "On Hold"])["On Hold"], read_statuses(["wc-failed", "wc-on-hold"])["wc-on-hold"]
    ('open', 'unpaid')
    """
    ships = bool(_SHIPPING_COLUMN.search(plain_text(column).replace(" ", "")))
    found = {text: meaning_of(text, ships=ships) for text in texts}
    plain = {text: plain_text(text) for text in found}
    about_money = any(
        plain[text].startswith("wc ") or one == "unpaid" or (one == "cancelled" and _FAILED.search(plain[text]))
        for text, one in found.items()
    )
    if any(_WON.fullmatch(text) or _LOST.fullmatch(text) for text in plain.values()):
        return {text: _of_deal(plain[text], one) for text, one in found.items()}
    about_goods = any(one == "sold" and _SHIPPING.search(plain[text]) for text, one in found.items())
    settled: dict[Meaning | None, Meaning | None] = {
        "absent": "absent" if about_goods or ships else None,  # elsewhere it may be the status that is not known
        "on_hold": "unpaid" if about_money else "open",
        "pending": "unpaid" if about_money or not about_goods else "open",
    }
    return {text: settled.get(one, one) for text, one in found.items()}
