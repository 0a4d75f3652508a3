"""Fewer dimensions: none, PCA, or an autoencoder, and whether the data suit it."""

from marketfold.reduction.autoencoder import AutoencoderReducer, OverparameterisedWarning
from marketfold.reduction.base import Reducer, reconstruction_error
from marketfold.reduction.none import NoReducer
from marketfold.reduction.pca import PCAReducer
from marketfold.reduction.registry import METHODS, make_reducer, reducer_from_state
from marketfold.reduction.saving import load_network, save_network
from marketfold.reduction.suitability import Reconstruction, Suitability, assess_suitability

__all__ = [
    "METHODS",
    "AutoencoderReducer",
    "NoReducer",
    "OverparameterisedWarning",
    "PCAReducer",
    "Reconstruction",
    "Reducer",
    "Suitability",
    "assess_suitability",
    "load_network",
    "make_reducer",
    "reconstruction_error",
    "reducer_from_state",
    "save_network",
]
