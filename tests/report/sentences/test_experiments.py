from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.experiments.cases import simulate

from marketfold.experiments import (
    Baseline,
    Check,
    Coverage,
    Experiment,
    Gain,
    Measurement,
    MeasuringOptions,
    Payback,
    Raw,
    SegmentDesign,
    SegmentResult,
    as_assigned,
    compare_arms,
    plan_holdout,
)
from marketfold.report.measurement import measurement_page
from marketfold.report.sentences.experiments import (
    describe_adjustment,
    describe_check,
    describe_coverage,
    describe_holdout,
    describe_overall,
    describe_payback,
    describe_paybacks,
    describe_period,
    describe_result,
    doubt_coverage,
    missing_payback,
    payback_verdict,
)

USUAL = Baseline(days=90, periods=10_000, order_rate=0.2, revenue_mean=40.0, revenue_sd=120.0, revenue_skew=6.4)
QUICK = MeasuringOptions(n_draws=999)


def test_a_holdout_says_what_it_will_show():
    enough = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.2)
    text = describe_holdout(enough)
    assert text.startswith("Hold out 1,500 of 30,000 customers. The share of customers who order is usually 20 % in 90")
    assert (
        "will be seen in 8 of 10 cases, all segments with a holdout judged together. Not reaching them has its price"
        in text
    )
    # 1,500 of them, 40 each
    assert text.endswith("about 12,000, if the campaign brings 20 % more revenue.")
    revenue = plan_holdout(1, 300_000, USUAL, "revenue", wanted_lift=0.2)
    assert "revenue per customer is usually €40 in 90 days" in describe_holdout(revenue, "EUR")


def test_a_holdout_costs_no_more_than_a_campaign_can_move():
    enough = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.2)
    assert describe_holdout(enough, can_be=0.3) == describe_holdout(enough)
    said = describe_holdout(enough, can_be=0.05)
    assert said.endswith("about 3,000, if the campaign makes everybody order once who does not anyway.")


def test_what_cannot_be_reached_is_said():
    text = describe_holdout(plan_holdout(1, 2_000, USUAL, "order_rate", wanted_lift=0.05))
    assert "A smaller one is seen less often (5 % was wished), and more than 30 % is not held out" in text


@pytest.mark.parametrize(
    ("customers", "baseline", "says"),
    [
        (20, USUAL, "with 20 customers even holding out 30 % would show only a change of 279 % or more"),
        (
            20,
            replace(USUAL, order_rate=0.95),
            "even holding out 30 % of 20 customers shows no rise",
        ),
        (5_000, None, "nobody here has been observed"),
        (5_000, replace(USUAL, order_rate=0.0, revenue_mean=0.0), "of 5,000 customers none has ordered again"),
    ],
)
def test_a_holdout_is_refused_in_words(customers: int, baseline: Baseline | None, says: str):
    text = describe_holdout(plan_holdout(1, customers, baseline, "order_rate", wanted_lift=0.2))
    assert text.startswith("No holdout")
    assert says in text


def test_arms_that_are_kept_are_said_to_be():
    planned = plan_holdout(1, 9_000, USUAL, "order_rate", wanted_lift=0.2)
    kept = describe_holdout(as_assigned(planned, 2_000, USUAL))
    assert kept.startswith("2,000 of 9,000 customers are held out: everybody keeps the arm of the earlier run")
    assert f"({planned.held_out:,} would be held out anew)" in kept
    assert "8 of 10 cases, all segments with a holdout judged together." in kept
    as_set = describe_holdout(as_assigned(planned, 2_000, USUAL, sizing="set"))
    assert as_set.startswith("2,000 of 9,000 customers are held out: as you have set it. The share of customers")
    refused = plan_holdout(1, 20, USUAL, "order_rate", wanted_lift=0.2)
    few = describe_holdout(as_assigned(refused, 9, USUAL))
    assert "(no holdout would be made anew). So few show nothing of a campaign." in few


def whole(*results: SegmentResult, currency: str | None = None) -> Measurement:
    return Measurement(date(2026, 7, 1), date(2026, 9, 28), results, 0.05, "holm", currency)


def judged(lift: float, n: int = 6_000, share: float | None = None) -> SegmentResult:
    experiment = Experiment({1: SegmentDesign("All", "order_rate", share)})
    return compare_arms(simulate(np.random.default_rng(1), 1, n, lift), experiment, QUICK)[0]


@pytest.mark.parametrize(
    ("lift", "n", "share", "says"),
    [
        (0.4, 6_000, None, "It worked. Share who ordered: "),
        (-0.4, 6_000, None, "It did not work: those reached did less than those held out. "),
        (0.0, 200_000, None, " points or more is ruled out. "),
        (0.02, 600, None, "It cannot be told yet. Share who ordered: "),
        (0.4, 6_000, 0.1, "It cannot be told, as the arms are not what was planned. "),
    ],
)
def test_a_decision_is_said_with_its_numbers(lift: float, n: int, share: float | None, says: str):
    result = judged(lift, n, share)
    text = describe_result(result, whole(result))
    assert says in text
    if share is None:
        assert "Adjusted for what they had brought before: " in text
        assert "(95 % interval " in text


def test_what_would_tell_is_said():
    result = judged(0.02, 600)
    assert result.more is not None
    assert result.main is not None
    assert result.sought == pytest.approx(0.05 * result.main.holdout)
    needed = f"{600 + result.more:,} customers"
    small = describe_result(result, whole(result))
    assert "Your shop is too small to tell this one: to see a change of" in small
    assert small.endswith(f"it would take about {needed}; you have 600 here.")
    larger = whole(result, replace(result, segment=2, n_treated=10 * (600 + result.more)))
    text = describe_result(result, larger)
    assert "takes about " + needed + ", in a campaign that is judged by itself; this one had 600." in text
    assert "points in 8 of 10 cases" in text
    nobody = replace(result, more=None)
    assert describe_result(nobody, whole(nobody)).endswith("Nobody bought, so no number of customers would tell.")
    enough = replace(result, more=0)
    assert describe_result(enough, whole(enough)).endswith("if there is an effect, it is likely to be smaller.")
    waiting = replace(result, ask_again_on=date(2026, 10, 3))
    assert describe_result(waiting, whole(waiting)).endswith(
        "Ask again on 3 October 2026, with the orders up to the day before."
    )


def test_too_few_orders_are_said_with_what_it_would_take():
    few = replace(judged(0.02, 600), reason="too few", expected=1.0, more=None, n_treated=80, n_holdout=20)
    alone = describe_result(few, whole(few))
    assert "of the 20 customers in the smaller arm about 1.0 would order in such a time" in alone
    assert alone.endswith("it would take about 500 customers; you have 100 here.")
    other = replace(few, segment=2, n_treated=2_000)
    assert describe_result(few, whole(few, other)).endswith("It would take about 500 customers; this campaign had 100.")


def test_whether_it_paid_is_said_or_why_not():
    def sold(cost: float | None, margin: float | None, lift: float = 0.5) -> SegmentResult:
        experiment = Experiment({1: SegmentDesign("All", cost=cost, discount=0.1)}, margin=margin)
        return compare_arms(simulate(np.random.default_rng(1), 1, 6_000, lift), experiment, QUICK)[0]

    cheap, dear = sold(100.0, 0.5), sold(90_000.0, 0.5)
    assert (payback_verdict(cheap), payback_verdict(dear)) == ("It paid.", "It did not pay.")
    assert cheap.payback is not None
    assert cheap.payback.profit.amount > 0
    assert missing_payback(replace(whole(cheap), margin=0.5)) == ""
    unknown = sold(100.0, None)
    assert (payback_verdict(unknown), describe_payback(unknown, whole(unknown))) == ("\u2014", "")
    exact = replace(dear, payback=Payback(90.0, Gain(-50.0, -80.0, -20.0)))
    assert describe_payback(exact, whole(exact, currency="EUR")) == (
        "It did not pay. Profit \u2212€50 (95 % interval \u2212€80 to \u2212€20), with a cost of €90."
    )
    assert missing_payback(whole(unknown), "runs/a b").startswith(
        "Whether “All” paid is not reckoned: the plan holds no"
    )
    assert "marketfold plan 'runs/a b' --set budget.margin=0.3, and" in missing_payback(whole(unknown), "runs/a b")
    assert "neither an amount" in missing_payback(replace(whole(sold(None, 0.5)), margin=0.5))
    assert describe_paybacks(whole(cheap, dear, unknown)) == "It paid in 1 of the 2 segments whose cost is known."
    assert describe_paybacks(whole(dear)) == "That it paid is shown in no segment."
    assert describe_paybacks(whole(unknown)) == ""


def test_numbers_carry_their_sign_and_unit():
    effect = judged(0.4).revenue
    assert effect is not None
    exact = replace(effect, treated=12.5, holdout=10.0, difference=2.5, low=-0.25, high=5.25, raw=Raw(2.5, -0.25, 5.25))
    result = replace(judged(0.4), primary="revenue", revenue=exact)
    text = describe_result(result, whole(result, currency="EUR"))
    assert "€12.50 reached, €10.00 held out: +€2.50 (95 % interval \u2212€0.25 to +€5.25). Adjusted for" in text
    assert describe_adjustment(whole(result)).startswith("Adjusted differs from observed because")
    plain = replace(result, revenue=replace(exact, variance_kept=1.0))
    assert "Adjusted" not in describe_result(plain, whole(plain))
    assert describe_adjustment(whole(plain)) == ""
    rate = replace(
        judged(0.4),
        order_rate=replace(exact, treated=0.5, holdout=0.4, raw=Raw(0.1, -0.01, 0.21)),
    )
    assert "50.0 % reached, 40.0 % held out: +10.0 points (95 % interval \u22121.0 to +21.0 points)" in describe_result(
        rate, whole(rate)
    )


def test_arms_without_customers_are_said_to_be():
    outcomes = simulate(np.random.default_rng(3), 2, 500, 0.0)
    outcomes.held_out[outcomes.segment == 2] = False
    outcomes.held_out[outcomes.segment == 1] = np.arange(500) == 0
    few, none = compare_arms(outcomes, options=QUICK)
    assert "of the 1 customer in the smaller arm about 0.4 would order in such a time" in describe_result(
        few, whole(few)
    )
    assert "nobody of this segment was held out" in describe_result(none, whole(none))


def test_more_segments_are_allowed_for_in_words():
    """A difference that would look proven by itself is said not to be, when twenty were looked at."""
    rng = np.random.default_rng(4)
    while True:
        results = compare_arms(simulate(rng, 20, 300, 0.0), options=QUICK)
        lucky = [r for r in results if r.main and r.main.low > 0 and r.decision == "cannot tell yet"]
        if lucky:
            break
    assert "allowing for all the segments" in describe_result(lucky[0], whole(*results))


def test_all_segments_together_in_one_sentence():
    assert describe_overall(whole()) == ""
    found = replace(whole(currency="USD"), overall=Gain(1_234.0, -500.0, 2_968.0))
    assert describe_overall(found).endswith("changed revenue by +$1,234 (95 % interval \u2212$500 to +$2,968).")


def test_a_period_that_is_cut_short_is_said():
    assert describe_period(whole()) == ""
    assert "end on 1 September 2026" in describe_period(replace(whole(), orders_end_on=date(2026, 9, 1)))


def test_whose_the_later_orders_are_and_what_came_back_is_said():
    assert describe_coverage(whole()) == []
    known = replace(whole(currency="USD"), coverage=Coverage(customers=40, revenue=1_000.0, returned=39.5))
    assert describe_coverage(known) == [
        "Revenue is net: $39.50 that came back in the period is taken off.",
        "The run knows all 40 customers who ordered in the period.",
    ]
    assert doubt_coverage(known) == ""
    found = Coverage(
        customers=40, revenue=1_000.0, unknown=10, unknown_revenue=250.0, earlier=20, earlier_unknown=5, respelt=3
    )
    doubted = replace(whole(judged(0.02, 600), currency="USD"), coverage=found)
    returned, unknown, respelt = describe_coverage(doubted)
    assert returned.startswith("Nothing in the later orders is a return")
    assert unknown.startswith("Of 40 customers who ordered in the period, 10 (25 %, with $250 of $1,000) are not in")
    assert respelt.startswith("3 customers are in the later orders with their e-mail address in another case")
    assert "so many are not: 5 of 20 had ordered before the period." in doubt_coverage(doubted)
    assert doubt_coverage(doubted) in measurement_page(doubted).warnings


def test_what_the_checks_found_is_said():
    broken = Check("mismatch", 0.0, 0.1426, 0.2)
    assert "14.3 % are held out where 20.0 % were planned: customers were lost on the way" in describe_check(broken)
    assert "begin with the campaign" in describe_check(Check("list as planned", 1.0, 0.2, 0.2))
    assert "planned sizes" in describe_check(Check("as planned", 1.0, 0.2, 0.2))
    assert "not known" in describe_check(Check("size unknown"))
    assert "had brought more before" in describe_check(Check("unlike", 0.0, 0.31))
    assert "had brought less before the campaign (0.31" in describe_check(Check("unlike", 0.0, -0.31))
    assert "about the same" in describe_check(Check("alike", 0.5, 0.01))
    assert "was not compared" in describe_check(Check("past unknown"))
