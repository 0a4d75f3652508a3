"""Would the same segments come out again? Bootstrap stability of a whole and of each segment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from marketfold.arrays import as_array
from marketfold.clustering.fitting import SAMPLE_ROWS, Fit, best_of_starts, distinct_rows, lloyd, quiet_fits
from marketfold.clustering.kmeans import KMeansSegmenter
from marketfold.clustering.labels import adjusted_rand, cross_table, jaccards
from marketfold.clustering.merging import places_alike
from marketfold.clustering.own import OwnSegmenter, make_segmenter, own_fit
from marketfold.clustering.validity import nearest
from marketfold.errors import ParameterError
from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.thresholds import STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from marketfold.schema import Float32, Float64, Labels, Trust, Watched

    _Resample = tuple[Float64, Labels]

N_STARTS, START_ROWS, START_TOLERANCE = 3, 4_000, 1e-3
MANY_ROWS = 2_000


def trust_of(jaccard: float) -> Trust:
    """What a mean Jaccard of 0 to 1 earns by itself (Hennig 2007): to come out again does not make a group.

    >>> trust_of(0.8), trust_of(0.7)
    ('slice', 'weak')
    """
    return "slice" if jaccard >= STABLE else "weak"


@dataclass(frozen=True)
class SegmentStability:
    """How surely one segment, numbered from 1, comes out again.

    Attributes
    ----------
    jaccard
        Mean over the resamples of the Jaccard of its best match among the units drawn, 0 to 1 (Hennig 2007).
    slsw
        Segment-level stability within the solution, 0 to 1: mean over the pairs of the mean Jaccard of its best
        matches among all units (Dolnicar and Leisch 2017).
    """

    number: int
    jaccard: float
    slsw: float
    trust: Trust


@terse
@dataclass(frozen=True)
class Stability:
    """What the bootstrap found.

    Attributes
    ----------
    ari
        Mean adjusted Rand index of the two solutions of a pair, 1 is the same and 0 chance.
    jaccards : float64, shape (2 * n_pairs, n_segments)
    rows
        Units in each resample.
    """

    n_pairs: int
    ari: float
    segments: tuple[SegmentStability, ...]
    jaccards: Float64 = field(repr=False)
    n_units: int = 0
    rows: int = 0

    @property
    def trust(self) -> tuple[Trust, ...]:
        """Label of each segment, in order."""
        return tuple(segment.trust for segment in self.segments)


def best_jaccards(reference: Labels, other: Labels, n_segments: int) -> Float64:
    """Jaccard of each reference segment with its best match, shape (n_segments,); NaN where it has no unit.

    >>> best_jaccards(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 0]), 2)
    array([0.66666667, 0.5       ])
    """
    both = cross_table(reference, other, (n_segments, int(other.max()) + 1))
    return np.where(both.any(axis=1), jaccards(both).max(axis=1), np.nan)


def _fresh_fit(sample: Float32, segmenter: KMeansSegmenter, seed: int) -> Fit:
    """Starts of its own, never the centres to be assessed: K-means might land elsewhere, and that is the question."""
    if isinstance(segmenter, OwnSegmenter):
        return own_fit(segmenter.clusterer, sample, seed, anew=True, noise=True)
    n_segments = min(segmenter.n_segments, distinct_rows(sample, segmenter.n_segments))
    few = sample[:START_ROWS]  # drawn at random already
    fit = best_of_starts(few, n_segments, n_starts=N_STARTS, seed=seed, tol=START_TOLERANCE)
    return fit if len(few) == len(sample) else lloyd(sample, fit.centers, steps=100, tol=START_TOLERANCE)


def _resample(X: Float32, reference: Labels, shown: Float32, segmenter: KMeansSegmenter, seed: int) -> _Resample:
    """Jaccards of the segments among the units of a bootstrap sample, and where its solution puts everyone shown.

    Where centres were merged to segments, those of the sample are fitted anew without that, and then merged alike.
    """
    drawn = np.random.default_rng(seed).integers(len(X), size=min(len(X), SAMPLE_ROWS))
    sample = X[drawn]
    fit = _fresh_fit(sample, segmenter, seed % 2**31)
    units, first = np.unique(drawn, return_index=True)
    units, first = units[reference[units] >= 0], first[reference[units] >= 0]
    places = _places(segmenter)
    again = np.arange(len(fit.centers) + 1, dtype=np.int32)  # the last is of those set aside, whose label is -1
    if places.max() + 1 < len(places):
        again = places_alike(places, reference[units], fit.labels[first], len(fit.centers))
    found = best_jaccards(places[reference[units]], again[fit.labels[first]], int(places.max()) + 1)
    return found, again[nearest(shown, fit.centers)]


def _places(segmenter: KMeansSegmenter) -> Labels:
    """Segment of each centre; its own where a segmenter is not fitted."""
    own = np.arange(segmenter.n_segments, dtype=np.int32)
    places: Labels = getattr(segmenter, "places_", own)
    return places


def _resamples(
    X: Float32, reference: Labels, shown: Float32, segmenter: KMeansSegmenter, n_pairs: int, seed: int
) -> Iterator[tuple[_Resample, _Resample]]:
    seeds = np.random.SeedSequence(seed).generate_state(2 * n_pairs)
    jobs = (delayed(_resample)(X, reference, shown, segmenter, int(one)) for one in seeds)
    # on few rows the work is Python's, which threads only take from one another
    results = Parallel(n_jobs=-1 if len(X) >= MANY_ROWS else 1, prefer="threads", return_as="generator")(jobs)
    yield from zip(results, results, strict=True)


def _reference(X: Float32, segmenter: KMeansSegmenter, labels: ArrayLike | None) -> Labels:
    n_segments = segmenter.n_segments
    if labels is None:
        labels = segmenter.nearest_centers(X)
    reference: Labels = np.asarray(labels, dtype=np.int32)
    if reference.shape != (len(X),) or reference.min() < -1 or not 0 <= reference.max() < n_segments:
        message = f"labels must be {len(X)} numbers from 0 to {n_segments - 1}, or -1 for noise; got shape "
        raise ParameterError(f"{message}{reference.shape}.")
    return reference


def _assessed(X: Float32, segmenter: Any, labels: ArrayLike | None, seed: int) -> tuple[KMeansSegmenter, Labels]:
    """What is fitted anew in each resample, and the segment of each unit to hold it against, -1 for noise."""
    if isinstance(segmenter, KMeansSegmenter):
        return segmenter, _reference(X, segmenter, labels)
    if isinstance(segmenter, int | np.integer):
        made = KMeansSegmenter(int(segmenter), random_state=seed)
        return made, _reference(X, made if labels is not None else made.fit(X), labels)
    made = make_segmenter(segmenter, seed=seed)
    if labels is None:
        labels = own_fit(segmenter, X, seed, noise=True).labels
    made.n_segments = int(np.max(labels)) + 1
    if made.n_segments < 2:
        raise ParameterError(f"{made.label} finds {made.n_segments} segments in {len(X):,} units: two are needed.")
    return made, _reference(X, made, labels)


def assess_stability(
    X: Any,
    segmenter: Any,
    labels: ArrayLike | None = None,
    *,
    n_pairs: int = 100,
    random_state: int = 0,
    progress: Watched | None = None,
) -> Stability:
    """Bootstrap a segmentation: refit on resamples from fresh starts and see which segments return.

    Parameters
    ----------
    X
        The matrix, shape (n_units, n_dimensions): an array, a frame or a `FeatureMatrix`.
    segmenter
        A fitted segmenter, a number of segments, or any clusterer of scikit-learn's, as an instance. Units that it
        sets aside as noise (label -1) are in no segment: they are not counted, and one that becomes noise is lost.
    labels
        The segmentation to assess, shape (n_units,); that of `segmenter` if not given. Where `segmenter` has several
        centres in one segment, the centre of each unit.
    n_pairs
        Pairs of resamples, 1 or more.

    Raises
    ------
    ParameterError
        When labels and rows do not fit, more segments are asked than rows differ, or a clusterer finds fewer than two.

    Examples
    --------
    >>> from sklearn.mixture import GaussianMixture
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2)) + 9 * np.eye(2)[rng.integers(2, size=200)]
    >>> assess_stability(X, GaussianMixture(2), n_pairs=2).trust
    ('slice', 'slice')
    """
    matrix, progress = as_array(X), progress if callable(progress) else None
    if n_pairs < 1:
        raise ParameterError(f"n_pairs must be 1 or more; got {n_pairs}.")
    made, reference = _assessed(matrix, segmenter, labels, random_state)
    shown_rows, places = sample_rows(len(matrix), SAMPLE_ROWS, random_state), _places(made)
    within = reference[shown_rows] >= 0
    own = places[reference[shown_rows][within]]
    aris, best, slsws = [], [], []
    with quiet_fits(threads=1):
        pairs = _resamples(matrix, reference, matrix[shown_rows], made, n_pairs, random_state)
        for done, ((mine, one), (theirs, other)) in enumerate(pairs, start=1):
            aris.append(adjusted_rand(one, other))
            best += [mine, theirs]
            seen = [best_jaccards(own, each[within], int(places.max()) + 1) for each in (one, other)]
            slsws.append(np.mean(seen, axis=0))
            if progress is not None:
                progress("stability", done, n_pairs)
    return _summary(np.array(aris), np.array(best), np.array(slsws), len(matrix))


def _summary(aris: Float64, best: Float64, slsws: Float64, n_units: int) -> Stability:
    # a resample that drew no unit of a segment has lost it
    best, slsws = np.nan_to_num(best), np.nan_to_num(slsws)
    mean = best.mean(axis=0)
    segments = tuple(
        SegmentStability(number, float(value), float(slsw), trust_of(float(value)))
        for number, (value, slsw) in enumerate(zip(mean, slsws.mean(axis=0), strict=True), start=1)
    )
    return Stability(len(aris), float(aris.mean()), segments, best, n_units, min(n_units, SAMPLE_ROWS))
