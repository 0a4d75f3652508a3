from __future__ import annotations

import numpy as np

from marketfold.sampling import sample_rows


def test_a_sample_is_seeded_ascending_and_without_repeats():
    rows = sample_rows(1_000, 50, seed=3)
    assert np.array_equal(rows, sample_rows(1_000, 50, seed=3))
    assert not np.array_equal(rows, sample_rows(1_000, 50, seed=4))
    assert len(set(rows.tolist())) == 50
    assert (np.diff(rows) > 0).all()


def test_few_rows_are_all_taken():
    assert sample_rows(5, 5, seed=1).tolist() == [0, 1, 2, 3, 4]
