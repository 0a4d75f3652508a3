from __future__ import annotations

import ast
import math
import random
from datetime import date
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from marketfold.errors import ConfigError
from marketfold.formulas import read_formula
from marketfold.formulas.syntax import copies
from marketfold.formulas.vocabulary import CELLS, FUNCTIONS, MEASURES, OTHERS

AMOUNT, QUANTITY, CATEGORY, DAY = (nw.col(name) for name in ("amount", "quantity", "category", "ordered_on"))
LINES = {
    "k": ["a", "a", "b", "b", "b", "c"],
    "amount": [1.0, 2.5, 3.0, 4.0, 0.5, 7.0],
    "quantity": [1.0, None, 2.0, 3.0, 1.0, None],
    "category": ["tea", "mugs", "tea", None, "tea", "mugs"],
    "ordered_on": [date(2024, 1, day) for day in (1, 6, 7, 8, 13, 14)],
}
FORMULAS: list[tuple[nw.Expr, list[float]]] = [
    (AMOUNT.filter(DAY.dt.weekday() > 5).sum() / AMOUNT.sum(), [2.5 / 3.5, 3.5 / 7.5, 1.0]),
    (AMOUNT.filter(CATEGORY == "tea").mean().fill_null(-1), [1.0, 1.75, -1.0]),
    (CATEGORY.filter(AMOUNT > 1).n_unique(), [1, 2, 1]),
    (CATEGORY.n_unique(), [2, 2, 1]),
    (AMOUNT.filter(AMOUNT > 2, QUANTITY > 1).len(), [0, 2, 0]),
    (QUANTITY.filter(AMOUNT > 1).count(), [0, 2, 0]),
    (AMOUNT.filter(AMOUNT > 1).filter(AMOUNT < 4).max().fill_null(0), [2.5, 3.0, 0.0]),
    ((AMOUNT > 2).mean(), [1 / 2, 2 / 3, 1.0]),
    ((QUANTITY > 1).sum(), [0, 2, 0]),
    (1 - (~(AMOUNT > 2) | (AMOUNT < 0)).mean(), [1 / 2, 2 / 3, 1.0]),
    (((AMOUNT > 1) & (AMOUNT < 4)).max(), [1, 1, 0]),
    (nw.len() * 2 + 1, [5, 7, 3]),
    (AMOUNT.std(ddof=0), [0.75, float(np.std([3.0, 4.0, 0.5])), 0.0]),
    (AMOUNT.var().fill_null(0), [1.125, float(np.var([3.0, 4.0, 0.5], ddof=1)), 0.0]),
    (AMOUNT.median(), [1.75, 3.0, 7.0]),
    (AMOUNT.quantile(0.9, interpolation="linear"), [2.35, 3.8, 7.0]),
    (AMOUNT.min() + AMOUNT.max() - AMOUNT.mean(), [1.75, 2.0, 7.0]),
    (nw.when(AMOUNT > 2).then(QUANTITY).otherwise(0).sum(), [0, 5, 0]),
    (nw.when(AMOUNT > 2).then(1).when(AMOUNT > 1).then(2).otherwise(3).sum(), [4, 5, 1]),
    (nw.when(CATEGORY == "tea", AMOUNT > 2).then("amount").sum(), [0, 3, 0]),
    (nw.when(AMOUNT.sum() > 5).then(AMOUNT.mean()).otherwise(0.0), [0.0, 2.5, 7.0]),
    (nw.max_horizontal(AMOUNT - 2, nw.lit(0)).sum(), [0.5, 3.0, 5.0]),
    (nw.min_horizontal("amount", 2.0 + AMOUNT * 0).sum(), [3.0, 4.5, 2.0]),
    (CATEGORY.is_in(["tea", "cake"]).sum(), [1, 2, 0]),
    (AMOUNT.is_in([1, 4]).sum() + nw.len().is_in([2, 3]).cast(nw.Float64), [2, 2, 0]),
    (CATEGORY.is_null().mean(), [0, 1 / 3, 0]),
    (CATEGORY.str.contains("e", literal=True).sum(), [1, 2, 0]),
    (CATEGORY.str.to_uppercase().str.starts_with("M").sum(), [1, 0, 1]),
    (CATEGORY.str.len_chars().sum(), [7, 6, 4]),
    (QUANTITY.fill_null(0).mean(), [0.5, 2.0, 0.0]),
    (DAY.dt.day().max() - DAY.dt.day().min(), [5, 6, 0]),
    (DAY.dt.month().sum() + DAY.dt.year().min() + DAY.dt.ordinal_day().max(), [2032, 2040, 2039]),
    ((date(2024, 1, 8) <= DAY).mean(), [0, 2 / 3, 1]),
    (AMOUNT.is_between(1, 3).mean(), [1.0, 1 / 3, 0.0]),
    (AMOUNT.sum().sqrt(), [math.sqrt(3.5), math.sqrt(7.5), math.sqrt(7.0)]),
    (AMOUNT.log(2).mean(), [np.log2([1.0, 2.5]).mean(), np.log2([3.0, 4.0, 0.5]).mean(), np.log2(7.0)]),
    (AMOUNT.clip(1, 2).sum() + AMOUNT.clip(lower_bound=1).sum(), [6.5, 13.0, 9.0]),
    ((-AMOUNT).abs().floor().sum() - AMOUNT.ceil().sum(), [-1, -1, 0]),
    ((AMOUNT > 2).cast(nw.Float64).mean(), [1 / 2, 2 / 3, 1.0]),
    ((QUANTITY.sum() / AMOUNT.filter(AMOUNT > 3).sum()).fill_null(9), [9, 1.5, 0.0]),
    (AMOUNT.sum() / (nw.lit(24) * 7 - 160), [3.5 / 8, 7.5 / 8, 7.0 / 8]),
    (nw.len() * (nw.lit(1) / 4), [0.5, 0.75, 0.25]),
    ((nw.max_horizontal(nw.lit(1), nw.lit(0)) < QUANTITY).sum() - -nw.lit(2), [2, 4, 2]),
    (AMOUNT.is_between(1, nw.lit(1) + 2).mean(), [1.0, 1 / 3, 0.0]),
    (nw.when(AMOUNT > 2).then(nw.lit(1) + 1).otherwise(0).sum(), [2, 4, 2]),
    (nw.when((AMOUNT > 2) & (nw.lit(1) < 2)).then(1).otherwise(0).sum(), [1, 2, 1]),
]
"""Expressions, with what each gives of every unit."""


def measured(frame: Any, formula: nw.Expr) -> list[float]:
    found = nw.from_native(frame).group_by("k").agg(formula.alias("v")).sort("k")
    return [float(one) for one in found.collect("pyarrow")["v"].to_list()]


@pytest.mark.parametrize(("given", "wanted"), FORMULAS, ids=[str(one)[:70] for one, _ in FORMULAS])
def test_an_expression_its_text_and_every_engine_give_the_same(given: nw.Expr, wanted: list[float]):
    formula = read_formula(given)
    assert read_formula(formula.text) == formula
    again = read_formula(formula.text).expr
    table = pl.DataFrame(LINES)
    for frame in (table.lazy(), duckdb.connect().from_arrow(table.to_arrow())):
        assert measured(frame, again) == pytest.approx(wanted, rel=1e-12)


def test_money_is_what_is_measured_of_money_and_stays_money():
    price = nw.col("unit_price")
    for given in (AMOUNT.sum(), price.mean() / nw.len(), (price * QUANTITY).max() + 1, AMOUNT.filter(AMOUNT > 2).sum()):
        assert read_formula(given.fill_null(0)).money
    for given in ((AMOUNT > 50).sum(), AMOUNT.count(), price.n_unique(), AMOUNT.sum() / price.max(), QUANTITY.sum()):
        assert not read_formula(given.fill_null(0)).money


# --- any text is a formula or is refused in words

NUMBERS = ("0", "1", "-2", "0.5", "10**9", "9" * 400, "1e300", "True", "nw.lit(2)", "nw.lit(0)", "1j", "None")
LEAVES = (*NUMBERS, "'a'", "'amount'", "date(2024, 1, 2)", "date(0, 0, 0)", "nw.len()", "[1, 2]", "nw.Float64", "x")
OPERATORS = ("+", "-", "*", "/", "&", "|", "==", "!=", "<", "<=", ">", ">=", "**", "%", "//", "^", "and")
NAMES = [*MEASURES, *CELLS, *OTHERS, "then", "otherwise", "when", "over", "__class__"]


def drawn(rng: random.Random, depth: int) -> str:
    """A text of the words of formulas, right or wrong."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice([*LEAVES, *(f"nw.col('{name}')" for name in LINES if name != "k")])
    a, b, c = (drawn(rng, depth - 1) for _ in range(3))
    named = rng.choice(["value", "literal", "closed", "base", "ddof", "lower_bound", "other", "dtype"])
    arguments = rng.choice(["", "", "", b, f"{b}, {c}", f"{named}={b}", f"*{b}", f"**{b}", f"[{b}, {c}]"])
    return rng.choice(
        [
            f"({a} {rng.choice(OPERATORS)} {b})",
            f"({rng.choice(['-', '~', 'not '])}{a})",
            f"nw.{rng.choice(FUNCTIONS)}({arguments})",
            f"nw.when({a}).then({b}){rng.choice(['', f'.otherwise({c})'])}",
            *[f"({a}).{rng.choice(NAMES)}({arguments})"] * 4,
        ]
    )


def test_any_text_is_a_formula_that_is_measured_or_is_refused_in_words():
    rng = random.Random(0)  # noqa: S311
    table = pl.DataFrame(LINES)
    measured_at_all = 0
    for _ in range(2_000):
        text = drawn(rng, rng.randint(1, 4))
        try:
            formula = read_formula(text)
        except ConfigError:
            continue
        measured_at_all += 1
        assert None not in [*nw.from_native(table).group_by("k").agg(formula.expr.alias("v"))["v"]]
    assert measured_at_all > 20


def test_no_engine_is_asked_for_more_than_is_counted():
    frame = nw.from_native(duckdb.connect().from_arrow(pl.DataFrame(LINES).to_arrow()))
    nested = [
        "({0}).sqrt()", "({0}).log()", "({0}).clip(1, 2)", "({0}).abs().floor().ceil()", "1 / ({0})",
        "({0}).is_between(1, 2).cast(nw.Float64)", "nw.max_horizontal({0}, 1)",
        "nw.when({0} > 1).then({0}).otherwise(2)",
    ]  # fmt: skip
    thrice: list[Any] = [one.format(one.format(one.format("nw.col('amount')"))) + ".sum()" for one in nested]
    for given in [*thrice, *(given for given, _ in FORMULAS)]:
        formula = read_formula(given)
        asked = frame.group_by("k").agg(formula.expr.alias("v")).to_native().sql_query()
        n_asked = sum(asked.count(name) for name in formula.columns)
        assert n_asked <= copies(ast.parse(formula.measured, mode="eval")), formula


def test_the_text_is_what_one_would_write():
    given = (QUANTITY >= 5).mean().fill_null(0).alias("many at once")
    formula = read_formula(given)
    assert formula.text == "(nw.col('quantity') >= 5).mean().fill_null(0).alias('many at once')"
    assert (formula.label, formula.columns) == ("many at once", ("quantity",))
    assert formula.measured == "(nw.col('quantity') >= 5).mean().fill_null(0)"
    assert read_formula(AMOUNT.filter(CATEGORY == "it's").sum()).text == (
        "nw.col('amount').filter(nw.col('category') == \"it's\").sum()"
    )
    assert read_formula(AMOUNT.is_in({3, 1, 2}).mean()).text == "nw.col('amount').is_in(other=[1, 2, 3]).mean()"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (nw.col("SALES").sum(), "no order line has a column 'SALES'"),
        (nw.col("amnt").sum(), "closest: 'amount'"),
        (nw.col("customer_name").n_unique(), "customer_name is personal"),
        (nw.col("email").str.len_chars().max(), "email is personal"),
        (nw.col("customer_id").n_unique(), "customer_id is personal"),
        ("nw.col('phone').n_unique()", "phone is personal"),
        (nw.when(AMOUNT > 1).then("address").sum(), "address is personal"),
        (nw.max_horizontal("postal_code", "amount").sum(), "postal_code is personal"),
        (AMOUNT, "a value for each order line"),
        (AMOUNT.filter(AMOUNT > 1), "a value for each order line"),
        (AMOUNT * AMOUNT.sum(), "beside one number of a customer"),
        (AMOUNT.sum().sum(), "one number already"),
        (nw.lit(3), "the same for everybody"),
        (nw.col("amount", "quantity").sum(), "one column"),
        (nw.all().sum(), "no nw.all"),
        (AMOUNT.over("order_id").sum(), "no .over"),
        (AMOUNT.cum_sum().max(), "no .cum_sum"),
        (AMOUNT.map_batches(lambda values: values).sum(), "function in it cannot be written down"),
        (AMOUNT.is_in(pl.Series([1.0])).sum(), "Series in it cannot be written down"),
        (AMOUNT.sum() / QUANTITY.sum(), "may be empty"),
        (AMOUNT.std(), "may be empty"),
        (AMOUNT.filter(AMOUNT > 5).mean(), "may be empty"),
        (QUANTITY.mean(), "may be empty"),
        (QUANTITY.sum().log(), "may be empty"),
        (nw.when(AMOUNT.sum() > 1).then(1), "may be empty"),
        (CATEGORY == 3, "cannot be compared"),
        (CATEGORY.sum(), "takes a number or a truth"),
        (DAY.max() - DAY.min(), "takes a number or a truth"),
        (AMOUNT.cast(nw.Int64).sum(), "engines do not agree"),
        (CATEGORY.str.contains("te.").sum(), "literal=True"),
        (AMOUNT.quantile(0.5, interpolation="nearest"), "linear"),
        (AMOUNT.is_between(1, 2, closed="left").sum(), "both ends"),
        (AMOUNT.sum() / (nw.lit(2) - 2), "divides by zero"),
        (AMOUNT.fill_null(nw.lit(2) / 0).sum(), "divides by zero"),
        ("nw.col('amount').clip(1, nw.lit(2) / 0).sum()", "divides by zero"),
        ("nw.lit(2).sqrt() * nw.len()", ".sqrt() is of a column"),
        (nw.lit(2).abs() * nw.len(), ".abs() is of a column"),
        ("(nw.lit('a').str.contains('a', literal=True)).sum()", ".str.contains() is of a column"),
        ("nw.lit(date(2024, 1, 1)).dt.year() * nw.len()", ".dt.year() is of a column"),
        (f"nw.len() * {'9' * 400}", "too large"),
        ("nw.len() * (1e15 * 1e15)", "too large"),
        ("nw.when(True).then(1).otherwise(2) * nw.len()", "the same for everybody"),
        (AMOUNT.filter(AMOUNT.filter(QUANTITY > 1) > 2).sum(), "after .filter(...) comes"),
        (AMOUNT.filter(nw.lit(True)).sum(), "what is so of single lines"),
        ("nw.len(3)", "takes nothing"),
        ("nw.len(*[1])", "takes nothing"),
        ("nw.col('amount').is_null(4).sum()", "takes nothing"),
        ("nw.col('amount').sqrt(4).sum()", "takes nothing"),
        ("nw.len().alias('x', 'y')", "stands at the end"),
        (AMOUNT.alias("x").sum(), "stands at the end"),
        ("nw.col('amount').clip(1, lower_bound=5).sum()", "lower_bound and upper_bound"),
        ("nw.col('amount').quantile(0.5, 'linear', interpolation='linear')", "quantile and interpolation"),
        ("nw.col('amount').quantile(True, 'linear')", "a share from 0 to 1"),
        ("nw.col('amount').std(ddof=False)", "a ddof of 0 or 1"),
        ("nw.col('amount').log(wrong=3).sum()", "it takes base"),
        ("nw.col('category').str.starts_with('a', literal=5).sum()", "it takes prefix"),
        ("nw.col('category').str.contains('a', literal=False, literal=True).sum()", "pattern and literal"),
        (f"nw.col('amount'){'.sqrt()' * 10}.sum()", "repeats itself too often"),
        (f"{'nw.len() / (' * 12}nw.len(){')' * 12}", "repeats itself too often"),
        ("+".join(["nw.len()"] * 120), "nested too deep"),
        ("", "no expression"),
        ("1 +", "no expression"),
        ("(" * 500, "no expression"),
        ("~" * 1_999 + "x", "nested too deep"),
        ("1" * 2_001, "2,001 letters"),
        ("1e999 * nw.len()", "too large"),
        ("date(2024, 13, 1) < nw.col('ordered_on')", "a day is written"),
        ("__import__('os').system('id')", "no .system"),
        ("nw.col.__class__", "not understood"),
        ("(lambda: 1)()", "not understood"),
        ("[nw.len() for _ in (1,)]", "not understood"),
        ("open('x')", "not understood"),
        ("nw.from_native(1)", "no nw.from_native"),
        ("nw.col('amount').sum().__class__.__base__", "not understood"),
        (3, "Narwhals expression or its text"),
        (None, "Narwhals expression or its text"),
        (AMOUNT.sum().alias("two\nlines"), "1 to 80 letters"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",  # an expression may hold an address
)
def test_what_cannot_be_a_feature_is_refused_in_words(given: Any, said: str):
    with pytest.raises(ConfigError) as refused:
        read_formula(given)
    assert said in str(refused.value)
