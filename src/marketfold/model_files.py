"""The folder that a model is kept in, and what stands there of it: read without what it takes to assign."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from marketfold.damage import DAMAGE, denied, reason, told_as
from marketfold.errors import ModelError
from marketfold.json_files import read_json
from marketfold.units import Feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 3
SETTINGS_FILE = "model.json"
ARRAYS_FILE = "arrays.npz"
MODEL_FOLDER = "model"
"""Where a run folder keeps its model."""
MOST_BYTES = 512 * 2**20
"""A model is small; an archive that would unpack to more than this is not one of ours."""


_FEATURES = TypeAdapter(tuple[Feature, ...])


@dataclass(frozen=True)
class Measured:
    """What a model wants measured of a unit, and by what settings; known without loading what it has learned."""

    features: tuple[Feature, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> Measured:
        """What the model of a run folder or of a model folder wants; ModelError if that cannot be read."""
        folder = model_folder(folder)
        settings = read_settings(folder)
        with told_as(ModelError, f"{folder.name}/{SETTINGS_FILE}"):
            return cls.in_settings(settings)

    @classmethod
    def in_settings(cls, settings: dict[str, Any]) -> Measured:
        """What the settings of a model say of it."""
        by = {str(name): str(value) for name, value in settings["measured_by"].items()}
        return cls(_FEATURES.validate_python(settings["features"]), by)


def model_folder(folder: str | Path) -> Path:
    """Where the model is of a run folder, or of the model folder itself."""
    folder = Path(folder)
    return folder / MODEL_FOLDER if (folder / MODEL_FOLDER).is_dir() else folder


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings of the model in a model folder; ModelError if they cannot be read, or are of another format."""
    path = folder / SETTINGS_FILE
    if not folder.exists():
        raise ModelError(f"There is no folder {folder}. Give a run folder or its model folder.")
    if not path.is_file():
        raise ModelError(
            f"{folder.name} holds no model: {SETTINGS_FILE} is not there. Give a run folder or its model folder. A run "
            "with a reducer or a clusterer of one's own has none, for those cannot be saved."
        )
    try:
        settings = read_json(path)
    except PermissionError as error:
        raise ModelError(denied(f"{folder.name}/{SETTINGS_FILE}")) from error
    except (OSError, ValueError) as error:
        message = f"{folder.name}/{SETTINGS_FILE} cannot be read as JSON ({reason(error)}). Make the run again."
        raise ModelError(message) from error
    if not isinstance(settings, dict) or settings.get("format") != FORMAT:
        got = settings.get("format") if isinstance(settings, dict) else None
        message = f"{folder.name}/{SETTINGS_FILE} has format {got!r}; this version reads {FORMAT}. Make the run again."
        raise ModelError(message)
    return settings


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The plain arrays of an archive (`.npz`); nothing in it is run.

    ModelError if it is missing, damaged, holds anything else, or would unpack to more than `MOST_BYTES`.
    """
    try:
        if not path.is_file():
            raise ValueError("it is no file")
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                message = f"{path.name} would unpack to more than {MOST_BYTES:,} bytes; that is not a model of ours."
                raise ModelError(message)
        with np.load(path, allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
        if any(array.dtype.kind not in "fiub" for array in arrays.values()):
            raise ValueError("it holds more than plain numbers")
    except PermissionError as error:
        raise ModelError(denied(path.name)) from error
    except DAMAGE as error:  # a header may promise more numbers than any memory holds
        if isinstance(error, ModelError):
            raise
        message = f"{path.name} is missing, damaged or holds more than plain numbers. Make the run again."
        raise ModelError(message) from error
    return arrays
