from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import Case

from marketfold.campaigns import (
    CampaignPlan,
    aim_parts,
    assign_anew,
    change_parts,
    check_drafts,
    divide_anew,
    divided_alike,
    follow,
    foresee,
    load_playbook,
)
from marketfold.campaigns.drafts import fill_text
from marketfold.errors import ParameterError
from marketfold.experiments import detectable_lift
from marketfold.report import plan_notes
from marketfold.thresholds import ALPHA


@pytest.fixture(scope="module")
def plan(shop_case: Case) -> CampaignPlan:
    return shop_case.plan(budget=2_000, margin=0.4)


@pytest.fixture(scope="module")
def segments(plan: CampaignPlan, shop_case: Case) -> pa.Table:
    """As segments.parquet holds them."""
    lines = shop_case.clean.engine.collect(shop_case.clean.purchases)
    money = lines.group_by("customer_id").aggregate([("amount", "sum")])
    assert isinstance(plan.assignments, pa.Table)
    joined = plan.assignments.join(money, "customer_id").sort_by([("customer_id", "descending")])
    return joined.rename_columns(["customer_id", "segment", "arm", "revenue_total"])


def held(arms: pa.Table | None, number: int) -> set[str]:
    assert arms is not None
    return {row["customer_id"] for row in arms.to_pylist() if row["segment"] == number and row["arm"] == "holdout"}


def test_messages_follow_the_offer(plan: CampaignPlan):
    after = follow(change_parts(plan, {"1.offer.promise": "a free tasting"}))
    assert "a free tasting" in after.campaigns[0].drafts[0].body
    assert plan.campaigns[0].offer.promise not in after.campaigns[0].drafts[0].body
    assert after.campaigns[0].edited == ("offer",)  # the messages were made


def test_messages_edited_by_hand_stay(plan: CampaignPlan):
    after = follow(change_parts(plan, {"1.drafts.1.body": "Come!", "1.offer.promise": "a free tasting"}))
    assert after.campaigns[0].drafts[0].body == "Come!"
    assert after.campaigns[0].drafts[1] == plan.campaigns[0].drafts[1]
    check_drafts(after)


def test_an_offer_that_no_message_holds_is_refused(plan: CampaignPlan):
    after = follow(change_parts(plan, {"1.offer.promise": "a very long promise " * 9}))
    with pytest.raises(ParameterError, match="are allowed"):
        check_drafts(after)


def test_an_offer_without_its_templates_is_refused(plan: CampaignPlan):
    bare = CampaignPlan.from_dict(plan.to_dict())
    after = follow(change_parts(bare, {"1.offer.promise": "a free tasting"}))
    assert after.campaigns[0].drafts == plan.campaigns[0].drafts
    with pytest.raises(ParameterError, match="playbook"):
        check_drafts(after)


def test_another_budget_is_divided_anew(plan: CampaignPlan):
    after = follow(change_parts(plan, {"budget.total": "1000", "budget.margin": "0.5"}))
    assert not divided_alike(plan, after)
    divided = divide_anew(after)
    amounts = [campaign.amount or 0.0 for campaign in divided.campaigns]
    assert sum(amounts) + divided.budget.left_over == pytest.approx(1_000)
    assert tuple(line.amount for line in divided.budget.lines) == tuple(amounts)
    assert not any(campaign.edited for campaign in divided.campaigns)
    assert divided.campaigns[0].budget != plan.campaigns[0].budget
    back = divide_anew(follow(change_parts(divided, {"budget.total": "2000", "budget.margin": "0.4"})))
    assert back == plan


def test_an_amount_set_by_hand_stays_and_the_others_share_the_rest(plan: CampaignPlan):
    by_hand = follow(change_parts(plan, {"1.amount": "300"}))
    assert [c.amount for c in by_hand.campaigns[1:]] == [c.amount for c in plan.campaigns[1:]]
    assert any("than the budget" in note for note in plan_notes(by_hand))
    divided = divide_anew(follow(change_parts(by_hand, {"budget.total": "1000"})))
    assert divided.campaigns[0].amount == 300
    assert sum(c.amount or 0 for c in divided.campaigns) + divided.budget.left_over == pytest.approx(1_000)
    assert not any("than the budget" in note for note in plan_notes(divided))


def test_amounts_that_leave_nothing_are_refused(plan: CampaignPlan):
    after = follow(change_parts(plan, {"1.amount": "300", "budget.total": "200"}))
    with pytest.raises(ParameterError, match="leave nothing of a budget of 200"):
        divide_anew(after)


def test_no_amount_passes_its_cap(plan: CampaignPlan):
    after = divide_anew(follow(change_parts(plan, {"budget.total": "100000000"})))
    assert after.budget.left_over > 0
    for campaign in after.campaigns:
        assert campaign.budget is not None
        assert (campaign.amount or 0) <= campaign.budget.value_at_stake + 0.01  # whole cents


def test_a_budget_can_be_taken_away(plan: CampaignPlan):
    after = divide_anew(follow(change_parts(plan, {"budget.total": "none"})))
    assert [campaign.amount for campaign in after.campaigns] == [None] * len(plan.campaigns)


def test_a_discount_changes_what_pays(plan: CampaignPlan):
    after = follow(change_parts(plan, {"1.offer.discount": "0.25"}))
    assert not divided_alike(plan, after)
    assert after.campaigns[0].budget is not None
    assert after.campaigns[0].budget.stake.discount == 0.25


def test_the_same_draw_gives_the_same_arms(plan: CampaignPlan, segments: pa.Table):
    assert assign_anew(plan, segments) is plan
    first = next(c.number for c in plan.campaigns if c.held_out)
    more = change_parts(plan, {f"{first}.holdout.held_out": plan.campaigns[first - 1].held_out + 5})
    assert held(assign_anew(more, segments).assignments, first) > held(plan.assignments, first)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.5, 2.0])
def test_a_holdout_of_another_size_keeps_whom_it_can(plan: CampaignPlan, segments: pa.Table, factor: float):
    number = next(c.number for c in plan.campaigns if c.held_out)
    place = number - 1
    wanted = round(plan.campaigns[place].held_out * factor)
    after = assign_anew(change_parts(plan, {f"{number}.holdout.held_out": wanted}), segments)
    before, now = held(plan.assignments, number), held(after.assignments, number)
    assert len(now) == wanted == after.campaigns[place].held_out
    assert now < before if factor < 1 else now > before
    for other in plan.campaigns:
        if other.number != number:
            assert held(after.assignments, other.number) == held(plan.assignments, other.number)
    old, new = plan.campaigns[place].holdout, after.campaigns[place].holdout
    assert old is not None
    assert new is not None
    assert old.detectable_lift is not None
    assert new.detectable_lift is None or np.sign(new.detectable_lift - old.detectable_lift) == np.sign(1 - factor)
    follows = follow(after).campaigns[place]
    assert follows.edited == ("held_out",)
    assert follows.budget is not None
    assert follows.budget.stake.customers == follows.customers - wanted


def test_a_segment_whose_holdout_stays_as_large_keeps_arms_that_another_draw_gave(
    plan: CampaignPlan, segments: pa.Table
):
    first, other = [campaign for campaign in plan.campaigns if campaign.held_out][:2]
    rows = segments.to_pylist()
    arms = {"holdout": "treated", "treated": "holdout"}
    for arm, turned in arms.items():
        swapped = next(row for row in reversed(rows) if row["segment"] == other.number and row["arm"] == arm)
        swapped["arm"] = turned
        swapped["segment"] *= -1  # so that the second search passes it over
    table = pa.Table.from_pylist([row | {"segment": abs(row["segment"])} for row in rows], segments.schema)
    assert held(table, other.number) != held(plan.assignments, other.number)
    wanted = first.held_out + 5
    after = assign_anew(change_parts(plan, {f"{first.number}.holdout.held_out": wanted}), table)
    assert held(after.assignments, other.number) == held(table, other.number)
    assert len(held(after.assignments, first.number)) == wanted


def test_a_holdout_by_its_share(plan: CampaignPlan, segments: pa.Table):
    number = next(c.number for c in plan.campaigns if c.held_out)
    after = assign_anew(change_parts(plan, {f"{number}.holdout.share": "0.2"}), segments)
    customers = plan.campaigns[number - 1].customers
    assert after.campaigns[number - 1].held_out == round(0.2 * customers)


def test_nobody_held_out(plan: CampaignPlan, segments: pa.Table):
    number = next(c.number for c in plan.campaigns if c.held_out)
    after = assign_anew(change_parts(plan, {f"{number}.holdout.held_out": 0}), segments)
    assert held(after.assignments, number) == set()
    holdout = after.campaigns[number - 1].holdout
    assert holdout is not None
    assert holdout.detectable_lift is None


def shown(plan: CampaignPlan, number: int, n_tests: int) -> float:
    """The smallest lift that a segment's holdout shows where so many are judged together."""
    campaign = plan.campaigns[number - 1]
    assert campaign.baseline is not None
    assert campaign.holdout is not None
    sizes = campaign.to_reach, campaign.held_out
    return detectable_lift(*sizes, campaign.baseline, campaign.holdout.primary, alpha=ALPHA / n_tests)


def test_segments_are_judged_together_with_those_that_have_a_holdout(plan: CampaignPlan):
    first, other, *_ = have = [c.number for c in plan.campaigns if c.held_out]
    for one in have:
        assert plan.campaigns[one - 1].holdout.detectable_lift == pytest.approx(shown(plan, one, len(have)))  # type: ignore[union-attr]
    fewer, _ = foresee(plan, {f"{first}.holdout.held_out": 0})
    holdout = fewer.campaigns[other - 1].holdout
    assert holdout is not None
    assert holdout.sizing == plan.campaigns[other - 1].holdout.sizing  # type: ignore[union-attr]
    assert holdout.detectable_lift == pytest.approx(shown(plan, other, len(have) - 1))
    assert shown(plan, other, len(have) - 1) < shown(plan, other, len(have))


def test_what_is_foreseen_is_what_would_be_made(plan: CampaignPlan, segments: pa.Table):
    changes = {"3.holdout.share": "28 %", "2.offer.promise": "a free tasting", "budget.total": "3.000,00"}
    foreseen, unfit = foresee(plan, changes)
    made = divide_anew(follow(assign_anew(change_parts(plan, changes), segments)))
    assert not unfit
    assert foreseen == made
    assert foreseen.campaigns[2].holdout != plan.campaigns[2].holdout


def test_what_cannot_be_is_told_by_its_part_and_the_rest_is_followed(plan: CampaignPlan):
    changes = {
        "budget.total": "50.000",
        "1.offer.promise": "x" * 80,
        "1.name": plan.campaigns[1].name,
        "2.channels.1.share": "101 %",
        "3.goal": "Come back.",
    }
    foreseen, unfit = foresee(plan, changes)
    assert unfit["budget.total"].readings == ("50000", "50")
    assert "2.name" in unfit or "1.name" in unfit
    assert "2.channels.1.share" in unfit
    assert any(path.startswith("1.drafts.") for path in unfit)
    assert foreseen.campaigns[2].goal == "Come back."
    assert foreseen.budget.total == plan.budget.total


@pytest.mark.parametrize(
    ("part", "typed", "readings"),
    [
        ("budget.margin", "30", ("30 %",)),
        ("budget.margin", 30, ("30 %",)),
        ("1.holdout.share", "12,5", ("12.5 %",)),
        ("2.channels.1.share", "101 %", ()),
        ("2.channels.1.share", "101", ()),
    ],
)
def test_a_share_that_is_typed_as_per_cent_is_offered_as_such(
    part: str, typed: object, readings: tuple[str, ...], plan: CampaignPlan
):
    _, unfit = foresee(plan, {part: typed})
    assert unfit[part].readings == readings


def test_amounts_by_hand_that_leave_nothing_are_told_at_the_budget(plan: CampaignPlan):
    by_hand, _ = foresee(plan, {"1.amount": "1500"})
    _, unfit = foresee(by_hand, {"budget.total": "1000"})
    assert "leave nothing" in unfit["budget.total"].fault.what


def test_another_aim_says_all_that_the_playbook_has_of_it(plan: CampaignPlan):
    """Its first offer that asks for nothing, its texts, and as many of its drafts as the campaign has."""
    book = load_playbook()
    campaign = next(one for one in plan.campaigns if not one.timing.advice)
    for key, aim in book.aims.items():
        parts = aim_parts(campaign, book, key)
        number = campaign.number
        offers = [book.offers[one] for one in aim.offers]
        offer = next((one for one in offers if not one.when), offers[-1])
        assert parts[f"{number}.aim_title"] == aim.title
        assert parts[f"{number}.measure"] == aim.measure
        assert parts[f"{number}.offer.discount"] == offer.discount
        for part, text in (("goal", aim.goal), ("schedule", aim.timing), ("offer.title", offer.title),
                           ("offer.promise", offer.promise), ("offer.reason", offer.reason)):  # fmt: skip
            assert parts[f"{number}.{part}"] == fill_text(text, campaign.message_words)
        drafts = {path.split(".")[2] for path in parts if path.startswith(f"{number}.drafts.")}
        assert drafts == {str(place + 1) for place in range(min(len(aim.drafts), len(campaign.drafts)))}
        assert {path.partition(".")[0] for path in parts} == {str(number)}


def test_when_to_send_is_what_the_season_says_where_there_is_one(plan: CampaignPlan):
    campaign, book = plan.campaigns[0], load_playbook()
    months = (*[0.4] * 10, 4.0, 4.0)
    timing = replace(campaign.timing, months=months, peaks=(11, 12), season_share=0.9)
    parts = aim_parts(replace(campaign, timing=timing), book, next(iter(book.aims)))
    assert parts[f"{campaign.number}.schedule"] == timing.advice
    assert timing.advice.startswith("Send three weeks before November begins, and again at its start: 90 %")


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"budget.total": "1999"}, False),
        ({"budget.margin": "0.41"}, False),
        ({"budget.contact_cost": "1"}, False),
        ({"1.offer.discount": "0.25"}, False),
        ({"1.name": "Others"}, True),
        ({"1.amount": "1"}, True),
    ],
)
def test_what_decides_how_a_budget_is_divided(plan: CampaignPlan, change: dict[str, object], *, alike: bool):
    assert divided_alike(plan, follow(change_parts(plan, change))) is alike


@pytest.mark.parametrize(("field", "limit"), [("subject", 60), ("google_headline", 30), ("meta_text", 125)])
def test_a_text_as_long_as_its_platform_allows_is_taken(plan: CampaignPlan, field: str, limit: int):
    def with_text(text: str) -> CampaignPlan:
        first = plan.campaigns[0]
        drafts = (first.drafts[0], replace(first.drafts[1], **{field: text}), *first.drafts[2:])
        return replace(plan, campaigns=(replace(first, drafts=drafts), *plan.campaigns[1:]))

    check_drafts(with_text("a" * limit))
    with pytest.raises(ParameterError, match=rf"1\.drafts\.2\.{field}: 'a+' has {limit + 1} characters"):
        check_drafts(with_text("a" * (limit + 1)))


def test_messages_of_an_offer_that_only_its_words_know_are_named(plan: CampaignPlan):
    first = plan.campaigns[0]
    other = replace(first, message_words=first.message_words | {"promise": "something else"})
    with pytest.raises(ParameterError, match=r"1\.offer: the messages cannot be written anew"):
        check_drafts(replace(plan, campaigns=(other, *plan.campaigns[1:])))
    silent = {name: text for name, text in first.message_words.items() if name != "promise"}
    check_drafts(replace(plan, campaigns=(replace(first, message_words=silent), *plan.campaigns[1:])))


def test_amounts_by_hand_leave_the_rest_to_the_last_cent(plan: CampaignPlan):
    for by_hand, left in (("1999.99", 0.01), ("1990", 10.0)):
        after = divide_anew(follow(change_parts(plan, {"1.amount": by_hand})))
        others = sum(campaign.amount or 0.0 for campaign in after.campaigns[1:])
        assert others + after.budget.left_over == pytest.approx(left)
        assert after.campaigns[0].edited == ("amount",)
    for by_hand in ("2000", "2000.01"):
        with pytest.raises(ParameterError, match="leave nothing"):
            divide_anew(follow(change_parts(plan, {"1.amount": by_hand})))


def test_amounts_that_are_all_set_by_hand_stay(plan: CampaignPlan):
    changes = {f"{campaign.number}.amount": str(900 + campaign.number) for campaign in plan.campaigns}
    after = divide_anew(follow(change_parts(plan, changes)))
    assert [campaign.amount for campaign in after.campaigns] == [900 + one.number for one in plan.campaigns]
    assert after.budget.left_over == 0


def test_an_amount_that_was_cleared_by_hand_is_none(plan: CampaignPlan):
    after = divide_anew(follow(change_parts(plan, {"1.amount": "none"})))
    assert after.campaigns[0].amount is None
    others = sum(campaign.amount or 0.0 for campaign in after.campaigns[1:])
    assert others + after.budget.left_over == pytest.approx(2_000)


def test_what_a_line_says_follows_the_holdout(plan: CampaignPlan):
    held_out = next(campaign for campaign in plan.campaigns if campaign.held_out)
    more = {f"{held_out.number}.holdout.held_out": held_out.held_out + 7}
    after, _ = foresee(plan, more)
    campaign = after.campaigns[held_out.number - 1]
    assert campaign.budget is not None
    assert campaign.holdout is not None
    assert (campaign.budget.stake.number, campaign.budget.stake.customers) == (held_out.number, campaign.to_reach)
    assert campaign.to_reach == held_out.to_reach - 7
    assert campaign.budget.stake.detectable_lift == campaign.holdout.detectable_lift
    assert campaign.holdout.sizing == "set"
    assert after.budget.lines[held_out.number - 1] == campaign.budget
    bare = replace(plan, campaigns=tuple(replace(one, budget=None) for one in plan.campaigns))
    assert follow(bare).budget.lines == ()
    without = replace(plan, campaigns=tuple(replace(one, holdout=None) for one in plan.campaigns))
    assert [line.stake.detectable_lift for line in follow(without).budget.lines] == [None] * len(plan.campaigns)
