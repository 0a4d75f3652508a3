from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.shops import matrix_of, shop

from marketfold.segments.profiles import find_traits
from marketfold.selection import Segmentation


def test_shares_add_up_and_medians_are_in_the_users_units():
    matrix, labels = shop()
    first, second = find_traits(Segmentation.of(matrix, labels))
    assert (first.units, second.units) == (40, 60)
    assert first.unit_share + second.unit_share == pytest.approx(1)
    assert first.revenue_share + second.revenue_share == pytest.approx(1)
    assert first.revenue_total + second.revenue_total == pytest.approx(matrix.table.revenue.sum(), abs=0.02)
    inside = matrix.table.column("order_count")[labels == 0]
    assert first.medians["order_count"] == np.median(inside)
    assert first.everyone["order_count"] == np.median(matrix.table.column("order_count"))


def test_what_lies_apart_has_the_whole_effect():
    """The groups do not overlap in orders: Cliff's delta is 1 for one and -1 for the other."""
    first, second = find_traits(Segmentation.of(*shop()))
    assert (first.effects["order_count"], second.effects["order_count"]) == (1, -1)
    assert first.distinguishing
    assert [value.value for value in first.described["country"]] == ["FR"]


def test_without_money_there_is_no_share_of_it():
    matrix, labels = shop()
    free = replace(matrix.table, revenue=np.zeros(len(matrix.table)))
    traits = find_traits(Segmentation.of(matrix_of(matrix.values, free), labels))
    assert [(one.revenue_total, one.revenue_share) for one in traits] == [(0.0, 0.0)] * 2
