from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.campaigns import CampaignPlan, plan_campaigns
from marketfold.campaigns.customers import Customers, Purchases, condense, members_of
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CampaignOptions
from marketfold.engine import Engine
from marketfold.features import build_features, build_matrix
from marketfold.orders import Orders
from marketfold.schema import MONEY_SCALE, UNIT_ID
from marketfold.segments import SegmentProfile, number_and_name, profile_segments
from marketfold.selection import Segmentation

if TYPE_CHECKING:
    from marketfold.schema import Ids, Labels, Unit


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


def assigned(engine: Engine, labels: dict[str, int], unit: Unit = "customer") -> nw.LazyFrame[Any]:
    """Units and their 0-based segments, as a segmentation gives them to an engine."""
    columns = {UNIT_ID[unit]: list(labels), "segment": pa.array(labels.values(), pa.int64())}
    return engine.from_arrow(pa.table(columns))


def purchases_of(case: Case, clean: CleanOrders | None = None, labels: Labels | None = None) -> Purchases:
    """What the customers of a case bought, by segments of its own or others; by its own engine or another."""
    clean = clean or case.clean
    labels = case.labels if labels is None else labels
    segments = dict(zip(case.ids.tolist(), labels.tolist(), strict=True))
    return condense(clean, members_of(clean, assigned(clean.engine, segments)), int(labels.max()) + 1)


def customers_of(
    engine: Engine, labels: Sequence[int], n_segments: int, observed: tuple[date, date] = (date(2024, 1, 1),) * 2,
    **columns: Sequence[float | None],
) -> Customers:  # fmt: skip
    """Customers of so many segments who each ordered once, on the first day, but for what is given."""
    n = len(labels)
    usual = {name: [1.0] * n for name in ("order_count", "line_count", "revenue", "recency_days")}
    measured = usual | {"gap_days": [None] * n} | columns
    numbers = {name: pa.array(values, pa.float64()) for name, values in measured.items()}
    numbers["revenue_scaled"] = pa.array(np.array(measured["revenue"]) * MONEY_SCALE)
    who = {"customer_id": [f"C{one}" for one in range(n)], "segment": pa.array(labels, pa.int64())}
    frame = engine.from_arrow(pa.table(who | numbers))
    return Customers(frame, frame, engine, observed, observed[1] + timedelta(days=1), n_segments)


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
