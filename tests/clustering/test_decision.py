"""Where all other indices name one number of groups, the gap does not count pieces of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.clustering.decision import Evidence, decide
from marketfold.clustering.null_references import Gap, NullReference
from marketfold.clustering.validity import ValidityIndex

if TYPE_CHECKING:
    from marketfold.schema import Float64

K = tuple(range(1, 16))
NAMES = ("silhouette", "calinski_harabasz", "davies_bouldin", "stability")


def creeping() -> Float64:
    """Gaps of seven groups that K-means cuts up to eleven: they rise to 1.5 at seven, and creep on to 1.6."""
    return np.interp(K, (1, 7, 11, 12, 15), (0, 1.5, 1.6, 1.45, 1.4))


def evidence(prefers: tuple[int, ...]) -> Evidence:
    gap = Gap("some reference", K, creeping(), np.full(len(K), 0.01))
    indices = {
        name: ValidityIndex(name, name, K[1:], (0.9,) * 14, prefers=k) for name, k in zip(NAMES, prefers, strict=True)
    }
    indices["gap"] = ValidityIndex("gap", "gap", K, (0.0,) * 15, prefers=11)
    nothing = NullReference("", (), (), np.zeros((1, len(K))))
    return Evidence(K, (20,) * 15, nothing, {"cloud": gap, "box": gap, "shuffled": gap}, indices, 500, 8)


@pytest.mark.parametrize(("prefers", "k"), [((7, 7, 7, 7), 7), ((7, 7, 7, 3), 11), ((7, 7, 8, 7), 11), ((2,) * 4, 2)])
def test_the_gap_is_overruled_by_all_others_and_by_no_fewer(prefers: tuple[int, ...], k: int):
    decided, answer, *_ = decide(evidence(prefers), n_units=500, k_min=2)
    assert (decided, answer) == (k, "groups")


def test_a_number_whose_segments_are_too_small_overrules_nothing():
    small = replace(evidence((7, 7, 7, 7)), smallest=(20,) * 6 + (2,) + (20,) * 8)
    assert decide(small, n_units=500, k_min=2)[0] == 11
