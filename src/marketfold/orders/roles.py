"""Which column means what: names, aliases of shops and languages, and last the content."""

from __future__ import annotations

import difflib
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.bundles import PARENT_ROLES, find_parents
from marketfold.orders.customers import MAKERS, changes_within, comes_again, on_several_days, one_each
from marketfold.orders.dates import looks_like_dates, read_day
from marketfold.orders.day_parts import find_day_parts
from marketfold.orders.hints import described, filled, holds_documents, holds_statuses, map_flag, settle
from marketfold.orders.item_columns import MOST_NAMED, item_columns
from marketfold.orders.missing_roles import missing_roles
from marketfold.orders.money_columns import MONEY_ROLES, find_money
from marketfold.orders.names import plain_name
from marketfold.orders.numbers import read_number
from marketfold.orders.payment_types import says_paid
from marketfold.orders.refund_totals import give_refund_roles
from marketfold.orders.role_names import sureness
from marketfold.schema import ROLES
from marketfold.words import listed

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


STOPPING = frozenset({"order_id", "customer_id", "ordered_on", "amount", "quantity", "unit_price"})
"""Roles that no run can do without: two columns for one of them are asked about, for any other one is taken."""

_DESCRIBES = frozenset({"description", "designation", "descripcion", "beschreibung", "bezeichnung", "omschrijving"})


@dataclass
class _Draft:
    mapping: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    id_is_personal: bool = False
    items: tuple[str, ...] = ()


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
            near = difflib.get_close_matches(wanted, columns, n=1, cutoff=0.6)
            hint = map_flag(role, near[0]) if near else f"the columns are {listed([repr(name) for name in columns])}."
            draft.faults.append(Fault(f"--map {role}={wanted}: there is no column {wanted!r}.", hint))
        else:
            draft.mapping[role] = column
    return draft


def _know_shopify(draft: _Draft, columns: Sequence[str]) -> None:
    """Shopify calls the order's number `Name`, which elsewhere is a customer's."""
    names = {plain_name(column): column for column in columns}
    if "name" in names and "lineitemname" in names:
        draft.mapping.setdefault("order_id", names["name"])


def _match_day_parts(draft: _Draft, columns: Sequence[str]) -> None:
    """Take the column that was put together from year, month and day, where a source shows one."""
    parts = find_day_parts(columns)
    if parts and parts.label in columns:
        draft.mapping.setdefault("ordered_on", parts.label)


def _is_data(columns: Sequence[str]) -> bool:
    """Whether what should be names are values."""
    values = [column for column in columns if read_number(column) is not None or read_day(column)]
    return len(values) >= 2 and len(values) * 3 >= len(columns)


def _match_names(draft: _Draft, sample: Mapping[str, Sequence[object]]) -> None:
    """Give each column left its surest role; of two that are equally sure the content tells, or it is asked."""
    taken = set(draft.mapping.values())
    for role in ROLES:
        if role in draft.mapping or role in {*MONEY_ROLES, *PARENT_ROLES}:
            continue
        ranked = [
            (rank, column)
            for column, cells in sample.items()
            if column not in taken
            and (rank := sureness(role, column)) is not None
            and (role != "status" or holds_statuses(column, cells))
            and (role != "line_type" or holds_documents(column, cells))
        ]
        if not ranked:
            continue
        best = min(rank for rank, _ in ranked)
        surest = [column for rank, column in ranked if rank == best]
        draft.mapping[role] = surest[0] if len(surest) == 1 else _choose(draft, role, surest, sample)
        taken.add(draft.mapping[role])


def _choose(draft: _Draft, role: str, surest: Sequence[str], sample: Mapping[str, Sequence[object]]) -> str:
    """One of several columns that are equally sure of a role, with a word on it; or a fault, where none can be told."""
    chosen = settle(role, surest, sample)
    if chosen is None and role in STOPPING:
        names = " and ".join(repr(column) for column in surest)
        told = "; ".join(described(role, column, sample[column]) for column in surest)
        ways = " or ".join(map_flag(role, column) for column in surest)
        draft.faults.append(Fault(f"{names} can both be {role}: {told}.", ways))
    elif not (ROLES[role].personal or ROLES[role].passing):
        numbers = {"role": role, "taken": repr(chosen or surest[0])}
        draft.decisions.append(Decision("one_of_several", tuple(surest), numbers=numbers))
    return chosen or surest[0]


def _match_parents(draft: _Draft, sample: Mapping[str, Sequence[object]]) -> None:
    """Find the lines that are parts of others first, for elsewhere an `item_id` is a product."""
    if "parent_line" not in draft.mapping:
        named = [(rank, column) for column in sample if (rank := sureness("order_id", column)) is not None]
        order = draft.mapping.get("order_id") or (min(named)[1] if named else None)
        draft.mapping |= find_parents(sample, set(draft.mapping.values()), order, sureness)


def _doubt_descriptions(draft: _Draft, sample: Mapping[str, Sequence[object]], given: Mapping[str, str]) -> None:
    """Take the description of a payment for no product: it names the payment, or what it is given back of."""
    found, types = draft.mapping, filled(sample[draft.mapping["line_type"]]) if "line_type" in draft.mapping else ()
    if {"quantity", "unit_price"} & set(found) or not any(says_paid(str(text)) for text in types):
        return
    for role in ("product_id", "product_name"):
        if role in found and role not in given and plain_name(found[role]) in _DESCRIBES:
            del found[role]


def _match_money(draft: _Draft, sample: Mapping[str, Sequence[object]], given: Mapping[str, str]) -> None:
    """Give the roles of money, which depend on each other and on what the columns hold."""
    found = find_money(sample, draft.mapping, set(given), sureness)
    draft.mapping |= found.mapping
    if "amount" in found.mapping and draft.mapping["amount"] == draft.mapping.get("unit_price"):
        del draft.mapping["unit_price"]
    draft.decisions += found.decisions
    draft.faults += found.faults
    refunds = give_refund_roles(sample, draft.mapping, given)
    draft.mapping = refunds.mapping
    draft.decisions += refunds.decisions


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
        ways = " or ".join(map_flag("ordered_on", column) for column in dated)
        draft.faults.append(Fault(f"{names} hold dates, and none is named as the order's.", ways))


def _prefer_returning(draft: _Draft, sample: Mapping[str, Sequence[object]], given: Mapping[str, str]) -> None:
    """Take another customer id where that of the first choice is one for each order (Olist's `customer_id`)."""
    own, order = draft.mapping.get("customer_id"), draft.mapping.get("order_id")
    if own is None or order is None or "customer_id" in given or not one_each(sample, own, order):
        return
    taken = set(draft.mapping.values())
    for column in sample:
        if column in taken or sureness("customer_id", column) is None:
            continue
        if "unique" in plain_name(column) or comes_again(sample, column, order):
            draft.mapping["customer_id"] = column
            numbers = {"other": repr(column), "given": shlex.quote(own)}
            draft.decisions.append(Decision("customer_of_each_order", (own,), numbers=numbers))
            return


def _doubt_makers(draft: _Draft, sample: Mapping[str, Sequence[object]], given: Mapping[str, str]) -> None:
    """Leave out a company that makes the products, and let a plain `id` be the customer where nothing else is."""
    name, order, day = (draft.mapping.get(role) for role in ("customer_name", "order_id", "ordered_on"))
    if "customer_id" in draft.mapping or order is None or "order_id" in given:
        return
    rejected = False
    if name and plain_name(name) in MAKERS and "customer_name" not in given:
        rejected = changes_within(sample, name, order, day)
    if rejected and name:
        del draft.mapping["customer_name"]
        draft.decisions.append(Decision("not_a_customer", (name,), numbers={"given": shlex.quote(name)}))
    if plain_name(order) != "id" or any(role in draft.mapping for role in ID_STAND_INS):
        return
    cells = [cell for cell in sample[order] if cell not in {None, ""}]
    if len(set(cells)) < len(cells) and (rejected or (day and on_several_days(sample, order, day))):
        draft.mapping["customer_id"] = draft.mapping.pop("order_id")
        draft.decisions.append(Decision("customer_by_id", (order,)))


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


def _doubt_empty(draft: _Draft, sample: Mapping[str, Sequence[object]], given: Mapping[str, str]) -> None:
    """Take quantity and price where the amount is blank on all first lines; refuse it where nothing else tells."""
    amount = draft.mapping.get("amount")
    if amount is None or not sample[amount] or filled(sample[amount]):
        return
    if "amount" not in given and {"quantity", "unit_price"} <= set(draft.mapping):
        del draft.mapping["amount"]
        draft.decisions.append(Decision("amount_blank", (amount,)))
        return
    what = f"{amount!r} is blank on the first {len(sample[amount])} lines."
    hint = (
        "if it holds formulas, no program has calculated them: open the file in a spreadsheet, save it, and give it "
        "again; --map amount=COLUMN takes another column"
    )
    draft.faults.append(Fault(what, f"{hint}."))


def _check_single_use(draft: _Draft) -> None:
    """One column has one meaning, save that a name or e-mail can be the customer id as well."""
    users: dict[str, list[str]] = {}
    for role, column in draft.mapping.items():
        users.setdefault(column, []).append(role)
    for column, roles in users.items():
        others = [role for role in roles if role != "customer_id" or not set(roles) & set(ID_STAND_INS)]
        others = [role for role in others if role != "before_refunds"]  # it is the amount, or told as other money
        if len(others) > 1:
            what = f"{column!r} is given to {' and '.join(others)}."
            draft.faults.append(Fault(what, "name one column for each role with --map."))


def _without(
    sample: Mapping[str, Sequence[object]], no_role: Sequence[str], draft: _Draft
) -> dict[str, Sequence[object]]:
    """The columns that may have a role."""
    for column in no_role:
        near = [] if column in sample else difflib.get_close_matches(column, sample, n=1, cutoff=0.6)
        if near:  # one that is not there at all needs no role either: later orders may lack it
            what = f"--no-role {column}: there is no column {column!r}."
            draft.faults.append(Fault(what, f"--no-role {shlex.quote(near[0])}"))
    return {column: cells for column, cells in sample.items() if column not in no_role}


def match_roles(
    sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str], no_role: Sequence[str] = ()
) -> Match:
    """Match the columns of a source to roles.

    Parameters
    ----------
    sample
        The first values of each column, by column name in the order of the source.
    mapping
        Roles that the user has given: role to column.
    no_role
        Columns that the user has said have none.

    Examples
    --------
    >>> sample = {"InvoiceNo": ["1"], "InvoiceDate": ["2024-02-01"], "CustomerID": ["7"], "Total": ["9.5"]}
    >>> match_roles(sample, {}).mapping["order_id"]
    'InvoiceNo'
    """
    columns = list(sample)
    draft = _apply_overrides(mapping, columns)
    sample = _without(sample, no_role, draft)
    draft.items = item_columns([column for column in sample if column not in draft.mapping.values()])
    if not mapping and _is_data(columns):
        return Match({}, faults=(NO_HEADER,))
    if draft.items:
        draft.decisions.append(Decision("items_in_columns", draft.items, numbers={"items": draft.items[:MOST_NAMED]}))
        sample = {column: cells for column, cells in sample.items() if column not in draft.items}
    _know_shopify(draft, list(sample))
    _match_day_parts(draft, list(sample))
    _match_parents(draft, sample)
    _match_names(draft, sample)
    _prefer_returning(draft, sample, mapping)
    _doubt_makers(draft, sample, mapping)
    _stand_in_for_customer(draft)
    _match_content(draft, sample)
    _doubt_descriptions(draft, sample, mapping)
    _match_money(draft, sample, mapping)
    _doubt_empty(draft, sample, mapping)
    draft.faults += missing_roles(sample, draft.mapping, draft.items, draft.faults)
    _check_single_use(draft)
    found = {role: draft.mapping[role] for role in ROLES if role in draft.mapping}
    extra = tuple(column for column in columns if column not in found.values())
    return Match(found, extra, tuple(draft.faults), tuple(draft.decisions), draft.id_is_personal)
