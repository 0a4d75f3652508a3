from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.shops import FEATURES, matrix_of, segmented, shop

from marketfold.clustering import assess_stability
from marketfold.segments import difference_text, profile_segments


def test_sizes_money_and_medians():
    matrix, labels = shop()
    first, second = profile_segments(segmented(matrix, labels))
    assert (first.number, first.units, first.unit_share) == (1, 40, 0.4)
    assert first.revenue_total == pytest.approx(matrix.table.revenue[:40].sum(), abs=0.01)
    assert first.revenue_share + second.revenue_share == pytest.approx(1)
    assert first.medians["basket_mean"] == np.median(matrix.table.values[:40, 3])
    assert second.everyone["order_count"] == np.median(matrix.table.values[:, 1])


def test_distinguishing_features_are_said_in_the_users_units():
    matrix, labels = shop()
    sentences = {s.name: difference_text(s) for s in profile_segments(segmented(matrix, labels))[0].distinguishing}
    assert sentences["recency_days"].startswith("last ordered ")
    assert "days ago, others" in sentences["recency_days"]


def test_described_values_stand_beside_everybody():
    matrix, labels = shop()
    first = profile_segments(segmented(matrix, labels))[0].described["country"][0]
    assert (first.value, first.share, first.everyone_share, first.units, first.notable) == ("FR", 1.0, 0.4, 40, True)


def test_numbers_and_names_of_an_earlier_run_are_kept():
    matrix, labels = shop()
    known = replace(segmented(matrix, labels), numbers=(3, 1), names=("Friends", "Guests"))
    profiles = profile_segments(known)
    assert [(p.number, p.name) for p in profiles] == [(3, "Friends"), (1, "Guests")]


def test_a_wider_table_may_be_described():
    matrix, labels = shop()
    narrow = matrix_of(
        matrix.values[:, :1], replace(matrix.table, values=matrix.table.values[:, :1], features=FEATURES[:1])
    )
    known = segmented(narrow, labels, matrix.table)
    assert set(profile_segments(known)[0].medians) == set(matrix.table.names)


def test_trust_and_jaccard_are_those_of_the_stability():
    matrix, labels = shop()
    known = segmented(matrix, labels)
    assert [(p.trust, p.jaccard) for p in profile_segments(known)] == [(None, None)] * 2
    stability = assess_stability(known.dimensions, known.segmenter, labels, n_pairs=2)
    profiles = profile_segments(replace(known, stability=stability))
    assert [(p.trust, p.jaccard) for p in profiles] == [(s.trust, s.jaccard) for s in stability.segments]
