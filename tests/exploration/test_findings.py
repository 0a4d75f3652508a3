"""Each finding about an export is held against an independent computation with pandas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.exploration import Cohorts, Lines
from marketfold.exploration.counts import Counts, Missing
from marketfold.exploration.findings import DETECTORS, MOST_FINDINGS, find
from marketfold.exploration.over_time import Peak, YearOnYear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from marketfold.exploration import Exploration, Finding


def finding(exploration: Exploration, code: str) -> Finding:
    return next(finding for finding in exploration.findings if finding.code == code)


def codes(exploration: Exploration) -> set[str]:
    return {finding.code for finding in exploration.findings}


@pytest.mark.parametrize("name", ["sales", "purchases", "shop"])
def test_findings_are_few_ranked_and_each_has_its_numbers(name: str, request: pytest.FixtureRequest):
    found = request.getfixturevalue(name).findings
    assert 5 <= len(found) <= MOST_FINDINGS
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    for one in found:
        assert one.numbers
        assert np.isfinite(list(one.numbers.values())).all()


def test_a_status_says_little(sales: Exploration, sales_rows: pd.DataFrame):
    told = finding(sales, "status")
    assert told.texts == {"value": ("Shipped",), "column": ("STATUS",)}
    assert told.numbers["lines_read"] == len(sales_rows)
    assert told.numbers["line_share"] == pytest.approx((sales_rows["STATUS"] == "Shipped").mean())


def test_a_capped_price(sales: Exploration, sales_kept: pd.DataFrame):
    told = finding(sales, "cap")
    assert told.texts == {"column": ("PRICEEACH",), "quantity": ("QUANTITYORDERED",), "amount": ("SALES",)}
    assert (told.numbers["differs_at_cap_share"], told.numbers["differs_below_share"]) == (1, 0)
    assert told.numbers["value"] == 100
    capped = sales_kept["PRICEEACH"] == 100
    differs = (sales_kept["QUANTITYORDERED"] * sales_kept["PRICEEACH"] - sales_kept["SALES"]).abs() > 0.01
    assert (capped == differs).all()
    assert told.numbers["lines"] == capped.sum()
    assert told.numbers["line_share"] == pytest.approx(capped.mean())


def test_a_class_that_is_cut_from_a_number(sales: Exploration, sales_kept: pd.DataFrame):
    told = finding(sales, "cut")
    assert told.texts == {"column": ("DEALSIZE",), "number": ("SALES",)}
    assert told.numbers == {"cut_1": 3_000, "cut_2": 7_000, "in_money": 1.0}
    sizes = np.select([sales_kept["SALES"] < 3_000, sales_kept["SALES"] < 7_000], ["Small", "Medium"], "Large")
    assert (sizes == sales_kept["DEALSIZE"]).all()


def test_a_peak_over_whole_years(sales: Exploration, sales_kept: pd.DataFrame):
    whole = sales_kept[sales_kept["day"].dt.year < 2023]
    months = whole.groupby([whole["day"].dt.year, whole["day"].dt.month])["SALES"].sum()
    november, average = months.xs(11, level=1).mean(), months.mean()
    told = finding(sales, "peak")
    assert told.numbers["revenue"] == pytest.approx(november)
    assert told.numbers["average_month"] == pytest.approx(average)
    assert told.numbers["month"] == 11
    assert told.numbers["ratio"] == pytest.approx(november / average)
    assert told.texts == {"years": ("2021", "2022")}


def test_a_peak_of_one_year_is_no_season(purchases: Exploration):
    assert finding(purchases, "peak_of_one_year").numbers["year"] == 2021
    assert "peak" not in codes(purchases)


def test_few_large_customers(sales: Exploration, sales_kept: pd.DataFrame):
    revenue = sales_kept.groupby("CUSTOMERNAME")["SALES"].sum().sort_values(ascending=False)
    told = finding(sales, "few_large_customers")
    assert told.numbers["customers"] == 2
    assert told.numbers["revenue_share"] == pytest.approx(revenue.iloc[:2].sum() / revenue.sum())
    assert told.numbers["ratio"] == pytest.approx(revenue.iloc[1] / revenue.iloc[2])
    assert not told.texts


def test_concentration_of_many_customers(purchases: Exploration, purchases_kept: pd.DataFrame):
    revenue = purchases_kept.groupby("customer_id")["dollar_value"].sum().sort_values(ascending=False)
    most = int((revenue.cumsum() < 0.8 * revenue.sum() - 1e-6).sum()) + 1
    fifth = revenue.iloc[: round(len(revenue) / 5)].sum() / revenue.sum()
    told = finding(purchases, "concentration")
    assert (told.numbers["customers"], told.numbers["all_customers"]) == (most, len(revenue))
    assert told.numbers["customer_share"] == most / len(revenue)
    assert told.numbers["top_fifth_share"] == pytest.approx(fifth)


def test_growth_over_the_same_months(sales: Exploration, sales_kept: pd.DataFrame):
    spring = sales_kept[sales_kept["day"].dt.month <= 5].groupby(sales_kept["day"].dt.year)["SALES"].sum()
    told = finding(sales, "growth")
    assert told.numbers["growth_share"] == pytest.approx(spring[2023] / spring[2022] - 1)
    assert told.numbers["year"] == 2023
    assert told.texts == {"months": ("1", "2", "3", "4", "5")}


def test_decline(purchases: Exploration, purchases_kept: pd.DataFrame):
    spring = purchases_kept[purchases_kept["day"].dt.month <= 6]
    half = spring.groupby(spring["day"].dt.year)["dollar_value"].sum()
    told = finding(purchases, "growth")
    assert told.numbers["growth_share"] == pytest.approx(half[2022] / half[2021] - 1)
    assert told.numbers["growth_share"] < -0.5


def test_one_order_customers(purchases: Exploration, purchases_kept: pd.DataFrame):
    days = purchases_kept.groupby("customer_id")["day"].nunique()
    told = finding(purchases, "once")
    assert told.numbers["customers"] == (days == 1).sum()
    assert told.numbers["all_customers"] == len(days)
    assert told.numbers["customer_share"] == (days == 1).mean()


def test_an_intake_is_not_a_shop(purchases: Exploration, purchases_kept: pd.DataFrame, sales: Exploration):
    first = purchases_kept.groupby("customer_id")["day"].min()
    early = (first <= "2021-03-31").sum()
    told = finding(purchases, "one_intake")
    assert told.numbers == {"customers": early, "all_customers": len(first)}
    assert told.texts == {"until": ("2021-03-31",)}
    assert not {"one_intake", "few_newcomers"} & codes(sales)


def test_time_between_orders(purchases: Exploration, purchases_kept: pd.DataFrame):
    visits = purchases_kept[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps = visits.groupby("customer_id")["day"].diff().dropna().dt.days
    told = finding(purchases, "gaps")
    quartiles = {"lower_days": gaps.quantile(0.25), "upper_days": gaps.quantile(0.75)}
    assert told.numbers == {"median_days": gaps.median(), "gaps": len(gaps), **quartiles}


def test_discounts(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    told = finding(sales, "list_price_is_no_ceiling")
    assert told.numbers["given_share"] == pytest.approx((off >= 0.01).mean())
    assert told.numbers["above_share"] == pytest.approx((off <= -0.01).mean())
    assert told.numbers["mean"] == pytest.approx(off.mean())


def test_what_dominates(sales: Exploration, sales_kept: pd.DataFrame):
    share = sales_kept.groupby("PRODUCTLINE")["SALES"].sum().sort_values(ascending=False) / sales_kept["SALES"].sum()
    told = [one for one in sales.findings if one.code == "dominates" and one.figure == "counts-category"]
    assert told[0].texts == {"value": ("Sail Boats",), "next": ("Steam Trains",), "column": ("PRODUCTLINE",)}
    assert told[0].numbers["revenue_share"] == pytest.approx(share["Sail Boats"])
    assert told[0].numbers["next_revenue_share"] == pytest.approx(share["Steam Trains"])


def test_what_a_file_does_not_have_is_said_and_not_made_up(purchases: Exploration):
    absent = ("product_id", "category", "country", "list_price", "status")
    assert finding(purchases, "absent").texts == {"columns": absent}
    assert not {"status", "cap", "cut", "dominates", "discount", "hardly_a_discount", "returns"} & codes(purchases)


def test_repeated_lines(purchases: Exploration, purchases_kept: pd.DataFrame):
    repeated = purchases_kept.drop(columns="day").duplicated().sum()
    assert finding(purchases, "duplicates").numbers["lines"] == pytest.approx(repeated, abs=5)


def test_the_currency_is_known_where_it_is_one(shop: Exploration, sales: Exploration):
    assert shop.currency == "EUR"
    assert sales.currency is None


def test_returns_and_lines_set_aside(sales: Exploration, sales_rows: pd.DataFrame):
    """Weighed less than ten other things in this file, so they are asked for alone."""
    quiet = replace(
        sales, caps=(), cuts=(), calendar=(), counts=(), discounts=None, gaps=None, correlations=None, findings=()
    )
    told = {one.code: one for one in find(quiet)}
    cancelled = sales_rows["STATUS"] == "Cancelled"
    value = sales_rows.loc[cancelled, "SALES"].sum()
    numbers = told["returns"].numbers
    assert (numbers["lines"], numbers["lines_read"]) == (cancelled.sum(), len(sales_rows))
    assert numbers["value"] == pytest.approx(value)
    anonymous = replace(quiet, lines=replace(sales.lines, set_aside={"no_customer": 303}))
    told = {one.code: one for one in find(anonymous)}
    assert told["set_aside"].numbers == {"lines": 303, "line_share": 303 / len(sales_rows)}
    assert told["set_aside"].texts == {"reason": ("no_customer",)}


def test_everybody_came_once(sales: Exploration):
    repeats = replace(
        sales.repeats,
        orders=np.array([1]),
        customers=np.array([92]),
        revenue=np.array([sales.concentration.revenue_total]),
    )
    told = {one.code: one for one in find(replace(sales, repeats=repeats))}
    assert told["nobody_came_back"].numbers["all_customers"] == 92
    assert not {"once", "came_back"} & told.keys()


def test_nothing_is_said_of_nothing(purchases: Exploration):
    read, kept = purchases.lines.read, purchases.lines.kept
    lines = Lines(read, kept, 1, 1, returned=0, returned_value=0.0, duplicates=0, set_aside={})
    told = {one.code for one in find(replace(purchases, lines=lines))}
    assert not {"returns", "duplicates", "set_aside"} & told


@pytest.mark.parametrize(("n", "told"), [(19, False), (20, True)])
def test_of_fewer_than_twenty_gaps_or_discounted_lines_nothing_is_told(sales: Exploration, n: int, *, told: bool):
    assert sales.gaps is not None
    assert sales.discounts is not None
    few = replace(
        sales, caps=(), cuts=(), calendar=(), counts=(), correlations=None, findings=(),
        gaps=replace(sales.gaps, days=np.array([30]), counts=np.array([n])),
        discounts=replace(sales.discounts, n_lines=n, given_share=0.5, above_share=0.0),
    )  # fmt: skip
    assert ({"gaps", "discount"} <= {one.code for one in find(few)}) is told
    assert ({"gaps", "discount"} & {one.code for one in find(few)} == set()) is not told


def all_told(exploration: Exploration, **changed: object) -> list[Finding]:
    """All that is found where something else is known, however little it weighs."""
    other = replace(exploration, **changed)  # type: ignore[arg-type]
    return [one for detector in DETECTORS for one in detector(other)]


def told_of(exploration: Exploration, **changed: object) -> set[str]:
    return {one.code for one in all_told(exploration, **changed)}


def of_customers(exploration: Exploration, n: int) -> dict[str, object]:
    return {"concentration": replace(exploration.concentration, n_customers=n)}


@pytest.mark.parametrize(
    ("sizes", "n", "code"),
    [
        ([97, 2, 0, 0, 1, 0, 0, 0], 100, "one_intake"),  # 99 of 100 in a quarter of the time
        ([97, 1, 1, 0, 1, 0, 0, 0], 100, "few_newcomers"),
        ([97, 0, 1, 1, 1, 0, 0, 0], 100, "few_newcomers"),  # in half of it
        ([97, 0, 1, 0, 2, 0, 0, 0], 100, None),
        ([100, 0, 0, 0, 0, 0], 100, "one_intake"),
        ([100, 0, 0, 0, 0], 100, None),  # five months are no course
        ([10, 0, 0, 0, 0, 0], 10, "one_intake"),
        ([9, 0, 0, 0, 0, 0], 9, None),
    ],
)
def test_an_intake_is_told_by_when_its_customers_came(sales: Exploration, sizes: list[int], n: int, code: str | None):
    starts = np.arange("2023-01", "2024-01", dtype="datetime64[M]").astype("datetime64[D]")[: len(sizes)]
    cohorts = Cohorts("month", starts, np.array(sizes), np.zeros((len(sizes), len(sizes)), np.int64))
    found = told_of(sales, cohorts=cohorts, **of_customers(sales, n)) & {"one_intake", "few_newcomers"}
    assert found == ({code} if code else set())
    assert not told_of(sales, cohorts=None) & {"one_intake", "few_newcomers"}


@pytest.mark.parametrize(
    ("once", "code"), [(0, "came_back"), (24, "came_back"), (25, "once"), (99, "once"), (100, "nobody_came_back")]
)
def test_from_a_quarter_on_who_came_once_is_told(sales: Exploration, once: int, code: str):
    repeats = replace(
        sales.repeats,
        orders=np.array([1, 2]),
        customers=np.array([once, 100 - once]),
        revenue=np.array([1.0, 1.0]),
    )
    codes_of_it = {"came_back", "once", "nobody_came_back"}
    assert told_of(sales, repeats=repeats, **of_customers(sales, 100)) & codes_of_it == {code}
    assert told_of(sales, repeats=repeats, **of_customers(sales, 10)) & codes_of_it == {code}
    assert not told_of(sales, repeats=repeats, **of_customers(sales, 9)) & codes_of_it


@pytest.mark.parametrize(("growth", "told"), [(0.03, True), (0.029, False), (-0.03, True), (-0.029, False)])
def test_three_per_cent_more_or_less_are_a_growth(sales: Exploration, growth: float, *, told: bool):
    before, last = (YearOnYear(year, np.array([1]), 1.0, 1.0, share) for year, share in ((2022, 0.9), (2023, growth)))
    over_time = replace(sales.over_time, year_on_year=(before, last))
    assert ("growth" in told_of(sales, over_time=over_time)) is told
    assert "growth" not in told_of(sales, over_time=replace(over_time, year_on_year=()))


@pytest.mark.parametrize(("ratio", "told"), [(1.5, True), (1.49, False)])
def test_half_as_much_again_is_a_peak(sales: Exploration, ratio: float, *, told: bool):
    for years, code in (((2021, 2022), "peak"), ((), "peak_of_one_year")):
        over_time = replace(sales.over_time, peak=Peak(11, 2022, years, ratio, 1.0, ratio))
        assert (code in told_of(sales, over_time=over_time)) is told
    assert "peak" not in told_of(sales, over_time=replace(sales.over_time, peak=None))


@pytest.mark.parametrize(("whole", "months", "told"), [(False, 3, True), (False, 2, False), (True, 3, False)])
def test_a_last_month_that_is_cut_short_is_told_of_three_or_more(
    sales: Exploration, months: int, *, whole: bool, told: bool
):
    over_time = replace(
        sales.over_time,
        month_starts=sales.over_time.month_starts[:months],
        month_whole=np.array([True] * (months - 1) + [whole]),
    )
    assert ("incomplete" in told_of(sales, over_time=over_time)) is told


@pytest.mark.parametrize(
    ("given", "above", "code"),
    [
        (0.2, 0.2, "list_price_is_no_ceiling"),
        (0.2, 0.19, "discount"),
        (0.05, 0.2, "discount"),
        (0.049, 0.05, None),
        (0.049, 0.049, "hardly_a_discount"),
    ],
)
def test_what_is_said_of_list_prices(sales: Exploration, given: float, above: float, code: str | None):
    discounts = replace(sales.discounts, n_lines=100, given_share=given, above_share=above)  # type: ignore[type-var]
    found = told_of(sales, discounts=discounts) & {"list_price_is_no_ceiling", "discount", "hardly_a_discount"}
    assert found == ({code} if code else set())


@pytest.mark.parametrize(("cancelled", "told"), [(100, True), (99, False)])
def test_a_tenth_set_aside_is_told_with_its_commonest_reason(sales: Exploration, cancelled: int, *, told: bool):
    lines = replace(sales.lines, read=1_000, set_aside={"zero_price": 5, "cancelled": cancelled})
    found = [one for one in all_told(sales, lines=lines) if one.code == "set_aside"]
    assert [one.texts["reason"] for one in found] == ([("cancelled",)] if told else [])


@pytest.mark.parametrize(("empty", "told"), [([0, 20, 30], ["c"]), ([20, 0, 0], ["a"]), ([19, 0, 0], [])])
def test_a_column_of_which_a_fifth_is_empty_is_told(sales: Exploration, empty: list[int], told: list[str]):
    """One is told, the first of those given, which are sorted."""
    order = np.argsort(-np.array(empty), kind="stable")
    labels = tuple("abc"[place] for place in order)
    missing = Missing(labels, labels, np.array(empty)[order], 100, ())
    found = [one for one in all_told(sales, missing=missing) if one.code == "missing"]
    assert [one.texts["column"] for one in found] == [(label,) for label in told]
    assert "absent" not in told_of(sales, missing=missing)


@pytest.mark.parametrize(("r", "told"), [(0.75, True), (-0.75, True), (0.74, False)])
def test_a_strong_correlation_is_told(sales: Exploration, r: float, *, told: bool):
    assert sales.correlations is not None
    values = np.eye(len(sales.correlations.columns))
    values[0, 1] = values[1, 0] = r
    found = all_told(sales, correlations=replace(sales.correlations, values=values))
    told_here = [one for one in found if one.code == "correlation"]
    assert [(one.numbers["r"], one.texts["columns"]) for one in told_here] == (
        [(r, sales.correlations.labels[:2])] if told else []
    )


def counted(column: str, names: list[str | None], lines: list[int], **changed: float) -> dict[str, object]:
    """Counts of one column, its revenue in proportion to its lines."""
    numbers = {"n_values": len(names), "lines_total": sum(lines), "revenue_total": float(sum(lines))} | changed
    array = np.array(lines)
    counts = Counts(column, column.upper(), "kept", np.array(names, object), array, 1.0 * array, **numbers)  # type: ignore[arg-type]
    return {"counts": (counts,)}


@pytest.mark.parametrize(
    ("names", "lines", "told"),
    [
        (["Shipped", "Held"], [85, 15], True),
        (["Shipped", "Held"], [84, 16], False),
        (["Shipped"], [100], False),
        ([None, "Held"], [85, 15], False),
    ],
)
def test_a_status_that_nearly_all_lines_have_says_little(
    sales: Exploration, names: list[str | None], lines: list[int], *, told: bool
):
    assert ("status" in told_of(sales, **counted("status", names, lines))) is told
    assert "status" not in told_of(sales, counts=())


@pytest.mark.parametrize(
    ("names", "lines", "changed", "told"),
    [
        (["DE", "FR", "IT"], [40, 30, 30], {}, True),
        (["DE", "FR", "IT", "ES"], [30, 25, 25, 20], {}, True),
        (["DE", "FR", "IT", "ES"], [29, 25, 25, 21], {}, False),
        (["DE", "FR"], [60, 40], {}, False),
        ([None, "FR", "IT"], [40, 30, 30], {}, False),
        (["DE", None, "IT"], [40, 35, 25], {}, False),
        (["DE", "FR", "IT"], [40, 30, 30], {"revenue_total": 0.0}, False),
        (["DE", "FR", "IT"], [40, 30, 30], {"revenue_total": -1.0}, False),
    ],
)
@pytest.mark.parametrize("column", ["country", "category"])
def test_three_tenths_of_the_revenue_dominate(
    sales: Exploration, column: str, names: list[str | None], lines: list[int], changed: dict[str, float], *, told: bool
):
    found = [one for one in all_told(sales, **counted(column, names, lines, **changed)) if one.code == "dominates"]
    assert [one.figure for one in found] == ([f"counts-{column}"] if told else [])
    assert "dominates" not in told_of(sales, **counted("status", names, lines, **changed))


@pytest.mark.parametrize(
    ("n", "most", "code"),
    [(100, 50, "concentration"), (100, 51, "spread_widely"), (10, 1, "concentration"), (9, 1, None)],
)
def test_whether_few_customers_bring_most(sales: Exploration, n: int, most: int, code: str | None):
    even = replace(sales.concentration, n_customers=n, customers_for_most=most, top_revenue=np.ones(min(n, 100)))
    found = told_of(sales, concentration=even) & {"concentration", "spread_widely", "few_large_customers"}
    assert found == ({code} if code else set())


def test_of_ten_customers_no_few_are_told_apart(sales: Exploration):
    for n, code in ((11, "few_large_customers"), (10, "concentration")):
        large = replace(
            sales.concentration,
            n_customers=n,
            revenue_total=100.0 + n - 1,
            customers_for_most=1,
            top_revenue=np.array([100.0] + [1.0] * (n - 1)),
        )
        assert code in told_of(sales, concentration=large)


WEIGHTS: dict[str, Callable[[Mapping[str, float]], float]] = {
    "set_aside": lambda n: 0.6 + 0.4 * n["line_share"],
    "nobody_came_back": lambda _: 0.95,
    "cap": lambda n: 0.8 + 0.15 * min(2 * n["line_share"], 1),
    "one_intake": lambda _: 0.9,
    "cut": lambda _: 0.86,
    "once": lambda n: 0.6 + 0.3 * n["customer_share"],
    "few_large_customers": lambda _: 0.72,
    "concentration": lambda _: 0.68,
    "few_newcomers": lambda _: 0.66,
    "peak": lambda n: 0.5 + 0.1 * min(n["ratio"], 4),
    "peak_of_one_year": lambda n: 0.4 + 0.1 * min(n["ratio"], 4),
    "growth": lambda n: 0.55 + 0.25 * min(abs(n["growth_share"]), 1),
    "date_parts": lambda _: 0.56,
    "status": lambda _: 0.55,
    "list_price_is_no_ceiling": lambda _: 0.54,
    "gaps": lambda _: 0.52,
    "spread_widely": lambda _: 0.5,
    "came_back": lambda _: 0.5,
    "discount": lambda _: 0.5,
    "incomplete": lambda _: 0.5,
    "dominates": lambda n: 0.4 + 0.3 * n["revenue_share"],
    "absent": lambda n: 0.3 + 0.08 * n["columns"],
    "missing": lambda n: 0.35 + 0.2 * n["empty_share"],
    "constant": lambda _: 0.42,
    "same": lambda _: 0.4,
    "follows": lambda _: 0.4,
    "returns": lambda n: 0.35 + min(n["line_share"], 0.5),
    "duplicates": lambda n: 0.3 + min(n["line_share"], 0.5),
    "hardly_a_discount": lambda _: 0.2,
    "correlation": lambda n: 0.3 + 0.1 * abs(n["r"]),
}
"""What each weighs, by its numbers, in the order in which they change how everything else must be read."""
FIGURES = {
    "status": "counts-status", "date_parts": "dependence", "constant": "", "peak": "calendar-month",
    "peak_of_one_year": "over-time", "few_large_customers": "concentration", "concentration": "concentration",
    "spread_widely": "concentration", "once": "repeats", "came_back": "repeats", "nobody_came_back": "repeats",
    "growth": "year-on-year", "one_intake": "cohorts", "few_newcomers": "cohorts", "incomplete": "over-time",
    "missing": "missing", "gaps": "gaps", "discount": "discounts", "list_price_is_no_ceiling": "discounts",
    "hardly_a_discount": "discounts", "duplicates": "", "set_aside": "",
}  # fmt: skip


@pytest.mark.parametrize("name", ["sales", "purchases", "shop"])
def test_what_a_finding_weighs_and_which_figure_shows_it(name: str, request: pytest.FixtureRequest):
    exploration = request.getfixturevalue(name)
    found = [one for detector in DETECTORS for one in detector(exploration)]
    assert {one.code: one.weight for one in found} == pytest.approx(
        {one.code: WEIGHTS[one.code](one.numbers) for one in found}
    )
    assert {one.code: one.figure for one in found if one.code in FIGURES} == {
        one.code: FIGURES[one.code] for one in found if one.code in FIGURES
    }
    assert list(exploration.findings) == sorted(found, key=lambda one: -one.weight)[:10]


def test_of_other_findings_the_weights_are_those_too(sales: Exploration, purchases: Exploration):
    half = replace(
        sales.lines, read=200, returned=100, returned_value=50.0, duplicates=150, set_aside={"cancelled": 80}
    )
    changed = replace(sales, lines=half, repeats=replace(sales.repeats, orders=np.array([1, 2]),
                      customers=np.array([60, 40]), revenue=np.array([1.0, 2.0])))  # fmt: skip
    other = replace(purchases, repeats=replace(purchases.repeats, orders=np.array([1]), customers=np.array([60]),
                    revenue=np.array([1.0])), lines=replace(purchases.lines, returned=0, duplicates=0))  # fmt: skip
    found = {one.code: one for e in (changed, other) for detector in DETECTORS for one in detector(e)}
    assert {code: one.weight for code, one in found.items()} == pytest.approx(
        {code: WEIGHTS[code](one.numbers) for code, one in found.items()}
    )
    assert found["returns"].numbers == {"lines": 100, "line_share": 0.5, "value": 50, "lines_read": 200}
    assert found["duplicates"].numbers == {"lines": 150, "line_share": 0.75}
    assert [found["duplicates"].weight, found["set_aside"].weight] == pytest.approx([0.8, 0.76])
    assert found["once"].numbers == {
        "customer_share": 0.6, "customers": 60, "revenue_share": pytest.approx(1 / 3),
        "all_customers": sales.concentration.n_customers,
    }  # fmt: skip
    assert found["nobody_came_back"].weight == 0.95
