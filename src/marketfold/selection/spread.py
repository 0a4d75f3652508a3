"""How numbers of orders or lines spread: between customers by degrees (normal), and within each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.schema import Float64

    Whole = NDArray[np.int64]

FEWEST_ZEROS, MOST_ZEROS = 0.01, 0.999


def _root(covariance: Float64) -> Float64:
    """A matrix whose product with its transpose is the covariance; what is below zero by chance counts as zero."""
    values, axes = np.linalg.eigh(covariance)
    root: Float64 = axes * np.sqrt(np.maximum(values, 0.0))
    return root


@dataclass(frozen=True)
class Spread:
    """A normal effect of each customer, and a normal rest of each row.

    `mean` is of shape (n_numbers,), the covariances `between` and `within` of (n_numbers, n_numbers).
    """

    mean: Float64
    between: Float64
    within: Float64

    def draw(self, owner: Whole, n_owners: int, rng: Generator) -> Float64:
        """Numbers of each row, by its customer, shape (n_rows, n_numbers)."""
        effects = rng.standard_normal((n_owners, len(self.mean))) @ _root(self.between).T
        rest = rng.standard_normal((len(owner), len(self.mean))) @ _root(self.within).T
        return self.mean + effects[owner] + rest


def spread_of(values: Float64, owner: Whole, n_owners: int) -> Spread:
    """Variance components of rows of shape (n_rows, n_numbers) by the analysis of variance; each owner has a row."""
    counts = np.bincount(owner, minlength=n_owners).astype(np.float64)
    sums = np.column_stack([np.bincount(owner, weights=column, minlength=n_owners) for column in values.T])
    means, grand = sums / counts[:, None], values.mean(axis=0)
    rest, off = values - means[owner], means - grand
    within = rest.T @ rest / max(len(values) - n_owners, 1)
    among = (off * counts[:, None]).T @ off / max(n_owners - 1, 1)
    rows_each = (len(values) - np.square(counts).sum() / len(values)) / max(n_owners - 1, 1)
    return Spread(grand, (among - within) / max(rows_each, 1e-9), within)


def censored_spread(values: Float64, owner: Whole, n_owners: int) -> Spread:
    """Of one number, shape (n_rows,), of which only what is above zero shows (Tobin 1958): by mean and zeros."""
    found = spread_of(values[:, None], owner, n_owners)
    zeros, mean = float((values <= 0).mean()), float(values.mean())
    if zeros < FEWEST_ZEROS or mean <= 0:
        return found
    cut = -float(norm.ppf(min(zeros, MOST_ZEROS)))
    deviation = mean / float(norm.pdf(cut) + cut * norm.cdf(cut))
    between, within = np.maximum(found.between, 0.0), found.within
    part = between / np.maximum(between + within, np.finfo(np.float64).tiny)
    return Spread(np.array([cut * deviation]), deviation**2 * part, deviation**2 * (1 - part))
