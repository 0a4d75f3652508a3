from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.segments.shops import clean_shop, matrix_of, standardised, with_column

from marketfold.diagnostics import SourceContext, Trap, find_column_traps, find_traps
from marketfold.diagnostics.matrix_traps import UNSCALED_SHARE
from marketfold.errors import ParameterError
from marketfold.selection import Segmentation
from marketfold.units import Feature

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.features import FeatureMatrix
    from marketfold.schema import Labels

RNG_SEEDS = range(10)


def traps_of(matrix: FeatureMatrix, labels: Labels, **context: Any) -> tuple[Trap, ...]:
    return find_traps(Segmentation.of(matrix, labels), SourceContext(**context))


def codes(traps: tuple[Trap, ...]) -> set[str]:
    return {trap.code for trap in traps}


def only(traps: tuple[Trap, ...], code: str) -> Trap:
    (trap,) = [trap for trap in traps if trap.code == code]
    return trap


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_a_clean_shop_raises_nothing(seed: int):
    matrix, labels = clean_shop(seed)
    owners = np.array([f"C{i // 2}" for i in range(len(labels))])
    future = matrix.table.revenue * np.random.default_rng(seed).lognormal(0, 0.8, len(labels))
    traps = traps_of(matrix, labels, customers=owners, later_revenue=future)
    assert traps == ()


def test_columns_are_checked_before_anything_is_clustered():
    matrix, _ = clean_shop()
    planted = with_column(matrix, Feature("customer_no", "number", "count", "value"), np.arange(300.0) + 10_001)
    assert codes(find_column_traps(planted)) == {"id_among_features"}


def test_an_id_is_found_by_its_name():
    matrix, labels = clean_shop()
    scattered = np.random.default_rng(1).choice(10**9, 300, replace=False).astype(float)
    planted = with_column(matrix, Feature("contract_id", "contract", "count", "value"), scattered)
    trap = only(traps_of(planted, labels), "id_among_features")
    assert (trap.columns, trap.severity) == (("contract_id",), "serious")
    assert trap.facts == {"unit": "customer"}


def test_an_id_is_found_by_the_ids_themselves():
    matrix, labels = clean_shop()
    numbers = np.sort(np.random.default_rng(1).choice(10**9, 300, replace=False))
    matrix = matrix_of(matrix.values, replace(matrix.table, ids=numbers.astype(str)))
    planted = with_column(matrix, Feature("account", "account", "count", "value"), numbers.astype(float))
    assert only(traps_of(planted, labels), "id_among_features").columns == ("account",)


def test_a_copied_column():
    matrix, labels = clean_shop()
    planted = with_column(
        matrix, Feature("sales", "sales", "money", "value"), matrix.table.column("basket_mean").copy()
    )
    trap = only(traps_of(planted, labels), "derived_column")
    assert trap.columns == ("sales", "basket_mean")
    assert trap.facts == {"kind": "repeats"}


def test_a_class_made_from_a_column():
    matrix, labels = clean_shop()
    size = np.digitize(matrix.table.column("basket_mean"), [60, 110]).astype(float)
    planted = with_column(matrix, Feature("deal_size_rank", "deal size", "count", "value"), size)
    trap = only(traps_of(planted, labels), "derived_column")
    assert trap.columns == ("deal_size_rank", "basket_mean")
    assert trap.facts == {"kind": "follows"}


def test_a_column_that_is_the_sum_of_others():
    matrix, labels = clean_shop()
    total = matrix.table.column("recency_days") + matrix.table.column("basket_mean")
    planted = with_column(matrix, Feature("score", "score", "ratio", "value"), total)
    trap = only(traps_of(planted, labels), "derived_column")
    assert {"score", "recency_days", "basket_mean"} == set(trap.columns)


def test_an_unscaled_column():
    matrix, labels = clean_shop()
    X = matrix.values.copy()
    X[:, 2] = matrix.table.values[:, 2]
    trap = only(traps_of(matrix_of(X, matrix.table), labels), "unscaled_column")
    assert trap.columns == (matrix.table.names[2],)
    assert trap.facts["variance_share"] > UNSCALED_SHARE


def test_a_skewed_column():
    matrix, labels = clean_shop()
    skewed = np.random.default_rng(0).lognormal(0, 2.5, 300)
    planted = with_column(matrix, Feature("spend_peak", "spend", "money", "value"), skewed)
    assert only(traps_of(planted, labels), "skewed_column").columns == ("spend_peak",)


def one_hot(matrix: FeatureMatrix, values: list[str], which: np.ndarray, block: str | None) -> FeatureMatrix:
    for i, value in enumerate(values):
        feature = Feature(f"country_{value}", value, "flag", "geography", block)
        matrix = with_column(matrix, feature, (which == i).astype(float))
    return matrix


@pytest.mark.parametrize("block", ["country", None])
def test_one_hot_columns_that_rule(block: str | None):
    matrix, labels = clean_shop()
    planted = one_hot(matrix, list("ABCDEFGH"), np.random.default_rng(0).integers(0, 8, 300), block)
    trap = only(traps_of(planted, labels), "one_hot_rules")
    assert trap.columns == ("country",)
    assert (trap.facts["n_one_hot"], trap.facts["n_columns"]) == (8, 12)


@pytest.mark.parametrize(("n", "told"), [(2, False), (3, True)])
def test_three_flags_can_rule_and_two_say_yes_or_no(n: int, *, told: bool):
    matrix, _ = clean_shop()
    which = np.random.default_rng(0).integers(0, n, 300)
    planted = one_hot(matrix, list("ABC"[:n]), which, "country")
    X = planted.values.copy()
    X[:, -n:] *= 3
    assert ("one_hot_rules" in codes(find_column_traps(matrix_of(X, planted.table)))) is told


def test_a_weighted_one_hot_block_does_not_rule():
    matrix, labels = clean_shop()
    planted = one_hot(matrix, list("ABCDEFGH"), np.random.default_rng(0).integers(0, 8, 300), "country")
    X = planted.values.copy()
    X[:, 4:] /= np.sqrt(8)
    assert traps_of(matrix_of(X, planted.table), labels) == ()


def test_three_clusters_that_are_three_countries():
    matrix, _ = clean_shop()
    country = np.random.default_rng(0).integers(0, 3, 300)
    planted = one_hot(matrix, list("ABC"), country, "country")
    trap = only(traps_of(planted, country.astype(np.int32)), "restates_column")
    assert trap.columns == ("country",)


def test_two_of_four_segments_that_are_countries():
    matrix, _ = clean_shop()
    rng = np.random.default_rng(0)
    country = rng.integers(0, 4, 300)
    labels = np.where(country < 2, country, 2 + rng.integers(0, 2, 300)).astype(np.int32)
    matrix = matrix_of(
        matrix.values, replace(matrix.table, described={"country": np.array(list("ABCD"), object)[country]})
    )
    trap = only(traps_of(matrix, labels), "segments_are_values")
    assert (trap.columns, trap.segments) == (("country",), (1, 2))


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_segments_that_restate_one_number(seed: int):
    matrix, _ = clean_shop(seed)
    labels = np.digitize(matrix.table.column("basket_mean"), [60, 110]).astype(np.int32)
    trap = only(traps_of(matrix, labels), "restates_column")
    assert trap.columns == ("basket_mean",)
    assert trap.severity == "serious"


def test_segments_that_restate_a_column_which_shaped_nothing():
    matrix, labels = clean_shop()
    mood = np.array(["calm", "keen", "cross"], dtype=object)[labels]
    assert only(traps_of(matrix, labels, columns={"mood": mood}), "restates_column").columns == ("mood",)


def test_groups_that_lie_apart_in_every_direction_restate_nothing():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 100).astype(np.int32)
    matrix, _ = clean_shop()
    values = matrix.table.values.copy()
    values[:, :2] = np.array([[0, 50], [50, 100], [100, 0]])[labels] + rng.normal(0, 3, (300, 2))
    matrix = standardised(replace(matrix.table, values=values))
    assert "restates_column" not in codes(traps_of(matrix, labels))


def test_an_id_like_text_column_is_not_a_rule():
    matrix, labels = clean_shop()
    assert traps_of(matrix, labels, columns={"customer": matrix.table.ids}) == ()


@pytest.mark.parametrize(("size", "code"), [(1, "outlier_segment"), (2, "outlier_segment"), (4, "small_segment")])
def test_a_segment_of_too_few(size: int, code: str):
    matrix, labels = clean_shop()
    labels = labels.copy()
    labels[:size] = 3
    trap = only(traps_of(matrix, labels), code)
    assert trap.segments == (4,)


def test_one_column_that_makes_all_the_difference():
    matrix, _ = clean_shop()
    rng = np.random.default_rng(0)
    values = rng.normal(50, 10, (300, 4))
    matrix = standardised(replace(matrix.table, values=values))
    labels = np.digitize(matrix.values[:, 0] + rng.normal(0, 0.4, 300), [-0.5, 0.5]).astype(np.int32)
    trap = only(traps_of(matrix, labels), "one_column_decides")
    assert (trap.columns, trap.facts["n_others"]) == ((matrix.table.names[0],), 3)


def test_order_lines_of_repeating_customers():
    matrix, _ = clean_shop()
    labels = np.random.default_rng(0).integers(0, 3, 300).astype(np.int32)
    lines = matrix_of(matrix.values, replace(matrix.table, unit="order_line"))
    customers = np.array([f"C{i % 40}" for i in range(300)])
    trap = only(traps_of(lines, labels, customers=customers), "grain")
    assert trap.facts == {"unit": "order_line", "n_several": 40, "n_customers": 40}


def test_order_lines_of_one_time_customers_are_customers():
    matrix, labels = clean_shop()
    lines = matrix_of(matrix.values, replace(matrix.table, unit="order_line"))
    assert traps_of(lines, labels, customers=matrix.table.ids) == ()


def test_a_negative_recency_sees_past_the_as_of_day():
    matrix, labels = clean_shop()
    values = matrix.table.values.copy()
    values[:7, 0] = -3
    trap = only(traps_of(matrix_of(matrix.values, replace(matrix.table, values=values)), labels), "sees_past_as_of")
    assert trap.columns == ("recency_days",)
    assert (trap.facts["kind"], trap.facts["n_units"], trap.facts["unit"]) == ("negative", 7, "customer")


def test_a_feature_that_knows_the_future():
    matrix, labels = clean_shop()
    future = np.random.default_rng(0).lognormal(3, 1, 300)
    planted = with_column(matrix, Feature("worth", "worth", "money", "value"), future * 1.1)
    assert only(traps_of(planted, labels, later_revenue=future), "sees_past_as_of").columns == ("worth",)


def test_lengths_that_do_not_agree():
    matrix, labels = clean_shop()
    with pytest.raises(ParameterError, match="customers has 299 rows, the table 300 units"):
        traps_of(matrix, labels, customers=matrix.table.ids[:-1])


def test_clusters_of_lines_that_are_the_deal_sizes(examples: Path):
    """The published analysis clusters order lines and finds `DEALSIZE`, which is made from `SALES`."""
    with (examples / "sales.csv").open(encoding="cp437", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("QUANTITYORDERED", "PRICEEACH", "MSRP", "QTR_ID", "MONTH_ID")
    values = np.array([[float(row[name]) for name in names] for row in rows])
    sizes = np.array([row["DEALSIZE"] for row in rows], dtype=object)
    labels: Labels = np.unique(sizes, return_inverse=True)[1].astype(np.int32)
    matrix, _ = clean_shop()
    table = replace(
        matrix.table,
        unit="order_line",
        ids=np.array([str(i) for i in range(len(rows))]),
        values=values,
        features=tuple(Feature(name, name, "count", "value") for name in names),
        revenue=np.array([float(row["SALES"]) for row in rows]),
        described={},
    )
    customers = np.array([row["CUSTOMERNAME"] for row in rows])
    traps = traps_of(standardised(table), labels, customers=customers, columns={"DEALSIZE": sizes})
    assert only(traps, "restates_column").columns == ("DEALSIZE",)
    assert only(traps, "derived_column").columns == ("QTR_ID", "MONTH_ID")
    assert only(traps, "grain").facts["n_customers"] == 92


@pytest.mark.parametrize(
    ("name", "numbers", "told"),
    [
        ("visit", np.arange(300.0) * 1.0 + 7, True),  # a running number, whatever it is called
        ("visit", np.arange(300.0) * 2, True),
        ("visit", np.append(np.arange(299.0), 600.0), False),  # over twice as many steps as units
        ("visit", np.append(np.arange(299.0), 5.0), False),
        ("visit", np.arange(300.0) + 0.5, False),
        ("visit_no", np.append(np.arange(299.0) * 50, 5.0 * 50), True),
        ("visit_no", np.tile(np.arange(150.0) * 50, 2), False),
    ],
)
def test_numbers_that_run_through_the_units_are_ids(name: str, numbers: np.ndarray, *, told: bool):
    matrix, _ = clean_shop()
    shuffled = np.random.default_rng(0).permutation(numbers)
    planted = with_column(matrix, Feature(name, name, "count", "value"), shuffled)
    assert ("id_among_features" in codes(find_column_traps(planted))) is told
