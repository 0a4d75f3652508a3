from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions, FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.features import build_features, build_matrix
from marketfold.features.catalogue import CATALOGUE, Measurement, Sum, money_where
from marketfold.orders import read_orders
from marketfold.schema import MONEY_SCALE
from marketfold.units import Feature, FeatureTable

DAY = date(2024, 1, 1)


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def line(customer: str, day: int, amount: float, **more: Any) -> dict[str, Any]:
    given = {"customer_id": customer, "ordered_on": DAY + timedelta(days=day), "amount": amount}
    return given | {"order_id": f"{customer}{day}", "quantity": 1.0} | more


def clean(frame: Any) -> CleanOrders:
    return clean_orders(read_orders(frame), CleaningOptions(allow_mostly_set_aside=True))


def build(frame: Any, **options: Any) -> FeatureTable:
    return build_features(clean(frame), FeatureOptions(**options))


def of(table: FeatureTable, unit: str, name: str) -> float:
    return float(table.column(name)[list(table.ids).index(unit)])


def shop_lines() -> pl.DataFrame:
    frame = pl.from_arrow(make_shop(1_500).lines)
    assert isinstance(frame, pl.DataFrame)
    return frame


@pytest.fixture(scope="module")
def shop() -> CleanOrders:
    return clean(shop_lines())


def test_money_orders_and_days():
    table = build(lines(line("a", 0, 10.0), line("a", 0, 5.0), line("a", 10, 30.0), line("b", 20, 7.5)))
    assert table.ids.tolist() == ["a", "b"]
    assert table.as_of == DAY + timedelta(days=21)
    assert of(table, "a", "revenue_total") == 45.0
    assert of(table, "a", "order_count") == 2
    assert of(table, "a", "basket_mean") == 22.5
    assert of(table, "a", "basket_items_mean") == 1.5
    assert of(table, "a", "recency_days") == 11
    assert of(table, "a", "tenure_days") == 21
    assert of(table, "b", "recency_days") == 1
    assert table.revenue.tolist() == [45.0, 7.5]


def test_gaps_are_mean_and_spread_of_days_between_orders():
    days = {"a": (0, 1, 11, 31), "b": (5,), "c": (2, 8)}
    table = build(lines(*(line(name, day, 1.0) for name in days for day in days[name])))
    gaps = np.array([1, 10, 20])
    assert of(table, "a", "gap_mean_days") == pytest.approx(gaps.mean())
    assert of(table, "a", "gap_spread_days") == pytest.approx(gaps.std())
    assert of(table, "b", "gap_mean_days") == of(table, "b", "tenure_days")  # one order: so long without a second
    assert of(table, "b", "gap_spread_days") == 0
    assert (of(table, "c", "gap_mean_days"), of(table, "c", "gap_spread_days")) == (6, 0)


def test_the_spread_of_two_uneven_gaps():
    table = build(lines(*(line("a", day, 1.0) for day in (0, 10, 40)), line("b", 0, 1.0), line("b", 7, 1.0)))
    assert of(table, "a", "gap_mean_days") == 20
    assert of(table, "a", "gap_spread_days") == 10  # 10 and 30 days lie 10 from their mean
    assert of(table, "b", "gap_spread_days") == 0


def test_two_orders_of_one_day_leave_no_days_between_them():
    """The list of customers says how long each waits between visits, and why each is here: by the same number."""
    orders = [line("a", day, 1.0, order_id=str(n)) for n, day in enumerate((0, 0, 10, 10, 40))]
    table = build(lines(*orders, line("b", 3, 1.0, order_id="b1"), line("b", 3, 1.0, order_id="b2")))
    assert of(table, "a", "order_count") == 5
    assert (of(table, "a", "gap_mean_days"), of(table, "a", "gap_spread_days")) == (20, 10)
    assert of(table, "b", "gap_mean_days") == of(table, "b", "tenure_days")


def test_one_entry_of_the_catalogue_is_a_feature(monkeypatch: pytest.MonkeyPatch):
    """Its label, its sums over lines, orders and returns, and its formula stand together, and nothing else changes."""
    returned_items = Sum("returned_items", nw.col("quantity").sum(), "returns")
    late = money_where("late_scaled", nw.col("ordered_on") >= DAY + timedelta(days=5), "orders")
    entry = Measurement(
        Feature("late_total", "revenue after the fifth day, and items sent back", "money", "value"),
        nw.col("late_scaled") / MONEY_SCALE + nw.col("returned_items"),
        f'total(orders[orders["ordered_on"] >= "{DAY + timedelta(days=5)}"]) + total(returns, "quantity")',
        ("quantity",),
        (late, returned_items),
    )
    of_customers = CATALOGUE["customer"]
    monkeypatch.setitem(CATALOGUE, "customer", lambda statistics: [*of_customers(statistics), entry])
    rows = [line("a", 0, 4.0), line("a", 9, 6.0), line("b", 1, 5.0), line("b", 2, -2.0, quantity=-3.0)]
    table = build(lines(*rows))
    assert table.names[-1] == "late_total"
    assert [of(table, name, "late_total") for name in "ab"] == [6.0, 3.0]
    assert build_features(clean(lines(*rows)), names=["late_total"]).names == ("late_total",)
    assert build(lines(*rows).drop("quantity")).left_out["late_total"] == "the orders have no quantity"


def test_trend_compares_the_halves_of_the_window():
    rows = [line("early", 0, 8.0), line("both", 10, 1.0), line("both", 390, 3.0), line("late", 399, 8.0)]
    table = build(lines(*rows))
    assert [of(table, name, "trend") for name in ("early", "both", "late")] == [-1.0, 0.5, 1.0]
    assert table.measured("trend").tolist() == [True, False, False]  # sorted by id: both, early, late


def test_what_means_nothing_of_a_customer_is_not_shown():
    days = {"once": (0,), "twice": (0, 400), "thrice": (10, 20, 700), "new": (600, 690), "same day": (5, 5)}
    frame = lines(*(line(name, day, 1.0, order_id=f"{name}{n}") for name in days for n, day in enumerate(days[name])))
    table = build(pl.concat([frame, lines(line("last", 760, 1.0, order_id="z"))], how="diagonal"))
    shown = {name: dict(zip(table.ids.tolist(), table.shown(name).tolist(), strict=True)) for name in table.names}
    for name, told in {
        "gap_mean_days": {"twice", "thrice", "new"},
        "gap_spread_days": {"thrice"},
        "trend": {"twice", "thrice"},
        "quarter_1_share": {"twice", "thrice"},
        "recency_days": set(table.ids.tolist()),
    }.items():
        assert {one for one, value in shown[name].items() if not np.isnan(value)} == told
    assert np.isfinite(table.values).all()
    nulls = {name: table.to_arrow().column(name).null_count for name in table.names}
    assert (nulls["gap_mean_days"], nulls["recency_days"]) == (3, 0)


@pytest.mark.parametrize(("last", "gone"), [(72, {"trend", "quarter"}), (500, {"quarter"}), (729, set())])
def test_a_short_file_has_neither_trend_nor_seasons(last: int, gone: set[str]):
    table = build(lines(*(line(name, day, 1.0) for name in "ab" for day in (0, last // 2, last))))
    left = {name.split("_")[0] for name, why in table.left_out.items() if why.startswith("the orders cover")}
    assert left == gone
    assert build_features(clean(lines(line("a", 0, 1.0))), names=["trend"]).names == ("trend",)  # as a model needs it


def test_what_means_something_of_few_customers_alone_is_left_out():
    rows = [line(f"c{n}", n, 1.0) for n in range(30)] + [line("c0", 50, 1.0), line("c1", 60, 1.0)]
    table = build(lines(*rows))
    assert table.left_out["gap_mean_days"] == "it means something of 2 of 30 customers only"
    assert "gap_mean_days" not in table.names
    alone = build_features(clean(lines(*rows)), names=table.names)
    assert table.names == alone.names
    assert np.array_equal(table.values, alone.values)


def test_shares_of_category_and_quarter_add_up():
    table = build(
        lines(
            line("a", 0, 30.0, category="Tea"),
            line("a", 100, 10.0, category="Cups"),
            line("b", 200, 4.0, category=None),
            line("b", 800, 4.0, category="Tea"),
        )
    )
    assert of(table, "a", "category_Tea_share") == 0.75
    assert of(table, "b", "category_other_share") == 0.5
    assert of(table, "a", "quarter_1_share") == 0.75
    assert of(table, "a", "quarter_2_share") == 0.25
    for start in ("category", "quarter"):
        block = [table.column(name) for name in table.names if name.startswith(start)]
        assert np.sum(block, axis=0) == pytest.approx([1.0, 1.0])


def test_ten_thousand_categories_are_twelve_and_others():
    table = build(lines(*(line(f"c{n % 50}", n % 90, 1.0 + n % 7, category=f"kind {n}") for n in range(10_000))))
    assert sum(name.startswith("category_") for name in table.names) == 13
    assert table.column("category_other_share").min() > 0.5


def test_discount_counts_only_what_is_below_the_list():
    table = build(
        lines(
            line("a", 0, 80.0, list_price=100.0),
            line("a", 1, 150.0, list_price=100.0),  # above the list: no discount, and it makes up for none
            line("b", 2, 50.0, quantity=2.0, list_price=50.0),
            line("c", 3, 5.0, list_price=None),
        )
    )
    assert [of(table, name, "discount_share") for name in "abc"] == [0.1, 0.5, 0.0]


def test_returns_and_cancellations_are_features_of_their_customer():
    table = build(
        lines(
            line("a", 0, 75.0, status="Shipped"),
            line("a", 1, 25.0, status="Cancelled"),
            line("b", 2, 9.0, status="Shipped"),
            line("b", 3, -3.0, quantity=-1.0, status="Shipped"),
        )
    )
    assert [of(table, name, "return_share") for name in "ab"] == [0.25, 3 / 9]
    assert [of(table, name, "return_total") for name in "ab"] == [25.0, 3.0]
    assert [of(table, name, "return_count") for name in "ab"] == [1, 1]
    assert [of(table, name, "revenue_total") for name in "ab"] == [75.0, 6.0]


def test_large_deals_by_deal_size_or_by_the_top_fifth_of_orders():
    sized = build(lines(line("a", 0, 90.0, deal_size="Large"), line("a", 1, 10.0, deal_size="Small")))
    assert of(sized, "a", "large_deal_share") == 0.9
    assert sized.settings["large_deal_size"] == "Large"
    ten = build(lines(*(line("a", day, 1.0 + day) for day in range(9)), line("b", 9, 90.0), line("b", 10, 10.0)))
    assert of(ten, "b", "large_deal_share") == 1.0
    assert of(ten, "a", "large_deal_share") == 0.0


def test_products_and_places():
    table = build(
        lines(
            line("a", 0, 1.0, product_id="x", country="France"),
            line("a", 0, 1.0, product_id="y", country="Spain"),
            line("a", 1, 1.0, product_id="x", country="Spain"),
            line("b", 1, 1.0, product_id=None, country="Spain"),
            line("c", 1, 1.0, product_id="x", country=None),
        )
    )
    assert [of(table, name, "product_breadth") for name in "abc"] == [2, 0, 1]
    assert table.described["country"].tolist() == ["(several)", "Spain", None]


def test_absent_columns_are_left_out_with_the_reason():
    table = build(lines(line("a", 0, 1.0), line("b", 0, 2.0)).drop("quantity"))
    assert table.left_out["basket_items_mean"] == "the orders have no quantity"
    assert table.left_out["discount_share"] == "the orders have no list_price and no quantity"
    assert set(table.left_out) >= {"product_breadth", "discount_share"}
    assert not [name for name in table.names if name.startswith("category")]


def test_orders_and_order_lines_are_units_too(shop: CleanOrders):
    orders = build_features(shop, FeatureOptions(unit="order"))
    single = build_features(shop, FeatureOptions(unit="order_line"))
    assert len(single.ids) == shop.report.ledger.lines_net
    assert len(set(orders.ids)) == len(orders.ids) < len(single.ids)
    assert orders.revenue.sum() == pytest.approx(single.revenue.sum()) == pytest.approx(shop.report.ledger.money_net)
    assert [int(number) for number in single.ids] == sorted(int(number) for number in single.ids)
    for table in (orders, single):
        assert np.isfinite(table.values).all()
        assert build_matrix(table).values.shape[0] == len(table.ids)


def test_features_of_the_shop_are_finite_and_in_range(shop: CleanOrders):
    table = build_features(shop)
    assert np.isfinite(table.values).all()
    assert table.ids.tolist() == sorted(table.ids.tolist())
    for feature in table.features:
        column = table.column(feature.name)
        low, high = {"share": (0, 1), "ratio": (-1, 1)}.get(feature.measure, (0, np.inf))
        assert low <= column.min(), feature.name
        assert column.max() <= high, feature.name


def test_the_same_orders_give_the_same_bytes(shop: CleanOrders):
    assert build_features(shop).values.tobytes() == build_features(shop).values.tobytes()


def test_names_give_exactly_these_columns(shop: CleanOrders):
    wanted = ["tenure_days", "category_Tea_share", "category_Nothing_share", "country_France_share", "revenue_total"]
    table = build_features(shop, names=wanted)
    assert list(table.names) == wanted
    whole = build_features(shop)
    assert (table.column("category_Tea_share") == whole.column("category_Tea_share")).all()
    assert (table.column("category_Nothing_share") == 0).all()
    assert set(table.column("country_France_share")) == {0.0, 1.0}


def test_a_model_says_what_it_misses():
    bare = clean(lines(line("a", 0, 1.0), line("b", 0, 2.0)))
    told = r"2 faults(.|\n)*discount_share: the orders have no list_price(.|\n)*nonsense"
    with pytest.raises(ParameterError, match=told):
        build_features(bare, names=["revenue_total", "discount_share", "nonsense"])
    with pytest.raises(ParameterError, match="country_France_share"):
        build_features(bare, names=["country_France_share"])


def test_settings_keep_the_measure_of_a_model(shop: CleanOrders):
    table = build_features(shop)
    some = set(table.ids[:5])
    part = shop_lines().filter(pl.col("customer_id").is_in(some))
    options = FeatureOptions(as_of=table.as_of)
    again = build_features(clean(part), options, names=table.names, settings=table.settings)
    rows = [list(table.ids).index(unit) for unit in again.ids]
    assert again.values == pytest.approx(table.values[rows], abs=1e-9)


def test_nothing_on_or_after_the_as_of_date_counts(shop: CleanOrders):
    cut = date(2025, 6, 1)
    frame = shop_lines()
    day = pl.col("ordered_on").str.to_date(strict=False)
    early = frame.filter(day < cut)
    from_all = build_features(shop, FeatureOptions(as_of=cut))
    from_early = build_features(clean(early), FeatureOptions(as_of=cut))
    assert from_all.ids.tolist() == from_early.ids.tolist()
    assert from_all.names == from_early.names
    assert from_all.values.tobytes() == from_early.values.tobytes()


CENTS = st.integers(1, 10**6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    past=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 49), CENTS), min_size=1, max_size=10),
    future=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(50, 99), CENTS), max_size=10),
)
def test_no_feature_sees_the_future(past: list[tuple[str, int, int]], future: list[tuple[str, int, int]]):
    def rows(drawn: list[tuple[str, int, int]]) -> list[dict[str, Any]]:
        return [line(who, day, cents / 100, category=f"kind {cents % 3}") for who, day, cents in drawn]

    options = {"as_of": DAY + timedelta(days=50)}
    without, having = build(lines(*rows(past)), **options), build(lines(*rows(past), *rows(future)), **options)
    assert without.ids.tolist() == having.ids.tolist()
    assert without.names == having.names
    assert without.values.tobytes() == having.values.tobytes()


def test_an_as_of_before_everything_is_an_error():
    with pytest.raises(TooFewUnitsError, match="no purchase before 2020-01-01"):
        build(lines(line("a", 0, 1.0), line("b", 1, 1.0)), as_of=date(2020, 1, 1))


def test_an_id_of_a_thousand_letters_and_more_is_an_error():
    with pytest.raises(OrdersError, match="1,001 letters"):
        build(lines(line("a" * 1_001, 0, 1.0), line("b", 1, 1.0)))


def test_strange_ids_stay_as_they_are():
    strange = ["=SUM(A1)", 'a "b", c', "line\nbreak", "\N{SNOWMAN}"]
    table = build(lines(*(line(name, day, 1.0 + day, order_id=str(day)) for day, name in enumerate(strange))))
    assert set(table.ids) == set(strange)


def test_all_dates_alike_leave_money_to_tell_apart():
    table = build(lines(*(line(name, 0, float(money)) for money, name in enumerate("abcdef", start=1))))
    assert np.isfinite(table.values).all()
    matrix = build_matrix(table)
    assert "revenue_total" in matrix.names
    assert matrix.left_out["recency_days"] == "the same for everybody"


def test_the_features_of_an_export(clean_sales: CleanOrders, totals: dict[str, Any]):
    table, known = build_features(clean_sales), totals["sales.csv"]
    assert table.values.shape[0] == known["customers_kept"]
    assert table.as_of == date.fromisoformat(known["last_on"]) + timedelta(days=1)
    assert table.revenue.sum() == pytest.approx(known["amount_kept"])
    assert table.left_out == {}
    assert json.loads(table.settings["categories"])[0] == "Sail Boats"
    taken = {"large_deal_size", "large_deal_from", "categories", "expected"}
    assert set(table.settings) == {"first_on", "as_of"} | taken
    assert (table.settings["first_on"], table.settings["large_deal_size"]) == (known["first_on"], "Large")


def test_the_sales_file(shared_data: Any):
    table = build_features(clean(shared_data / "sales_data_sample.csv"))
    assert table.values.shape == (92, 26)
    assert table.as_of == date(2005, 6, 1)
    assert table.revenue.sum() == pytest.approx(9_838_141.37)
    assert table.left_out == {}
    assert json.loads(table.settings["categories"])[0] == "Classic Cars"
    known = {"first_on": "2003-01-06", "as_of": "2005-06-01", "large_deal_size": "Large", "large_deal_from": "7016.31"}
    taken = {name: table.settings[name] for name in ("categories", "expected")}
    assert table.settings == known | taken


def of_two_orders() -> pl.DataFrame:
    """Of one order two lines in January, the second above its list price and of no product; in July one as listed."""
    return lines(
        line("a", 0, 10.0, quantity=2.0, list_price=6.0, product_id="p"),
        line("a", 0, 5.0, quantity=1.0, list_price=4.0, product_id=None),
        line("b", 182, 4.0, quantity=4.0, list_price=1.0, product_id="q"),
    )


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("order_total", [15, 4]),
        ("recency_days", [183, 1]),
        ("line_count", [2, 1]),
        ("items_count", [3, 4]),
        ("item_price_mean", [5, 1]),
        ("discount_share", [2 / 16, 0]),
        ("product_breadth", [1, 1]),
        ("quarter_1_share", [1, 0]),
        ("quarter_2_share", [0, 0]),
        ("quarter_3_share", [0, 1]),
        ("quarter_4_share", [0, 0]),
    ],
)
def test_what_is_measured_of_an_order(name: str, numbers: list[float]):
    table = build(of_two_orders(), unit="order")
    assert table.column(name).tolist() == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("line_total", [10, 5, 4]),
        ("recency_days", [183, 183, 1]),
        ("items_count", [2, 1, 4]),
        ("item_price_mean", [5, 5, 1]),
        ("list_price_mean", [6, 4, 1]),
        ("discount_share", [2 / 12, 0, 0]),
        ("quarter_1_share", [1, 1, 0]),
        ("quarter_3_share", [0, 0, 1]),
    ],
)
def test_what_is_measured_of_an_order_line(name: str, numbers: list[float]):
    table = build(of_two_orders(), unit="order_line")
    assert table.column(name).tolist() == pytest.approx(numbers)
