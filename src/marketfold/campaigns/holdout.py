"""Whom not to reach, so that the campaign can be measured: sized by power, stratified by revenue, stable over runs."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np
import pyarrow as pa
from scipy import optimize, stats

from marketfold.errors import ParameterError
from marketfold.words import measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.campaigns.customers import Customers, Purchases
    from marketfold.schema import Float64

Primary = Literal["order_rate", "revenue"]
"""What a campaign is judged by: the share of customers who order, or revenue per customer."""

ALPHA = 0.05
POWER = 0.8

LEAST_SHARE = 0.05
"""Even where fewer would do for the order rate: revenue per customer, noisier, is looked at beside it."""

MOST_SHARE = 0.3
"""More would cost more reach than it adds in power: one half would show lifts smaller by a twelfth only."""

LEAST_HELD_OUT = 10
HOPELESS_LIFT = 1.0
"""A holdout that could only show a doubling measures nothing that a campaign does."""

STRATA = 4


@dataclass(frozen=True)
class Baseline:
    """What a segment does in a campaign period without a campaign, from its own past.

    Attributes
    ----------
    days
        Length of the period.
    periods
        Customer-periods that were seen.
    order_rate
        Share of customers who order in a period.
    revenue_mean, revenue_sd
        Of revenue per customer in a period, those without an order counted as zero.
    """

    days: int
    periods: int
    order_rate: float
    revenue_mean: float
    revenue_sd: float


@dataclass(frozen=True)
class Holdout:
    """The holdout of one segment.

    Attributes
    ----------
    number
        Segment.
    customers, held_out
        In all, and kept out of the campaign; zero where a holdout was refused.
    primary
        What the campaign is judged by.
    days
        Length of the campaign period.
    usual
        The primary measure without a campaign; None where the past is too short to tell.
    detectable_lift
        Smallest relative change of it that will be seen in 8 of 10 campaigns, with all segments tested together (5 %
        false alarms over all of them); None without a holdout, or with one that shows nothing.
    sentence
        The same in words, or why there is none.
    """

    number: int
    customers: int
    held_out: int
    primary: Primary
    days: int
    usual: float | None
    detectable_lift: float | None
    sentence: str

    @property
    def share(self) -> float:
        """Share of the segment that is held out, 0 to 1."""
        return self.held_out / self.customers if self.customers else 0.0


def read_baselines(purchases: Purchases, customers: Customers, days: int) -> tuple[Baseline | None, ...]:
    """Measure each segment's usual period from its own past, in back-to-back periods that end on the last day.

    A customer counts from the period after the one of her first order on, in every period whether she ordered or not:
    so the figures do not lean on the last weeks, by which segments such as "lapsed" are defined.

    Parameters
    ----------
    purchases
        From `condense`.
    customers
        One row per customer.
    days
        Length of a period.
    """
    first, last = customers.observed
    day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    period = [(last - d).days // days for d in day]
    calendar = pa.table({"ordered_on": pa.array(day, pa.date32()), "period": pa.array(period, pa.int64())})
    dated = purchases.orders.join(purchases.engine.from_arrow(calendar), on="ordered_on", how="inner")
    cells = dated.group_by("customer", "segment", "period").agg(revenue=nw.col("revenue").sum())
    started = dated.group_by("customer").agg(started=nw.col("period").max())
    later = cells.join(started, on="customer", how="inner").filter(nw.col("period") < nw.col("started"))
    squared = later.with_columns(square=nw.col("revenue") * nw.col("revenue"))
    table = purchases.engine.collect(
        squared.group_by("segment").agg(n=nw.len(), revenue=nw.col("revenue").sum(), square=nw.col("square").sum())
    )
    waited = (np.datetime64(last) - customers.first_on).astype(np.int64) // days
    seen = np.bincount(customers.labels, weights=waited, minlength=customers.n_segments)
    found: dict[int, Baseline] = {}
    for row in table.to_pylist():
        n, mean = seen[row["segment"]], row["revenue"] / seen[row["segment"]]
        sd = math.sqrt(max(row["square"] / n - mean**2, 0.0))
        found[row["segment"]] = Baseline(days, int(n), row["n"] / n, _steady(mean), _steady(sd))
    return tuple(found.get(segment) for segment in range(customers.n_segments))


def _steady(value: float) -> float:
    """Nine figures: engines add floats in any order, and the last ones of a sum would differ from run to run."""
    return float(f"{value:.9g}")


def _needed_z(alpha: float, power: float) -> float:
    return float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))


def detectable_lift(
    n_treated: float,
    n_holdout: float,
    baseline: Baseline,
    primary: Primary,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """Smallest relative lift that a two-sided test sees with the given power; infinite where none can be seen.

    The normal approximation for two means or two proportions with unequal groups (Chow, Shao and Wang 2008, chapters
    3 and 4). Using revenue before the campaign (CUPED) only makes the true figure smaller.

    Parameters
    ----------
    n_treated, n_holdout
        Customers in each arm.
    baseline
        What is usual.
    primary
        `order_rate` or `revenue`.
    alpha, power
        Of the test, 0 to 1.

    Examples
    --------
    >>> usual = Baseline(days=90, periods=10_000, order_rate=0.25, revenue_mean=40.0, revenue_sd=120.0)
    >>> round(detectable_lift(5_000, 5_000, usual, "order_rate"), 3)
    0.099
    """
    if min(n_treated, n_holdout) <= 0:
        return math.inf
    z = _needed_z(alpha, power)
    if primary == "revenue":
        error = baseline.revenue_sd * math.sqrt(1 / n_treated + 1 / n_holdout)
        return z * error / baseline.revenue_mean if baseline.revenue_mean > 0 else math.inf
    p = baseline.order_rate
    if not 0 < p < 1:
        return math.inf

    def short_of(lift: float) -> float:
        q = p + lift
        return lift - z * math.sqrt(p * (1 - p) / n_holdout + q * (1 - q) / n_treated)

    if short_of(1 - p) < 0:
        return math.inf
    return float(optimize.brentq(short_of, 0.0, 1 - p)) / p


def _size(customers: int, baseline: Baseline, primary: Primary, wanted: float, alpha: float) -> tuple[int, float]:
    """How many to hold out, and the lift that this can show."""

    def lift(held_out: int) -> float:
        return detectable_lift(customers - held_out, held_out, baseline, primary, alpha=alpha)

    low, high = max(1, math.ceil(LEAST_SHARE * customers)), int(MOST_SHARE * customers)
    if high < 1 or lift(high) > wanted:
        return max(high, 0), lift(high)
    while low < high:  # more in the holdout shows smaller lifts, up to one half of all
        middle = (low + high) // 2
        low, high = (low, middle) if lift(middle) <= wanted else (middle + 1, high)
    return low, lift(low)


def plan_holdout(
    number: int,
    customers: int,
    baseline: Baseline | None,
    primary: Primary,
    *,
    wanted_lift: float,
    n_tests: int = 1,
) -> Holdout:
    """Size the holdout of one segment, or refuse it in words.

    Parameters
    ----------
    number
        Segment.
    customers
        How many it has.
    baseline
        What is usual; None where the past does not tell.
    primary
        What the campaign is judged by.
    wanted_lift
        Smallest relative lift worth knowing.
    n_tests
        Segments that will be judged together: each is planned at its part of the accepted false alarms (Bonferroni;
        Holm's correction, by which verdicts are given, is never less powerful).

    Examples
    --------
    >>> usual = Baseline(days=90, periods=10_000, order_rate=0.25, revenue_mean=40.0, revenue_sd=120.0)
    >>> plan_holdout(1, 20_000, usual, "order_rate", wanted_lift=0.2).held_out
    1000
    >>> print(plan_holdout(2, 30, usual, "order_rate", wanted_lift=0.2).sentence)  # doctest: +ELLIPSIS
    No holdout: with 30 customers even holding out 30 % ...
    """
    if wanted_lift <= 0:
        message = f"The smallest lift worth knowing must be more than zero; got {wanted_lift:g}."
        raise ParameterError(message)
    days = baseline.days if baseline else 0
    if baseline is None:
        sentence = (
            "No holdout: nobody here has been observed for a full campaign period after the first order, so what is "
            "usual cannot be told, and neither can how many to hold out."
        )
        return Holdout(number, customers, 0, primary, days, None, None, sentence)
    usual = baseline.order_rate if primary == "order_rate" else baseline.revenue_mean
    held_out, lift = _size(customers, baseline, primary, wanted_lift, ALPHA / n_tests)
    what, said = _usually(baseline, primary)
    if lift > HOPELESS_LIFT or held_out < LEAST_HELD_OUT:
        shown = "no change at all" if math.isinf(lift) else f"only a change of {measured(lift, 'share')} or more"
        sentence = (
            f"No holdout: with {customers:,} customers even holding out {measured(MOST_SHARE, 'share')} would show "
            f"{shown} in the {what} (usually {said}). Reach everybody, and do not take a rise afterwards for proof."
        )
        return Holdout(number, customers, 0, primary, days, usual, None, sentence)
    power = f"Hold out {held_out:,} of {customers:,} customers. {_power(baseline, primary, lift)}"
    short = lift > wanted_lift * 1.0001
    wish = f", which is all that this many customers can show ({measured(wanted_lift, 'share')} was wished)"
    return Holdout(number, customers, held_out, primary, days, usual, lift, power + (wish if short else "") + ".")


def _usually(baseline: Baseline, primary: Primary) -> tuple[str, str]:
    """What the campaign is judged by, and how much of it is usual, in words."""
    if primary == "order_rate":
        return "share of customers who order", f"{measured(baseline.order_rate, 'share')} in {baseline.days} days"
    return "revenue per customer", f"{measured(baseline.revenue_mean, 'money')} in {baseline.days} days"


def _power(baseline: Baseline, primary: Primary, lift: float) -> str:
    what, said = _usually(baseline, primary)
    return (
        f"The {what} is usually {said}; a campaign that changes it by {measured(lift, 'share')} or more will be seen "
        "in 8 of 10 cases"
    )


def as_assigned(planned: Holdout, held_out: int, baseline: Baseline | None, *, n_tests: int = 1) -> Holdout:
    """The holdout as it is, where customers who keep the arm of an earlier run make it another than was planned.

    Parameters
    ----------
    planned
        From `plan_holdout`.
    held_out
        Customers of the segment whose arm is the holdout.
    baseline, n_tests
        As for `plan_holdout`.
    """
    if held_out == planned.held_out:
        return planned
    lift = math.inf
    if baseline is not None:
        reached = planned.customers - held_out
        lift = detectable_lift(reached, held_out, baseline, planned.primary, alpha=ALPHA / n_tests)
    wish = f"{planned.held_out:,} would be held out anew" if planned.held_out else "no holdout would be made anew"
    told = f"{held_out:,} of {planned.customers:,} customers are held out: everybody keeps the arm of the earlier run"
    if baseline is None or lift > HOPELESS_LIFT or held_out < LEAST_HELD_OUT:
        sentence = f"{told} ({wish}). So few show nothing of a campaign."
        return replace(planned, held_out=held_out, detectable_lift=None, sentence=sentence)
    sentence = f"{told} ({wish}). {_power(baseline, planned.primary, lift)}."
    return replace(planned, held_out=held_out, detectable_lift=lift, sentence=sentence)


def hash_uniform(ids: Sequence[str] | NDArray[np.str_], salt: str) -> Float64:
    """A number of 0 to 1 for each id: the same for the same id and salt on every machine, in every run.

    >>> hash_uniform(["C1", "C2"], "0").round(3).tolist() == hash_uniform(["C1", "C2"], "0").round(3).tolist()
    True
    """
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    whole = [int.from_bytes(hashlib.blake2b(str(i).encode(), key=key, digest_size=8).digest()) for i in ids]
    return np.array(whole, dtype=np.float64) / 2.0**64


def _strata(revenue: Float64, held_out: int) -> NDArray[np.int64]:
    """Quarters of the segment by revenue; fewer where a quarter would hold out nobody."""
    n = max(1, min(STRATA, held_out))
    order = np.argsort(np.argsort(revenue, kind="stable"), kind="stable")
    return np.asarray(order * n // max(len(revenue), 1), dtype=np.int64)


def _quotas(sizes: Sequence[int], held_out: int) -> list[int]:
    """Split the number to hold out over strata by their size, largest remainders first."""
    whole = sum(sizes)
    exact = [held_out * size / whole for size in sizes]
    quotas = [math.floor(value) for value in exact]
    order = sorted(range(len(sizes)), key=lambda i: (quotas[i] - exact[i], i))
    for i in order[: held_out - sum(quotas)]:
        quotas[i] += 1
    return quotas


def _hold_out(u: Float64, revenue: Float64, held_out: int, pinned: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Who is held out: pinned customers stay, then in each stratum those with the lowest number up to its quota."""
    strata = _strata(revenue, held_out)
    chosen = np.asarray(pinned == 1, dtype=np.bool_)
    members = [np.flatnonzero(strata == s) for s in range(int(strata.max()) + 1)] if len(strata) else []
    for who, quota in zip(members, _quotas([len(m) for m in members], held_out) if members else [], strict=True):
        free = who[pinned[who] < 0]
        wanted = max(quota - int(chosen[who].sum()), 0)
        chosen[free[np.argsort(u[free], kind="stable")[:wanted]]] = True
    return chosen


def assign_arms(
    customers: Customers, holdouts: Sequence[Holdout], *, salt: str, previous: pa.Table | None = None
) -> pa.Table:
    """Say for every customer whether she is reached or held out.

    Within quarters of the segment by revenue, those customers are held out whose keyed hash (BLAKE2b) is lowest: the
    same customer draws the same number in every run with the same salt, and nothing about her need be stored. Where the
    strata have moved since, customers at the edge of a quota could change arm; with the assignments of the earlier run
    as `previous` nobody does, and only new customers are drawn.

    Parameters
    ----------
    customers
        One row per customer.
    holdouts
        One for each segment, in the order of the labels.
    salt
        Of the run; keep it to keep the arms.
    previous
        `customer_id` and `arm` of an earlier run.

    Returns
    -------
    pyarrow.Table
        `customer_id`, `segment` (number, from 1) and `arm` ("treated" or "holdout"), sorted by customer.
    """
    u = hash_uniform(customers.ids, salt)
    earlier = _earlier_arms(previous)
    pinned = np.array([earlier.get(i, -1) for i in customers.ids.tolist()], dtype=np.int8)
    held = np.zeros(len(u), dtype=np.bool_)
    number = np.zeros(len(u), dtype=np.int64)
    for segment, holdout in enumerate(holdouts):
        who = np.flatnonzero(customers.labels == segment)
        number[who] = holdout.number
        held[who] = _hold_out(u[who], customers.revenue[who], holdout.held_out, pinned[who])
    arm = np.where(held, "holdout", "treated")
    return pa.table({"customer_id": pa.array(customers.ids.tolist(), pa.string()), "segment": number, "arm": arm})


def _earlier_arms(previous: pa.Table | None) -> Mapping[str, int]:
    if previous is None:
        return {}
    missing = {"customer_id", "arm"} - set(previous.column_names)
    if missing:
        message = f"Earlier assignments need customer_id and arm; got {previous.column_names}."
        raise ParameterError(message)
    pairs = zip(previous["customer_id"].to_pylist(), previous["arm"].to_pylist(), strict=True)
    return {customer: int(arm == "holdout") for customer, arm in pairs}
