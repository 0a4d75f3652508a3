"""Null references, data without groups to hold the real data against: what K-means finds in them is no evidence.

Three ways of having no groups, each keeping more of the data than the one before would:

- *shuffled*: each column permuted by itself. Keeps every column as it is, destroys what they have to do with one
  another.
- *cloud*: each column permuted so that the rank correlations stay (a Gaussian copula; Iman and Conover 1982). One
  cloud with the same columns and the same correlations: an ellipse stays an ellipse, and is not called groups.
- *box*: uniform in the box along the principal axes, the reference of the gap statistic (Tibshirani, Walther and
  Hastie 2001, case b).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm, rankdata

from marketfold.clustering.fitting import THOROUGH_ROWS, Fit, fit_each, lloyd
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.schema import Float32, Float64

    Maker = Callable[[Float32, np.random.Generator], Float32]


def shuffled(X: Float32, rng: np.random.Generator) -> Float32:
    """Each column permuted by itself, shape (n_units, n_dimensions)."""
    return np.ascontiguousarray(rng.permuted(X, axis=0))


def _normal_scores(X: Float32) -> Float64:
    scores: Float64 = norm.ppf((rankdata(X, axis=0) - 0.5) / len(X))
    spread = scores.std(axis=0)
    return scores / np.where(spread > 0, spread, 1.0)


def cloud(X: Float32, rng: np.random.Generator) -> Float32:
    """Each column permuted so that its correlations with the others stay, shape (n_units, n_dimensions)."""
    scores = _normal_scores(X)
    values, axes = np.linalg.eigh(scores.T @ scores / len(X))
    root = axes * np.sqrt(np.maximum(values, 0.0))
    drawn = rng.standard_normal(X.shape) @ root.T
    order = np.argsort(np.argsort(drawn, axis=0), axis=0)
    return np.ascontiguousarray(np.take_along_axis(np.sort(X, axis=0), order, axis=0))


def box(X: Float32, rng: np.random.Generator) -> Float32:
    """Uniform in the box along the principal axes, shape (n_units, n_dimensions)."""
    mean = X.mean(axis=0)
    axes = np.linalg.eigh(np.cov(X - mean, rowvar=False).reshape(X.shape[1], -1))[1]
    along = (X - mean) @ axes
    drawn = rng.uniform(along.min(axis=0), along.max(axis=0), size=X.shape)
    return np.ascontiguousarray(drawn @ axes.T + mean, dtype=np.float32)


NULL_REFERENCES = {
    "shuffled": (shuffled, "column-shuffled data", 4),
    "cloud": (cloud, "one cloud with the same columns and correlations", 6),
    "box": (box, "a uniform box", 4),
}
"""How each is made, what it is called, and how often it is drawn."""


@dataclass(frozen=True)
class NullReference:
    """Several draws of one kind of data without groups, each with its fit at each k.

    `log_wcss` is the natural logarithm of WCSS(k) / WCSS(1), shape (n_draws, n_k); `label` is for a reader.
    """

    label: str
    tables: tuple[Float32, ...]
    fits: tuple[dict[int, Fit], ...]
    log_wcss: Float64


STARTS_ALONE = 4
"""Starts of each draw that is fitted by itself. With them the WCSS of a draw is as near its least as that of the data;
carried over from another draw, centres left that of 92 rows in two dimensions 10 % above it at k = 15, and data without
groups seemed as far below."""
LEAST_ERROR = 0.004
"""K-means stops at solutions whose WCSS differ by about this much; no gap is known better."""


@terse
@dataclass(frozen=True)
class Gap:
    """How far the WCSS of the data, as a share of that at k = 1, lies below that of data without groups, at each k.

    `values` are natural logarithms of the ratio (0.1 is about a tenth lower), `errors` their standard errors over the
    draws; both of shape (n_k,).
    """

    label: str
    k: tuple[int, ...]
    values: Float64
    errors: Float64

    @property
    def z_scores(self) -> Float64:
        """Values in standard errors, shape (n_k,)."""
        return self.values / self.errors


def log_wcss(X: Float32, fits: dict[int, Fit]) -> Float64:
    """Natural logarithm of WCSS(k) / WCSS(1), shape (n_k,)."""
    total = float(np.square(X - X.mean(axis=0, dtype=np.float64)).sum())
    least = total * 1e-12  # as many segments as distinct rows leave nothing to take a logarithm of
    return np.log(np.maximum([fit.wcss for fit in fits.values()], least) / total)


def draw_null_reference(
    X: Float32, make: Maker, label: str, k_range: Sequence[int], *, draws: int, seed: int
) -> NullReference:
    """Draw data without groups and fit them at each k.

    The draws come from one distribution: beyond 1,000 rows, where two of them are hardly told apart, the centres of one
    start the next, beside k-means++ for the first. On fewer rows each is fitted by itself.
    """
    tables = tuple(make(X, np.random.default_rng([seed, draw])) for draw in range(draws))
    if len(X) <= THOROUGH_ROWS:
        fits = [fit_each(table, k_range, n_starts=STARTS_ALONE, seed=seed) for table in tables]
    else:
        fits = [fit_each(tables[0], k_range, n_starts=2, seed=seed)]
        for table in tables[1:]:
            fits.append({k: lloyd(table, fits[-1][k].centers, steps=40) for k in k_range})
    curves = np.array([log_wcss(table, mine) for table, mine in zip(tables, fits, strict=True)])
    return NullReference(label, tables, tuple(fits), curves)


def gap_below(reference: NullReference, X: Float32, fits: dict[int, Fit]) -> Gap:
    """The gap of fits at each k; the error is smoothed over k, for a handful of draws tells little of each."""
    draws = reference.log_wcss
    spread = draws.std(axis=0, ddof=1)
    # at k = 1 nothing varies
    smooth = np.where(spread > LEAST_ERROR / 100, np.maximum(spread, np.sqrt(np.mean(spread**2))), 0.0)
    errors = np.maximum(smooth * np.sqrt(1 + 1 / len(draws)), LEAST_ERROR)
    return Gap(reference.label, tuple(fits), draws.mean(axis=0) - log_wcss(X, fits), errors)
