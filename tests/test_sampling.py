from __future__ import annotations

import numpy as np

from marketfold.sampling import digests, salted, sample_ids, sample_rows


def test_a_sample_is_seeded_ascending_and_without_repeats():
    rows = sample_rows(1_000, 50, seed=3)
    assert np.array_equal(rows, sample_rows(1_000, 50, seed=3))
    assert not np.array_equal(rows, sample_rows(1_000, 50, seed=4))
    assert len(set(rows.tolist())) == 50
    assert (np.diff(rows) > 0).all()


def test_few_rows_are_all_taken():
    assert sample_rows(5, 5, seed=1).tolist() == [0, 1, 2, 3, 4]


def test_a_digest_is_the_md5_of_rfc_1321_of_seed_colon_and_id():
    assert digests(["", "abc"], "") == [
        "d41d8cd98f00b204e9800998ecf8427e",
        "900150983cd24fb0d6963f7d28e17f72",
    ]
    assert digests(["C1"], salted(3)) == digests(["3:C1"], "")


def test_who_is_drawn_by_id_is_drawn_among_any_others_too():
    ids = np.array([f"C{number}" for number in range(500)])
    few = sample_ids(ids, 50, 0)
    assert len(few) == 50
    assert (np.diff(few) > 0).all()
    assert set(few) < set(sample_ids(ids, 80, 0))
    assert set(few) != set(sample_ids(ids, 50, 1))
    order = np.random.default_rng(0).permutation(500)
    assert set(ids[order][sample_ids(ids[order], 50, 0)]) == set(ids[few])
    assert sample_ids(ids, 500, 0).tolist() == list(range(500))
    by_text = np.argsort(digests(ids.tolist(), salted(0)))  # as the engines sort them
    assert few.tolist() == sorted(by_text[:50].tolist())
