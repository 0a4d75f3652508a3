from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest

from marketfold.errors import ModelError
from marketfold.reduction import AutoencoderReducer, load_network, save_network
from marketfold.reduction.backend import load_keras, quiet_conversion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from marketfold.schema import Float32

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


@pytest.fixture(scope="module", params=[False, True], ids=["untied", "tied"])
def reducer(request: pytest.FixtureRequest, correlated: Float32) -> AutoencoderReducer:
    return AutoencoderReducer(3, layers=(6,), tied=request.param, epochs=2, batch_size=128).fit(correlated)


@pytest.fixture
def saved(reducer: AutoencoderReducer, tmp_path: Path) -> Path:
    save_network(reducer, tmp_path / "network.keras")
    return tmp_path / "network.keras"


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None], **how: Any) -> Path:
    """Put an archive together again with changed contents."""
    parts = parts_of(path)
    change(parts)
    with zipfile.ZipFile(path, "w", **how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def with_config(path: Path, change: Callable[[Any], None]) -> Path:
    def changed(parts: dict[str, bytes]) -> None:
        config = json.loads(parts[CONFIG])
        change(config)
        parts[CONFIG] = json.dumps(config).encode()

    return rewrite(path, changed)


def test_comes_back_and_scores_new_units_the_same(reducer: AutoencoderReducer, saved: Path) -> None:
    loaded = load_network(saved)
    new = np.random.default_rng(9).normal(size=(50, 8)).astype(np.float32)
    assert loaded.method == reducer.method
    np.testing.assert_allclose(loaded.transform(new), reducer.transform(new), atol=1e-5)
    code = reducer.transform(new)
    np.testing.assert_allclose(loaded.inverse_transform(code), reducer.inverse_transform(code), atol=1e-5)


def test_keras_itself_reads_it_in_safe_mode_and_agrees(reducer: AutoencoderReducer, saved: Path) -> None:
    _, keras = load_keras()
    with quiet_conversion():
        model = keras.saving.load_model(saved, safe_mode=True)
    new = np.random.default_rng(9).normal(size=(50, 8)).astype(np.float32)
    ours = reducer.inverse_transform(reducer.transform(new))
    np.testing.assert_allclose(model(new, training=False).numpy(), ours, atol=1e-5)


def test_the_same_network_gives_the_same_bytes(reducer: AutoencoderReducer, saved: Path, tmp_path: Path) -> None:
    save_network(reducer, tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == saved.read_bytes()


def test_a_restored_reducer_can_be_saved_too(reducer: AutoencoderReducer, saved: Path, tmp_path: Path) -> None:
    save_network(AutoencoderReducer.from_state(*reducer.to_state()), tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == saved.read_bytes()


def test_nothing_is_left_where_it_cannot_be_written(reducer: AutoencoderReducer, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written"):
        save_network(reducer, tmp_path / "nowhere" / "network.keras")
    with pytest.raises(ModelError, match=r"ending \.keras"):
        save_network(reducer, tmp_path / "network.h5")
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(ModelError, match="cannot be written"):
        save_network(reducer, tmp_path / "folder.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.keras"]


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        load_network(tmp_path / "none.keras")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "network.keras"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a sound archive"):
        load_network(path)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.99])
def test_truncated_archive_is_refused(saved: Path, keep: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(ModelError):
        load_network(saved)


def test_flipped_bytes_are_noticed_by_their_checksum(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    where = content.index(b'"encoder_0"' if b'"encoder_0"' in content else b'"tied_0"')
    content[where + 2] ^= 1
    saved.write_bytes(content)
    with pytest.raises(ModelError, match="CRC"):
        load_network(saved)


def test_extra_files_are_refused(saved: Path) -> None:
    rewrite(saved, lambda parts: parts.update({"../evil.py": b"raise SystemExit"}))
    with pytest.raises(ModelError, match="wanted exactly the files"):
        load_network(saved)


def test_bomb_is_not_unpacked(saved: Path) -> None:
    def blow_up(parts: dict[str, bytes]) -> None:
        parts[CONFIG] = b"0" * 30_000_000

    rewrite(saved, blow_up, compression=zipfile.ZIP_DEFLATED)
    assert saved.stat().st_size < 1_000_000
    with pytest.raises(ModelError, match=r"config\.json unpacks to more than 1,000,000 bytes"):
        load_network(saved)


def test_lambda_with_code_is_refused_and_not_run(tmp_path: Path) -> None:
    _, keras = load_keras()
    touched = tmp_path / "touched"
    where = str(touched)  # Keras smuggles a string into the archive, not a Path
    code = keras.layers.Lambda(lambda t: __import__("pathlib").Path(where).touch() or t, output_shape=(3,))
    x = keras.Input((3,))
    attack = keras.Model(x, code(x))
    with quiet_conversion():
        attack.save(tmp_path / "attack.keras")
        keras.saving.load_model(tmp_path / "attack.keras", safe_mode=False)(np.ones((1, 3)))
    assert touched.exists()  # the code is live: whoever runs it leaves this trace
    touched.unlink()
    with pytest.raises(ModelError, match="names 'Lambda'"):
        load_network(tmp_path / "attack.keras")
    assert not touched.exists()


@pytest.mark.parametrize(
    "node",
    [
        {"module": "os", "class_name": "system", "config": "touch {touched}", "registered_name": None},
        {"module": "builtins", "class_name": "exec", "config": {"source": "open('{touched}', 'w')"}},
        {"class_name": "function", "module": "subprocess", "config": "run", "registered_name": "run"},
        {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "file:///etc/passwd"}},
        {"class_name": "__lambda__", "config": {"value": "cGFzcw=="}},
    ],
)
def test_foreign_classes_anywhere_are_refused(saved: Path, tmp_path: Path, node: dict[str, Any]) -> None:
    touched = tmp_path / "touched"
    node = json.loads(json.dumps(node).replace("{touched}", str(touched)))
    with_config(saved, lambda config: config["config"]["layers"][1]["config"].update(activation=node))
    with pytest.raises(ModelError, match="which no network of ours contains"):
        load_network(saved)
    assert not touched.exists()


@pytest.mark.parametrize("units", [10**12, 99_999, -4, 2.5, True, None, "7", [6]])
def test_absurd_shapes_are_refused_before_they_are_built(saved: Path, units: Any) -> None:
    with_config(saved, lambda config: config["config"]["layers"][1]["config"].update(units=units))
    with pytest.raises(ModelError, match=r"not a network|not an encoder|do not have the shapes"):
        load_network(saved)


@pytest.mark.parametrize("damage", [{}, [], {"config": {}}, {"config": {"layers": []}}, {"config": {"layers": [1]}}])
def test_descriptions_without_layers_are_refused(saved: Path, damage: Any) -> None:
    rewrite(saved, lambda parts: parts.update({CONFIG: json.dumps(damage).encode()}))
    with pytest.raises(ModelError, match="damaged"):
        load_network(saved)


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_broken_json_is_refused(saved: Path, text: bytes) -> None:
    rewrite(saved, lambda parts: parts.update({CONFIG: text}))
    with pytest.raises(ModelError):
        load_network(saved)


def weights_file(write: Callable[[Any], None]) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda file: file.update(a=h5py.ExternalLink("/etc/passwd", "/x")), "link to another place"),
        (lambda file: file.update(a=h5py.SoftLink("/b")), "link to another place"),
        (lambda file: file.create_dataset("a", (1, 1), "f4", external=[("/etc/hostname", 0, 4)]), "stored plainly"),
        (
            lambda file: file.create_dataset("a", (10**6, 10**6), "f4", chunks=True, compression="gzip"),
            "stored plainly",
        ),
        (lambda file: file.create_dataset("a", (4, 4), "f8"), "stored plainly"),
        (lambda file: file.create_dataset("a", (4, 4), "f4"), "do not have the shapes"),
        (lambda file: file.attrs.update(nothing=1), "do not have the shapes"),
    ],
)
def test_foreign_weights_are_refused(saved: Path, write: Callable[[Any], None], says: str) -> None:
    rewrite(saved, lambda parts: parts.update({WEIGHTS: weights_file(write)}))
    with pytest.raises(ModelError, match=says):
        load_network(saved)


def test_weights_that_are_no_hdf5_are_refused(saved: Path) -> None:
    rewrite(saved, lambda parts: parts.update({WEIGHTS: b"nothing of the kind"}))
    with pytest.raises(ModelError, match="weights cannot be read"):
        load_network(saved)


def test_weights_that_are_not_numbers_are_refused(saved: Path) -> None:
    def fill(_: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            item[...] = np.nan

    def spoil(parts: dict[str, bytes]) -> None:
        buffer = io.BytesIO(parts[WEIGHTS])
        with h5py.File(buffer, "r+") as file:
            file.visititems(fill)
        parts[WEIGHTS] = buffer.getvalue()

    rewrite(saved, spoil)
    with pytest.raises(ModelError, match="finite float32"):
        load_network(saved)
