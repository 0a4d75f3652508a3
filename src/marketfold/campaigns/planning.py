"""From profiles and orders to a plan: what was counted, what is aimed for, whom to hold out, and the words."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from marketfold.campaigns.budget import Stake, allocate_budget
from marketfold.campaigns.choice import choose, unknown_features
from marketfold.campaigns.customers import Customers, Purchases, condense, members_of, read_customers
from marketfold.campaigns.describing import say_warning, say_who
from marketfold.campaigns.drafts import presentable, write_draft
from marketfold.campaigns.evidence import NO_LEAD, Evidence, gather_evidence
from marketfold.campaigns.facts import segment_facts
from marketfold.campaigns.holdout import Holdout, as_assigned, assign_arms, plan_holdout, read_baselines
from marketfold.campaigns.plan import Campaign, CampaignPlan, PlannedChannel, PlannedOffer, sealed
from marketfold.campaigns.playbook import load_playbook
from marketfold.campaigns.timing import count_months, time_segments
from marketfold.config import CampaignOptions
from marketfold.errors import ParameterError
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.campaigns.facts import SegmentFacts
    from marketfold.campaigns.holdout import Baseline, Primary
    from marketfold.campaigns.playbook import Aim, Playbook
    from marketfold.campaigns.timing import Timing
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Ids, Labels, Progress, Unit
    from marketfold.segments.profiles import SegmentProfile

IDENTIFIER_ROLES = {"email": ("email",), "phone": ("phone",), "address": ("address", "postal_code")}
IDENTIFIER_WORDS = {"email": "e-mail addresses", "phone": "phone numbers", "address": "addresses"}

LONG_AGO_DAYS = 182
"""Thanks for an order that is older than half a year come too late."""
AUTO = "auto"
STEPS = ("customers", "products", "seasons", "holdouts", "words")


@dataclass(frozen=True)
class _Found:
    """Everything that was counted, one entry for each segment."""

    customers: Customers
    facts: tuple[SegmentFacts, ...]
    evidence: tuple[Evidence, ...]
    timing: tuple[Timing, ...]


def pick_playbook(mapping: Mapping[str, str], *, id_is_personal: bool) -> tuple[str, str]:
    """Pick the shipped playbook that fits the orders, and say why.

    Parameters
    ----------
    mapping
        Source column of each role that was found.
    id_is_personal
        Whether a name serves as the customer id.

    Examples
    --------
    >>> pick_playbook({"customer_name": "COMPANY", "contact_last_name": "CONTACT"}, id_is_personal=False)[0]
    'b2b'
    """
    contacts = {"contact_first_name", "contact_last_name"} & set(mapping)
    how = "Choose yourself with --playbook retail or --playbook b2b."
    if contacts and ("customer_name" in mapping or id_is_personal):
        return "b2b", f"The business-to-business playbook was used, as customers have a contact person. {how}"
    if "deal_size" in mapping:
        return "b2b", f"The business-to-business playbook was used, as the orders carry a deal size. {how}"
    return "retail", f"The retail playbook was used, as nothing in the orders speaks of companies. {how}"


def _identifiers(mapping: dict[str, str]) -> frozenset[str]:
    return frozenset(name for name, roles in IDENTIFIER_ROLES.items() if any(role in mapping for role in roles))


def _channels(playbook: Playbook, aim: Aim, have: Collection[str]) -> tuple[PlannedChannel, ...]:
    """Channels of the aim; one of several identifiers is enough for a channel that can use them all."""
    planned = []
    for part in aim.channels:
        channel = playbook.channels[part.channel]
        lacking = ""
        if channel.needs and not set(channel.needs) & set(have):
            what = listed([IDENTIFIER_WORDS[name] for name in channel.needs]).replace(" and ", " or ")
            lacking = f"The order file has no {what}: match this list with your customer records by customer id."
        planned.append(PlannedChannel(channel.title, part.share, channel.use, lacking))
    return tuple(planned)


def _message_words(evidence: Evidence, timing: Timing, promise: str, recency_days: float) -> dict[str, str]:
    """What a draft may speak of; codes and placeholders are left to the brief's tables."""
    category = next((name for item in evidence.categories if (name := presentable(item.name))), None)
    following = presentable(evidence.next_category.name) if evidence.next_category else None
    words = {"promise": promise}
    if recency_days >= LONG_AGO_DAYS:
        words["long_ago"] = "yes"
    if category:
        words["category"] = category
    if following:
        words["next_category"] = following
    if timing.peaks:
        best = max(timing.peaks, key=lambda month: timing.months[month - 1])
        words["season"] = calendar.month_name[best]
    return words


def _campaign(profile: SegmentProfile, s: int, found: _Found, playbook: Playbook, have: Collection[str]) -> Campaign:
    facts, evidence, timing = found.facts[s], found.evidence[s], found.timing[s]
    choice = choose(playbook, facts, profile.medians, profile.everyone)
    aim, offer = playbook.aims[choice.aim], playbook.offers[choice.offer]
    words = _message_words(evidence, timing, offer.promise, facts.values.get("recency_days", 0.0))
    return Campaign(
        number=profile.number,
        name=profile.name,
        customers=int(facts.values["customer_count"]),
        customer_share=facts.values["customer_share"],
        revenue_total=round(float(found.customers.revenue[found.customers.labels == s].sum()), 2),
        revenue_share=facts.values["revenue_share"],
        warning=say_warning(profile.trust, int(facts.values["customer_count"])),
        who=say_who(profile, facts),
        aim=choice.aim,
        aim_title=aim.title,
        goal=aim.goal,
        why=choice.why,
        offer=PlannedOffer(offer.title, offer.promise, offer.reason, offer.discount),
        channels=_channels(playbook, aim, have),
        schedule=timing.advice or aim.timing,
        timing=timing,
        products=evidence.products,
        categories=evidence.categories,
        next_product=evidence.next_product,
        next_category=evidence.next_category,
        buying_note="" if evidence.products or evidence.categories else evidence.lacking or NO_LEAD,
        drafts=tuple(write_draft(template, words) for template in aim.drafts),
        measure=aim.measure,
    )


def _find(purchases: Purchases, customers: Customers, progress: Progress | None) -> _Found:
    _tell(progress, 1)
    evidence = gather_evidence(purchases)
    _tell(progress, 2)
    timing = time_segments(customers, count_months(purchases))
    return _Found(customers, segment_facts(customers, [t.season_share for t in timing]), evidence, timing)


def _tell(progress: Progress | None, step: int) -> None:
    if progress is not None:
        progress(STEPS[min(step, len(STEPS) - 1)], step, len(STEPS))


def _currency(clean: CleanOrders) -> str | None:
    """The one currency of the money columns, where the source names exactly one."""
    if "currency" not in clean.purchases.collect_schema().names():
        return None
    named = clean.purchases.filter(~nw.col("currency").is_null()).group_by("currency").agg(n=nw.len())
    values = clean.engine.collect(named)["currency"].to_pylist()
    return str(values[0]) if len(values) == 1 else None


def _stake(campaign: Campaign, holdout: Holdout, s: int, customers: Customers, weight: float) -> Stake:
    who = customers.labels == s
    return Stake(
        number=campaign.number,
        customers=campaign.customers - holdout.held_out,
        revenue_total=campaign.revenue_total,
        order_count=int(customers.order_count[who].sum()),
        weight=weight,
        discount=campaign.offer.discount,
        detectable_lift=holdout.detectable_lift,
    )


def _hold_out(
    customers: Customers,
    campaigns: Sequence[Campaign],
    baselines: Sequence[Baseline | None],
    primaries: Sequence[Primary],
    wanted_lift: float,
    *,
    salt: str,
    previous: pa.Table | None,
) -> tuple[list[Holdout], pa.Table]:
    """The holdout of each segment as it came out, and everybody's arm."""
    n_tests = len(campaigns)
    planned = [
        plan_holdout(c.number, c.customers, baseline, primary, wanted_lift=wanted_lift, n_tests=n_tests)
        for c, baseline, primary in zip(campaigns, baselines, primaries, strict=True)
    ]
    arms = assign_arms(customers, planned, salt=salt, previous=previous)
    held = np.bincount(customers.labels, weights=arms["arm"].to_numpy() == "holdout", minlength=n_tests)
    whole = zip(planned, held.astype(int).tolist(), baselines, strict=True)
    return [as_assigned(holdout, n, baseline, n_tests=n_tests) for holdout, n, baseline in whole], arms


def _check(profiles: Sequence[SegmentProfile], labels: Labels) -> None:
    n_segments = int(labels.max()) + 1 if len(labels) else 0
    if n_segments != len(profiles) or not profiles:
        message = f"Every segment needs one profile; got {len(profiles)} profiles and {n_segments} segments."
        raise ParameterError(message)


def plan_campaigns(  # noqa: PLR0913  (all but the first four can be left out)
    profiles: Sequence[SegmentProfile],
    clean: CleanOrders,
    ids: Ids,
    labels: Labels,
    options: CampaignOptions | None = None,
    *,
    unit: Unit = "customer",
    as_of: date | None = None,
    seed: int = 0,
    previous: pa.Table | None = None,
    progress: Progress | None = None,
) -> CampaignPlan:
    """Plan a campaign for every segment, from a written playbook and the customers' own orders.

    Parameters
    ----------
    profiles
        One for each segment, in the order of the labels.
    clean
        The orders behind them.
    ids, labels
        Unit and its 0-based segment, shape (n_units,).
    options
        Playbook, money, and length of the campaign.
    unit
        What a row of `ids` is. Where orders or lines were segmented, a customer belongs to the segment in which most
        of her money lies.
    as_of
        The day on which the run looks back; the day after the last order if not given. Later lines are not looked at.
    seed
        Of the run; it keys the holdout.
    previous
        Assignments of an earlier run (`customer_id`, `arm`), whose customers stay in their arm.
    progress
        Told about each step.

    Raises
    ------
    PlaybookError
        If the playbook is wrong.
    ParameterError
        If profiles, ids and labels do not belong together, or money is not positive.
    """
    options = options or CampaignOptions()
    chosen, note = options.playbook, ""
    if chosen == AUTO:
        chosen, note = pick_playbook(clean.facts.mapping, id_is_personal=clean.facts.id_is_personal)
    playbook = load_playbook(chosen)
    _check(profiles, labels)
    _tell(progress, 0)
    members = members_of(clean, ids, labels, unit)
    purchases = condense(clean, members, len(profiles), as_of)
    customers = read_customers(purchases, as_of)
    found = _find(purchases, customers, progress)
    have = _identifiers(clean.facts.mapping)
    campaigns = [_campaign(profile, s, found, playbook, have) for s, profile in enumerate(profiles)]
    _tell(progress, 3)
    baselines = read_baselines(purchases, customers, options.campaign_days)
    primaries = [playbook.aims[campaign.aim].primary for campaign in campaigns]
    holdouts, assignments = _hold_out(
        customers, campaigns, baselines, primaries, options.smallest_lift, salt=str(seed), previous=previous
    )
    weights = [playbook.aims[c.aim].budget_weight for c in campaigns]
    parts = enumerate(zip(campaigns, holdouts, weights, strict=True))
    stakes = [_stake(c, holdout, s, customers, weight) for s, (c, holdout, weight) in parts]
    budget = allocate_budget(
        stakes,
        days=customers.observed_days,
        total=options.budget,
        margin=options.margin,
        contact_cost=options.contact_cost,
    )
    whole = zip(campaigns, holdouts, budget.lines, strict=True)
    _tell(progress, len(STEPS))
    return CampaignPlan(
        campaigns=tuple(sealed(replace(c, holdout=holdout, budget=line)) for c, holdout, line in whole),
        playbook=playbook.name,
        budget=budget,
        currency=_currency(clean),
        salt=str(seed),
        campaign_days=options.campaign_days,
        notes=((note,) if note else ()) + unknown_features(playbook, profiles[0].medians),
        assignments=assignments,
    )
