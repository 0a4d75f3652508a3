from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import Exploration, OverTime, explore
from marketfold.exploration.over_time import _peak
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def on_days(days: Sequence[date], amount: float = 10.0) -> OverTime:
    table = pa.table(
        {
            "order_id": [f"O{number}" for number in range(len(days))],
            "customer_id": [f"K{number % 3}" for number in range(len(days))],
            "ordered_on": pa.array(list(days), pa.date32()),
            "amount": [amount] * len(days),
        }
    )
    return explore(clean_orders(read_orders(table))).over_time


def days_from(start: date, n: int) -> list[date]:
    return [start + timedelta(days=number) for number in range(n)]


def test_months_of_an_export(sales: Exploration, sales_kept: pd.DataFrame):
    month = sales_kept["day"].dt.to_period("M")
    over_time = sales.over_time
    assert over_time.period == "month"
    assert [str(start)[:7] for start in over_time.starts] == [str(one) for one in sorted(month.unique())]
    assert over_time.revenue == pytest.approx(sales_kept.groupby(month)["SALES"].sum().to_numpy())
    assert over_time.orders.tolist() == sales_kept.groupby(month)["ORDERNUMBER"].nunique().tolist()
    assert over_time.orders.sum() == sales.lines.orders == sales_kept["ORDERNUMBER"].nunique()
    assert over_time.whole.all()


def test_a_period_without_orders_is_a_zero_not_a_gap():
    over_time = on_days([date(2024, 1, 1), date(2024, 1, 31), date(2024, 4, 30), date(2024, 6, 30)])
    assert over_time.orders.tolist() == [2, 0, 0, 1, 0, 1]


@pytest.mark.parametrize(("n", "period"), [(20, "day"), (60, "week"), (200, "month")])
def test_short_spans_are_shown_finer(n: int, period: str):
    assert on_days(days_from(date(2024, 3, 1), n)).period == period


def test_weeks_start_on_monday():
    over_time = on_days(days_from(date(2024, 3, 1), 60))
    assert {start.astype(object).weekday() for start in over_time.starts} == {0}
    assert over_time.orders.sum() == 60


def test_an_incomplete_month_is_no_part_of_a_comparison():
    over_time = on_days(days_from(date(2023, 1, 1), 365 + 366 - 20))  # until 11 December 2024
    assert not over_time.whole[-1]
    assert over_time.whole[:-1].all()
    assert over_time.last_gap_days == 20
    growth = over_time.year_on_year[0]
    assert growth.months.tolist() == list(range(1, 12))
    assert growth.growth_share == pytest.approx(1 / 334)  # a leap day more


def test_a_closed_weekend_at_the_end_leaves_the_month_whole():
    assert on_days(days_from(date(2024, 1, 1), 89)).month_whole.all()  # until 29 March


def test_a_calendar_needs_a_whole_year(sales: Exploration, purchases: Exploration):
    month, quarter = sales.calendar
    assert month.years == (2021, 2022)
    assert month.revenue.reshape(4, 3).sum(axis=1) == pytest.approx(quarter.revenue)
    assert purchases.calendar[0].years == (2021,)
    half = on_days(days_from(date(2024, 1, 1), 180))
    assert half.peak is not None
    assert half.peak.years == ()


def test_everything_on_one_day():
    over_time = on_days([date(2024, 5, 5)] * 4)
    assert over_time.orders.tolist() == [4]
    assert over_time.year_on_year == ()
    assert np.isfinite(over_time.revenue).all()


def test_the_peak_over_whole_years_stands_in_the_last_of_them():
    """Of 2020 ten months are there, of the three years after it all, of 2024 two: July brings 40, other months 10."""
    months = np.arange(50 * 12 + 2, 54 * 12 + 2)
    revenue = np.where(months % 12 == 6, 40.0, 10.0)
    peak = _peak(months, revenue, np.ones(len(months), dtype=np.bool_))
    assert peak is not None
    assert (peak.month, peak.year, peak.years) == (7, 2023, (2021, 2022, 2023))
    assert (peak.revenue_mean, peak.average_month, peak.ratio) == (40.0, 12.5, 3.2)
