from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketfold.errors import ModelError, TooFewUnitsError
from marketfold.reduction.network import (
    Architecture,
    expected_arrays,
    network_from_arrays,
    sized_architecture,
)
from marketfold.schema import Float32


def random_arrays(shape: Architecture) -> dict[str, Float32]:
    random = np.random.default_rng(0)
    return {name: random.normal(size=size).astype(np.float32) for name, size in expected_arrays(shape).items()}


SHAPES = st.builds(
    Architecture,
    n_features=st.integers(1, 12),
    hidden=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    bottleneck=st.integers(1, 5),
    tied=st.booleans(),
)


@given(SHAPES)
def test_counts_every_weight(shape: Architecture) -> None:
    assert shape.n_weights == sum(array.size for array in random_arrays(shape).values())


@given(SHAPES)
def test_tied_networks_have_half_the_kernel_weights(shape: Architecture) -> None:
    tied = Architecture(shape.n_features, shape.hidden, shape.bottleneck, tied=True)
    untied = Architecture(shape.n_features, shape.hidden, shape.bottleneck, tied=False)
    assert 2 * tied.n_kernel_weights == untied.n_kernel_weights


@given(st.integers(2, 5000), st.integers(1, 60), st.booleans(), st.data())
def test_default_network_never_has_more_weights_than_values(
    n_units: int, n_features: int, tied: bool, data: st.DataObject
) -> None:
    bottleneck = data.draw(st.integers(1, n_features))
    fixed = data.draw(st.booleans())
    try:
        shape = sized_architecture(
            (n_units, n_features), bottleneck, fixed_bottleneck=fixed, tied=tied, code_activation="linear"
        )
    except TooFewUnitsError:
        narrowest = Architecture(n_features, (), bottleneck if fixed else 1, tied)
        assert narrowest.n_weights > n_units * n_features
        return
    assert shape.n_weights <= n_units * n_features
    assert shape.bottleneck == bottleneck or not fixed


def test_tied_decoder_shares_memory_with_the_encoder() -> None:
    shape = Architecture(6, (4,), 2, tied=True)
    network = network_from_arrays(shape, random_arrays(shape))
    for encoding, decoding in zip(network.encoder, reversed(network.decoder), strict=True):
        assert np.shares_memory(encoding.kernel, decoding.kernel)


def test_encodes_in_pieces_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Architecture(6, (4,), 2)
    network = network_from_arrays(shape, random_arrays(shape))
    X = np.random.default_rng(1).normal(size=(1000, 6)).astype(np.float32)
    whole = network.encode(X)
    monkeypatch.setattr("marketfold.reduction.network.WEIGHTS_AT_ONCE", 1)
    np.testing.assert_allclose(network.encode(X), whole, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("damage", ["missing", "shape", "nan", "float64"])
def test_arrays_that_do_not_fit_are_refused(damage: str) -> None:
    shape = Architecture(6, (4,), 2)
    arrays = random_arrays(shape)
    name = "decoder_0_kernel"
    if damage == "missing":
        del arrays[name]
    elif damage == "shape":
        arrays[name] = arrays[name][:1]
    elif damage == "nan":
        arrays[name][0, 0] = np.nan
    else:
        arrays[name] = arrays[name].astype(np.float64)
    with pytest.raises(ModelError, match=name):
        network_from_arrays(shape, arrays)


def sized(n_units: int, n_features: int, bottleneck: int = 2, *, fixed: bool = False) -> Architecture:
    return sized_architecture(
        (n_units, n_features), bottleneck, fixed_bottleneck=fixed, tied=False, code_activation="linear"
    )


@pytest.mark.parametrize(
    ("n_features", "hidden"),
    [(28, (128, 64)), (27, (64, 32)), (12, (64, 32)), (11, (32, 16)), (4, (32, 16)), (3, (16,))],
)
def test_layers_are_at_most_four_times_as_wide_as_the_input_and_sixteen(n_features: int, hidden: tuple[int, ...]):
    assert sized(10_000_000, n_features).hidden == hidden


@pytest.mark.parametrize(
    ("hidden", "narrower"),
    [((128, 64), (64, 32)), ((64, 32), (32, 16)), ((32, 16), (32,)), ((32,), (16,)), ((16,), (8,)), ((8,), ())],
)
def test_the_widest_is_taken_that_has_a_weight_for_two_values(hidden: tuple[int, ...], narrower: tuple[int, ...]):
    n_weights = Architecture(40, hidden, 2).n_weights
    enough = -(-2 * n_weights // 40)
    assert sized(enough, 40).hidden == hidden
    assert sized(enough - 1, 40).hidden == narrower


def test_no_hidden_layer_is_narrower_than_the_code():
    assert sized(10_000_000, 60, 33).hidden == (128, 64)
    assert sized(10_000_000, 20, 17).hidden == (64, 32)
    assert sized(10_000_000, 60, 65).hidden == ()


def test_a_code_that_was_only_proposed_is_narrowed_until_the_network_fits():
    n_weights = Architecture(10, (), 3).n_weights  # 10 x 3 + 3 and 3 x 10 + 10
    assert n_weights == 73
    assert (sized(8, 10, 4).hidden, sized(8, 10, 4).bottleneck) == ((), 3)
    assert sized(8, 10, 3, fixed=True).bottleneck == 3
    with pytest.raises(
        TooFewUnitsError, match=r"8 rows by 10 columns hold 80 values; .* has 94 weights\. Give at least 10 "
    ):
        sized(8, 10, 4, fixed=True)
    with pytest.raises(
        TooFewUnitsError, match=r"3 rows by 10 columns hold 30 values; .* has 31 weights\. Give at least 4 "
    ):
        sized(3, 10, 4)
