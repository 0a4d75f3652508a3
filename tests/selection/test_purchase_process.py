"""The process that null shops are drawn by, against itself; a published fit is among the anchors."""

from __future__ import annotations

import numpy as np
import pytest

from marketfold.selection.purchase_process import PurchaseProcess, fit_process, shop_clock


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
