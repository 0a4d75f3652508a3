"""Each sentence about a real file is held against an independent computation with pandas."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.exploration.findings import MOST_FINDINGS, find
from marketfold.exploration.tables import Lines

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration, Finding


def finding(exploration: Exploration, kind: str) -> Finding:
    return next(finding for finding in exploration.findings if finding.kind == kind)


def kinds(exploration: Exploration) -> list[str]:
    return [finding.kind for finding in exploration.findings]


@pytest.mark.parametrize("name", ["sales", "cdnow", "shop"])
def test_findings_are_few_ranked_and_each_has_its_numbers(name: str, request: pytest.FixtureRequest):
    found = request.getfixturevalue(name).findings
    assert 5 <= len(found) <= MOST_FINDINGS
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    for one in found:
        assert re.search(r"\d", one.sentence) or one.kind == "absent"
        assert one.sentence.endswith(".")
        assert one.numbers
        assert np.isfinite(list(one.numbers.values())).all()


def test_a_status_says_little(sales: Exploration, sales_rows: pd.DataFrame):
    told = finding(sales, "status")
    assert told.sentence == "92.7 % of the 2,823 lines read are Shipped: STATUS says little."
    assert told.numbers["line_share"] == pytest.approx((sales_rows["STATUS"] == "Shipped").mean())


def test_a_capped_price(sales: Exploration, sales_kept: pd.DataFrame):
    told = finding(sales, "cap")
    assert told.sentence == (
        "PRICEEACH stops at exactly 100 on 46 % of lines: it is capped. "
        "On exactly these lines QUANTITYORDERED x PRICEEACH is not SALES: go by SALES."
    )
    capped = sales_kept["PRICEEACH"] == 100
    differs = (sales_kept["QUANTITYORDERED"] * sales_kept["PRICEEACH"] - sales_kept["SALES"]).abs() > 0.01
    assert (capped == differs).all()
    assert told.numbers["lines"] == capped.sum()


def test_a_class_that_is_cut_from_a_number(sales: Exploration, sales_kept: pd.DataFrame):
    told = finding(sales, "cuts")
    assert told.sentence.startswith("DEALSIZE follows from SALES (cut at 3,000 and 7,000)")
    sizes = np.select([sales_kept["SALES"] < 3_000, sales_kept["SALES"] < 7_000], ["Small", "Medium"], "Large")
    assert (sizes == sales_kept["DEALSIZE"]).all()


def test_a_peak_over_whole_years(sales: Exploration, sales_kept: pd.DataFrame):
    whole = sales_kept[sales_kept["day"].dt.year < 2005]
    months = whole.groupby([whole["day"].dt.year, whole["day"].dt.month])["SALES"].sum()
    november, average = months.xs(11, level=1).mean(), months.mean()
    told = finding(sales, "peak")
    assert told.numbers["revenue"] == pytest.approx(november)
    assert told.numbers["average_month"] == pytest.approx(average)
    assert told.sentence == (
        f"November brings {november / average:.1f} times an average month "
        f"({november:,.0f} against {average:,.0f}, mean of 2003 and 2004)."
    )


def test_a_peak_of_one_year_is_no_season(cdnow: Exploration):
    assert "one year does not tell a season from an event" in finding(cdnow, "peak").sentence


def test_few_large_customers(sales: Exploration, sales_kept: pd.DataFrame):
    revenue = sales_kept.groupby("CUSTOMERNAME")["SALES"].sum().sort_values(ascending=False)
    told = finding(sales, "concentration")
    assert told.sentence.startswith(
        f"2 customers bring {revenue.iloc[:2].sum() / revenue.sum():.0%}".replace("%", " %")
    )
    assert told.numbers["ratio"] == pytest.approx(revenue.iloc[1] / revenue.iloc[2])
    assert not any(name in told.sentence for name in revenue.index[:5])


def test_concentration_of_many_customers(cdnow: Exploration, cdnow_kept: pd.DataFrame):
    revenue = cdnow_kept.groupby("customer_id")["dollar_value"].sum().sort_values(ascending=False)
    most = int((revenue.cumsum() < 0.8 * revenue.sum() - 1e-6).sum()) + 1
    fifth = revenue.iloc[: round(len(revenue) / 5)].sum() / revenue.sum()
    assert finding(cdnow, "concentration").sentence == (
        f"33 % of customers ({most:,} of {len(revenue):,}) bring 80 % of revenue; "
        f"the largest fifth brings {fifth * 100:.0f} %."
    )


def test_growth_over_the_same_months(sales: Exploration, sales_kept: pd.DataFrame):
    spring = sales_kept[sales_kept["day"].dt.month <= 5].groupby(sales_kept["day"].dt.year)["SALES"].sum()
    told = finding(sales, "growth")
    assert told.numbers["growth_share"] == pytest.approx(spring[2005] / spring[2004] - 1)
    assert told.sentence.startswith("January to May 2005 brought 41 % more than the same months of 2004")


def test_decline(cdnow: Exploration, cdnow_kept: pd.DataFrame):
    half = cdnow_kept[cdnow_kept["day"].dt.month <= 6].groupby(cdnow_kept["day"].dt.year)["dollar_value"].sum()
    told = finding(cdnow, "growth")
    assert told.numbers["growth_share"] == pytest.approx(half[1998] / half[1997] - 1)
    assert "67 % less than the same months of 1997" in told.sentence


def test_one_order_customers(cdnow: Exploration, cdnow_kept: pd.DataFrame):
    days = cdnow_kept.groupby("customer_id")["day"].nunique()
    told = finding(cdnow, "once")
    assert told.numbers["customers"] == (days == 1).sum()
    assert told.sentence.startswith(f"51 % of customers ({(days == 1).sum():,} of {len(days):,}) ordered once")


def test_an_intake_is_not_a_shop(cdnow: Exploration, cdnow_kept: pd.DataFrame, sales: Exploration):
    first = cdnow_kept.groupby("customer_id")["day"].min()
    early = (first <= "1997-03-31").sum()
    assert finding(cdnow, "newcomers").sentence.startswith(f"{early:,} of {len(first):,} customers bought")
    assert "newcomers" not in kinds(sales)


def test_time_between_orders(cdnow: Exploration, cdnow_kept: pd.DataFrame):
    visits = cdnow_kept[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps = visits.groupby("customer_id")["day"].diff().dropna().dt.days
    told = finding(cdnow, "gaps")
    assert told.numbers == {"median_days": gaps.median(), "gaps": len(gaps)}
    assert f"within {gaps.median():.0f} days" in told.sentence
    assert f"{gaps.quantile(0.25):.0f} to {gaps.quantile(0.75):.0f} days" in told.sentence


def test_discounts(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    told = finding(sales, "discount")
    assert told.numbers["given_share"] == pytest.approx((off >= 0.01).mean())
    assert told.numbers["above_share"] == pytest.approx((off <= -0.01).mean())
    assert told.numbers["mean"] == pytest.approx(off.mean())


def test_what_dominates(sales: Exploration, sales_kept: pd.DataFrame):
    share = sales_kept.groupby("PRODUCTLINE")["SALES"].sum().sort_values(ascending=False) / sales_kept["SALES"].sum()
    told = [one for one in sales.findings if one.kind == "dominates" and one.figure == "counts-category"]
    assert (
        told[0].sentence
        == "Classic Cars brings 39 % of revenue, the most of any PRODUCTLINE; Vintage Cars follows with 19 %."
    )
    assert told[0].numbers["revenue_share"] == pytest.approx(share["Classic Cars"])


def test_what_a_file_does_not_have_is_said_and_not_made_up(cdnow: Exploration):
    assert finding(cdnow, "absent").sentence == (
        "There is no column for product, category, country, list price or status: what depends on it is left out."
    )
    assert not {"status", "cap", "cuts", "dominates", "discount", "returns"} & set(kinds(cdnow))


def test_repeated_lines(cdnow: Exploration, cdnow_kept: pd.DataFrame):
    repeated = cdnow_kept.drop(columns="day").duplicated().sum()
    assert finding(cdnow, "duplicates").numbers["lines"] == pytest.approx(repeated, abs=5)


def test_money_is_named_with_its_currency(shop: Exploration, sales: Exploration):
    assert shop.currency == "EUR"
    assert "€" in finding(shop, "peak").sentence
    assert sales.currency is None


def test_returns_and_lines_set_aside(sales: Exploration, sales_rows: pd.DataFrame):
    """Weighed less than ten other things in this file, so they are asked for alone."""
    quiet = replace(
        sales, caps=(), cuts=(), calendar=(), counts=(), discounts=None, gaps=None, correlations=None, findings=()
    )
    told = {one.kind: one for one in find(quiet)}
    value = sales_rows.loc[sales_rows["STATUS"] == "Cancelled", "SALES"].sum()
    assert told["returns"].sentence == (
        f"60 of the 2,823 lines read (2.1 %) were cancelled or returned, worth {value:,.0f}; "
        "they do not count as purchases."
    )
    anonymous = replace(quiet, lines=replace(sales.lines, set_aside={"no_customer": 703}))
    told = {one.kind: one for one in find(anonymous)}
    assert told["set aside"].sentence.startswith("25 % of the lines read (703)")


def test_everybody_came_once(sales: Exploration):
    repeats = replace(
        sales.repeats,
        orders=np.array([1]),
        customers=np.array([92]),
        revenue=np.array([sales.concentration.revenue_total]),
    )
    told = {one.kind: one.sentence for one in find(replace(sales, repeats=repeats))}
    assert told["once"] == "Each of the 92 customers ordered once: nothing can be learned about coming back."


def test_nothing_is_said_of_nothing(cdnow: Exploration):
    lines = Lines(cdnow.lines.read, cdnow.lines.kept, 1, 1, returned=0, returned_value=0.0, duplicates=0, set_aside={})
    told = [one.kind for one in find(replace(cdnow, lines=lines))]
    assert not {"returns", "duplicates", "set aside"} & set(told)
