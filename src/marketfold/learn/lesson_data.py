"""What the lessons are made from: all features of all units, scaled as a short program would, and the run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from marketfold import words
from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.features import MatrixScaler
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32, Float64, Unit
    from marketfold.units import Feature

SAMPLE_UNITS = 300
"""So many points can still be told apart on a screen, and the small network learns on them in seconds."""

MOST_FEATURES = 40
"""Of a table of customers with more columns the most telling ones are taken."""
FEWEST_UNITS = 8
FEWEST_FEATURES = 2
MOST_TAUGHT = 2_000
"""So many units teach K-means and a network in seconds; of more, every second, third, ... is taken."""
SAME_THING = 0.7
"""Features that correlate more than this show the same side of a customer."""
LUMPED = 0.4
"""Where more units than this share have one and the same value, a plane shows a line, and not points."""
AMOUNTS = frozenset({"days", "money", "count"})
"""Measures that a reader has in mind as amounts: a message can be for so many, and somebody new can be given them."""


@dataclass(frozen=True)
class LossHistory:
    """Loss of a network after each epoch, mean squared error in scaled units."""

    train: tuple[float, ...]
    held_out: tuple[float, ...]
    layers: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """What the lessons say of the run that they are about; of the demo shop there is none.

    Attributes
    ----------
    wcss
        WCSS of the run for k = 1, 2, ... in the space that shaped its segments.
    shaping
        Names of the features that shaped the segments.
    history
        Loss of the network that the run trained.
    source
        Name of the order file.
    report
        Where its report is, as the page that links to it says it; empty where there is none to link to.
    chapters
        Anchors of that report.
    record
        All of `run.json`.
    """

    unit: Unit = "customer"
    n_segments: int = 3
    seed: int = 0
    currency: str | None = None
    wcss: tuple[float, ...] = ()
    shaping: tuple[str, ...] = ()
    history: LossHistory | None = None
    source: str = ""
    report: str = ""
    chapters: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def unit_word(self) -> str:
        """What a row is, as a reader calls it."""
        return words.unit_word(self.unit)

    @property
    def units_word(self) -> str:
        """What several rows are."""
        return words.units_word(self.unit)


@dataclass(frozen=True, repr=False)
class LessonData:
    """All features of all units, those that tell most first; it holds no ids.

    Attributes
    ----------
    values : float64, shape (n_units, n_features)
        In the user's units, without blanks.
    features
        What each column is.
    numbers : int, shape (n_units,)
        Number of each unit's segment; 0 where there is no run.
    revenue : float64, shape (n_units,)
        What each brought; empty where no money is known.
    """

    values: Float64
    features: tuple[Feature, ...]
    numbers: NDArray[np.integer]
    revenue: Float64
    run: RunFacts

    @classmethod
    def of(cls, values: Float64, features: Sequence[Feature], run: RunFacts | None = None) -> Self:
        """Check and sort the features: those that are the same for everybody are left out.

        Parameters
        ----------
        values
            In the user's units, shape (n_units, n_features), finite.
        features
            One for each column.

        Raises
        ------
        ParameterError
            If there are not as many features as columns, or fewer than two that tell the units apart.
        TooFewUnitsError
            If there are too few rows to show anything.

        Examples
        --------
        >>> import numpy as np
        >>> from marketfold.units import Feature
        >>> days, orders = Feature("days", "days", "days", "recency"), Feature("orders", "orders", "count", "frequency")
        >>> LessonData.of(np.random.default_rng(0).normal(size=(500, 2)), [days, orders]).points.shape
        (300, 2)
        """
        n_units, n_columns = values.shape
        telling = np.flatnonzero(np.ptp(values, axis=0) > 0) if n_units else np.empty(0, dtype=np.intp)
        if len(features) != n_columns or len(telling) < FEWEST_FEATURES:
            raise ParameterError(
                f"The lessons got {n_columns} columns, {len(features)} names for them and {len(telling)} that tell "
                f"units apart. They need a name for each column, and {FEWEST_FEATURES} or more that tell units apart."
            )
        if n_units < FEWEST_UNITS:
            message = f"The lessons got {n_units} rows and need {FEWEST_UNITS} or more. Give them a larger run."
            raise TooFewUnitsError(message)
        order = telling[_by_weight(values[:, telling])[:MOST_FEATURES]]
        kept = np.ascontiguousarray(values[:, order], dtype=np.float64)
        nobody = np.zeros(n_units, dtype=np.int_)
        return cls(kept, tuple(features[place] for place in order), nobody, np.empty(0), run or RunFacts())

    def with_segments(self, numbers: NDArray[np.integer], revenue: Float64) -> Self:
        """The same, with each unit's segment and money."""
        return replace(self, numbers=numbers, revenue=revenue)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def scaler(self) -> MatrixScaler:
        """Logarithms where a column is skewed, then a spread of 1: what a short program can do too."""
        return MatrixScaler(tail=0.0).fit(self.values)

    @cached_property
    def scaled(self) -> Float32:
        """Shape (n_units, n_features), each column with mean 0 and spread 1."""
        return self.scaler.transform(self.values)

    @property
    def step(self) -> int:
        """Of how many units, in their order, one is taken where a method is worked."""
        return -(-len(self) // MOST_TAUGHT)

    @cached_property
    def taught(self) -> Float64:
        """Scaled rows of these units, shape (n_taught, n_features)."""
        return self.scaled[:: self.step].astype(np.float64)

    @property
    def everybody(self) -> str:
        """Whom text and program speak of, in words."""
        units = f"your {words.count(len(self))} {self.run.units_word}"
        return f"all {units}" if self.step == 1 else f"{words.count(len(self.taught))} of {units}"

    @property
    def drawn(self) -> str:
        """Whom the figures draw, in words."""
        return f"the {words.count(len(self.rows))} {self.run.units_word} drawn here"

    @property
    def program_settings(self) -> dict[str, Any]:
        """What every program begins with: which features, of which the logarithm, and which units."""
        return {"COLUMNS": [feature.name for feature in self.features], "LOGGED": list(self.logged), "STEP": self.step}

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """The units that are drawn, a seeded sample."""
        return sample_rows(len(self), SAMPLE_UNITS, self.run.seed)

    @property
    def points(self) -> Float32:
        """Scaled rows of the sample, shape (n_sample, n_features)."""
        return self.scaled[self.rows]

    @property
    def labels(self) -> tuple[str, ...]:
        """Features in plain words."""
        return tuple(feature.label for feature in self.features)

    @property
    def logged(self) -> tuple[str, ...]:
        """Names of the features of which the logarithm is taken."""
        return tuple(one.name for one, taken in zip(self.features, self.scaler.logged_, strict=True) if taken)

    @cached_property
    def lumped(self) -> tuple[bool, ...]:
        """Of each feature whether many units have one and the same value."""
        common = (np.unique(column, return_counts=True)[1].max() for column in self.values.T)
        return tuple(bool(n > LUMPED * len(self)) for n in common)

    @cached_property
    def _spread_out(self) -> list[int]:
        """Columns, those first in which few units have the same value."""
        return sorted(range(len(self.features)), key=self.lumped.__getitem__)

    @cached_property
    def pair(self) -> tuple[int, int]:
        """Two features for a plane: the most telling one, and of the next few the one that repeats it least."""
        correlation = np.abs(correlations(self.points))
        first, *few = self._spread_out[:5]
        return first, min(few, key=lambda place: float(correlation[first, place]))

    @cached_property
    def trio(self) -> tuple[int, ...]:
        """Three features for a cloud: the most telling ones that do not repeat each other, if there are three.

        With only two the first is taken twice, and the cloud is flat.
        """
        correlation = np.abs(correlations(self.points))
        chosen: list[int] = []
        for column in self._spread_out:
            if not chosen or correlation[column, chosen].max() < SAME_THING:
                chosen.append(column)
        others = [column for column in self._spread_out if column not in chosen]
        return tuple([*chosen, *others, *chosen][:3])


def correlations(X: NDArray[np.floating[Any]]) -> Float64:
    """Correlations of the columns, 0 where a column is constant, shape (n_features, n_features)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Float64 = np.nan_to_num(np.corrcoef(X.astype(np.float64), rowvar=False), nan=0.0)
    return found


def _by_weight(values: Float64) -> NDArray[np.intp]:
    """Columns by their weight in the first three principal directions, strongest first."""
    scaled = MatrixScaler(tail=0.0).fit(values).transform(values)
    found, vectors = np.linalg.eigh(correlations(scaled))
    weight = (vectors[:, -3:] ** 2 * found[-3:]).sum(axis=1)
    return np.argsort(-weight, kind="stable")
