"""Order lines, each on its side: what cleaning hands on, and every later stage asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.activity import Activity
from marketfold.frames import Framed, InEngine
from marketfold.schema import SOURCE_LINE
from marketfold.words import currency_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.cleaning.netting import TakenBack
    from marketfold.cleaning.report import CleaningReport
    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine
    from marketfold.orders import Orders


@dataclass(frozen=True)
class CleanOrders(InEngine, Framed):
    """Order lines, each on its side.

    Attributes
    ----------
    bought
        Kept lines, with the columns of the orders, as they were bought; `amount` is above zero.
    returns
        Cancelled and returned lines that have a customer and a date; `amount` is the value that went back, zero or
        more, and so is `quantity`.
    taken_back
        What of `bought` came back later. None where nothing did.
    set_aside
        Every line that is not a purchase: `source_line`, `reason` (a code of `REASONS`), `detail`.
    orders
        What was read, for what is asked of the file as it is (statuses, empty cells, columns without a role).
    before
        Purchases and returns on or after this day are left out; None where all are there.
    """

    bought: nw.LazyFrame[Any]
    returns: nw.LazyFrame[Any]
    set_aside: nw.LazyFrame[Any]
    report: CleaningReport
    orders: Orders
    taken_back: TakenBack | None = None
    before: date | None = None

    def to_arrow(self) -> pa.Table:
        """Every line that was bought and stayed, in the order of the source."""
        return self.engine.collect(self.purchases.sort(SOURCE_LINE))

    def __repr__(self) -> str:  # the details of what was set aside may be of a person: they are not shown
        ledger = self.report.ledger
        before = f", of which those before {self.before} are looked at" if self.before else ""
        return f"<CleanOrders: {ledger.lines_kept:,} of {ledger.lines_read:,} lines kept{before}>"

    @property
    def purchases(self) -> nw.LazyFrame[Any]:
        """What was bought and stayed: without lines that came back in whole, others less what came back of them.

        They are told apart whenever they are asked, or read from where the engine keeps them once they are `at_hand`.
        """
        return self.at_hand if "at_hand" in vars(self) else self._stayed

    @cached_property
    def _stayed(self) -> nw.LazyFrame[Any]:
        return self.bought if self.taken_back is None else self.taken_back.stayed()

    @cached_property
    def at_hand(self) -> nw.LazyFrame[Any]:
        """`purchases` computed once and kept by the engine, for whoever has many questions.

        With all columns: a feature of one's own may ask for any of them.
        """
        return self.engine.materialise(self._stayed)

    def from_hand(self) -> CleanOrders:
        """The same, with lines of which nothing came back read from what is `at_hand`, where it is."""
        if "at_hand" not in vars(self):
            return self
        taken = self.taken_back
        if taken is None:
            return replace(self, bought=self.at_hand)
        rest = self.at_hand.join(taken.touched.select(SOURCE_LINE), on=SOURCE_LINE, how="anti")
        return replace(self, taken_back=replace(taken, rest=rest))

    @cached_property
    def currency(self) -> str | None:
        """Code of the one currency of the money: as it was given or its cells show, or as its own column says it."""
        if self.facts.currency or "currency" not in self.bought.collect_schema().names():
            return self.facts.currency
        named = self.bought.filter(~nw.col("currency").is_null()).group_by("currency").agg(n=nw.len())
        values = {str(one) for one in self.engine.collect(named)["currency"].to_pylist()}
        codes = {currency_code(one) or one for one in values}
        return codes.pop() if len(codes) == 1 else None

    def before_day(self, day: date) -> CleanOrders:
        """The same as on the eve of a day: what was bought before it, less what came back before it."""
        earlier, near = nw.col("ordered_on") < day, self.from_hand()
        return replace(
            near,
            bought=near.bought.filter(earlier),
            returns=near.returns.filter(earlier),
            taken_back=near.taken_back and near.taken_back.before_day(day),
            before=day,
        )

    def from_day(self, day: date) -> CleanOrders:
        """The same without what was bought before a day, and what came back before it."""
        later, near = nw.col("ordered_on") >= day, self.from_hand()
        return replace(
            near,
            bought=near.bought.filter(later),
            returns=near.returns.filter(later),
            taken_back=near.taken_back and near.taken_back.bought_where(later),
        )

    @property
    def engine(self) -> Engine:
        """Holds the frames."""
        return self.orders.engine

    @property
    def facts(self) -> SourceFacts:
        """How the source was read."""
        return self.orders.facts

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of the purchases."""
        return tuple(self.bought.collect_schema().names())

    @cached_property
    def activity(self) -> Activity:
        """What each customer did; computed when it is first asked for."""
        return Activity(self.purchases, self.returns, self.engine)

    def product_titles(self, ids: Sequence[str]) -> dict[str, str]:
        """What these products are called: for each id its commonest name; empty where the source names none."""
        if not ids or not {"product_id", "product_name"} <= set(self.columns):
            return {}
        named = self.purchases.filter(nw.col("product_id").is_in(list(ids)), ~nw.col("product_name").is_null())
        counted = named.group_by("product_id", "product_name").agg(nw.len().alias("n"))
        rows = self.engine.collect(counted).to_pylist()
        rows.sort(key=lambda row: (row["n"], row["product_name"]))
        return {row["product_id"]: title for row in rows if (title := " ".join(row["product_name"].split()))}

    def _repr_html_(self) -> str:
        return self.report._repr_html_()
