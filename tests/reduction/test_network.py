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
