"""How many segments: one decision out of many validity indices, and the evidence for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.arrays import as_array
from marketfold.clustering.decision import UNITS_PER_FEATURE, Evidence, decide
from marketfold.clustering.elbow import ElbowCurve, as_curve, find_knee, sweep
from marketfold.clustering.fitting import Fit, fit_each, quiet_fits, take_sample
from marketfold.clustering.null_references import NULL_REFERENCES, Gap, NullReference, draw_null_reference, gap_below
from marketfold.clustering.own import OwnSweep
from marketfold.clustering.validity import (
    ValidityIndex,
    band,
    best_allowed,
    gap_rule,
    geometry,
    resample_agreement,
    solutions_anew,
)
from marketfold.errors import ParameterError
from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.clustering.decision import Answer, Strength
    from marketfold.clustering.validity import Solve
    from marketfold.schema import Float32, Progress, Watched

JUDGED_ROWS = 2_000
"""Units that the indices see at most; the gaps that they judge are far larger than what such a sample blurs."""
STABILITY_ROWS = 1_000
RESAMPLES = 7


@terse
@dataclass(frozen=True, repr=False)
class KChoice:
    """The number of segments to use, and how much to believe in it.

    Attributes
    ----------
    k
        Advised, at least `k_min`.
    answer
        `groups`: there are groups. `weak`: more than chance, less than groups. `no_structure`: data without groups
        would look the same, and the segments are slices of one cloud. `too_few`: too few units for this many features
        to tell.
    shows_at
        The k at which structure shows most: that of the groups, or of what there is beyond one cloud.
    curve
        WCSS for each k, with its knee.
    shuffled
        The same curve for column-shuffled data, one for each shuffle; scaled to the units of `curve`.
    indices
        Each validity index at each k, beside its band on data without groups.
    gaps
        How far the WCSS, as a share of that at k = 1, lies below that of each kind of data without groups.
    rows
        Units that the indices saw; beyond 2,000 they see a seeded sample.
    """

    k: int
    answer: Answer
    strength: Strength
    shows_at: int
    k_min: int
    n_units: int
    n_features: int
    curve: ElbowCurve
    shuffled: tuple[ElbowCurve, ...] = ()
    indices: dict[str, ValidityIndex] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    rows: int = 0

    def __repr__(self) -> str:
        return f"<KChoice: k = {self.k}, {self.answer}, {self.strength}>"

    @property
    def units_advised(self) -> int:
        """Units that this many features ask for (Dolnicar, Grün, Leisch and Schmidt 2014)."""
        return UNITS_PER_FEATURE * self.n_features

    @property
    def enough_units(self) -> bool:
        """Whether there are that many."""
        return self.n_units >= self.units_advised

    @property
    def disagreeing(self) -> tuple[ValidityIndex, ...]:
        """Indices that prefer another k, or none."""
        return tuple(one for one in self.indices.values() if one.prefers != self.k and self.k in one.k)

    @property
    def better_below(self) -> dict[str, int]:
        """By index, the k at which it is best where that is fewer than were allowed: none can prefer it."""
        best = {name: one.best_k for name, one in self.indices.items() if name != "gap"}
        return {name: k for name, k in best.items() if 2 <= k < self.k_min}


def _gap(gaps: dict[str, Gap], references: dict[str, NullReference], k: Sequence[int]) -> ValidityIndex:
    """The gap statistic (Tibshirani, Walther and Hastie 2001, uniform box) beside that of shuffled tables.

    Theirs is of the WCSS itself, here it is a share of that at k = 1: the same but for a constant, and 0 at k = 1.
    """
    gap = gaps["box"]
    expected = references["box"].log_wcss.mean(axis=0)
    shuffled_band, cloud_band = (band(expected - references[name].log_wcss) for name in ("shuffled", "cloud"))
    prefers = gap_rule(gap.values, gap.errors, k)
    at_k = tuple(gap.values.tolist()), *shuffled_band, *cloud_band, tuple(gap.errors.tolist())
    return ValidityIndex("gap", "Gap statistic", tuple(k), *at_k, prefers)


def _stability(
    X: Float32, references: dict[str, NullReference], k: Sequence[int], k_min: int, seed: int, solve: Solve
) -> ValidityIndex:
    """Agreement of solutions from fresh resamples (Dolnicar and Leisch 2010); the band from the shuffled tables."""
    # drawn, not the first: a table may come sorted
    values = resample_agreement(take_sample(X, STABILITY_ROWS, seed), k, resamples=RESAMPLES, seed=seed, solve=solve)
    samples = [take_sample(table, STABILITY_ROWS, seed) for table in references["shuffled"].tables[:2]]
    low, high = band([resample_agreement(sample, k, resamples=3, seed=seed) for sample in samples])
    label, prefers = "Bootstrap stability (adjusted Rand)", best_allowed(values, k, k_min)
    return ValidityIndex("stability", label, tuple(k), tuple(values.tolist()), low, high, prefers=prefers)


def _gather(
    X: Float32,
    fits: dict[int, Fit],
    *,
    k_min: int,
    seed: int,
    solve: Solve,
    progress: Progress | None = None,
) -> Evidence:
    """Hold fits at each k (from 1) against data without groups, and ask every index."""
    k = tuple(fits)
    grown = {one: fit for one, fit in fits.items() if 1 < one < len(X)}
    in_all = len(NULL_REFERENCES) + 2

    def report_done(done: int) -> None:
        if progress is not None:
            progress("evidence", done, in_all)

    with quiet_fits(threads=1):
        references: dict[str, NullReference] = {}
        for done, (name, (make, label, draws)) in enumerate(NULL_REFERENCES.items()):
            report_done(done)
            references[name] = draw_null_reference(X, make, label, k, draws=draws, seed=seed)
        gaps = {name: gap_below(reference, X, fits) for name, reference in references.items()}
        report_done(3)
        found = [*geometry(X, grown, references, k_min), _gap(gaps, references, k)]
        report_done(4)
        found.append(_stability(X, references, tuple(grown), k_min, seed, solve))
        report_done(5)
    indices = {index.name: index for index in found}
    smallest = tuple(int(np.bincount(fits[one].labels, minlength=one).min()) for one in k)
    return Evidence(k, smallest, references["shuffled"], gaps, indices, len(X), X.shape[1])


def _check_whole(**numbers: object) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Integral):
            raise ParameterError(f"{name} must be a whole number; got {number!r}.")


def choose_k(
    X: Any,
    *,
    k_max: int = 15,
    k_min: int = 3,
    random_state: int = 0,
    clusterer: Any = None,
    progress: Watched | None = None,
) -> KChoice:
    """Advise a number of segments from `k_min` to `k_max`, and say whether there are groups at all.

    Parameters
    ----------
    X
        The matrix, shape (n_units, n_dimensions): an array, a frame or a `FeatureMatrix`.
    clusterer
        One of scikit-learn's that is told how many to find (`n_clusters`, `n_components`), in the place of K-means.
        Data without groups are fitted by K-means all the same, whose WCSS is the least: no other is flattered by that.

    Raises
    ------
    ParameterError
        When fewer than `k_min` rows differ, the range is empty, or the clusterer finds the number itself.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = (rng.normal(size=(300, 4)) + 9 * np.eye(4)[rng.integers(4, size=300)]).astype(np.float32)
    >>> choice = choose_k(X, k_max=6)
    >>> choice.k, choice.answer
    (4, 'groups')
    """
    matrix, progress = as_array(X), progress if callable(progress) else None
    _check_whole(k_min=k_min, k_max=k_max)
    if not 1 <= k_min <= k_max:
        raise ParameterError(f"k_min and k_max must be 1 or more and in this order; got {k_min} and {k_max}.")
    own = None if clusterer is None else OwnSweep(clusterer)
    asked = range(1, k_max + 1)
    fits: dict[int, Fit] = {}
    if len(matrix):
        fits = (
            own.fits(matrix, asked, random_state, progress)
            if own
            else sweep(matrix, asked, seed=random_state, progress=progress)
        )
    if len(fits) < k_min:
        raise ParameterError(
            f"{k_min} segments were asked of {len(matrix)} units of which {len(fits)} differ. "
            "Ask for fewer segments, or use features that tell more units apart."
        )
    curve = as_curve(fits)
    rows = take_sample(matrix, JUDGED_ROWS, random_state)
    judged = fits
    if rows is not matrix:
        with quiet_fits(threads=1):
            few = tuple(fits)
            judged = own.fits(rows, few, random_state) if own else fit_each(rows, few, n_starts=6, seed=random_state)
    solve = own.solutions_anew if own else solutions_anew
    evidence = _gather(rows, judged, k_min=k_min, seed=random_state, solve=solve, progress=progress)
    shuffled = np.exp(evidence.shuffled.log_wcss) * curve.wcss[0]
    return KChoice(
        *decide(evidence, n_units=len(matrix), k_min=k_min),
        k_min=k_min,
        n_units=len(matrix),
        n_features=matrix.shape[1],
        curve=curve,
        shuffled=tuple(ElbowCurve(curve.k, tuple(row), find_knee(curve.k, row)) for row in shuffled.tolist()),
        indices=evidence.indices,
        gaps=evidence.gaps,
        rows=evidence.rows,
    )
