"""What a column of a table of customers can mean beside what it measures: who, where, and what was bought so far."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.errors import Fault
from marketfold.orders import alias_rank, plain_name
from marketfold.schema import PERSONAL, ROLES
from marketfold.units import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class BoughtRole:
    """A column that tells in one number what orders would tell: the feature that it is, and its names.

    `dated` columns hold a day and are measured in days; the columns of others may be `summed`, as where orders online
    and in shops are counted apart.
    """

    name: str
    meaning: str
    feature: Feature
    names: frozenset[str]
    dated: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RECENCY = Feature("recency_days", "days since the last order", "days", "timing")
_COUNT = Feature("order_count", "orders", "count", "value", "order_count")
_REVENUE = Feature("revenue_total", "revenue", "money", "value", "revenue_total")

BOUGHT: dict[str, BoughtRole] = {
    role.name: role
    for role in (
        BoughtRole(
            "last_on",
            "day of the last order",
            _RECENCY,
            _words(
                "lastorderdate lastpurchasedate lastorder lastpurchase lastorderedon lastpurchasedon lastinvoicedate "
                "lasttransactiondate lastorderat lastboughton datelastorder datelastpurchase lastsaledate "
                "letztebestellung letzterkauf letztesbestelldatum letzteskaufdatum datedernierecommande "
                "dernierecommande dernierachat ultimopedido ultimacompra fechaultimacompra fechaultimopedido "
                "ultimoordine dataultimoordine laatstebestelling sonsiparistarihi"
            ),
            dated=True,
        ),
        BoughtRole("recency_days", "days since the last order", _RECENCY, _words(
            "recency recencydays dayssincelastorder dayssincelastpurchase dayssincelasttransaction "
            "tageseitletzterbestellung tageseitletztemkauf joursdepuisdernierachat"
        )),
        BoughtRole(
            "first_on",
            "day of the first order",
            Feature("tenure_days", "days since the first order", "days", "timing"),
            _words(
                "firstorderdate firstpurchasedate firstorder firstpurchase firstorderedon firstpurchasedon "
                "firstinvoicedate firsttransactiondate firstorderat datefirstorder erstebestellung ersterkauf "
                "datepremierecommande premierecommande premierachat primerpedido primeracompra fechaprimeracompra "
                "primoordine eerstebestelling ilksiparistarihi"
            ),
            dated=True,
        ),
        BoughtRole("order_count", "number of orders", _COUNT, _words(
            "orders ordercount orderscount numberoforders numorders norders totalorders ordernum ordernumtotal "
            "ordernumbertotal frequency purchasecount numberofpurchases totalpurchases numpurchases "
            "transactioncount numberoftransactions totaltransactions anzahlbestellungen bestellungen anzahlkaufe "
            "nbcommandes nombrecommandes nombreachats numeropedidos numpedidos numerocompras numeroordini "
            "aantalbestellingen"
        )),
        BoughtRole("revenue_total", "money of all orders", _REVENUE, _words(
            "revenuetotal totalrevenue revenue totalspent totalspend totalspending moneyspent amountspent "
            "lifetimevalue customerlifetimevalue ltv clv customervalue customervaluetotal totalsales monetary "
            "monetaryvalue totalamount totalpurchaseamount totalordervalue totalpurchasevalue umsatz gesamtumsatz "
            "umsatzgesamt chiffredaffaires montanttotal totaldepense gastototal importetotal fatturato omzet"
        )),
    )
}  # fmt: skip
"""What else would be counted from orders, by role; the surest first where two are the same feature."""

_CHANNEL = r"(ever|total|all|lifetime)*(online|offline|web|store|stores|instore|shop|shops|app|mobile|catalog|phone)"
WHO = ("customer_id", *sorted(PERSONAL))
PLACES = ("country", "territory", "state")
TABLE_ROLES = (*BOUGHT, *WHO, *PLACES)
"""What `--map` can say of a column of such a table."""


def is_about_bought(role: str) -> bool:
    """Whether a role exists in tables of customers only, so that naming it says what the source is."""
    return role in BOUGHT and role not in ROLES


def parts_of(role: BoughtRole, columns: Sequence[str]) -> list[str]:
    """Columns that divide a sum by channel, as `order_num_total_ever_online` and `..._offline`.

    >>> parts_of(BOUGHT["order_count"], ["order_num_total_ever_online", "order_num_total_ever_offline", "age"])
    ['order_num_total_ever_online', 'order_num_total_ever_offline']
    """
    found = [column for column in columns if _is_part(role, column)]
    return found if len(found) > 1 else []


def part_of(feature: str) -> str | None:
    """The feature of which a column is a part by channel; None for any other column.

    >>> part_of("order_num_total_ever_online"), part_of("Age")
    ('order_count', None)
    """
    return next((role.feature.name for role in BOUGHT.values() if _is_part(role, feature)), None)


def _is_part(role: BoughtRole, column: str) -> bool:
    return not role.dated and any(re.fullmatch(name + _CHANNEL, plain_name(column)) for name in role.names)


def _named(role: str, columns: Sequence[str]) -> str | None:
    """The column whose name is surest to mean a role that orders have as well."""
    ranked = [(rank, place) for place, c in enumerate(columns) if (rank := alias_rank(role, c)) is not None]
    if ranked:
        return columns[min(ranked)[1]]
    bare = [c for c in columns if role == "customer_name" and plain_name(c) == "name"]
    return bare[0] if bare else None


def _tells(role: BoughtRole, columns: Sequence[str]) -> str | None:
    """The column whose name says that it tells what was bought."""
    names = role.names | {plain_name(role.name)}
    return next((column for column in columns if plain_name(column) in names), None)


@dataclass(frozen=True)
class Meanings:
    """Column of each role, columns that add up to one, and what is wrong with what was given."""

    of: dict[str, str]
    summed: dict[str, tuple[str, ...]]
    faults: tuple[Fault, ...] = ()

    @property
    def personal(self) -> frozenset[str]:
        """Columns about a person."""
        return frozenset(column for role, column in self.of.items() if role in PERSONAL)


def _given(mapping: Mapping[str, str], columns: Sequence[str]) -> tuple[dict[str, str], list[Fault]]:
    """What the user said, and which of it cannot be."""
    folded, found, faults = {c.casefold(): c for c in columns}, dict[str, str](), list[Fault]()
    for role, wanted in mapping.items():
        if role not in TABLE_ROLES:
            what = f"{role!r} is not a role of a table of customers"
            known = f"The roles are {', '.join(TABLE_ROLES)}."
            faults.append(Fault(f"{what}: it is one of orders." if role in ROLES else f"{what}.", known))
        elif wanted.casefold() not in folded:
            faults.append(Fault(f"--map {role}={wanted}: there is no column {wanted!r}.", f"--map {role}={columns[0]}"))
        else:
            found[role] = wanted if wanted in columns else folded[wanted.casefold()]
    return found, faults


def find_meanings(mapping: Mapping[str, str], columns: Sequence[str]) -> Meanings:
    """What the columns mean by their names, and by what the user said of them."""
    found, faults = _given(mapping, columns)
    summed: dict[str, tuple[str, ...]] = {}
    for role in TABLE_ROLES:
        free = [c for c in columns if c not in found.values() and not any(c in parts for parts in summed.values())]
        if role in found:
            continue
        named = _named(role, free) if role not in BOUGHT else _tells(BOUGHT[role], free)
        if named is None and role in BOUGHT and (parts := parts_of(BOUGHT[role], free)):
            summed[role] = tuple(parts)
        if named is not None and not _measured_already(role, found):
            found[role] = named
    return Meanings(found, summed, tuple(faults))


def _measured_already(role: str, found: Mapping[str, str]) -> bool:
    """Whether another role gives the same feature."""
    same = [other for other in found if other in BOUGHT and role in BOUGHT]
    return any(BOUGHT[other].feature.name == BOUGHT[role].feature.name for other in same)
