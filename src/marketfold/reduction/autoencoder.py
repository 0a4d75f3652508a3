"""The autoencoder as a scikit-learn estimator."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from marketfold.errors import MissingDependencyError, ModelError, ParameterError
from marketfold.reduction.backend import load_keras
from marketfold.reduction.base import BaseReducer, demand, refuse_constant_columns
from marketfold.reduction.network import Activation, Architecture, Network, network_from_arrays, sized_architecture
from marketfold.reduction.pca import VARIANCE_SHARE, covariance, fewest_for_share, principal_components
from marketfold.reduction.training import TrainingSettings, train, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from marketfold.reduction.base import State
    from marketfold.schema import Float32, Progress

MOST_WEIGHTS_A_VALUE = 100
"""Beyond so many weights for each value of the matrix a network is refused, not warned about: it can store every unit
many times over."""


class OverparameterisedWarning(UserWarning):
    """A network was asked for that has more weights than the matrix has values."""


def proposed_bottleneck(X: Float32) -> int:
    """As many dimensions as PCA needs for `VARIANCE_SHARE`, and one fewer than there are features at most."""
    variances, _ = principal_components(covariance(X)[1])
    needed = fewest_for_share(variances / variances.sum(), VARIANCE_SHARE)
    return int(max(1, min(needed, X.shape[1] - 1)))


def _warn_of_size(shape: Architecture, n_units: int) -> None:
    """Warn of more weights than values; ParameterError beyond `MOST_WEIGHTS_A_VALUE` for each value."""
    values = n_units * shape.n_features
    ratio = shape.n_weights / values
    if ratio <= 1:
        return
    message = (
        f"The network {shape} has {shape.n_weights:,} weights for the {values:,} values of {n_units:,} rows by "
        f"{shape.n_features} columns, {ratio:.3g} for each value: it can memorise the units instead of learning what "
        "they share. Leave layers unset to have the network sized from the data."
    )
    if ratio > MOST_WEIGHTS_A_VALUE:
        raise ParameterError(message)
    warnings.warn(message, OverparameterisedWarning, stacklevel=5)


def _saved_architecture(settings: Mapping[str, Any], *, tied: bool) -> Architecture:
    hidden: Any = settings.get("hidden")
    activation: Any = settings.get("code_activation")
    ends: list[Any] = [settings.get("n_features"), settings.get("bottleneck")]
    widths: list[Any] = [ends[0], *hidden, ends[1]] if isinstance(hidden, list) else [None]
    if not all(type(width) is int and width > 0 for width in widths) or activation not in get_args(Activation):
        message = "The saved autoencoder does not name sound widths and activation: the model is damaged. Run it again."
        raise ModelError(message)
    return Architecture(widths[0], tuple(widths[1:-1]), widths[-1], tied, activation)


class AutoencoderReducer(BaseReducer):
    """Reduce features through the bottleneck of a neural network that learns to give its input back.

    Encoder and mirrored decoder are dense ReLU layers, code and output are linear; the loss is the mean squared error
    and the optimiser Adam (Kingma and Ba 2015). A held-out part of the units stops the training early, and the weights
    of the best epoch are kept (Goodfellow, Bengio and Courville, *Deep Learning*, 2016, ch. 7 and 14). Training and
    encoding use the same matrix on the same scale. TensorFlow is loaded by `fit` alone.

    Parameters
    ----------
    bottleneck
        Dimensions of the code; None takes as many as PCA needs for nine tenths of the variance.
    layers
        Widths of the encoder's hidden layers; None sizes the network from the data, always with fewer weights than
        values.
    code_activation
        `"linear"`, or `"relu"` for a code without negative values.
    training
        How long and how fast to train; None takes what suits the data.
    allow_constant
        Carry columns along in which all units are alike, instead of refusing them.

    Attributes
    ----------
    network_ : Network
        The trained layers as plain arrays.
    history_ : dict
        `loss` and `validation_loss` of each epoch (mean squared error), and `best_epoch`, counted from 1.

    Raises
    ------
    ParameterError
        At `fit`: NaN or infinity, fewer than 2 rows, a constant column, a bottleneck wider than the input, or more than
        100 weights for each value.
    TooFewUnitsError
        At `fit`, if the matrix holds fewer values than the smallest network has weights.
    TrainingError
        At `fit`, if the loss diverges.

    Warns
    -----
    OverparameterisedWarning
        At `fit`, if `layers` make a network with more weights than the matrix has values.

    Examples
    --------
    >>> AutoencoderReducer(bottleneck=2, training=TrainingSettings(epochs=20)).label
    'the autoencoder'
    """

    name: ClassVar[str] = "autoencoder"
    label: ClassVar[str] = "the autoencoder"
    fewest_units: ClassVar[int | None] = 60
    """Its size follows the data, and with fewer there is hardly anything to hold out for its training."""
    cost: ClassVar[int] = 2
    stochastic: ClassVar[bool] = True
    figures: ClassVar[tuple[str, ...]] = ("loss",)
    tied: ClassVar[bool] = False

    network_: Network
    history_: dict[str, Any]

    def __init__(
        self,
        bottleneck: int | None = None,
        *,
        layers: Sequence[int] | None = None,
        code_activation: Activation = "linear",
        training: TrainingSettings | None = None,
        allow_constant: bool = False,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.bottleneck = bottleneck
        self.layers = layers
        self.code_activation = code_activation
        self.training = training
        self.allow_constant = allow_constant
        self.random_state = random_state

    @classmethod
    def make(cls, n_dimensions: int | None, seed: int) -> Self:
        """Make one with so wide a bottleneck, or with one that is found from the data."""
        return cls(n_dimensions, allow_constant=True, random_state=seed)

    @classmethod
    def check_available(cls) -> None:
        """Import TensorFlow and Keras, or raise `MissingDependencyError`."""
        load_keras()

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:  # noqa: ARG002
        """Train on a scaled matrix of shape (n_units, n_features); `y` is there for the protocol.

        An interrupted or failed training leaves the estimator as it was before.
        """
        before = dict(vars(self))
        try:
            self._fit(X, progress)
        except BaseException:
            self.__dict__ = before
            raise
        return self

    def _fit(self, X: ArrayLike, progress: Progress | None) -> None:
        matrix = self._checked(X, reset=True, min_rows=2)
        self._train(np.ascontiguousarray(matrix, np.float32), [np.arange(len(matrix))], [self], progress)

    def fit_each(
        self, X: ArrayLike, draws: Sequence[NDArray[np.intp]], *, progress: Progress | None = None
    ) -> list[Self]:
        """Train a copy on each draw of rows, all side by side; their seeds follow one another."""
        matrix = np.ascontiguousarray(self._checked(X, reset=True, min_rows=2), np.float32)
        copies = [clone(self) for _ in draws]
        for copied in copies:
            copied.n_features_in_ = matrix.shape[1]
        self._train(matrix, draws, copies, progress)
        return copies

    def _train(
        self, X: Float32, draws: Sequence[NDArray[np.intp]], taught: Sequence[Self], progress: Progress | None
    ) -> None:
        first = X[draws[0]]
        if not self.allow_constant:
            refuse_constant_columns(first)
        shape = self.architecture_for(first)
        _warn_of_size(shape, len(first))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1 - len(draws)))
        plan = (self.training or TrainingSettings()).plan(len(first), shape.widest, seed)
        for one, trained in zip(taught, train(X, draws, shape, plan, progress), strict=True):
            one.network_, one.history_ = trained
            one.n_dimensions_ = shape.bottleneck

    def architecture_for(self, X: Float32) -> Architecture:
        """Shape of the network that a matrix would be taught; errors as at `fit`."""
        n_features = X.shape[1]
        if self.code_activation not in get_args(Activation):
            raise ParameterError(f"code_activation={self.code_activation!r}: choose 'linear' or 'relu'.")
        bottleneck = proposed_bottleneck(X) if self.bottleneck is None else self.bottleneck
        if whole_number("bottleneck", bottleneck) > n_features:
            raise ParameterError(
                f"A bottleneck of {bottleneck} is wider than the input of {n_features} columns (n_features): nothing "
                f"would be reduced. Ask for {max(1, n_features - 1)} dimensions or fewer."
            )
        if self.layers is None:
            fixed = self.bottleneck is not None
            return sized_architecture(
                X.shape, int(bottleneck), fixed_bottleneck=fixed, tied=self.tied, code_activation=self.code_activation
            )
        hidden = tuple(whole_number("a width in layers", width) for width in self.layers)
        return Architecture(n_features, hidden, int(bottleneck), self.tied, self.code_activation)

    def _encode(self, X: NDArray[Any]) -> Float32:
        return self.network_.encode(X)

    def _decode(self, X: NDArray[Any]) -> Float32:
        return self.network_.decode(X)

    def to_state(self) -> State:
        """Give the shape, the history and every weight, enough to encode and decode without TensorFlow."""
        shape = self.network_.architecture
        settings = {
            "method": self.name,
            "n_features": shape.n_features,
            "hidden": list(shape.hidden),
            "bottleneck": shape.bottleneck,
            "code_activation": shape.code_activation,
            "history": getattr(self, "history_", None),
        }
        return settings, dict(self.network_.arrays())

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a fitted reducer from what `to_state` gave, or raise `ModelError`."""
        demand(settings, arrays, cls.name)
        shape = _saved_architecture(settings, tied=cls.tied)
        reducer = cls(shape.bottleneck, layers=shape.hidden, code_activation=shape.code_activation)
        reducer.network_ = network_from_arrays(shape, arrays)
        reducer.history_ = settings.get("history") or {"loss": [], "validation_loss": [], "best_epoch": 0}
        reducer.n_features_in_, reducer.n_dimensions_ = shape.n_features, shape.bottleneck
        return reducer

    def write_files(self, folder: Path) -> None:
        """Write `network.keras`, for those who go on with the network in Keras; nothing where there is none."""
        with suppress(MissingDependencyError):
            from marketfold.reduction.keras_model import NETWORK_FILE, save_network  # noqa: PLC0415  loads TensorFlow

            save_network(self.network_, folder / NETWORK_FILE)


class TiedAutoencoderReducer(AutoencoderReducer):
    """The same with tied weights: the decoder uses the encoder's kernels, transposed.

    There are half as many kernel weights to learn, and they are truly shared.

    Examples
    --------
    >>> TiedAutoencoderReducer(bottleneck=2).label
    'the tied autoencoder'
    """

    name: ClassVar[str] = "autoencoder-tied"
    label: ClassVar[str] = "the tied autoencoder"
    fewest_units: ClassVar[int | None] = None
    cost: ClassVar[int] = 3
    tied: ClassVar[bool] = True
