"""What the learning page needs of a run: a small seeded sample of the scaled matrix, and a few of its results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.sampling import sample_rows
from marketfold.words import units_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Float32, Float64, Unit

SAMPLE_UNITS = 300
"""So many points can still be told apart on a screen, and the small network learns on them in seconds."""

LESSON_FEATURES = 12
FEWEST_UNITS = 8
FEWEST_FEATURES = 2


@dataclass(frozen=True)
class LossHistory:
    """Loss of a network after each epoch, mean squared error in scaled units."""

    train: tuple[float, ...]
    held_out: tuple[float, ...]
    layers: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """What the lessons say of the run that the sample is of.

    Attributes
    ----------
    n_units
        How many units there are in the run; 0 where the sample is drawn from all of them.
    explained : shares of 0 to 1
        Variance of the run's principal components, where it has them.
    wcss
        WCSS of the run for k = 1, 2, ...
    history
        Loss of the network that the run trained.
    source
        Name of the order file.
    """

    unit: Unit = "customer"
    n_units: int = 0
    n_segments: int = 3
    seed: int = 0
    explained: tuple[float, ...] = ()
    wcss: tuple[float, ...] = ()
    history: LossHistory | None = None
    source: str = ""

    @property
    def unit_plural(self) -> str:
        """What several rows are, as a reader calls them."""
        return units_word(self.unit)


@dataclass(frozen=True)
class LearnSample:
    """A sample of units for the lessons; it holds no ids.

    Attributes
    ----------
    points : float32, shape (n_sample, n_telling)
        Rows in scaled space.
    labels
        Names of these features in plain words.
    n_features
        How many features the run used; `points` holds the most telling of them.
    """

    points: Float32
    labels: tuple[str, ...]
    n_features: int
    run: RunFacts


def correlations(X: Float32) -> Float64:
    """Correlations of the columns, 0 where a column is constant, shape (n_features, n_features)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Float64 = np.nan_to_num(np.corrcoef(X.astype(np.float64), rowvar=False), nan=0.0)
    return found


def _telling_features(X: Float32, most: int) -> list[int]:
    """Columns by their weight in the first three principal directions, strongest first."""
    values, vectors = np.linalg.eigh(correlations(X))
    weight = (vectors[:, -3:] ** 2 * values[-3:]).sum(axis=1)
    return [int(column) for column in np.argsort(-weight, kind="stable")[:most]]


def take_sample(X: Float32, labels: Sequence[str], run: RunFacts | None = None) -> LearnSample:
    """Draw the lessons' sample from a scaled matrix.

    Parameters
    ----------
    X
        Scaled matrix, shape (n_rows, n_features): of all units, or of a sample of them.
    labels
        One plain label for each feature.

    Raises
    ------
    ParameterError
        If there are not as many labels as features, or fewer than two features.
    TooFewUnitsError
        If there are too few rows to show anything.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
    >>> take_sample(X, ["days", "orders", "money"]).points.shape
    (300, 3)
    """
    n_rows, n_features = X.shape
    if len(labels) != n_features or n_features < FEWEST_FEATURES:
        raise ParameterError(
            f"The lessons got {n_features} features and {len(labels)} labels. They need one label for each feature, "
            f"and {FEWEST_FEATURES} features or more."
        )
    if n_rows < FEWEST_UNITS:
        message = f"The lessons got {n_rows} rows and need {FEWEST_UNITS} or more. Give them a larger run."
        raise TooFewUnitsError(message)
    run = run or RunFacts()
    rows = sample_rows(n_rows, SAMPLE_UNITS, run.seed)
    columns = _telling_features(X, LESSON_FEATURES)
    points = np.ascontiguousarray(X[rows][:, columns])
    run = replace(run, n_units=run.n_units or n_rows)
    return LearnSample(points, tuple(labels[column] for column in columns), n_features, run)
