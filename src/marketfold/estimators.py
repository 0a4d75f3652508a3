"""scikit-learn's estimators within a run: copies of a user's own, seeded as the run is, and arrays throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sklearn import config_context
from sklearn.base import clone

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import RandomState

F = TypeVar("F", bound="Callable[..., Any]")


def plain_arrays(function: F) -> F:
    """Decorate what hands arrays on: somebody may have asked scikit-learn for frames everywhere (`set_config`)."""
    decorated: F = config_context(transform_output="default")(function)
    return decorated


def seeded_copy(estimator: Any, seed: int | RandomState | None, *, anew: bool = False) -> Any:
    """An unfitted copy in which every `random_state` that is None, also of a step of a pipeline, is the seed.

    `anew` replaces those that the user set as well, so that resamples start from seeds of their own. With no seed the
    copy is as it was given.

    >>> from sklearn.mixture import GaussianMixture
    >>> [seeded_copy(GaussianMixture(2, random_state=own), 7).random_state for own in (None, 1)]
    [7, 1]
    """
    copied = clone(estimator, safe=False)
    if seed is None:
        return copied
    if not hasattr(copied, "get_params"):
        if hasattr(copied, "random_state") and (anew or copied.random_state is None):
            copied.random_state = seed
        return copied
    settings = copied.get_params()
    seeds = [name for name in settings if name.rpartition("__")[2] == "random_state"]
    unset = {name: seed for name in seeds if anew or settings[name] is None}
    return copied.set_params(**unset) if unset else copied
