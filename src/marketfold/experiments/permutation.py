"""What the difference between two arms would be by chance alone: the arms are drawn anew, again and again.

Revenue is skewed and the holdout is the smaller arm, so that Welch's t says "it worked" too often. Drawing the arms
anew is exact where the campaign did nothing to anybody, whatever the revenue looks like (Fisher 1935), and dividing
each difference by its own standard error keeps it right for means where the arms differ otherwise (Chung and Romano
2013).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MOST_UNITS = 1_000
"""Customers beyond so many are drawn in random handfuls: the same moments, and a million cost little more."""
SHUFFLES = 8
"""How often the handfuls are filled anew, so that no single filling decides."""
UNBOUNDED = 1e3
"""Standard errors of a difference between arms in each of which everybody is alike: as good as without end."""


@dataclass(frozen=True)
class Sums:
    """What is added up over the customers of an arm: of an outcome y and of what foretells it, x.

    Each is of any one shape, such as (n_draws,): one number for each draw of the arms.

    >>> arm = Sums.of(np.array([2.0, 1.0, 5.0, 3.0]), np.array([0.3, 0.5, 0.9, 22.0]))
    >>> float(arm.mean), round(float(arm.variance), 4)
    (2.75, 2.9167)
    """

    n: Float64
    y: Float64
    yy: Float64
    x: Float64
    xx: Float64
    xy: Float64

    @classmethod
    def of(cls, y: Float64, x: Float64 | None = None) -> Sums:
        """Add up an arm from its customers."""
        return cls(*columns(y, np.zeros(len(y)) if x is None else x).sum(axis=0))

    def __sub__(self, other: Sums) -> Sums:
        parts = zip(self.__dict__.values(), other.__dict__.values(), strict=True)
        return Sums(*(mine - its for mine, its in parts))

    @property
    def mean(self) -> Float64:
        """Of the outcome."""
        return self.y / self.n

    @property
    def variance(self) -> Float64:
        """Of the outcome, with n - 1 below it."""
        return np.maximum(self.yy - self.y**2 / self.n, 0.0) / (self.n - 1)

    @property
    def by_itself(self) -> Sums:
        """The same without what foretells it."""
        nothing = np.zeros_like(self.x)
        return replace(self, x=nothing, xx=nothing, xy=nothing)

    @property
    def centred(self) -> tuple[Float64, Float64, Float64]:
        """Sums of squares and products about the arm's own means: of y, of x, and of both."""
        yy, xx = np.maximum(self.yy - self.y**2 / self.n, 0.0), np.maximum(self.xx - self.x**2 / self.n, 0.0)
        return yy, xx, self.xy - self.x * self.y / self.n


def columns(y: Float64, x: Float64) -> Float64:
    """What `Sums` adds up, for each customer: shape (n_customers, 6)."""
    return np.column_stack([np.ones(len(y)), y, y * y, x, x * x, x * y])


def slope(*arms: Sums) -> Float64:
    """By how much y rises with x within the arms, so that no difference between them leaks in; 0 where x is constant.

    With one arm it is the theta of CUPED (Deng, Xu, Kohavi and Walker 2013).
    """
    xx, xy = (sum(arm.centred[part] for arm in arms) for part in (1, 2))
    return np.asarray(np.divide(xy, xx, out=np.zeros_like(xy + xx), where=xx > 0), dtype=np.float64)


Arms = tuple[Sums, Sums]
"""Treated and holdout."""


@dataclass(frozen=True)
class Difference:
    """Treated less holdout and its standard error, adjusted by x, and the share of the variance that is left."""

    size: Float64
    error: Float64
    variance_kept: Float64

    @property
    def t(self) -> Float64:
        """The difference in standard errors."""
        endless = np.sign(self.size) * UNBOUNDED
        return np.divide(self.size, self.error, out=np.asarray(endless, dtype=np.float64), where=self.error > 0)


def difference(treated: Sums, holdout: Sums) -> Difference:
    """Compare two arms, or as many draws of them as the sums hold."""
    theta = slope(treated, holdout)
    own = [(arm.n, *arm.centred) for arm in (treated, holdout)]
    left = [np.maximum(yy - 2 * theta * xy + theta**2 * xx, 0.0) for _, yy, xx, xy in own]
    variance = sum(rest / (n * (n - 1)) for (n, *_), rest in zip(own, left, strict=True))
    before, after = sum(yy for _, yy, *_ in own), sum(left)
    kept = np.divide(after, before, out=np.ones_like(np.asarray(after)), where=before > 0)
    size = treated.mean - holdout.mean - theta * (treated.x / treated.n - holdout.x / holdout.n)
    return Difference(size, np.sqrt(variance), kept)


@dataclass(frozen=True)
class ArmDraws:
    """Arms as chance could have drawn them: the same customers, and as many of them held out.

    Attributes
    ----------
    held_out
        Who truly is, shape (n_customers,).
    n_draws
        How often the arms are drawn; the same customers and seed give the same draws.
    """

    held_out: NDArray[np.bool_]
    n_draws: int
    seed: int

    def arms(self, *outcomes: Float64, x: Float64) -> list[tuple[Arms, Arms]]:
        """The arms as they are and as they are in every draw, for each outcome."""
        # about their means, or the squares of large numbers would swallow the digits
        each = [columns(y - y.mean(), x - x.mean()) for y in outcomes]
        table = np.hstack(each)
        drawn = np.hsplit(self._held_out_sums(table), len(each))
        found = []
        for own, sums in zip(each, drawn, strict=True):
            whole, holdout = Sums(*own.sum(axis=0)), Sums(*own[self.held_out].sum(axis=0))
            of_draws = Sums(*sums.T)
            found.append(((whole - holdout, holdout), (whole - of_draws, of_draws)))
        return found

    def _held_out_sums(self, table: Float64) -> Float64:
        """Sums over those held out in each draw, shape (n_draws, n_columns)."""
        rng, n = np.random.default_rng(self.seed), len(table)
        n_units, n_held_out = min(n, MOST_UNITS), int(self.held_out.sum())
        begins = np.arange(n_units) * n // n_units
        wanted = min(max(round(n_units * n_held_out / n), 1), n_units - 1)
        height = rng.random((-(-self.n_draws // SHUFFLES), n_units))
        chosen = (height <= np.partition(height, wanted - 1, axis=1)[:, wanted - 1 : wanted]).astype(np.float64)
        sums = [chosen @ np.add.reduceat(table[rng.permutation(n)], begins, axis=0) for _ in range(SHUFFLES)]
        return np.concatenate(sums)[: self.n_draws]


def critical(drawn: Difference, alpha: float) -> tuple[float, float]:
    """From where on, below and above, a difference in standard errors is rarer than alpha / 2 by chance on its side.

    >>> t = np.arange(-100.0, 99.0)
    >>> critical(Difference(t, np.ones(199), np.ones(199)), 0.1)
    (-91.0, 89.0)
    """
    t = np.sort(drawn.t)
    beyond = max(int(alpha / 2 * (len(t) + 1) + 1e-9) - 1, 0)
    return float(t[beyond]), float(t[len(t) - 1 - beyond])


def chance(found: Difference, drawn: Difference) -> float:
    """Two-sided p-value of no difference: twice the smaller side, the arms as they are counted among the draws."""
    at_least, at_most = (drawn.t >= found.t).sum(), (drawn.t <= found.t).sum()
    return float(min(2 * (1 + min(at_least, at_most)) / (len(drawn.t) + 1), 1.0))
