"""Whether the experiment was sound, and what many comparisons cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from marketfold.errors import ParameterError
from marketfold.measure.effects import FEWEST, welch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64

RATIO_ALARM = 0.001
"""Sample-ratio mismatch is alarmed at this p, not at 0.05: it is looked for in every campaign (Fabijan et al. 2019)."""

NOTABLE_IMBALANCE = 0.1
"""Standardised difference from which an imbalance matters (Austin 2009)."""

IMBALANCE_ALARM = 0.01


@dataclass(frozen=True)
class Check:
    """One check: whether it passed, its p-value (NaN where it could not be made), and what it says."""

    passed: bool
    p_value: float
    sentence: str


def check_ratio(n_treated: int, n_holdout: int, planned_share: float | None) -> Check:
    """Whether the arms have the sizes that were planned (chi-square).

    Parameters
    ----------
    n_treated, n_holdout
        As found.
    planned_share
        Of the holdout, 0 to 1; None where it is not known.

    Examples
    --------
    >>> check_ratio(900, 100, 0.1).passed, check_ratio(900, 200, 0.1).passed
    (True, False)
    """
    total = n_treated + n_holdout
    if not planned_share or not total or planned_share >= 1:
        return Check(
            passed=True,
            p_value=math.nan,
            sentence="The planned size of the holdout is not known, so it was not checked.",
        )
    expected = np.array([1 - planned_share, planned_share]) * total
    p_value = float(stats.chisquare([n_treated, n_holdout], expected).pvalue)
    share = n_holdout / total
    if p_value < RATIO_ALARM:
        said = (
            f"{share:.1%} are held out where {planned_share:.1%} were planned: customers were lost on the way, or "
            "moved between the arms. Find out why before believing any number here."
        )
        return Check(passed=False, p_value=p_value, sentence=said)
    return Check(passed=True, p_value=p_value, sentence="The arms have the planned sizes.")


def check_arms(held_out: NDArray[np.bool_], known: NDArray[np.bool_] | None, planned_share: float | None) -> Check:
    """`check_ratio` of those who can be found in the later orders whatever the campaign did.

    An export that lost a part of one arm shows here and nowhere else: the run's own list is as planned by itself.

    Parameters
    ----------
    held_out
        Arm of each assigned customer.
    known
        Whether the later orders hold an order of hers from before the period; None where they begin with it.
    planned_share
        Of the holdout, 0 to 1; None where it is not known.
    """
    found = held_out if known is None else held_out[known]
    check = check_ratio(int((~found).sum()), int(found.sum()), planned_share)
    if known is None and check.passed and not math.isnan(check.p_value):
        said = (
            "The later orders begin with the campaign, so only the list of the run could be checked: it is as planned."
        )
        return Check(passed=True, p_value=check.p_value, sentence=said)
    return check


def check_balance(before: Float64 | None, held_out: NDArray[np.bool_]) -> Check:
    """Whether the arms had brought the same before the campaign.

    Parameters
    ----------
    before
        Revenue before the campaign, shape (n_customers,).
    held_out
        Arm of each customer.
    """
    if before is None or min(held_out.sum(), (~held_out).sum()) < FEWEST:
        return Check(
            passed=True,
            p_value=math.nan,
            sentence="What the arms had brought before is not known, so it was not compared.",
        )
    treated, holdout = before[~held_out], before[held_out]
    difference, _, _, _, p_value = welch(treated, holdout, 0.05)
    spread = math.sqrt((float(treated.var(ddof=1)) + float(holdout.var(ddof=1))) / 2)
    size = difference / spread if spread else 0.0
    if abs(size) >= NOTABLE_IMBALANCE and p_value < IMBALANCE_ALARM:
        more = "more" if difference > 0 else "less"
        said = (
            f"Those reached had brought {more} before the campaign ({abs(size):.2f} standard deviations): the "
            "comparison is adjusted for it, and should be read with care."
        )
        return Check(passed=False, p_value=p_value, sentence=said)
    return Check(passed=True, p_value=p_value, sentence="Both arms had brought about the same before the campaign.")


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false alarm stays at the level (Holm 1979).

    Parameters
    ----------
    p_values
        One for each comparison.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = highest
    return [float(value) for value in adjusted.round(12)]


def correct(p_values: Sequence[float], method: str) -> list[float]:
    """Adjust p-values for many segments.

    Parameters
    ----------
    p_values
        One for each segment.
    method
        `holm`, or `bh` for the rate of false discoveries (Benjamini and Hochberg 1995).

    Raises
    ------
    ParameterError
        If the method is another one.
    """
    if method == "holm":
        return holm(p_values)
    if method == "bh":
        return [float(p) for p in stats.false_discovery_control(p_values)] if len(p_values) else []
    message = f"There is no correction '{method}'; known are holm and bh."
    raise ParameterError(message)
