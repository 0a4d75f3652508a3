"""Principal components by the covariance route: exact, and cheap for many rows and few columns."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from marketfold.arrays import row_chunks
from marketfold.errors import ModelError, ParameterError
from marketfold.reduction.base import BaseReducer, demand, refuse_constant_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from marketfold.reduction.base import State
    from marketfold.schema import Float64, Progress

VARIANCE_SHARE = 0.9
"""Of all variance, kept where no number of dimensions is asked for; of Jolliffe's 70 to 90 % (2002, ch. 6)."""

TIE = 1e-6
"""Entries of a component within this share of the largest count as equally large when its sign is set."""


def covariance(X: NDArray[Any]) -> tuple[Float64, Float64]:
    """Mean and covariance of the columns in float64, chunk by chunk, shapes (n_features,) and (n_features, n_features).

    The mean is taken off before squaring: on float32 data far from zero the shortcut E[xx] - E[x]E[x] loses all digits.
    """
    n_rows, n_columns = X.shape
    mean = X.mean(axis=0, dtype=np.float64)
    total = np.zeros((n_columns, n_columns))
    for rows in row_chunks(n_rows):
        centred = X[rows] - mean
        total += centred.T @ centred
    return mean, total / (n_rows - 1)


def with_fixed_signs(components: Float64) -> Float64:
    """Turn each row so that its largest entry is positive; an eigenvector's sign is arbitrary otherwise.

    >>> with_fixed_signs(np.array([[0.6, -0.8]])).tolist()
    [[-0.6, 0.8]]
    """
    sizes = np.abs(components)
    leading = (sizes >= sizes.max(axis=1, keepdims=True) * (1 - TIE)).argmax(axis=1)
    signs = np.sign(components[np.arange(len(components)), leading])
    turned: Float64 = components * signs[:, None]
    return turned


def principal_components(covariances: Float64) -> tuple[Float64, Float64]:
    """Variances, largest first, and unit components as rows, of a covariance matrix (Jolliffe 2002, ch. 1).

    ParameterError where nothing varies.
    """
    variances, vectors = np.linalg.eigh(covariances)
    if variances.max() <= 0:
        raise ParameterError("All units are alike in every column: there is nothing to reduce. Give units that differ.")
    return np.maximum(variances[::-1], 0.0), with_fixed_signs(vectors.T[::-1])


def fewest_for_share(shares: Float64, wanted: float) -> int:
    """How many of the leading shares add up to at least `wanted`.

    >>> fewest_for_share(np.array([0.5, 0.3, 0.2]), 0.8)
    2
    """
    return min(int(np.searchsorted(shares.cumsum(), wanted - 1e-9)) + 1, len(shares))


def number_of_components(wanted: int | float, shares: Float64, n_rows: int) -> int:
    """Resolve a count or a share of variance, refusing what the matrix cannot give."""
    if isinstance(wanted, bool) or not isinstance(wanted, Real):
        message = f"n_components={wanted!r}: wanted a whole number of components, or a share of variance above 0 to 1."
        raise ParameterError(message)
    if not isinstance(wanted, Integral):
        if not 0 < wanted <= 1:
            message = f"n_components={wanted!r}: wanted a share of variance above 0 and up to 1, or a whole number."
            raise ParameterError(message)
        return fewest_for_share(shares, float(wanted))
    most = min(len(shares), n_rows - 1)
    if not 1 <= wanted <= most:
        raise ParameterError(
            f"n_components={wanted}: {n_rows:,} rows (n_samples) and {len(shares)} columns (n_features) have "
            f"1 to {most} components. Ask for at most {most}."
        )
    return int(wanted)


class PCAReducer(BaseReducer):
    """Reduce features to principal components.

    Exact: eigenvalues of the float64 covariance matrix, gathered in chunks, so a million units by 30 features take
    little more memory than they occupy (Jolliffe, *Principal Component Analysis*, 2nd ed. 2002).

    Parameters
    ----------
    n_components
        A whole number of components, or the share of variance (above 0, up to 1) that the fewest components shall keep.
    allow_constant
        Carry columns along in which all units are alike, instead of refusing them. Resampling needs it: a rare flag
        can be constant in a part of the units.

    Attributes
    ----------
    components_ : float64, shape (n_dimensions, n_features)
        Unit directions, largest variance first, each with its largest entry positive.
    mean_ : float64, shape (n_features,)
        Centre of the fitted units.
    deviations_ : float64, shape (n_features,)
        Standard deviation of each feature.
    variances_ : float64, shape (n_features,)
        Variance along every component, those not kept included (for the scree).

    Raises
    ------
    ParameterError
        At `fit`: NaN or infinity, fewer than 2 rows, a constant column, more components than rows and columns allow.

    Examples
    --------
    >>> X = np.array([[0, 0], [1, 1], [2, 2.1], [3, 2.9]])
    >>> round(float(PCAReducer(n_components=1).fit(X).explained_shares_[0]), 3)
    0.999
    """

    name: ClassVar[str] = "pca"
    label: ClassVar[str] = "PCA"
    fewest_units: ClassVar[int | None] = 2
    cost: ClassVar[int] = 1
    figures: ClassVar[tuple[str, ...]] = ("scree", "loadings")

    def __init__(self, n_components: int | float = VARIANCE_SHARE, *, allow_constant: bool = False) -> None:
        self.n_components = n_components
        self.allow_constant = allow_constant

    @classmethod
    def make(cls, n_dimensions: int | None, seed: int) -> Self:  # noqa: ARG003
        """Make one with so many components, or with as many as keep nine tenths of the variance."""
        return cls(VARIANCE_SHARE if n_dimensions is None else n_dimensions, allow_constant=True)

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:  # noqa: ARG002
        """Find the components of a matrix; `y` and `progress` are there for the protocol."""
        matrix = self._checked(X, reset=True, min_rows=2)
        if not self.allow_constant:
            refuse_constant_columns(matrix)
        mean, covariances = covariance(matrix)
        variances, components = principal_components(covariances)
        self.deviations_ = np.sqrt(np.diag(covariances))
        kept = number_of_components(self.n_components, variances / variances.sum(), len(matrix))
        self.mean_, self.variances_, self.components_, self.n_dimensions_ = mean, variances, components[:kept], kept
        return self

    @property
    def explained_shares_(self) -> Float64:
        """Share of all variance along every component, 0 to 1, shape (n_features,)."""
        shares: Float64 = self.variances_ / self.variances_.sum()
        return shares

    @property
    def loadings_(self) -> Float64:
        """Correlation of each feature with each component, -1 to 1, shape (n_features, n_dimensions).

        0 for a feature in which all units are alike, and NaN in a model that was saved before spreads were.
        """
        scaled = self.components_.T * np.sqrt(self.variances_[: self.n_dimensions_])
        loadings: Float64 = scaled / np.where(self.deviations_ == 0, np.inf, self.deviations_)[:, None]
        return loadings

    def score(self, X: ArrayLike, y: None = None) -> float:  # noqa: ARG002
        """Mean log-likelihood of further rows under probabilistic PCA (Tipping and Bishop 1999), as scikit-learn's.

        What the components leave is taken as noise that is the same in every direction; minus infinity where there is
        none and rows lie outside of the components.
        """
        check_is_fitted(self)
        centred = self._checked(X, reset=False).astype(np.float64) - self.mean_
        kept, left = np.split(self.variances_, [self.n_dimensions_])
        along = centred @ self.components_.T
        beyond = np.maximum(np.square(centred).sum(axis=1) - np.square(along).sum(axis=1), 0.0)
        noise = float(left.mean()) if len(left) else 1.0
        with np.errstate(divide="ignore"):
            distance = (np.square(along) / kept).sum(axis=1) + (beyond / noise if len(left) else 0.0)
            volume = np.log(kept).sum() + len(left) * np.log(noise)
        return float(-0.5 * (distance + volume + centred.shape[1] * np.log(2 * np.pi)).mean())

    def _encode(self, X: NDArray[Any]) -> Float64:
        return (X - self.mean_) @ self.components_.T

    def _decode(self, X: NDArray[Any]) -> Float64:
        return X @ self.components_ + self.mean_

    def to_state(self) -> State:
        """Give parameters and arrays, enough to reduce new units without the old ones."""
        n_components = self.n_components
        settings = {
            "method": self.name,
            "n_components": n_components if isinstance(n_components, float) else int(n_components),
            "allow_constant": bool(self.allow_constant),
        }
        arrays = {"mean": self.mean_, "components": self.components_, "variances": self.variances_}
        return settings, arrays | {"deviations": self.deviations_}

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a fitted reducer from what `to_state` gave, or raise `ModelError`."""
        demand(settings, arrays, cls.name, "mean", "components", "variances")
        mean, components, variances = arrays["mean"], arrays["components"], arrays["variances"]
        n_features = len(mean) if mean.ndim == 1 else -1
        if components.ndim != 2 or components.shape[1] != n_features or variances.shape != mean.shape:
            message = f"Saved components of shape {components.shape} do not fit a mean of {mean.shape}. Run it again."
            raise ModelError(message)
        n_components = settings.get("n_components", len(components))
        reducer = cls(n_components, allow_constant=bool(settings.get("allow_constant")))
        reducer.mean_, reducer.components_, reducer.variances_ = mean, components, variances
        reducer.deviations_ = arrays.get("deviations", np.full(n_features, np.nan))
        reducer.n_features_in_, reducer.n_dimensions_ = n_features, len(components)
        return reducer
