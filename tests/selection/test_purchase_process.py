"""The process that null shops are drawn by, against itself; a published fit is among the anchors."""

from __future__ import annotations

import numpy as np
import pytest

from marketfold.selection.purchase_process import (
    PurchaseProcess,
    _at_once_loss,
    _plain_loss,
    fit_process,
    shop_clock,
)


def test_what_is_drawn_is_fitted_again():
    rng = np.random.default_rng(0)
    clock = np.arange(701.0)
    first = rng.integers(0, 300, 4_000)
    customer, day = PurchaseProcess(2.0, 0.005, None, clock).draw_repeats(first, rng)
    x, last = np.bincount(customer, minlength=len(first)).astype(float), first.astype(float)
    np.maximum.at(last, customer, day)
    assert (day >= first[customer]).all()
    found = fit_process(x, last - first, (700 - first).astype(float), clock)
    assert found.leaving is None
    assert found.shape * found.scale == pytest.approx(0.01, rel=0.05)
    assert found.shape == pytest.approx(2.0, rel=0.15)


@pytest.mark.parametrize("at_once", [False, True])
def test_those_who_leave_are_fitted_again(at_once: bool):
    rng = np.random.default_rng(1)
    clock = np.arange(701.0)
    first = rng.integers(0, 300, 4_000)
    drawn = PurchaseProcess(1.5, 0.02, (1.0, 3.0), clock, at_once=at_once)
    customer, day = drawn.draw_repeats(first, rng)
    x, last = np.bincount(customer, minlength=len(first)).astype(float), first.astype(float)
    np.maximum.at(last, customer, day)
    found = fit_process(x, last - first, (700 - first).astype(float), clock)
    assert found.leaving is not None
    assert found.at_once == at_once
    assert found.leaving[0] / sum(found.leaving) == pytest.approx(0.25, abs=0.04)
    assert found.shape * found.scale == pytest.approx(0.03, rel=0.1)


def test_nobody_orders_again_where_nobody_did():
    found = fit_process(np.zeros(5), np.zeros(5), np.full(5, 10.0), np.arange(11.0))
    customer, _ = found.draw_repeats(np.zeros(50, np.int64), np.random.default_rng(0))
    assert len(customer) == 0


def test_the_clock_runs_faster_in_the_months_in_which_customers_buy_more():
    months = np.repeat([1, 2], 100)
    clock = shop_clock(np.zeros(50, np.int64), np.repeat([50, 150], [100, 900]), months)
    assert clock[-1] == pytest.approx(200)
    assert (clock[-1] - clock[100]) / clock[100] == pytest.approx(910 / 110, rel=0.15)


def test_the_clock_is_even_where_customers_buy_as_much_in_every_month():
    """However long a month is, and however little was seen of it."""
    months = np.repeat([1, 2], [100, 300])
    clock = shop_clock(np.zeros(50, np.int64), np.repeat([50, 250], [100, 300]), months)
    assert clock == pytest.approx(np.arange(401))


def test_customers_order_until_the_end_of_the_last_day():
    first = np.zeros(2_000, np.int64)
    often = PurchaseProcess(1e6, 1e-5, None, np.arange(2.0))  # ten orders a day of everybody
    customer, day = often.draw_repeats(first, np.random.default_rng(0))
    assert not day.any()
    assert len(customer) / len(first) == pytest.approx(10, rel=0.03)
    _, day = PurchaseProcess(1e6, 1e-5, None, np.array([0.0, 1.0, 4.0])).draw_repeats(first, np.random.default_rng(0))
    assert (np.bincount(day) / len(first)).tolist() == pytest.approx([10, 30], rel=0.03)


def test_who_begins_later_orders_from_then_on():
    often = PurchaseProcess(1e6, 1e-5, None, np.arange(4.0))
    _, day = often.draw_repeats(np.full(2_000, 2), np.random.default_rng(0))
    assert set(day.tolist()) == {2}
    assert len(day) / 2_000 == pytest.approx(10, rel=0.03)


@pytest.mark.parametrize(("at_once", "orders"), [(False, 2.0), (True, 1.0)])
def test_half_leave_after_each_order(at_once: bool, orders: float):
    """With an even chance, and time enough for all: one order and a half of it and so on; half of that at once."""
    often = PurchaseProcess(1e6, 1e-4, (1e6, 1e6), np.arange(2.0), at_once=at_once)
    customer, _ = often.draw_repeats(np.zeros(4_000, np.int64), np.random.default_rng(0))
    assert len(customer) / 4_000 == pytest.approx(orders, rel=0.05)


@pytest.mark.parametrize(
    ("r", "alpha", "x", "length", "likely"),
    [
        (1, 1, 0, 1, 1 / 2),
        (1, 1, 1, 1, 1 / 4),
        (2, 3, 1, 1, 2 * 9 / 64),
        (2, 3, 2, 2, 6 * 9 / 625),
    ],
)
def test_what_is_likely_where_nobody_leaves(r: float, alpha: float, x: float, length: float, likely: float):
    loss = _plain_loss(np.log([r, alpha]), np.array([x]), np.array([length]))
    assert np.exp(-loss) == pytest.approx(likely)


@pytest.mark.parametrize(
    ("parameters", "repeats", "last", "length", "likely"),
    [
        ((1, 1, 1, 1), 0, 0, 1, 1 / 4 + 1 / 2),
        ((2, 1, 1, 2), 1, 1, 2, 4 * (1 / 108 + 1 / 96)),
    ],
)
def test_what_is_likely_where_some_leave_at_once(
    parameters: tuple[float, ...], repeats: float, last: float, length: float, likely: float
):
    loss = _at_once_loss(np.log(parameters), np.array([repeats]), np.array([last]), np.array([length]))
    assert np.exp(-loss) == pytest.approx(likely)


def test_many_customers_are_as_likely_as_all_of_them_together():
    x, last, length = np.array([0.0, 2.0]), np.array([0.0, 1.0]), np.array([1.0, 3.0])
    plain, soon = np.zeros(2), np.zeros(4)
    apart = [slice(0, 1), slice(1, 2)]
    assert _plain_loss(plain, x, length) == pytest.approx(sum(_plain_loss(plain, x[i], length[i]) for i in apart))
    each = [_at_once_loss(soon, x[i], last[i], length[i]) for i in apart]
    assert _at_once_loss(soon, x, last, length) == pytest.approx(sum(each))
    beyond = _plain_loss(np.array([20.0, -20.0]), x, length)
    assert beyond == _plain_loss(np.array([9.0, -9.0]), x, length) != _plain_loss(np.array([8.0, -8.0]), x, length)


@pytest.mark.parametrize(
    ("days", "clock"), [([0, 1, 1, 1], [0, 11 / 12, 2]), ([], [0, 1, 2]), ([0, 0], [0, 24 / 22, 2])]
)
def test_a_month_is_drawn_to_the_mean_by_ten_orders(days: list[int], clock: list[float]):
    """Two customers, two months of a day: a month of no orders is drawn to the mean from its ten."""
    found = shop_clock(np.zeros(2, np.int64), np.array(days, np.int64), np.array([1, 2]))
    assert found.tolist() == pytest.approx(clock)


def test_a_month_is_slow_by_those_who_were_known_in_it():
    """One customer in January and four in February, who order as often each."""
    found = shop_clock(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 1, 1]), np.array([1, 12]))
    assert found.tolist() == pytest.approx([0, 1, 2])
