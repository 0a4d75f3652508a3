"""What every reduction has in common: the protocol of the stage, checks of its matrix, the one that does nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from marketfold.arrays import named_input, row_chunks
from marketfold.errors import ModelError, ParameterError
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from marketfold.schema import Float32, Float64, Progress

State = tuple[dict[str, Any], dict[str, "NDArray[Any]"]]


@runtime_checkable
class Reducer(Protocol):
    """A stage that makes fewer columns of many, and back; a user's own transformer becomes one too.

    Attributes
    ----------
    name
        As in settings, reports and saved models.
    label
        What it is called in a sentence, with its article.
    stochastic
        Whether another seed gives another result.
    figures
        Which figures explain what it learned: `scree` and `loadings` of components, `loss` of a network.
    n_dimensions_
        Columns that `transform` gives.
    """

    n_dimensions_: int

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def stochastic(self) -> bool: ...  # noqa: D102
    @property
    def figures(self) -> tuple[str, ...]: ...  # noqa: D102

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:
        """Learn from a matrix of shape (n_units, n_features)."""

    def fit_each(
        self, X: ArrayLike, draws: Sequence[NDArray[np.intp]], *, progress: Progress | None = None
    ) -> list[Self]:
        """Fit a copy on each draw of rows, which may hold a row twice."""

    def transform(self, X: ArrayLike) -> Float32:
        """Reduce a matrix to shape (n_units, n_dimensions)."""

    def inverse_transform(self, X: ArrayLike) -> Float32:
        """Give the features back, as far as the dimensions hold them; a user's own transformer may lack it."""


def _by_chunks(step: Callable[[NDArray[Any]], NDArray[Any]], X: NDArray[Any], n_columns: int) -> Float32:
    found = np.empty((len(X), n_columns), np.float32)
    for rows in row_chunks(len(X)):
        found[rows] = step(X[rows])
    return found


def columns_by_number(columns: NDArray[np.intp], most: int = 5) -> str:
    """Name the columns of a fault, counted from 1 as a person does.

    >>> columns_by_number(np.array([0, 4]))
    '1 and 5'
    """
    numbers = [str(column + 1) for column in columns[:most]]
    return listed(numbers if len(columns) <= most else [", ".join(numbers), f"{len(columns) - most} more"])


def refuse_not_finite(X: NDArray[Any]) -> None:
    """Refuse NaN and infinity, telling where they are."""
    if np.isfinite(X.sum(dtype=np.float64)) or np.isfinite(X).all():
        return
    bad = ~np.isfinite(X)
    columns = np.flatnonzero(bad.any(axis=0))
    raise ParameterError(
        f"The matrix holds {int(bad.sum()):,} values that are NaN or infinite (inf), in column "
        f"{columns_by_number(columns)}. A reduction needs a number everywhere: fill or leave out those "
        "columns, as build_matrix does."
    )


def refuse_constant_columns(X: NDArray[Any]) -> None:
    """Refuse columns in which all units are alike."""
    constant = np.flatnonzero(X.max(axis=0) == X.min(axis=0))
    if len(constant) > 0:
        raise ParameterError(
            f"Column {columns_by_number(constant)} of the matrix is constant: every unit has the same value there, so "
            "it cannot tell units apart. Leave it out, as build_matrix does, or set allow_constant=True "
            "to carry it along."
        )


def demand(settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], method: str, *names: str) -> None:
    """Refuse a saved state of another method, or one in which an array is missing or not finite."""
    if settings.get("method") != method:
        raise ModelError(f"This state is of the reduction {settings.get('method')!r}, and {method!r} was wanted.")
    for name in names:
        array = arrays.get(name)
        if array is None:
            message = f"The saved reduction {method!r} has no array {name!r}: the model is damaged. Run it again."
            raise ModelError(message)
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            message = (
                f"The array {name!r} of the saved reduction {method!r} is {array.dtype}; wanted floats, all finite."
            )
            raise ModelError(message)


class BaseReducer(ABC, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A reducer of the table: it can be made by name, compared unasked, and saved; here are the checks that all share.

    Attributes
    ----------
    name, label, stochastic, figures
        As in `Reducer`, of the class.
    fewest_units
        Units from which it is tried without being asked for; None where it must be asked for.
    cost
        How involved it is beside the others: of those that are as good, the one of the least cost is taken.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    fewest_units: ClassVar[int | None]
    cost: ClassVar[int]
    stochastic: ClassVar[bool] = False
    figures: ClassVar[tuple[str, ...]] = ()
    n_dimensions_: int
    n_features_in_: int

    @classmethod
    @abstractmethod
    def make(cls, n_dimensions: int | None, seed: int) -> Self:
        """Make one for a run; it carries columns along that are constant in a resample."""

    @abstractmethod
    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:
        """Learn from a matrix of shape (n_units, n_features)."""

    def fit_each(
        self, X: ArrayLike, draws: Sequence[NDArray[np.intp]], *, progress: Progress | None = None
    ) -> list[Self]:
        """Fit a copy on each draw of rows, which may hold a row twice; `self` stays as it is."""
        return [clone(self).fit(np.asarray(X)[rows], progress=progress) for rows in draws]

    @abstractmethod
    def _encode(self, X: NDArray[Any]) -> Float32 | Float64: ...

    @abstractmethod
    def _decode(self, X: NDArray[Any]) -> Float32 | Float64: ...

    @abstractmethod
    def to_state(self) -> State:
        """Give everything that was learned, as JSON-able settings and arrays."""

    @classmethod
    @abstractmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a fitted reducer from what `to_state` gave, or raise `ModelError`."""

    @classmethod
    def check_available(cls) -> None:
        """Raise `MissingDependencyError` where a library is missing that `fit` needs."""

    def write_files(self, folder: Path) -> None:
        """Write what other programs can read, beside the saved state."""

    @property
    def _n_features_out(self) -> int:
        return self.n_dimensions_

    def _checked(self, X: ArrayLike, *, reset: bool, min_rows: int = 1) -> NDArray[Any]:
        X = named_input(X)
        try:
            known = {"dtype": (np.float32, np.float64), "ensure_all_finite": False, "ensure_min_samples": min_rows}
            checked: NDArray[Any] = validate_data(self, X, reset=reset, **known)
        except ValueError as error:
            message = f"{error} Wanted a matrix of shape (n_units, n_features) with at least {min_rows} rows."
            raise ParameterError(message) from error
        refuse_not_finite(checked)
        return checked

    def transform(self, X: ArrayLike) -> Float32:
        """Reduce a matrix on the scale that `fit` saw to float32 of shape (n_units, n_dimensions).

        ParameterError if `X` has other columns than `fit` saw, or values that are not finite.
        """
        check_is_fitted(self)
        return _by_chunks(self._encode, self._checked(X, reset=False), self.n_dimensions_)

    def inverse_transform(self, X: ArrayLike) -> Float32:
        """Give the features back as far as the dimensions hold them, float32 of shape (n_units, n_features).

        ParameterError if `X` has another number of dimensions, or values that are not finite.
        """
        check_is_fitted(self)
        reduced = np.asarray(X)
        if reduced.ndim != 2 or reduced.shape[1] != self.n_dimensions_:
            raise ParameterError(
                f"Wanted {self.n_dimensions_} dimensions a row as transform gives them, got shape {reduced.shape}."
            )
        refuse_not_finite(reduced)
        return _by_chunks(self._decode, reduced, self.n_features_in_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # a reduction always gives float32
        return tags


class NoReducer(BaseReducer):
    """Keep every feature as a dimension.

    Examples
    --------
    >>> NoReducer().fit_transform(np.eye(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    name: ClassVar[str] = "none"
    label: ClassVar[str] = "no reduction"
    fewest_units: ClassVar[int | None] = 1
    cost: ClassVar[int] = 0

    @classmethod
    def make(cls, n_dimensions: int | None, seed: int) -> Self:  # noqa: ARG003
        """Make one; it has nothing to set."""
        return cls()

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:  # noqa: ARG002
        """Take note of the number of features; `y` and `progress` are there for the protocol."""
        self.n_dimensions_ = self._checked(X, reset=True).shape[1]
        return self

    def _encode(self, X: NDArray[Any]) -> Float32:
        return X

    def _decode(self, X: NDArray[Any]) -> Float32:
        return X

    def to_state(self) -> State:
        """Give the number of features; there are no arrays."""
        return {"method": self.name, "n_features": self.n_dimensions_}, {}

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a fitted reducer from what `to_state` gave, or raise `ModelError`."""
        demand(settings, arrays, cls.name)
        n_features = settings.get("n_features")
        if not isinstance(n_features, int) or n_features < 1:
            message = f"The saved reduction names {n_features!r} features, not a number of 1 or more. Run it again."
            raise ModelError(message)
        reducer = cls()
        reducer.n_features_in_ = reducer.n_dimensions_ = n_features
        return reducer


def reconstruction_error(reducer: Reducer, X: Float32) -> float:
    """Mean squared difference between a matrix and what the dimensions give back of it, 0 for a perfect copy.

    On standardised columns 1 is what the mean alone gives. NaN where the reducer cannot give features back. It tells
    most on other rows than those that were fitted.

    >>> X = np.eye(3, dtype=np.float32)
    >>> reconstruction_error(NoReducer().fit(X), X)
    0.0
    """
    if not hasattr(reducer, "inverse_transform"):
        return float("nan")
    total = 0.0
    for rows in row_chunks(len(X)):
        restored = reducer.inverse_transform(reducer.transform(X[rows]))
        total += float(np.square(X[rows] - restored, dtype=np.float64).sum())
    return total / X.size
