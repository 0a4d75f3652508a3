"""Dividing a budget between the campaigns, with the arithmetic shown and nothing assumed about how people respond."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from marketfold.errors import ParameterError
from marketfold.experiments import SeasonSeen  # noqa: TC001  (plans are read back by it)
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Sequence

A_CENT_MORE = 1e-4
"""Amounts are whole cents, so that the most that a campaign may get can seem to be a little beyond all."""


MovedBy = Literal["again", "others", "seasons", "periods", "unknown"]
"""As many as order anyway; the others, where they are fewer; either, season by season or period by period, where these
differ; all, where it is not known."""


@dataclass(frozen=True)
class Stake:
    """What the order lines say of the segment with this number before any money is spent.

    Attributes
    ----------
    customers
        Who would be reached: the holdout is not among them.
    weight
        The playbook's weight of the aim.
    discount
        Share of an order's price that the offer gives away.
    usual_rate
        Share of customers who order in the campaign's time without it, 0 to 1, and would be given the discount, too;
        None where that is not known.
    detectable_lift
        Smallest relative lift that the holdout can show; None without a holdout.
    seasons
        Who ordered in each earlier season, where `usual_rate` is of these together.
    silent
        Whether most have been away for over twice their usual time, and `usual_rate` is of such a time.
    fewer_rate
        Share of those who ordered in a period or of those who did not, whichever were fewer in it, over all that
        `usual_rate` is of; None where it is of none that are past.
    """

    number: int
    customers: int
    revenue_total: float
    order_count: int
    weight: float = 1.0
    discount: float = 0.0
    usual_rate: float | None = None
    detectable_lift: float | None = None
    seasons: tuple[SeasonSeen, ...] = ()
    silent: bool = False
    fewer_rate: float | None = None

    @property
    def never_again(self) -> bool:
        """Whether nobody has ordered again so far, which says nothing of what will be; of the silent it does."""
        return self.usual_rate == 0 and not self.silent

    @property
    def moved_share(self) -> float:
        """Share of those reached from whom a campaign can move an order: as many as order anyway, 0 to 1.

        No more than do not order anyway, period by period; all where it is not known how many do.
        """
        if self.usual_rate is None:
            return 1.0
        together = min(self.usual_rate, 1 - self.usual_rate)
        return together if self.fewer_rate is None else self.fewer_rate

    @property
    def moved_by(self) -> MovedBy:
        """Whose orders those are."""
        if self.usual_rate is None:
            return "unknown"
        if len(self.seasons) > 1:
            return "seasons"
        if self.moved_share < min(self.usual_rate, 1 - self.usual_rate) - A_CENT_MORE:
            return "periods"
        return "others" if self.usual_rate > 0.5 else "again"

    @property
    def given_away(self) -> float:
        """Discount to a customer who is reached and would have ordered anyway, as a share of an order's price."""
        return self.discount * (self.usual_rate or 0.0)


@dataclass(frozen=True)
class BudgetLine:
    """The money of one campaign; what is not known is None.

    Attributes
    ----------
    value_at_stake
        What the campaign can move: one order more, of usual worth, from as many as order anyway in its time, and no
        more than one from each customer reached who does not. Margin where it is known, revenue otherwise.
    order_value
        Mean worth of an order.
    reached
        Customers whom the amount reaches.
    amount, per_customer
        Of the budget.
    contact_cost
        Of reaching everybody once.
    break_even_rate
        Share of those reached who must place one extra order of that worth to earn back the amount, and the discount
        that is given to those who would have ordered anyway.
    """

    stake: Stake
    value_at_stake: float
    order_value: float
    reached: int
    amount: float | None = None
    per_customer: float | None = None
    contact_cost: float | None = None
    break_even_rate: float | None = None

    @property
    def break_even(self) -> BreakEven:
        """Whether the break-even rate is one that a campaign can reach."""
        rate, usual = self.break_even_rate, self.stake.usual_rate
        if rate is None:
            return "unknown"
        if rate > 1 - (usual or 0.0) + A_CENT_MORE:
            return "beyond all"
        return "beyond doubling" if usual is not None and rate > usual else "possible"


BreakEven = Literal["unknown", "possible", "beyond doubling", "beyond all"]
"""Whether more must order than a campaign brings about: twice as many as usually do, or more than there are others."""


@terse
@dataclass(frozen=True)
class Budget:
    """A budget and its division; `left_over` is what no campaign would earn back, `days` the time observed."""

    total: float | None
    margin: float | None
    contact_cost: float | None
    days: int
    left_over: float
    lines: tuple[BudgetLine, ...]

    @property
    def reckoned_in(self) -> Literal["revenue", "margin"]:
        """What the values of its lines are."""
        return "revenue" if self.margin is None else "margin"


def _check(total: float | None, margin: float | None, contact_cost: float | None) -> None:
    if total is not None and not 0 < total < math.inf:
        raise ParameterError(f"The budget must be more than zero; got {total:,g}. Leave it out to plan without money.")
    if margin is not None and not 0 < margin <= 1:
        message = f"The margin is the share of revenue left after costs, over 0 and up to 1; got {margin:g}."
        raise ParameterError(message)
    if contact_cost is not None and not 0 < contact_cost < math.inf:
        raise ParameterError(f"The cost of one contact must be more than zero; got {contact_cost:g}.")


def _divide(total: float, weights: Sequence[float], caps: Sequence[float]) -> list[float]:
    """In proportion to the weights, none above its cap; what a cap frees goes to the others. Whole cents."""
    amounts = [0.0] * len(weights)
    open_to = [i for i, weight in enumerate(weights) if weight > 0]
    left = total
    while open_to and left > 0:
        whole = sum(weights[i] for i in open_to)
        full = [i for i in open_to if left * weights[i] / whole >= caps[i]]
        if not full:
            for i in open_to:
                amounts[i] = left * weights[i] / whole
            break
        for i in full:
            amounts[i] = caps[i]
            left -= caps[i]
        open_to = [i for i in open_to if i not in full]
    cents = [math.floor(amount * 100 + 1e-6) for amount in amounts]
    spare = min(round(total * 100), round(sum(amounts) * 100)) - sum(cents)
    below = [i for i, amount in enumerate(amounts) if amount < caps[i]]
    if below:  # where all are at their caps the cents are left over
        cents[max(below, key=lambda i: amounts[i])] += spare
    return [cent / 100 for cent in cents]


def _value_at_stake(stake: Stake, margin: float | None) -> float:
    """An order more from as many as order anyway, as far as there are others, before what is given away."""
    return stake.customers * _order_value(stake) * stake.moved_share * (1.0 if margin is None else margin)


def _as_all_do(stakes: Sequence[Stake]) -> list[Stake]:
    """The stakes; where nobody ordered again so far, as if as many did as of all: of one order each nobody can have."""
    known = [stake for stake in stakes if stake.usual_rate is not None]
    orders = sum(stake.customers * (stake.usual_rate or 0.0) for stake in known)
    of_all = orders / sum(stake.customers for stake in known) if orders else None
    return [
        replace(stake, usual_rate=of_all, seasons=(), fewer_rate=None) if stake.never_again else stake
        for stake in stakes
    ]


def _order_value(stake: Stake) -> float:
    return stake.revenue_total / stake.order_count if stake.order_count else 0.0


def _cap(stake: Stake, margin: float | None) -> float:
    """Most that a campaign gets: what the orders that it can move earn after the discount."""
    if margin is None:
        return math.inf
    earned = stake.moved_share * (margin - stake.discount) - stake.given_away
    return max(stake.customers * _order_value(stake) * earned, 0.0)


def price_line(stake: Stake, amount: float | None, *, margin: float | None, contact_cost: float | None) -> BudgetLine:
    """Reckon one campaign with a given amount, as `allocate_budget` does."""
    reached, contacts = stake.customers, None if contact_cost is None else contact_cost * stake.customers
    if amount is not None and contact_cost and amount < contact_cost * reached:
        reached = int(amount / contact_cost)
    spent = contacts if amount is None else amount
    orders = reached * _order_value(stake)
    earned = 0.0 if margin is None else orders * (margin - stake.discount)
    return BudgetLine(
        stake=stake,
        value_at_stake=round(_value_at_stake(stake, margin), 2),
        order_value=round(_order_value(stake), 2),
        reached=reached,
        amount=amount,
        per_customer=amount / reached if amount is not None and reached else None,
        contact_cost=contacts,
        break_even_rate=None if spent is None or earned <= 0 else (spent + orders * stake.given_away) / earned,
    )


def allocate_budget(
    stakes: Sequence[Stake],
    *,
    days: int,
    total: float | None = None,
    margin: float | None = None,
    contact_cost: float | None = None,
) -> Budget:
    """Divide a budget in proportion to what each campaign can move, and not to what its segment brings anyway.

    Nothing is assumed about responses but that they go with what customers do: neither who never orders nor who always
    does is moved by much. A campaign gets the share of the budget that it has in the value at stake (times the weight
    that the playbook gives the aim), and never more than those orders would earn; where nobody ordered again so far, as
    if as many did as of all. Whether it is well spent is what the break-even rate asks and the holdout answers: profit
    is extra orders x (margin - discount) - orders placed anyway x discount - amount (Blattberg and Neslin 1990).

    Parameters
    ----------
    stakes
        One for each campaign, over the `days` observed.
    total
        Money to divide.
    margin
        Share of revenue left after costs, 0 to 1.
    contact_cost
        Of reaching one customer once.

    Raises
    ------
    ParameterError
        If the budget, the margin or the cost is not a positive number.

    Examples
    --------
    >>> stakes = [Stake(1, 100, 300_000, 600, usual_rate=0.7), Stake(2, 300, 100_000, 500, usual_rate=0.25)]
    >>> budget = allocate_budget(stakes, days=365, total=1_000, margin=0.3)
    >>> [line.value_at_stake for line in budget.lines]
    [4500.0, 4500.0]
    >>> [line.amount for line in budget.lines]
    [500.0, 500.0]
    """
    _check(total, margin, contact_cost)
    reckoned = _as_all_do(stakes)
    weights = [_value_at_stake(stake, margin) * stake.weight for stake in reckoned]
    amounts: list[float | None] = [None] * len(stakes)
    left_over = 0.0
    if total is not None:
        caps = [_cap(stake, margin) for stake in reckoned]
        amounts = list(_divide(total, weights, caps))
        left_over = round(total - sum(amount or 0.0 for amount in amounts), 2)
    lines = tuple(
        price_line(stake, amount, margin=margin, contact_cost=contact_cost)
        for stake, amount in zip(stakes, amounts, strict=True)
    )
    return Budget(total, margin, contact_cost, days, left_over, lines)
