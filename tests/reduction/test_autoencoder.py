from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from marketfold.errors import MissingDependencyError, ParameterError, TooFewUnitsError, TrainingError
from marketfold.reduction import (
    Architecture,
    AutoencoderReducer,
    OverparameterisedWarning,
    PCAReducer,
    TiedAutoencoderReducer,
    TrainingSettings,
    reconstruction_error,
)
from marketfold.reduction.backend import load_keras
from marketfold.reduction.training import (
    TrainingPlan,
    cut_batches,
    default_batch,
    learning_rates,
    number_held_out,
    split_rows,
)
from marketfold.schema import Float32

KINDS = (AutoencoderReducer, TiedAutoencoderReducer)


@pytest.fixture(scope="module")
def trained(correlated: Float32) -> AutoencoderReducer:
    return AutoencoderReducer(3, training=TrainingSettings(epochs=60), random_state=1).fit(correlated)


def all_weights(reducer: AutoencoderReducer) -> dict[str, Float32]:
    return reducer.network_.arrays()


def assert_same_weights(one: AutoencoderReducer, other: AutoencoderReducer) -> None:
    ours, theirs = all_weights(one), all_weights(other)
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name])


def test_learns_what_units_share(trained: AutoencoderReducer, correlated: Float32) -> None:
    assert reconstruction_error(trained, correlated) < 0.5
    assert trained.history_["validation_loss"][-1] < trained.history_["validation_loss"][0]


def test_beats_pca_where_the_relation_is_a_curve() -> None:
    random = np.random.default_rng(0)
    angle = random.uniform(-2.5, 2.5, size=1500)
    circle = np.column_stack([np.sin(angle), np.cos(angle), np.sin(2 * angle)])
    X = ((circle - circle.mean(axis=0)) / circle.std(axis=0)).astype(np.float32)
    autoencoder = AutoencoderReducer(1, layers=(32, 16), training=TrainingSettings(epochs=60)).fit(X)
    assert reconstruction_error(autoencoder, X) < 0.7 * reconstruction_error(PCAReducer(1).fit(X), X)


@pytest.mark.parametrize("tied", [False, True])
def test_two_fits_give_identical_weights(correlated: Float32, tied: bool) -> None:
    one, other = (KINDS[tied](2, training=TrainingSettings(epochs=4), random_state=5).fit(correlated) for _ in range(2))
    assert_same_weights(one, other)
    different = KINDS[tied](2, training=TrainingSettings(epochs=4), random_state=6).fit(correlated)
    assert not np.array_equal(all_weights(one)["encoder_0_kernel"], all_weights(different)["encoder_0_kernel"])


IN_ANOTHER_PROCESS = """
import sys
import numpy as np
from marketfold.reduction import AutoencoderReducer, TrainingSettings
X = np.load(sys.argv[1])["X"]
reducer = AutoencoderReducer(2, training=TrainingSettings(epochs=60), random_state=5).fit(X)
np.savez(sys.argv[2], **reducer.network_.arrays())
print(reducer.transform(X[:1]).shape)
"""


def test_another_process_gives_identical_weights_and_a_quiet_one(correlated: Float32, tmp_path: Any) -> None:
    np.savez(tmp_path / "in.npz", X=correlated)
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, tmp_path / "in.npz", tmp_path / "out.npz"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "(1, 2)\n"
    assert done.stderr == ""
    here = AutoencoderReducer(2, training=TrainingSettings(epochs=60), random_state=5).fit(correlated)
    with np.load(tmp_path / "out.npz") as there:
        for name, array in all_weights(here).items():
            np.testing.assert_array_equal(array, there[name])


def test_leaves_global_random_state_alone(correlated: Float32) -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002
    AutoencoderReducer(2, training=TrainingSettings(epochs=1)).fit(correlated)
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], before)  # noqa: NPY002


ENCODE_ONLY = """
import sys
import numpy as np
from marketfold.reduction import reducer_from_state
from marketfold.reduction.network import Architecture, expected_arrays
shape = Architecture(5, (4,), 2, tied=True)
arrays = {name: np.ones(size, np.float32) for name, size in expected_arrays(shape).items()}
settings = {"method": "autoencoder-tied", "n_features": 5, "hidden": [4], "bottleneck": 2, "code_activation": "linear"}
reducer = reducer_from_state(settings, arrays)
reducer.inverse_transform(reducer.transform(np.ones((3, 5))))
print([name for name in ("tensorflow", "keras", "h5py") if name in sys.modules])
"""


def test_encoding_never_loads_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", ENCODE_ONLY], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_another_keras_backend_is_refused(correlated: Float32, monkeypatch: pytest.MonkeyPatch) -> None:
    _, keras = load_keras()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(MissingDependencyError, match="Keras runs on 'jax' here"):
        AutoencoderReducer(2, training=TrainingSettings(epochs=1)).fit(correlated)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("code_activation", ["linear", "relu"])
def test_numpy_encodes_as_keras_does(correlated: Float32, tied: bool, code_activation: Any) -> None:
    keras_model = importlib.import_module("marketfold.reduction.keras_model")
    reducer = KINDS[tied](
        3, layers=(7, 5), code_activation=code_activation, training=TrainingSettings(epochs=2, batch_size=128)
    )
    reducer.fit(correlated)
    ours = reducer.inverse_transform(reducer.transform(correlated))
    theirs = keras_model.model_of(reducer.network_)(correlated, training=False).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def built(*, tied: bool) -> tuple[Any, Any]:
    """TensorFlow, and a Keras model of 8-5-2-5-8."""
    tf, _ = load_keras()
    keras_model = importlib.import_module("marketfold.reduction.keras_model")
    return tf, keras_model.build_model(Architecture(8, (5,), 2, tied=tied), seed=0)


class TestTiedWeights:
    def test_keras_trains_half_the_kernel_weights(self) -> None:
        models = [built(tied=tied)[1] for tied in (True, False)]
        tied, untied = (sum(int(np.prod(w.shape)) for w in m.trainable_weights if len(w.shape) == 2) for m in models)
        assert 2 * tied == untied
        biases = [sum(int(np.prod(w.shape)) for w in m.trainable_weights if len(w.shape) == 1) for m in models]
        assert biases[0] == biases[1]

    def test_a_gradient_step_moves_encoder_and_decoder_as_one(self, correlated: Float32) -> None:
        tf, model = built(tied=True)
        layer = model.get_layer("tied_1")
        code = tf.constant(np.eye(2, dtype=np.float32))
        before = layer.kernel.numpy()
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(correlated) - correlated))
        gradients = tape.gradient(loss, model.trainable_variables)
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
            variable.assign_sub(0.1 * gradient)
        moved = layer.kernel.numpy()
        assert np.abs(moved - before).max() > 1e-5
        # What the layer multiplies by on the way back is the moved kernel, transposed.
        decoded = layer(code, back=True).numpy()
        expected = np.maximum(moved.T + layer.back_bias.numpy(), 0)
        np.testing.assert_allclose(decoded, expected, atol=1e-6)

    def test_the_kernel_learns_from_both_directions(self) -> None:
        tf, model = built(tied=True)
        layer = model.get_layer("tied_0")
        x, code = tf.ones((1, 8)), tf.ones((1, 5))
        with tf.GradientTape(persistent=True) as tape:
            there, back = tf.reduce_sum(layer(x)), tf.reduce_sum(layer(code, back=True))
        assert tape.gradient(there, layer.kernel) is not None
        assert np.abs(tape.gradient(back, layer.kernel).numpy()).max() > 0


class TestSizing:
    def test_the_network_of_published_analyses(self) -> None:
        random = np.random.default_rng(0)
        X = random.normal(size=(900, 37)).astype(np.float32)
        reducer = AutoencoderReducer(
            8, layers=(50, 500, 500, 2000), training=TrainingSettings(epochs=1, batch_size=1024)
        )
        with pytest.warns(OverparameterisedWarning, match="2,591,845 weights for the 33,300 values"):
            reducer.fit(X)
        assert str(reducer.network_.architecture) == "37-50-500-500-2000-8-2000-500-500-50-37"
        assert reducer.n_dimensions_ == 8

    def test_more_weights_than_values_warns_with_the_numbers(self, correlated: Float32) -> None:
        with pytest.warns(OverparameterisedWarning, match="weights for the 3,200 values of 400 rows by 8 columns"):
            AutoencoderReducer(2, layers=(400,), training=TrainingSettings(epochs=1)).fit(correlated)

    def test_hundreds_of_weights_a_value_are_refused(self, correlated: Float32) -> None:
        with pytest.raises(ParameterError, match="Leave layers unset"):
            AutoencoderReducer(2, layers=(20_000,), training=TrainingSettings(epochs=1)).fit(correlated)

    def test_too_few_units_for_any_network(self) -> None:
        with pytest.raises(TooFewUnitsError, match="Give at least 4 rows"):
            AutoencoderReducer(training=TrainingSettings(epochs=1)).fit(np.random.default_rng(0).normal(size=(2, 30)))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"bottleneck": 9}, "bottleneck of 9 is wider than the input of 8 columns"),
        ({"bottleneck": 0}, "bottleneck=0"),
        ({"bottleneck": 2.0}, r"bottleneck=2\.0"),
        ({"layers": "64-32"}, "a width in layers='6'"),
        ({"layers": (4, 0)}, "a width in layers=0"),
        ({"code_activation": "tanh"}, "code_activation='tanh'"),
        ({"training": TrainingSettings(epochs=0)}, "epochs=0"),
        ({"training": TrainingSettings(batch_size=-1)}, "batch_size=-1"),
        ({"training": TrainingSettings(learning_rate=0.0)}, r"learning_rate=0\.0"),
        ({"training": TrainingSettings(learning_rate=float("nan"))}, "learning_rate=nan"),
        ({"training": TrainingSettings(validation_share=1.0)}, r"validation_share=1\.0"),
        ({"training": TrainingSettings(patience=0)}, "patience=0"),
    ],
)
def test_impossible_settings_are_refused(correlated: Float32, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        AutoencoderReducer(**settings).fit(correlated)


def test_one_row_is_refused(correlated: Float32) -> None:
    with pytest.raises(ParameterError, match="at least 2 rows"):
        AutoencoderReducer().fit(correlated[:1])


def test_constant_column_is_refused_unless_allowed(correlated: Float32) -> None:
    flat = correlated.copy()
    flat[:, 0] = 2
    with pytest.raises(ParameterError, match="Column 1 of the matrix is constant"):
        AutoencoderReducer(2, training=TrainingSettings(epochs=1)).fit(flat)
    assert AutoencoderReducer(2, training=TrainingSettings(epochs=1), allow_constant=True).fit(flat).n_dimensions_ == 2


def test_divergence_stops_with_a_suggestion_and_leaves_the_estimator_as_it_was(correlated: Float32) -> None:
    reducer = AutoencoderReducer(2, training=TrainingSettings(epochs=2)).fit(correlated)
    before = dict(vars(reducer))
    reducer.set_params(training=TrainingSettings(learning_rate=1e6, epochs=20))
    with pytest.raises(TrainingError, match="Set learning_rate below"):
        reducer.fit(correlated[:, :5])
    assert reducer.network_ is before["network_"]
    assert reducer.n_features_in_ == 8


def test_interrupted_training_leaves_nothing_behind(correlated: Float32) -> None:
    def interrupt(what: str, done: int, total: int) -> None:  # noqa: ARG001
        assert what == "training"
        if done == 2:
            raise KeyboardInterrupt

    reducer = AutoencoderReducer(2, training=TrainingSettings(epochs=20))
    with pytest.raises(KeyboardInterrupt):
        reducer.fit(correlated, progress=interrupt)
    assert vars(reducer) == vars(AutoencoderReducer(2, training=TrainingSettings(epochs=20)))


def test_best_epoch_is_restored(correlated: Float32) -> None:
    # A rate this high jumps about, so the best epoch is not the last.
    reducer = AutoencoderReducer(
        2, training=TrainingSettings(epochs=12, learning_rate=0.3, patience=12), random_state=3
    ).fit(correlated)
    history = reducer.history_
    best = int(np.argmin(history["validation_loss"]))
    assert history["best_epoch"] == best + 1
    plan = TrainingPlan(12, 16, 0.3, 0.1, 12, int(np.random.RandomState(3).randint(2**31 - 1)))
    drawn = np.arange(len(correlated))
    _, held_out = split_rows(drawn, plan, number_held_out([drawn], plan))
    measured = reconstruction_error(reducer, correlated[held_out])
    assert measured == pytest.approx(history["validation_loss"][best], rel=1e-4)


def test_stops_early_when_the_held_out_loss_no_longer_falls(independent: Float32) -> None:
    seen: list[tuple[int, int]] = []
    reducer = AutoencoderReducer(2, training=TrainingSettings(epochs=300, patience=3, learning_rate=0.05))
    reducer.fit(independent, progress=lambda _, done, total: seen.append((done, total)))
    ran = len(reducer.history_["loss"])
    assert ran < 300
    assert ran == len(reducer.history_["validation_loss"]) == reducer.history_["best_epoch"] + 3
    assert reducer.history_["best_epoch"] == int(np.argmin(reducer.history_["validation_loss"])) + 1
    assert seen[-1] == (300, 300)  # the bar is full when it is over


def test_progress_counts_epochs(correlated: Float32) -> None:
    seen: list[tuple[int, int]] = []
    AutoencoderReducer(2, training=TrainingSettings(epochs=3)).fit(
        correlated, progress=lambda _, done, total: seen.append((done, total))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_every_row_is_in_a_batch() -> None:
    batches = cut_batches(np.arange(1003), batch_size=64, steps_a_call=5)
    assert set(batches.ravel()) == set(range(1003))
    assert batches.shape[1] <= 5
    assert batches.shape[2] <= 64
    assert batches.size - 1003 < batches.shape[0] * batches.shape[1]


def test_held_out_rows_are_never_trained_on() -> None:
    plan = TrainingPlan(1, 64, 0.01, 0.1, 1, 7)
    drawn = np.arange(1003)
    n_held = number_held_out([drawn], plan)
    training, held_out = split_rows(drawn, plan, n_held)
    assert sorted([*training, *held_out]) == drawn.tolist()
    assert len(held_out) == n_held == 100


def test_a_unit_that_was_drawn_twice_is_trained_on_or_held_out_and_never_both() -> None:
    plan = TrainingPlan(1, 64, 0.01, 0.1, 1, 7)
    draws = [np.random.default_rng(seed).integers(200, size=200) for seed in range(3)]
    n_held = number_held_out(draws, plan)
    assert 10 <= n_held <= 14
    for drawn in draws:
        training, held_out = split_rows(drawn, plan, n_held)
        assert not set(training) & set(held_out)
        assert len(held_out) == len(set(held_out)) == n_held
        assert set(training) | set(held_out) == set(drawn.tolist())


@pytest.mark.parametrize("tied", [False, True])
def test_networks_side_by_side_learn_each_its_own_rows_as_if_alone(correlated: Float32, tied: bool) -> None:
    halves = [np.arange(0, len(correlated), 2), np.arange(1, len(correlated), 2)]
    shifted = correlated.copy()
    shifted[halves[1]] += 5
    reducer = KINDS[tied](3, layers=(6,), training=TrainingSettings(epochs=40), random_state=1)
    one, other = reducer.fit_each(shifted, halves)
    assert not hasattr(reducer, "network_")
    for fitted, own, strange in ((one, halves[0], halves[1]), (other, halves[1], halves[0])):
        assert reconstruction_error(fitted, shifted[own]) < 1 < reconstruction_error(fitted, shifted[strange])
        assert len(fitted.history_["loss"]) >= fitted.history_["best_epoch"]
    again = reducer.fit_each(shifted, halves)
    assert_same_weights(one, again[0])
    assert_same_weights(other, again[1])


def test_rate_rises_and_falls_to_nothing() -> None:
    rates = learning_rates(100, 0.01)
    assert len(rates) == 100
    assert rates.argmax() == 4
    assert rates[-1] < 1e-6


def test_short_schedules_still_have_a_rate_for_each_step() -> None:
    assert [len(learning_rates(n, 1.0)) for n in (1, 2, 3)] == [1, 2, 3]
    assert learning_rates(1, 1.0).tolist() == [1.0]


@pytest.mark.parametrize("share", [0, -0.5, -1, 1, 1.5])
def test_a_share_that_leaves_nothing_on_a_side_is_refused(share: float):
    with pytest.raises(ParameterError, match="wanted a share above 0 and below 1"):
        TrainingSettings(validation_share=share).plan(100, 16, 0)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_any_share_between_is_taken(share: float):
    assert TrainingSettings(validation_share=share).plan(100, 16, 3) == TrainingPlan(100, 16, 0.02, share, 25, 3)


@pytest.mark.parametrize(
    ("settings", "n_units", "widest", "expected"),
    [
        ({}, 92, 64, (100, 16, 0.02, 25)),
        ({}, 92, 65, (100, 16, 1.28 / 65, 25)),
        ({}, 20_000, 128, (52, 512, 0.01, 13)),  # 2,000 steps of 512, rounded up
        ({}, 1_000_000, 8, (10, 512, 0.02, 5)),
        ({"epochs": 7}, 92, 8, (7, 16, 0.02, 5)),
        ({"epochs": 24}, 92, 8, (24, 16, 0.02, 6)),
        ({"epochs": 1, "patience": 1, "batch_size": 1, "learning_rate": 0.5}, 92, 8, (1, 1, 0.5, 1)),
    ],
)
def test_what_is_not_given_is_found_from_the_units_and_the_widest_layer(
    settings: dict[str, Any], n_units: int, widest: int, expected: tuple[int, int, float, int]
):
    plan = TrainingSettings(**settings).plan(n_units, widest, 0)
    assert (plan.epochs, plan.batch_size, plan.learning_rate, plan.patience) == expected
    assert (plan.validation_share, plan.seed) == (0.1, 0)


@pytest.mark.parametrize(
    "settings",
    [{"learning_rate": 0}, {"learning_rate": -1e-9}, {"learning_rate": float("nan")}, {"epochs": 0}, {"patience": 0},
     {"batch_size": 0}, {"batch_size": True}, {"epochs": 2.5}],
)  # fmt: skip
def test_numbers_that_train_nothing_are_refused(settings: dict[str, Any]):
    (name,) = settings
    with pytest.raises(ParameterError, match=f"^{name}="):
        TrainingSettings(**settings).plan(100, 16, 0)


@pytest.mark.parametrize(
    ("n_units", "batch"), [(1, 16), (479, 16), (480, 16), (991, 16), (992, 32), (2_015, 32), (2_016, 64), (20_000, 512)]
)
def test_a_batch_is_a_power_of_two_near_a_32nd_of_the_units(n_units: int, batch: int):
    assert default_batch(n_units) == batch
