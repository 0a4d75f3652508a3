"""The campaign of each segment: who they are, what to aim for, with what, when, and how to tell whether it worked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from html import escape
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from marketfold.campaigns.budget import Budget, BudgetLine
from marketfold.campaigns.drafts import Draft  # noqa: TC001  (read back by its types)
from marketfold.campaigns.evidence import NextBuy, OverIndex  # noqa: TC001  (read back by its types)
from marketfold.campaigns.timing import Timing  # noqa: TC001  (read back by its types)
from marketfold.errors import Fault, RunFolderError
from marketfold.experiments import Experiment, Holdout, SegmentDesign

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

EDITABLE = ("name", "aim_title", "goal", "offer", "channels", "schedule", "drafts", "measure", "amount")
"""What a team may change in plan.json and finds again after the next run."""


@dataclass(frozen=True)
class PlannedOffer:
    """The offer of a campaign, and why this one."""

    title: str
    promise: str
    reason: str
    discount: float = 0.0


@dataclass(frozen=True)
class PlannedChannel:
    """A channel, its share of the effort (0 to 1), and what the order file lacks for it ("" if nothing)."""

    title: str
    share: float
    use: str
    lacking: str = ""


@dataclass(frozen=True)
class Campaign:
    """One segment's campaign.

    Attributes
    ----------
    number, name
        Of the segment.
    customers, customer_share, revenue_total, revenue_share
        Its size, in customers and money; shares are 0 to 1.
    warning
        What to know before anything else; None for a segment that stands firm.
    who
        One paragraph.
    aim, aim_title, goal, why
        The aim by its key, in words, and the rule that chose it with its numbers.
    offer, channels
        With what, and where.
    schedule
        When, as the aim has it.
    timing
        When, as the segment's own orders have it.
    products, categories
        What they buy more than others.
    next_product, next_category
        What they take up next.
    buying_note
        Where nothing is bought more than by others: why nothing is said.
    drafts
        Three messages.
    measure
        What will tell whether it worked.
    holdout, budget
        Whom not to reach, and the money.
    made
        A digest of each editable part as it was made: what differs from it was edited by hand.
    kept
        Editable parts that were carried over from an earlier plan because somebody had edited them.
    """

    number: int
    name: str
    customers: int
    customer_share: float
    revenue_total: float
    revenue_share: float
    warning: str | None
    who: str
    aim: str
    aim_title: str
    goal: str
    why: str
    offer: PlannedOffer
    channels: tuple[PlannedChannel, ...]
    schedule: str
    timing: Timing
    products: tuple[OverIndex, ...]
    categories: tuple[OverIndex, ...]
    next_product: NextBuy | None
    next_category: NextBuy | None
    buying_note: str
    drafts: tuple[Draft, ...]
    measure: str
    holdout: Holdout | None = None
    budget: BudgetLine | None = None
    made: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def amount(self) -> float | None:
        """Money of the budget."""
        return self.budget.amount if self.budget else None

    @property
    def edited(self) -> tuple[str, ...]:
        """Editable parts that are not as they were made."""
        return tuple(name for name in EDITABLE if name in self.made and digest(self, name) != self.made[name])


def digest(campaign: Campaign, name: str) -> str:
    """Fingerprint of an editable part."""
    value: Any = getattr(campaign, name)
    plain: Any = [asdict(item) for item in value] if isinstance(value, tuple) else value
    plain = asdict(plain) if isinstance(plain, PlannedOffer) else plain
    return hashlib.blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=8).hexdigest()


def sealed(campaign: Campaign) -> Campaign:
    """Note every editable part as made, so that a later edit can be told."""
    return replace(campaign, made={name: digest(campaign, name) for name in EDITABLE})


@dataclass(frozen=True)
class CampaignPlan:
    """All campaigns of a run.

    Attributes
    ----------
    campaigns
        In the order of the segments.
    playbook
        Name of the playbook.
    budget
        The division of the money.
    currency
        Of every amount; None where the source does not say, or says several.
    salt
        Key of the holdout; keep it to keep the arms.
    campaign_days
        Length of a campaign and of its measurement.
    notes
        What a person should know about the plan as a whole.
    assignments
        `customer_id`, `segment` and `arm`; not part of plan.json.
    """

    campaigns: tuple[Campaign, ...]
    playbook: str
    budget: Budget
    currency: str | None
    salt: str
    campaign_days: int
    notes: tuple[str, ...] = ()
    assignments: pa.Table | None = field(default=None, compare=False, repr=False)

    @property
    def experiment(self) -> Experiment:
        """What was planned, as `measure_campaigns` judges it."""
        designs = {
            c.number: SegmentDesign(c.name, c.holdout.primary, c.holdout.share) for c in self.campaigns if c.holdout
        }
        return Experiment(designs, self.currency)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in plan.json; no customer is in it."""
        plain = {
            f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"campaigns", "budget", "assignments"}
        }
        return plain | {"budget": asdict(self.budget), "campaigns": [asdict(campaign) for campaign in self.campaigns]}

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{c.number}</td><td>{escape(c.name)}</td><td>{c.customers:,}</td><td>{escape(c.aim_title)}</td>"
            f"<td>{escape(c.offer.title)}</td><td>{'' if c.amount is None else f'{c.amount:,.2f}'}</td>"
            f"<td>{c.holdout.held_out if c.holdout else 0:,}</td></tr>"
            for c in self.campaigns
        )
        heads = ("", "segment", "customers", "aim", "offer", "budget", "held out")
        return f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>{rows}</table>"

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> CampaignPlan:
        """Read a plan back, edited by hand or not.

        Parameters
        ----------
        plain
            From `to_dict`, by way of JSON.

        Raises
        ------
        RunFolderError
            Naming every key that is wrong.
        """
        known = {f.name for f in fields(cls)} - {"assignments"}
        faults = [Fault(f"there is no key '{key}'.") for key in sorted(set(plain) - known)]
        faults += [Fault(f"the key '{key}' is missing.") for key in sorted(known - set(plain))]
        try:
            read = {key: _ADAPTERS[key].validate_python(plain[key]) for key in known & set(plain)}
        except ValidationError as error:
            faults += [Fault(f"{'.'.join(map(str, f['loc']))}: {f['msg']}.") for f in error.errors()]
            read = {}
        if faults:
            raise RunFolderError.from_faults("plan.json cannot be read as a plan", faults)
        return cls(**read)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "campaigns": TypeAdapter(tuple[Campaign, ...]),
    "budget": TypeAdapter(Budget),
    "playbook": TypeAdapter(str),
    "currency": TypeAdapter(str | None),
    "salt": TypeAdapter(str),
    "campaign_days": TypeAdapter(int),
    "notes": TypeAdapter(tuple[str, ...]),
}
