from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import explore
from marketfold.exploration.distributions import MOST_GROUPS, REST, _bins, nice_step
from marketfold.orders import read_orders

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Distribution, Exploration


def explored(charged: list[float], listed: list[float]) -> Exploration:
    """Lines of one item each, with what was charged and what stands in the list."""
    n = len(charged)
    table = {
        "order_id": [str(one) for one in range(n)],
        "customer_id": [f"K{one % 3}" for one in range(n)],
        "ordered_on": [f"2024-{1 + one % 12:02}-15" for one in range(n)],
        "quantity": [1.0] * n,
        "amount": charged,
        "list_price": listed,
    }
    return explore(clean_orders(read_orders(pa.table(table))))


def distribution(exploration: Exploration, column: str, by: str = "") -> Distribution:
    return next(one for one in exploration.distributions if (one.column, one.by) == (column, by))


def test_bins_agree_with_numpy(sales: Exploration, sales_kept: pd.DataFrame):
    one = distribution(sales, "amount", "deal_size")
    assert one.groups == ("Small", "Medium", "Large")
    for group, counts in zip(one.groups, one.counts, strict=True):
        values = sales_kept.loc[sales_kept["DEALSIZE"] == group, "SALES"]
        inside = values.clip(one.edges[0], one.edges[-1] - 1e-6)
        assert counts.tolist() == np.histogram(inside, one.edges)[0].tolist()


def test_values_on_a_border_fall_into_the_bin_that_starts_there(sales: Exploration):
    one = distribution(sales, "amount", "deal_size")
    small = one.counts[one.groups.index("Small")]
    assert small[one.edges[:-1] >= 3000].sum() == 0


def test_medians_of_groups(sales: Exploration, sales_kept: pd.DataFrame):
    one = distribution(sales, "quantity", "category")
    medians = sales_kept.groupby("PRODUCTLINE")["QUANTITYORDERED"].median()
    assert dict(zip(one.groups, one.medians, strict=True)) == medians.to_dict()
    assert one.median == sales_kept["QUANTITYORDERED"].median()


def test_items_are_whole_numbers(purchases: Exploration, purchases_kept: pd.DataFrame):
    one = distribution(purchases, "quantity")
    assert one.edges[:3].tolist() == [0.5, 1.5, 2.5]
    assert one.counts[0][:3].tolist() == [(purchases_kept["number_of_cds"] == n).sum() for n in (1, 2, 3)]
    assert one.counts.sum() == len(purchases_kept)


def test_the_value_of_orders(sales: Exploration, sales_kept: pd.DataFrame):
    one, orders = distribution(sales, "order_value"), sales_kept.groupby("ORDERNUMBER")["SALES"].sum()
    assert one.counts.sum() == len(orders)
    assert (one.minimum, one.median, one.maximum) == pytest.approx((orders.min(), orders.median(), orders.max()))


def test_skewed_numbers_have_bins_that_grow(shop: Exploration):
    one = distribution(shop, "order_value")
    assert one.log
    assert np.diff(np.log10(one.edges)) == pytest.approx(1 / 8)
    assert one.edges[0] <= one.minimum
    assert one.edges[-1] >= one.maximum
    assert one.counts.sum() == shop.lines.orders


def test_discounts_go_by_what_was_paid_and_not_by_the_capped_price(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    found = sales.discounts
    assert found is not None
    assert (found.mean, found.median) == pytest.approx((off.mean(), off.median()))
    clipped = off.clip(found.edges[0], found.edges[-1] - 1e-6)
    assert found.counts.tolist() == np.histogram(clipped + 1e-10, found.edges)[0].tolist()
    assert found.counts.sum() == found.n_lines == len(sales_kept)


def test_mean_discount_by_list_price(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    found = sales.discounts
    assert found is not None
    inside = (sales_kept["MSRP"] >= found.list_price_edges[1]) & (sales_kept["MSRP"] < found.list_price_edges[2])
    assert found.list_price_lines[1] == inside.sum()
    assert found.list_price_discount[1] == pytest.approx(off[inside].mean())


def test_without_a_list_price_there_is_no_discount(purchases: Exploration):
    assert purchases.discounts is None


@pytest.mark.parametrize(
    ("charged", "first", "given", "above"),
    [
        ([9.0, 9.9, 9.91, 10.0], 0.0, 0.5, 0.0),  # from one in a hundred on it is a discount
        ([9.9, 10.09, 10.1, 13.2], -0.35, 0.25, 0.5),
        ([10.0, 10.0, 10.0, 55.0], -1.0, 0.0, 0.25),  # beyond twice the list price all is one bin
    ],
)
def test_discounts_are_counted_from_the_dearest_line_on(charged: list[float], first: float, given: float, above: float):
    found = explored(charged, [10.0] * 4).discounts
    assert found is not None
    assert (found.edges[0], found.edges[-1]) == (first, 1.0)
    assert found.counts.sum() == found.n_lines == 4
    assert (found.given_share, found.above_share) == (given, above)
    assert found.mean == pytest.approx(np.mean([1 - one / 10 for one in charged]))
    assert found.median == pytest.approx(np.median([1 - one / 10 for one in charged]))


@pytest.mark.parametrize(("lines", "told"), [(10, True), (9, False)])
def test_of_ten_lines_at_a_list_price_the_mean_discount_is_told(lines: int, *, told: bool):
    found = explored([9.0] * lines + [80.0] * 20, [10.0] * lines + [100.0] * 20).discounts
    assert found is not None
    assert found.list_price_lines[0] == lines
    assert np.isfinite(found.list_price_discount[0]) == told


@pytest.mark.parametrize(
    ("numbers", "whole", "edges", "log"),
    [
        ({"minimum": 1.0, "median": 5.0, "p99": 50.0, "maximum": 50.0}, False, (0.0, 50.0), False),
        ({"minimum": 1.0, "median": 5.0, "p99": 50.1, "maximum": 60.0}, False, (1.0, 10 ** (15 / 8)), True),
        ({"minimum": 0.0, "median": 5.0, "p99": 500.0, "maximum": 500.0}, False, (0.0, 500.0), False),
        ({"minimum": 3.0, "median": 3.0, "p99": 3.0, "maximum": 3.0}, False, (3.0, 4.0), False),
        ({"minimum": 0.0, "median": 4.0, "p99": 10.0, "maximum": 15.0}, False, (0.0, 15.0), False),  # no long tail
        ({"minimum": 0.0, "median": 4.0, "p99": 10.0, "maximum": 15.1}, False, (0.0, 10.0), False),
        ({"minimum": 1.0, "median": 2.0, "p99": 5.0, "maximum": 5.0}, True, (0.5, 5.5), False),
    ],
)
def test_bins_end_on_round_numbers(numbers: dict[str, float], whole: bool, edges: tuple[float, float], log: bool):
    """The long tail falls into the last one, and what is skewed has bins that grow."""
    found = _bins(numbers, whole_numbers=whole)
    assert found.log is log
    assert found.edges[0] <= numbers["minimum"]
    assert found.edges[0] == pytest.approx(edges[0])
    step = found.edges[-1] - found.edges[-2]
    assert edges[1] <= found.edges[-1] + 1e-9 <= edges[1] + step + 1e-6


def grouped(classes: list[str | None], **columns: list[float]) -> Exploration:
    n = len(classes)
    table = {
        "order_id": [str(one) for one in range(n)],
        "customer_id": [f"K{one % 3}" for one in range(n)],
        "ordered_on": [f"2024-{1 + one % 12:02}-15" for one in range(n)],
        "amount": [1.0 + one for one in range(n)],
        "category": classes,
        **columns,
    }
    return explore(clean_orders(read_orders(pa.table(table))))


@pytest.mark.parametrize("more", [0, 1])
def test_the_smallest_classes_are_one_group_where_there_are_too_many(more: int):
    names = [f"c{n:02}" for n in range(MOST_GROUPS + more)]
    lines = [name for place, name in enumerate(names) for _ in range(30 - place)]
    found = distribution(grouped([*lines]), "amount", "category")
    kept = names if not more else names[: MOST_GROUPS - 1]
    assert found.groups == (*kept, *([REST] if more else []))
    assert found.counts.sum() == len(lines)
    assert found.counts[0].sum() == 30
    assert found.medians[0] == 15.5
    assert np.isfinite(found.medians).tolist() == [True] * len(kept) + [False] * more


def test_lines_without_a_class_are_of_the_rest():
    found = distribution(grouped(["a", "b", None, "a"]), "amount", "category")
    assert found.groups == ("a", "b", REST)
    assert found.counts.sum(axis=1).tolist() == [2, 1, 1]
    assert found.medians[:2].tolist() == [2.5, 2.0]


def test_list_prices_of_nothing_tell_of_no_discount():
    assert explored([9.0, 8.0], [0.0, 0.0]).discounts is None


@pytest.mark.parametrize(
    ("span", "bins", "step"),
    [
        (10, 10, 1),
        (20, 10, 2),
        (20.1, 10, 2.5),
        (25, 10, 2.5),
        (25.1, 10, 5),
        (51, 10, 10),
        (99, 10, 10),
        (0.3, 10, 0.05),
    ],
)
def test_a_step_is_the_next_round_number(span: float, bins: int, step: float):
    assert nice_step(span, bins) == pytest.approx(step)
