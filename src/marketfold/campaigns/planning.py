"""From profiles and orders to a plan: what was counted, what is aimed for, whom to hold out, and the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.campaigns.budget import Budget, Stake, allocate_budget
from marketfold.campaigns.drafts import fill_text, write_drafts
from marketfold.campaigns.known import known_from_orders, known_from_table
from marketfold.campaigns.message_words import message_words, told_apart
from marketfold.campaigns.plan import Campaign, CampaignPlan, PlannedChannel, PlannedOffer, PlanNote, as_made
from marketfold.campaigns.playbook import SHIPPED, load_playbook, select_aim
from marketfold.cleaning import CleanOrders
from marketfold.config import CampaignOptions
from marketfold.engine import EngineTable
from marketfold.errors import ParameterError
from marketfold.experiments import as_assigned, assign_arms, judged_together, plan_holdout, plan_tenth
from marketfold.schema import count_where
from marketfold.segments import most_telling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.campaigns.customers import SegmentFacts
    from marketfold.campaigns.known import KnownCustomers
    from marketfold.campaigns.playbook import Aim, Playbook
    from marketfold.campaigns.product_affinity import ProductAffinity
    from marketfold.campaigns.timing import Timing
    from marketfold.customer_tables import CustomerTable
    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine
    from marketfold.experiments import Holdout
    from marketfold.schema import Progress
    from marketfold.segments import SegmentProfile
    from marketfold.selection import Segmentation

IDENTIFIER_ROLES = {"email": ("email",), "phone": ("phone",), "address": ("address", "postal_code")}
DISTINGUISHING = 3
COUNTRIES = 4
"""One more than a brief names: so it knows that there are others."""

AUTO = "auto"
STEPS = 5
"""Customers, products, seasons, holdouts and words."""
RETAIL, B2B = SHIPPED


@dataclass(frozen=True)
class ArmDraw:
    """By what customers are held out; those of earlier assignments (`customer_id`, `arm`) stay in their arm."""

    seed: int = 0
    previous: pa.Table | None = None

    @property
    def salt(self) -> str:
        """Key of the hash that draws."""
        return str(self.seed)


def pick_playbook(facts: SourceFacts) -> tuple[str, PlanNote]:
    """Pick the shipped playbook that fits what the source says of its customers, and say why.

    Examples
    --------
    >>> from marketfold.decisions import SourceFacts
    >>> pick_playbook(SourceFacts("orders.csv", 10, {"deal_size": "DEALSIZE"}))
    ('b2b', PlanNote(code='deal size', about=''))
    """
    return ("b2b", PlanNote(facts.companies_by)) if facts.companies_by else ("retail", PlanNote("no companies"))


def for_companies(facts: SourceFacts, options: CampaignOptions) -> bool:
    """Whether the campaigns are for companies: as the playbook says, or as the source does."""
    return options.playbook == B2B or (options.playbook != RETAIL and bool(facts.companies_by))


def _identifiers(mapping: dict[str, str]) -> frozenset[str]:
    return frozenset(name for name, roles in IDENTIFIER_ROLES.items() if any(role in mapping for role in roles))


def _channels(playbook: Playbook, aim: Aim, have: Collection[str], n_customers: int) -> tuple[PlannedChannel, ...]:
    """Channels of the aim that can be used; one of several identifiers is enough for one that can use them all.

    What a channel that is left out would have had goes to the others in proportion; the first stays where none can be.
    """
    planned = []
    for part in aim.channels:
        channel = playbook.channels[part.channel]
        lacking = () if set(channel.needs) & set(have) else channel.needs
        if n_customers >= channel.fewest and not (channel.must_know and lacking):
            planned.append(PlannedChannel(channel.title, part.share, channel.use, lacking, channel.act, channel.ads))
    if not planned:
        first = playbook.channels[aim.channels[0].channel]
        return (PlannedChannel(first.title, 1.0, first.use, first.needs, first.act, first.ads),)
    whole = sum(channel.share for channel in planned)
    return tuple(replace(channel, share=channel.share / whole) for channel in planned)


@dataclass(frozen=True)
class _Terms:
    """What all campaigns of a plan share."""

    playbook: Playbook
    have: Collection[str]
    currency: str | None
    as_of: date | None


def _campaign(
    profile: SegmentProfile, facts: SegmentFacts, affinity: ProductAffinity, timing: Timing, terms: _Terms
) -> Campaign:
    aim_key, offer_key, why = select_aim(terms.playbook, facts, profile.medians, profile.everyone)
    aim, offer = terms.playbook.aims[aim_key], terms.playbook.offers[offer_key]
    known = message_words(facts, affinity, timing, terms.currency, terms.as_of)
    title, promise, reason = (fill_text(text, known) for text in (offer.title, offer.promise, offer.reason))
    known |= {"promise": promise}
    return Campaign(
        number=profile.number,
        name=profile.name,
        customers=int(facts.values["customer_count"]),
        customer_share=facts.values["customer_share"],
        revenue_total=facts.revenue,
        revenue_share=facts.values.get("revenue_share", 0.0),
        trust=profile.trust,
        order_count=facts.values.get("order_count"),
        order_value=facts.values.get("order_value"),
        distinguishing=most_telling(profile.distinguishing, DISTINGUISHING),
        countries=profile.described.get("country", ())[:COUNTRIES],
        aim=aim_key,
        aim_title=aim.title,
        goal=fill_text(aim.goal, known),
        why=why,
        offer=PlannedOffer(title, promise, reason, offer.discount),
        channels=(),
        schedule=timing.advice or _schedule(aim, known),
        timing=timing,
        products=affinity.products,
        categories=affinity.categories,
        next_product=affinity.next_product,
        next_category=affinity.next_category,
        products_named=affinity.named,
        drafts=write_drafts(aim.drafts, known),
        message_words=known,
        measure=aim.measure,
    )


def _schedule(aim: Aim, known: Mapping[str, str]) -> str:
    """When, as the aim has it, and before the season that is near: nobody is due before it by the days since then."""
    if "season" not in known:
        return fill_text(aim.timing, known)
    usual = fill_text(aim.timing, {name: text for name, text in known.items() if name != "due"})
    return f"Three weeks before {known['season']} begins, when they have bought most so far; else as follows. {usual}"


def _report(progress: Progress | None, step: int) -> None:
    if progress is not None:
        progress("plan", step, STEPS)


def _with_what_is_usual(campaigns: Sequence[Campaign], customers: KnownCustomers) -> list[Campaign]:
    """With what their customers do anyway, and what they buy together."""
    bundles = customers.baskets.of_segments if customers.baskets else (None,) * len(campaigns)
    known = zip(campaigns, customers.baselines, bundles, customers.two_largest, strict=True)
    return [replace(c, baseline=usual, bundle=pair, two_largest=part) for c, usual, pair, part in known]


def _stakes(campaigns: Sequence[Campaign], customers: KnownCustomers, playbook: Playbook) -> list[Stake]:
    """What each campaign is about in money; none where that is not known."""
    if not customers.can_be_priced:
        return []
    return [
        Stake(
            number=c.number,
            customers=c.customers - c.held_out,
            revenue_total=c.revenue_total,
            order_count=n,
            weight=playbook.aims[c.aim].budget_weight,
            discount=c.offer.discount,
            usual_rate=float(c.baseline.order_rate) if c.baseline else None,
            seasons=c.baseline.seasons if c.baseline else (),
            silent=bool(c.baseline and c.baseline.lately),
            fewer_rate=c.baseline.fewer_rate if c.baseline else None,
            detectable_lift=c.holdout.detectable_lift if c.holdout else None,
        )
        for c, n in zip(campaigns, customers.order_counts or (), strict=True)
    ]


def _hold_out(
    campaigns: Sequence[Campaign], customers: KnownCustomers, playbook: Playbook, wanted_lift: float, draw: ArmDraw
) -> tuple[list[Campaign], nw.LazyFrame[Any]]:
    """The campaigns with their holdouts as they came out, and everybody's arm, held in the engine."""
    n = len(campaigns)

    def plan(c: Campaign, n_tests: int) -> Holdout:
        primary = playbook.aims[c.aim].primary
        if not customers.has_orders:
            return plan_tenth(c.number, c.customers, primary, wanted_lift=wanted_lift)
        return plan_holdout(c.number, c.customers, c.baseline, primary, wanted_lift=wanted_lift, n_tests=n_tests)

    # only those with a holdout are judged: the fewer they are, the more each shows
    attempts = ((n_tests, [plan(c, n_tests) for c in campaigns]) for n_tests in range(1, n + 1))
    planned = next(found for n_tests, found in attempts if judged_together(one.held_out for one in found) <= n_tests)
    engine = customers.engine
    arms = assign_arms(customers.customers, planned, engine, salt=draw.salt, previous=draw.previous)
    counted = engine.collect(arms.group_by("segment").agg(held_out=count_where(nw.col("arm") == "holdout")))
    of_numbers = dict(zip(counted["segment"].to_pylist(), counted["held_out"].to_pylist(), strict=True))
    held = [of_numbers.get(c.number, 0) for c in campaigns]
    return [
        replace(c, holdout=as_assigned(holdout, n_held, c.baseline, n_tests=judged_together(held)))
        for c, holdout, n_held in zip(campaigns, planned, held, strict=True)
    ], arms


def _with_channels(campaign: Campaign, terms: _Terms) -> Campaign:
    """With the channels that so many can be reached by: those held out are on no list."""
    aim = terms.playbook.aims[campaign.aim]
    reached = campaign.customers - campaign.held_out
    return replace(campaign, channels=_channels(terms.playbook, aim, terms.have, reached))


def _playbook(facts: SourceFacts, options: CampaignOptions) -> tuple[Playbook, list[PlanNote]]:
    """The playbook that was asked for, or that fits, and why it does."""
    if options.playbook != AUTO:
        return load_playbook(options.playbook), []
    fitting, note = pick_playbook(facts)
    return load_playbook(fitting), [note]


def _known(
    segmentation: Segmentation,
    source: CleanOrders | CustomerTable,
    options: CampaignOptions,
    progress: Progress | None,
) -> KnownCustomers:
    if isinstance(source, CleanOrders):
        return known_from_orders(segmentation, source, options.campaign_days, partial(_report, progress))
    return known_from_table(segmentation, source)


def _divided(stakes: Sequence[Stake], customers: KnownCustomers, options: CampaignOptions) -> Budget:
    money = {"margin": options.margin, "contact_cost": options.contact_cost}
    return allocate_budget(stakes, days=customers.observed_days, total=options.budget if stakes else None, **money)


def _kept(held: nw.LazyFrame[Any], segmentation: Segmentation, engine: Engine) -> pa.Table | EngineTable:
    """A held table of customers: here, where the units are here as well; else where the engine has it."""
    table = EngineTable(engine, held)
    if segmentation.n_units > len(segmentation):
        return table
    rows = table.collect()
    engine.release(held)
    return rows


def plan_campaigns(
    segmentation: Segmentation,
    profiles: Sequence[SegmentProfile],
    source: CleanOrders | CustomerTable,
    options: CampaignOptions | None = None,
    *,
    draw: ArmDraw | None = None,
    progress: Progress | None = None,
) -> CampaignPlan:
    """Plan a campaign for every segment, from a written playbook and the customers' own orders.

    Parameters
    ----------
    segmentation
        Which unit is in which segment. Where orders or lines were segmented, a customer belongs to the segment in
        which most of her money lies.
    profiles
        One for each segment, in the order of the labels.
    source
        The orders behind them, of which those on or after the as-of day are not looked at; or the table of customers.
    options
        Playbook, money, and length of the campaign.
    draw
        By what customers are held out; by seed 0 if not given.
    progress
        Told about each step.

    Raises
    ------
    PlaybookError
        If the playbook is wrong.
    ParameterError
        If profiles and segments do not belong together, or money is not positive.

    Examples
    --------
    >>> from marketfold import clean, features, make_shop, matrix, profile_segments, read, segmentation
    >>> orders = clean(read(make_shop(lines=2_000).lines))
    >>> X = matrix(features(orders))
    >>> made = segmentation(X, (X.table.column("recency_days") > 365).astype(int))
    >>> plan = plan_campaigns(made, profile_segments(made), orders)
    >>> [campaign.customers for campaign in plan.campaigns] == [len(made.members(0)), len(made.members(1))]
    True
    """
    options, draw = options or CampaignOptions(), draw or ArmDraw()
    playbook, notes = _playbook(source.facts, options)
    if segmentation.n_segments != len(profiles) or not profiles:
        got = f"{len(profiles)} profiles and {segmentation.n_segments} segments"
        raise ParameterError(f"Every segment needs one profile; got {got}.")
    if isinstance(source, CleanOrders):
        notes += [PlanNote("unknown feature", name) for name in sorted(playbook.features - set(profiles[0].medians))]
    else:
        notes.append(PlanNote("no orders"))
    _report(progress, 0)
    customers = _known(segmentation, source, options, progress)
    counted = customers.facts, customers.affinity, customers.timing
    terms = _Terms(playbook, _identifiers(source.facts.mapping), customers.currency, segmentation.table.as_of)
    campaigns = [_campaign(*of_segment, terms) for of_segment in zip(profiles, *counted, strict=True)]
    campaigns, alike = told_apart(campaigns, playbook)
    campaigns = _with_what_is_usual(campaigns, customers)
    campaigns, arms = _hold_out(campaigns, customers, playbook, options.smallest_lift, draw)
    campaigns = [_with_channels(campaign, terms) for campaign in campaigns]
    stakes = _stakes(campaigns, customers, playbook)
    budget = _divided(stakes, customers, options)
    if options.budget and not stakes:
        notes.append(PlanNote("no stakes"))
    lines = budget.lines or (None,) * len(campaigns)
    following = customers.next_products
    next_products = None if following is None else _kept(following, segmentation, customers.engine)
    assignments = _kept(arms, segmentation, customers.engine)
    customers.engine.release(customers.customers)
    _report(progress, STEPS)
    return CampaignPlan(
        campaigns=tuple(as_made(replace(c, budget=b)) for c, b in zip(campaigns, lines, strict=True)),
        playbook=playbook.name,
        budget=budget,
        currency=customers.currency,
        unit=segmentation.unit,
        companies=playbook.companies,
        salt=draw.salt,
        campaign_days=options.campaign_days,
        notes=(*notes, *alike),
        assignments=assignments,
        next_products=next_products,
        baskets=customers.baskets,
        cohorts=customers.cohorts,
        templates={key: aim.drafts for key, aim in playbook.aims.items()},
    )
