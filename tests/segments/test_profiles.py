from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.shops import FEATURES, Scaled, shop

from marketfold.errors import ParameterError
from marketfold.segments import profile_segments


def test_sizes_money_and_medians():
    matrix, labels = shop()
    first, second = profile_segments(matrix, labels)
    assert (first.number, first.units, first.unit_share) == (1, 40, 0.4)
    assert first.revenue_total == pytest.approx(matrix.table.revenue[:40].sum(), abs=0.01)
    assert first.revenue_share + second.revenue_share == pytest.approx(1)
    assert first.medians["basket_mean"] == np.median(matrix.table.values[:40, 3])
    assert second.everyone["order_count"] == np.median(matrix.table.values[:, 1])


def test_typical_rows_are_the_nearest_to_the_centre():
    matrix, labels = shop()
    second = profile_segments(matrix, labels, n_typical=3)[1]
    rows = matrix.values[40:]
    nearest = 40 + np.argsort(np.linalg.norm(rows - rows.mean(axis=0), axis=1))[:3]
    assert second.typical == tuple(nearest)


def test_stand_outs_are_said_in_the_users_units():
    matrix, labels = shop()
    sentences = {s.feature: s.sentence for s in profile_segments(matrix, labels)[0].stand_outs}
    assert sentences["recency_days"].startswith("last ordered ")
    assert "days ago, others" in sentences["recency_days"]


def test_described_values_stand_beside_everybody():
    matrix, labels = shop()
    first = profile_segments(matrix, labels)[0].described["country"][0]
    assert (first.value, first.share, first.everyone_share, first.units, first.notable) == ("FR", 1.0, 0.4, 40, True)


def test_numbers_and_names_of_an_earlier_run_are_kept():
    matrix, labels = shop()
    profiles = profile_segments(matrix, labels, numbers=[3, 1], names=["Friends", "Guests"])
    assert [(p.number, p.name) for p in profiles] == [(3, "Friends"), (1, "Guests")]


def test_a_wider_table_may_be_described():
    matrix, labels = shop()
    narrow = Scaled(
        matrix.values[:, :1], replace(matrix.table, values=matrix.table.values[:, :1], features=FEATURES[:1])
    )
    assert set(profile_segments(narrow, labels, table=matrix.table)[0].medians) == set(matrix.table.names)


@pytest.mark.parametrize(
    ("labels", "says"), [([0] * 99, "99 labels"), ([0] * 50 + [2] * 50, "each used"), ([-1] * 100, "each used")]
)
def test_labels_that_do_not_fit(labels: list[int], says: str):
    matrix, _ = shop()
    with pytest.raises(ParameterError, match=says):
        profile_segments(matrix, np.array(labels, dtype=np.int32))
