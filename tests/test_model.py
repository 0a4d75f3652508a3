from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tests.segments.shops import clean_shop

from marketfold.errors import ModelError
from marketfold.model import SegmentModel, confidence
from marketfold.selection import Segmentation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_confidence_is_the_simplified_silhouette():
    matrix, labels = clean_shop()
    distances = KMeans(3, n_init=5, random_state=0).fit(matrix.values).transform(matrix.values)
    expected = []
    for row in distances:
        a, b = np.sort(row)[:2]
        expected.append((b - a) / max(a, b))
    assert confidence(distances) == pytest.approx(np.array(expected), abs=1e-6)
    assert len(labels) == len(expected)


def test_confidence_on_a_centre_and_on_a_border():
    assert confidence(np.array([[0.0, 2.0], [1.0, 1.0], [0.0, 0.0]], dtype=np.float32)).tolist() == [1.0, 0.0, 0.0]


def test_confidence_with_one_segment_is_sure_of_all():
    assert confidence(np.array([[3.0], [1.0]], dtype=np.float32)).tolist() == [1.0, 1.0]


def bomb(path: Path) -> None:
    """A small archive that says it would unpack to a terabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scaled.npy", bytes(1_000))
        archive.infolist()[0].file_size = 10**12


def absurd(path: Path) -> None:
    """An array whose header promises more numbers than any memory holds."""
    with zipfile.ZipFile(path, "w") as archive, archive.open("scaled.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**7)})


def cut_off(path: Path) -> None:
    np.savez(path, scaled=np.ones(100))
    path.write_bytes(path.read_bytes()[:-50])


def pickled(path: Path) -> None:
    np.savez(path, allow_pickle=True, scaled=np.array([{"a": 1}], dtype=object))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (bomb, "would unpack to more than 536,870,912 bytes"),
        (absurd, "damaged or holds more than plain numbers"),
        (cut_off, "damaged or holds more than plain numbers"),
        (pickled, "damaged or holds more than plain numbers"),
        (lambda _: None, "missing, damaged"),
    ],
    ids=["bomb", "absurd", "cut_off", "pickled", "missing"],
)
class TestDamagedArrays:
    def test_of_a_model_are_refused(self, damage: Callable[[Path], None], message: str, tmp_path: Path):
        matrix, labels = clean_shop()
        Segmentation.of(matrix, labels).model().save(tmp_path / "model")
        (tmp_path / "model" / "arrays.npz").unlink()
        damage(tmp_path / "model" / "arrays.npz")
        with pytest.raises(ModelError, match=message):
            SegmentModel.load(tmp_path / "model")
