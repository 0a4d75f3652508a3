"""The campaign of each segment: who they are, what to aim for, with what, when, and how to tell whether it worked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from marketfold import words
from marketfold.campaigns.baskets import Baskets, Pair  # noqa: TC001  (pairs are read back by their type)
from marketfold.campaigns.budget import Budget, BudgetLine
from marketfold.campaigns.drafts import Draft, DraftTemplate, alike
from marketfold.campaigns.playbook import AimRule, Identifier  # noqa: TC001  (read back by their types)
from marketfold.campaigns.product_affinity import NextBuy, OverIndex  # noqa: TC001  (read back by its types)
from marketfold.campaigns.returning import SegmentCohorts  # noqa: TC001  (as the others)
from marketfold.campaigns.timing import Timing  # noqa: TC001  (read back by its types)
from marketfold.errors import Fault, RunFolderError
from marketfold.experiments import Baseline, Experiment, Holdout, SegmentDesign
from marketfold.frames import table_html, terse
from marketfold.json_files import plain
from marketfold.schema import Trust, Unit
from marketfold.segments import Described, DistinguishingFeature  # noqa: TC001  (read back by their types)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.engine import EngineTable

EDITABLE = ("name", "aim_title", "goal", "offer", "channels", "schedule", "drafts", "measure", "amount", "held_out")
"""Parts that a team may change."""


@dataclass(frozen=True)
class PlannedOffer:
    """The offer of a campaign, and why this one."""

    title: str
    promise: str
    reason: str
    discount: float = 0.0


@dataclass(frozen=True)
class PlannedChannel:
    """A channel, its share of the effort (0 to 1), and what the order file lacks for it: any of these would do.

    `act` is what one does by it, before whom: "Call", "Write to"; `ads` says whose ad texts it needs, "google" or
    "meta".
    """

    title: str
    share: float
    use: str
    lacking: tuple[Identifier, ...] = ()
    act: str = "Reach"
    ads: str = ""


@dataclass(frozen=True)
class PlanNote:
    """What a person should know about the plan as a whole, and the name that it is about."""

    code: Literal[
        "contacts", "deal size", "no companies", "unknown feature", "edits lost", "no orders", "no stakes", "same words"
    ]
    about: str = ""


@terse
@dataclass(frozen=True)
class Campaign:
    """One segment's campaign.

    Attributes
    ----------
    customers, customer_share, revenue_total, revenue_share
        Its size, in customers and money; shares are 0 to 1.
    trust
        How far the segment is to be trusted; None where that was not tested.
    order_count, order_value
        Orders of the median customer, and their worth; None where that cannot be known.
    distinguishing, countries
        What sets them apart, and where they live: the first few of each.
    aim, aim_title, goal, why
        The aim by its key, in words, and the rule that chose it with its numbers.
    schedule, timing
        When, as the aim has it, and as the segment's own orders have it.
    products, categories
        What they buy more than others.
    next_product, next_category
        What they take up next.
    two_largest
        Share of the segment's revenue that its two largest customers bring, 0 to 1; None where that is not known.
    bundle
        The two things that stand together in their own orders beyond chance, the most orders beyond it; None where no
        two do.
    products_named
        Whether the order lines name products or categories.
    measure
        What will tell whether it worked.
    made
        A digest of each editable part as it was made: what differs from it was edited by hand.
    kept
        Editable parts that were carried over from an earlier plan because somebody had edited them.
    message_words
        What the messages were written with: the promise of the offer, and what they may speak of beside it.
    baseline
        What is usual without a campaign, from which a holdout of any size is judged; None where the past is too short.
    text_by_hand
        Whether the brief is a text that somebody edited beyond what the plan can hold.
    stated
        A digest of each part as the brief stated it when it was written: what differs from it was edited since.
    """

    number: int
    name: str
    customers: int
    customer_share: float
    revenue_total: float
    revenue_share: float
    trust: Trust | None
    order_count: float | None
    order_value: float | None
    distinguishing: tuple[DistinguishingFeature, ...]
    countries: tuple[Described, ...]
    aim: str
    aim_title: str
    goal: str
    why: AimRule
    offer: PlannedOffer
    channels: tuple[PlannedChannel, ...]
    schedule: str
    timing: Timing
    products: tuple[OverIndex, ...]
    categories: tuple[OverIndex, ...]
    next_product: NextBuy | None
    next_category: NextBuy | None
    products_named: bool
    drafts: tuple[Draft, ...]
    measure: str
    holdout: Holdout | None = None
    budget: BudgetLine | None = None
    made: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    message_words: dict[str, str] = field(default_factory=dict)
    baseline: Baseline | None = None
    bundle: Pair | None = None
    two_largest: float | None = None
    text_by_hand: bool = False
    stated: dict[str, str] = field(default_factory=dict, compare=False)

    def says_the_same_as(self, other: Campaign) -> bool:
        """Whether its messages read like those of another campaign."""
        return all(alike(one.body, two.body) for one, two in zip(self.drafts, other.drafts, strict=True))

    @property
    def away(self) -> bool:
        """Whether most of them stay away longer than they used to."""
        return self.timing.away

    @property
    def season_on(self) -> date | None:
        """First day of the season before which it is made, of which what is usual is told as well; None for others."""
        return self.timing.season_begins_on if self.timing.advice or "season" in self.message_words else None

    @property
    def ads(self) -> tuple[str, ...]:
        """Whose ad texts its channels need."""
        return tuple(dict.fromkeys(channel.ads for channel in self.channels if channel.ads))

    @property
    def held_out(self) -> int:
        """Customers who are not reached."""
        return self.holdout.held_out if self.holdout else 0

    @property
    def to_reach(self) -> int:
        """Customers who are reached."""
        return self.customers - self.held_out

    @property
    def amount(self) -> float | None:
        """Money of the budget."""
        return self.budget.amount if self.budget else None

    @property
    def cost(self) -> float | None:
        """Its amount, or what contacts cost where no budget is given; None where neither is known."""
        if self.budget is None:
            return None
        return self.budget.contact_cost if self.budget.amount is None else self.budget.amount

    @property
    def edited(self) -> tuple[str, ...]:
        """Editable parts that are not as they were made."""
        return tuple(name for name in EDITABLE if name in self.made and digest(self, name) != self.made[name])


def digest(campaign: Campaign, name: str) -> str:
    """Fingerprint of an editable part."""
    value = json.dumps(plain(getattr(campaign, name)), sort_keys=True)
    return hashlib.blake2b(value.encode(), digest_size=8).hexdigest()


def as_made(campaign: Campaign, *names: str) -> Campaign:
    """Note editable parts as made and not edited: those that are named, or all of them."""
    return replace(campaign, made=campaign.made | {name: digest(campaign, name) for name in names or EDITABLE})


@terse
@dataclass(frozen=True)
class CampaignPlan:
    """All campaigns of a run, in the order of the segments.

    Attributes
    ----------
    playbook
        Its name.
    currency
        Of every amount; None where the source does not say, or says several.
    salt
        Key of the holdout; keep it to keep the arms.
    campaign_days
        Length of a campaign and of its measurement.
    unit
        What was segmented: what sets a segment apart is said of it.
    companies
        Whether the customers are companies, and so called accounts.
    assignments
        `customer_id`, `segment` and `arm`, sorted by customer; not part of plan.json. Of so many customers that they
        stay with the engine an `EngineTable`, and so are `next_products`.
    next_products
        `customer_id` and `next_product`, null where nothing is to be suggested; not part of plan.json.
    baskets
        What is bought together over all segments; not part of plan.json.
    cohorts
        Who came back in each segment; not part of plan.json.
    templates
        The playbook's messages for each aim, by which they are written anew; not part of plan.json.
    """

    campaigns: tuple[Campaign, ...]
    playbook: str
    budget: Budget
    currency: str | None
    salt: str
    campaign_days: int
    unit: Unit = "customer"
    companies: bool = False
    notes: tuple[PlanNote, ...] = ()
    assignments: pa.Table | EngineTable | None = field(default=None, compare=False, repr=False)
    next_products: pa.Table | EngineTable | None = field(default=None, compare=False, repr=False)
    baskets: Baskets | None = field(default=None, compare=False, repr=False)
    cohorts: SegmentCohorts | None = field(default=None, compare=False, repr=False)
    templates: Mapping[str, Sequence[DraftTemplate]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def experiment(self) -> Experiment:
        """What was planned, as `measure_campaigns` judges it."""
        designs = {
            c.number: SegmentDesign(
                name=c.name,
                primary=c.holdout.primary,
                holdout_share=c.holdout.share,
                wanted_lift=c.holdout.wanted_lift,
                cost=c.cost,
                discount=c.offer.discount,
                channels=tuple(channel.title for channel in c.channels),
            )
            for c in self.campaigns
            if c.holdout
        }
        return Experiment(designs, self.currency, self.budget.margin)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in plan.json; no customer is in it."""
        whole: dict[str, Any] = plain({name: getattr(self, name) for name in _ADAPTERS})
        return whole

    def _repr_html_(self) -> str:
        rows = []
        for c in self.campaigns:
            budget = "" if c.amount is None else words.money(c.amount, self.currency)
            counts = words.count(c.customers), words.count(c.held_out)
            rows.append((c.number, c.name, counts[0], c.aim_title, c.offer.title, budget, counts[1]))
        return table_html(rows, ("", "segment", "customers", "aim", "offer", "budget", "held out"))

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> CampaignPlan:
        """Read back what `to_dict` wrote, edited by hand or not.

        Raises
        ------
        RunFolderError
            Naming every key that is wrong.
        """
        known, parts = set(_ADAPTERS), {}
        faults = [Fault(f"there is no key '{key}'.") for key in sorted(set(read) - known)]
        faults += [Fault(f"the key '{key}' is missing.") for key in sorted(known - set(read))]
        for key in sorted(known & set(read)):
            try:
                parts[key] = _ADAPTERS[key].validate_python(read[key])
            except ValidationError as error:
                faults += [Fault(f"{'.'.join(map(str, (key, *f['loc'])))}: {f['msg']}.") for f in error.errors()]
        if faults:
            raise RunFolderError.from_faults("plan.json cannot be read as a plan", faults)
        return cls(**parts)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "playbook": TypeAdapter(str),
    "currency": TypeAdapter(str | None),
    "salt": TypeAdapter(str),
    "campaign_days": TypeAdapter(int),
    "unit": TypeAdapter(Unit),
    "companies": TypeAdapter(bool),
    "notes": TypeAdapter(tuple[PlanNote, ...]),
    "budget": TypeAdapter(Budget),
    "campaigns": TypeAdapter(tuple[Campaign, ...]),
}
