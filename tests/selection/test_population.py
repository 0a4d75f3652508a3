"""Segments of a sample, settled on units that stay with their engine: what is said of all is what all at hand say."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.conftest import come_home_by

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.features import build_features, plan_features
from marketfold.orders import read_orders
from marketfold.segments import find_traits
from marketfold.selection import (
    Fits,
    Population,
    Recipe,
    Segmentation,
    among,
    at_hand,
    merge_segments,
    settle,
    settle_population,
)
from marketfold.selection.population import recoded

if TYPE_CHECKING:
    from marketfold.units import FeatureTable

MERGED = [(1, 3)]


@dataclass(frozen=True)
class Both:
    """The same segments of the same units, with the engine and at hand."""

    away: Segmentation
    here: Segmentation

    @property
    def population(self) -> Population:
        assert self.away.population is not None
        return self.away.population


def to_polars(table: pa.Table) -> Any:
    return pl.from_arrow(table)


@pytest.fixture(scope="module", params=[pa.table, to_polars], ids=["duckdb", "polars"])
def both(request: pytest.FixtureRequest) -> Both:
    clean = clean_orders(read_orders(request.param(make_shop(12_000).lines)))
    table = build_features(clean)
    few = table.sample(150)
    found = Fits(few).segment(Recipe("value", "pca", 3, n_dimensions=2, geography=True))
    units = plan_features(clean, names=few.names, settings=few.settings)
    with pytest.MonkeyPatch.context() as patch:
        come_home_by(40, patch)
        return Both(settle_population(found, units), settle(found, table))


@pytest.fixture(scope="module")
def merged(both: Both) -> Both:
    return Both(merge_segments(both.away, MERGED), merge_segments(both.here, MERGED))


@pytest.fixture(params=["as they were found", "merged"])
def pair(request: pytest.FixtureRequest, both: Both, merged: Both) -> Both:
    return merged if request.param == "merged" else both


def assigned(made: Segmentation, both: Both) -> dict[str, int]:
    engine = both.population.engine
    rows = engine.collect(made.assigned(engine))
    return dict(zip(rows["customer_id"].to_pylist(), rows["segment"].to_pylist(), strict=True))


def test_every_unit_is_where_it_is_when_all_are_at_hand(pair: Both, both: Both):
    away, here = assigned(pair.away, both), assigned(pair.here, both)
    assert sorted(away) == here_ids(pair) == sorted(here)
    labels = [[of_side[one] for one in sorted(away)] for of_side in (away, here)]
    assert adjusted_rand_score(*labels) > 0.99
    if labels[0] == labels[1]:
        assert pair.away.sizes.tolist() == pair.here.sizes.tolist()
        assert pair.away.revenue == pytest.approx(pair.here.revenue, abs=1e-6)
    assert pair.away.numbers == pair.here.numbers
    assert pair.away.segmenter.centers_ == pytest.approx(pair.here.segmenter.centers_, abs=1e-3)


def here_ids(pair: Both) -> list[str]:
    ids: list[str] = pair.here.ids.tolist()
    return ids


def test_sizes_and_money_are_of_all_and_rows_of_the_sample(both: Both):
    away, here = both.away, both.here
    assert (len(away), away.n_units) == (150, len(here))
    assert here.n_units == len(here)
    assert away.sizes.sum() == len(here) == len(both.population)
    assert away.revenue.sum() == pytest.approx(here.table.revenue.sum(), abs=1e-6)
    assert away.revenue.tolist() == sorted(away.revenue, reverse=True)
    assert "customers" in repr(both.population)
    assert not any(one in repr(both.population) for one in here.ids[:50].tolist())
    seen = among(away, here.table)
    assert away.labels.tolist() == seen.labels[np.isin(here.ids, away.ids)].tolist()


def test_each_of_many_places_is_recoded(both: Both):
    engine, values = both.population.engine, np.random.default_rng(0).permutation(700).astype(np.int32)
    frame = engine.from_arrow(pa.table({"part": pa.array(np.arange(700), pa.int64())}))
    found = engine.collect(frame.select("part", made=recoded("part", values)))
    assert found["made"].to_pylist() == values[found["part"].to_numpy()].tolist()


@pytest.mark.parametrize("n_segments", [20, 60])
def test_each_of_many_segments_keeps_a_row_of_the_sample(n_segments: int):
    clean = clean_orders(read_orders(make_shop(12_000).lines))
    few = build_features(clean).sample(100)
    found = Fits(few).segment(Recipe("value", "pca", n_segments, n_dimensions=2, geography=True))
    made = settle_population(found, plan_features(clean, names=few.names, settings=few.settings))
    assert np.bincount(made.labels, minlength=n_segments).min() > 0
    assert made.sizes.min() > 0
    find_traits(made)


def same_units(both: Both) -> Segmentation:
    """All units at hand, in the very segments that the engine has them in."""
    return among(both.away, both.here.table)


def test_sums_and_quantiles_are_those_of_all(pair: Both):
    away, here = pair.away, same_units(pair)

    def numbers(table: FeatureTable) -> Any:
        return np.column_stack([table.column("order_count"), table.revenue])

    wanted = [numbers(here.table)[here.labels == s].sum(axis=0) for s in range(here.n_segments)]
    assert away.sums(numbers) == pytest.approx(np.array(wanted))
    shares = (0.1, 0.5, 0.99)
    assert away.quantiles("revenue_total", shares) == pytest.approx(here.quantiles("revenue_total", shares))
    assert away.measured_counts == here.measured_counts
    assert min(here.measured_counts.values()) < len(here.table)


def test_medians_means_and_places_are_those_of_all(pair: Both, monkeypatch: pytest.MonkeyPatch):
    here = find_traits(same_units(pair))
    monkeypatch.setattr("marketfold.selection.exact_quantiles.FIRST_ROWS", 60)
    monkeypatch.setattr("marketfold.selection.exact_quantiles.MOST_EDGES", 8)
    monkeypatch.setattr("marketfold.selection.exact_quantiles.MOST_HOME", 100)
    away = find_traits(pair.away)
    for one, other in zip(away, here, strict=True):
        assert (one.units, one.unit_share) == (other.units, other.unit_share)
        assert one.revenue_total == pytest.approx(other.revenue_total, abs=0.01)
        assert one.described == other.described
        assert any(one.described.values())
        assert list(one.medians) == list(other.medians)
        # where a handful of the sample is measured nothing is said, though of all there may be enough
        for name in one.medians:
            for mine, theirs in ((one.medians, other.medians), (one.everyone, other.everyone)):
                assert mine[name] == pytest.approx(theirs[name], rel=1e-9, nan_ok=True) or np.isnan(mine[name])
        known = {feature.name: feature for feature in other.distinguishing}
        for feature in one.distinguishing:
            if feature.name in known:
                for part in ("median", "others", "mean", "others_mean"):
                    assert getattr(feature, part) == pytest.approx(getattr(known[feature.name], part), rel=1e-9)
    assert len({feature.name for one in away for feature in one.distinguishing}) > 1


def test_units_come_in_the_order_of_their_ids_with_what_stands_beside_them(both: Both):
    population, ids = both.population, here_ids(both)
    beside = pa.table({"customer_id": ids[::2], "seen": np.arange(len(ids[::2]))})
    parts = population.mapped(lambda table, rows: pa.table({"id": table.ids.tolist(), "seen": rows["seen"]}),
                              population.engine.from_arrow(beside))  # fmt: skip
    found = pa.concat_tables(parts)
    assert found["id"].to_pylist() == ids
    assert found["seen"].to_pylist() == [None if row % 2 else row // 2 for row in range(len(ids))]


def test_a_table_of_units_comes_back_from_its_rows(both: Both):
    table = both.here.table
    again = both.away.table.take(np.arange(0)).of_rows(table.to_rows())
    assert again.to_arrow().equals(table.to_arrow())
    assert np.array_equal(again.revenue, table.revenue)
    assert again.history is not None
    assert table.history is not None
    assert all(np.array_equal(getattr(again.history, part), column) for part, column in vars(table.history).items())


def test_all_units_can_be_asked_for(pair: Both):
    here, wanted = at_hand(pair.away), same_units(pair)
    assert here.ids.tolist() == wanted.ids.tolist()
    assert here.labels.tolist() == wanted.labels.tolist()
    assert here.table.to_arrow().equals(wanted.table.to_arrow())
    assert here.population is None
    assert at_hand(here) is here


def test_what_places_units_is_small_enough_to_be_sent(merged: Both):
    blank = merged.away.blank()
    assert (len(blank), blank.population, blank.segmenter.labels_.size) == (0, None, 0)
    assert len(pickle.dumps(blank)) < 60_000
    assert blank.places.tolist() == merged.away.places.tolist()
    assert among(blank, merged.here.table).labels.tolist() == among(merged.away, merged.here.table).labels.tolist()
