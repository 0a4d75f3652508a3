from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.exploration import Exploration, explore
from marketfold.exploration.relations import cut_between, is_cap, is_round, just_below, round_number_between
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from marketfold.exploration import Exploration


def explored(**columns: Sequence[object]) -> Exploration:
    n = len(next(iter(columns.values())))
    table = pa.table(
        {
            "order_id": [f"O{number}" for number in range(n)],
            "customer_id": [f"K{number % 7}" for number in range(n)],
            "ordered_on": [f"2024-{1 + number % 12:02}-15" for number in range(n)],
            "amount": [10.0 + number for number in range(n)],
            **columns,
        }
    )
    return explore(clean_orders(read_orders(table)))


def test_correlations_agree_with_pandas(sales: Exploration, sales_kept: pd.DataFrame):
    found = sales.correlations
    assert found is not None
    assert found.labels == ("QUANTITYORDERED", "PRICEEACH", "MSRP", "SALES")
    assert found.values == pytest.approx(sales_kept[list(found.labels)].corr().to_numpy())


def test_deal_size_is_cut_from_sales(sales: Exploration):
    (cut,) = sales.cuts
    assert (cut.column, cut.number, cut.classes) == ("deal_size", "amount", ("Small", "Medium", "Large"))
    assert cut.cuts == (3000.0, 7000.0)


@pytest.mark.parametrize(
    ("low", "high", "between"), [(2999.97, 3002.4, 3000), (6996.42, 7016.31, 7000), (0.4, 0.62, 0.6), (14, 15, 15)]
)
def test_a_cut_is_the_roundest_number_in_the_gap(low: float, high: float, between: float):
    assert round_number_between(low, high) == between


def test_ranges_that_overlap_are_no_cuts(shop: Exploration):
    assert shop.cuts == ()


def test_columns_that_follow_from_another(sales: Exploration, sales_kept: pd.DataFrame):
    follows = {(one.given, one.column) for one in sales.follows}
    assert ("state", "country") in follows
    assert ("country", "territory") not in follows or sales_kept.groupby("COUNTRY")["TERRITORY"].nunique().max() == 1
    assert ("category", "country") not in follows


def test_columns_that_say_the_same():
    areas = ["North", "South", "East"] * 40
    codes = [{"North": "N1", "South": "S1", "East": "E1"}[area] for area in areas]
    exploration = explored(territory=areas, category=codes)
    assert [(one.kind, {one.column, one.given}) for one in exploration.follows] == [("same", {"territory", "category"})]
    assert "same" in [finding.code for finding in exploration.findings]


def test_the_sample_is_seeded_and_stated(clean_purchases: CleanOrders, purchases: Exploration):
    again, other = (explore(clean_purchases, random_state=seed).sample for seed in (0, 1))
    assert again.values.tobytes() == purchases.sample.values.tobytes()
    assert other.values.tobytes() != again.values.tobytes()
    assert again.n_lines == purchases.lines.kept
    assert 900 <= len(again.values) <= 1_100


def test_a_sample_looks_like_its_lines(purchases: Exploration, purchases_kept: pd.DataFrame):
    means = purchases_kept[["number_of_cds", "dollar_value"]].mean().to_numpy()
    errors = purchases_kept[["number_of_cds", "dollar_value"]].std().to_numpy() / np.sqrt(1_000)
    assert (np.abs(purchases.sample.values.mean(axis=0) - means) < 4 * errors).all()


def test_few_lines_are_all_in_the_sample(shop: Exploration):
    exploration = explored(quantity=[1, 2, 3, 4] * 30)
    assert len(exploration.sample.values) == 120
    assert len(shop.sample.values) < shop.lines.kept


def test_a_capped_price_with_its_proof(sales: Exploration, sales_kept: pd.DataFrame):
    (cap,) = sales.caps
    assert (cap.column, cap.label, cap.value) == ("unit_price", "PRICEEACH", 100)
    assert cap.lines == (sales_kept["PRICEEACH"] == 100).sum()
    assert (cap.differs_at_cap_share, cap.differs_below_share) == (1, 0)


@pytest.mark.parametrize("name", ["purchases", "shop"])
def test_a_maximum_that_few_lines_reach_is_no_cap(name: str, request: pytest.FixtureRequest):
    assert request.getfixturevalue(name).caps == ()


@pytest.mark.parametrize(
    ("value", "answer"), [(100, True), (99, True), (999, True), (50, True), (0.5, True), (13.37, False), (1234, False)]
)
def test_round_numbers(value: float, *, answer: bool):
    assert is_round(value) is answer


@pytest.mark.parametrize(("near", "is_cap"), [(60.0, True), (98.0, False)])
def test_two_lines_of_thirty_at_a_round_maximum_are_a_cap_where_none_is_near(near: float, *, is_cap: bool):
    prices = [20.0 + 1.37 * number for number in range(27)] + [near, 100.0, 100.0]
    caps = explored(unit_price=prices, quantity=[1] * 30).caps
    assert [(cap.column, cap.value, cap.lines) for cap in caps] == ([("unit_price", 100.0, 2)] if is_cap else [])


@pytest.mark.parametrize(
    ("value", "filled", "at", "near", "distinct", "capped"),
    [
        (100.0, 400, 20, 9, 20, True),
        (100.0, 401, 20, 9, 20, False),  # under a twentieth of the lines
        (100.0, 400, 20, 10, 20, False),  # half as many just below it
        (100.0, 400, 20, 9, 19, False),
        (101.5, 400, 20, 9, 20, False),
    ],
)
def test_what_is_a_cap(value: float, filled: int, at: int, near: int, distinct: int, *, capped: bool):
    assert is_cap(value, filled, at, near, distinct) is capped


def test_just_below_is_the_last_twentieth():
    assert just_below(100.0) == pytest.approx(95.0)
    assert just_below(-100.0) == pytest.approx(-105.0)


@pytest.mark.parametrize(
    ("lines", "low", "high", "cuts"),
    [
        ([20, 30], [1, 11], [9, 30], (10.0,)),
        ([19, 30], [1, 11], [9, 30], None),  # on fewer than twenty lines it is chance
        ([20, 30], [1, 9], [9, 30], None),
        ([20, 30], [11, 1], [30, 9], (10.0,)),
        ([20, 30, 40], [1, 11, 52], [9, 48, 99], (10.0, 50.0)),
        ([20, 30], [np.inf, 1], [-np.inf, 9], None),  # a class without a number
    ],
)
def test_classes_are_cut_where_their_ranges_lie_apart(
    lines: list[int], low: list[float], high: list[float], cuts: tuple[float, ...] | None
):
    names = np.array(["a", "b", "c"][: len(lines)])
    found = cut_between(names, np.array(lines), np.array(low, float), np.array(high, float))
    assert (None if found is None else found[1]) == cuts
    if found is not None:
        order = np.argsort(low)
        assert (found[0], found[2].tolist()) == (tuple(names[order]), np.array(lines)[order].tolist())


def test_two_columns_of_numbers_on_three_lines_correlate():
    few = {"quantity": [1, 2, 4]}
    found = explored(amount=[10.0, 20.0, 40.0], **few).correlations
    assert found is not None
    assert (found.n_lines, found.values[0, 1]) == (3, 1.0)
    assert explored(amount=[10.0, 20.0], quantity=[1, 2]).correlations is None


def test_a_class_is_told_to_be_cut_from_one_number_only():
    sizes = ["Small"] * 40 + ["Medium"] * 40 + ["Large"] * 40
    exploration = explored(
        deal_size=sizes, quantity=[1 + n // 4 for n in range(120)], amount=[10.0 + n for n in range(120)]
    )
    assert [(cut.column, cut.number, cut.classes) for cut in exploration.cuts] == [
        ("deal_size", "amount", ("Small", "Medium", "Large"))
    ]
    assert exploration.cuts[0].lines.tolist() == [40, 40, 40]
    assert exploration.cuts[0].cuts == (50.0, 90.0)


@pytest.mark.parametrize(
    ("codes", "kind", "values", "given_values"),
    [
        (["N1", "S1", "E1"], "same", 3, 3),
        (["N1", "S1", "N1"], "follows", 2, 3),
    ],
)
def test_what_follows_from_another_column_is_told_with_its_numbers(
    codes: list[str], kind: str, values: int, given_values: int
):
    areas = ["North", "South", "East"] * 20
    exploration = explored(territory=areas, category=[codes[n % 3] for n in range(60)])
    (one,) = exploration.follows
    assert (one.column, one.given, one.kind) == ("category", "territory", kind)
    assert (one.n_values, one.n_given_values) == (values, given_values)
    (told,) = (finding for finding in exploration.findings if finding.code == kind)
    assert (told.weight, told.figure) == (0.4, "dependence")
    assert told.numbers == {"values": values, "given_values": given_values}
    assert told.texts == {"column": ("category",), "given": ("territory",)}


def test_an_empty_cell_speaks_for_no_pair_and_against_none():
    areas = ["North", "South", None, "North", None, "South"] * 10
    codes = ["N1", "S1", "N1", None, "S1", None] * 10
    (one,) = explored(territory=areas, category=codes).follows
    assert (one.column, one.given, one.kind, one.n_values, one.n_given_values) == (
        "category",
        "territory",
        "same",
        2,
        2,
    )
