"""Reductions by the name that settings and saved models give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.errors import ModelError, ParameterError
from marketfold.reduction.autoencoder import AUTOENCODERS, AutoencoderReducer
from marketfold.reduction.none import NoReducer
from marketfold.reduction.pca import PCAReducer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.reduction.base import Reducer

METHODS = ("none", "pca", *AUTOENCODERS)
"""From the simplest to the most involved."""


def make_reducer(method: str, n_dimensions: int | None = None, seed: int = 0) -> Reducer:
    """Make an unfitted reducer by name.

    Columns that happen to be constant in the units of a resample are carried along, not refused.

    Parameters
    ----------
    method
        One of `METHODS`.
    n_dimensions
        Dimensions to keep; None lets each method find them from the data. `none` keeps all features whatever is asked.
    seed
        For the methods that start from random weights.

    Raises
    ------
    ParameterError
        If there is no such method.

    Examples
    --------
    >>> make_reducer("pca", 3).method
    'pca'
    """
    if method == "none":
        return NoReducer()
    if method == "pca":
        return PCAReducer(n_components=0.9 if n_dimensions is None else n_dimensions, allow_constant=True)
    if method in AUTOENCODERS:
        tied = method == "autoencoder-tied"
        return AutoencoderReducer(n_dimensions, tied=tied, allow_constant=True, random_state=seed)
    message = f"There is no reduction {method!r}. Choose one of: {', '.join(METHODS)}."
    raise ParameterError(message)


def reducer_from_state(settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Reducer:
    """Build the fitted reducer whose `to_state` is given, whichever method it is; TensorFlow is not loaded.

    Raises
    ------
    ModelError
        If the method is unknown or the state damaged.

    Examples
    --------
    >>> reducer_from_state({"method": "none", "n_features": 4}, {}).n_dimensions_
    4
    """
    method = settings.get("method")
    if method == NoReducer.method:
        return NoReducer.from_state(settings, arrays)
    if method == PCAReducer.method:
        return PCAReducer.from_state(settings, arrays)
    if method in AUTOENCODERS:
        return AutoencoderReducer.from_state(settings, arrays)
    message = f"The saved model names the reduction {method!r}; known are {', '.join(METHODS)}."
    raise ModelError(message)
