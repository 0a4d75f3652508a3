"""Names of columns, made alike whatever their script, case and signs."""

from __future__ import annotations

import re
import unicodedata

_ARTICLES = re.compile(r"\b(de|del|de la|du|des|di|do|da|the|of)\b")
_LETTERS = str.maketrans({"°": "o", "ł": "l", "\u0131": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def without_accents(text: str) -> str:
    """A text with the bare letters of accented ones; case and blanks stay.

    >>> without_accents("Févr. MÄRZ")
    'Fevr. MARZ'
    """
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def plain_name(name: str) -> str:
    """A column name without case, accents, signs and articles; the letters of other scripts stay.

    >>> plain_name("Línea de pedido_No."), plain_name("Sipariş Tarihi"), plain_name("订单 ID")
    ('lineapedidono', 'siparistarihi', '订单id')
    """
    letters = unicodedata.normalize("NFKD", _ARTICLES.sub(" ", name.casefold()).translate(_LETTERS))
    # Of combining signs only accents go: the voicing marks of Japanese make other letters.
    bare = "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")
    return "".join(letter for letter in unicodedata.normalize("NFC", bare) if letter.isalnum() or letter == "#")
