"""Features that stay with the engine: a sample, or a part at a time, is what all at once would be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.conftest import come_home_by

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig
from marketfold.csv_files import CsvWriter
from marketfold.demo import make_shop
from marketfold.errors import EngineError, OrdersError, ParameterError, RunFolderError
from marketfold.features import LazyFeatureTable, build_features, build_matrix, keep_columns, plan_features
from marketfold.features.expected import SETTING
from marketfold.library.judging import segmentation
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.runs import score_orders, write_scores
from marketfold.runs.table_files import write_table
from marketfold.schema import UNIT_ID

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.cleaning import CleanOrders
    from marketfold.model import SegmentModel
    from marketfold.schema import Unit
    from marketfold.units import FeatureTable

UNITS: tuple[Unit, ...] = ("customer", "order", "order_line")
PART = 7
"""Units in a part."""


def to_polars(table: pa.Table) -> Any:
    return pl.from_arrow(table)


@pytest.fixture(scope="module", params=[pa.table, to_polars], ids=["duckdb", "polars"])
def shop(request: pytest.FixtureRequest) -> CleanOrders:
    return clean_orders(read_orders(request.param(make_shop(1_500).lines)))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    come_home_by(PART, monkeypatch)


def known(clean: CleanOrders, unit: Unit = "customer") -> tuple[FeatureTable, LazyFeatureTable]:
    """All units at once, and what a model of them asks for."""
    whole = build_features(clean, FeatureOptions(unit=unit))
    return whole, plan_features(clean, FeatureOptions(unit=unit), names=whole.names, settings=whole.settings)


def assert_same(found: FeatureTable, wanted: FeatureTable) -> None:
    assert found.ids.tolist() == wanted.ids.tolist()
    assert (found.names, found.settings, found.as_of) == (wanted.names, wanted.settings, wanted.as_of)
    np.testing.assert_array_equal(found.values, wanted.values)
    np.testing.assert_array_equal(found.revenue, wanted.revenue)
    assert {name: column.tolist() for name, column in found.described.items()} == {
        name: column.tolist() for name, column in wanted.described.items()
    }
    assert (found.history is None) == (wanted.history is None)
    if found.history and wanted.history:
        for name in ("repeats", "last_days", "known_days", "repeat_mean"):
            np.testing.assert_array_equal(getattr(found.history, name), getattr(wanted.history, name))


@pytest.mark.parametrize("unit", UNITS)
def test_a_sample_is_that_of_the_table(shop: CleanOrders, unit: Unit):
    whole, lazy = known(shop, unit)
    assert len(lazy) == len(whole) > 2 * PART
    assert_same(lazy.sample(PART, 3), whole.sample(PART, 3))
    assert_same(lazy.sample(len(whole) + 1), whole)
    with pytest.raises(ParameterError, match="A sample has 1 unit or more; got n_units=0"):
        lazy.sample(0)


@pytest.mark.parametrize("unit", UNITS)
def test_units_that_are_held_are_measured_as_some_of_them_were(shop: CleanOrders, unit: Unit):
    with plan_features(shop, FeatureOptions(unit=unit)).held() as held:
        few = held.sample(PART)
        few = keep_columns(few, [few.names[0], *few.names[2:]])
        found = held.known_by(few)
        assert found.rows.is_known
        assert_same(found.sample(PART), few)
        again = plan_features(shop, FeatureOptions(unit=unit), names=few.names, settings=few.settings)
        assert_same(found.collect(), again.collect())


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.usefixtures("small_parts")
def test_parts_are_the_table(shop: CleanOrders, unit: Unit):
    whole, lazy = known(shop, unit)
    parts: list[FeatureTable] = []

    def kept(part: FeatureTable) -> pa.Table:
        parts.append(part)
        return part.to_arrow()

    made = list(lazy.mapped(kept))
    assert pa.concat_tables(made).equals(whole.to_arrow())
    assert [len(part) for part in parts[:-1]] == [PART] * (len(whole) // PART - (len(whole) % PART == 0))
    start = 0
    for part in parts:
        assert_same(part, whole.take(np.arange(start, start + len(part))))
        start += len(part)


@pytest.mark.usefixtures("small_parts")
def test_what_is_taken_from_all_is_not_taken_from_a_part(shop: CleanOrders):
    """Which features mean something of enough customers, and what is expected of them, is asked of all."""
    whole = build_features(shop)
    without = {name: text for name, text in whole.settings.items() if name != SETTING}
    for lazy in (plan_features(shop), plan_features(shop, names=whole.names, settings=without)):
        (part,) = lazy.mapped(lambda table: pa.table({"n": [len(table)], "expected": [table.settings[SETTING]]}))
        assert part.to_pylist() == [{"n": len(whole), "expected": whole.settings[SETTING]}]
        assert_same(lazy.collect(), whole)


def test_a_table_that_stays_shows_neither_ids_nor_rows(shop: CleanOrders):
    lazy = plan_features(shop)
    n_features = len(lazy.rows.measured)
    assert repr(lazy) == f"<LazyFeatureTable: {n_features} features of each customer, on {shop.engine.name}>"


def model_of(table: FeatureTable) -> SegmentModel:
    matrix = build_matrix(table)
    return segmentation(matrix, (table.column("recency_days") > 365).astype(int)).model()


def bounded(clean: CleanOrders, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no more cells come home than so many."""
    collect = clean.engine.collect

    def within(frame: Any) -> pa.Table:
        table = collect(frame)
        if table.num_rows * table.num_columns > cells:
            raise EngineError(f"{table.num_rows} rows of {table.num_columns} columns came home.")
        return table

    monkeypatch.setattr(clean.engine, "collect", within)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.usefixtures("small_parts")
def test_customers_are_scored_without_coming_home(
    ending: str, shop: CleanOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = build_features(shop)
    model = model_of(whole)
    expected = score_orders(model, shop)
    assert expected["customer_id"].to_pylist() == whole.ids.tolist()
    at_once, in_parts = tmp_path / f"at_once{ending}", tmp_path / f"in_parts{ending}"
    come_home_by(len(whole), monkeypatch)
    write_scores(model, shop, at_once)
    come_home_by(PART, monkeypatch)
    if shop.engine.name == "duckdb":  # Polars holds all in memory
        bounded(shop, 3 * len(whole), monkeypatch)
        with pytest.raises(EngineError, match="came home"):
            build_features(shop)
    told: list[tuple[str, int, int]] = []
    counts = write_scores(model, shop, in_parts, RunConfig(), lambda *step: told.append(step))
    assert (counts.n_units, counts.fits_none) == (len(whole), sum(expected["fits_none"].to_pylist()))
    numbers = expected["segment"].to_pylist()
    assert {number: n for (number, _), n in counts.segments.items()} == {one: numbers.count(one) for one in numbers}
    assert told[-1] == ("assign", len(whole), len(whole))
    assert told[-2] == ("assign", len(whole) - (len(whole) % PART or PART), len(whole))
    if ending == ".csv":
        assert in_parts.read_bytes() == at_once.read_bytes()
    else:
        found = parquet.read_table(in_parts)
        assert found.equals(parquet.read_table(at_once))


@pytest.mark.parametrize("unit", UNITS[1:])
@pytest.mark.usefixtures("small_parts")
def test_orders_and_lines_are_scored_in_parts_too(shop: CleanOrders, unit: Unit, tmp_path: Path):
    whole = build_features(shop, FeatureOptions(unit=unit))
    matrix = build_matrix(whole)
    large = whole.revenue > np.median(whole.revenue)
    model = segmentation(matrix, large.astype(int)).model()
    told: list[tuple[str, int, int]] = []
    counts = write_scores(model, shop, tmp_path / "scores.parquet", progress=lambda *step: told.append(step))
    found = parquet.read_table(tmp_path / "scores.parquet")
    assert found[UNIT_ID[unit]].to_pylist() == whole.ids.tolist()
    assert found.equals(score_orders(model, shop))
    assert counts.n_units == len(whole)
    assert {step for step in told if step[0] == "assign"} == set()  # how many there are is not known before


def test_what_is_no_file_of_ours_is_refused_before_the_work(shop: CleanOrders, tmp_path: Path):
    model = model_of(build_features(shop))
    for place in ("scored.json", "shop.scored", "s3a://shop/scored"):
        with pytest.raises(ParameterError, match=r"ends neither in \.csv nor in \.parquet.*takes --engine spark"):
            write_scores(model, str(tmp_path / "not_there.csv"), place, RunConfig())
    with pytest.raises(ParameterError, match="Spark, which alone writes tables and addresses, does not have these"):
        write_scores(model, shop, "shop.scored", RunConfig())
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("small_parts")
def test_what_fails_in_a_later_part_leaves_nothing_and_lets_go_of_the_engine(
    shop: CleanOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = build_features(shop)
    model = model_of(whole)

    def fails(last: str, table: FeatureTable) -> pa.Table:
        if last in table.ids.tolist():
            raise OrdersError("the last")
        return table.to_arrow()

    lazy = plan_features(shop, names=model.names, settings=model.settings)
    with pytest.raises(OrdersError, match="the last") as kept:
        write_table(lazy.mapped(partial(fails, whole.ids[-1])), tmp_path / "scores.csv")
    assert len(lazy) == len(whole)  # while the error is kept, as a notebook keeps it
    del kept
    written = CsvWriter.write_table

    def is_full(self: CsvWriter, table: pa.Table) -> None:
        written(self, table)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CsvWriter, "write_table", is_full)
    with pytest.raises(RunFolderError, match="No space left") as full:
        write_scores(model, shop, tmp_path / "scores.csv")
    assert len(lazy) == len(whole)
    del full
    assert not list(tmp_path.iterdir())


def test_what_is_held_is_let_go_by_all_that_is_made_of_it_and_once():
    clean = clean_orders(read_orders(make_shop(1_500).lines))
    with plan_features(clean).held() as held:
        known = held.known_by(held.sample(40))
        assert len(known) == len(held)
        for _ in range(2):
            known.release()
            with pytest.raises(duckdb.CatalogException):
                held.collect()
    plan_features(clean).release()  # of which nothing is kept


def test_features_that_are_held_are_let_go_where_the_choice_breaks_off(monkeypatch: pytest.MonkeyPatch):
    clean = clean_orders(read_orders(make_shop(12_000).lines))
    config = RunConfig(quick=True, clustering=ClusteringOptions(in_memory=100))
    let_go: list[LazyFeatureTable] = []

    def breaks_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    def release(table: LazyFeatureTable) -> None:
        assert table.kept is not None
        table.engine.collect(table.kept.head(1))  # until now it is there
        let_go.append(table)
        released(table)
        raise EngineError("It is gone.")  # as one whose disk is full; told is what broke off

    released = LazyFeatureTable.release
    monkeypatch.setattr(LazyFeatureTable, "release", release)
    monkeypatch.setattr("marketfold.pipeline.choose_recipe", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        segment_market(clean, config)
    assert len(let_go) == 1
