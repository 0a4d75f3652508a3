"""Dense autoencoders as plain arrays: their shape, their size against the data, and encoding with NumPy alone.

Nothing here loads TensorFlow: a trained network is a few matrices, and new units are scored with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from marketfold.errors import ModelError, TooFewUnitsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.schema import Float32

Activation = Literal["linear", "relu"]
RELU: Activation = "relu"

HIDDEN_LAYERS = ((128, 64), (64, 32), (32, 16), (32,), (16,), (8,), ())
"""Hidden layers that the default network chooses from, widest first; none at all makes a linear autoencoder."""

VALUES_PER_WEIGHT = 2
"""The default network has at most one weight for so many values of the matrix; the held-out part guards the rest."""

WEIGHTS_AT_ONCE = 4_000_000
"""Activations of one layer that encoding holds at a time (16 MB)."""


@dataclass(frozen=True)
class Architecture:
    """Shape of an autoencoder: the decoder mirrors the encoder.

    >>> shape = Architecture(n_features=20, hidden=(64, 32), bottleneck=8)
    >>> str(shape), shape.n_weights
    ('20-64-32-8-32-64-20', 7388)
    """

    n_features: int
    hidden: tuple[int, ...]
    bottleneck: int
    tied: bool = False
    code_activation: Activation = "linear"

    @property
    def encoder_widths(self) -> tuple[int, ...]:
        """Widths from the input to the code."""
        return (self.n_features, *self.hidden, self.bottleneck)

    @property
    def widest(self) -> int:
        """Width of the widest layer."""
        return max(self.encoder_widths)

    @property
    def n_kernel_weights(self) -> int:
        """Weights between layers; tied networks have half as many."""
        one_way = sum(before * after for before, after in pairwise(self.encoder_widths))
        return one_way if self.tied else 2 * one_way

    @property
    def n_weights(self) -> int:
        """All that training sets: kernels and biases."""
        return self.n_kernel_weights + sum(self.encoder_widths[1:]) + sum(self.encoder_widths[:-1])

    @property
    def encoder_activations(self) -> tuple[Activation, ...]:
        """ReLU between layers; the code as asked."""
        return (*[RELU] * len(self.hidden), self.code_activation)

    @property
    def decoder_activations(self) -> tuple[Activation, ...]:
        """ReLU between layers; the output is linear, since scaled features have both signs."""
        return (*[RELU] * len(self.hidden), "linear")

    def __str__(self) -> str:
        return "-".join(map(str, (*self.encoder_widths, *self.encoder_widths[-2::-1])))


def sized_architecture(
    matrix_shape: tuple[int, int], bottleneck: int, *, fixed_bottleneck: bool, tied: bool, code_activation: Activation
) -> Architecture:
    """Choose the widest of the default networks for which the matrix, units by features, holds enough values.

    A bottleneck that was only proposed, and not fixed, is narrowed until the network fits. TooFewUnitsError if even
    the smallest network has more weights than the matrix has values.
    """
    n_units, n_features = matrix_shape
    values = n_units * n_features
    tried = [hidden for hidden in HIDDEN_LAYERS if min(hidden, default=bottleneck) >= bottleneck]
    shapes = [Architecture(n_features, hidden, bottleneck, tied, code_activation) for hidden in tried]
    # Layers much wider than the input only repeat themselves.
    shapes = [shape for shape in shapes if max(shape.hidden, default=0) <= 4 * n_features + 16]
    for shape in shapes:
        if shape.n_weights * VALUES_PER_WEIGHT <= values:
            return shape
    narrower = range(bottleneck, 0 if not fixed_bottleneck else bottleneck - 1, -1)
    for width in narrower:
        shape = Architecture(n_features, (), width, tied, code_activation)
        if shape.n_weights <= values:
            return shape
    smallest = Architecture(n_features, (), bottleneck if fixed_bottleneck else 1, tied, code_activation)
    enough = -(-smallest.n_weights // n_features)
    raise TooFewUnitsError(
        f"{n_units:,} rows by {n_features} columns hold {values:,} values; the smallest autoencoder, {smallest}, has "
        f"{smallest.n_weights:,} weights. Give at least {enough:,} rows, fewer dimensions, or reduce with PCA."
    )


@dataclass(frozen=True)
class DenseLayer:
    """One layer: `activation(x @ kernel + bias)`, kernel of shape (n_in, n_out)."""

    kernel: Float32
    bias: Float32
    activation: Activation

    def __call__(self, x: Float32) -> Float32:
        """Walk units through the layer, shape (n_units, n_out)."""
        y: Float32 = x @ self.kernel
        y += self.bias
        return np.maximum(y, 0, out=y) if self.activation == "relu" else y


@dataclass(frozen=True)
class Network:
    """A trained autoencoder: encoder and decoder, each from first to last layer.

    In a tied network the decoder's kernels are views of the encoder's, transposed.
    """

    architecture: Architecture
    encoder: tuple[DenseLayer, ...]
    decoder: tuple[DenseLayer, ...]

    def encode(self, X: NDArray[Any]) -> Float32:
        """From features to the code, shape (n_units, bottleneck)."""
        return self._through(self.encoder, X)

    def decode(self, code: NDArray[Any]) -> Float32:
        """From the code to features, shape (n_units, n_features)."""
        return self._through(self.decoder, code)

    def _through(self, layers: tuple[DenseLayer, ...], X: NDArray[Any]) -> Float32:
        out = np.empty((len(X), layers[-1].kernel.shape[1]), np.float32)
        step = max(256, WEIGHTS_AT_ONCE // self.architecture.widest)
        for start in range(0, len(X), step):
            x = np.asarray(X[start : start + step], np.float32)
            for layer in layers:
                x = layer(x)
            out[start : start + step] = x
        return out

    def arrays(self) -> dict[str, Float32]:
        """Every weight under its name; a tied decoder has biases only."""
        arrays = {}
        for name in expected_arrays(self.architecture):
            part, number, kind = name.split("_")
            arrays[name] = getattr(getattr(self, part)[int(number)], kind)
        return arrays


def expected_arrays(shape: Architecture) -> dict[str, tuple[int, ...]]:
    """Name and shape of every array of a network."""
    expected: dict[str, tuple[int, ...]] = {}
    for part, widths in (("encoder", shape.encoder_widths), ("decoder", shape.encoder_widths[::-1])):
        for number, (before, after) in enumerate(pairwise(widths)):
            if part == "encoder" or not shape.tied:
                expected[f"{part}_{number}_kernel"] = (before, after)
            expected[f"{part}_{number}_bias"] = (after,)
    return expected


def network_from_arrays(shape: Architecture, arrays: Mapping[str, NDArray[Any]]) -> Network:
    """Put a network together; `ModelError` where an array is missing, of another shape, or not finite."""
    for name, wanted in expected_arrays(shape).items():
        array = arrays.get(name)
        got = None if array is None else array.shape
        if array is None or got != wanted or array.dtype != np.float32 or not np.isfinite(array).all():
            message = f"The saved network {shape} has {got} for {name!r}, not {wanted} finite float32. Train it again."
            raise ModelError(message)
    depth = range(len(shape.encoder_widths) - 1)
    kernels = [arrays[f"encoder_{i}_kernel"] for i in depth]
    back = [kernel.T for kernel in reversed(kernels)] if shape.tied else [arrays[f"decoder_{i}_kernel"] for i in depth]
    biases, back_biases = ([arrays[f"{part}_{i}_bias"] for i in depth] for part in ("encoder", "decoder"))
    encoder = map(DenseLayer, kernels, biases, shape.encoder_activations)
    decoder = map(DenseLayer, back, back_biases, shape.decoder_activations)
    return Network(shape, tuple(encoder), tuple(decoder))
