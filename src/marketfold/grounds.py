"""What a run stands on, orders or a table of customers, as far as its stages see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from marketfold.cleaning import sample_customers
from marketfold.diagnostics import cluster_as_published, find_traps
from marketfold.features import plan_features
from marketfold.reduction import reducer_type
from marketfold.selection import NullClouds, NullShops, check_outlook, choose_cutoff, hold_out_future

if TYPE_CHECKING:
    from marketfold.analysis import CustomersPart, DataPart
    from marketfold.cleaning import CleanOrders
    from marketfold.config import RunConfig
    from marketfold.customer_tables import CustomerTable
    from marketfold.diagnostics import LiteratureBaseline, Trap
    from marketfold.features import LazyFeatureTable
    from marketfold.selection import Null, OutlookCheck, Segmentation, TemporalHoldout
    from marketfold.units import FeatureTable

Checked = tuple["FeatureTable", "TemporalHoldout | None", "OutlookCheck | None"]


class Ground(Protocol):
    """What a run stands on, orders or a table of customers, as far as the stages see it."""

    @property
    def data(self) -> DataPart | CustomersPart:
        """What was read."""
        ...

    def features(self) -> FeatureTable | LazyFeatureTable:
        """One row per unit; with the engine where they are too many for memory."""
        ...

    def sample(self, n_units: int, seed: int) -> Ground:
        """The same of fewer customers, those of `FeatureTable.sample`, as far as the choice of segments asks."""
        ...

    def holdout(self, table: FeatureTable) -> TemporalHoldout | None:
        """The customers of an earlier day, by the features of the table; None where there is none to know of."""
        ...

    def checked(self, table: FeatureTable, holdout: TemporalHoldout | None) -> Checked:
        """Both, without what is expected of customers where a later period did not bring it; and the check."""
        ...

    def null(self) -> Null:
        """What draws units without groups."""
        ...

    def traps(self, segmentation: Segmentation) -> tuple[Trap, ...]:
        """What may be wrong with the segments."""
        ...

    def baseline(self) -> LiteratureBaseline | None:
        """What published analyses would find."""
        ...

    def behind_plan(self) -> CleanOrders | CustomerTable:
        """What campaigns are counted from."""
        ...


@dataclass(frozen=True)
class OrdersGround:
    """Orders, of which those before the as-of day are seen."""

    data: DataPart
    seen: CleanOrders
    config: RunConfig

    def features(self) -> FeatureTable | LazyFeatureTable:
        """More customers than `in_memory` stay with the engine, other units never."""
        lazy = plan_features(self.seen, self.config.features)
        stays = self._of_customers and self.seen.activity.n_customers > self.config.clustering.in_memory
        return lazy if stays else lazy.collect()

    def sample(self, n_units: int, seed: int) -> OrdersGround:
        """Those of fewer customers; of other units nobody asks for the lines."""
        return replace(self, seen=sample_customers(self.seen, n_units, seed)) if self._of_customers else self

    def holdout(self, table: FeatureTable) -> TemporalHoldout | None:
        """None where the orders are too short for one, or the question is not about customers."""
        span = self.seen.activity.span if self._of_customers else None
        cutoff = choose_cutoff(*span) if span else None
        return hold_out_future(self.seen, cutoff, self.config.features, table.names) if cutoff else None

    def checked(self, table: FeatureTable, holdout: TemporalHoldout | None) -> Checked:
        """By what the orders of the later period brought."""
        return check_outlook(table, holdout, self.seen)

    def null(self) -> Null:
        """Shops like this one, whose customers differ by chance alone."""
        return NullShops(self.seen)

    def traps(self, segmentation: Segmentation) -> tuple[Trap, ...]:
        """Those of the orders among them."""
        return find_traps(segmentation, self.data.clean)

    def baseline(self) -> LiteratureBaseline | None:
        """What published analyses do with such lines; None where it is not lines that are segmented."""
        if self.config.features.unit != "order_line":
            return None
        asked = self.config.reduction.method
        network = asked if asked != "auto" and reducer_type(asked).stochastic else None
        return cluster_as_published(self.data.orders, network=network, seed=self.config.seed)

    def behind_plan(self) -> CleanOrders:
        """The orders that are seen."""
        return self.seen

    @property
    def _of_customers(self) -> bool:
        return self.config.features.unit == "customer"


@dataclass(frozen=True)
class CustomersGround:
    """A table of customers: what takes orders is not there."""

    data: CustomersPart

    def features(self) -> FeatureTable:
        """The columns of the table."""
        return self.data.table.features

    def sample(self, n_units: int, seed: int) -> CustomersGround:  # noqa: ARG002
        """The same: nobody asks for lines."""
        return self

    def holdout(self, table: FeatureTable) -> None:
        """None: no earlier day is known."""

    def checked(self, table: FeatureTable, holdout: TemporalHoldout | None) -> Checked:
        """As they are: there is no later period."""
        return table, holdout, None

    def null(self) -> Null:
        """Clouds of one group."""
        return NullClouds()

    def traps(self, segmentation: Segmentation) -> tuple[Trap, ...]:
        """Those of the segments alone."""
        return find_traps(segmentation)

    def baseline(self) -> None:
        """None: it is of order lines."""

    def behind_plan(self) -> CustomerTable:
        """The table."""
        return self.data.table
