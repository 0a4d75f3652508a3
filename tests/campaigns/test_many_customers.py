"""Plans of more customers than come home: what is asked of an engine is small, and the plan is the same."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import Case, as_engine

from marketfold.campaigns import ArmDraw, CampaignPlan, plan_campaigns
from marketfold.cleaning import clean_orders
from marketfold.config import FeatureOptions
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine, EngineTable
from marketfold.features import Outlook, build_features, build_matrix, outlook_of, with_outlook
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.segments import number_and_name, profile_segments
from marketfold.selection import Segmentation
from marketfold.spark_engine import SparkEngine

if TYPE_CHECKING:
    import narwhals as nw

    from marketfold.schema import Float64, Unit

N_CUSTOMERS, N_SEGMENTS, MOST_ROWS = 3_000, 3, 1_000


class _Small:
    """Refuses to bring home as many rows as there are customers."""

    most = MOST_ROWS

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        table: pa.Table = super().collect(frame)  # type: ignore[misc]
        assert len(table) <= self.most, f"{len(table):,} rows of {table.column_names} came home"
        return table


class SmallDuckDB(_Small, DuckDBEngine):
    pass


class SmallPolars(_Small, PolarsEngine):
    pass


class SmallSpark(_Small, SparkEngine):
    pass


@dataclass(frozen=True, repr=False)
class Sampled(Segmentation):
    """Segments of which a few units are here."""

    whole: Segmentation | None = None

    @classmethod
    def of_whole(cls, whole: Segmentation, n_rows: int) -> Sampled:
        rows = np.arange(n_rows)
        parts = {one.name: getattr(whole, one.name) for one in fields(whole)}
        return cls(**parts | {"table": whole.table.take(rows), "labels": whole.labels[rows]}, whole=whole)

    @property
    def n_units(self) -> int:
        assert self.whole is not None
        return len(self.whole)

    def assigned(self, engine: Engine) -> nw.LazyFrame[Any]:
        assert self.whole is not None
        return self.whole.assigned(engine)

    def sums(self, function: Any) -> Float64:
        assert self.whole is not None
        return self.whole.sums(function)


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    """Customers of a year and a half, most of whom came back, and who mostly buy one of two kinds of things."""
    rng = np.random.default_rng(4)
    n = 3 * N_CUSTOMERS
    who = np.concatenate([np.arange(N_CUSTOMERS), rng.integers(0, N_CUSTOMERS, n - N_CUSTOMERS)])
    product = rng.integers(0, 4, n) + 4 * (rng.random(n) < np.where(who % 2, 0.8, 0.2))
    return pa.table({
        "order_id": [f"O{place // 2}-{one}" for place, one in enumerate(who.tolist())],
        "customer_id": [f"C{one:04}" for one in who.tolist()],
        "ordered_on": np.datetime64("2024-01-01") + rng.integers(0, 540, n),
        "amount": rng.gamma(2.0, 20.0, n).round(2),
        "product_id": [f"P{one}" for one in product.tolist()],
        "category": [f"Kind {one // 4}" for one in product.tolist()],
    })  # fmt: skip


def case_by(lines: pa.Table, unit: Unit) -> Case:
    """Segments by revenue, whose future the model of buying is to tell."""
    orders = read_orders(lines)
    clean = clean_orders(orders)
    matrix = build_matrix(build_features(clean, FeatureOptions(unit=unit)))
    rank = np.argsort(np.argsort(-matrix.table.revenue, kind="stable"), kind="stable")
    made, _ = number_and_name(Segmentation.of(matrix, (rank * N_SEGMENTS // len(rank)).astype(np.int32)))
    outlook = outlook_of(made.table)
    if isinstance(outlook, Outlook):
        made = replace(made, table=with_outlook(made.table, replace(outlook, checked=True)))
    return Case(orders, clean, made, profile_segments(made))


def rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items() if key != "made"}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def assert_planned_alike(case: Case, engine: Any) -> CampaignPlan:
    earlier = pa.table({"customer_id": [f"C{one:04}" for one in range(0, N_CUSTOMERS, 3)]})
    draw = ArmDraw(previous=earlier.append_column("arm", [["treated", "holdout"] * (len(earlier) // 2)]))
    whole = plan_campaigns(case.segmentation, case.profiles, case.clean, draw=draw)
    few = Sampled.of_whole(case.segmentation, 100)
    plan = plan_campaigns(few, case.profiles, as_engine(case, engine), draw=draw)
    assert rounded(plan.to_dict()) == rounded(whole.to_dict())
    engine.most = 10 * N_CUSTOMERS
    for there, here in ((plan.assignments, whole.assignments), (plan.next_products, whole.next_products)):
        assert isinstance(there, EngineTable)
        assert isinstance(here, pa.Table)
        assert len(here) == N_CUSTOMERS
        assert there.collect().equals(here)
    return plan


@pytest.mark.parametrize("unit", ["customer", "order", "order_line"])
@pytest.mark.parametrize("kind", [SmallDuckDB, SmallPolars])
def test_no_row_for_each_customer_comes_home(lines: pa.Table, unit: Unit, kind: type[SmallDuckDB | SmallPolars]):
    plan = assert_planned_alike(case_by(lines, unit), kind())
    assert any(campaign.held_out for campaign in plan.campaigns)
    if unit == "customer":
        assert all(campaign.baseline and campaign.baseline.forecast for campaign in plan.campaigns)


def test_where_all_are_here_their_arms_come_home(lines: pa.Table):
    case, engine = case_by(lines, "customer"), SmallDuckDB()
    with pytest.raises(AssertionError, match="3,000 rows of"):
        plan_campaigns(case.segmentation, case.profiles, as_engine(case, engine))


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_no_row_for_each_customer_comes_home_from_spark(lines: pa.Table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_planned_alike(case_by(lines, "customer"), SmallSpark())
