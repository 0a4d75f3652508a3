from __future__ import annotations

import json
import tracemalloc
import warnings
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import Case, as_engine, case_of, purchases_of, table_of

from marketfold.campaigns import ArmDraw, CampaignPlan, PlanNote, Stake, follow, load_playbook, plan_campaigns
from marketfold.campaigns.plan import PlannedChannel
from marketfold.campaigns.planning import _channels, _identifiers, _schedule, for_companies, pick_playbook
from marketfold.campaigns.playbook import Channel, ChannelShare
from marketfold.campaigns.product_affinity import _count
from marketfold.cleaning import CleanOrders
from marketfold.config import CampaignOptions, ReadingOptions
from marketfold.decisions import SourceFacts
from marketfold.demo import make_shop
from marketfold.errors import ParameterError, RunFolderError
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.report import brief_filename, brief_markdown, holdout_of
from marketfold.spark_engine import SparkEngine


def test_planted_groups_get_the_aims_that_suit_them(shop_case: Case):
    plan = shop_case.plan()
    aims = {campaign.aim for campaign in plan.campaigns}
    assert plan.playbook == "retail"
    assert "win_back" in aims
    assert "reward" in aims
    seasonal = [c for c in plan.campaigns if (c.timing.season_share or 0) > 0.9]
    assert len(seasonal) == 1
    assert seasonal[0].aim == "keep"  # gift givers are silent in June, and have not left
    assert {11, 12} & set(seasonal[0].timing.peaks)
    assert seasonal[0].categories[0].name == "Gift sets"


def _all_year_and_november(last: str) -> Case:
    """Eighty customers who each order on five days spread over the year, and in November as well."""
    days = [f"{year}-{month:02}" for year in (2022, 2023, 2024, 2025) for month in range(1, 13)]
    rows = []
    for who in range(80):
        for n, month in enumerate(days):
            day = f"{month}-{who % 28 + 1:02}"
            if day <= last and (month.endswith("-11") or (n + who) % 5 == 0):
                rows.append((f"{who}-{n}", f"C{who:02}", day, 20.0 + who))
    return case_of(read_orders(table_of(rows)), k=2)


def test_before_a_season_those_who_order_anyway_are_those_of_earlier_seasons():
    """What a campaign can move is told of the time for which the page says to make it."""
    plan = _all_year_and_november("2025-08-28").plan()
    for campaign in plan.campaigns:
        assert campaign.season_on == date(2025, 11, 1)
        assert (campaign.timing.season_share or 1.0) < 0.6  # they do not buy in one season alone
        assert campaign.baseline is not None
        assert (campaign.baseline.periods, campaign.baseline.order_rate) == (3 * campaign.customers, 1.0)
        assert campaign.budget is not None
        assert campaign.budget.value_at_stake == 0  # all order in November without being asked
        brief = brief_markdown(campaign, plan)
        assert (
            "In earlier seasons 40 of 40, 40 of 40 and 40 of 40 ordered anyway. 3 seasons are too few to rely on"
            in brief
        )
        assert "What is usual is of earlier seasons together" in brief
        assert campaign.schedule.startswith("Three weeks before November begins")


def test_long_before_a_season_those_who_order_anyway_are_those_of_the_whole_past():
    plan = _all_year_and_november("2025-02-28").plan()
    for campaign in plan.campaigns:
        assert campaign.timing.season_begins_on == date(2025, 11, 1)
        assert campaign.season_on is None
        assert campaign.baseline is not None
        assert campaign.baseline.order_rate < 1
        assert "earlier seasons" not in brief_markdown(campaign, plan)


def test_a_campaign_keeps_the_rule_that_chose_its_aim_with_its_numbers(shop_case: Case):
    campaign = next(c for c in shop_case.plan().campaigns if c.aim == "win_back")
    assert (campaign.why.number, campaign.why.n_rules, campaign.why.title) == (3, 9, campaign.aim_title)
    asked = next(one for one in campaign.why.conditions if one.at_least == 0.6)
    assert asked.value >= 0.6
    assert asked.everyone is not None


def test_polars_plans_the_same(shop_case: Case):
    other = shop_case._replace(clean=as_engine(shop_case, PolarsEngine()))
    assert _rounded(other.plan().to_dict()) == _rounded(shop_case.plan().to_dict())


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_spark_plans_the_same():
    case = case_of(read_orders(make_shop(lines=1_500, random_state=3).lines))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = case._replace(clean=as_engine(case, SparkEngine())).plan()
    assert _rounded(other.to_dict()) == _rounded(case.plan().to_dict())


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items() if key != "made"}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def test_orders_with_a_deal_size_are_planned_as_business_to_business(clean_sales: CleanOrders):
    case = case_of(clean_sales.orders)
    plan = case.plan(budget=50_000, margin=0.3)
    assert plan.playbook == "b2b"
    assert sum(line.amount or 0 for line in plan.budget.lines) + plan.budget.left_over == pytest.approx(50_000)
    for campaign in plan.campaigns:
        text = brief_markdown(campaign, plan)
        assert campaign.holdout is not None
        assert campaign.holdout.sizing == "too few"  # 92 customers can measure nothing, and the brief says so
        assert "No holdout" in text
        assert any("email" in channel.lacking for channel in campaign.channels)
        assert "The file has no e-mail addresses" in text
        assert "M10_" not in "".join(draft.body + draft.subject for draft in campaign.drafts)


def test_orders_without_products_say_so(clean_purchases: CleanOrders):
    case = case_of(clean_purchases.orders)
    plan = case.plan()
    assert plan.playbook == "retail"
    for campaign in plan.campaigns:
        assert "names neither products nor categories" in brief_markdown(campaign, plan)
        assert not campaign.products_named
        assert campaign.timing.season == "too short"


def test_what_is_overbought_has_enough_buyers_and_a_lift(shop_case: Case):
    for campaign in shop_case.plan().campaigns:
        for item in (*campaign.products, *campaign.categories):
            assert item.buyers >= 5
            assert item.lift >= 1.2
            assert item.lift == pytest.approx(item.share / item.everyone_share)


def test_segments_without_taste_over_index_on_nothing():
    lines = make_shop(lines=12_000, random_state=5).lines
    case = case_of(read_orders(lines))
    labels = np.random.default_rng(0).permutation(np.arange(len(case.ids)) % 3).astype(np.int32)
    plan = plan_campaigns(replace(case.segmentation, labels=labels), case.profiles, case.clean)
    assert sum(len(c.products) for c in plan.campaigns) <= 2  # 216 looks, a tenth of the findings may be chance


def test_the_next_product_is_one_that_most_do_not_have(shop_case: Case):
    for campaign in shop_case.plan().campaigns:
        step = campaign.next_product
        assert step is not None
        assert step.takers >= 5
        assert step.open_to >= 0.2 * campaign.customers


def test_a_plan_survives_json(shop_case: Case):
    plan = shop_case.plan(budget=1_000, margin=0.4)
    text = json.dumps(plan.to_dict(), allow_nan=False)
    assert CampaignPlan.from_dict(json.loads(text)) == plan
    assert not any(one in text for one in shop_case.ids.tolist())


def test_a_damaged_plan_names_every_fault(shop_case: Case):
    plain = json.loads(json.dumps(shop_case.plan().to_dict()))
    plain["campagins"] = plain.pop("campaigns")
    plain["salt"] = None
    with pytest.raises(RunFolderError) as raised:
        CampaignPlan.from_dict(plain)
    assert "campagins" in str(raised.value)
    assert "campaigns" in str(raised.value)


def test_names_from_the_file_cannot_break_a_brief(shop_case: Case):
    plan = shop_case.plan()
    item = replace(plan.campaigns[0].categories[0], name="<script>alert(1)</script> | **x**\n# y")
    nasty = replace(plan.campaigns[0], categories=(item,), name="<b>Top</b>")
    text = brief_markdown(nasty, plan)
    assert "<script>" not in text
    assert "\n# y" not in text
    assert brief_filename(nasty) == "01-b-top-b.md"


def test_a_weak_segment_is_warned_about_first(shop_case: Case):
    profiles = [replace(profile, trust="weak") for profile in shop_case.profiles]
    plan = plan_campaigns(shop_case.segmentation, profiles, shop_case.clean)
    text = brief_markdown(plan.campaigns[0], plan)
    assert text.index("This segment is weak") < text.index("Who they are")
    surest = [replace(profile, trust="group") for profile in shop_case.profiles]
    assert plan_campaigns(shop_case.segmentation, surest, shop_case.clean).campaigns[0].trust == "group"


def test_orders_as_units_are_planned_for_their_customers(shop_case: Case):
    orders = shop_case.clean.engine.collect(
        shop_case.clean.purchases.group_by("order_id").agg(customer_id=nw.col("customer_id").min())
    ).sort_by("order_id")
    segment = dict(zip(shop_case.ids.tolist(), shop_case.labels.tolist(), strict=True))
    labels = np.array([segment[one] for one in orders["customer_id"].to_pylist()], dtype=np.int32)
    ids = np.array(orders["order_id"].to_pylist(), dtype=str)
    table = replace(shop_case.segmentation.table, unit="order", ids=ids)
    of_orders = replace(shop_case.segmentation, table=table, labels=labels)
    plan = plan_campaigns(of_orders, shop_case.profiles, shop_case.clean)
    assert [c.customers for c in plan.campaigns] == np.bincount(shop_case.labels).tolist()


def test_profiles_and_labels_must_belong_together(shop_case: Case):
    with pytest.raises(ParameterError, match="Every segment needs one profile"):
        plan_campaigns(shop_case.segmentation, shop_case.profiles[:2], shop_case.clean)


def test_a_feature_that_the_run_lacks_is_said(shop_case: Case, tmp_path: Path):
    text = files("marketfold.campaigns").joinpath("playbooks/retail.toml").read_text("utf-8")
    rule = '[[rules]]\naim = "reward"\nwhen = [{ feature = "shoe_size", at_least = 44 }]\n\n[[rules]]\n'
    path = tmp_path / "p.toml"
    path.write_text(text.replace("[[rules]]\n", rule, 1), encoding="utf-8")
    plan = shop_case.plan(playbook=path)
    assert plan.notes == (PlanNote("unknown feature", "shoe_size"),)


def test_a_currency_is_named_where_there_is_one(shop_case: Case):
    plan = shop_case.plan(budget=100, margin=0.5)
    assert plan.currency == "EUR"
    assert "€" in brief_markdown(plan.campaigns[0], plan)


def test_everybody_buying_once_on_one_day_can_be_planned():
    rows = [(f"o{n}", f"c{n}", "2026-01-05", 10.0 + n) for n in range(40)]
    case = case_of(read_orders(table_of(rows), ReadingOptions(date_format="%Y-%m-%d")), k=2)
    plan = case.plan()
    assert all(campaign.aim == "recommend" for campaign in plan.campaigns)
    assert all(campaign.holdout and not campaign.holdout.held_out for campaign in plan.campaigns)


def test_options_reject_what_is_not_money():
    for bad in ({"budget": 0}, {"budget": -5}, {"margin": 1.5}, {"contact_cost": 0}):
        with pytest.raises(ValueError, match=r"greater than|less than"):
            CampaignOptions.model_validate(bad)


def test_a_plan_shows_itself_in_a_notebook(shop_case: Case):
    plan = shop_case.plan(budget=100, margin=0.5)
    nasty = replace(plan, campaigns=(replace(plan.campaigns[0], name="<b>"),))
    assert "&lt;b&gt;" in nasty._repr_html_()
    assert nasty._repr_html_().count("<tr>") == 2


def test_assignments_hold_every_customer_once(shop_case: Case):
    table = shop_case.plan().assignments
    assert isinstance(table, pa.Table)
    assert sorted(table["customer_id"].to_pylist()) == shop_case.ids.tolist()


def test_a_product_in_two_categories_is_counted_once():
    rows = [(f"o{n}", f"c{n % 30}", f"2026-{1 + n // 60:02d}-{1 + n % 28:02d}", 10.0 + n % 30) for n in range(240)]
    products = ["P1" if n % 2 else "P2" for n in range(240)]
    categories = ["Tea" if n % 3 else "Gifts" for n in range(240)]
    table = table_of(rows, product_id=products, category=categories)
    case = case_of(read_orders(table, ReadingOptions(date_format="%Y-%m-%d")), k=2)
    cells, totals, category_of = _count(purchases_of(case), "product_id")
    assert cells.lines.sum() == 240
    assert cells.buyers.sum() == len({(row[1], product) for row, product in zip(rows, products, strict=True)})
    assert totals.customers.sum() == 30
    assert category_of == {"P1": "Tea", "P2": "Tea"}


def test_categories_count_where_products_are_missing():
    rows = [(f"o{n}", f"c{n % 30}", f"2026-{1 + n // 60:02d}-{1 + n % 28:02d}", 10.0 + n % 30) for n in range(240)]
    products = ["P1" if n % 2 else "" for n in range(240)]
    categories = ["Tea" if n % 3 else "Gifts" for n in range(240)]
    table = table_of(rows, product_id=products, category=categories)
    case = case_of(read_orders(table, ReadingOptions(date_format="%Y-%m-%d")), k=2)
    purchases = purchases_of(case)
    cells, _, _ = _count(purchases, "category")
    assert dict(zip(cells.names, cells.lines.sum(axis=(0, 1)).tolist(), strict=True)) == {"Gifts": 80.0, "Tea": 160.0}
    assert _count(purchases, "product_id")[0].names == ["P1"]


def test_one_id_of_a_megabyte_does_not_widen_all_others():
    rows = [(f"o{n}", f"c{n % 30}", f"2026-{1 + n // 60:02d}-{1 + n % 28:02d}", 10.0 + n % 30) for n in range(240)]
    products = [f"P{n}" for n in range(239)] + ["x" * 1_000_000]
    case = case_of(read_orders(table_of(rows, product_id=products), ReadingOptions(date_format="%Y-%m-%d")), k=2)
    purchases = purchases_of(case)
    tracemalloc.start()
    cells, _, _ = _count(purchases, "product_id")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(cells.names) == 240
    assert most < 50_000_000


def test_the_plan_speaks_of_the_holdout_as_it_came_out(shop_case: Case):
    """Whoever was in an earlier run stays in her arm, and every number of the plan is that of the arms."""
    ids = shop_case.ids.tolist()
    for arm, pinned in (("holdout", ids[::2]), ("treated", ids)):
        earlier = pa.table({"customer_id": pinned, "arm": [arm] * len(pinned)})
        draw = ArmDraw(previous=earlier)
        plan = plan_campaigns(shop_case.segmentation, shop_case.profiles, shop_case.clean, draw=draw)
        assert isinstance(plan.assignments, pa.Table)
        arms = plan.assignments.to_pandas()
        held = arms[arms["arm"] == "holdout"].groupby("segment").size()
        for campaign in plan.campaigns:
            assert campaign.holdout is not None
            assert campaign.budget is not None
            n = int(held.get(campaign.number, 0))
            assert campaign.holdout.held_out == n
            assert campaign.budget.stake.customers == campaign.customers - n
            if n:
                assert f"{n:,} of {campaign.customers:,} customers are held out" in holdout_of(campaign, plan)


@pytest.mark.parametrize(
    ("mapping", "playbook", "companies"),
    [
        ({}, "retail", False),
        ({"deal_size": "Size"}, "b2b", True),
        ({"contact_first_name": "First", "customer_name": "Firm"}, "b2b", True),
        ({"contact_first_name": "First"}, "retail", False),
    ],
)
def test_the_playbook_fits_what_the_source_says_of_its_customers(
    mapping: dict[str, str], playbook: str, *, companies: bool
):
    facts = SourceFacts("orders.csv", 10, mapping)
    assert pick_playbook(facts)[0] == playbook
    assert for_companies(facts, CampaignOptions()) is companies
    assert for_companies(facts, CampaignOptions(playbook="b2b")) is True
    assert for_companies(facts, CampaignOptions(playbook="retail")) is False
    assert for_companies(facts, CampaignOptions(playbook="ours.toml")) is companies


def test_customers_can_be_told_elsewhere_by_what_the_file_has_of_them():
    assert _identifiers({}) == frozenset()
    assert _identifiers({"email": "E-Mail", "postal_code": "Zip"}) == {"email", "address"}
    assert _identifiers({"phone": "Tel", "address": "Street", "city": "Town"}) == {"phone", "address"}


CHANNELS = {
    "mail": Channel(title="E-mail", use="Write", act="Write to", needs=("email",)),
    "call": Channel(title="Phone", use="Call", needs=("phone",), must_know=True),
    "ads": Channel(title="Ads", use="Show", needs=("email", "phone"), ads="google", fewest=100),
}


@pytest.mark.parametrize(
    ("have", "customers", "planned"),
    [
        ({"email", "phone"}, 100, [("E-mail", 0.5, ()), ("Phone", 0.3, ()), ("Ads", 0.2, ())]),
        ({"email", "phone"}, 99, [("E-mail", 0.625, ()), ("Phone", 0.375, ())]),
        ({"email"}, 100, [("E-mail", 5 / 7, ()), ("Ads", 2 / 7, ())]),
        ({"phone"}, 100, [("E-mail", 0.5, ("email",)), ("Phone", 0.3, ()), ("Ads", 0.2, ())]),
        (set(), 100, [("E-mail", 5 / 7, ("email",)), ("Ads", 2 / 7, ("email", "phone"))]),
        (set(), 0, [("E-mail", 1.0, ("email",))]),
    ],
)
def test_what_a_channel_that_is_left_out_would_have_had_goes_to_the_others(
    have: set[str], customers: int, planned: list[tuple[str, float, tuple[str, ...]]]
):
    shares = tuple(
        ChannelShare(channel=key, share=share) for key, share in (("mail", 0.5), ("call", 0.3), ("ads", 0.2))
    )
    book = load_playbook().model_copy(update={"channels": CHANNELS})
    aim = next(iter(book.aims.values())).model_copy(update={"channels": shares})
    found = _channels(book, aim, have, customers)
    assert [(one.title, one.lacking) for one in found] == [(title, lacking) for title, _, lacking in planned]
    assert [one.share for one in found] == pytest.approx([share for _, share, _ in planned])
    assert (found[0].act, found[0].use, found[0].ads) == ("Write to", "Write", "")
    called = aim.model_copy(update={"channels": shares[1:]})
    only = _channels(book, called, set(), 9)  # none can be used, and the first stays
    assert only == (PlannedChannel("Phone", 1.0, "Call", ("phone",), "Reach", ""),)


def test_nobody_is_due_before_a_season():
    aim = next(iter(load_playbook().aims.values())).model_copy(
        update={"timing": "Send{% if due is defined %} now{% endif %}."}
    )
    assert _schedule(aim, {"due": "yes"}) == "Send now."
    assert _schedule(aim, {"due": "yes", "season": "May"}) == (
        "Three weeks before May begins, when they have bought most so far; else as follows. Send."
    )


def test_a_stake_is_what_the_campaign_knows(shop_case: Case):
    plan = shop_case.plan(budget=2_000, margin=0.4)
    book = load_playbook()
    orders = shop_case.clean.engine.collect(shop_case.clean.purchases.select("customer_id", "order_id").unique())
    label = dict(zip(shop_case.ids.tolist(), shop_case.labels.tolist(), strict=True))
    counted = np.bincount([label[one] for one in orders["customer_id"].to_pylist()])
    assert any(campaign.held_out for campaign in plan.campaigns)
    for campaign in plan.campaigns:
        assert campaign.budget is not None
        assert campaign.baseline is not None
        assert campaign.holdout is not None
        assert campaign.budget.stake == Stake(
            campaign.number, campaign.customers - campaign.held_out, campaign.revenue_total,
            int(counted[campaign.number - 1]), book.aims[campaign.aim].budget_weight, campaign.offer.discount,
            campaign.baseline.order_rate, campaign.holdout.detectable_lift, campaign.baseline.seasons,
            bool(campaign.baseline.lately), campaign.baseline.fewer_rate,
        )  # fmt: skip
        assert len(campaign.distinguishing) <= 3
        assert len(campaign.countries) <= 4
    assert follow(plan) == plan
