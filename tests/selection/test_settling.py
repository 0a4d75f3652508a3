"""Segments that a sample chose: settled on all units, and as the sample has them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from marketfold.cleaning import clean_orders
from marketfold.clustering import CenterSums
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.schema import Float32
from marketfold.selection import Fits, Recipe, Segmentation, among, merge_segments, settle
from marketfold.selection.settling import _settled_centers
from marketfold.units import FeatureTable


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return build_features(clean_orders(read_orders(make_shop(20_000).lines)))


@pytest.fixture(scope="module")
def few(table: FeatureTable) -> FeatureTable:
    return table.sample(200)


@pytest.fixture(scope="module")
def found(few: FeatureTable) -> Segmentation:
    return Fits(few).segment(Recipe("value", "pca", 3, n_dimensions=2, geography=True))


@pytest.fixture(scope="module")
def whole(found: Segmentation, table: FeatureTable) -> Segmentation:
    return settle(found, table)


def test_all_units_are_put_into_the_segments_on_the_scale_of_the_sample(
    found: Segmentation, whole: Segmentation, table: FeatureTable, few: FeatureTable
):
    assert whole.ids.tolist() == table.ids.tolist()
    assert whole.matrix.scaler is found.matrix.scaler
    assert whole.reducer is found.reducer
    assert whole.matrix.table.names == found.matrix.names
    rows = np.isin(table.ids, few.ids)
    assert whole.matrix.values[rows] == pytest.approx(found.matrix.values, abs=1e-6)
    everybody = Fits(table).segment(Recipe("value", "pca", 3, n_dimensions=2, geography=True))
    assert adjusted_rand_score(whole.labels, everybody.labels) > 0.9


def test_segments_are_settled_and_numbered_by_the_money_of_all(found: Segmentation, whole: Segmentation):
    money = np.bincount(whole.labels, weights=whole.table.revenue)
    assert money.tolist() == sorted(money, reverse=True)
    segmenter = whole.segmenter
    nearest = np.linalg.norm(whole.dimensions[:, None] - segmenter.centers_, axis=2)
    assert whole.labels.tolist() == nearest.argmin(axis=1).tolist()
    assert segmenter.wcss_ < -found.segmenter.score(whole.dimensions)
    means = np.array([whole.dimensions[whole.labels == place].mean(axis=0) for place in range(3)])
    assert segmenter.centers_ == pytest.approx(means, abs=0.1)


def test_the_sample_has_the_segments_of_all(whole: Segmentation, table: FeatureTable, few: FeatureTable):
    rows = np.isin(table.ids, few.ids)
    assert among(whole, few).labels.tolist() == whole.labels[rows].tolist()
    merged = merge_segments(whole, [(1, 3)])
    seen = among(merged, few)
    assert seen.labels.tolist() == merged.labels[rows].tolist()
    assert seen.parts.tolist() == whole.labels[rows].tolist()
    assert seen.numbers == merged.numbers
    assert seen.ids.tolist() == few.ids.tolist()


def test_where_others_come_between_no_centre_moves(found: Segmentation):
    """One that is put back has its row taken by another that moved there."""
    before = found.segmenter.centers_
    row = found.dimensions[[int(np.square(found.dimensions - before[2]).sum(axis=1).argmin())]]

    def asked_of(_: Float32) -> CenterSums:
        return CenterSums(np.ones(3), np.concatenate([before[[2]], before[[2]], np.full_like(row, 1_000.0)]))

    assert (_settled_centers(found, asked_of) == before).all()


@pytest.mark.parametrize("far", [(2,), (0, 2), (0, 1, 2)])
def test_no_segment_loses_the_sample_by_which_it_is_judged(found: Segmentation, far: tuple[int, ...]):
    """A centre that all units draw away from every row of the sample stays, and the others move."""

    def asked_of(centers: Float32) -> CenterSums:
        sums = CenterSums.of(found.dimensions, centers)
        totals = sums.totals + 0.05 * sums.sizes[:, None]
        totals[list(far)] = 1_000.0 * sums.sizes[list(far), None]
        return CenterSums(sums.sizes, totals)

    before = found.segmenter.centers_
    centers = _settled_centers(found, asked_of)
    assert np.isin(np.arange(3), found.segmenter.moved(found.dimensions, centers).labels_).all()
    stays = (centers == before).all(axis=1)
    assert np.flatnonzero(stays).tolist() == [one for one in range(3) if one in far or len(far) == 3]
