"""Training: Adam on the mean squared error, in a loop that is compiled whole.

Keras' own loop spends most of its time between the steps of so small a network. Here the matrix lies in one tensor, cut
into batches once, and one compiled call runs hundreds of steps. The learning rate rises over the first steps and then
falls along half a cosine (Loshchilov and Hutter 2017), which lets large batches learn with few steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.errors import ParameterError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.reduction.network import Architecture, Network
    from marketfold.schema import Float32, Progress

FLOPS_A_CALL = 2e10
"""Work of one compiled call, about a second: between two calls an interrupt is heard."""

WORTH_COMPILING = 25
"""Steps from which tracing a graph pays; below, they run one by one."""

WORTH_XLA = 2_000
"""Steps from which XLA's further second of compiling pays."""

MOST_HELD_OUT = 65_536
"""Held-out rows beyond which a loss gets no more exact and only slower."""

WARM_UP_SHARE = 0.05
DIVERGED = 100
"""A loss of so many times what a network that gives only zeros would have is no start but a divergence."""

LARGEST_RATE, RATE_TIMES_WIDTH = 0.02, 1.28
"""Peak learning rate: Adam's best rate falls as layers widen (Yang et al. 2022), so 0.02 up to 64 units, then 1.28 by
width. Chosen with the batch on correlated rows by 20 columns (docs/explanation/reduction.md)."""

STEPS_WANTED = 8_000
FEWEST_EPOCHS, MOST_EPOCHS = 10, 300
SMALLEST_BATCH, LARGEST_BATCH = 16, 512


@dataclass(frozen=True)
class TrainingPlan:
    """How long and how fast to train; every number resolved."""

    epochs: int
    batch_size: int
    learning_rate: float
    validation_share: float
    patience: int
    seed: int


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """A whole number, or a `ParameterError` that names the setting."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        message = f"{name}={value!r}: wanted a whole number of at least {least}, or None to find it from the data."
        raise ParameterError(message)
    return int(value)


def default_batch(n_units: int) -> int:
    """Units a step: a power of two near a 32nd of the units, 16 to 512.

    >>> default_batch(92), default_batch(20_000), default_batch(1_000_000)
    (16, 512, 512)
    """
    return int(np.clip(2 ** int(np.log2(max(n_units, 2) / 32 + 1)), SMALLEST_BATCH, LARGEST_BATCH))


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how fast to train; what is None is found from the data.

    Attributes
    ----------
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
    """

    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    validation_share: float = 0.1
    patience: int | None = None

    def plan(self, n_units: int, widest: int, seed: int) -> TrainingPlan:
        """Resolve every number for so many units and the widest layer, or raise `ParameterError`."""
        if not 0 < self.validation_share < 1:
            message = f"validation_share={self.validation_share!r}: wanted a share above 0 and below 1, as 0.1."
            raise ParameterError(message)
        rate = min(LARGEST_RATE, RATE_TIMES_WIDTH / widest) if self.learning_rate is None else self.learning_rate
        if not rate > 0:
            raise ParameterError(f"learning_rate={rate!r}: wanted a number above 0, as 0.001.")
        batch = default_batch(n_units) if self.batch_size is None else whole_number("batch_size", self.batch_size)
        epochs = self.epochs
        if epochs is None:
            epochs = int(np.clip(-(-STEPS_WANTED * batch // n_units), FEWEST_EPOCHS, MOST_EPOCHS))
        epochs = whole_number("epochs", epochs)
        patience = max(5, epochs // 4) if self.patience is None else whole_number("patience", self.patience)
        return TrainingPlan(epochs, batch, float(rate), float(self.validation_share), patience, seed)


def split_rows(n_rows: int, plan: TrainingPlan) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Draw training and held-out rows; the held-out ones fill whole batches where there is more than one."""
    shuffled = np.random.default_rng(plan.seed).permutation(n_rows)
    n_held = min(max(1, round(n_rows * plan.validation_share)), n_rows - 1, MOST_HELD_OUT)
    size = min(plan.batch_size, n_held)
    n_held = n_held // size * size
    return shuffled[n_held:], shuffled[:n_held]


def cut_batches(rows: np.ndarray[Any, Any], batch_size: int, steps_a_call: int) -> np.ndarray[Any, Any]:
    """Arrange rows as (calls, steps, size): equal pieces, so that one compiled function serves all.

    A few rows come twice where the numbers do not divide; none is left out.

    >>> cut_batches(np.arange(7), batch_size=3, steps_a_call=9).shape
    (1, 3, 3)
    """
    n_batches = -(-len(rows) // batch_size)
    calls = -(-n_batches // steps_a_call)
    steps = -(-n_batches // calls)
    size = -(-len(rows) // (calls * steps))
    return np.resize(rows, calls * steps * size).reshape(calls, steps, size)


def learning_rates(n_steps: int, peak: float) -> Float32:
    """Rise linearly, then fall along half a cosine, one rate for each step.

    >>> learning_rates(40, 1.0)[[0, 1, -1]].round(2).tolist()
    [0.5, 1.0, 0.0]
    """
    warm_up = max(1, int(n_steps * WARM_UP_SHARE))
    rising = np.arange(1, warm_up + 1) / warm_up
    falling = 0.5 * (1 + np.cos(np.pi * np.arange(1, n_steps - warm_up + 1) / max(1, n_steps - warm_up)))
    return np.asarray(peak * np.concatenate([rising, falling]), np.float32)


class _Loop:
    """One network in training: its model, its optimizer, and the compiled functions over the batches."""

    def __init__(self, X: Float32, shape: Architecture, plan: TrainingPlan) -> None:
        from marketfold.reduction import keras_model  # noqa: PLC0415  loads TensorFlow
        from marketfold.reduction.backend import load_keras  # noqa: PLC0415

        self._tf, keras = load_keras()
        self._keras_model = keras_model
        self.shape, self.plan = shape, plan
        self.model = keras_model.build_model(shape, plan.seed)
        self._adam = keras.optimizers.Adam(plan.learning_rate)
        self._adam.build(self.model.trainable_variables)
        training, held_out = split_rows(len(X), plan)
        steps_a_call = max(1, int(FLOPS_A_CALL / (6 * shape.n_weights * plan.batch_size)))
        batches = cut_batches(training, plan.batch_size, steps_a_call)
        self._calls, self._steps, _ = batches.shape
        self._batches = self._tf.constant(X[batches.reshape(self._calls * self._steps, -1)])
        self._held_out = self._tf.constant(X[held_out.reshape(-1, min(plan.batch_size, len(held_out)))])
        self._rates = learning_rates(plan.epochs * self._calls * self._steps, plan.learning_rate)
        self._random = np.random.default_rng([plan.seed, 1])
        self._run_steps = self._compiled(self._steps_of_call)
        self._evaluate = self._compiled(self._held_out_loss)

    def _compiled(self, function: Callable[..., Any]) -> Any:
        n_steps = len(self._rates)
        if n_steps < WORTH_COMPILING:
            return function
        return self._tf.function(function, jit_compile=n_steps >= WORTH_XLA)

    def _loss(self, batch: Any, *, training: bool) -> Any:
        return self._tf.reduce_mean(self._tf.square(self.model(batch, training=training) - batch))

    def _steps_of_call(self, order: Any, rates: Any) -> Any:
        tf, weights = self._tf, self.model.trainable_variables
        total = tf.zeros(())
        for step in tf.range(order.shape[0]):
            # gather, not indexing: inside a compiled loop a strided slice copies the whole tensor each time
            batch = tf.gather(self._batches, order[step])
            with tf.GradientTape() as tape:
                loss = self._loss(batch, training=True)
            self._adam.learning_rate.assign(rates[step])
            self._adam.apply(tape.gradient(loss, weights), weights)
            total += loss
        return total

    def _held_out_loss(self) -> Any:
        tf = self._tf
        total = tf.zeros(())
        for batch in tf.range(self._held_out.shape[0]):
            total += self._loss(tf.gather(self._held_out, batch), training=False)
        return total / self._held_out.shape[0]

    def run_epoch(self, epoch: int) -> tuple[float, float]:
        """Take every batch once, in a new order; give training and held-out loss."""
        order = self._random.permutation(self._calls * self._steps).reshape(self._calls, self._steps)
        total = 0.0
        for call in range(self._calls):
            start = (epoch * self._calls + call) * self._steps
            rates = self._tf.constant(self._rates[start : start + self._steps])
            total += float(self._run_steps(self._tf.constant(order[call]), rates))
        return total / order.size, float(self._evaluate())

    def weights(self) -> list[Float32]:
        """Copy the weights as they are now."""
        return [np.array(variable.numpy()) for variable in self.model.trainable_variables]

    def finished(self, best: list[Float32]) -> Network:
        """Restore the best weights and give the network."""
        for variable, value in zip(self.model.trainable_variables, best, strict=True):
            variable.assign(value)
        return self._keras_model.network_of(self.model, self.shape)


def train(
    X: Float32, shape: Architecture, plan: TrainingPlan, progress: Progress | None
) -> tuple[Network, dict[str, Any]]:
    """Train a network on a scaled matrix; give it as of its best epoch on held-out units, and `history_`.

    TrainingError if the loss diverges.
    """
    loop = _Loop(X, shape, plan)
    baseline = float(np.square(X, dtype=np.float64).mean())
    losses: list[float] = []
    held_out: list[float] = []
    best, best_epoch = loop.weights(), 0
    for epoch in range(plan.epochs):
        loss, held_out_loss = loop.run_epoch(epoch)
        worse = max(loss, held_out_loss) if np.isfinite(loss) else loss
        if not np.isfinite(worse) or worse > DIVERGED * max(baseline, 1e-12):
            raise TrainingError(
                f"The loss ran away in epoch {epoch + 1}: {worse:.3g}, where zeros alone would give {baseline:.3g}. "
                f"Set learning_rate below {plan.learning_rate:g} (a tenth of it, say), and check that the matrix is "
                "scaled."
            )
        if not held_out or held_out_loss < held_out[best_epoch]:
            best, best_epoch = loop.weights(), epoch
        losses.append(loss)
        held_out.append(held_out_loss)
        stops = epoch - best_epoch >= plan.patience
        if progress is not None:
            progress(f"training the network {shape}", plan.epochs if stops else epoch + 1, plan.epochs)
        if stops:
            break
    return loop.finished(best), {"loss": losses, "validation_loss": held_out, "best_epoch": best_epoch + 1}
