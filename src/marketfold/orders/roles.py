"""Which column means what: names, aliases of shops and languages, and last the content."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.aliases import ALIASES
from marketfold.orders.dates import looks_like_dates, read_day
from marketfold.orders.numbers import read_number
from marketfold.schema import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ID_STAND_INS = ("email", "customer_name", "phone")
"""Personal roles that can say who bought where there is no customer number, the surest first."""

NEEDED = (
    "Needed are who bought (customer_id or customer_name), when (ordered_on) and how much (amount, or quantity and "
    "unit_price), one row for each product on each order."
)


NO_HEADER = Fault("the first row holds values, not the names of columns.", "put a row with names above it.")


@dataclass(frozen=True)
class Match:
    """What the columns of a source mean.

    Attributes
    ----------
    mapping
        Source column of each role.
    extra
        Source columns without a role.
    faults
        Why this cannot be a table of order lines.
    decisions
        What was decided about the matching.
    id_is_personal
        A name, an e-mail or a phone serves as the customer id.
    """

    mapping: dict[str, str]
    extra: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    decisions: tuple[Decision, ...] = ()
    id_is_personal: bool = False


@dataclass
class _Draft:
    mapping: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    id_is_personal: bool = False


_ARTICLES = re.compile(r"\b(de|del|de la|du|des|di|do|da|the|of)\b")
_ASIDE = re.compile(r"\([^)]*\)")


def plain_name(name: str) -> str:
    """A column name without case, accents, signs and articles.

    >>> plain_name("Línea de pedido_No.")
    'lineapedidono'
    """
    letters = unicodedata.normalize("NFKD", _ARTICLES.sub(" ", name.casefold().replace("°", "o")))
    return re.sub(r"[^a-z0-9#]", "", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def sureness(role: str, column: str) -> int | None:
    """How surely a column name means a role: 0 is the surest, None is not at all."""
    names = dict.fromkeys((plain_name(column), plain_name(_ASIDE.sub("", column))))
    for penalty, name in enumerate(names):
        if name == plain_name(role):
            return penalty
        for rank, aliases in enumerate(ALIASES[role], start=1):
            if name in aliases:
                return rank + penalty
    return None


def _closest(role: str, columns: Sequence[str]) -> str | None:
    """The column whose name is most like a role or one of its aliases."""
    best, best_score = None, 0.6
    for column in columns:
        name = plain_name(column)
        for alias in (plain_name(role), *(alias for tier in ALIASES[role] for alias in tier)):
            score = difflib.SequenceMatcher(None, name, alias).ratio()
            if len(alias) >= 4 and alias in name:
                score = max(score, 0.8)
            if score > best_score:
                best, best_score = column, score
    return best


def _apply_overrides(mapping: Mapping[str, str], columns: Sequence[str]) -> _Draft:
    draft = _Draft({})
    folded = {column.casefold(): column for column in columns}
    for role, wanted in mapping.items():
        column = wanted if wanted in columns else folded.get(wanted.casefold())
        if role not in ROLES:
            close = difflib.get_close_matches(role, ROLES, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}? " if close else ""
            draft.faults.append(Fault(f"{role!r} is not a role.", f"{hint}The roles are {', '.join(ROLES)}."))
        elif column is None:
            near = difflib.get_close_matches(wanted, columns, n=1, cutoff=0.4) or list(columns[:1])
            draft.faults.append(
                Fault(f"--map {role}={wanted}: there is no column {wanted!r}.", f"--map {role}={near[0]}")
                if near
                else Fault(f"--map {role}={wanted}: there is no column {wanted!r}.")
            )
        else:
            draft.mapping[role] = column
    return draft


def _know_shopify(draft: _Draft, columns: Sequence[str]) -> None:
    """Shopify calls the order's number `Name`, which elsewhere is a customer's."""
    names = {plain_name(column): column for column in columns}
    if "name" in names and "lineitemname" in names:
        draft.mapping.setdefault("order_id", names["name"])


def _is_data(columns: Sequence[str]) -> bool:
    """Whether what should be names are values."""
    values = [column for column in columns if read_number(column) is not None or read_day(column)]
    return len(values) >= 2 and len(values) * 3 >= len(columns)


def _match_names(draft: _Draft, columns: Sequence[str]) -> None:
    """Give each column left its surest role; two columns that are equally sure are a fault."""
    taken = set(draft.mapping.values())
    for role in ROLES:
        if role in draft.mapping:
            continue
        ranked = [
            (rank, column) for column in columns if column not in taken and (rank := sureness(role, column)) is not None
        ]
        if not ranked:
            continue
        best = min(rank for rank, _ in ranked)
        surest = [column for rank, column in ranked if rank == best]
        if len(surest) > 1:
            names = " and ".join(repr(column) for column in surest)
            draft.faults.append(Fault(f"{names} can both be {role}.", f"--map {role}={surest[0]}"))
        draft.mapping[role] = surest[0]
        taken.add(surest[0])


def _match_content(draft: _Draft, sample: Mapping[str, Sequence[object]]) -> None:
    """Find the date by what a column holds, where no name tells."""
    if "ordered_on" in draft.mapping:
        return
    taken = set(draft.mapping.values())
    dated = [column for column, values in sample.items() if column not in taken and looks_like_dates(values)]
    if len(dated) == 1:
        draft.mapping["ordered_on"] = dated[0]
        draft.decisions.append(Decision("day_by_content", (dated[0],)))
    elif dated:
        names = ", ".join(repr(column) for column in dated)
        draft.faults.append(
            Fault(f"{names} hold dates, and none is named as the order's.", f"--map ordered_on={dated[0]}")
        )


def _stand_in_for_customer(draft: _Draft) -> None:
    """Let a name, e-mail or phone serve where there is no customer number."""
    if "customer_id" in draft.mapping:
        personal = [role for role in ID_STAND_INS if draft.mapping.get(role) == draft.mapping["customer_id"]]
        by_name = [role for role in ID_STAND_INS if sureness(role, draft.mapping["customer_id"]) is not None]
        for role in by_name[:1]:
            draft.mapping.setdefault(role, draft.mapping["customer_id"])
        draft.id_is_personal = bool(personal or by_name)
        return
    for role in ID_STAND_INS:
        if role in draft.mapping:
            draft.mapping["customer_id"] = draft.mapping[role]
            draft.id_is_personal = True
            draft.decisions.append(Decision("customer_by_name", (draft.mapping[role],)))
            return


def _missing(role: str, columns: Sequence[str], taken: set[str]) -> Fault:
    close = _closest(role, [column for column in columns if column not in taken])
    what = f"no column for {role} ({ROLES[role].meaning})."
    if close:
        return Fault(f"{what} Closest: {close!r}.", f"--map {role}={close}")
    return Fault(what, f"--map {role}=COLUMN")


def _check_complete(draft: _Draft, columns: Sequence[str]) -> None:
    found, taken = draft.mapping, set(draft.mapping.values())
    faulted = " ".join(fault.what + fault.hint for fault in draft.faults)
    if "customer_id" not in found and "customer_id" not in faulted:
        draft.faults.append(_missing("customer_id", columns, taken))
    if "ordered_on" not in found and "ordered_on" not in faulted:
        draft.faults.append(_missing("ordered_on", columns, taken))
    if "amount" in found or "amount" in faulted:
        return
    lacking = [role for role in ("quantity", "unit_price") if role not in found]
    if len(lacking) == 2:
        draft.faults.append(_missing("amount", columns, taken))
    if len(lacking) == 1:
        what = _missing(lacking[0], columns, taken)
        draft.faults.append(Fault(f"no column for amount, and {what.what}", what.hint))


def _check_single_use(draft: _Draft) -> None:
    """One column has one meaning, save that a name or e-mail can be the customer id as well."""
    users: dict[str, list[str]] = {}
    for role, column in draft.mapping.items():
        users.setdefault(column, []).append(role)
    for column, roles in users.items():
        others = [role for role in roles if role != "customer_id" or not set(roles) & set(ID_STAND_INS)]
        if len(others) > 1:
            what = f"{column!r} is given to {' and '.join(others)}."
            draft.faults.append(Fault(what, "name one column for each role with --map."))


def match_roles(sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str]) -> Match:
    """Match the columns of a source to roles.

    Parameters
    ----------
    sample
        The first values of each column, by column name in the order of the source.
    mapping
        Roles that the user has given: role to column.

    Examples
    --------
    >>> sample = {"InvoiceNo": ["1"], "InvoiceDate": ["2024-02-01"], "CustomerID": ["7"], "Total": ["9.5"]}
    >>> match_roles(sample, {}).mapping["order_id"]
    'InvoiceNo'
    """
    columns = list(sample)
    draft = _apply_overrides(mapping, columns)
    if not mapping and _is_data(columns):
        return Match({}, faults=(NO_HEADER,))
    _know_shopify(draft, columns)
    _match_names(draft, columns)
    _stand_in_for_customer(draft)
    _match_content(draft, sample)
    _check_complete(draft, columns)
    _check_single_use(draft)
    found = {role: draft.mapping[role] for role in ROLES if role in draft.mapping}
    extra = tuple(column for column in columns if column not in found.values())
    return Match(found, extra, tuple(draft.faults), tuple(draft.decisions), draft.id_is_personal)
