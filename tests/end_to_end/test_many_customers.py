"""A run of more customers than are in memory: no row for each of them comes home, and the files have them all."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from bench.orders_data import make_parquet
from pyarrow import parquet
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.decomposition import PCA

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import EngineTable
from marketfold.errors import TooFewUnitsError
from marketfold.page import tables_of
from marketfold.pipeline import segment_market
from marketfold.report import report_page
from marketfold.runs import Run, write_run
from marketfold.unit_tables import list_parts, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import narwhals as nw

    from marketfold.analysis import Analysis
    from marketfold.page import Section

FEW, MOST_ROWS = 400, 4_000


@dataclass(frozen=True, repr=False)
class Made:
    analysis: Analysis
    run: Run

    def table(self, name: str) -> pa.Table:
        return parquet.read_table(self.run.folder / name)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Of nine thousand customers and a few products, who grow in number with neither lines nor customers."""
    lines = parquet.read_table(make_parquet(tmp_path_factory.mktemp("orders"), lines=30_000, customers=9_000))
    place = lines.column_names.index("product_id")
    few = pc.binary_join_element_wise("P", pc.utf8_slice_codeunits(lines["product_id"], 5, 6), "")
    return lines.set_column(place, "product_id", few)


def made_of(orders: pa.Table, folder: Path, in_memory: int) -> Made:
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="loyalty", as_of=date(2025, 12, 10)),
        reduction=ReductionOptions(method="pca"),
        clustering=ClusteringOptions(segments=4, k_max=4, bootstraps=2, choose_among=FEW, in_memory=in_memory),
    )
    analysis = segment_market(orders, config)
    return Made(analysis, write_run(analysis, folder))


@contextmanager
def small_engine() -> Iterator[None]:
    """Refuses to bring home as many rows as there are customers; samples of lines are made as small."""
    whole = DuckDBEngine.collect

    def collect(self: DuckDBEngine, frame: nw.LazyFrame[Any]) -> pa.Table:
        table = whole(self, frame)
        assert len(table) <= MOST_ROWS, f"{len(table):,} rows of {table.column_names} came home"
        return table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DuckDBEngine, "collect", collect)
        patch.setattr("marketfold.exploration.dependence.SAMPLE_TO_RELATE", 1_000)
        patch.setattr("marketfold.exploration.customers.MOST_VALUES", MOST_ROWS)
        patch.setattr("marketfold.selection.exact_quantiles.FIRST_ROWS", 1_000)
        yield


@pytest.fixture(scope="module")
def away(orders: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Made:
    with small_engine():
        return made_of(orders, tmp_path_factory.mktemp("away") / "run", FEW)


@pytest.fixture(scope="module")
def here(orders: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The same with all customers in memory."""
    return made_of(orders, tmp_path_factory.mktemp("here") / "run", 1_000_000)


def test_no_table_with_a_row_for_each_customer_comes_home(away: Made):
    made = away.analysis.segmentation
    assert len(made) == away.analysis.sampled_units == FEW
    assert made.n_units > 2 * MOST_ROWS
    assert isinstance(away.analysis.plan.assignments, EngineTable)
    assert len(away.table("segments.parquet")) == len(away.table("features.parquet")) == made.n_units
    assert away.run.record["sample"] == {"units": FEW, "of": made.n_units}


def test_what_is_said_of_segments_is_true_of_the_files(away: Made):
    rows, features = away.table("segments.parquet"), away.table("features.parquet")
    assert set(rows["arm"].to_pylist()) == {"treated", "holdout"}
    segment = rows["segment"].to_numpy()
    for profile, campaign in zip(away.analysis.segments.profiles, away.analysis.plan.campaigns, strict=True):
        here = segment == profile.number
        assert profile.units == campaign.customers == int(here.sum())
        assert profile.revenue_total == pytest.approx(rows["revenue_total"].to_numpy()[here].sum(), abs=0.005)
        held = np.array(rows["arm"].to_pylist())[here] == "holdout"
        assert campaign.held_out == int(held.sum())
        for name in ("recency_days", "revenue_total", "order_count"):
            assert profile.medians[name] == pytest.approx(np.median(features[name].to_numpy()[here]))
            assert profile.everyone[name] == pytest.approx(np.median(features[name].to_numpy()))
    assert rows["customer_id"].to_pylist() == sorted(rows["customer_id"].to_pylist())
    last = [(away.analysis.segmentation.table.as_of - day).days for day in rows["last_order_on"].to_pylist()]
    assert last == features["recency_days"].to_pylist()


def test_the_model_gives_each_customer_the_segment_of_the_files(away: Made):
    rows = away.table("segments.parquet")
    model, made = away.run.model, away.analysis.segmentation
    assert made.population is not None
    for part in made.population.mapped(lambda table, _: pa.table({"n": model.assign(table).numbers})):
        assert part["n"].to_pylist() == rows["segment"].slice(0, len(part)).to_pylist()
        rows = rows.slice(len(part))


def test_it_is_the_run_that_has_all_in_memory(away: Made, here: Made):
    mine, theirs = away.table("segments.parquet"), here.table("segments.parquet")
    assert mine.column_names == theirs.column_names
    for name in mine.column_names:
        if name in {"distance", "confidence"}:  # which are rounded, of float32
            assert mine[name].to_numpy() == pytest.approx(theirs[name].to_numpy(), abs=2e-4)
        elif name == "fits_none":  # by the reach of the sample
            assert np.mean(np.array(mine[name]) == np.array(theirs[name])) > 0.98
        elif name not in {"segment_name", "why_here"}:  # which hang on effects and means in the sample
            assert mine[name].equals(theirs[name]), name
    for one, other in zip(away.analysis.plan.campaigns, here.analysis.plan.campaigns, strict=True):
        assert (one.aim, one.timing, one.products, one.next_product, one.bundle, one.baseline, one.two_largest) == (
            other.aim, other.timing, other.products, other.next_product, other.bundle, other.baseline,
            other.two_largest,
        )  # fmt: skip
    features, of_all = away.table("features.parquet"), here.table("features.parquet")
    assert len(features.column_names) > 15  # what is measured of few of the sample is left out
    assert features.equals(of_all.select(features.column_names), check_metadata=True)


def test_the_list_begins_as_the_file_of_all_does(away: Made):
    shown = listed(away.analysis, 5)
    whole = pa.concat_tables(list_parts(away.table("segments.parquet")))
    assert shown.equals(whole.take(pa.array(shown["no"].to_numpy() - 1)).select(shown.column_names))
    sizes = away.analysis.segmentation.sizes.tolist()
    assert shown["no"].to_pylist() == [1 + sum(sizes[:s]) + row for s in range(4) for row in range(5)]


def rows_of(section: Section) -> list[tuple[str, ...]]:
    return [row for table in tables_of(section.parts) for row in table.rows]


def test_the_page_says_what_is_of_the_sample(away: Made, here: Made):
    page, whole = report_page(away.analysis), report_page(here.analysis)
    by_key, of_all = ({section.key: section for section in one.sections} for one in (page, whole))
    assert set(by_key) == set(of_all)
    assert rows_of(by_key["rfm"]) == rows_of(of_all["rfm"])
    assert [row[1:] for row in rows_of(by_key["outlook"])] == [row[1:] for row in rows_of(of_all["outlook"])]
    assert "drawn for the figures" in json.dumps(by_key["profiles"].parts[0], default=str)
    for one in away.run.record["traps"]:
        small = one["code"] in {"small_segment", "outlier_segment"}
        assert ("counted, in a sample of 400 customers" in one["sentence"]) is not small
    assert "drawn for the figures" not in json.dumps(of_all["profiles"].parts[0], default=str)


@pytest.fixture(scope="module")
def shop() -> pa.Table:
    return make_shop(12_000).lines


def small_config(in_memory: int, **features: Any) -> RunConfig:
    return RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="value", **features),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=3, bootstraps=2, choose_among=150, in_memory=in_memory),
    )


def test_a_run_on_polars_with_features_and_a_reducer_of_ones_own_carries_an_earlier_run_on(
    shop: pa.Table, tmp_path: Path
):
    config = small_config(150, as_of=date(2026, 3, 1), own_features={"bulk": "nw.col('quantity').max().fill_null(0)"})
    first = segment_market(pl.from_arrow(shop), config)
    run = write_run(first, tmp_path / "first")
    again = segment_market(pl.from_arrow(shop), config, previous=run.as_previous(), reducer=PCA(2))
    second = write_run(again, tmp_path / "second")
    assert again.segmentation.population is not None
    arms = [parquet.read_table(one.folder / "segments.parquet").sort_by("customer_id") for one in (run, second)]
    held = [dict(zip(one["customer_id"].to_pylist(), one["arm"].to_pylist(), strict=True)) for one in arms]
    assert held[0] == held[1]
    assert {match.earlier for match in again.segments.matches} - {None}


def test_a_clusterer_of_ones_own_is_fitted_to_everybody_and_keeps_its_labels(shop: pa.Table):
    few, many = (segment_market(shop, small_config(n), clusterer=ByTurns()) for n in (100, 1_000_000))
    assert few.segmentation.population is None
    assert few.labels.tolist() == many.labels.tolist()


class ByTurns(BaseEstimator, ClusterMixin):  # type: ignore[misc]
    """Puts rows into three clusters by turns."""

    def fit(self, X: Any, y: object = None) -> ByTurns:  # noqa: ARG002
        self.labels_ = np.arange(len(X)) % 3
        return self


@pytest.mark.parametrize(
    ("choose_among", "in_memory", "raise_them"),
    [(100, 100, "--choose-among and --in-memory"), (100, 1_000_000, "--choose-among"), (200, 100, "--in-memory")],
)
def test_a_sample_too_small_for_the_segments_asked_for_says_so(
    orders: pa.Table, choose_among: int, in_memory: int, raise_them: str
):
    clustering = ClusteringOptions(segments=100, choose_among=choose_among, in_memory=in_memory)
    said = f"a sample of 100 customers, and 100 segments need more than that.* or raise {raise_them}\\.$"
    with pytest.raises(TooFewUnitsError, match=said):
        segment_market(orders, RunConfig(quick=True, clustering=clustering))
