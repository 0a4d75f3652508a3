"""Whether the experiment was sound, and what many comparisons cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

from marketfold.errors import ParameterError
from marketfold.experiments.effects import FEWEST, welch
from marketfold.experiments.permutation import Sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64

Correction = Literal["holm", "bh"]

RATIO_ALARM = 0.001
"""Sample-ratio mismatch is alarmed at this p, not at 0.05: it is looked for in every campaign (Fabijan et al. 2019)."""

NOTABLE_IMBALANCE = 0.1
"""Standardised difference from which an imbalance matters (Austin 2009)."""

IMBALANCE_ALARM = 0.01


@dataclass(frozen=True)
class Check:
    """One check of the arms.

    `found` says of the arms' sizes `as planned`, `list as planned` where only the run's own list could be looked at, or
    `mismatch`; of what the arms had brought before `alike` or `unlike`. `p_value` is NaN where nothing was checked.
    `value` and `planned` are the share of the holdout (0 to 1) as found and as planned, or `value` is the difference
    before, in standard deviations.
    """

    found: Literal["as planned", "list as planned", "mismatch", "size unknown", "alike", "unlike", "past unknown"]
    p_value: float = math.nan
    value: float = math.nan
    planned: float = math.nan

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the arms."""
        return self.found not in {"mismatch", "unlike"}


def check_ratio(held_out: NDArray[np.bool_], known: NDArray[np.bool_] | None, planned_share: float | None) -> Check:
    """Whether the arms have the sizes that were planned, among those who can be found whatever the campaign did.

    An export that lost a part of one arm shows here and nowhere else: the run's own list is as planned by itself.
    `known` says who has an order before the period; it is None where the later orders begin with it.
    """
    arms = held_out if known is None else held_out[known]
    if not planned_share or not len(arms) or planned_share >= 1:
        return Check("size unknown")
    share = float(arms.mean())
    found, expected = np.array([1 - share, share]), np.array([1 - planned_share, planned_share])
    p_value = float(scipy.stats.chisquare(found * len(arms), expected * len(arms)).pvalue)
    passed: Literal["as planned", "list as planned"] = "list as planned" if known is None else "as planned"
    return Check("mismatch" if p_value < RATIO_ALARM else passed, p_value, share, planned_share)


def check_balance(before: Float64 | None, held_out: NDArray[np.bool_]) -> Check:
    """Whether the arms had brought the same revenue before the campaign."""
    if before is None or min(held_out.sum(), (~held_out).sum()) < FEWEST:
        return Check("past unknown")
    treated, holdout = before[~held_out], before[held_out]
    test = welch(Sums.of(treated - before.mean()), Sums.of(holdout - before.mean()))
    spread = math.sqrt((float(treated.var(ddof=1)) + float(holdout.var(ddof=1))) / 2)
    size = test.difference / spread if spread else 0.0
    unlike = abs(size) >= NOTABLE_IMBALANCE and test.p_value < IMBALANCE_ALARM
    return Check("unlike" if unlike else "alike", test.p_value, size)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false alarm stays at the level (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.sort(p_values) * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(value) for value in adjusted.round(12)]


def correct(p_values: Sequence[float], method: Correction) -> list[float]:
    """Adjust the p-values of segments by `holm`, or `bh` for the rate of false discoveries (Benjamini, Hochberg 1995).

    `ParameterError` if the method is another one.
    """
    if method == "holm":
        return holm(p_values)
    if method == "bh":
        return [float(p) for p in scipy.stats.false_discovery_control(p_values)] if len(p_values) else []
    raise ParameterError(f"There is no correction '{method}'; known are holm and bh.")
