"""Who the customers of an audience are: read from the source at the moment of export, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.errors import AudienceError
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marketfold.orders import Orders

MATCHED = ("contact_first_name", "contact_last_name", "phone", "email", "city", "postal_code")
"""What an ad platform matches people by: nothing else is read for one."""

POSTAL = ("customer_name", "address")
"""What a letter needs beside."""

PLACES = ("country", "state")
MOST_VALUES = 3
"""E-mails and phones of one customer that are looked at, newest first; Meta takes no more."""

YES = frozenset({
    "yes", "y", "1", "1.0", "true", "t", "x", "on", "oui", "o", "ja", "j", "si", "s", "sí", "sim", "tak",
    "kyllä", "da", "evet", "opt-in", "optin", "opted-in", "granted", "given", "agreed", "subscribed", "consent",
    "consented",
})  # fmt: skip
NO = frozenset({
    "no", "n", "0", "0.0", "false", "f", "off", "non", "nein", "nej", "nee", "não", "nao", "nie", "ei", "ne",
    "hayir", "opt-out", "optout", "opted-out", "denied", "refused", "withdrawn", "unsubscribed", "none",
})  # fmt: skip


@dataclass
class Contact:
    """One customer, as the source gives her; newest values first."""

    customer_id: str
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    contact_first_name: str = ""
    contact_last_name: str = ""
    city: str = ""
    postal_code: str = ""
    customer_name: str = ""
    address: str = ""
    country: str = ""
    state: str = ""
    consent: str | None = None

    def __repr__(self) -> str:
        return "Contact(...)"  # never a person in a traceback or a log


def consents(text: str | None) -> bool | None:
    """Whether a consent cell says yes; None where it says neither yes nor no.

    >>> [consents(cell) for cell in ("Y", "TRUE", "oui", "1", "nein", "", "perhaps")]
    [True, True, True, True, False, False, None]
    """
    word = (text or "").strip().casefold()
    if not word or word in NO:
        return False
    return True if word in YES else None


def _rows(
    orders: Orders, ids: Sequence[str], columns: Sequence[str], consent_column: str | None
) -> list[dict[str, Any]]:
    """Distinct contact details of the wanted customers, the newest first."""
    extra = (consent_column,) if consent_column else ()
    personal = orders.personal(*extra)
    names = personal.collect_schema().names()
    have = [name for name in (*columns, *extra) if name in names]
    places = [name for name in PLACES if name in orders.lines.collect_schema().names()]
    wanted = orders.engine.from_arrow(pa.table({"customer_id": pa.array(ids, pa.string())}))
    where = orders.lines.select(SOURCE_LINE, "ordered_on", *places)
    rows = personal.select(SOURCE_LINE, "customer_id", *have).join(wanted, on="customer_id", how="inner")
    joined = rows.join(where, on=SOURCE_LINE, how="left")
    keys = ["customer_id", *have, *places]
    distinct = joined.group_by(*keys).agg(latest=nw.col("ordered_on").max(), line=nw.col(SOURCE_LINE).max())
    table = orders.engine.collect(distinct)
    found: list[dict[str, Any]] = table.to_pylist()
    for row in found:
        row["consent"] = row.pop(consent_column) if consent_column else None
    found.sort(key=lambda row: (row["latest"] or date.min, row["line"]), reverse=True)
    return found


def _add(values: list[str], value: str | None) -> None:
    cell = (value or "").strip()
    if cell and cell not in values and len(values) < MOST_VALUES:
        values.append(cell)


def _merge(contact: Contact, row: dict[str, Any], *, address_taken: bool) -> None:
    """Take what a row adds: more e-mails and phones, and the newest of everything else.

    A name or an address is taken from one row as a whole: halves of two addresses are not an address.
    """
    _add(contact.emails, row.get("email"))
    _add(contact.phones, row.get("phone"))
    if contact.consent is None and row.get("consent") not in {None, ""}:
        contact.consent = row["consent"]
    if not address_taken:
        for name in ("contact_first_name", "contact_last_name", "city", "postal_code", *POSTAL, *PLACES):
            setattr(contact, name, (row.get(name) or "").strip())


def read_contacts(
    orders: Orders, ids: Iterable[str], *, consent_column: str | None = None, postal: bool = False
) -> dict[str, Contact]:
    """Read the contacts of some customers.

    Parameters
    ----------
    orders
        Where they come from.
    ids
        Whom to read.
    consent_column
        Column of the source that records consent; the entry on the newest order that has one counts.
    postal
        Read what a letter needs, too.

    Raises
    ------
    AudienceError
        If the source has no such column.
    """
    wanted = list(ids)
    if consent_column and consent_column not in {*orders.facts.extra_columns, *orders.facts.mapping.values()}:
        listed = ", ".join(orders.facts.extra_columns) or "no columns without a role"
        message = f"{orders.facts.name} has no column '{consent_column}' for consent. It has: {listed}."
        raise AudienceError(message)
    contacts = {customer: Contact(customer) for customer in wanted}
    seen: set[str] = set()
    for row in _rows(orders, wanted, (*MATCHED, *POSTAL) if postal else MATCHED, consent_column):
        customer = row["customer_id"]
        complete = any(row.get(name) for name in ("contact_last_name", "postal_code", "city"))
        _merge(contacts[customer], row, address_taken=customer in seen)
        if complete:
            seen.add(customer)
    return contacts
