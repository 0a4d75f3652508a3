"""The one table of reducers: a new one is its class, and a line here.

Only names are held, and a class is imported when it is first asked for, so that settings and `--help` can list the
names without scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from marketfold.errors import ModelError, ParameterError
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.reduction.base import BaseReducer, Reducer

REDUCERS = {
    "none": "marketfold.reduction.base:NoReducer",
    "pca": "marketfold.reduction.pca:PCAReducer",
    "autoencoder": "marketfold.reduction.autoencoder:AutoencoderReducer",
    "autoencoder-tied": "marketfold.reduction.autoencoder:TiedAutoencoderReducer",
}
"""Module and class of each reducer, by the name that settings and saved models give it."""


def method_choices() -> str:
    """What the settings may name: a reducer, or `auto` for the simplest that is not worse.

    >>> method_choices().startswith("auto, none, pca")
    True
    """
    return listed(["auto", *REDUCERS], "or")


def reducer_type(name: str) -> type[BaseReducer]:
    """Class of a reducer; `ParameterError` where there is none of this name.

    >>> reducer_type("pca").label
    'PCA'
    """
    place = REDUCERS.get(name)
    if place is None:
        raise ParameterError(f"There is no reduction {name!r}. Choose one of: {', '.join(REDUCERS)}.")
    module, _, class_name = place.partition(":")
    found: type[BaseReducer] = getattr(import_module(module), class_name)
    return found


def reducers_by_cost() -> list[type[BaseReducer]]:
    """Every reducer of the table, from the simplest to the most involved."""
    return sorted(map(reducer_type, REDUCERS), key=lambda reducer: reducer.cost)


def as_known(reducer: Reducer) -> BaseReducer | None:
    """The same reducer, if its class is of the table, so that it can be saved."""
    known: Any = reducer
    return known if reducer.name in REDUCERS and type(reducer) is reducer_type(reducer.name) else None


def label_of(name: str) -> str:
    """What a reducer is called in a sentence; one that is not in the table is the user's own.

    >>> label_of("autoencoder"), label_of("FastICA")
    ('the autoencoder', 'your FastICA')
    """
    return reducer_type(name).label if name in REDUCERS else f"your {name}"


def short_label(name: str) -> str:
    """What a reducer is called in a table or beside a bar.

    >>> short_label("autoencoder"), short_label("pca")
    ('autoencoder', 'PCA')
    """
    return label_of(name).removeprefix("the ")


def make_reducer(method: Any, n_dimensions: int | None = None, seed: int = 0) -> Reducer:
    """Make an unfitted reducer; it carries columns along that happen to be constant in a resample.

    Parameters
    ----------
    method
        A name of the table, or a transformer of one's own: anything with scikit-learn's `fit` and `transform`. It is
        copied, and keeps its own settings; a `random_state` that is None becomes the seed.
    n_dimensions
        Dimensions to keep; None lets each method find them from the data. `none` keeps all features whatever is asked.

    Raises
    ------
    ParameterError
        If there is no such method, or it is no transformer.

    Examples
    --------
    >>> make_reducer("pca", 3).name
    'pca'
    """
    if isinstance(method, str):
        return reducer_type(method).make(n_dimensions, seed)
    from marketfold.reduction.own import copied_reducer  # noqa: PLC0415  needs scikit-learn

    return copied_reducer(method, seed)


def reducer_from_state(settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> BaseReducer:
    """Build the fitted reducer whose `to_state` is given; `ModelError` where it is unknown or damaged.

    >>> reducer_from_state({"method": "none", "n_features": 4}, {}).n_dimensions_
    4
    """
    method = settings.get("method")
    if method not in REDUCERS:
        raise ModelError(f"The saved model names the reduction {method!r}; known are {', '.join(REDUCERS)}.")
    return reducer_type(method).from_state(settings, arrays)
