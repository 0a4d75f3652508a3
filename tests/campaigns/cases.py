from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from marketfold.campaigns import CampaignPlan, plan_campaigns
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CampaignOptions
from marketfold.engine import Engine
from marketfold.features import build_features, build_matrix
from marketfold.orders import Orders
from marketfold.segments import SegmentProfile, number_and_name, profile_segments
from marketfold.selection import Segmentation

if TYPE_CHECKING:
    from marketfold.schema import Ids, Labels


class Case(NamedTuple):
    """Orders with segments, as the earlier stages hand them over."""

    orders: Orders
    clean: CleanOrders
    segmentation: Segmentation
    profiles: tuple[SegmentProfile, ...]

    @property
    def ids(self) -> Ids:
        return self.segmentation.ids

    @property
    def labels(self) -> Labels:
        return self.segmentation.labels

    def plan(self, **options: object) -> CampaignPlan:
        return plan_campaigns(self.segmentation, self.profiles, self.clean, CampaignOptions.model_validate(options))


def case_of(orders: Orders, groups: dict[str, str] | None = None, k: int = 3) -> Case:
    """Segment customers by given groups, or by revenue into k parts."""
    clean = clean_orders(orders)
    matrix = build_matrix(build_features(clean))
    table = matrix.table
    if groups is None:
        rank = np.argsort(np.argsort(-table.revenue, kind="stable"), kind="stable")
        labels = (rank * k // len(rank)).astype(np.int32)
    else:
        names, codes = np.unique([groups[one] for one in table.ids.tolist()], return_inverse=True)
        order = np.argsort(-np.bincount(codes, weights=table.revenue))
        labels = np.argsort(order)[codes].astype(np.int32)
        assert len(names) == labels.max() + 1
    segmentation, _ = number_and_name(Segmentation.of(matrix, labels))
    return Case(orders, clean, segmentation, profile_segments(segmentation))


def table_of(rows: Sequence[tuple[str, str, str, float]], **columns: Sequence[str]) -> pa.Table:
    """Order lines from (order, customer, day, amount), and further columns."""
    order, customer, day, amount = zip(*rows, strict=True)
    return pa.table(
        {"order_id": order, "customer_id": customer, "ordered_on": day, "amount": amount}
        | {name: list(values) for name, values in columns.items()}
    )


def as_engine(case: Case, engine: Engine) -> CleanOrders:
    """The same purchases, held by another engine."""
    purchases = engine.from_arrow(case.clean.engine.collect(case.clean.purchases))
    returns = engine.from_arrow(case.clean.engine.collect(case.clean.returns))
    return replace(
        case.clean,
        bought=purchases,
        taken_back=None,
        returns=returns,
        orders=replace(case.orders, engine=engine),
    )
