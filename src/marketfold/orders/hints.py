"""Which columns to offer for a role that no name tells, and which of two to take: by what their cells hold.

A hint that is followed to the letter must lead somewhere: a column is offered only where its cells fit the role, and
the flag is written so that it can be pasted into a shell.
"""

from __future__ import annotations

import difflib
import re
import shlex
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from marketfold.orders.aliases import ALIASES
from marketfold.orders.dates import looks_like_dates, read_day
from marketfold.orders.names import plain_name
from marketfold.orders.numbers import read_number
from marketfold.orders.open_columns import sounds_personal
from marketfold.orders.periods import epoch_unit, read_periods

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Cells = Sequence[object]

_MOSTLY = 0.8
_MANY = 20
"""Cells from which it can be said that a column repeats, or that it has few values."""

_MOST_ITEMS = 10_000
_LONGEST_ID = 60
_LIKENESS = 0.65
_COUNTER = re.compile(r"(id|no|nr|num|number|code|count|year|age|zip|phone|key)$|^(num|no|nr|id)")
_NO_MONEY = ("score", "income", "salary", "einkommen", "rank", "rating", "share", "percent")
_PERSON = ("customer", "client", "kund", "cliente", "klant", "buyer", "user", "member", "account", "house", "shopper")


def map_flag(role: str, column: str) -> str:
    """The flag that gives a column to a role, as a shell takes it.

    >>> map_flag("amount", "Spending Score (1-100)"), map_flag("amount", "Sales")
    ("--map 'amount=Spending Score (1-100)'", '--map amount=Sales')
    """
    return f"--map {shlex.quote(f'{role}={column}')}"


def filled(cells: Cells) -> list[object]:
    """The cells that hold something."""
    return [cell for cell in cells if cell is not None and str(cell).strip() not in {"", "nan", "NaT"}]


def _numbers(cells: Cells) -> list[float]:
    """The numbers of a column that holds nearly nothing else; none of another column."""
    known = filled(cells)
    read = [float(cell) if isinstance(cell, int | float) else read_number(str(cell)) for cell in known]
    numbers = [number for number in read if number is not None]
    return numbers if len(numbers) >= _MOSTLY * len(known) else []


def holds_days(cells: Cells) -> bool:
    """Whether a column holds days, periods, or a count of time."""
    texts = [str(cell) for cell in filled(cells)]
    if not texts:
        return False
    if looks_like_dates(filled(cells)) or epoch_unit(cells) or read_periods(dict.fromkeys(texts, 1)):
        return True
    bare = [re.sub(r"[T ]\d{1,2}:.*$", "", text.strip()) for text in texts]
    found = [day for text in bare if (day := read_day(text))]
    return len(found) >= _MOSTLY * len(texts) and not all(day.style.startswith("spreadsheet") for day in found)


def _holds_money(cells: Cells) -> bool:
    numbers = _numbers(cells)
    if not numbers or holds_days(cells):
        return False
    constant = len(numbers) >= _MANY and len(set(numbers)) == 1
    numbered = len(numbers) >= _MANY and all(number == int(number) for number in numbers) and _counts_up(numbers)
    return not constant and not numbered


def _counts_up(numbers: Sequence[float]) -> bool:
    """Whether whole numbers are those of a list: each larger than or equal to the one before."""
    return all(earlier <= later for earlier, later in pairwise(numbers)) and len(set(numbers)) > 1


def _holds_quantities(cells: Cells) -> bool:
    numbers = _numbers(cells)
    whole = bool(numbers) and all(number == int(number) and abs(number) < _MOST_ITEMS for number in numbers)
    return whole and not (len(numbers) >= _MANY and _counts_up(numbers)) and not holds_days(cells)


def _holds_ids(cells: Cells) -> bool:
    """Whether a column can name who bought: it repeats, with many values, and is neither money nor days nor prose."""
    texts = [str(cell) for cell in filled(cells)]
    if not texts or holds_days(cells) or max(map(len, texts)) > _LONGEST_ID:
        return False
    if any(number != int(number) for number in _numbers(cells)):
        return False
    return len(texts) < _MANY or 5 < len(set(texts)) < len(texts)


_FITS: dict[str, Callable[[Cells], bool]] = {
    "ordered_on": holds_days,
    "amount": _holds_money,
    "unit_price": _holds_money,
    "quantity": _holds_quantities,
    "customer_id": _holds_ids,
}


def fits(role: str, cells: Cells) -> bool:
    """Whether the cells of a column can be those of a role."""
    return _FITS[role](cells) if role in _FITS else bool(filled(cells))


def _likeness(role: str, column: str) -> float:
    name = plain_name(column)
    if len(column) > _LONGEST_ID:  # a sentence above the table is no name
        return 0.0
    if role in {"amount", "unit_price"} and (_COUNTER.search(name) or any(word in name for word in _NO_MONEY)):
        return 0.0
    if role == "customer_id" and not any(word in name for word in _PERSON) and not _COUNTER.search(name):
        return max(0.0, _best_ratio(role, name) - 0.1)
    return _best_ratio(role, name)


def _best_ratio(role: str, name: str) -> float:
    best = 0.0
    for alias in (plain_name(role), *(alias for tier in ALIASES[role] for alias in tier)):
        score = difflib.SequenceMatcher(None, name, alias).ratio()
        best = max(best, 0.8 if len(alias) >= 4 and alias in name else 0.0, score)
    return best


def closest_column(role: str, sample: Mapping[str, Cells]) -> str | None:
    """The column whose name is most like a role or one of its aliases, among those whose cells fit it."""
    ranked = sorted(((_likeness(role, column), column) for column in sample), key=lambda one: -one[0])
    return next((column for score, column in ranked if score > _LIKENESS and fits(role, sample[column])), None)


def same_grouping(one: Cells, other: Cells) -> bool:
    """Whether two columns tell the same rows apart."""
    pairs = set(zip(map(str, one), map(str, other), strict=True))
    return len(pairs) == len({left for left, _ in pairs}) == len({right for _, right in pairs})


def settle(role: str, columns: Sequence[str], sample: Mapping[str, Cells]) -> str | None:
    """Which of several equally named columns has a role, by what they hold; None where that cannot be told."""
    known_ones = [column for column in columns if filled(sample[column])] or columns
    able = [column for column in known_ones if len(known_ones) == 1 or fits(role, sample[column])]
    if len(able) == 1:
        return able[0]
    cells = {column: sample[column] for column in columns}
    if min(len(filled(values)) for values in cells.values()) < _MANY:
        return None
    first = columns[0]
    if all(list(map(str, cells[column])) == list(map(str, cells[first])) for column in columns[1:]):
        return first
    if role in {"order_id", "customer_id"}:
        if all(same_grouping(cells[first], cells[column]) for column in columns[1:]):
            return first
        known = {column: filled(values) for column, values in cells.items()}
        repeating = [column for column, values in known.items() if 1 < len(set(map(str, values))) < len(values)]
        return repeating[0] if len(repeating) == 1 else None
    return None


def described(role: str, column: str, cells: Cells) -> str:
    """What a column holds, to choose by; no cell of a column that may be about a person is shown."""
    known = [str(cell) for cell in filled(cells)]
    if role == "customer_id" or sounds_personal(column) or any("@" in text for text in known):
        return f"{column!r} has {len(set(known)):,} different cells in the first {len(cells):,} rows"
    return f"{column!r} holds {', '.join(map(repr, list(dict.fromkeys(known))[:3])) or 'nothing'}"


_STATUS_STEMS = (
    "complet", "pend", "process", "cancel", "ship", "paid", "refund", "return", "deliver", "fulfil", "clos", "hold",
    "open", "void", "fail", "approv", "invoic", "disput", "resolv", "transit", "new", "wait", "draft", "expir",
    "success", "storn", "bezahl", "versand", "versend", "geliefert", "offen", "abgeschl", "annul", "livr", "pay",
    "expedi", "envi", "entreg", "spedit", "consegn", "evas", "betaald", "verzonden", "geleverd", "concl", "termin",
    "anul", "pag", "zrealiz", "wys", "оплач", "достав", "отмен", "已", "完成", "取消", "待", "キャンセル", "発送",
    "iptal", "teslim", "accept", "rembours", "won", "lost", "gewonnen", "verloren", "gagn", "perdu", "ganad", "perdid",
)  # fmt: skip
_OF_ANYTHING = frozenset((
    "type", "typ", "tipo", "soort", "kind", "art", "documenttype", "doctype", "transactiontype", "transaktionsart",
    "transaktionstyp", "eventtype", "saletype", "salekind", "invoicetype", "rechnungsart", "belegart", "belegtyp",
    "vorgang", "vorgangsart", "typedocument", "typetransaction", "tipodocumento", "tipodoc", "tipotransaccion",
    "tipofactura", "tipotransazione", "documentsoort", "tipotransacao", "movetype",
))  # fmt: skip
_OF_PLACES = frozenset({"orderstate", "state", "estado", "stato", "estadopedido", "etat", "stage", "phase"})


_CREDIT_NOTE = re.compile(
    r"\b(?:credit ?(?:notes?|memos?)|refund\w*|returns?|ruck(?:zahlung|erstattung|gabe|sendung)\w*|erstattung\w*"
    r"|\w*gutschrift(?:en)?|storno(?:rechnung\w*)?|retouren?|avoirs?|rembours\w*|retours?|abonos?"
    r"|(?:factura )?rectificativ[ao]s?|notas? (?:de )?creditos?|reembols\w*|devoluc\w*|not[ae] (?:di )?credito"
    r"|rimbors\w*|res[oi]|credit ?nota\w*|creditfactu\w*|terugbetaling\w*|estorno\w*)\b"
)
_SALES_DOCUMENT = re.compile(
    r"\b(?:\w*invoices?|sales?|purchases?|orders?|payments?|charges?|\w*rechnung(?:en)?|verkauf\w*|verkaufe|zahlung\w*"
    r"|bestellung\w*|auftrag\w*|factures?|ventes?|commandes?|paiements?|facturas?|ventas?|pagos?|fattur[ae]|vendit[ae]"
    r"|pagament[oi]|factuur|facturen|verkoop|betaling\w*|faturas?|vendas?)\b"
)
_INVOICE = re.compile(
    r"\b(?:\w*invoices?|\w*rechnung(?:en)?|factures?|facturas?|fattur[ae]|factuur|facturen|faturas?)\b"
)
_NO_NOTE = re.compile(
    r"\b(?:gift|geschenk|hold|einbehalt\w*|fees?|gebuhr\w*|non ?refundable|policy|shipping|versand)\b"
)


def says_credit_note(text: str) -> bool:
    """Whether the type of a document says that money or goods went back.

    >>> [says_credit_note(one) for one in ("Customer Credit Note", "Rückzahlung", "Invoice", "Gift card refund")]
    [True, True, False, False]
    """
    plain = plain_words(text)
    return bool(_CREDIT_NOTE.search(plain)) and not _NO_NOTE.search(plain)


def holds_documents(column: str, cells: Cells) -> bool:
    """Whether a column that may be a type of anything (`Type`) tells sales from credit notes or refunds.

    >>> holds_documents("Type", ["Invoice", "Credit Note"]), holds_documents("Type", ["Mugs", "Returns"])
    (True, False)
    """
    words = {plain_words(str(cell)) for cell in filled(cells)}
    if plain_name(column) not in _OF_ANYTHING:
        return True
    notes = {word for word in words if says_credit_note(word)}
    sales = {word for word in words - notes if _SALES_DOCUMENT.search(word)}
    # Where the first lines have no credit note, later ones may have: invoices name no kind of product.
    return bool(sales) and (bool(notes) or all(_INVOICE.search(word) for word in words))


def plain_words(text: str) -> str:
    """The words of a text in small letters, without accents and signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.split())


def holds_statuses(column: str, cells: Cells) -> bool:
    """Whether a column that may name places (`Order State`) holds what became of orders instead.

    >>> holds_statuses("Order State", ["Bavaria", "Texas"]), holds_statuses("Order State", ["complete", "canceled"])
    (False, True)
    """
    words = {str(cell).casefold() for cell in filled(cells)}
    if plain_name(column) not in _OF_PLACES or not words:
        return True
    return any(stem in word for word in words for stem in _STATUS_STEMS)
