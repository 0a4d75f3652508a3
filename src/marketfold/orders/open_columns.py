"""Columns without a role that may be looked at: classes and numbers, and nothing that could be about a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.orders.aliases import ALIASES
from marketfold.orders.names import plain_name
from marketfold.orders.numbers import read_number
from marketfold.schema import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_COLUMNS = 24
MOST_VALUES = 200
"""A text column with more values than this among the first rows is a name, a number or free text: never a class."""
MOSTLY = 0.95

_PERSONAL_PARTS = (
    "name", "address", "adress", "street", "strasse", "phone", "telefon", "mobil", "mail", "contact", "birth",
    "geburt", "city", "postal", "postcode", "zip", "iban", "taxid", "passport", "gender", "geschlecht", "comment",
    "remark", "note", "user", "login", "employee", "salesrep", "salesperson", "latitude", "longitude",
    *(alias for role in sorted(PERSONAL) for tier in ALIASES.get(role, ()) for alias in sorted(tier) if len(alias) > 6),
)  # fmt: skip
_PERSONAL_WORDS = frozenset(
    {"age", "alter", "sex", "dob", "ip", "ssn", "vat", "fax", "lat", "lon", "lng", "title", "salutation", "anrede"}
).union(*(tier for role in PERSONAL for tier in ALIASES.get(role, ())))
_CONTACT = re.compile(r"@|^\+?[\d\s()/.-]{9,}$")


def sounds_personal(column: str) -> bool:
    """Whether a column's name says that it is about a person.

    >>> sounds_personal("ADDRESSLINE2"), sounds_personal("Contact e-mail"), sounds_personal("QTR_ID")
    (True, True, False)
    """
    plain = plain_name(column)
    return plain in _PERSONAL_WORDS or any(part in plain for part in _PERSONAL_PARTS)


def is_contact(text: str) -> bool:
    """Whether a cell may be an e-mail address, or nine and more signs of a telephone number."""
    return _CONTACT.search(text) is not None


def holds_no_person(values: Sequence[object]) -> bool:
    """Whether cells are classes or numbers, and none of them could reach or be somebody."""
    texts = [text for value in values if value is not None and (text := str(value).strip())]
    if not texts:
        return False
    numbers = [read_number(text, ".") is not None for text in texts]
    if sum(numbers) >= MOSTLY * len(texts):
        whole = {text for text in texts if re.fullmatch(r"\+?[\d\s()/-]{9,}", text)}
        return not whole  # a number of nine digits identifies or calls somebody
    return len(set(texts)) <= MOST_VALUES and not any(map(is_contact, texts))


def open_columns(extra: Iterable[str], sample: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """Those of the columns without a role that hold classes or numbers and are not about a person.

    Parameters
    ----------
    sample
        The first values of each column.

    Returns
    -------
    tuple of str
        At most 24, in the order of the source.
    """
    shown = (name for name in extra if not sounds_personal(name) and holds_no_person(sample.get(name, ())))
    return tuple(shown)[:MOST_COLUMNS]
