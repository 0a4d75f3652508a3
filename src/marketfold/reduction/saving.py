"""A trained network as a `.keras` file, for those who go on with it in Keras; Marketfold itself reads arrays only."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import ModelError
from marketfold.reduction.backend import quiet_conversion

if TYPE_CHECKING:
    from marketfold.reduction.network import Network

NETWORK_FILE = "network.keras"
METADATA = "metadata.json"
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Archives carry no moment: the same network gives the same bytes."""


def _without_moment(draft: Path, path: Path) -> None:
    """Write the same archive again, without the time at which it was made."""
    with zipfile.ZipFile(draft) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata = {key: value for key, value in json.loads(parts[METADATA]).items() if key != "date_saved"}
    parts[METADATA] = json.dumps(metadata).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, OLDEST_ZIP_DATE), content)


def save_network(network: Network, path: Path) -> None:
    """Save the `network_` of a fitted autoencoder as a `.keras` file, whole or not at all; a file there is replaced.

    `keras.saving.load_model` reads it, for a tied network after `import marketfold.reduction.keras_model`.

    Raises
    ------
    ModelError
        If the place cannot be written.
    """
    from marketfold.reduction.keras_model import model_of  # noqa: PLC0415  loads TensorFlow

    model = model_of(network)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".saving-") as folder:
            draft, whole = Path(folder) / "draft.keras", Path(folder) / "whole.keras"
            with quiet_conversion():
                model.save(draft)
            _without_moment(draft, whole)
            os.replace(whole, path)  # noqa: PTH105  replaces on every system
    except OSError as error:
        message = f"{path.name} cannot be written: {error.strerror or error}. Choose a folder that exists and has room."
        raise ModelError(message) from error
