"""A transformer of the user's own in the place of a reducer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.metaestimators import available_if

from marketfold.errors import ParameterError
from marketfold.estimators import seeded_copy
from marketfold.reduction.base import BaseReducer, refuse_not_finite

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from marketfold.reduction.base import Reducer
    from marketfold.schema import Float32, Progress


def _gives_back(reducer: OwnReducer) -> bool:
    learns_back = getattr(reducer.transformer, "fit_inverse_transform", True)  # KernelPCA only where it is asked to
    return learns_back and hasattr(reducer.transformer, "inverse_transform")


class OwnReducer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Any scikit-learn transformer as a reducer; `inverse_transform` is there if the transformer has one.

    Parameters
    ----------
    transformer
        An instance with `fit` and `transform`; a copy of it, `transformer_`, is fitted.
    random_state
        Seeds a transformer that has no seed of its own.

    Examples
    --------
    >>> from sklearn.decomposition import FastICA
    >>> OwnReducer(FastICA(2)).label
    'your FastICA'
    """

    figures: ClassVar[tuple[str, ...]] = ()

    def __init__(self, transformer: Any, random_state: int | None = None) -> None:
        self.transformer = transformer
        self.random_state = random_state

    @property
    def name(self) -> str:
        """Name of the transformer's class."""
        return type(self.transformer).__name__

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return f"your {self.name}"

    @property
    def stochastic(self) -> bool:
        """Whether the transformer takes a seed."""
        return hasattr(self.transformer, "random_state")

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:  # noqa: ARG002
        """Fit a copy of the transformer, which must give a row of finite numbers for each unit."""
        matrix = np.asarray(X)
        self.transformer_ = seeded_copy(self.transformer, self.random_state).fit(matrix)
        self.n_features_in_ = matrix.shape[1]
        self.n_dimensions_ = self.transform(matrix[:2]).shape[1]
        return self

    fit_each = BaseReducer.fit_each

    def transform(self, X: ArrayLike) -> Float32:
        """Reduce units to dimensions, shape (n_units, n_dimensions)."""
        return self._checked(self.transformer_.transform(X), len(np.asarray(X)))

    @available_if(_gives_back)  # type: ignore[untyped-decorator]
    def inverse_transform(self, X: ArrayLike) -> Float32:
        """Give the features back as far as the dimensions hold them, shape (n_units, n_features)."""
        return self._checked(self.transformer_.inverse_transform(X), len(np.asarray(X)))

    def _checked(self, given: Any, n_rows: int) -> Float32:
        matrix: Float32 = np.asarray(given.toarray() if hasattr(given, "toarray") else given, np.float32)
        if matrix.ndim != 2 or len(matrix) != n_rows:
            message = f"{self.name} gave shape {matrix.shape} for {n_rows} units: wanted one row of numbers for each."
            raise ParameterError(message)
        refuse_not_finite(matrix)
        return matrix


def copied_reducer(transformer: Any, seed: int | None = None) -> Reducer:
    """A reducer around an unfitted copy of a transformer, with the seed where it has none of its own."""
    if isinstance(transformer, type) or not (hasattr(transformer, "fit") and hasattr(transformer, "transform")):
        raise ParameterError(
            f"{transformer!r} cannot reduce: wanted a name, or an instance with fit and transform such as PCA(3) of "
            "scikit-learn, so that new units can be reduced too."
        )
    if isinstance(transformer, BaseReducer | OwnReducer):
        copied: Reducer = seeded_copy(transformer, seed)
        return copied
    return OwnReducer(transformer, seed)
