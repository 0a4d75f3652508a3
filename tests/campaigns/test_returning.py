from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from tests.campaigns.cases import Case, as_engine, case_of, purchases_of, table_of

from marketfold.campaigns import SegmentCohorts
from marketfold.campaigns.returning import follow_segments
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.segments import number_and_name, profile_segments
from marketfold.selection import Segmentation
from marketfold.spark_engine import SparkEngine


def followed(case: Case, clean: CleanOrders | None = None) -> SegmentCohorts | None:
    clean = clean or case.clean
    purchases = purchases_of(case, clean)
    span = case.clean.activity.span
    assert span
    return follow_segments(purchases, span)


def over_days(days: int, n: int = 60) -> Case:
    """Orders of nine customers, evenly over so many days."""
    on = [date(2024, 1, 1) + timedelta(days=round(place * (days - 1) / (n - 1))) for place in range(n)]
    return case_of(
        read_orders(table_of([(f"O{k}", f"C{k % 9}", day.isoformat(), 2.0 + k % 9) for k, day in enumerate(on)]))
    )


@pytest.fixture(scope="module")
def case() -> Case:
    shop = make_shop(lines=4_000, random_state=2)
    groups = dict(zip(shop.truth["customer_id"].to_pylist(), shop.truth["group"].to_pylist(), strict=True))
    return case_of(read_orders(shop.lines), groups)


def test_an_independent_count_comes_to_the_same_customers(case: Case):
    found = followed(case)
    assert found is not None
    lines = case.clean.engine.collect(case.clean.purchases.select("customer_id", "ordered_on", "order_id")).to_pandas()
    orders = lines.groupby(["customer_id", "order_id"])["ordered_on"].min().reset_index()
    orders["quarter"] = pd.to_datetime(orders["ordered_on"]).dt.to_period("Q")
    label = dict(zip(case.ids.tolist(), case.labels.tolist(), strict=True))
    first = orders.groupby("customer_id")["quarter"].min()
    quarters = pd.period_range(orders["quarter"].min(), orders["quarter"].max(), freq="Q")
    for segment, cohorts in enumerate(found.of_segments):
        assert cohorts.unit == "quarter"
        assert cohorts.starts.astype("datetime64[D]").astype(str).tolist() == [
            str(q.start_time.date()) for q in quarters
        ]
        for row, came in enumerate(quarters):
            own = {customer for customer, when in first.items() if when == came and label[customer] == segment}
            assert cohorts.sizes[row] == len(own)
            for later in range(len(quarters)):
                seen = orders[orders["customer_id"].isin(own) & (orders["quarter"] == came + later)]
                expected = seen["customer_id"].nunique() if row + later < len(quarters) else -1
                assert cohorts.active[row, later] == expected
    assert sum(int(cohorts.sizes.sum()) for cohorts in found.of_segments) == len(case.ids)


@pytest.mark.parametrize(
    ("days", "unit"), [(70, "month"), (360, "month"), (400, "quarter"), (1_090, "quarter"), (1_200, "year")]
)
def test_periods_are_as_short_as_a_small_figure_can_show(days: int, unit: str):
    found = followed(over_days(days))
    assert found is not None
    assert {cohorts.unit for cohorts in found.of_segments} == {unit}
    assert len(found.of_segments[0].starts) <= 12


def test_one_period_is_not_followed():
    assert followed(over_days(31)) is None


@pytest.mark.parametrize(("days", "whole"), [(60, True), (59, True), (50, False)])
def test_a_last_period_that_goes_on_is_known(days: int, whole: bool):
    found = followed(over_days(days))  # January and February 2024 have 60 days
    assert found is not None
    assert found.whole is whole


@pytest.mark.parametrize(("days", "whole"), [(423, False), (455, True)])
def test_a_quarter_goes_on_though_a_month_of_it_is_over(days: int, whole: bool):
    found = followed(over_days(days))  # to 26 February or 30 March 2025; the last two days may be closed
    assert found is not None
    assert found.of_segments[0].unit == "quarter"
    assert found.whole is whole


def test_units_that_are_no_customers_are_not_followed():
    orders = read_orders(make_shop(lines=600, random_state=1).lines)
    clean = clean_orders(orders)
    matrix = build_matrix(build_features(clean, FeatureOptions(unit="order")))
    labels = (np.arange(len(matrix.table)) % 3).astype(np.int32)
    segmentation, _ = number_and_name(Segmentation.of(matrix, labels))
    of_orders = Case(orders, clean, segmentation, profile_segments(segmentation))
    plan = of_orders.plan()
    assert plan.cohorts is None
    assert plan.baskets is not None


def same(here: SegmentCohorts | None, there: SegmentCohorts | None) -> bool:
    assert here
    assert there
    pairs = zip(here.of_segments, there.of_segments, strict=True)
    return all(np.array_equal(one.active, other.active) for one, other in pairs)


def test_polars_follows_the_same_customers(case: Case):
    assert same(followed(case, as_engine(case, PolarsEngine())), followed(case))


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_spark_follows_the_same_customers():
    case = over_days(200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert same(followed(case, as_engine(case, SparkEngine())), followed(case))
