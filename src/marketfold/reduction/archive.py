"""What a `.keras` archive may hold before Keras is allowed to see it.

Keras' safe mode refuses Lambda code, and has had holes (CVE-2025-1550, CVE-2025-8747). So an archive is first read as
what it is, three files in a ZIP, and nothing passes but the layers that our own networks are made of, at sizes that fit
each other. Nothing here loads TensorFlow.
"""

from __future__ import annotations

import io
import json
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, get_args

from marketfold.errors import ModelError
from marketfold.reduction.network import Activation, Architecture, expected_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import h5py  # type: ignore[import-untyped]

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MOST_WEIGHTS = 50_000_000
MOST_BYTES = {CONFIG: 1_000_000, METADATA: 10_000, WEIGHTS: 4 * MOST_WEIGHTS + 1_000_000}
WIDEST_LAYER, DEEPEST_NESTING = 100_000, 40
FORMAT_SHARE = 200_000
"""Bytes that an HDF5 file may take beyond its numbers."""

_DAMAGED_ZIP = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError,
)  # fmt: skip
"""What `zipfile` raises on a damaged, encrypted or foreign archive; NotImplementedError is a RuntimeError."""

_ALLOWED = {
    ("keras.src.models.functional", "Functional", "Functional"),
    ("keras", "Functional", None),
    ("keras.layers", "InputLayer", None),
    ("keras.layers", "Dense", None),
    ("marketfold.reduction.keras_model", "TiedDense", "marketfold>TiedDense"),
    ("keras", "DTypePolicy", None),
    ("keras.initializers", "GlorotUniform", None),
    ("keras.initializers", "Zeros", None),
    (None, "__keras_tensor__", None),
}
"""Module, class and registered name of everything in a network of ours."""


def refused(name: str, why: str) -> ModelError:
    """The one form of all refusals: what is wrong, and what to do."""
    return ModelError(f"{name} is refused: {why}. Nothing in it was run. Save the network again with save_network.")


def read_parts(path: Path) -> dict[str, bytes]:
    """Read the three files of a `.keras` archive, never more than they may hold.

    Raises
    ------
    ModelError
        If it is no ZIP, holds other files, or would unpack to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_all(archive)
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}. Check the path and its permissions."
        raise ModelError(message) from error
    except _DAMAGED_ZIP as error:
        raise refused(path.name, f"it is not a sound archive of ours: {error}") from error


def _read_all(archive: zipfile.ZipFile) -> dict[str, bytes]:
    names, wanted = sorted(archive.namelist()), sorted(MOST_BYTES)
    if names != wanted:
        message = f"wanted exactly the files {', '.join(wanted)} and got {names[:5]}"
        raise ValueError(message)
    return {name: _read_part(archive, name) for name in names}


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    most = MOST_BYTES[name]
    with archive.open(name) as part:
        content = part.read(most + 1)
    if len(content) > most:
        message = f"{name} unpacks to more than {most:,} bytes"
        raise ValueError(message)
    return content


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST_NESTING:
        message = "it nests too deeply"
        raise ValueError(message)
    children: Any = ()
    if isinstance(value, dict):
        yield value
        children = value.values()
    elif isinstance(value, list):
        children = value
    for child in children:
        yield from _nodes(child, depth + 1)


def _check_classes(config: Any) -> None:
    for node in _nodes(config):
        if not {"class_name", "module", "registered_name"} & set(node):
            continue
        found = (node.get("module"), node.get("class_name"), node.get("registered_name"))
        if found not in _ALLOWED:
            message = f"it names {str(found[1])[:60]!r} of {str(found[0])[:60]!r}, which no network of ours contains"
            raise ValueError(message)
        if node.get("compile_config"):
            message = "it carries training settings, which we never save"
            raise ValueError(message)


def _widths(layers: list[Any], part: str) -> list[int]:
    names = {layer["config"]["name"]: layer["config"] for layer in layers}
    widths: list[Any] = []
    while (config := names.get(f"{part}_{len(widths)}")) is not None:
        widths.append(config["units"])
    return widths


def _read_architecture(config: dict[str, Any]) -> Architecture:
    """Find the shape of the network in the layers that a config lists, and nothing but them."""
    layers = config["config"]["layers"]
    first = layers[0]["config"]
    tied = any(layer["class_name"] == "TiedDense" for layer in layers)
    widths = [first["batch_shape"][1], *_widths(layers, "tied" if tied else "encoder")]
    if len(widths) < 2 or not all(type(width) is int and 0 < width <= WIDEST_LAYER for width in widths):
        message = f"layers of the widths {str(widths)[:80]} are not a network"
        raise ValueError(message)
    code = layers[len(widths) - 1]["config"]["activation"]
    if code not in get_args(Activation):
        message = f"the activation {str(code)[:60]!r} is none of ours"
        raise ValueError(message)
    shape = Architecture(widths[0], tuple(widths[1:-1]), widths[-1], tied, code)
    mirrored = list(shape.encoder_widths[-2::-1])
    n_layers = len(widths) if tied else 2 * len(widths) - 1
    if len(layers) != n_layers or (not tied and _widths(layers, "decoder") != mirrored):
        message = "its layers are not an encoder with a mirrored decoder"
        raise ValueError(message)
    if shape.n_weights > MOST_WEIGHTS:
        message = f"the network {shape} has {shape.n_weights:,} weights, more than {MOST_WEIGHTS:,}"
        raise ValueError(message)
    return shape


def architecture_of(config: bytes, name: str) -> Architecture:
    """Shape of the network that a `config.json` describes, all of whose classes are ours.

    Raises
    ------
    ModelError
        If anything else stands in it.
    """
    try:
        parsed = json.loads(config)
        _check_classes(parsed)
        return _read_architecture(parsed)
    except (ValueError, RecursionError) as error:  # JSON's and Unicode's errors are ValueErrors
        raise refused(name, str(error)) from error
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise refused(name, f"its description of the layers is damaged ({error!r})") from error


def _datasets(group: h5py.Group, depth: int = 0) -> Iterator[h5py.Dataset]:
    """Every dataset that lies in the file itself; links to other places and files are refused."""
    import h5py  # noqa: PLC0415  only who reads an archive pays for it

    if depth > DEEPEST_NESTING:
        message = "its weights nest too deeply"
        raise ValueError(message)
    for name in group:
        if type(group.get(name, getlink=True)) is not h5py.HardLink:
            message = "its weights link to another place"
            raise ValueError(message)
        item = group[name]
        if isinstance(item, h5py.Dataset):
            yield item
        else:
            yield from _datasets(item, depth + 1)


def _plain_shape(dataset: h5py.Dataset) -> tuple[int, ...]:
    """Shape of a dataset whose numbers lie in the file as they are: neither packed nor elsewhere."""
    if dataset.external or dataset.is_virtual or dataset.chunks is not None or dataset.dtype != "float32":
        message = "they are not stored plainly as float32"
        raise ValueError(message)
    return tuple(dataset.shape)


def check_weights(weights: bytes, shape: Architecture, name: str) -> None:
    """Check that the weights file holds the arrays of the network, plainly stored, and nothing else.

    Raises
    ------
    ModelError
        If it does not.
    """
    import h5py  # noqa: PLC0415

    wanted = sorted(expected_arrays(shape).values())
    if len(weights) > 4 * shape.n_weights + FORMAT_SHARE:
        raise refused(name, f"its weights take {len(weights):,} bytes, too many for the network {shape}")
    try:
        with h5py.File(io.BytesIO(weights), "r") as file:
            found = sorted(_plain_shape(dataset) for dataset in _datasets(file))
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, RecursionError) as error:
        raise refused(name, f"its weights cannot be read ({error})") from error
    if found != wanted:
        raise refused(name, f"its weights do not have the shapes of the network {shape}")
