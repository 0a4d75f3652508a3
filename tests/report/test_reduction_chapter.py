from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report.edited import with_evidence

from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.page import figures_of, tables_of
from marketfold.pipeline import segment_market
from marketfold.report.reduction_chapter import reduction_chapter
from marketfold.runs.record import run_record

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.page import Section, TablePart


@pytest.fixture(scope="module")
def three_ways() -> Analysis:
    """A run that trains its network, at little effort."""
    config = RunConfig(
        features=FeatureOptions(feature_set="all"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    return segment_market(make_shop(lines=3_000).lines, config)


def chapter(analysis: Analysis) -> Section:
    made = reduction_chapter(analysis)
    assert made is not None
    return made


def table(analysis: Analysis, key: str) -> TablePart:
    return next(one for one in tables_of(chapter(analysis).parts) if one.key == key)


def test_where_nothing_was_compared_there_is_no_chapter(analysis: Analysis) -> None:
    assert reduction_chapter(with_evidence(analysis, comparison=None, suitability=None)) is None


def test_a_quick_run_says_what_it_left_out(analysis: Analysis) -> None:
    shown = table(analysis, "reducers")
    assert [row[0] for row in shown.rows] == ["no reduction", "PCA"]
    assert "Autoencoder was not tried: this is a quick run" in shown.note
    assert "other seeds" not in table(analysis, "ways-agree").note


def test_three_ways_stand_side_by_side_with_their_maps_and_agreement(three_ways: Analysis) -> None:
    shown = table(three_ways, "reducers")
    assert [row[0] for row in shown.rows] == ["no reduction", "PCA", "autoencoder"]
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert len(shown.marked) == 1
    assert "Only silhouette is judged on the original features" in shown.caption
    agree = np.array([row[1:] for row in table(three_ways, "ways-agree").rows], float)
    np.testing.assert_array_equal(agree, agree.T)
    assert "other seeds" in table(three_ways, "ways-agree").note
    drawn = [figure.key for figure in figures_of(chapter(three_ways).parts)]
    assert {"way-none", "way-pca", "way-autoencoder", "scree", "loadings", "loss", "reconstruction"} <= set(drawn)


def test_what_stands_on_the_page_stands_in_the_record(three_ways: Analysis) -> None:
    record = run_record(three_ways)["reduction"]
    assert [one["method"] for one in record["compared"]] == ["none", "pca", "autoencoder"]
    assert sum(one["behind"] == 0 for one in record["compared"]) >= 1
    assert record["refits"] == 10
    assert record["of_own_features"] is True
    future = run_record(three_ways)["future"]
    assert future is not None
    taken = next(one for one in record["compared"] if one["method"] == record["method"])
    assert taken["explained"] == pytest.approx(future["segments"]["share"])  # one number, wherever it stands


def test_too_few_features_are_said_to_be_compared_on_all(three_ways: Analysis) -> None:
    comparison = three_ways.choice.evidence.comparison
    assert comparison is not None
    narrow = with_evidence(three_ways, comparison=dataclasses.replace(comparison, of_own_features=False))
    assert "compared on all features" in table(narrow, "reducers").caption
    assert chapter(narrow).lead.startswith("The segments of this run are made from too few features")
