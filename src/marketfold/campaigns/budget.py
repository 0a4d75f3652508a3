"""Dividing a budget between the campaigns, with the arithmetic shown and nothing assumed about how people respond."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.words import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

YEAR_DAYS = 365.25

TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Stake:
    """What the order lines say of one segment before any money is spent.

    Attributes
    ----------
    number
        Segment.
    customers
        Who would be reached: the holdout is not among them.
    revenue_total, order_count
        Over the time observed.
    weight
        The playbook's weight of the aim.
    discount
        Share of an order's price that the offer gives away.
    detectable_lift
        Smallest relative lift that the holdout can show; None without a holdout.
    """

    number: int
    customers: int
    revenue_total: float
    order_count: int
    weight: float = 1.0
    discount: float = 0.0
    detectable_lift: float | None = None


@dataclass(frozen=True)
class BudgetLine:
    """The money of one campaign; what is not known is None.

    Attributes
    ----------
    stake
        What it was reckoned from.
    value_at_stake
        What they bring in a year at their pace so far: margin where the margin is known, revenue otherwise.
    amount, per_customer
        Of the budget.
    contact_cost
        Of reaching everybody once.
    order_value
        Mean worth of an order.
    break_even_rate
        Share of those reached who must place one extra order of that worth to earn the amount back.
    detectable_lift
        Smallest relative lift that the holdout can show.
    steps
        The arithmetic, line by line.
    """

    stake: Stake
    value_at_stake: float
    order_value: float
    amount: float | None = None
    per_customer: float | None = None
    contact_cost: float | None = None
    break_even_rate: float | None = None
    detectable_lift: float | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Budget:
    """A budget and its division; `left_over` is what no campaign would earn back."""

    total: float | None
    margin: float | None
    contact_cost: float | None
    days: int
    left_over: float
    lines: tuple[BudgetLine, ...]
    notes: tuple[str, ...] = ()


def _check(total: float | None, margin: float | None, contact_cost: float | None) -> None:
    if total is not None and not (math.isfinite(total) and total > 0):
        message = f"The budget must be more than zero; got {total:,g}. Leave it out to plan without money."
        raise ParameterError(message)
    if margin is not None and not 0 < margin <= 1:
        message = f"The margin is the share of revenue left after costs, over 0 and up to 1; got {margin:g}."
        raise ParameterError(message)
    if contact_cost is not None and not (math.isfinite(contact_cost) and contact_cost > 0):
        message = f"The cost of one contact must be more than zero; got {contact_cost:g}."
        raise ParameterError(message)


def _money(value: float) -> str:
    return measured(value, "money")


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
    if amounts and spare:
        cents[max(range(len(amounts)), key=lambda i: (amounts[i] < caps[i], amounts[i]))] += spare
    return [cent / 100 for cent in cents]


def _per_year(stake: Stake, days: int, margin: float | None) -> tuple[float, str]:
    """Value at stake, and how it was reckoned."""
    years = days / YEAR_DAYS
    yearly = stake.revenue_total / max(years, 1.0)
    over = f"{years:.2f} years observed" if years > 1 else f"{days} days observed, not stretched to a year"
    said = f"{_money(stake.revenue_total)} revenue / {over}"
    if margin is None:
        return yearly, f"Value at stake (revenue, as no margin is given): {said} = {_money(yearly)}."
    value = yearly * margin
    return value, f"Value at stake: {said} {TIMES} {margin:g} margin = {_money(value)} a year."


def _cap(stake: Stake, value: float, margin: float | None) -> float:
    """Most that a campaign gets: what one extra order from everybody would earn, and never the value at stake."""
    if margin is None:
        return math.inf
    order_value = stake.revenue_total / stake.order_count if stake.order_count else 0.0
    return min(value, max(stake.customers * order_value * (margin - stake.discount), 0.0))


def _break_even(
    stake: Stake, spent: float, reached: int, order_value: float, margin: float | None
) -> tuple[float | None, str]:
    if margin is None:
        return None, "Break-even response rate: blank, as no margin is given (--margin)."
    left = margin - stake.discount
    if left <= 0 or order_value <= 0 or reached < 1:
        given = f"{margin:g} margin {MINUS} {stake.discount:g} discount"
        return None, f"Break-even response rate: none. {given} leaves nothing of an order, so no response pays."
    rate = spent / (reached * order_value * left)
    kept = f"({margin:g} margin {MINUS} {stake.discount:g} discount)" if stake.discount else f"{margin:g} margin"
    reckoning = f"{_money(spent)} / ({reached:,} customers {TIMES} {_money(order_value)} an order {TIMES} {kept})"
    said = f"Break-even response rate: {reckoning} = {measured(rate, 'share')}"
    if rate > 1.0001:
        return rate, f"{said}: more than one extra order from every customer reached. Spend less here."
    return rate, f"{said} of those reached must place one order that they would not have placed otherwise."


def price_line(
    stake: Stake, amount: float | None, *, days: int, margin: float | None, contact_cost: float | None
) -> BudgetLine:
    """Reckon one campaign with a given amount, as `allocate_budget` does."""
    value, first = _per_year(stake, days, margin)
    order_value = stake.revenue_total / stake.order_count if stake.order_count else 0.0
    steps, reached = [first], stake.customers
    contacts = None if contact_cost is None else contact_cost * reached
    if contact_cost is None or contacts is None:
        steps.append("Contact cost: blank, as the cost of one contact is not given.")
    else:
        steps.append(
            f"Contact cost: {reached:,} customers {TIMES} {contact_cost:g} = {_money(contacts)} to reach all once."
        )
        if amount is not None and contacts > amount:
            reached = int(amount / contact_cost)
            steps.append(f"The amount reaches {reached:,} of them: begin with those who have brought most.")
    spent = amount if amount is not None else contacts
    rate = None
    if spent is None:
        steps.append("Break-even response rate: blank, as neither budget nor contact cost is given.")
    else:
        rate, said = _break_even(stake, spent, reached, order_value, margin)
        steps.append(said)
    steps.append(
        "Smallest lift that can be seen: none, as there is no holdout."
        if stake.detectable_lift is None
        else f"Smallest lift that the holdout can show: {measured(stake.detectable_lift, 'share')} of what is usual."
    )
    return BudgetLine(
        stake=stake,
        value_at_stake=round(value, 2),
        order_value=round(order_value, 2),
        amount=amount,
        per_customer=amount / reached if amount is not None and reached else None,
        contact_cost=contacts,
        break_even_rate=rate,
        detectable_lift=stake.detectable_lift,
        steps=tuple(steps),
    )


def allocate_budget(
    stakes: Sequence[Stake],
    *,
    days: int,
    total: float | None = None,
    margin: float | None = None,
    contact_cost: float | None = None,
) -> Budget:
    """Divide a budget in proportion to the value at stake.

    Nothing is assumed about responses: a campaign gets the share of the budget that its segment has in the value at
    stake (times the weight that the playbook gives the aim), and never more than one extra order from every customer
    reached would earn. Whether it is well spent is what the break-even rate asks and the holdout answers.

    Parameters
    ----------
    stakes
        One for each campaign.
    days
        Length of the time observed.
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
    >>> stakes = [Stake(1, 100, 300_000, 600), Stake(2, 300, 100_000, 500)]
    >>> budget = allocate_budget(stakes, days=365, total=1_000, margin=0.3)
    >>> [line.amount for line in budget.lines]
    [750.0, 250.0]
    >>> print(budget.lines[0].steps[2])  # doctest: +ELLIPSIS
    Break-even response rate: 750 / (100 customers ... = 5 % of those reached must place one order ...
    """
    _check(total, margin, contact_cost)
    values = [_per_year(stake, days, margin)[0] for stake in stakes]
    amounts: list[float | None] = [None] * len(stakes)
    notes, left_over = [], 0.0
    if total is not None:
        caps = [_cap(stake, value, margin) for stake, value in zip(stakes, values, strict=True)]
        amounts = list(_divide(total, [v * s.weight for v, s in zip(values, stakes, strict=True)], caps))
        left_over = round(total - sum(amount or 0.0 for amount in amounts), 2)
    if left_over > 0:
        notes.append(
            f"{_money(left_over)} of the budget is not given out: even one more order from every customer reached "
            "would not earn it back."
        )
    if total is not None and margin is None:
        notes.append("Without a margin (--margin) the budget follows revenue, and what must come back is not reckoned.")
    lines = tuple(
        price_line(stake, amount, days=days, margin=margin, contact_cost=contact_cost)
        for stake, amount in zip(stakes, amounts, strict=True)
    )
    return Budget(total, margin, contact_cost, days, left_over, lines, tuple(notes))
