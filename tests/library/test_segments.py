"""What a data scientist does with segments, in memory and from a folder."""

from __future__ import annotations

import inspect
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from sklearn.decomposition import FactorAnalysis
from sklearn.mixture import GaussianMixture
from tests.library.conftest import FEW

import marketfold as mf
from marketfold.demo import Shop, make_later_orders, make_shop
from marketfold.errors import AudienceError, MeasurementError, ParameterError, RunFolderError
from marketfold.library import SavedSegments, Segments, load, segment


def test_settings_by_their_names_were_followed(found: Segments):
    assert found.n_segments == 4
    assert found.config.reduction.method == "pca"
    assert found.config.quick


def test_a_frame_says_who_is_in_which_segment(either: Segments):
    frame = either.to_pandas()
    assert frame.columns[:3].tolist() == ["customer_id", "segment", "segment_name"]
    assert len(frame) == len(either)
    assert sorted(frame["segment"].unique()) == [1, 2, 3, 4]
    assert frame.groupby("segment")["segment_name"].first().to_dict() == either.names
    assert either.to_polars().columns == frame.columns.tolist()


def test_a_folder_holds_what_was_in_memory(found: Segments, saved: SavedSegments):
    again = load(str(saved.folder))
    assert again.to_arrow().equals(found.to_arrow())
    assert again.profiles.to_pandas()["name"].tolist() == found.profiles.to_pandas()["name"].tolist()
    assert list(again.figures) == list(found.figures)
    assert again.features.names == found.features.names
    assert again.traps.to_arrow() == found.traps.to_arrow()
    assert again.config == found.config


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.Table, duckdb.DuckDBPyRelation])
def test_a_frame_is_scored_into_a_frame_of_its_kind(kind: type, shop: Shop, either: Segments):
    lines = shop.lines.slice(0, 2_000)
    makers: dict[type, Any] = {pd.DataFrame: lines.to_pandas, pl.DataFrame: lambda: pl.from_arrow(lines)}
    makers |= {pa.Table: lambda: lines, duckdb.DuckDBPyRelation: lambda: duckdb.from_arrow(lines)}
    given = makers[kind]()
    scored: Any = either.score(given)
    assert type(scored) is type(given)
    assert "segment" in (scored.column_names if kind is pa.Table else scored.columns)


def test_a_path_is_scored_into_a_table_that_is_taken_as_a_frame(shop: Shop, found: Segments, tmp_path: Path):
    shop.lines.to_pandas().to_csv(tmp_path / "later.csv", index=False)
    scored = found.score(str(tmp_path / "later.csv"), as_of="2026-07-01", date_format="%Y-%m-%d")
    assert set(scored.to_pandas()["customer_id"]) == set(found.to_pandas()["customer_id"])
    assert scored.to_pandas()["segment"].tolist() == found.to_pandas()["segment"].tolist()


def test_figures_are_listed_and_each_is_drawn_by_itself(either: Segments):
    names = dir(either.figures)
    assert {"elbow", "heatmap", "scree", "map_2d"} <= set(names)
    assert len(names) == len(either.figures)
    for name in ("elbow", "scree"):
        figure = getattr(either.figures, name)()
        assert figure.data
        assert figure == either.figures[name]
    assert "WCSS" in (inspect.getdoc(either.figures.elbow) or "")
    with pytest.raises(AttributeError, match=r"There is no figure elbw\. Did you mean elbow\?"):
        either.figures.elbw()
    with pytest.raises(KeyError):
        either.figures["no such thing"]


def test_the_report_is_one_file(either: Segments, tmp_path: Path):
    path = either.report(str(tmp_path / "r.html"))
    assert "<html" in path.read_text("utf-8")
    assert path == tmp_path / "r.html"


def test_a_folder_is_copied_whole_and_nothing_is_written_over(saved: SavedSegments, tmp_path: Path):
    copy = saved.save(str(tmp_path / "copy"))
    assert copy.to_arrow().equals(saved.to_arrow())
    with pytest.raises(RunFolderError, match="exists already"):
        saved.save(tmp_path / "copy")


def test_what_happened_since_is_a_frame_figures_and_a_page(
    found: Segments, saved: SavedSegments, shop: Shop, tmp_path: Path
):
    for earlier in (found, saved, str(saved.folder)):
        assert saved.compare(earlier).movement.stayed_share == 1
    other = segment(shop.lines, segments=3, progress=False, **FEW)
    moved = other.compare(found)
    assert set(moved.to_pandas()["event"]) == {"moved"}
    assert set(moved.to_pandas()["customer_id"]) < set(found.to_pandas()["customer_id"])
    assert dir(moved.figures)
    assert moved.report(tmp_path / "moved.html").is_file()
    assert "customers in both" in repr(moved)


def test_segments_carry_on_from_earlier_ones(found: Segments, saved: SavedSegments, shop: Shop):
    for previous in (found, saved, str(saved.folder), saved.as_previous()):
        again = segment(shop.lines, segments=4, reduction="pca", previous=previous, progress=False, **FEW)
        assert again.names == found.names
        assert again.to_arrow()["arm"].equals(found.to_arrow()["arm"])
        if previous is found:
            break  # the others take the same way


def test_audiences_are_written_of_who_agreed_and_is_not_held_out(
    found: Segments, saved: SavedSegments, shop: Shop, tmp_path: Path
):
    asked: dict[str, Any] = {"consent_column": "marketing_consent", "allow_small": True, "country": "DE"}
    mine = found.export("csv", tmp_path / "mine", **asked)
    theirs = saved.export("csv", tmp_path / "theirs", orders=shop.lines, **asked)
    assert mine.to_arrow().equals(theirs.to_arrow())
    assert all(path.is_file() for path in mine.files)
    assert mine.to_pandas()["written"].sum() > 0
    with pytest.raises(ParameterError, match="no option consent; closest: 'consent_column'"):
        found.export("csv", tmp_path / "none", consent="x")
    with pytest.raises(AudienceError):
        found.export("no such platform", tmp_path / "none")


def test_campaigns_are_measured_by_later_orders_in_memory_as_in_a_folder(tmp_path: Path):
    shop = make_shop(lines=30_000)
    made = segment(shop.lines, segments=3, reduction="none", smallest_lift=1, progress=False, **FEW)
    rows = made.to_pandas()
    assert (rows["arm"] == "holdout").any()
    later = make_later_orders(shop, set(rows.loc[rows["arm"] != "holdout", "customer_id"]), 0.5)
    begins = made.features.as_of
    assert isinstance(begins, date)
    ends = begins + timedelta(days=89)
    measured = made.measure(later, begins.isoformat(), ends, progress=False)
    again = made.save(tmp_path / "run", progress=False).measure(later, begins, ends, progress=False)
    assert measured.to_arrow().equals(again.to_arrow())
    assert measured.to_pandas()["difference"].notna().any()
    assert measured.measurement.date_to == ends
    assert measured.report(tmp_path / "measured.html").is_file()
    with pytest.raises(MeasurementError, match="before the day on which"):
        made.measure(later, "2020-01-01", "2020-02-01")


def test_text_is_short_and_html_holds_no_id(either: Segments):
    shown = either._repr_html_()
    ids = either.to_pandas()["customer_id"]
    assert len(repr(either)) < 1_500
    assert not [one for one in ids if one in shown + repr(either)]
    assert all(name in shown for name in either.names.values())


def test_orders_that_were_read_and_cleaned_are_segmented_as_they_are(shop: Shop, found: Segments):
    """And frames that scikit-learn was asked for do not reach a run."""
    with sklearn.config_context(transform_output="pandas"):
        orders = mf.clean(mf.read(shop.lines))
        again = segment(orders, segments=4, reduction="pca", progress=False, **FEW)
        scored = again.score(shop.lines, progress=False)
    assert again.to_arrow().equals(found.to_arrow())
    assert scored["segment"].to_pylist() == found.to_arrow()["segment"].to_pylist()
    with pytest.raises(mf.errors.ConfigError, match="date_format is a setting of reading, and has no use"):
        segment(orders, date_format="%d/%m/%Y")


def test_the_signature_shows_every_setting():
    shown = inspect.signature(segment).parameters
    assert {"source", "config", "segments", "reduction", "mapping", "budget"} <= set(shown)
    assert "segments" not in inspect.signature(mf.read).parameters
    assert "method" not in shown


def test_segments_of_orders_address_nobody(shop: Shop, tmp_path: Path):
    orders = segment(shop.lines.slice(0, 1_500), unit="order", segments=3, progress=False, **FEW)
    assert "order_id" in orders.to_arrow().column_names
    for refused in (
        lambda: orders.export("csv", tmp_path / "a"),
        lambda: orders.measure(shop.lines, "2027-01-01", "2027-02-01"),
    ):
        with pytest.raises(ParameterError, match="nobody to address"):
            refused()


def test_a_folder_without_its_model_says_so_where_it_is_asked(saved: SavedSegments, tmp_path: Path, shop: Shop):
    bare = load(shutil.copytree(saved.folder, tmp_path / "bare"))
    shutil.rmtree(bare.folder / "model")
    assert len(bare.to_pandas()) == len(saved)
    with pytest.raises(mf.errors.ModelError, match="keeps no model"):
        bare.score(shop.lines)


def test_a_settings_file_is_followed(shop: Shop, tmp_path: Path):
    (tmp_path / "s.toml").write_text("quick = true\n[clustering]\nsegments = 2\nk_max = 4\nbootstraps = 2\n", "utf-8")
    found = segment(shop.lines.slice(0, 2_000), str(tmp_path / "s.toml"), progress=False)
    assert found.n_segments == 2
    assert np.isin(found.to_arrow()["segment"].to_numpy(), [1, 2]).all()


def test_a_transformer_and_a_clusterer_of_scikit_learns_take_their_places(shop: Shop):
    own = segment(shop.lines, reduction=FactorAnalysis(3), clusterer=GaussianMixture(3), progress=False, **FEW)
    assert own.n_segments == 3
    assert own.analysis.segmentation.reducer.label == "your FactorAnalysis"
    assert len(own.score(shop.lines, progress=False)) == len(own)


def test_a_stage_says_what_it_takes(shop: Shop):
    with pytest.raises(
        ParameterError, match=r"mf\.clean takes Orders, which mf\.read\(\.\.\.\) gives, and got Table\."
    ):
        mf.clean(shop.lines)
    with pytest.raises(ParameterError, match=r"mf\.features takes CleanOrders"):
        mf.features(mf.read(shop.lines))  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"mf\.matrix takes FeatureTable"):
        mf.matrix(shop.lines)
