"""K-means whose segments have an order, a reach, and a saved form that is not a pickle."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from marketfold.arrays import scaled_input
from marketfold.clustering.fitting import (
    SAMPLE_ROWS,
    SWAPS,
    THOROUGH_ROWS,
    Fit,
    by_weight,
    distinct_rows,
    fit_kmeans,
    quiet_fits,
)
from marketfold.clustering.labels import means_of, sums_by
from marketfold.errors import ModelError, ParameterError

if TYPE_CHECKING:
    from numpy.random import RandomState
    from numpy.typing import ArrayLike, NDArray

    from marketfold.schema import Float32, Float64, Labels

PRIOR_MEMBERS = 5
"""A segment's spread is pooled with that of all as if it had five more members: so a segment of two has a reach."""


def reaches_of(own: Float64, labels: Labels, n_segments: int, quantile: float) -> Float32:
    """Distance beyond which a unit belongs to no segment, for each segment; see `KMeansSegmenter`.

    Each unit is measured from its segment without it: the mean of the n - 1 others is n / (n - 1) times as far, and
    the spread is theirs. Then a further unit is as likely as any of these to be the farthest, and at most 1 - quantile
    of such lie beyond the order statistic that is taken (split conformal prediction without the split: Vovk,
    Gammerman and Shafer 2005; leave-one-out residuals: Barber, Candès, Ramdas and Tibshirani 2021). Where there are too
    few units for that share, the farthest of them is the limit.
    """
    n, sizes = len(own), np.bincount(labels, minlength=n_segments)
    squares = np.bincount(labels, weights=own**2, minlength=n_segments)
    total = squares.sum()
    if total == 0.0:
        return np.zeros(n_segments, np.float32)
    spread = np.sqrt((squares + PRIOR_MEMBERS * total / n) / (sizes + PRIOR_MEMBERS))
    others = np.maximum(sizes[labels] - 1, 1)
    pooled = (total - own**2) / max(n - 1, 1)
    left = (np.maximum(squares[labels] - own**2, 0.0) + PRIOR_MEMBERS * pooled) / (sizes[labels] - 1 + PRIOR_MEMBERS)
    away = own * (others + 1) / others
    relative = np.divide(away, np.sqrt(left), out=np.zeros(n), where=left > 0)
    limit = np.sort(relative)[min(n, math.ceil((n + 1) * quantile - 1e-9)) - 1]
    reach: Float32 = (limit * spread).astype(np.float32)
    return reach


def _each_used(places: Labels) -> bool:
    """Whether places are 0 to the highest of them, without a gap."""
    return len(places) > 0 and np.array_equal(np.unique(places), np.arange(places.max() + 1))


class Slack(NamedTuple):
    """How far beyond a bound still counts as within: a share of it, and a least."""

    share: float
    least: float


REACH_SLACK = Slack(1e-5, 1e-6)
"""Float32 distances of equal rows differ in the last digits."""


def nearest_centers(X: Float32, centers: Float32) -> Labels:
    """Nearest of the centres of each row, shape (n_units,)."""
    return _nearest(X, centers)[0].astype(np.int32)


def _nearest(X: Float32, centers: Float32) -> tuple[NDArray[np.intp], Float32]:
    """Nearest centre of each row and how far it is; on few rows threads would only wait for one another."""
    with quiet_fits(None if len(X) > SAMPLE_ROWS else 1):
        nearest, distances = pairwise_distances_argmin_min(X, centers)
    return nearest, distances


@dataclass(frozen=True)
class CenterSums:
    """What a Lloyd step asks of rows: of each centre how many are nearest to it, and the sums of these rows.

    `sizes` are of shape (n_centers,), `totals` of (n_centers, n_dimensions); those of several lots of rows add up.
    """

    sizes: Float64
    totals: Float64

    @classmethod
    def of(cls, X: Float32, centers: Float32) -> Self:
        """Those of rows of shape (n_units, n_dimensions)."""
        nearest, n = _nearest(X, centers)[0], len(centers)
        return cls(np.bincount(nearest, minlength=n).astype(np.float64), sums_by(nearest, X, n))

    def __add__(self, other: Self) -> CenterSums:
        return CenterSums(self.sizes + other.sizes, self.totals + other.totals)

    def means(self, centers: Float32) -> Float32:
        """Where each centre moves to; one that is nearest to none stays where it is."""
        moved = self.totals / np.maximum(self.sizes, 1)[:, None]
        return np.where(self.sizes[:, None] > 0, moved, centers).astype(np.float32)


class KMeansSegmenter(ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Split units into segments numbered from the largest to the smallest.

    scikit-learn's K-means does the fitting: from 20,000 rows on the starts compete on a seeded sample and the winner
    settles on all rows.

    Parameters
    ----------
    n_init
        Starts that compete; the one with the smallest WCSS wins. Up to 1,000 rows it then tries 19 rounds of as
        many random swaps (Fränti 2018).
    max_iter
        Lloyd steps at most.
    reach_quantile
        Share of further units of the same kind, 0 to 1, that lie within the reach of a segment. Distances are measured
        in the spread (root mean square distance) of the segment, so that a wide segment reaches further than a tight
        one, and each fitted unit from its segment without it.

    Attributes
    ----------
    labels_ : int32, shape (n_units,)
        Segment of each fitted unit, from 0; by revenue where `fit` was given it, otherwise by size.
    centers_ : float32, shape (n_segments, n_dimensions)
    reaches_ : float32, shape (n_segments,)
        Distance from the centre beyond which a unit fits none.
    places_ : int32, shape (n_segments,)
        Segment of each centre: its own, until `merged` makes several centres one segment.
    wcss_, n_iter_
        Within-cluster sum of squares, and the Lloyd steps that were taken.
    cluster_centers_, inertia_
        `centers_` and `wcss_` by the names of scikit-learn's K-means.

    Raises
    ------
    ParameterError
        At `fit`, if `n_segments` exceeds the number of distinct rows, or a setting is out of its range.

    Examples
    --------
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [9, 9], [9, 8]], dtype=np.float32)
    >>> segmenter = KMeansSegmenter(n_segments=2).fit(X)
    >>> segmenter.labels_.tolist()
    [0, 0, 0, 1, 1]
    >>> segmenter.predict(np.array([[8, 8]])).tolist(), segmenter.fits_none(np.array([[40, 40]])).tolist()
    ([1], [True])
    """

    def __init__(
        self,
        n_segments: int = 3,
        random_state: int | RandomState | None = 0,
        n_init: int = 10,
        max_iter: int = 300,
        reach_quantile: float = 0.99,
    ) -> None:
        self.n_segments = n_segments
        self.random_state = random_state
        self.n_init = n_init
        self.max_iter = max_iter
        self.reach_quantile = reach_quantile

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return "K-means"

    def _check_settings(self, X: Float32) -> None:
        for name in ("n_segments", "n_init", "max_iter"):
            if isinstance(number := getattr(self, name), bool) or not isinstance(number, Integral):
                raise ParameterError(f"{name} must be a whole number; got {number!r}.")
        if self.n_segments < 1 or self.n_init < 1 or self.max_iter < 1 or not 0 < self.reach_quantile <= 1:
            raise ParameterError(
                f"n_segments={self.n_segments}, n_init={self.n_init}, max_iter={self.max_iter} and "
                f"reach_quantile={self.reach_quantile} cannot be used: the first three must be 1 or more, the last "
                "above 0 and up to 1."
            )
        distinct = distinct_rows(X, self.n_segments)
        if distinct < self.n_segments:
            raise ParameterError(
                f"{self.n_segments} segments were asked of {len(X)} units of which {distinct} differ "
                f"(n_samples={len(X)}). Ask for at most {distinct}, or use features that tell more units apart."
            )

    def _checked_revenue(self, revenue: ArrayLike | None, n_units: int) -> Float64 | None:
        if revenue is None:
            return None
        checked = np.asarray(revenue, dtype=np.float64)
        if checked.shape != (n_units,) or not np.isfinite(checked).all():
            message = f"revenue must be {n_units} finite numbers, one for each row; got shape {checked.shape}."
            raise ParameterError(message)
        return checked

    def _take(self, fit: Fit, own: NDArray[np.floating]) -> Self:
        """Be of this fit, and reach as far from each centre as the distances of the units to their own tell."""
        self.centers_, self.labels_, self.wcss_, self.n_iter_ = fit.centers, fit.labels, fit.wcss, fit.steps
        self.reaches_ = reaches_of(own.astype(np.float64), fit.labels, len(fit.centers), self.reach_quantile)
        self.places_ = np.arange(len(fit.centers), dtype=np.int32)
        return self

    def fit(
        self,
        X: ArrayLike,
        y: object = None,  # noqa: ARG002
        *,
        sample_weight: ArrayLike | None = None,
        revenue: ArrayLike | None = None,
    ) -> Self:
        """Find the segments of a matrix of shape (n_units, n_dimensions).

        Parameters
        ----------
        y
            Not used (scikit-learn's convention).
        sample_weight
            How much each unit counts, shape (n_units,); all the same if not given. With weights the starts compete on
            all rows, and up to 1,000 rows there are 19 times as many in the place of swaps.
        revenue
            Money of each unit, shape (n_units,), by which segments are numbered; by their size if not given.
        """
        matrix: Float32 = validate_data(self, scaled_input(X), dtype=np.float32, order="C")
        self._check_settings(matrix)
        money = self._checked_revenue(revenue, len(matrix))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        if sample_weight is None:
            fit = fit_kmeans(matrix, self.n_segments, n_starts=self.n_init, seed=seed, steps=self.max_iter)
        else:
            weights = _check_sample_weight(sample_weight, matrix, ensure_non_negative=True)
            fit = self._weighted(matrix, weights, seed)
            money = weights.astype(np.float64) if money is None else money
        return self._numbered(matrix, fit, money)

    def _numbered(self, X: Float32, fit: Fit, weights: Float64 | None) -> Self:
        """Be of this fit, its segments numbered by weight, and each row in that of its nearest centre."""
        fit = by_weight(fit, weights)
        nearest, own = _nearest(X, fit.centers)
        return self._take(replace(fit, labels=nearest.astype(np.int32)), own)

    def moved(self, X: ArrayLike, centers: Float32) -> Self:
        """The same with other centres, in their order; labels and reaches are those of rows, (n_units, n_dimensions).

        Of this model no centres were merged; the steps that it counts are still those of its fit.
        """
        matrix = self._matrix(X)
        nearest, own = _nearest(matrix, centers)
        fit = Fit(centers, nearest.astype(np.int32), float(np.square(own, dtype=np.float64).sum()), self.n_iter_)
        model = copy.copy(self)
        return model._take(fit, own)  # noqa: SLF001  (a copy)

    def without_rows(self) -> Self:
        """The same without the labels of the rows that it was fitted on, which may be many."""
        model = copy.copy(self)
        model.labels_ = np.empty(0, dtype=np.int32)
        return model

    def _weighted(self, X: Float32, weights: NDArray[np.floating], seed: int) -> Fit:
        starts = self.n_init * (SWAPS if len(X) <= THOROUGH_ROWS else 1)
        model = KMeans(self.n_segments, n_init=starts, max_iter=self.max_iter, random_state=seed)
        with quiet_fits(threads=1):
            model.fit(X, sample_weight=weights)
        return Fit(model.cluster_centers_.astype(np.float32), model.labels_, float(model.inertia_), int(model.n_iter_))

    @classmethod
    def of_labels(cls, X: ArrayLike, labels: Labels) -> Self:
        """The segmenter of segments that were made elsewhere: each centre is a mean, each reach as after `fit`.

        `labels` are the segment of each row, from 0, each used, shape (n_units,).
        """
        matrix: Float32 = np.asarray(X, dtype=np.float32)
        model = cls(n_segments=int(labels.max()) + 1)
        model.n_features_in_ = matrix.shape[1]
        centers = means_of(matrix, labels).astype(np.float32)
        own = np.linalg.norm(matrix - centers[labels], axis=1).astype(np.float64)
        return model._take(Fit(centers, labels, float(np.square(own).sum()), 0), own)

    @property
    def cluster_centers_(self) -> Float32:
        """`centers_`, as scikit-learn's K-means calls them."""
        return self.centers_

    @property
    def inertia_(self) -> float:
        """`wcss_`, as scikit-learn's K-means calls it."""
        return self.wcss_

    @property
    def _n_features_out(self) -> int:
        return self.n_made

    @property
    def n_made(self) -> int:
        """Segments that there are; fewer than centres where some were merged."""
        return int(self.places_.max()) + 1

    def merged(self, places: Labels) -> Self:
        """The same, of which no centres were merged yet, with the segment of each centre, from 0, each used."""
        check_is_fitted(self)
        model = copy.copy(self)
        model.places_ = np.asarray(places, dtype=np.int32)
        model.labels_ = model.places_[self.labels_]
        return model

    def _matrix(self, X: ArrayLike) -> Float32:
        check_is_fitted(self)
        matrix: Float32 = validate_data(self, scaled_input(X), dtype=np.float32, order="C", reset=False)
        return matrix

    def nearest_centers(self, X: ArrayLike) -> Labels:
        """Nearest centre of each row, shape (n_units,)."""
        return nearest_centers(self._matrix(X), self.centers_)

    def predict(self, X: ArrayLike) -> Labels:
        """Segment of the nearest centre of each row, shape (n_units,)."""
        centers = self.nearest_centers(X)
        return self.places_[centers]

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:  # noqa: ARG002
        """Minus the within-cluster sum of squares of further rows, each to its nearest centre: more is better.

        It grows with the number of segments by itself: what tells how many there are is `choose_k`.
        """
        matrix = self._matrix(X)
        squares = np.square(_nearest(matrix, self.centers_)[1], dtype=np.float64)
        return -float(squares @ _check_sample_weight(sample_weight, matrix, dtype=np.float64))

    def transform(self, X: ArrayLike) -> Float32:
        """Distance of each row to each segment, shape (n_units, n_made); `set_output` makes a frame of it."""
        return self.distances(X)

    def distances(self, X: ArrayLike) -> Float32:
        """Distance of each row to each segment, which is that to its nearest centre, shape (n_units, n_made)."""
        distances: Float32 = euclidean_distances(self._matrix(X), self.centers_)
        if self.n_made == len(self.places_):
            return distances
        return np.column_stack([distances[:, self.places_ == place].min(axis=1) for place in range(self.n_made)])

    def fits_none(self, X: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each row lies beyond the reach of its nearest centre, shape (n_units,)."""
        nearest, own = _nearest(self._matrix(X), self.centers_)
        return own > self.reaches_[nearest] * (1 + REACH_SLACK.share) + REACH_SLACK.least

    def to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
        """Settings that JSON can hold, and arrays; the labels of the fitted units are not part of a model."""
        check_is_fitted(self)
        settings = {name: value for name, value in self.get_params().items() if name != "random_state"}
        settings["random_state"] = self.random_state if isinstance(self.random_state, int) else None
        settings["wcss"] = self.wcss_
        if self.n_made < len(self.places_):
            settings["places"] = self.places_.tolist()
        return settings, {"centers": self.centers_, "reaches": self.reaches_}

    @classmethod
    def from_state(cls, settings: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> Self:
        """The segmenter that `to_state` described; ModelError when parts are missing or do not fit."""
        try:
            model = cls(**{name: settings[name] for name in cls().get_params()})
            model.centers_ = np.asarray(arrays["centers"], dtype=np.float32)
            model.reaches_ = np.asarray(arrays["reaches"], dtype=np.float32)
            model.wcss_ = float(settings["wcss"])
            model.places_ = np.array(settings.get("places", range(len(model.centers_))), dtype=np.int32)
        except (KeyError, TypeError, ValueError) as error:
            message = f"The saved segments cannot be read: {error!r} is missing or damaged. Run again and save anew."
            raise ModelError(message) from error
        fits = model.centers_.ndim == 2 and model.reaches_.shape == (len(model.centers_),) == (model.n_segments,)
        fits = fits and model.places_.shape == model.reaches_.shape and _each_used(model.places_)
        if not fits or not np.isfinite(model.centers_).all():
            raise ModelError(
                f"The saved segments do not fit together: {model.n_segments} segments, centres of shape "
                f"{model.centers_.shape}, reaches of shape {model.reaches_.shape}, segments of the centres "
                f"{model.places_.tolist()}. Run again and save anew."
            )
        model.n_features_in_ = model.centers_.shape[1]
        return model
