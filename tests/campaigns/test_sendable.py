"""Campaigns that can be sent: what is said fits what the segment can do, and no two messages read alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import case_of, table_of

from marketfold.campaigns import load_playbook
from marketfold.campaigns.customers import SegmentFacts
from marketfold.campaigns.drafts import alike, fill_text, write_drafts
from marketfold.campaigns.message_words import near_season, round_up
from marketfold.campaigns.playbook import SHIPPED, select_aim
from marketfold.campaigns.timing import Timing
from marketfold.config import ClusteringOptions, ReadingOptions, ReductionOptions, RunConfig
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.report import brief_markdown

if TYPE_CHECKING:
    from marketfold.campaigns import CampaignPlan

KNOWN: tuple[dict[str, str], ...] = (
    {},
    {"category": "Tea", "next_category": "Coffee", "season": "November"},
    {"long_ago": "yes", "due": "yes"},
)
TWICE = ("win_back", "second_order", "keep", "recommend")
"""Aims that several segments of one shop often have."""


def planned(rows: list[tuple[str, str, str, float]], groups: dict[str, str], **columns: list[str]) -> CampaignPlan:
    orders = read_orders(table_of(rows, **columns), ReadingOptions(date_format="%Y-%m-%d"))
    return case_of(orders, groups).plan()


def orders_of(prefix: str, n: int, days: tuple[int, ...], amount: float) -> list[tuple[str, str, str, float]]:
    """The same orders, so many days before the end of 2025, for n customers."""
    last = date(2025, 12, 31)
    return [
        (f"{prefix}{one}-{back}", f"{prefix}{one}", (last - timedelta(days=back)).isoformat(), amount + one)
        for one, back in product(range(n), days)
    ]


def told_by(name: str, aim: str, known: dict[str, str]) -> list[str]:
    playbook = load_playbook(name)
    promise = fill_text(playbook.offers[playbook.aims[aim].offers[0]].promise, known)
    return [draft.body for draft in write_drafts(playbook.aims[aim].drafts, known | {"promise": promise})]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("known", KNOWN, ids=["nothing", "tastes", "long ago"])
def test_no_two_messages_of_a_playbook_read_alike(name: str, known: dict[str, str]):
    sets = {aim: told_by(name, aim, known) for aim in load_playbook(name).aims}
    sets |= {f"{aim} again": told_by(name, aim, known | {"again": "yes"}) for aim in TWICE}
    texts = [(aim, body) for aim, bodies in sets.items() for body in bodies]
    for (aim, one), (other_aim, other) in combinations(texts, 2):
        assert not alike(one, other), (aim, other_aim, one)


def test_two_segments_of_one_aim_get_other_words():
    rows = orders_of("a", 30, (500, 450, 400), 40) + orders_of("b", 30, (700, 660), 90)
    rows += orders_of("c", 30, (80, 60, 40, 20, 0), 60)
    plan = planned(rows, {row[1]: row[1][0] for row in rows})
    lapsed = [campaign for campaign in plan.campaigns if campaign.aim == "win_back"]
    assert len(lapsed) == 2
    assert not any(alike(*bodies) for bodies in product(*([d.body for d in one.drafts] for one in lapsed)))
    assert not [note for note in plan.notes if note.code == "same words"]


def test_a_third_segment_of_one_aim_is_offered_for_merging():
    rows = orders_of("a", 30, (500, 450, 400), 40) + orders_of("b", 30, (700, 660), 90)
    rows += orders_of("d", 30, (600, 570, 540, 510), 200) + orders_of("c", 30, (80, 60, 40, 20, 0), 60)
    plan = planned(rows, {row[1]: row[1][0] for row in rows})
    (note,) = [note for note in plan.notes if note.code == "same words"]
    numbers = [campaign.number for campaign in plan.campaigns if campaign.aim == "win_back"][1:]
    assert note.about == ",".join(map(str, numbers))


def test_where_nobody_ever_came_back_a_second_order_is_no_aim():
    rows = orders_of("a", 40, (300,), 20) + orders_of("b", 40, (10,), 90)
    plan = planned(rows, {row[1]: row[1][0] for row in rows})
    for campaign in plan.campaigns:
        assert campaign.aim == "recommend"
        assert campaign.holdout
        assert campaign.holdout.sizing in {"nobody back", "never observed"}
    assert {campaign.holdout.sizing for campaign in plan.campaigns if campaign.holdout} == {
        "nobody back",
        "never observed",
    }


def test_ads_are_for_as_many_as_are_reached():
    rows = orders_of("a", 99, (500, 450, 400), 40) + orders_of("b", 140, (700, 660), 90)
    rows += orders_of("c", 130, (80, 60, 40, 20, 0), 60)
    plan = planned(rows, {row[1]: row[1][0] for row in rows}, email=[f"{row[1]}@example.com" for row in rows])
    for campaign in plan.campaigns:
        brief = brief_markdown(campaign, plan)
        reached = campaign.customers - campaign.held_out
        assert bool(campaign.ads) == any("ads" in channel.title for channel in campaign.channels)
        assert reached >= 100 or not campaign.ads
        assert ("Google headline" in brief) == ("google" in campaign.ads)
        assert ("Meta headline" in brief) == ("meta" in campaign.ads)
        assert "post" not in " ".join(channel.title for channel in campaign.channels)
    assert any(campaign.ads for campaign in plan.campaigns)
    assert any(" of 125 |" in brief_markdown(campaign, plan) for campaign in plan.campaigns if "meta" in campaign.ads)


def offered(name: str, aim: str, order_value: float) -> str:
    playbook = load_playbook(name)
    facts = {"order_value": order_value, "one_order_share": 0.0, "category_count": 9.0, "revenue_lead": 0.9}
    facts |= {"cross_sell": {"category_count": 1.0}, "second_order": {"one_order_share": 0.9}}.get(aim, {})
    everyone = {"order_value": order_value * 2 if aim == "grow_basket" else order_value, "category_count": 9.0}
    chosen, offer, _ = select_aim(playbook, SegmentFacts(facts, everyone, 0.0), {}, {})
    assert chosen == aim
    return offer


@pytest.mark.parametrize("aim", ["second_order", "cross_sell", "grow_basket"])
def test_delivery_is_no_offer_for_orders_of_thousands(aim: str):
    for name in SHIPPED:
        assert not offered(name, aim, 20_000.0).startswith("free_")
    assert offered("retail", aim, 60.0).startswith("free_")


@pytest.mark.parametrize(
    ("amount", "named"), [(56.3, 60), (243.0, 250), (12.4, 15), (38_444.0, 40_000), (100.0, 100), (1.1, 1.5)]
)
def test_an_amount_to_ask_for_is_one_that_a_person_would_name(amount: float, named: float):
    assert round_up(amount) == pytest.approx(named)


def test_who_brought_less_than_nothing_is_asked_for_no_amount():
    half = range(60)
    table = pa.table(
        {
            "customer_id": [f"K{one}" for one in range(120)],
            "order_count": [1 + one % 3 for one in half] + [8 + one % 5 for one in half],
            "revenue_total": [-10.5 - one for one in half] + [300.5 + 9 * one for one in half],
            "last_on": [f"2025-01-{1 + one % 28:02d}" for one in half]
            + [f"2025-12-{1 + one % 28:02d}" for one in half],
        }
    )
    config = RunConfig(
        quick=True,
        reading=ReadingOptions(table=True, currency="EUR"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=2, k_max=3, bootstraps=2),
    )
    plan = segment_market(table, config).plan
    asked = {(campaign.order_value or 0) > 0: campaign.message_words.get("threshold") for campaign in plan.campaigns}
    assert asked.keys() == {False, True}
    assert asked[False] is None
    assert (asked[True] or "").startswith("€")


@pytest.mark.parametrize(("as_of", "season"), [(date(2025, 8, 1), "November"), (date(2025, 12, 30), None)])
def test_no_message_speaks_of_a_season_that_has_passed(as_of: date, season: str | None):
    begins = date(as_of.year + (as_of.month > 10), 11, 1)
    timing = Timing((), (11,), None, 20.0, "seasonal", 200, 800, 0.4, begins)
    assert near_season(timing, as_of) == season
    assert near_season(replace(timing, season_begins_on=None), as_of) is None


def test_those_who_have_been_away_are_not_promised_what_was_usual():
    rows = orders_of("a", 60, (700, 660, 620, 580, 540), 40) + orders_of("c", 60, (80, 60, 40, 20, 0), 60)
    plan = planned(rows, {row[1]: row[1][0] for row in rows})
    for campaign in plan.campaigns:
        brief = " ".join(brief_markdown(campaign, plan).split())
        assert campaign.away == (campaign.aim == "win_back")
        usual = campaign.baseline  # of the year since they stopped; the others have not been here for so long
        assert (usual is not None and usual.order_rate == 0) == campaign.away
        assert ("none has ordered again in the latest periods of 90 days that were looked at" in brief) == campaign.away
        assert ("So far they have brought" in brief) != campaign.away
    assert np.unique([campaign.away for campaign in plan.campaigns]).size == 2


def test_companies_are_accounts_and_a_country_that_all_share_is_no_news():
    rows = orders_of("a", 30, (500, 450, 400), 40) + orders_of("c", 30, (80, 60, 40, 20, 0), 60)
    groups = {row[1]: row[1][0] for row in rows}
    columns = {"country": ["Germany"] * len(rows), "deal_size": ["Small", "Large"] * (len(rows) // 2)}
    orders = read_orders(table_of(rows, **columns), ReadingOptions(date_format="%Y-%m-%d"))
    plan = case_of(orders, groups).plan()
    assert plan.companies
    for campaign in plan.campaigns:
        brief = brief_markdown(campaign, plan)
        assert "30 accounts (50 % of all)" in brief
        assert "By country" not in brief
