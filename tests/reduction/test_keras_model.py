from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marketfold.errors import ModelError
from marketfold.reduction import AutoencoderReducer, TiedAutoencoderReducer, TrainingSettings, reducer_from_state
from marketfold.reduction.backend import load_keras, quiet_conversion
from marketfold.reduction.keras_model import NETWORK_FILE, save_network
from marketfold.schema import Float32


@pytest.fixture(scope="module", params=[AutoencoderReducer, TiedAutoencoderReducer], ids=["untied", "tied"])
def reducer(request: pytest.FixtureRequest, correlated: Float32) -> AutoencoderReducer:
    made: AutoencoderReducer = request.param(3, layers=(6,), training=TrainingSettings(epochs=2, batch_size=128))
    return made.fit(correlated)


@pytest.fixture
def saved(reducer: AutoencoderReducer, tmp_path: Path) -> Path:
    reducer.write_files(tmp_path)
    return tmp_path / NETWORK_FILE


def test_keras_itself_reads_it_in_safe_mode_and_agrees(reducer: AutoencoderReducer, saved: Path) -> None:
    _, keras = load_keras()
    with quiet_conversion():
        model = keras.saving.load_model(saved, safe_mode=True)
    new = np.random.default_rng(9).normal(size=(50, 8)).astype(np.float32)
    ours = reducer.inverse_transform(reducer.transform(new))
    np.testing.assert_allclose(model(new, training=False).numpy(), ours, atol=1e-5)


def test_the_same_network_gives_the_same_bytes(reducer: AutoencoderReducer, saved: Path, tmp_path: Path) -> None:
    save_network(reducer.network_, tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == saved.read_bytes()


def test_a_restored_reducer_can_be_saved_too(reducer: AutoencoderReducer, saved: Path, tmp_path: Path) -> None:
    restored = reducer_from_state(*reducer.to_state())
    (tmp_path / "again").mkdir()
    restored.write_files(tmp_path / "again")
    assert (tmp_path / "again" / NETWORK_FILE).read_bytes() == saved.read_bytes()


def test_nothing_is_left_where_it_cannot_be_written(reducer: AutoencoderReducer, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written"):
        save_network(reducer.network_, tmp_path / "nowhere" / "network.keras")
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(ModelError, match="cannot be written"):
        save_network(reducer.network_, tmp_path / "folder.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.keras"]
