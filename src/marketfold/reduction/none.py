"""The reduction that does nothing, so that the stage can be skipped and compared against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from marketfold.errors import ModelError
from marketfold.reduction.base import BaseReducer, demand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from marketfold.reduction.base import State
    from marketfold.schema import Float32, Progress


class NoReducer(BaseReducer):
    """Keep every feature as a dimension.

    >>> import numpy as np
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
