"""Whether a segment's share of a product is larger than everybody's: customers, not lines, are what is drawn."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from scipy import stats
from tests.campaigns.cases import case_of, purchases_of, table_of

from marketfold.campaigns.product_affinity import (
    NextBuy,
    _Cells,
    _matched,
    _next_buys,
    _over_indexed,
    _p_values,
    _Totals,
    measure_affinity,
    next_products,
)
from marketfold.config import ReadingOptions
from marketfold.engine import EngineTable
from marketfold.orders import read_orders


@pytest.mark.parametrize("most_lines", [1, 6])
def test_it_is_students_test_of_a_share_of_customers(most_lines: int):
    """With one line each exactly; with several of what each customer adds to the share (Cochran 1977, 6.3)."""
    rng = np.random.default_rng(3)
    lines = rng.integers(1, most_lines + 1, size=40)
    of_it = rng.binomial(lines, 0.3)
    share, everyone = of_it.sum() / lines.sum(), 0.2
    added = share + (of_it - share * lines) / lines.mean()
    expected = stats.ttest_1samp(added, everyone, alternative="greater").pvalue

    none, one = np.zeros((1, 1)), np.ones((1, 1))
    cells = _Cells(
        ["tea"], one * of_it.sum(), one * (of_it > 0).sum(), none, none, one * of_it @ of_it, one * of_it @ lines
    )
    totals = _Totals(*(np.array([float(total)]) for total in (lines.sum(), len(lines), 0, lines @ lines)))
    assert _p_values(cells, totals, np.array([everyone]))[0, 0] == pytest.approx(expected)


def test_who_is_to_be_expected_is_matched_on_how_much_was_bought():
    """Of two bands worked by hand: 40 + 60 of who bought little and 60 + 40 of who bought much, one thing."""
    eligible = np.array([[[40.0], [60.0]], [[60.0], [40.0]]])
    takers = np.array([[[6.0], [33.0]], [[4.0], [17.0]]])  # 10 of 100, and 50 of 100
    expected, variance = _matched(takers, eligible)
    assert expected[:, 0] == pytest.approx([40 * 0.1 + 60 * 0.5, 60 * 0.1 + 40 * 0.5])
    bands = np.array([stats.hypergeom.var(100, [10, 50], drawn) for drawn in ([40, 60], [60, 40])])
    assert variance[:, 0] == pytest.approx(bands.sum(axis=1))


@pytest.mark.parametrize(("share", "found"), [(0.0, None), (0.12, "tea")])
def test_what_is_added_next_is_more_than_others_add_who_bought_as_much(share: float, found: str | None):
    """Both buy things at random, one segment mostly five times as much: it has added everything more often."""
    rng = np.random.default_rng(1)
    rows, things = [], []
    names = ["tea", "milk", "salt", "rice", *(f"thing {n}" for n in range(26))]
    for who in range(400):
        heavy = who % 2
        for order in range(10 if heavy or who % 4 == 0 else 2):
            taste = heavy and found and order and rng.random() < share
            rows.append((f"o{who}-{order}", f"{'lh'[heavy]}{who}", f"2025-{1 + order:02d}-{1 + who % 28:02d}", 10.0))
            things.append("tea" if taste else names[int(rng.integers(len(names)))])
    orders = read_orders(table_of(rows, category=things), ReadingOptions(date_format="%Y-%m-%d"))
    case = case_of(orders, {row[1]: row[1][0] for row in rows})
    purchases = purchases_of(case)
    affinity = measure_affinity(purchases)
    steps = [one.next_category for one in affinity]
    assert [step and step.name for step in steps[:1]] == [found]
    assert found or steps[1] is None
    suggested = EngineTable(purchases.engine, next_products(purchases, affinity)).collect()
    assert suggested["customer_id"].to_pylist() == case.ids.tolist()
    bought = {(row[1], thing) for row, thing in zip(rows, things, strict=True)}
    of_heavy = {
        row["customer_id"]: row["next_product"] for row in suggested.to_pylist() if row["customer_id"][0] == "h"
    }
    assert of_heavy == {one: None if (one, found) in bought else found for one in of_heavy}


def of_arrays(**sums: list[list[list[float]]]) -> _Cells:
    """Sums by segment, band and thing, zero where they are not given."""
    shape = np.shape(next(iter(sums.values())))
    names = [f"T{place}" for place in range(shape[-1])]
    given = {name: np.array(values, dtype=float) for name, values in sums.items()}
    return _Cells(names, *(given.get(one.name, np.zeros(shape)) for one in fields(_Cells)[1:]))


def buying(lines: float, customers: float, things: list[float], buyers: list[float]) -> tuple[_Cells, _Totals]:
    """A segment whose customers have as many lines each, and buyers as many of a thing; beside a hundred others.

    Those have a hundred lines each, and fifty of them one of each thing.
    """
    whole, people = np.array([lines, 10_000.0]), np.array([customers, 100.0])
    own, who = np.array([things, [50.0] * len(things)]), np.array([buyers, [50.0] * len(things)])
    each, none = whole / people, np.zeros_like(own)
    names = [f"T{place}" for place in range(len(things))]
    cells = _Cells(names, own, who, none, none, own**2 / who, own * each[:, None])
    return cells, _Totals(whole, people, np.zeros(2), whole * each)


def test_what_a_segment_buys_more_is_told_with_its_shares_most_extra_lines_first():
    cells, totals = buying(200, 50, [60, 40, 4], [40, 30, 4])
    own, others = _over_indexed(cells, totals, {"T1": "Tea"})
    assert [(one.name, one.share, one.buyers, one.category) for one in own] == [
        ("T0", 0.3, 40, None), ("T1", 0.2, 30, "Tea")
    ]  # fmt: skip
    assert [one.everyone_share for one in own] == pytest.approx([110 / 10_200, 90 / 10_200])
    assert [one.lift for one in own] == pytest.approx([0.3 / (110 / 10_200), 0.2 / (90 / 10_200)])
    assert others == ()


@pytest.mark.parametrize(("buyers", "told"), [(5, True), (4, False)])
def test_five_customers_must_have_bought_it(buyers: float, *, told: bool):
    cells, totals = buying(80, 8, [40], [buyers])
    assert bool(_over_indexed(cells, totals, {})[0]) is told


def test_five_things_are_shown():
    cells, totals = buying(1_000, 50, [100.0 + place for place in range(7)], [50] * 7)
    assert [one.name for one in _over_indexed(cells, totals, {})[0]] == ["T6", "T5", "T4", "T3", "T2"]


@pytest.mark.parametrize(("customers", "told"), [(5, False), (25, True)])
def test_a_segment_that_buys_nothing_else_buys_it_more_where_few_would_by_chance(customers: float, *, told: bool):
    """Whose every line is of one thing, of which others have eight lines in ten; in them nothing varies."""
    none = np.zeros((2, 1))
    lines, squares = np.array([[customers * 4], [8_000.0]]), np.array([[customers * 16], [640_000.0]])
    products = np.array([[customers * 16], [800_000.0]])
    cells = _Cells(["Tea"], lines, np.array([[customers], [100.0]]), none, none, squares, products)
    whole, people = np.array([customers * 4, 10_000.0]), np.array([customers, 100.0])
    totals = _Totals(whole, people, np.zeros(2), np.array([customers * 16, 1e6]))
    own, others = _over_indexed(cells, totals, {})
    assert [one.share for one in own] == ([1.0] if told else [])
    assert others == ()


def next_of(takers: list[float], customers: float = 100, back: float = 80, **more: list[float]) -> NextBuy | None:
    """Of a segment of which as many added each thing later, beside a thousand customers who never did."""
    none = [0.0] * len(takers)
    cells = of_arrays(
        takers=[[takers], [none]], buyers=[[more.get("buyers", takers)], [none]],
        first_buyers_back=[[more.get("first", none)], [none]],
    )  # fmt: skip
    sums = ([[200.0], [5_000.0]], [[customers], [1_000.0]], [[back], [1_000.0]], [[1.0], [1.0]])
    return _next_buys(cells, _Totals(*map(np.array, sums)), {"T1": "Tea"})[0]


def test_the_next_thing_is_what_most_of_those_who_came_back_added():
    found = next_of([20, 30, 10])
    assert found is not None
    assert (found.name, found.takers, found.came_back, found.open_to, found.category) == ("T1", 30, 80, 70, "Tea")
    assert found.everyone_rate == pytest.approx(30 / 1_080)
    assert found.rate == 30 / 80


def test_few_of_few_do_not_go_before_many_of_many():
    """Three quarters of 8 who had not bought the one at first, and 56 of all 80 who had not bought the other."""
    found = next_of([6, 56], first=[72, 0])
    assert found is not None
    assert (found.name, found.came_back) == ("T1", 80)
    alone = next_of([6, 0], first=[72, 0])
    assert alone is not None
    assert (alone.takers, alone.came_back) == (6, 8)


@pytest.mark.parametrize(
    ("takers", "buyers", "told"),
    [(5, 80, True), (4, 80, False), (30, 80, True), (30, 81, False), (0, 0, False)],
    ids=["five", "four", "a fifth is open to it", "fewer are", "nobody"],
)
def test_five_must_have_added_it_and_a_fifth_of_the_segment_lack_it(takers: float, buyers: float, *, told: bool):
    assert (next_of([takers], buyers=[buyers]) is not None) is told


def test_where_there_is_nothing_there_is_nothing_next():
    cells = _Cells([], *[np.zeros((1, 1, 0))] * 6)
    assert _next_buys(cells, _Totals(*[np.ones((1, 1))] * 4), {}) == (None,)
