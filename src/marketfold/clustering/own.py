"""A clusterer of the user's own in the place of K-means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import validate_data

from marketfold.arrays import scaled_input
from marketfold.clustering.fitting import Fit, by_weight, distinct_rows
from marketfold.clustering.kmeans import KMeansSegmenter
from marketfold.clustering.labels import means_of
from marketfold.clustering.validity import nearest
from marketfold.errors import ParameterError
from marketfold.estimators import seeded_copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import RandomState
    from numpy.typing import ArrayLike

    from marketfold.schema import Float32, Labels, Progress


def own_fit(
    clusterer: Any, X: Float32, seed: int | RandomState | None = None, *, anew: bool = False, noise: bool = False
) -> Fit:
    """Segments that a copy of a clusterer finds, with their means as centres.

    `seed` is taken where the clusterer has none of its own, with `anew` also in the place of its own. With `noise`
    units that it sets aside keep the label -1; where it sets all aside there is one centre, their mean, and nobody's.
    ParameterError if it sets units aside without that, or does not label each unit.
    """
    name = type(clusterer).__name__
    try:
        found = np.asarray(seeded_copy(clusterer, seed, anew=anew).fit_predict(X))
    except ValueError as error:
        raise ParameterError(
            f"{name} cannot be fitted to {len(X):,} units of {X.shape[1]} features: {error}"
        ) from error
    if found.shape != (len(X),) or found.dtype.kind not in "iu":
        raise ParameterError(f"{name} gave labels of shape {found.shape} and type {found.dtype} for {len(X):,} units.")
    if found.min() < 0 and not noise:
        raise ParameterError(
            f"{name} sets {int((found < 0).sum()):,} of {len(X):,} units aside as noise (label -1), and each needs a "
            "segment here. Give it settings that leave none out, or another clusterer."
        )
    within = found >= 0
    labels = np.full(len(X), -1, np.int32)
    labels[within] = np.unique(found[within], return_inverse=True)[1]
    centers = means_of(X[within], labels[within]) if within.any() else X.mean(axis=0, keepdims=True)
    wcss = float(np.square(X[within] - centers[labels[within]]).sum(dtype=np.float64))
    return Fit(centers.astype(np.float32), labels, wcss, 0)


NUMBERS = ("n_clusters", "n_components", "n_segments")
"""What scikit-learn's clusterers, and ours, call the number of segments that they are to find."""


class OwnSweep:
    """A clusterer at each number of segments; ParameterError where it finds the number itself."""

    def __init__(self, clusterer: Any) -> None:
        if isinstance(clusterer, type):
            raise ParameterError(f"{clusterer.__name__} is a class: give an instance, as in {clusterer.__name__}().")
        known = clusterer.get_params() if hasattr(clusterer, "get_params") else {}
        self._number = next((name for name in NUMBERS if name in known), "")
        self._clusterer = clusterer
        if not self._number or not hasattr(clusterer, "fit_predict"):
            raise ParameterError(
                f"{clusterer!r} cannot be tried at each number of segments: wanted an instance with fit_predict and "
                f"one of {', '.join(NUMBERS)}. One that finds the number itself is assessed by assess_stability."
            )

    def fits(
        self, X: Float32, k_range: Sequence[int], seed: int, progress: Progress | None = None, *, anew: bool = False
    ) -> dict[int, Fit]:
        """What it finds at each k of an ascending range, where that is so many and the rows allow it."""
        most = distinct_rows(X, max(k_range))
        allowed, found = [k for k in k_range if k <= most], {}
        for done, k in enumerate(allowed, start=1):
            fit = self._at(X, k, seed, anew=anew)
            if len(fit.centers) == k:
                found[k] = fit
            if progress is not None:
                progress("elbow", done, len(allowed))
        return found

    def _at(self, X: Float32, k: int, seed: int, *, anew: bool) -> Fit:
        if k == 1:
            mean = X.mean(axis=0, dtype=np.float64)
            labels = np.zeros(len(X), np.int32)
            return Fit(mean[None].astype(np.float32), labels, float(np.square(X - mean).sum()), 0)
        return own_fit(clone(self._clusterer).set_params(**{self._number: k}), X, seed, anew=anew)

    def solutions_anew(self, X: Float32, k_range: Sequence[int], seed: list[int]) -> dict[int, Labels]:
        """Segment of every row at each k, by the nearest mean of what it finds in one bootstrap sample."""
        rng = np.random.default_rng(seed)
        sample = X[rng.integers(len(X), size=len(X))]
        fits = self.fits(sample, k_range, int(rng.integers(2**31)), anew=True)
        last = min(fits.values(), key=lambda fit: fit.wcss)  # it may find fewer than it was asked for
        return {k: nearest(X, fits.get(k, last).centers) for k in k_range}


class OwnSegmenter(KMeansSegmenter):
    """Any scikit-learn clusterer (an instance with `fit_predict`, a copy of which is fitted) as a segmenter.

    Its labels are the clusterer's own, numbered from 0 by revenue where `fit` was given it and otherwise by size; its
    centres are the means of the segments. New units go to the segment whose mean is nearest, whatever the clusterer's
    own rule: many have none. It cannot be saved. `random_state` seeds a clusterer that has no seed of its own.

    >>> from sklearn.cluster import AgglomerativeClustering
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [9, 9], [9, 8]], dtype=np.float32)
    >>> OwnSegmenter(AgglomerativeClustering(2)).fit(X).labels_.tolist()
    [0, 0, 0, 1, 1]
    """

    reach_quantile = 0.99

    def __init__(self, clusterer: Any, random_state: int | RandomState | None = None) -> None:
        self.clusterer = clusterer
        self.random_state = random_state

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return f"your {type(self.clusterer).__name__}"

    def fit(
        self,
        X: ArrayLike,
        y: object = None,  # noqa: ARG002
        *,
        sample_weight: ArrayLike | None = None,
        revenue: ArrayLike | None = None,
    ) -> Self:
        """Find the segments of a matrix of shape (n_units, n_dimensions).

        ParameterError if the clusterer sets units aside as noise, or finds fewer than two segments; or if weights are
        given, which few clusterers take.
        """
        if sample_weight is not None:
            raise ParameterError(f"{self.label} is fitted without weights. Leave sample_weight out.")
        matrix: Float32 = validate_data(self, scaled_input(X), dtype=np.float32, order="C")
        fit = by_weight(own_fit(self.clusterer, matrix, self.random_state), self._checked_revenue(revenue, len(matrix)))
        self.n_segments = len(fit.centers)
        if self.n_segments < 2:
            raise ParameterError(
                f"{type(self.clusterer).__name__} finds one segment in {len(matrix):,} units, and two are needed. Give "
                "it settings that find more, or another clusterer."
            )
        return self._take(fit, np.linalg.norm(matrix - fit.centers[fit.labels], axis=1))


def make_segmenter(clusterer: Any = None, n_segments: int = 3, seed: int = 0) -> KMeansSegmenter:
    """K-means, or a clusterer of one's own, which decides itself how many segments there are.

    `seed` is that of K-means, and of a clusterer that has a `random_state` and none set.

    ParameterError if `clusterer` is a class, or has no `fit_predict`.
    """
    if clusterer is None:
        return KMeansSegmenter(n_segments, random_state=seed)
    if isinstance(clusterer, type) or not hasattr(clusterer, "fit_predict"):
        raise ParameterError(
            f"{clusterer!r} cannot segment: wanted an instance with fit_predict, such as GaussianMixture(4) of "
            "scikit-learn."
        )
    if isinstance(clusterer, KMeansSegmenter):
        copied: KMeansSegmenter = seeded_copy(clusterer, seed)
        return copied
    return OwnSegmenter(clusterer, seed)
