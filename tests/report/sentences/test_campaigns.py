"""What is said of a campaign, from the numbers alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from marketfold.campaigns import AimRule, CampaignPlan, MetCondition, PlannedChannel, Stake, Timing, allocate_budget
from marketfold.campaigns.budget import price_line
from marketfold.report.sentences import campaigns as text
from marketfold.segments import Described, DistinguishingFeature

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign
    from marketfold.schema import Trust

STAKE = Stake(1, 100, 300_000, 600)
TIMING = Timing((), (), None, 40.0, "all year", 100, 800)


@pytest.fixture
def campaign(analysis: Analysis) -> Campaign:
    return analysis.plan.campaigns[0]


def plan(currency: str | None, **parts: Any) -> CampaignPlan:
    budget = allocate_budget([], days=731)
    return CampaignPlan((), "retail", budget, currency, "0", 90, **parts)


def test_two_customers_who_make_the_sums_of_a_segment_are_told(campaign: Campaign) -> None:
    large = replace(campaign, customers=30, two_largest=0.31)
    said = text.describe_segment(large, plan("EUR")).replace("\u202f", " ").replace("\u00a0", " ")
    assert "Two of them alone brought 31 % of that" in said
    for other in (replace(large, two_largest=0.19), replace(large, customers=19), replace(large, two_largest=None)):
        assert "Two of them" not in text.describe_segment(other, plan("EUR"))


def test_a_segment_in_which_no_customer_has_most_of_the_money_is_told(campaign: Campaign) -> None:
    nobody = replace(campaign, customers=0, customer_share=0.0, revenue_share=0.0, two_largest=None)
    assert text.describe_segment(nobody, plan("EUR")).startswith("0 customers (0")


def test_the_notes_on_the_budget(analysis: Analysis) -> None:
    plan = analysis.plan
    plan = replace(plan, currency="SEK", campaigns=())
    budget = allocate_budget([Stake(1, 10, 1_000, 10)], days=365, total=50_000, margin=0.3)
    assert "49,700\u202fSEK of the budget is not given out" in text.plan_notes(replace(plan, budget=budget))[-1]
    without = replace(budget, margin=None, left_over=0.0)
    assert "Without a margin (--margin)" in text.plan_notes(replace(plan, budget=without, notes=()))[0]
    assert text.plan_notes(replace(plan, budget=replace(budget, total=None), notes=())) == ()


def test_a_campaign_that_cannot_pay_is_warned_of(campaign: Campaign, analysis: Analysis) -> None:
    stake = replace(STAKE, usual_rate=0.1)
    dear, possible = (price_line(stake, n, margin=0.3, contact_cost=None) for n in (14_000, 1_000))
    assert "It cannot earn its cost back: 93.3 % of those" in text.campaign_warning(replace(campaign, budget=dear))
    assert "extra order" not in text.campaign_warning(replace(campaign, budget=possible))
    plan = replace(analysis.plan, campaigns=(replace(campaign, name="Regulars", budget=dear),), notes=())
    plan = replace(plan, budget=replace(plan.budget, total=None))
    assert text.plan_notes(plan) == (
        "The campaign for “Regulars” has to bring about more orders than campaigns do to earn its cost back: "
        "see the arithmetic in its brief.",
    )


def test_why_an_aim_was_chosen(campaign: Campaign) -> None:
    met = (
        MetCondition(0.7, 0.3, fact="one_order_share", at_least=0.6),
        MetCondition(50.0, 20.0, feature="basket", times_everyone_at_least=2.0, at_most=60.0),
        MetCondition(80.0, 40.0, fact="order_value", at_least=75.0),
    )
    told = text.why_this_aim(replace(campaign, why=AimRule(2, 8, "Win back", met)), plan("EUR"))
    assert told == (
        "70 % have ordered once; median of basket: 50 (asked: at least 2 times everybody's 20 and at most 60); "
        "worth of an order of the median customer: €80 (asked: at least €75) (rule 2 of 8 in the playbook)."
    )
    last = text.why_this_aim(replace(campaign, why=AimRule(8, 8, "Keep", ())), plan(None))
    assert last == "none of the rules before this one fits them (rule 8 of 8 in the playbook)."


@pytest.mark.parametrize(
    ("trust", "customers", "parts"),
    [
        ("group", 100, []),
        ("weak", 100, ["This segment is weak"]),
        ("slice", 100, ["a useful cut rather than a group of its own"]),
        (None, 100, ["was not tested"]),
        ("group", 1, ["only 1 customer:"]),
        ("weak", 9, ["This segment is weak", "only 9 customers:"]),
    ],
)
def test_what_to_know_first(campaign: Campaign, trust: Trust | None, customers: int, parts: list[str]) -> None:
    told = text.campaign_warning(replace(campaign, trust=trust, customers=customers, budget=None))
    assert bool(told) is bool(parts)
    assert all(part in told for part in parts)


def test_a_segment_of_single_orders_is_described(campaign: Campaign) -> None:
    once = replace(campaign, customers=1, order_count=1.0, order_value=40.0, timing=TIMING, distinguishing=())
    told = text.describe_segment(once, plan("EUR"))
    assert told.startswith("1 customer (")
    assert "has placed one order worth €40, 40 days ago." in told
    assert "Nothing sets them clearly apart." in told
    assert "median customer" not in text.describe_segment(replace(once, order_value=None), plan(None))


def test_what_sets_orders_apart_is_said_of_orders(campaign: Campaign) -> None:
    away = DistinguishingFeature("recency_days", "days since the order", "days", 574, 200, 0.9, 0.001, others=100)
    late = replace(campaign, distinguishing=(away,))
    assert "ordered 574 days ago, others 100 days" in text.describe_segment(late, plan("EUR", unit="order"))
    assert "last ordered 574 days ago" in text.describe_segment(late, plan("EUR"))


@pytest.mark.parametrize(
    ("timing", "part"),
    [
        (TIMING, "No month stands out"),
        (replace(TIMING, season="too short", observed_days=1_200), "cover 1,200 days; a season needs two years"),
        (
            replace(TIMING, season="too few orders", order_count=59),
            "59 orders are too few to tell a season from chance (60",
        ),
        (
            replace(TIMING, season="seasonal", months=(1.0,) * 10 + (2.0, 2.5), peaks=(11, 12)),
            "They buy most in November and December, up to 2.5 times",
        ),
    ],
)
def test_the_season(timing: Timing, part: str) -> None:
    assert part in text.season(timing)


def test_the_time_between_orders() -> None:
    assert text.inter_purchase_time(TIMING, 8).endswith("Too few have come back to tell a usual time between orders.")
    assert "nothing can be told of the time between orders" in text.inter_purchase_time(
        replace(TIMING, recency_days=None), 8
    )
    back = text.inter_purchase_time(replace(TIMING, gap_days=(10.0, 20.0, 31.0)), 14_268)
    assert back == (
        "Some came back, typically after 20 days (10 to 31 days for the middle half). "
        "The median customer last ordered 40 days ago."
    )
    for customers, who in ((14_268, "2,279 of 14,268"), (2_279, "All 2,279")):
        counted = text.inter_purchase_time(replace(TIMING, gap_days=(10.0, 20.0, 31.0), returned=2_279), customers)
        assert counted.startswith(f"{who} came back, typically after 20 days")


def test_what_a_channel_lacks() -> None:
    channel = PlannedChannel("Ads", 0.5, "Upload", ("email", "phone"))
    assert text.missing_contacts(channel).startswith("The file has no e-mail addresses or phone numbers:")
    assert text.missing_contacts(replace(channel, lacking=())) == ""


def test_what_they_do_not_buy_more(campaign: Campaign) -> None:
    bare = replace(campaign, products=(), categories=())
    assert "clearly more than others" in text.nothing_bought_more(bare)
    assert "neither products nor categories" in text.nothing_bought_more(replace(bare, products_named=False))


def test_messages_that_still_promise_the_old_title(campaign: Campaign) -> None:
    renamed = replace(campaign, offer=replace(campaign.offer, title="Free tea"))
    note = text.promise_note(campaign, renamed)
    assert f"still promise \u201c{campaign.offer.promise}\u201d; --set {campaign.number}.offer.promise=" in note
    assert text.promise_note(campaign, campaign) == ""
    assert text.promise_note(campaign, replace(renamed, offer=replace(renamed.offer, promise="free tea"))) == ""


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.5, 0.2, 0.1), "By country: A 50 %, B 20 %, C 10 %."),
        ((0.5, 0.2, 0.1, 0.05), "By country: A 50 %, B 20 %, C 10 %, others less."),
        ((0.5, 0.2, 0.1, 0.1), "By country: A 50 %, B 20 %, C 10 %, others no more."),
        ((), ""),
    ],
)
def test_countries_that_are_not_named_have_less_or_as_many(
    campaign: Campaign, shares: tuple[float, ...], said: str
) -> None:
    countries = tuple(
        Described(name, share, 0.3, 9, notable=False) for name, share in zip("ABCD", shares, strict=False)
    )
    told = (
        text.describe_segment(replace(campaign, countries=countries), plan(None))
        .replace("\u202f", " ")
        .replace("\u00a0", " ")
    )
    assert told[told.index("By country") :] == said if said else "By country" not in told
