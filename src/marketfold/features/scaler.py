"""From units of measurement to a matrix in which every feature weighs the same, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from marketfold.arrays import named_input, row_chunks
from marketfold.errors import ModelError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sklearn.utils import Tags

    from marketfold.schema import Float32, Float64

_ARRAYS = ("lower_", "upper_", "logged_", "center_", "scale_", "weights_")


def skewness(X: Float64) -> Float64:
    """Sample skewness of each column, shape (n_features,): the third standardised moment, 0 for a constant."""
    deviation = X - X.mean(axis=0)
    spread = np.sqrt((deviation**2).mean(axis=0))
    # divided before it is cubed: the cube of a tiny spread is 0
    standard = np.divide(deviation, spread, out=np.zeros_like(deviation), where=spread > 0)
    third: Float64 = (standard**3).mean(axis=0)
    return third


def block_weights(blocks: Sequence[str | None]) -> Float64:
    """Weight of each column, so that the columns of a block together weigh as one feature.

    Squared distance adds up over columns; n columns of weight 1/sqrt(n) add up to one.

    >>> block_weights([None, "quarter", "quarter", "quarter", "quarter"])
    array([1. , 0.5, 0.5, 0.5, 0.5])
    """
    sizes = {block: list(blocks).count(block) for block in set(blocks)}
    return np.array([1.0 if block is None else sizes[block] ** -0.5 for block in blocks])


class MatrixScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Take logs of skewed columns, winsorise the others, standardise, and weigh blocks.

    A column is logged, as log(1 + x), where it is never negative, reaches beyond 1 (shares are left as they are) and
    its winsorised values have a skewness above `skewed_above`; Bulmer, *Principles of Statistics* (1979), calls a
    distribution with a skewness beyond 1 highly skewed. The logarithm draws its tail in, so it is winsorised only where
    it goes on for longer, on either side and in logs, than all between the two quantiles: at the quantiles themselves
    the most frequent buyers would be told apart no more. A column that winsorising would make constant (something
    that few units do at all) is not winsorised.

    Parameters
    ----------
    tail
        Share of units beyond the quantile on each side, 0 to below 0.5: their values are pulled in to the quantile, or,
        in a logged column, to as far beyond it as the quantiles lie apart.
    skewed_above
        Skewness from which a column is logged.
    blocks
        Block of each column, None for a column that stands alone; None if all do.

    Attributes
    ----------
    lower_, upper_, logged_, center_, scale_, weights_ : shape (n_features,)
        Range of the values that are told apart, in the user's units; whether log(1 + x) is taken; mean and standard
        deviation after log and winsorising (1 for a constant); weight.

    Raises
    ------
    ParameterError
        At `fit`, if `tail` is out of range or `blocks` does not fit the columns.

    Examples
    --------
    >>> X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 3000.0]])
    >>> scaler = MatrixScaler(tail=0.0).fit(X)
    >>> np.allclose(scaler.inverse_transform(scaler.transform(X)), X, rtol=1e-5)
    True
    """

    lower_: Float64
    upper_: Float64
    logged_: NDArray[np.bool_]
    center_: Float64
    scale_: Float64
    weights_: Float64
    n_features_in_: int

    def __init__(
        self, *, tail: float = 0.01, skewed_above: float = 1.0, blocks: Sequence[str | None] | None = None
    ) -> None:
        self.tail = tail
        self.skewed_above = skewed_above
        self.blocks = blocks

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def fit(self, X: Float64, y: object = None) -> Self:  # noqa: ARG002
        """Learn range, logs, mean, spread and weights of `X`, shape (n_units, n_features), in the user's units."""
        X = named_input(X)
        X = validate_data(self, X, dtype=np.float64, order="F")  # the last digits of a mean hang on the order
        if not 0 <= self.tail < 0.5:
            raise ParameterError(f"tail is the share of units on each side, 0 to below 0.5; got {self.tail}.")
        blocks = [None] * X.shape[1] if self.blocks is None else list(self.blocks)
        if len(blocks) != X.shape[1]:
            message = f"blocks names {len(blocks)} columns, and the matrix has {X.shape[1]}. Give one for each column."
            raise ParameterError(message)
        self._learn_range(X)
        measured = self._log(np.clip(X, self.lower_, self.upper_))
        self.center_ = measured.mean(axis=0)
        spread = measured.std(axis=0)
        flat = spread <= 10 * np.finfo(float).eps * np.maximum(np.abs(self.center_), 1e-300)
        self.scale_ = np.where(flat, 1.0, spread)
        self.weights_ = block_weights(blocks)
        return self

    def _learn_range(self, X: Float64) -> None:
        """Learn which columns are logged, and how far each reaches."""
        least, most = X.min(axis=0), X.max(axis=0)
        lower, upper = np.quantile(X, [self.tail, 1 - self.tail], axis=0)
        flat = lower == upper
        lower, upper = np.where(flat, least, lower), np.where(flat, most, upper)
        skewed = skewness(np.clip(X, lower, upper)) > self.skewed_above
        self.logged_ = skewed & (least >= 0) & (upper > 1)
        low, high = np.log1p(np.maximum(lower, 0)), np.log1p(np.maximum(upper, 0))
        self.lower_ = np.where(self.logged_, np.maximum(least, np.expm1(2 * low - high)), lower)
        self.upper_ = np.where(self.logged_, np.minimum(most, np.expm1(2 * high - low)), upper)

    def _log(self, clipped: Float64) -> Float64:
        logged: Float64 = np.log1p(clipped, out=clipped.copy(), where=self.logged_)
        return logged

    def transform(self, X: Float64) -> Float32:
        """Scale units, shape (n_units, n_features); values beyond the learned range count as its ends.

        On the fitted units each column has mean 0 and spread 1, times its weight.
        """
        check_is_fitted(self)
        X = named_input(X)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        scaled = np.empty(X.shape, np.float32, order="F")  # whatever `X` has: a mean of it hangs on the order, too
        for rows in row_chunks(len(X)):
            measured = self._log(np.clip(X[rows], self.lower_, self.upper_))
            scaled[rows] = (measured - self.center_) / self.scale_ * self.weights_
        return scaled

    def inverse_transform(self, X: Float32) -> Float64:
        """Back to the user's units, shape (n_units, n_features); exact to float32 within the learned range."""
        check_is_fitted(self)
        scaled = np.asarray(X, dtype=np.float64)
        measured = scaled / self.weights_ * self.scale_ + self.center_
        restored: Float64 = np.expm1(measured, out=measured.copy(), where=self.logged_)
        return restored

    def to_state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Settings that JSON can hold, and the learned arrays."""
        check_is_fitted(self)
        blocks = None if self.blocks is None else list(self.blocks)
        settings = {"tail": self.tail, "skewed_above": self.skewed_above, "blocks": blocks}
        return settings, {name.rstrip("_"): getattr(self, name) for name in _ARRAYS}

    @classmethod
    def identity(cls, n_features: int) -> Self:
        """The fitted scaler of a matrix that was scaled elsewhere: it leaves everything as it is."""
        nothing, one = np.zeros(n_features), np.ones(n_features)
        ends = {"lower": np.full(n_features, -np.inf), "upper": np.full(n_features, np.inf)}
        state = {**ends, "logged": nothing, "center": nothing}
        return cls.from_state({"tail": 0.0}, {**state, "scale": one, "weights": one})

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The scaler that `to_state` described; ModelError where its arrays do not fit together."""
        scaler = cls(**settings)
        for name in _ARRAYS:
            setattr(scaler, name, np.asarray(arrays[name.rstrip("_")], dtype=bool if name == "logged_" else np.float64))
        shapes = {getattr(scaler, name).shape for name in _ARRAYS}
        if len(shapes) > 1 or scaler.center_.ndim != 1:
            raise ModelError(f"The saved scaler does not fit together: its arrays have the shapes {shapes}. Run again.")
        scaler.n_features_in_ = len(scaler.center_)
        return scaler
