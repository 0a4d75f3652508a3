"""A trained network as a `.keras` file, for those who go on with it in Keras, and back."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.utils.validation import check_is_fitted

from marketfold.errors import ModelError
from marketfold.reduction.archive import METADATA, architecture_of, check_weights, read_parts, refused
from marketfold.reduction.autoencoder import AutoencoderReducer
from marketfold.reduction.backend import quiet_conversion

if TYPE_CHECKING:
    from marketfold.reduction.network import Architecture

OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Archives carry no moment: the same network gives the same bytes."""


def _write_archive(parts: dict[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, OLDEST_ZIP_DATE), parts[name])


def _without_moment(metadata: bytes) -> bytes:
    kept = {key: value for key, value in json.loads(metadata).items() if key != "date_saved"}
    return json.dumps(kept).encode()


def save_network(reducer: AutoencoderReducer, path: Path | str) -> None:
    """Save a fitted autoencoder as a `.keras` file, whole or not at all.

    `keras.saving.load_model` reads it, for a tied network after `import marketfold.reduction.keras_model`. It holds the
    network alone; `to_state` also keeps the history and needs no TensorFlow.

    Parameters
    ----------
    reducer
        Fitted.
    path
        Where to write, with the ending `.keras`; a file there is replaced.

    Raises
    ------
    ModelError
        If the ending is another, or the place cannot be written.
    """
    check_is_fitted(reducer)
    path = Path(path)
    if path.suffix != ".keras":
        message = f"{path.name}: a network is saved with the ending .keras. Rename it."
        raise ModelError(message)
    from marketfold.reduction.keras_model import model_of  # noqa: PLC0415  loads TensorFlow

    model = model_of(reducer.network_)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".saving-") as folder:
            draft = Path(folder) / "draft.keras"
            with quiet_conversion():
                model.save(draft)
            parts = read_parts(draft)
            parts[METADATA] = _without_moment(parts[METADATA])
            whole = Path(folder) / "whole.keras"
            _write_archive(parts, whole)
            os.replace(whole, path)  # noqa: PTH105  replaces on every system
    except OSError as error:
        message = f"{path.name} cannot be written: {error.strerror or error}. Choose a folder that exists and has room."
        raise ModelError(message) from error


def load_network(path: Path | str) -> AutoencoderReducer:
    """Read a `.keras` file of `save_network` as a fitted reducer.

    The archive is checked to hold nothing but a network of our kind before Keras reads it in safe mode.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ModelError
        If the file is missing, damaged, too large, or holds anything but such a network. No code of it is run.
    """
    path = Path(path)
    parts = read_parts(path)
    shape = architecture_of(parts["config.json"], path.name)
    check_weights(parts["model.weights.h5"], shape, path.name)
    return _loaded(parts, shape, path.name)


def _loaded(parts: dict[str, bytes], shape: Architecture, name: str) -> AutoencoderReducer:
    from marketfold.reduction.keras_model import keras, network_of  # noqa: PLC0415  loads TensorFlow

    # What Keras reads is what was checked, not what may lie at the path by now.
    with tempfile.TemporaryDirectory(prefix="marketfold-") as folder:
        checked = Path(folder) / "checked.keras"
        _write_archive(parts, checked)
        try:
            with quiet_conversion():
                model: Any = keras.saving.load_model(checked, safe_mode=True, compile=False)
            return AutoencoderReducer.from_network(network_of(model, shape))
        except ModelError:
            raise
        except Exception as error:  # Keras raises whatever its layers do
            raise refused(name, f"Keras cannot read it ({type(error).__name__})") from error
