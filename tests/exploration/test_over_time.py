from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import Exploration, OverTime, explore
from marketfold.exploration.over_time import (
    CLOSED_DAYS,
    _peak,
    _slot_start,
    _slots,
    _whole,
    _year_on_year,
    count_calendar,
    whole_years,
)
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


@pytest.mark.parametrize(("n", "period"), [(34, "day"), (35, "week"), (119, "week"), (120, "month")])
def test_short_spans_are_shown_finer(n: int, period: str):
    assert on_days([date(2024, 3, 1), date(2024, 3, 1) + timedelta(days=n - 1)]).period == period


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


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("2024-01-01", "2024-03-31", [True, True, True]),
        ("2024-01-04", "2024-03-28", [True, True, True]),  # as long without orders as the shop often is
        ("2024-01-05", "2024-03-28", [False, True, True]),
        ("2024-01-04", "2024-03-27", [True, True, False]),
    ],
)
def test_a_month_is_in_part_where_more_days_are_without_orders_than_usual(first: str, last: str, whole: list[bool]):
    begun, ended = (int(np.datetime64(day).astype(np.int64)) for day in (first, last))
    months = np.arange(54 * 12, 54 * 12 + 3)
    assert _whole(months, "month", begun, ended, 3.0).tolist() == whole


def test_a_peak_needs_three_whole_months_that_brought_something():
    months, whole = np.arange(54 * 12, 54 * 12 + 3), np.ones(3, np.bool_)
    peak = _peak(months, np.array([1.0, 4.0, 1.0]), whole)
    assert peak is not None
    assert (peak.month, peak.year, peak.years, peak.ratio) == (2, 2024, (), 2.0)
    assert _peak(months[:2], np.array([1.0, 4.0]), whole[:2]) is None
    assert _peak(months, np.array([1.0, 4.0, 1.0]), np.array([True, True, False])) is None
    assert _peak(months, np.zeros(3), whole) is None


def test_a_year_is_held_against_the_same_whole_months_of_the_year_before():
    months = np.arange(53 * 12, 55 * 12)  # 2023 and 2024
    revenue = np.where(months < 54 * 12, 10.0, 12.0)
    whole = np.ones(24, np.bool_)
    whole[[0, 23]] = False
    (growth,) = _year_on_year(months, revenue, whole)
    assert (growth.year, growth.months.tolist()) == (2024, list(range(2, 12)))
    assert (growth.revenue, growth.revenue_before) == (120.0, 100.0)
    assert growth.growth_share == pytest.approx(0.2)
    assert _year_on_year(months, np.where(months < 54 * 12, 0.0, 12.0), whole) == ()  # nothing to grow from


def test_the_first_day_the_last_and_what_follows_it_in_its_month():
    over_time = on_days([date(2024, 1, 3), date(2024, 2, 20), date(2024, 3, 10)])
    assert (str(over_time.first_day), str(over_time.last_day)) == ("2024-01-03", "2024-03-10")
    assert over_time.last_gap_days == 21
    assert over_time.usual_gap_days == pytest.approx(19 + 0.99 * 29)  # of 48 and 19 days
    assert over_time.month_orders.tolist() == [1, 1, 1]
    daily = on_days(days_from(date(2024, 1, 3), 3))
    assert daily.usual_gap_days == CLOSED_DAYS
    assert daily.month_whole.tolist() == [False]


@pytest.mark.parametrize(
    ("period", "days", "slots", "starts"),
    [
        ("day", [0, 1], [0, 1], ["1970-01-01", "1970-01-02"]),
        ("week", [3, 4, 10, 11], [0, 1, 1, 2], ["1969-12-29", "1970-01-05", "1970-01-05", "1970-01-12"]),
        ("month", [0, 30, 31, 365], [0, 0, 1, 12], ["1970-01-01", "1970-01-01", "1970-02-01", "1971-01-01"]),
    ],
)
def test_days_weeks_and_months_are_numbered(
    period: Literal["day", "week", "month"], days: list[int], slots: list[int], starts: list[str]
):
    """From the first of January 1970 on, which was a Thursday."""
    found = _slots(np.array(days), period)
    assert found.tolist() == slots
    assert _slot_start(found, period).astype(str).tolist() == starts


def test_a_year_is_whole_that_has_twelve_months():
    assert whole_years(np.array([2022] * 11 + [2023] * 12 + [2024] * 12 + [2025])) == (2023, 2024)


def test_an_average_year_is_the_mean_of_whole_ones():
    """In each month of 2023 as many orders as its number, in 2024 two more."""
    days = [date(year, m, d + 1) for year in (2023, 2024) for m in range(1, 13) for d in range(m + 2 * (year - 2023))]
    month, quarter = count_calendar(on_days(days))
    assert month.years == quarter.years == (2023, 2024)
    assert month.orders.tolist() == [number + 1 for number in range(1, 13)]
    assert month.revenue.tolist() == [10 * (number + 1) for number in range(1, 13)]
    assert quarter.orders.tolist() == [9, 18, 27, 36]
    assert quarter.revenue.tolist() == [90, 180, 270, 360]
    assert quarter.names == ("Q1", "Q2", "Q3", "Q4")
