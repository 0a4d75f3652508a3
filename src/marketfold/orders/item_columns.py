"""Exports with one row for each order, and columns for its first, second, third item (`Product Item 2 Total`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.errors import Fault
from marketfold.orders.names import without_accents
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 4
"""Columns of items that are named."""
_ITEM = re.compile(
    r"items?|products?|produkte?|artikel|articles?|positio|posten|lines?_|sku|articulos?|produits?|prodott|productos?"
    r"|produtos?|lignes?|lineas?|rig[ah]e?|regels?"
)
_PLACE = re.compile(
    r"address|adress|street|strasse|direccion|indirizzo|endereco|adres|phone|tel|option|attribut|categor|kategor|group|level|image|tag"
)
_TELLS = re.compile(
    r"quantit|qty|menge|anzahl|cantidad|aantal|total|price|preis|prix|precio|prezzo|preco|prijs|amount|cost|summe|betrag"
    r"|^(?:line_)?items?_?#$"
)


def item_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns about one of several items of an order: alike but for a number, of which there are two and more.

    >>> item_columns(["Order", "Item 1 Name", "Item 1 Total", "Item 2 Name", "Item 2 Total", "Address Line 1"])
    ('Item 1 Name', 'Item 1 Total', 'Item 2 Name', 'Item 2 Total')
    """
    forms: dict[str, dict[int, str]] = {}
    for column in columns:
        plain = re.sub(r"[^a-z0-9]+", "_", without_accents(column).casefold())
        number = re.search(r"\d+", plain)
        if number and _ITEM.search(plain) and not _PLACE.search(plain):
            forms.setdefault(plain[: number.start()] + "#" + plain[number.end() :], {})[int(number[0])] = column
    several = {form: numbered for form, numbered in forms.items() if {1, 2} <= set(numbered)}
    if not any(_TELLS.search(form) for form in several):  # other things are numbered too: categories, images
        return ()
    found = {column for numbered in several.values() for column in numbered.values()}
    return tuple(column for column in columns if column in found)


def no_total_beside(items: Sequence[str]) -> Fault:
    """The fault of a source whose orders have columns for each item, and none for the whole."""
    shown = listed([repr(column) for column in items[:MOST_NAMED]])
    what = f"no column says what an order brought: each row is an order, with columns for each of its items ({shown})."
    hint = (
        "export the orders again with one row for each item, or with the total of the order; or add these up in a "
        "column of their own, named 'Order Total'."
    )
    return Fault(what, hint)
