"""Fewer dimensions: none, PCA, an autoencoder or a transformer of your own, and whether the data suit it.

The table of names is loaded at once, everything that needs scikit-learn when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from marketfold.reduction.table import (
    REDUCERS,
    as_known,
    label_of,
    make_reducer,
    method_choices,
    reducer_from_state,
    reducer_type,
    reducers_by_cost,
    short_label,
)

if TYPE_CHECKING:
    from marketfold.reduction.autoencoder import AutoencoderReducer, OverparameterisedWarning, TiedAutoencoderReducer
    from marketfold.reduction.base import KnownReducer, Reducer, reconstruction_error
    from marketfold.reduction.network import Architecture
    from marketfold.reduction.none import NoReducer
    from marketfold.reduction.own import OwnReducer
    from marketfold.reduction.pca import PCAReducer
    from marketfold.reduction.suitability import FEWEST_UNITS, Reconstruction, Suitability, assess_suitability
    from marketfold.reduction.training import TrainingSettings

_HOMES = {
    "autoencoder": ("AutoencoderReducer", "OverparameterisedWarning", "TiedAutoencoderReducer"),
    "base": ("KnownReducer", "Reducer", "reconstruction_error"),
    "network": ("Architecture",),
    "none": ("NoReducer",),
    "own": ("OwnReducer",),
    "pca": ("PCAReducer",),
    "suitability": ("FEWEST_UNITS", "Reconstruction", "Suitability", "assess_suitability"),
    "training": ("TrainingSettings",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FEWEST_UNITS",
    "REDUCERS",
    "Architecture",
    "AutoencoderReducer",
    "KnownReducer",
    "NoReducer",
    "OverparameterisedWarning",
    "OwnReducer",
    "PCAReducer",
    "Reconstruction",
    "Reducer",
    "Suitability",
    "TiedAutoencoderReducer",
    "TrainingSettings",
    "as_known",
    "assess_suitability",
    "label_of",
    "make_reducer",
    "method_choices",
    "reconstruction_error",
    "reducer_from_state",
    "reducer_type",
    "reducers_by_cost",
    "short_label",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'marketfold.reduction' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"marketfold.reduction.{_HOME_OF[name]}"), name)
