"""The autoencoder as a Keras model, its weights as plain arrays, and its `.keras` file for those who go on in Keras.

Importing this module loads TensorFlow; Marketfold itself reads arrays only.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.errors import ModelError
from marketfold.reduction.backend import load_keras, quiet_conversion
from marketfold.reduction.network import Activation, Architecture, Network, network_from_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_, keras = load_keras()

PACKAGE = "marketfold"
NETWORK_FILE = "network.keras"
METADATA = "metadata.json"
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Archives carry no moment: the same network gives the same bytes."""


@keras.saving.register_keras_serializable(package=PACKAGE)
class TiedDense(keras.layers.Layer):  # type: ignore[misc,name-defined]
    """A dense layer that is walked both ways with one kernel.

    Called plainly it encodes, `activation(x @ kernel + bias)`; called with `back=True` it decodes,
    `back_activation(x @ kernel.T + back_bias)`. There is one kernel variable, so sharing holds through every gradient
    step and through saving.
    """

    def __init__(
        self, units: int, activation: Activation, back_activation: Activation, seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units, self.activation, self.back_activation, self.seed = units, activation, back_activation, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the kernel and both biases."""
        n_in = input_shape[-1]
        start = keras.initializers.GlorotUniform(seed=self.seed)
        self.kernel = self.add_weight(name="kernel", shape=(n_in, self.units), initializer=start)
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.back_bias = self.add_weight(name="back_bias", shape=(n_in,), initializer="zeros")
        self.built = True

    def call(self, inputs: Any, back: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Encode, or decode if `back`."""
        if back:
            x = keras.ops.matmul(inputs, keras.ops.transpose(self.kernel)) + self.back_bias
            return keras.activations.get(self.back_activation)(x)
        return keras.activations.get(self.activation)(keras.ops.matmul(inputs, self.kernel) + self.bias)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments of the constructor."""
        names = ("units", "activation", "back_activation", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _layer_seeds(n_layers: int, seed: int) -> list[int]:
    return [int(state) for state in np.random.SeedSequence(seed).generate_state(n_layers)]


def _tied_layers(shape: Architecture, seed: int) -> list[Callable[[Any], Any]]:
    depth = len(shape.encoder_widths) - 1
    layers: list[Any] = [
        TiedDense(
            shape.encoder_widths[i + 1],
            shape.encoder_activations[i],
            shape.decoder_activations[depth - 1 - i],
            seed=layer_seed,
            name=f"tied_{i}",
            dtype="float32",
        )
        for i, layer_seed in enumerate(_layer_seeds(depth, seed))
    ]
    return [*layers, *(partial(layer, back=True) for layer in reversed(layers))]


def _untied_layers(shape: Architecture, seed: int) -> list[Callable[[Any], Any]]:
    depth = len(shape.encoder_widths) - 1
    plan = [(f"encoder_{i}", shape.encoder_widths[i + 1], shape.encoder_activations[i]) for i in range(depth)]
    plan += [(f"decoder_{i}", shape.encoder_widths[-2 - i], shape.decoder_activations[i]) for i in range(depth)]
    starts = [keras.initializers.GlorotUniform(seed=layer_seed) for layer_seed in _layer_seeds(2 * depth, seed)]
    return [
        keras.layers.Dense(units, activation, kernel_initializer=start, name=name, dtype="float32")
        for (name, units, activation), start in zip(plan, starts, strict=True)
    ]


def build_model(shape: Architecture, seed: int) -> Any:
    """Make the Keras model from features to features, its weights drawn from `seed` alone (Glorot uniform)."""
    x = features = keras.Input((shape.n_features,), name="features", dtype="float32")
    for layer in (_tied_layers if shape.tied else _untied_layers)(shape, seed):
        x = layer(x)
    return keras.Model(features, x, name="autoencoder")


def _variables(model: Any, shape: Architecture) -> dict[str, Any]:
    """Keras variables under the names of our arrays."""
    depth = len(shape.encoder_widths) - 1
    named = {}
    for i in range(depth):
        if shape.tied:
            layer = model.get_layer(f"tied_{i}")
            named[f"encoder_{i}_kernel"], named[f"encoder_{i}_bias"] = layer.kernel, layer.bias
            named[f"decoder_{depth - 1 - i}_bias"] = layer.back_bias
        else:
            for part in ("encoder", "decoder"):
                layer = model.get_layer(f"{part}_{i}")
                named[f"{part}_{i}_kernel"], named[f"{part}_{i}_bias"] = layer.kernel, layer.bias
    return named


def network_of(model: Any, shape: Architecture) -> Network:
    """Copy the weights of a Keras model."""
    arrays: dict[str, NDArray[Any]] = {
        name: np.array(variable.numpy(), np.float32) for name, variable in _variables(model, shape).items()
    }
    return network_from_arrays(shape, arrays)


def model_of(network: Network) -> Any:
    """Make the Keras model that holds a network's weights."""
    model = build_model(network.architecture, seed=0)
    arrays = network.arrays()
    for name, variable in _variables(model, network.architecture).items():
        variable.assign(arrays[name])
    return model


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
    ModelError if the place cannot be written.
    """
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
