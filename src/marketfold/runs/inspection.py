"""What there is to say of a source before anything is made of it, on the terminal, as JSON and in the studio alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketfold.cleaning import check_enough_kept, clean_orders
from marketfold.customer_tables import CustomerTable, read_source
from marketfold.decisions import in_currency
from marketfold.errors import MarketfoldError
from marketfold.orders import inspect_orders

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.config import RunConfig
    from marketfold.decisions import Decision
    from marketfold.orders import Inspection, Orders


@dataclass(frozen=True)
class OrdersSeen:
    """Orders as they are read, and what cleaning would leave of them.

    Attributes
    ----------
    clean
        None where cleaning would leave nothing: all the more is it seen how they were read.
    fault
        Why `run` would refuse them all the same; None where it would not.
    """

    orders: Orders
    found: Inspection
    clean: CleanOrders | None
    fault: MarketfoldError | None

    @property
    def currency(self) -> str | None:
        """Code of the one currency of the money."""
        return self.clean.currency if self.clean else None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided in reading and in cleaning."""
        clean = self.clean
        made = (*clean.facts.decisions, *clean.report.decisions) if clean else self.found.decisions
        return in_currency(made, self.currency)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may be wrong with what was read, each a sentence."""
        return tuple(one.text for one in self.decisions if one.kind.way == "warned")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        ledger = self.clean.report.ledger if self.clean else None
        return {
            "kind": "orders",
            **self.found.to_dict(),
            "set_aside": ledger.lines_set_aside if ledger else {},
            "notes": [one.text for one in self.decisions if one.kind.way != "warned"],
            "warnings": self.warnings,
            "decisions": [one.to_dict() for one in self.decisions],
            "currency": self.currency,
            "ledger": ledger.to_dict() if ledger else None,
        }


@dataclass(frozen=True)
class CustomersSeen:
    """A table of customers as it is read."""

    table: CustomerTable
    fault: MarketfoldError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        read, facts, ledger = self.table, self.table.facts, self.table.ledger
        return {
            "kind": "customers",
            "name": facts.name,
            "encoding": facts.encoding,
            "mapping": facts.mapping,
            "lines": facts.lines,
            "customers": len(read.features),
            "features": {one.feature.name: list(one.columns) for one in read.uses.shaping},
            "describing": read.uses.describing,
            "left_out": read.uses.left_out,
            "set_aside": ledger.lines_set_aside,
            "notes": list(facts.notes),
            "warnings": list(facts.warnings),
            "decisions": [one.to_dict() for one in facts.decisions],
            "ledger": ledger.to_dict(),
        }


def inspect_source(source: object, config: RunConfig) -> OrdersSeen | CustomersSeen:
    """Say how a source is read, and what of it `run` would refuse.

    Parameters
    ----------
    source
        As for `read_orders`; or a source that is open already.

    Raises
    ------
    OrdersError
        If it can be read neither as orders nor as a table of customers.
    """
    read = read_source(source, config.reading)
    if isinstance(read, CustomerTable):
        return CustomersSeen(read)
    found = inspect_orders(read)
    try:
        clean = clean_orders(read, config.cleaning.model_copy(update={"allow_mostly_set_aside": True}))
    except MarketfoldError as error:
        return OrdersSeen(read, found, None, error)
    try:
        check_enough_kept(clean.report.ledger, allow_mostly_set_aside=config.cleaning.allow_mostly_set_aside)
    except MarketfoldError as error:
        return OrdersSeen(read, found, clean, error)
    return OrdersSeen(read, found, clean, None)
