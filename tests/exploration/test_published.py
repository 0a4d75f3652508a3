"""What others know about two public files, found by the exploration."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import Exploration, explore
from marketfold.orders import read_orders


@pytest.fixture(scope="module")
def sales(shared_data: Path) -> Exploration:
    return explore(clean_orders(read_orders(shared_data / "sales_data_sample.csv")))


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Exploration:
    return explore(clean_orders(read_orders(shared_data / "CDNOW_master.txt")))


def test_the_sales_sample(sales: Exploration):
    status, products = sales.count_of("status"), sales.count_of("product_id")
    assert status is not None
    assert products is not None
    assert dict(zip(status.names, status.lines.tolist(), strict=True)) == {
        "Shipped": 2617, "Cancelled": 60, "Resolved": 47, "On Hold": 44, "In Process": 41, "Disputed": 14,
    }  # fmt: skip
    assert (products.n_values, products.lines_total) == (109, 2763)
    assert products.revenue_total == pytest.approx(9_838_141.37)
    assert sales.geography is not None
    assert len(sales.geography.names) == 19
    assert sales.lines.orders == 303
    assert dict(zip(sales.missing.labels, sales.missing.empty.tolist(), strict=True))["STATE"] == 1486
    assert (sales.concentration.n_apart, sales.concentration.customers_for_most) == (2, 58)


def test_the_traps_of_the_sales_sample(sales: Exploration):
    (cap,), (cut,) = sales.caps, sales.cuts
    assert (cap.label, cap.value, cap.differs_at_cap_share, cap.differs_below_share) == ("PRICEEACH", 100, 1, 0)
    assert round(cap.line_share, 2) == 0.46
    assert (cut.label, cut.number_label, cut.cuts) == ("DEALSIZE", "SALES", (3000.0, 7000.0))
    assert sales.dependence is not None
    assert dict(sales.dependence.date_parts) == {"QTR_ID": "quarter", "MONTH_ID": "month", "YEAR_ID": "year"}
    told = {finding.code: finding for finding in sales.findings}
    assert (told["peak"].numbers["month"], round(told["peak"].numbers["ratio"], 1)) == (11, 3.2)


def test_cdnow(cdnow: Exploration):
    assert cdnow.cohorts is not None
    assert cdnow.cohorts.sizes[:3].tolist() == [7814, 8455, 7231]
    assert cdnow.repeats.revenue.sum() == pytest.approx(2_500_315.63)
    assert (cdnow.concentration.n_apart, len(cdnow.concentration.customer_share)) == (0, 201)
    told = {finding.code: finding for finding in cdnow.findings}
    assert told["one_intake"].texts == {"until": ("1997-03-31",)}
    assert told["peak_of_one_year"].numbers["year"] == 1997
    assert round(told["growth"].numbers["growth_share"], 2) == -0.67
    assert told["duplicates"].numbers["lines"] > 0
    assert 900 <= len(cdnow.sample.values) <= 1_100
