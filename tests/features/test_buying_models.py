from __future__ import annotations

import numpy as np
import pytest

from marketfold.errors import ParameterError
from marketfold.features.buying_models import (
    COMPARED_ROWS,
    LARGEST_BETA,
    SMALLEST,
    BuyingModel,
    SpendModel,
    _most_likely,
)
from marketfold.schema import Float64

PLANTED = BuyingModel(r=0.6, alpha=40.0, a=0.9, b=3.0)


def simulate(
    model: BuyingModel, n_customers: int, until: float, seed: int = 1
) -> tuple[Float64, list[Float64], Float64]:
    """When each customer first came, the times of the orders after that up to `until`, and who is still there then."""
    rng = np.random.default_rng(seed)
    rate, stops = rng.gamma(model.r, 1 / model.alpha, n_customers), rng.beta(model.a, model.b, n_customers)
    came = rng.uniform(0, 360, n_customers)
    orders: list[Float64] = []
    stays = np.zeros(n_customers)
    for one in range(n_customers):
        at, times, there = came[one], [], True
        while there and (at := at + rng.exponential(1 / rate[one])) < until:
            times.append(at)
            there = rng.random() > stops[one]
        orders.append(np.array(times))
        stays[one] = there
    return came, orders, stays


def seen_until(day: float, came: Float64, orders: list[Float64]) -> tuple[Float64, Float64, Float64]:
    """Repeats, time of the last order and time since the first, of what happened before a day."""
    repeats = np.array([float((times < day).sum()) for times in orders])
    last = np.array([times[times < day].max(initial=start) for start, times in zip(came, orders, strict=True)])
    return repeats, last - came, day - came


@pytest.fixture(scope="module")
def bought() -> tuple[Float64, list[Float64], Float64]:
    return simulate(PLANTED, 8_000, until=720)


def test_the_planted_parameters_come_out(bought: tuple[Float64, list[Float64], Float64]) -> None:
    came, orders, _ = bought
    found = BuyingModel.fit(*seen_until(720, came, orders))

    assert found.r == pytest.approx(PLANTED.r, rel=0.1)
    assert found.r / found.alpha == pytest.approx(PLANTED.r / PLANTED.alpha, rel=0.05)
    assert found.a / (found.a + found.b) == pytest.approx(PLANTED.a / (PLANTED.a + PLANTED.b), rel=0.1)


def test_as_many_orders_are_expected_as_come(bought: tuple[Float64, list[Float64], Float64]) -> None:
    came, orders, _ = bought
    seen = seen_until(450, came, orders)
    later = np.array([float((times >= 450).sum()) for times in orders])

    expected = BuyingModel.fit(*seen).expected_orders(720 - 450, *seen)

    assert expected.sum() == pytest.approx(later.sum(), rel=0.05)
    order = np.argsort(expected, kind="stable")
    fifths = np.array_split(order, 5)
    assert [expected[fifth].mean() for fifth in fifths[2:]] == pytest.approx(
        [later[fifth].mean() for fifth in fifths[2:]], rel=0.15
    )


def test_as_many_customers_are_expected_to_order_as_do(bought: tuple[Float64, list[Float64], Float64]) -> None:
    """In all and in each fifth; nobody is surer to order than to be there, or likelier than so many orders allow."""
    came, orders, _ = bought
    seen, ahead = seen_until(450, came, orders), 90
    later = np.array([bool(((times >= 450) & (times < 450 + ahead)).any()) for times in orders])

    chance = PLANTED.ordering(ahead, *seen)

    assert chance.mean() == pytest.approx(later.mean(), rel=0.05)
    fifths = np.array_split(np.argsort(chance, kind="stable"), 5)
    assert [chance[fifth].mean() for fifth in fifths] == pytest.approx([later[f].mean() for f in fifths], abs=0.02)
    assert (chance <= PLANTED.alive(*seen)).all()
    assert (chance <= PLANTED.expected_orders(ahead, *seen) + 1e-12).all()


def test_the_chance_of_being_a_customer_is_the_share_that_still_is(
    bought: tuple[Float64, list[Float64], Float64],
) -> None:
    came, orders, stays = bought
    seen = seen_until(720, came, orders)
    again = seen[0] > 0

    alive = PLANTED.alive(*seen)

    assert alive[again].mean() == pytest.approx(stays[again].mean(), abs=0.02)
    assert (alive[~again] == 1).all()


def test_customers_that_are_counted_together_give_the_same_as_one_by_one() -> None:
    repeats, last, known = np.array([0.0, 1.0, 3.0]), np.array([0.0, 20.0, 90.0]), np.array([50.0, 80.0, 100.0])
    counts = np.array([5.0, 3.0, 2.0])
    apart = [np.repeat(column, counts.astype(int)) for column in (repeats, last, known)]

    together = BuyingModel.fit(repeats, last, known, counts)

    assert together.log_likelihood(*apart) == pytest.approx(BuyingModel.fit(*apart).log_likelihood(*apart))
    assert together.log_likelihood(repeats, last, known, counts) == pytest.approx(together.log_likelihood(*apart))


def test_days_and_weeks_give_the_same_model(bought: tuple[Float64, list[Float64], Float64]) -> None:
    repeats, last, known = seen_until(720, *bought[:2])
    days, weeks = BuyingModel.fit(repeats, last, known), BuyingModel.fit(repeats, last / 7, known / 7)

    assert weeks.alpha * 7 == pytest.approx(days.alpha, rel=1e-3)
    assert weeks.expected_orders(13, repeats, last / 7, known / 7) == pytest.approx(
        days.expected_orders(91, repeats, last, known), rel=1e-3
    )


@pytest.mark.parametrize("a", [1e-4, 0.5, 1.0, 1.0 + 1e-9, 3.0, LARGEST_BETA])
@pytest.mark.parametrize("repeats", [0.0, 1.0, 40.0, 900.0])
def test_expected_orders_are_the_mean_over_rates_and_chances_of_stopping(a: float, repeats: float) -> None:
    model = BuyingModel(r=0.8, alpha=12.0, a=a, b=2.0)
    last, known, ahead = min(repeats, 1.0) * 900.0, 1_000.0, 365.0
    rng = np.random.default_rng(0)
    rate = rng.gamma(model.r + repeats, 1 / (model.alpha + known), 400_000)
    stops = np.maximum(rng.beta(model.a, model.b + repeats, 400_000), 1e-300)

    one = np.array([repeats]), np.array([last]), np.array([known])
    drawn = -np.expm1(-rate * stops * ahead) / stops  # of those still there

    assert model.expected_orders(ahead, *one)[0] == pytest.approx(drawn.mean() * model.alive(*one)[0], rel=0.02)


@pytest.mark.parametrize("b", [SMALLEST, 0.5, LARGEST_BETA])
@pytest.mark.parametrize("a", [SMALLEST, 0.5, LARGEST_BETA])
@pytest.mark.parametrize("r", [SMALLEST, 1.0, 50.0])
def test_nobody_is_expected_to_order_more_than_at_his_rate(r: float, a: float, b: float) -> None:
    repeats = np.array([0.0, 0.0, 1.0, 1.0, 3.0, 700.0])
    last, known = np.array([0.0, 0.0, 1.0, 1.0, 650.0, 2_999.0]), np.array([1.0, 700.0, 2.0, 700.0, 700.0, 3_000.0])
    model = BuyingModel(r, 20.0, a, b)

    expected, most = model.expected_orders(365, repeats, last, known), 365 * (r + repeats) / (20.0 + known)

    assert np.isfinite(expected).all()
    assert (expected >= -1e-9).all()
    assert (expected <= most * (1 + 1e-3)).all()


def test_the_planted_spending_comes_out() -> None:
    rng = np.random.default_rng(3)
    p, q, gamma = 5.0, 4.0, 60.0
    orders = rng.integers(1, 9, 6_000).astype(float)
    own = rng.gamma(q, 1 / gamma, 6_000)
    mean = rng.gamma(p * orders, 1 / own) / orders

    found = SpendModel.fit(orders, mean)

    assert (found.p, found.q, found.gamma) == pytest.approx((p, q, gamma), rel=0.1)
    assert found.expected_mean(np.zeros(1), np.zeros(1))[0] == pytest.approx(p * gamma / (q - 1), rel=0.05)
    assert found.expected_mean(np.array([1e6]), np.array([77.0]))[0] == pytest.approx(77.0, rel=1e-3)


def test_spending_does_not_depend_on_the_currency() -> None:
    rng = np.random.default_rng(4)
    orders, mean = rng.integers(1, 5, 900).astype(float), rng.lognormal(3, 0.7, 900)

    small, large = SpendModel.fit(orders, mean), SpendModel.fit(orders, mean * 10_000)

    assert (large.p, large.q, large.gamma / 10_000) == pytest.approx((small.p, small.q, small.gamma), rel=1e-3)


def test_nobody_who_came_again_gives_no_model() -> None:
    with pytest.raises(ParameterError, match="ordered again"):
        BuyingModel.fit(np.zeros(5), np.zeros(5), np.arange(5.0))
    with pytest.raises(ParameterError, match="brought something"):
        SpendModel.fit(np.ones(3), np.zeros(3))


def test_days_and_thousands_of_days_give_the_same_model() -> None:
    repeats, last, known = np.array([0.0, 1, 2, 5, 0, 1]), np.array([0.0, 20, 60, 90, 0, 70]), np.full(6, 100.0)
    found, scaled = BuyingModel.fit(repeats, last, known), BuyingModel.fit(repeats, 1_024 * last, 1_024 * known)
    assert (scaled.r, scaled.a, scaled.b) == (found.r, found.a, found.b)
    assert scaled.alpha == pytest.approx(1_024 * found.alpha, rel=1e-12)


@pytest.mark.parametrize("n", [COMPARED_ROWS, 2 * COMPARED_ROWS, 3 * COMPARED_ROWS])
def test_the_least_loss_is_that_of_all_rows_though_some_choose_the_start(n: int) -> None:
    """A loss that is least at the mean of the rows; the mean of every second or third is another."""
    rows = np.arange(n, dtype=np.float64) / n

    def loss(at: np.ndarray, values: np.ndarray) -> tuple[float, np.ndarray]:
        return float(((at - values.mean()) ** 2).sum()), 2 * (at - values.mean())

    found = _most_likely(loss, (rows,), [np.array([0.0]), np.array([5.0])], np.array([[-10.0, 10.0]]))
    assert found[0] == pytest.approx(rows.mean(), abs=1e-9)
