from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marketfold.errors import ParameterError
from marketfold.snapshot import Snapshot, check_comparable

RUN = Snapshot(
    unit="customer",
    ids=np.array(["a", "b", "c"]),
    numbers=np.array([1, 3, 3]),
    names={1: "Regulars", 2: "Nobody"},
    features=("recency_days", "order_count"),
    values=np.ones((3, 2)),
)


def test_segments_without_a_unit_or_a_name_are_segments_too():
    assert RUN.segment_numbers == (1, 2, 3)
    assert (RUN.name(1), RUN.name(3)) == ("Regulars", "Segment 3")


def test_the_same_features_in_another_order_are_comparable():
    check_comparable(RUN, replace(RUN, features=("order_count", "recency_days")), features=True)
    check_comparable(RUN, replace(RUN, features=("order_count",)), features=False)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"unit": "order"}, "The earlier run segments customers, the later one orders."),
        ({"features": ("recency_days", "trend")}, "only the earlier has order_count; only the later has trend"),
        ({"numbers": np.array([1, 2])}, "The later run has 3 units but not as many segments"),
        ({"values": np.ones((2, 2))}, "not as many segments or rows of features"),
        ({"ids": np.array(["a", "a", "c"])}, "The later run names a unit twice."),
    ],
)
def test_what_cannot_be_compared(change: dict[str, Any], fault: str):
    with pytest.raises(ParameterError) as raised:
        check_comparable(RUN, replace(RUN, **change), features=True)
    assert fault in str(raised.value)
    assert len(raised.value.faults) == 1


def test_features_are_told_in_words_and_not_by_the_dozen():
    other = replace(RUN, features=("recency_days", *(f"feature_{number}" for number in range(8))))
    with pytest.raises(ParameterError, match=r"only the earlier has orders; .*feature_4 and 3 more"):
        check_comparable(RUN, other, features=True, labels={"order_count": "orders"})


def test_all_faults_come_at_once():
    empty = replace(RUN, unit="order", ids=np.array([], dtype=np.str_), numbers=np.array([], dtype=int), values=None)
    with pytest.raises(ParameterError, match="2 faults") as raised:
        check_comparable(empty, RUN, features=True)
    assert "The earlier run has no units." in str(raised.value)
