"""The autoencoder as a scikit-learn estimator."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
from sklearn.utils import check_random_state

from marketfold.errors import ModelError, ParameterError
from marketfold.reduction.base import BaseReducer, refuse_constant_columns
from marketfold.reduction.network import (
    PUBLISHED_BOTTLENECK,
    PUBLISHED_LAYERS,
    Activation,
    Architecture,
    Network,
    network_from_arrays,
    sized_architecture,
)
from marketfold.reduction.pca import covariance, fewest_for_share, principal_components
from marketfold.reduction.training import TrainingPlan, train

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from marketfold.reduction.base import State
    from marketfold.schema import Float32, Progress

MOST_WEIGHTS_A_VALUE = 100
"""Beyond so many weights for each value of the matrix a network is refused, not warned about: it can store every unit
many times over."""

VARIANCE_SHARE = 0.9
"""The default bottleneck is as wide as PCA needs to keep this share of the variance."""

LARGEST_RATE, RATE_TIMES_WIDTH = 0.02, 1.28
"""Peak learning rate: Adam's best rate falls as layers widen (Yang et al. 2022), so 0.02 up to 64 units, then 1.28 by
width. Chosen with the batch on correlated rows by 20 columns (docs/explanation/reduction.md)."""

STEPS_WANTED = 8_000
FEWEST_EPOCHS, MOST_EPOCHS = 10, 300
SMALLEST_BATCH, LARGEST_BATCH = 16, 512

AUTOENCODERS = ("autoencoder", "autoencoder-tied")


class OverparameterisedWarning(UserWarning):
    """A network was asked for that has more weights than the matrix has values."""


def _whole(name: str, value: Any, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        message = f"{name}={value!r}: wanted a whole number of at least {least}, or None to find it from the data."
        raise ParameterError(message)
    return int(value)


def proposed_bottleneck(X: Float32) -> int:
    """As many dimensions as PCA needs for `VARIANCE_SHARE`, and one fewer than there are features at most."""
    variances, _ = principal_components(covariance(X)[1])
    if variances.sum() <= 0:
        message = "All units are alike in every column: there is nothing to reduce. Give units that differ."
        raise ParameterError(message)
    needed = fewest_for_share(variances / variances.sum(), VARIANCE_SHARE)
    return int(max(1, min(needed, X.shape[1] - 1)))


def size_warning(shape: Architecture, n_units: int) -> str | None:
    """What to say about a network with more weights than values; None where it has not.

    Raises
    ------
    ParameterError
        If it has more than `MOST_WEIGHTS_A_VALUE` weights for each value.
    """
    values = n_units * shape.n_features
    ratio = shape.n_weights / values
    if ratio <= 1:
        return None
    message = (
        f"The network {shape} has {shape.n_weights:,} weights for the {values:,} values of {n_units:,} rows by "
        f"{shape.n_features} columns, {ratio:.3g} for each value: it can memorise the units instead of learning what "
        "they share. Leave layers unset to have the network sized from the data."
    )
    if ratio > MOST_WEIGHTS_A_VALUE:
        raise ParameterError(message)
    return message


def default_batch(n_units: int) -> int:
    """Units a step: a power of two near a 32nd of the units, 16 to 512.

    >>> default_batch(92), default_batch(20_000), default_batch(1_000_000)
    (16, 512, 512)
    """
    return int(np.clip(2 ** int(np.log2(max(n_units, 2) / 32 + 1)), SMALLEST_BATCH, LARGEST_BATCH))


def _saved_architecture(settings: Mapping[str, Any]) -> Architecture:
    hidden: Any = settings.get("hidden")
    activation: Any = settings.get("code_activation")
    ends: list[Any] = [settings.get("n_features"), settings.get("bottleneck")]
    widths: list[Any] = [ends[0], *hidden, ends[1]] if isinstance(hidden, list) else [None]
    if not all(type(width) is int and width > 0 for width in widths) or activation not in get_args(Activation):
        message = "The saved autoencoder does not name sound widths and activation: the model is damaged. Run it again."
        raise ModelError(message)
    tied = settings["method"] == AUTOENCODERS[1]
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
        Widths of the encoder's hidden layers, `"published"` for 50-500-500-2000 with a bottleneck of 8, or None to size
        the network from the data, always with fewer weights than values.
    tied
        Whether the decoder uses the encoder's kernels, transposed: half the kernel weights, truly shared.
    code_activation
        `"linear"`, or `"relu"` for a code without negative values.
    epochs
        Passes over the units at most; None takes enough for some thousands of steps.
    batch_size
        Units a step; None takes larger batches for more units.
    learning_rate
        Peak of Adam's step size; None takes one that suits the widest layer.
    validation_share
        Share of the units that is held out, above 0 and below 1.
    patience
        Epochs without a better held-out loss after which training stops; None takes a quarter of `epochs`.
    allow_constant
        Carry columns along in which all units are alike, instead of refusing them.
    random_state
        Seed of the first weights, the held-out units and the order of batches.

    Attributes
    ----------
    network_ : Network
        The trained layers as plain arrays.
    history_ : dict
        `loss` and `validation_loss` of each epoch (mean squared error), and `best_epoch`, counted from 1.
    n_dimensions_
        Width of the code.

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
    >>> reducer = AutoencoderReducer(bottleneck=2, tied=True)
    >>> reducer.method
    'autoencoder-tied'
    """

    network_: Network
    history_: dict[str, Any]

    def __init__(  # noqa: PLR0913  an estimator stores each setting under its own name
        self,
        bottleneck: int | None = None,
        *,
        layers: Sequence[int] | Literal["published"] | None = None,
        tied: bool = False,
        code_activation: Activation = "linear",
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        validation_share: float = 0.1,
        patience: int | None = None,
        allow_constant: bool = False,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.bottleneck = bottleneck
        self.layers = layers
        self.tied = tied
        self.code_activation = code_activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.validation_share = validation_share
        self.patience = patience
        self.allow_constant = allow_constant
        self.random_state = random_state

    @property
    def method(self) -> str:
        """`autoencoder`, or `autoencoder-tied`."""
        return AUTOENCODERS[bool(self.tied)]

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
        if not self.allow_constant:
            refuse_constant_columns(matrix)
        matrix = np.ascontiguousarray(matrix, np.float32)
        shape = self._architecture(matrix)
        warning = size_warning(shape, len(matrix))
        if warning is not None:
            warnings.warn(warning, OverparameterisedWarning, stacklevel=3)
        network, history = train(matrix, shape, self._plan(len(matrix), shape), progress)
        self.network_ = network
        self.history_ = {
            "loss": history.loss,
            "validation_loss": history.validation_loss,
            "best_epoch": history.best_epoch + 1,
        }
        self.n_dimensions_ = shape.bottleneck

    def _architecture(self, X: Float32) -> Architecture:
        n_features = X.shape[1]
        if self.code_activation not in get_args(Activation):
            message = f"code_activation={self.code_activation!r}: choose 'linear' or 'relu'."
            raise ParameterError(message)
        published = isinstance(self.layers, str)
        if published and self.layers != "published":
            message = f"layers={self.layers!r}: give widths as in (64, 32), or 'published', or None."
            raise ParameterError(message)
        bottleneck = self.bottleneck
        if bottleneck is None:
            bottleneck = PUBLISHED_BOTTLENECK if published else proposed_bottleneck(X)
        if _whole("bottleneck", bottleneck) > n_features:
            message = (
                f"A bottleneck of {bottleneck} is wider than the input of {n_features} columns (n_features): nothing "
                f"would be reduced. Ask for {max(1, n_features - 1)} dimensions or fewer."
            )
            raise ParameterError(message)
        bottleneck = int(bottleneck)
        if self.layers is None:
            fixed = self.bottleneck is not None
            return sized_architecture(
                X.shape, bottleneck, fixed_bottleneck=fixed, tied=self.tied, code_activation=self.code_activation
            )
        widths = PUBLISHED_LAYERS if published else self.layers
        hidden = tuple(_whole("a width in layers", width) for width in widths)
        return Architecture(n_features, hidden, bottleneck, bool(self.tied), self.code_activation)

    def _plan(self, n_units: int, shape: Architecture) -> TrainingPlan:
        if not 0 < self.validation_share < 1:
            message = f"validation_share={self.validation_share!r}: wanted a share above 0 and below 1, as 0.1."
            raise ParameterError(message)
        rate = self.learning_rate
        if rate is None:
            rate = min(LARGEST_RATE, RATE_TIMES_WIDTH / shape.widest)
        if not rate > 0:
            message = f"learning_rate={rate!r}: wanted a number above 0, as 0.001."
            raise ParameterError(message)
        batch = default_batch(n_units) if self.batch_size is None else _whole("batch_size", self.batch_size)
        epochs = self.epochs
        if epochs is None:
            epochs = int(np.clip(-(-STEPS_WANTED * batch // n_units), FEWEST_EPOCHS, MOST_EPOCHS))
        epochs = _whole("epochs", epochs)
        patience = max(5, epochs // 4) if self.patience is None else _whole("patience", self.patience)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return TrainingPlan(epochs, batch, float(rate), float(self.validation_share), patience, seed)

    def _encode(self, X: NDArray[Any]) -> Float32:
        return self.network_.encode(X)

    def _decode(self, X: NDArray[Any]) -> Float32:
        return self.network_.decode(X)

    def to_state(self) -> State:
        """Give the shape, the history and every weight, enough to encode and decode without TensorFlow."""
        shape = self.network_.architecture
        settings = {
            "method": self.method,
            "n_features": shape.n_features,
            "hidden": list(shape.hidden),
            "bottleneck": shape.bottleneck,
            "code_activation": shape.code_activation,
            "history": getattr(self, "history_", None),
        }
        return settings, dict(self.network_.arrays())

    @classmethod
    def from_state(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a fitted reducer from what `to_state` gave.

        Raises
        ------
        ModelError
            If the state is of another reduction or damaged.
        """
        method = settings.get("method")
        if method not in AUTOENCODERS:
            message = f"This state is of the reduction {method!r}, and an autoencoder was wanted."
            raise ModelError(message)
        shape = _saved_architecture(settings)
        return cls.from_network(network_from_arrays(shape, arrays), settings.get("history"))

    @classmethod
    def from_network(cls, network: Network, history: dict[str, Any] | None = None) -> Self:
        """Build a fitted reducer around a trained network."""
        shape = network.architecture
        reducer = cls(shape.bottleneck, layers=shape.hidden, tied=shape.tied, code_activation=shape.code_activation)
        reducer.network_ = network
        if history is not None:
            reducer.history_ = history
        reducer.n_features_in_, reducer.n_dimensions_ = shape.n_features, shape.bottleneck
        return reducer
