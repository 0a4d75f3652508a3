from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.segments.shops import shop

from marketfold.segments import number_and_name
from marketfold.selection import Segmentation


def test_without_an_earlier_run_segments_count_from_one():
    made, matches = number_and_name(Segmentation.of(*shop()))
    assert list(made.numbers) == [1, 2]
    assert len(set(made.names)) == 2
    assert matches == ()


def test_the_same_groups_keep_their_numbers_and_names():
    matrix, labels = shop()
    made, _ = number_and_name(Segmentation.of(matrix, labels))
    earlier = replace(made, numbers=(5, 2), names=("Friends", "The rest")).snapshot()
    kept, matches = number_and_name(Segmentation.of(matrix, labels), earlier=earlier)
    assert (list(kept.numbers), list(kept.names)) == ([5, 2], ["Friends", "The rest"])
    assert len(matches) == 2


def test_a_new_group_gets_a_number_that_nobody_had():
    matrix, labels = shop()
    made, _ = number_and_name(Segmentation.of(matrix, labels))
    earlier = replace(made, numbers=(1, 2), names=("Friends", "The rest")).snapshot()
    split = np.where((labels == 1) & (np.arange(len(labels)) % 2 == 0), 2, labels).astype(np.int32)
    kept, _ = number_and_name(Segmentation.of(matrix, split), earlier=earlier)
    assert kept.numbers[0] == 1
    assert kept.names[0] == "Friends"
    assert len(set(kept.numbers)) == 3
    assert max(kept.numbers) >= 3
