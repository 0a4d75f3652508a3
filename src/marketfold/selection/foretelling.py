"""How much of an outcome a forecast of each unit foretells: cross-validated, alike for groups and for models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Labels

FOLDS = 10
"""Parts of the units; what a group is worth is learned from the others."""
RESAMPLES, BLOCKS = 1_000, 2_000
"""Bootstrap resamples of an interval, and random blocks that are drawn in the place of more units than that."""


@dataclass(frozen=True)
class SquaredErrors:
    """What a forecast of each unit misses, squared, and what the mean of the others misses; float64, shape (n_units,).

    Every forecast is made from other units than the one that it is about.
    """

    own: Float64
    mean: Float64

    def of(self, units: NDArray[np.bool_]) -> SquaredErrors:
        """The same for some of the units."""
        return SquaredErrors(self.own[units], self.mean[units])

    @property
    def explained(self) -> float:
        """Cross-validated R squared: 1 is all foretold, 0 no more than by the mean, below 0 less."""
        total = float(self.mean.sum())
        return 1 - float(self.own.sum()) / total if total else 0.0

    def lead_over(self, other: SquaredErrors) -> tuple[float, float]:
        """How much more of the same units is foretold than by another, and its standard error (of a ratio)."""
        total = float(self.mean.sum())
        if not total:
            return 0.0, 0.0
        gained = other.own - self.own
        lead = float(gained.sum()) / total
        return lead, float(np.std(gained - lead * self.mean) * np.sqrt(len(gained)) / total)


@dataclass(frozen=True)
class Explained:
    """Share of the differences in later (log) revenue that is foretold, with the middle 95 % of its bootstrap."""

    share: float
    low: float
    high: float


def explained_share(groups: Labels, outcome: Float64) -> float:
    """Share of the variance of an outcome that lies between groups (eta squared), 0 to 1.

    In-sample: it grows with the number of groups alone, (k - 1) / (n - 1) for groups by lot.

    >>> explained_share(np.array([0, 0, 1, 1], np.int32), np.array([1.0, 1.0, 3.0, 3.0]))
    1.0
    """
    total = float(np.square(outcome - outcome.mean()).sum())
    if total == 0:
        return 0.0
    sizes = np.maximum(np.bincount(groups), 1)
    means = np.bincount(groups, weights=outcome) / sizes
    return float((np.bincount(groups) * np.square(means - outcome.mean())).sum() / total)


def folds_of(n_units: int) -> Labels:
    """A random part, from 0, for each unit; the same for as many units."""
    return (np.random.default_rng(n_units).permutation(n_units) % FOLDS).astype(np.int32)


def _group_means(groups: Labels, outcome: Float64, folds: Labels) -> Float64:
    """Mean outcome of each unit's group in the other folds, shape (n_units,); of all units there where it has none."""
    shape = int(groups.max()) + 1, FOLDS
    cells = groups * FOLDS + folds

    def elsewhere(weights: Float64 | None) -> Float64:
        counted: Float64 = np.bincount(cells, weights, shape[0] * FOLDS).reshape(shape).astype(np.float64)
        others: Float64 = counted.sum(axis=1, keepdims=True) - counted
        return others

    sums, sizes = elsewhere(outcome), elsewhere(None)
    overall = sums.sum(axis=0) / np.maximum(sizes.sum(axis=0), 1)
    means = np.where(sizes > 0, sums / np.maximum(sizes, 1), overall)
    return np.asarray(means[groups, folds])


def errors_of_groups(groups: Labels, outcome: Float64) -> SquaredErrors:
    """What is missed where each unit is foretold the mean of its group in the other folds."""
    folds = folds_of(len(outcome))
    return errors_of(outcome, _group_means(groups, outcome, folds), folds)


def errors_of(outcome: Float64, foretold: Float64, folds: Labels) -> SquaredErrors:
    """What a forecast misses; it must be made from other folds than the unit's."""
    mean = _group_means(np.zeros(len(outcome), np.int32), outcome, folds)
    return SquaredErrors(np.square(outcome - foretold), np.square(outcome - mean))


def bootstrapped(errors: Sequence[SquaredErrors], seed: int) -> Float64:
    """Explained share of each forecast in each resample of the units, shape (n_resamples, n_forecasts)."""
    rng = np.random.default_rng(seed)
    n_units = len(errors[0].mean)
    n_blocks = min(n_units, BLOCKS)
    block = rng.permutation(n_units) % n_blocks
    sums = [np.bincount(block, values, n_blocks) for values in (errors[0].mean, *(one.own for one in errors))]
    drawn = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=RESAMPLES) @ np.array(sums).T
    total = drawn[:, :1]
    shares: Float64 = np.where(total > 0, 1 - drawn[:, 1:] / np.where(total > 0, total, 1), 0.0)
    return shares


def interval(share: float, draws: Float64) -> Explained:
    """A share with the middle 95 % of its draws."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return Explained(share, float(low), float(high))
