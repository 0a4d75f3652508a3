from __future__ import annotations

import json

import numpy as np
import pytest

from marketfold.clustering import KMeansSegmenter, assess_stability, places_alike
from marketfold.errors import ModelError
from marketfold.schema import Float32, Labels

PLACES: Labels = np.array([0, 1, 0, 2], np.int32)


@pytest.fixture(scope="module")
def square() -> Float32:
    """Four clear groups of 40, 30, 20 and 10 units in a square."""
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [0, 9], [9, 0], [9, 9]], np.float32).repeat([40, 30, 20, 10], axis=0)
    return (corners + rng.normal(scale=0.5, size=corners.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def found(square: Float32) -> KMeansSegmenter:
    return KMeansSegmenter(4).fit(square)


def test_a_merged_segment_has_the_centres_of_its_parts(square: Float32, found: KMeansSegmenter):
    merged = found.merged(PLACES)
    assert (merged.n_made, found.n_made) == (3, 4)
    assert np.array_equal(merged.labels_, PLACES[found.labels_])
    assert np.array_equal(merged.predict(square), merged.labels_)
    assert np.array_equal(merged.nearest_centers(square), found.predict(square))
    each, apart = found.transform(square), merged.transform(square)
    assert np.array_equal(apart[:, 0], each[:, [0, 2]].min(axis=1))
    assert np.array_equal(apart[:, 1:], each[:, [1, 3]])
    far = np.array([[4.5, 4.5], [0, 0]], np.float32)
    assert np.array_equal(merged.fits_none(far), found.fits_none(far))
    assert merged.fits_none(far).tolist() == [True, False]


def test_what_is_saved_says_which_centres_are_one(square: Float32, found: KMeansSegmenter):
    settings, arrays = found.merged(PLACES).to_state()
    again = KMeansSegmenter.from_state(json.loads(json.dumps(settings)), arrays)
    assert np.array_equal(again.predict(square), PLACES[found.labels_])
    assert "places" not in found.to_state()[0]


@pytest.mark.parametrize("places", [[0, 1, 0], [0, 1, 3, 0], [0, 1, 0, "x"], [-1, 0, 1, 0], [[0, 1, 0, 2]], []])
def test_a_damaged_merge_is_refused(found: KMeansSegmenter, places: object):
    settings, arrays = found.to_state()
    with pytest.raises(ModelError):
        KMeansSegmenter.from_state(settings | {"places": places}, arrays)


def test_another_fit_is_merged_by_the_units_that_it_shares(found: KMeansSegmenter):
    order = np.array([2, 0, 3, 1])
    other = order[found.labels_].astype(np.int32)
    again = places_alike(PLACES, found.labels_, other, 4)
    assert len({*again[other[found.labels_ == 0]].tolist(), *again[other[found.labels_ == 2]].tolist()}) == 1
    assert len(set(again.tolist())) == 3


def test_no_more_is_put_together_than_there_were_parts():
    own = np.array([0] * 6 + [1] * 4, np.int32)
    other = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3], np.int32)  # the first part came out in three pieces
    again = places_alike(np.array([0, 0], np.int32), own, other, 4)
    assert again[0] == again[3]
    assert len(set(again.tolist())) == 3


def test_resamples_are_merged_alike(square: Float32, found: KMeansSegmenter):
    merged = assess_stability(square, found.merged(PLACES), found.labels_, n_pairs=3)
    assert len(merged.segments) == merged.jaccards.shape[1] == 3
    assert all(one.jaccard > 0.99 for one in merged.segments)
    assert merged.ari > 0.99


def test_merging_does_not_make_slices_surer_than_they_are():
    crowd = np.random.default_rng(1).normal(size=(400, 4)).astype(np.float32)
    found = KMeansSegmenter(6).fit(crowd)
    places = np.array([0, 0, 1, 2, 3, 4], np.int32)
    alone = assess_stability(crowd, found, n_pairs=10)
    merged = assess_stability(crowd, found.merged(places), n_pairs=10)
    assert [one.trust for one in merged.segments] == ["weak"] * 5
    for one, before in zip(merged.segments[1:], alone.segments[2:], strict=True):
        assert abs(one.jaccard - before.jaccard) < 0.1
