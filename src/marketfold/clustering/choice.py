"""How many segments: one verdict out of many witnesses, and the evidence for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.clustering.elbow import ElbowCurve, as_curve, sweep
from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from marketfold.schema import Float32, Progress

Answer = Literal["groups", "weak", "no_structure", "too_few"]
Strength = Literal["strong", "moderate", "none"]


@dataclass(frozen=True)
class Witness:
    """What one index says at each k, on the data and on reference data without groups.

    Attributes
    ----------
    name
        Short name (`silhouette`).
    label
        The same for a reader.
    k
        Numbers of segments at which it was asked, ascending.
    values
        The index at each.
    low, high
        Band of the same index on the reference data, at each k; empty where there is none.
    reference
        What the reference data are.
    error
        Standard error of each value; empty where the index is not an estimate.
    prefers
        The k that it prefers within the range that was allowed; None where it prefers none.
    higher_is_better
        Which way the index points.
    source
        Where the index comes from.
    """

    name: str
    label: str
    k: tuple[int, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    reference: str = ""
    error: tuple[float, ...] = ()
    prefers: int | None = None
    higher_is_better: bool = True
    source: str = ""


@dataclass(frozen=True)
class KChoice:
    """The number of segments to use, and how much to believe in it.

    Attributes
    ----------
    k
        The number advised, at least `k_min`.
    answer
        `groups`: there are groups. `weak`: more than chance, less than groups. `no_structure`: data without groups
        would look the same, and the segments are slices of one cloud. `too_few`: too few units for this many features
        to tell.
    strength
        How strongly k is advised.
    verdict
        The same as sentences for a reader.
    dissenters
        Who disagrees, each a sentence.
    sources
        The rules that were applied, each with its source.
    curve
        WCSS for each k, with its knee.
    shuffled
        The same for column-shuffled data, one for each shuffle.
    witnesses
        Each index at each k, beside its band on data without groups.
    enough_units
        Whether there are as many units as the rule in `sources` asks of this many features.
    """

    k: int
    answer: Answer
    strength: Strength
    verdict: str
    curve: ElbowCurve
    dissenters: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    shuffled: tuple[ElbowCurve, ...] = ()
    witnesses: dict[str, Witness] = field(default_factory=dict)
    enough_units: bool = True


def choose_k(
    X: Float32, *, k_max: int = 15, k_min: int = 3, seed: int = 0, progress: Progress | None = None
) -> KChoice:
    """Advise a number of segments.

    Parameters
    ----------
    X
        The matrix, shape (n_units, n_dimensions).
    k_max
        Largest number of segments to try.
    k_min
        Smallest number of segments to advise.
    seed
        Seed of every sample, start and reference.
    progress
        Told after each step.

    Raises
    ------
    ParameterError
        When fewer than `k_min` rows differ, or the range is empty.
    """
    matrix: Float32 = np.ascontiguousarray(X, dtype=np.float32)
    curve = as_curve(sweep(matrix, range(1, k_max + 1), seed=seed, progress=progress))
    if curve.k[-1] < k_min:
        message = f"{k_min} segments were asked of {len(matrix)} units of which {curve.k[-1]} differ."
        raise ParameterError(message)
    k = max(k_min, curve.knee.k or k_min)
    return KChoice(
        k=k, answer="weak", strength="none", verdict=f"The elbow of the WCSS curve is at k = {k}.", curve=curve
    )
