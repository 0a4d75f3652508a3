"""Training: Adam on the mean squared error, in a loop that is compiled whole.

Keras' own loop spends most of its time between the steps of so small a network. Here the matrix lies in one tensor, cut
into batches once, and one compiled call runs hundreds of steps. The learning rate rises over the first steps and then
falls along half a cosine (Loshchilov and Hutter 2017), which lets large batches learn with few steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.errors import ParameterError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from marketfold.reduction.network import Architecture, Network
    from marketfold.schema import Float32, Float64, Progress

    Rows = NDArray[np.intp]
    Trained = tuple[Network, dict[str, Any]]

FLOPS_A_CALL = 2e10
"""Work of one compiled call, about a second: between two calls an interrupt is heard."""

WORTH_COMPILING = 25
"""Steps from which tracing a graph pays; below, they run one by one."""

WORTH_XLA, WORTH_XLA_SIDE_BY_SIDE = 5_000, 1_200
"""Steps from which XLA's further second of compiling pays: of one network, and of several, whose steps it fuses."""

MOST_HELD_OUT = 65_536
"""Held-out rows beyond which a loss gets no more exact and only slower."""

WARM_UP_SHARE = 0.05
DIVERGED = 100
"""A loss of so many times what a network that gives only zeros would have is no start but a divergence."""

LARGEST_RATE, RATE_TIMES_WIDTH = 0.02, 1.28
"""Peak learning rate: Adam's best rate falls as layers widen (Yang et al. 2022), so 0.02 up to 64 units, then 1.28 by
width. Chosen with the batch on correlated rows by 20 columns (docs/explanation/reduction.md)."""

STEPS_WANTED = 2_000
FEWEST_EPOCHS, MOST_EPOCHS = 10, 100
"""Four times the steps and three times the epochs gave back no more of 92 and of 282 customers, and of 5,000 a third of
a percent more."""
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

    Examples
    --------
    >>> TrainingSettings(epochs=50, learning_rate=0.01).patience is None
    True
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


def split_rows(draw: Rows, plan: TrainingPlan, n_held: int) -> tuple[Rows, Rows]:
    """Training and held-out rows of a draw, in random order; a unit that was drawn twice stands on one side only."""
    random = np.random.default_rng(plan.seed)
    held_out = random.permutation(np.unique(draw))[:n_held]
    return random.permutation(draw[~np.isin(draw, held_out)]), held_out


def number_held_out(draws: Sequence[Rows], plan: TrainingPlan) -> int:
    """Units that each draw holds out: a share of the fewest distinct ones, one at least, and never all."""
    fewest = min(len(np.unique(draw)) for draw in draws)
    return min(max(1, round(fewest * plan.validation_share)), fewest - 1, MOST_HELD_OUT)


def cut_batches(rows: Rows, batch_size: int, steps_a_call: int) -> NDArray[np.intp]:
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
    """Networks of one shape in training, one for each draw of rows: their weights, stacked, and the compiled steps."""

    def __init__(self, X: Float32, draws: Sequence[Rows], shape: Architecture, plan: TrainingPlan) -> None:
        from marketfold.reduction import keras_model  # noqa: PLC0415  loads TensorFlow
        from marketfold.reduction.backend import load_keras  # noqa: PLC0415

        self._tf, keras = load_keras()
        self._keras_model = keras_model
        self.shape, self.plan, self.n_networks = shape, plan, len(draws)
        plans = [replace(plan, seed=plan.seed + place) for place in range(len(draws))]
        starts = [keras_model.build_model(shape, one.seed) for one in plans]
        self.model = starts[0]
        stacks = zip(*([variable.numpy() for variable in one.trainable_variables] for one in starts), strict=True)
        self._weights = [keras.Variable(np.stack(stack)) for stack in stacks]
        self._adam = keras.optimizers.Adam(plan.learning_rate)
        self._adam.build(self._weights)
        n_held = number_held_out(draws, plan)
        splits = [split_rows(draw, one, n_held) for draw, one in zip(draws, plans, strict=True)]
        self._cut([training for training, _ in splits], X)
        self._held_out = self._tf.constant(X[np.stack([held_out for _, held_out in splits])])
        self._rates = learning_rates(plan.epochs * self._calls * self._steps, plan.learning_rate)
        self._random = np.random.default_rng([plan.seed, 1])
        order, rates = (self._tf.TensorSpec((self._steps,), kind) for kind in (self._tf.int64, self._tf.float32))
        self._run_steps = self._compiled(self._steps_of_call, order, rates)
        self._evaluate = self._compiled(self._held_out_losses)

    def _cut(self, rows: Sequence[Rows], X: Float32) -> None:
        """Lay the batches out as (steps, networks, size, features); draws of fewer rows take some twice."""
        flops = 6 * self.shape.n_weights * self.plan.batch_size * self.n_networks
        longest = max(map(len, rows))
        cuts = [
            cut_batches(np.resize(one, longest), self.plan.batch_size, max(1, int(FLOPS_A_CALL / flops)))
            for one in rows
        ]
        self._calls, self._steps, size = cuts[0].shape
        self._batches = self._tf.constant(X[np.stack([cut.reshape(-1, size) for cut in cuts], axis=1)])

    def _compiled(self, function: Callable[..., Any], *inputs: Any) -> Any:
        n_steps = len(self._rates)
        if n_steps < WORTH_COMPILING:
            return function
        worth = WORTH_XLA if self.n_networks == 1 else WORTH_XLA_SIDE_BY_SIDE
        compiled = self._tf.function(function, input_signature=inputs, jit_compile=n_steps >= worth)
        return compiled.get_concrete_function()

    def _through(self, weights: Sequence[Any], units: Any) -> Any:
        """What each network gives back of its own units, shape (n_networks, n_units, n_features)."""

        def through_one(own: Sequence[Any]) -> Any:
            return self.model.stateless_call(own[:-1], [], own[-1])[0]

        if self.n_networks == 1:
            return through_one([*(stack[0] for stack in weights), units[0]])[None]
        return self._tf.vectorized_map(through_one, (*weights, units))

    def _losses(self, weights: Sequence[Any], units: Any) -> Any:
        return self._tf.reduce_mean(self._tf.square(self._through(weights, units) - units), axis=(1, 2))

    def _steps_of_call(self, order: Any, rates: Any) -> Any:
        tf, variables = self._tf, self._weights
        total = tf.zeros((self.n_networks,))
        for step in tf.range(order.shape[0]):
            # gather, not indexing: inside a compiled loop a strided slice copies the whole tensor each time
            units = tf.gather(self._batches, order[step])
            weights = [variable.value for variable in variables]
            with tf.GradientTape() as tape:
                tape.watch(weights)
                losses = self._losses(weights, units)
            self._adam.learning_rate.assign(rates[step])
            self._adam.apply(tape.gradient(losses, weights), variables)
            total += losses
        return total

    def _held_out_losses(self) -> Any:
        return self._losses([variable.value for variable in self._weights], self._held_out)

    def run_epoch(self, epoch: int) -> tuple[Float64, Float64]:
        """Take every batch once, in a new order; give training and held-out loss of each network."""
        order = self._random.permutation(self._calls * self._steps).reshape(self._calls, self._steps)
        total = np.zeros(self.n_networks)
        for call in range(self._calls):
            start = (epoch * self._calls + call) * self._steps
            rates = self._tf.constant(self._rates[start : start + self._steps])
            total += self._run_steps(self._tf.constant(order[call]), rates).numpy()
        return total / order.size, np.asarray(self._evaluate().numpy(), np.float64)

    def weights(self) -> list[Float32]:
        """Copy the stacked weights as they are now."""
        return [np.array(variable.numpy()) for variable in self._weights]

    def finished(self, best: list[Float32], place: int) -> Network:
        """Give one of the networks with its best weights."""
        for variable, stack in zip(self.model.trainable_variables, best, strict=True):
            variable.assign(stack[place])
        return self._keras_model.network_of(self.model, self.shape)


def train(
    X: Float32, draws: Sequence[Rows], shape: Architecture, plan: TrainingPlan, progress: Progress | None = None
) -> list[Trained]:
    """Train a network on each draw of rows of a scaled matrix; give each as of its best epoch, and its `history_`.

    TrainingError if a loss diverges.
    """
    loop = _Loop(X, draws, shape, plan)
    losses: list[tuple[Float64, Float64]] = []
    best, best_epoch, lowest = loop.weights(), np.zeros(len(draws), int), np.full(len(draws), np.inf)
    last_epoch = np.full(len(draws), plan.epochs - 1)
    for epoch in range(plan.epochs):
        losses.append(loop.run_epoch(epoch))
        _refuse_divergence(X, losses, plan)
        better = (losses[-1][1] < lowest) & (epoch <= last_epoch)
        for kept, now in zip(best, loop.weights() if better.any() else (), strict=False):
            kept[better] = now[better]
        best_epoch[better], lowest[better] = epoch, losses[-1][1][better]
        last_epoch[epoch - best_epoch == plan.patience] = epoch
        stops = bool((last_epoch <= epoch).all())
        if progress is not None:
            progress("training", plan.epochs if stops else epoch + 1, plan.epochs)
        if stops:
            break
    learned, held_out = (np.array(kind) for kind in zip(*losses, strict=True))
    trained = []
    for place, last in enumerate(last_epoch):
        curves = {"loss": learned[: last + 1, place].tolist(), "validation_loss": held_out[: last + 1, place].tolist()}
        trained.append((loop.finished(best, place), curves | {"best_epoch": int(best_epoch[place]) + 1}))
    return trained


def _refuse_divergence(X: Float32, losses: Sequence[tuple[Float64, Float64]], plan: TrainingPlan) -> None:
    worst = np.max(losses[-1])  # NaN where one is
    baseline = float(np.square(X, dtype=np.float64).mean())
    if np.isfinite(worst) and worst <= DIVERGED * max(baseline, 1e-12):
        return
    raise TrainingError(
        f"The loss ran away in epoch {len(losses)}: {worst:.3g}, where zeros alone would give {baseline:.3g}. "
        f"Set learning_rate below {plan.learning_rate:g} (a tenth of it, say), and check that the matrix is scaled."
    )
