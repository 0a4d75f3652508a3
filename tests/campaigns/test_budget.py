from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketfold.campaigns import Stake, allocate_budget
from marketfold.campaigns.budget import BudgetLine, price_line
from marketfold.errors import ParameterError
from marketfold.experiments import SeasonSeen

TWO = (Stake(1, 100, 300_000, 600, usual_rate=0.4), Stake(2, 300, 100_000, 500, usual_rate=0.5))


def test_the_arithmetic_is_shown_and_right():
    budget = allocate_budget(TWO, days=731, total=4_000, margin=0.3, contact_cost=2)
    first, second = budget.lines
    assert (first.value_at_stake, second.value_at_stake) == (100 * 500 * 0.4 * 0.3, 300 * 200 * 0.5 * 0.3)
    assert (first.amount, second.amount) == (1_600, 2_400)
    assert first.break_even_rate == pytest.approx(1_600 / (100 * 500 * 0.3))
    assert first.contact_cost == 200
    assert (first.order_value, first.reached) == (500, 100)


def test_money_goes_where_it_can_move_something_neither_to_who_buys_anyway_nor_to_who_is_gone():
    """All three have brought as much; of the first nearly all order anyway, and of the last hardly anybody."""
    loyal, regular, gone = (
        Stake(n, 100, 100_000, 1_000, usual_rate=rate) for n, rate in ((1, 0.95), (2, 0.4), (3, 0.05))
    )
    lines = allocate_budget([loyal, regular, gone], days=400, total=1_000, margin=0.5).lines
    assert [line.amount for line in lines] == [100, 800, 100]


def test_a_segment_of_which_nobody_has_come_back_yet_gets_its_part_as_if_as_many_did_as_of_all():
    regular, once = Stake(1, 100, 100_000, 1_000, usual_rate=0.4), Stake(2, 300, 30_000, 300, usual_rate=0.0)
    lines = allocate_budget([regular, once], days=400, total=1_000, margin=0.5).lines
    assert lines[1].value_at_stake == 0
    assert [line.amount for line in lines] == [
        pytest.approx(1_000 * 40 / 70, abs=0.01),
        pytest.approx(1_000 * 30 / 70, abs=0.01),
    ]
    alone = allocate_budget([once], days=400, total=1_000, margin=0.5)
    assert alone.left_over == 0


def test_of_the_silent_nobody_of_whom_ordered_lately_nothing_is_expected():
    """Of those who were never seen to come back it is not known; of these it is."""
    regular = Stake(1, 100, 100_000, 1_000, usual_rate=0.4)
    silent = Stake(2, 300, 30_000, 300, usual_rate=0.0, silent=True)
    assert [silent.never_again, replace(silent, silent=False).never_again] == [False, True]
    lines = allocate_budget([regular, silent], days=400, total=1_000, margin=0.5).lines
    assert [line.amount for line in lines] == [1_000, 0]


def test_a_season_with_few_and_one_with_nearly_all_leave_less_to_move_than_the_two_together_seem_to():
    two = Stake(1, 100, 100_000, 1_000, usual_rate=0.57, fewer_rate=(1 + 41) / 100)  # 0.43 by the two together
    assert two.moved_share == 0.42
    assert two.moved_by == "periods"
    assert replace(two, seasons=(SeasonSeen(1, 3), SeasonSeen(56, 97))).moved_by == "seasons"
    assert replace(two, fewer_rate=0.43).moved_by == "others"
    assert allocate_budget([two], days=400).lines[0].value_at_stake == 4_200
    assert replace(two, usual_rate=0.3, fewer_rate=None).moved_share == 0.3


def test_what_is_not_known_is_left_blank():
    line = allocate_budget(TWO, days=400).lines[0]
    assert line.amount is None
    assert line.break_even_rate is None
    assert line.contact_cost is None
    assert line.per_customer is None


def test_without_a_margin_the_budget_follows_revenue():
    budget = allocate_budget(TWO, days=400, total=4_000)
    assert [line.amount for line in budget.lines] == [1_600, 2_400]
    assert [line.break_even_rate for line in budget.lines] == [None, None]


def test_a_discount_is_taken_off_the_margin():
    stake = Stake(1, 100, 300_000, 600, discount=0.1)
    line = allocate_budget([stake], days=400, total=1_000, margin=0.3).lines[0]
    assert line.break_even_rate == pytest.approx(1_000 / (100 * 500 * 0.2))


def test_an_offer_that_costs_more_than_the_margin_gets_no_money():
    stake = Stake(1, 100, 300_000, 600, discount=0.4)
    budget = allocate_budget([stake], days=400, total=1_000, margin=0.3)
    assert budget.lines[0].amount == 0
    assert budget.left_over == 1_000
    assert budget.lines[0].break_even_rate is None


def test_nobody_gets_more_than_one_extra_order_would_earn():
    small = Stake(1, 10, 1_000, 10)
    budget = allocate_budget([small], days=365, total=50_000, margin=0.3)
    assert budget.lines[0].amount == pytest.approx(10 * 100 * 0.3)
    assert budget.left_over == pytest.approx(50_000 - 300)


def test_an_amount_that_does_not_reach_everybody_says_how_many_it_reaches():
    line = allocate_budget([Stake(1, 100, 300_000, 600)], days=400, total=50, margin=0.3, contact_cost=2).lines[0]
    assert line.reached == 25
    assert line.per_customer == 2


@pytest.mark.parametrize(
    "wrong",
    [{"total": 0}, {"total": -1}, {"total": math.inf}, {"margin": 0}, {"margin": 1.1}, {"contact_cost": 0}],
)
def test_money_must_be_money(wrong: dict[str, float]):
    with pytest.raises(ParameterError, match=r"must be more than zero|share of revenue"):
        allocate_budget(TWO, days=400, **wrong)


@given(
    st.lists(
        st.builds(
            Stake,
            number=st.just(1),
            customers=st.integers(0, 10_000),
            revenue_total=st.floats(0, 1e7),
            order_count=st.integers(0, 50_000),
            weight=st.floats(0.1, 3),
            discount=st.floats(0, 0.6),
        ),
        min_size=1,
        max_size=6,
    ),
    st.floats(0.01, 1e6),
    st.one_of(st.none(), st.floats(0.01, 1)),
)
def test_no_cent_appears_or_is_lost(stakes: list[Stake], total: float, margin: float | None):
    budget = allocate_budget(stakes, days=500, total=total, margin=margin)
    amounts = [line.amount for line in budget.lines]
    assert all(amount is not None and amount >= 0 for amount in amounts)
    given_out = sum(amount for amount in amounts if amount is not None)
    assert given_out <= total + 0.011
    assert given_out + budget.left_over == pytest.approx(total, abs=0.011)


def test_the_discount_to_those_who_order_anyway_must_come_back_too():
    """Worked by hand: 30 of 100 order anyway and are given 10 % of 500; each extra order leaves 20 % of 500."""
    stake = Stake(1, 100, 300_000, 600, discount=0.1, usual_rate=0.3)
    line = allocate_budget([stake], days=400, total=1_000, margin=0.3).lines[0]
    assert line.break_even_rate is not None
    assert line.break_even_rate == pytest.approx((1_000 + 30 * 50) / (100 * 100))
    profit = line.break_even_rate * 100 * 500 * 0.2 - 30 * 50 - 1_000
    assert profit == pytest.approx(0)
    assert line.break_even == "possible"


@pytest.mark.parametrize(
    ("stake", "margin", "amount", "code"),
    [
        (Stake(1, 100, 300_000, 600, usual_rate=0.3), 0.3, 4_000, "possible"),  # 27 % of those reached
        (Stake(1, 100, 300_000, 600, usual_rate=0.3), 0.3, 6_000, "beyond doubling"),  # 40 %
        (Stake(1, 100, 300_000, 600, usual_rate=0.3), 0.3, 12_000, "beyond all"),  # 80 %, and 30 % order anyway
        (Stake(1, 100, 300_000, 600), 0.3, 12_000, "possible"),  # who orders anyway is not known
        (Stake(1, 100, 300_000, 600), 0.3, 16_000, "beyond all"),
        (Stake(1, 100, 300_000, 600, discount=0.3), 0.3, 100, "unknown"),  # no order earns anything
        (Stake(1, 100, 300_000, 600), None, 100, "unknown"),
    ],
)
def test_a_break_even_that_no_campaign_reaches_is_known(stake: Stake, margin: float | None, amount: float, code: str):
    assert price_line(stake, amount, margin=margin, contact_cost=None).break_even == code


@pytest.mark.parametrize(("usual", "moved"), [(0.4, 0.4), (0.7, 0.3)])
def test_no_campaign_is_given_more_than_what_it_can_move_would_earn(usual: float, moved: float):
    stake = Stake(1, 10, 1_000, 10, discount=0.05, usual_rate=usual)
    line = allocate_budget([stake], days=365, total=50_000, margin=0.3).lines[0]
    assert line.amount == pytest.approx(10 * 100 * (moved * 0.25 - usual * 0.05))
    assert line.break_even_rate == pytest.approx(moved)
    assert line.break_even == "possible"


@pytest.mark.parametrize(
    ("usual", "fewer", "moved", "by"),
    [
        (None, None, 1.0, "unknown"), (0.3, None, 0.3, "again"), (0.5, None, 0.5, "again"), (0.6, None, 0.4, "others"),
        (0.3, 0.3, 0.3, "again"), (0.3, 0.29, 0.29, "periods"), (0.6, 0.4, 0.4, "others"), (0.6, 0.39, 0.39, "periods"),
    ],
)  # fmt: skip
def test_whose_orders_can_be_moved(usual: float | None, fewer: float | None, moved: float, by: str):
    stake = Stake(1, 100, 100_000, 1_000, usual_rate=usual, fewer_rate=fewer)
    assert stake.moved_share == pytest.approx(moved)
    assert stake.moved_by == by


@pytest.mark.parametrize(
    ("usual", "rate", "found"),
    [
        (0.2, None, "unknown"), (0.2, 0.2, "possible"), (0.2, 0.21, "beyond doubling"), (0.2, 0.8, "beyond doubling"),
        (0.2, 0.81, "beyond all"), (0.7, 0.3, "possible"), (0.7, 0.31, "beyond all"), (None, 1.0, "possible"),
        (None, 1.01, "beyond all"),
    ],
)  # fmt: skip
def test_whether_a_campaign_can_earn_its_money_back(usual: float | None, rate: float | None, found: str):
    """No more can order than do not anyway, and hardly twice as many as usual do."""
    line = BudgetLine(Stake(1, 100, 100_000, 1_000, usual_rate=usual), 0.0, 0.0, 100, break_even_rate=rate)
    assert line.break_even == found
