from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketfold.campaigns import Stake, allocate_budget
from marketfold.campaigns.budget import BudgetLine, _divide, price_line
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


@pytest.mark.parametrize(
    ("total", "weights", "caps", "amounts"),
    [
        (100, [1, 1], [math.inf, math.inf], [50, 50]),
        (100, [1, 3], [math.inf, math.inf], [25, 75]),
        (100, [0, 1], [math.inf, math.inf], [0, 100]),
        (100, [0, 0], [math.inf, math.inf], [0, 0]),
        (100, [0.5, 0], [10, 10], [10, 0]),
        (100, [1, 1], [10, math.inf], [10, 90]),
        (100, [1, 1], [10, 20], [10, 20]),
        (100, [1, 1], [50, 100], [50, 50]),
        (100, [1, 1, 2], [10, 30, 100], [10, 30, 60]),  # the second is full once it shares what the first leaves
        (100, [1, 1, 2], [10, 31, 100], [10, 30, 60]),
        (100, [1, 1], [0, math.inf], [0, 100]),
        (100, [1], [33.335], [33.33]),  # no cent more than a cap
        (100, [1, 1, 1], [math.inf] * 3, [33.34, 33.33, 33.33]),
        (1, [1, 2, 3], [math.inf] * 3, [0.16, 0.33, 0.51]),  # the cent that is left goes to the largest
        (1, [1, 3, 2], [math.inf, 0.4, math.inf], [0.2, 0.4, 0.4]),
        (1, [1, 1, 1], [0.3333, 1, 1], [0.33, 0.34, 0.33]),
        (0.05, [1, 1, 1], [math.inf] * 3, [0.03, 0.01, 0.01]),
        (0.58, [1, 1], [math.inf] * 2, [0.29, 0.29]),
        (0.01, [1, 1], [math.inf] * 2, [0.01, 0]),
    ],
)
def test_whole_cents_are_divided_by_weight_below_caps(
    total: float, weights: list[float], caps: list[float], amounts: list[float]
):
    assert _divide(total, weights, caps) == amounts


@pytest.mark.parametrize(
    ("amount", "cost", "reached", "each"),
    [
        (200, 2, 100, 2),
        (199.99, 2, 99, 199.99 / 99),
        (201, 2, 100, 2.01),
        (5, 2, 2, 2.5),
        (2, 2, 1, 2),
        (1.99, 2, 0, None),
        (0, 2, 0, None),
        (0, None, 100, 0),
        (50, None, 100, 0.5),
        (None, 2, 100, None),
        (None, None, 100, None),
    ],
)
def test_an_amount_reaches_as_many_as_it_pays_for(
    amount: float | None, cost: float | None, reached: int, each: float | None
):
    line = price_line(Stake(1, 100, 10_000, 300, usual_rate=0.25), amount, margin=0.4, contact_cost=cost)
    assert (line.reached, line.per_customer, line.amount) == (reached, each, amount)
    assert line.contact_cost == (None if cost is None else 100 * cost)
    assert (line.order_value, line.value_at_stake) == (33.33, 333.33)
    spent = amount if amount is not None else line.contact_cost
    known = spent is not None and reached > 0
    assert line.break_even_rate == (
        pytest.approx(spent / (reached * 10_000 / 300 * 0.4)) if known and spent is not None else None
    )


def test_without_orders_none_is_worth_anything():
    line = price_line(Stake(1, 100, 10_000, 0), 50, margin=0.4, contact_cost=None)
    assert (line.order_value, line.value_at_stake, line.break_even_rate) == (0, 0, None)


@pytest.mark.parametrize(("discount", "rate"), [(0.4, None), (0.41, None), (0.39, 50 / (100 * 100 * 0.01))])
def test_an_order_earns_what_the_margin_leaves_of_the_discount(discount: float, rate: float | None):
    line = price_line(Stake(1, 100, 10_000, 100, discount=discount), 50, margin=0.4, contact_cost=None)
    assert line.break_even_rate == (None if rate is None else pytest.approx(rate))


@pytest.mark.parametrize(
    ("usual", "silent", "never"), [(0.0, False, True), (0.0, True, False), (None, False, False), (0.01, False, False)]
)
def test_a_segment_in_which_nobody_has_ordered_again_has_never(usual: float | None, *, silent: bool, never: bool):
    stake = Stake(1, 100, 10_000, 100, discount=0.2, usual_rate=usual, silent=silent)
    assert stake.never_again is never
    assert stake.given_away == pytest.approx(0.2 * (usual or 0))


def test_where_nobody_ever_ordered_again_all_may_be_moved():
    """As of those of whom it is not known; and an offer's discount is given to nobody who orders anyway."""
    once = [Stake(n, 100, 10_000, 100, usual_rate=0.0, discount=0.1) for n in (1, 2)]
    unknown = Stake(3, 200, 20_000, 200, discount=0.1)
    budget = allocate_budget([*once, unknown], days=400, total=20_000, margin=0.3)
    assert [line.amount for line in budget.lines] == [2_000, 2_000, 4_000]
    assert budget.left_over == 12_000
    assert [line.value_at_stake for line in budget.lines] == [0, 0, 6_000]


def test_what_all_do_is_weighed_by_customers_and_forgets_periods():
    regular = Stake(1, 100, 10_000, 100, usual_rate=0.4)
    once = Stake(2, 300, 30_000, 300, usual_rate=0.0, fewer_rate=0.0, seasons=(SeasonSeen(0, 9), SeasonSeen(0, 9)))
    unknown = Stake(3, 100, 10_000, 100)
    lines = allocate_budget([regular, once, unknown], days=400, total=17_000).lines
    assert [line.amount for line in lines] == [4_000, 3_000, 10_000]  # one in ten of the 400 that are known


def test_weights_of_the_playbook_count_and_what_is_left_is_told():
    stakes = [Stake(1, 100, 10_000, 100, weight=2.0), Stake(2, 100, 10_000, 100)]
    assert [line.amount for line in allocate_budget(stakes, days=9, total=90).lines] == [60, 30]
    budget = allocate_budget(stakes, days=9, total=5_000.125, margin=0.2)
    assert ([line.amount for line in budget.lines], budget.left_over) == ([2_000, 2_000], 1_000.12)
    assert (budget.days, budget.total, budget.margin, budget.contact_cost) == (9, 5_000.125, 0.2, None)
    assert allocate_budget(stakes, days=9).left_over == 0
    assert [allocate_budget(stakes, days=9, margin=one).reckoned_in for one in (None, 0.2)] == ["revenue", "margin"]


@pytest.mark.parametrize("right", [{"total": 0.01}, {"margin": 1}, {"margin": 0.001}, {"contact_cost": 0.001}])
def test_the_least_and_the_most_money_is_taken(right: dict[str, float]):
    assert len(allocate_budget(TWO, days=400, **right).lines) == 2


@pytest.mark.parametrize("wrong", [{"contact_cost": math.inf}, {"contact_cost": -1}, {"margin": -0.1}])
def test_no_other_money_is_taken(wrong: dict[str, float]):
    with pytest.raises(ParameterError, match=r"must be more than zero|share of revenue"):
        allocate_budget(TWO, days=400, **wrong)
