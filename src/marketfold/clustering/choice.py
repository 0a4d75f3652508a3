"""How many segments: one verdict out of many witnesses, and the evidence for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering.elbow import ElbowCurve, as_curve, find_knee, sweep
from marketfold.clustering.evidence import WITNESS_ROWS, Evidence, gather
from marketfold.clustering.fitting import Fit, by_weight, fit_each, quiet_fits, sample_rows
from marketfold.clustering.verdict import Answer, Ruling, Strength, rule
from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from marketfold.clustering.gains import Gain
    from marketfold.clustering.witnesses import Witness
    from marketfold.schema import Float32, Float64, Progress


@dataclass(frozen=True, repr=False)
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
    gist
        What a reader must know of it, without the numbers.
    curve
        WCSS for each k, with its knee.
    dissenters
        Who disagrees, each a sentence.
    sources
        The rules that were applied, each with its source.
    shuffled
        The same curve for column-shuffled data, one for each shuffle; scaled to the units of `curve`.
    witnesses
        Each index at each k, beside its band on data without groups.
    gains
        How far the WCSS lies below that of each kind of data without groups.
    enough_units
        Whether there are as many units as the rule in `sources` asks of this many features.
    rows
        Units that the witnesses saw; beyond 2,000 they see a seeded sample.
    centers
        Centres of the fit at each k, each float32, shape (k, n_dimensions): the `init` of a segmenter that shall have
        the segments that were judged.
    """

    k: int
    answer: Answer
    strength: Strength
    verdict: str
    gist: str
    curve: ElbowCurve
    dissenters: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    shuffled: tuple[ElbowCurve, ...] = ()
    witnesses: dict[str, Witness] = field(default_factory=dict)
    gains: dict[str, Gain] = field(default_factory=dict)
    enough_units: bool = True
    rows: int = 0
    centers: dict[int, Float32] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<KChoice: k = {self.k}, {self.answer}, {self.strength}>"

    def _repr_html_(self) -> str:
        doubts = "".join(f"<li>{escape(text)}</li>" for text in self.dissenters)
        return f"<p>{escape(self.verdict)}</p><ul>{doubts}</ul>"


def choose_k(
    X: Float32,
    *,
    k_max: int = 15,
    k_min: int = 3,
    seed: int = 0,
    revenue: Float64 | None = None,
    progress: Progress | None = None,
) -> KChoice:
    """Advise a number of segments, and say whether there are groups at all.

    Parameters
    ----------
    X
        The matrix, shape (n_units, n_dimensions).
    k_max
        Largest number of segments to try.
    k_min
        Smallest number of segments to advise, 1 or more.
    seed
        Seed of every sample, start and reference.
    revenue
        Money of each unit, shape (n_units,), by which the segments of each solution are numbered; otherwise by size.
    progress
        Told after each step.

    Raises
    ------
    ParameterError
        When fewer than `k_min` rows differ, or the range is empty.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = (rng.normal(size=(300, 4)) + 9 * np.eye(4)[rng.integers(4, size=300)]).astype(np.float32)
    >>> choice = choose_k(X, k_max=6)
    >>> choice.k, choice.answer
    (4, 'groups')
    """
    matrix: Float32 = np.ascontiguousarray(X, dtype=np.float32)
    if not 1 <= k_min <= k_max:
        message = f"k_min and k_max must be 1 or more and in this order; got {k_min} and {k_max}."
        raise ParameterError(message)
    found = sweep(matrix, range(1, k_max + 1), seed=seed, progress=progress)
    fits = {k: by_weight(fit, revenue) for k, fit in found.items()}
    if max(fits) < k_min:
        message = (
            f"{k_min} segments were asked of {len(matrix)} units of which {max(fits)} differ. "
            "Ask for fewer segments, or use features that tell more units apart."
        )
        raise ParameterError(message)
    curve = as_curve(fits)
    rows = sample_rows(matrix, WITNESS_ROWS, seed)
    evidence = gather(rows, _fits_of_rows(matrix, rows, fits, seed), k_min=k_min, seed=seed, progress=progress)
    ruling = rule(evidence, curve.knee, n_units=len(matrix), k_min=k_min)
    return _as_choice(ruling, evidence, curve, fits)


def _fits_of_rows(matrix: Float32, rows: Float32, fits: dict[int, Fit], seed: int) -> dict[int, Fit]:
    """The fits that the witnesses judge: those of all rows, or afresh where they see a sample."""
    if rows is matrix:
        return fits
    with quiet_fits(threads=1):
        return fit_each(rows, tuple(fits), n_starts=6, seed=seed)


def _as_choice(ruling: Ruling, evidence: Evidence, curve: ElbowCurve, fits: dict[int, Fit]) -> KChoice:
    scaled = np.exp(evidence.shuffled.log_wcss) * curve.wcss[0]
    shuffled = tuple(ElbowCurve(curve.k, tuple(row), find_knee(curve.k, row)) for row in scaled.tolist())
    return KChoice(
        k=ruling.k,
        answer=ruling.answer,
        strength=ruling.strength,
        verdict=" ".join(ruling.sentences),
        gist=ruling.gist,
        curve=curve,
        dissenters=ruling.dissenters,
        sources=ruling.sources,
        shuffled=shuffled,
        witnesses=evidence.witnesses,
        gains=evidence.gains,
        enough_units=ruling.enough_units,
        rows=evidence.rows,
        centers={k: fit.centers for k, fit in fits.items()},
    )
