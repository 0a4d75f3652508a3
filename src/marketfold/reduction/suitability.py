"""Does a reduction suit the data? Where inputs are correlated it can keep most with little; where not, it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import entr

from marketfold.arrays import as_array
from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.frames import terse
from marketfold.reduction.base import reconstruction_error, refuse_constant_columns, refuse_not_finite
from marketfold.reduction.pca import VARIANCE_SHARE, covariance, fewest_for_share, principal_components
from marketfold.reduction.table import make_reducer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from marketfold.reduction.base import Reducer
    from marketfold.schema import Float32, Float64, Progress

FEWEST_UNITS = 10
TRIED_UNITS = 5_000
"""Units of the trial with shuffled columns; more would not move its figures."""
HELD_OUT_SHARE = 0.2
REDUNDANT = 1e-6
"""A feature of which less than this share of variance is its own follows from the others."""

CORRELATED_GAIN, WEAK_GAIN = 0.2, 0.05
"""Our own cuts on what correlation brings to the reconstruction: from a fifth of the variance on it is plain, below a
twentieth it is nothing to build on."""

Finding = Literal["correlated", "weakly correlated", "independent"]
Advice = Literal["none", "perhaps none", "pca", "pca, or wider", "pca, perhaps a network", "network"]


@dataclass(frozen=True)
class Reconstruction:
    """How much of the variance of held-out units comes back through a reduction, 0 to 1 (below 0: worse than the mean).

    `shuffled_share` is that of the same columns, each shuffled by itself: what is left when nothing is correlated.
    """

    method: str
    n_dimensions: int
    share: float
    shuffled_share: float

    @property
    def gain(self) -> float:
        """What the correlations bring, as a share of the variance."""
        return self.share - self.shuffled_share


@terse
@dataclass(frozen=True)
class Suitability:
    """Whether features are correlated enough to be reduced.

    Attributes
    ----------
    redundant
        Positions of features that follow from earlier ones; none where there are no more units than features.
    effective_rank
        As how many equally strong independent features the matrix counts, 1 to n_features.
    reconstructions
        One for each method tried; PCA first.
    """

    finding: Finding
    redundant: tuple[int, ...]
    effective_rank: float
    n_features: int
    reconstructions: tuple[Reconstruction, ...]

    @property
    def more_than_pca(self) -> float:
        """Further share of the variance that the best of the others keeps; below 0 where PCA keeps more."""
        first, *others = self.reconstructions
        return max((trial.share for trial in others), default=first.share) - first.share

    @property
    def advice(self) -> Advice:
        """Which reduction the features suit: a network where they are correlated along curves.

        What a network gives back more of shuffled columns, too, is no correlation: it only gives back more.
        """
        if self.finding != "correlated":
            return "none" if self.finding == "independent" else "perhaps none"
        if len(self.reconstructions) == 1:
            return "pca, perhaps a network"
        first, *others = self.reconstructions
        if max(trial.gain for trial in others) - first.gain >= WEAK_GAIN:
            return "network"
        return "pca, or wider" if self.more_than_pca >= WEAK_GAIN else "pca"


def redundant_features(correlations: Float64) -> tuple[int, ...]:
    """Find features that earlier ones determine (shares that sum to one, say), by Cholesky in column order.

    >>> redundant_features(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    (1,)
    """
    left, found = correlations.copy(), []
    for column in range(len(left)):
        own = left[column, column]
        if own < REDUNDANT:
            found.append(column)
            continue
        left -= np.outer(left[:, column], left[column]) / own
    return tuple(found)


def effective_rank(variances: Float64) -> float:
    """Exponential of the entropy of the variance shares along the components (Roy and Vetterli 2007).

    >>> round(effective_rank(np.array([1.0, 1.0, 0.0])), 6)
    2.0
    """
    return float(np.exp(entr(variances / variances.sum()).sum()))


def held_out_reconstruction(
    reducer: Reducer, X: Float32, seed: int = 0, *, progress: Progress | None = None
) -> Reconstruction:
    """How much of units that it did not learn from an unfitted reducer gives back, and how much of shuffled columns.

    At most `TRIED_UNITS` take part; the shares are NaN where the reducer gives nothing back.
    """
    random = np.random.default_rng(seed)
    tried = X[random.permutation(len(X))[:TRIED_UNITS]]
    both = np.vstack([tried, random.permuted(tried, axis=0)])
    held_out, learned = np.split(np.arange(len(tried)), [max(2, round(len(tried) * HELD_OUT_SHARE))])
    fitted = reducer.fit_each(both, [learned, len(tried) + learned], progress=progress)
    shares = []
    for one, start in zip(fitted, (0, len(tried)), strict=True):
        held, mean = both[start + held_out], both[start + learned].mean(axis=0)
        spread = float(np.square(held - mean, dtype=np.float64).mean())
        shares.append(1 - reconstruction_error(one, held) / spread if spread > 0 else 1.0)
    return Reconstruction(reducer.name, fitted[0].n_dimensions_, *shares)


def assess_suitability(
    X: ArrayLike,
    random_state: int = 0,
    n_dimensions: int | None = None,
    *,
    also: Sequence[str] = (),
    progress: Progress | None = None,
    reconstructions: Sequence[Reconstruction] = (),
) -> Suitability:
    """Find out whether the features of a scaled matrix are correlated enough for a reduction to pay.

    Parameters
    ----------
    n_dimensions
        Dimensions in the trial with shuffled columns; None takes as many as PCA needs for nine tenths of the variance,
        half of the features at most.
    also
        Reductions to try beside PCA; `"autoencoder"` costs two trainings.
    reconstructions
        The trials, PCA's first, where they have been made.

    Raises
    ------
    ParameterError
        If the matrix has one column, a constant one, or values that are not finite.
    TooFewUnitsError
        If it has fewer than 10 rows.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> one = random.normal(size=(200, 1))
    >>> assess_suitability(one + 0.3 * random.normal(size=(200, 4))).finding
    'correlated'
    """
    matrix = _checked(X)
    covariances = covariance(matrix)[1]
    variances, _ = principal_components(covariances)
    spread = np.sqrt(np.diag(covariances))
    correlations = covariances / np.outer(spread, spread)
    # with no more units than features every correlation matrix is singular, whatever the features are
    redundant = redundant_features(correlations) if len(matrix) > len(correlations) + 1 else ()
    tried = tuple(reconstructions)
    if not tried:
        if n_dimensions is None:
            needed = fewest_for_share(variances / variances.sum(), VARIANCE_SHARE)
            n_dimensions = max(1, min(needed, len(correlations) // 2, len(matrix) // 2))
        reducers = [make_reducer(method, n_dimensions, random_state) for method in ("pca", *also)]
        tried = tuple(held_out_reconstruction(reducer, matrix, random_state, progress=progress) for reducer in reducers)
    weak: Finding = "weakly correlated" if tried[0].gain >= WEAK_GAIN else "independent"
    return Suitability(
        finding="correlated" if tried[0].gain >= CORRELATED_GAIN else weak,
        redundant=redundant,
        effective_rank=effective_rank(variances),
        n_features=len(correlations),
        reconstructions=tried,
    )


def _checked(X: ArrayLike) -> Float32:
    matrix = as_array(X)
    if matrix.shape[1] < 2:
        message = f"Got a matrix of shape {matrix.shape}; whether features are correlated needs two columns or more."
        raise ParameterError(message)
    if len(matrix) < FEWEST_UNITS:
        message = f"Got {len(matrix)} units; whether features are correlated needs {FEWEST_UNITS} or more."
        raise TooFewUnitsError(message)
    refuse_not_finite(matrix)
    refuse_constant_columns(matrix)
    return matrix
