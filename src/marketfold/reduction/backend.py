"""Keras on TensorFlow, loaded when a network is trained, saved or read as `.keras`, and at no other time."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from marketfold.errors import MissingDependencyError
from marketfold.version import INSTALL_NETWORK

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send what C++ writes to standard error nowhere; TensorFlow greets there before its log level is read."""
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # standard error is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


@contextmanager
def quiet_conversion() -> Iterator[None]:
    """Keep back NumPy 2's remark on how Keras turns its variables into arrays; the arrays are right."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy keyword", DeprecationWarning)
        yield


def load_keras() -> tuple[Any, Any]:
    """Import the modules `tensorflow` and `keras`.

    MissingDependencyError if TensorFlow is not installed, or Keras runs on another backend.
    """
    if "keras" not in sys.modules:
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with _quiet_stderr():
            import keras  # noqa: PLC0415
            import tensorflow as tf  # noqa: PLC0415
    except ImportError as error:
        message = (
            f"The autoencoder needs TensorFlow and Keras ({error}); marketfold-core comes without. Install them "
            f"({INSTALL_NETWORK}), or choose --reduction pca."
        )
        raise MissingDependencyError(message) from error
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise MissingDependencyError(
            f"Keras runs on {backend!r} here, and the autoencoder is trained on 'tensorflow'. "
            "Set KERAS_BACKEND=tensorflow before Keras is imported, or choose --reduction pca."
        )
    return tf, keras
