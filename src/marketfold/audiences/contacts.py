"""Who the customers of an audience are: read from the source at the moment of export, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.countries import country_code
from marketfold.errors import AudienceError
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from marketfold.audiences.people import People


PLACES = ("country", "state")
OF_ONE_ROW = ("contact_first_name", "contact_last_name", "city", "postal_code", "customer_name", "address")
ROLES_READ = ("email", "phone", *OF_ONE_ROW)
MOST_VALUES = 3
"""E-mails and phones of one customer that are looked at, newest first; Meta takes no more."""


@dataclass(slots=True)
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

    def texts(self, role: str) -> list[str]:
        """All that the source gives of a role; nothing but e-mails and phones is several."""
        if role in {"email", "phone"}:
            return self.emails if role == "email" else self.phones
        text: str = getattr(self, role)
        return [text] if text else []

    @property
    def company(self) -> str:
        """Name of the customer where the contact has one of her own, and it is another: that of a company."""
        own = f"{self.contact_first_name} {self.contact_last_name}".strip()
        return self.customer_name if own and own.casefold() != self.customer_name.casefold() else ""

    @property
    def job_title(self) -> str:
        """Nothing: no column of an order file means a person's job."""
        return ""

    def country_code(self, default: str | None = None) -> str | None:
        """ISO code of her country; the default where the source has none, nothing where it cannot be read."""
        return country_code(self.country) if self.country else default


def _rows(
    orders: People, ids: Sequence[str], columns: Sequence[str], consent_column: str | None
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


def _take(contact: Contact, row: dict[str, Any]) -> None:
    """Take name and address from one row as a whole: halves of two addresses are not an address."""
    for name in (*OF_ONE_ROW, *PLACES):
        setattr(contact, name, (row.get(name) or "").strip())


def read_contacts(
    orders: People, ids: Sequence[str], roles: Collection[str], *, consent_column: str | None = None
) -> dict[str, Contact]:
    """Read the contacts of some customers: of personal roles none but those that the platform needs.

    In the column of the source that records consent, the entry on the newest order that has one counts. `AudienceError`
    if the source has no such column.
    """
    if consent_column and consent_column not in {*orders.facts.extra_columns, *orders.facts.mapping.values()}:
        has = ", ".join(orders.facts.extra_columns) or "no columns without a role"
        raise AudienceError(f"{orders.facts.name} has no column '{consent_column}' for consent. It has: {has}.")
    contacts = {customer: Contact(customer) for customer in ids}
    seen: set[str] = set()
    complete: set[str] = set()
    for row in _rows(orders, ids, [role for role in ROLES_READ if role in roles], consent_column):
        customer = row["customer_id"]
        contact = contacts[customer]
        _add(contact.emails, row.get("email"))
        _add(contact.phones, row.get("phone"))
        if contact.consent is None and row["consent"] not in {None, ""}:
            contact.consent = row["consent"]
        whole = any(row.get(name) for name in ("contact_last_name", "postal_code", "city"))
        if customer not in seen or (whole and customer not in complete):
            _take(contact, row)
        seen.add(customer)
        if whole:
            complete.add(customer)
    return contacts
