"""A reducer and a clusterer of one's own, through a whole run."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.random_projection import GaussianRandomProjection

from marketfold.analysis import Analysis
from marketfold.config import ClusteringOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.errors import ModelError
from marketfold.pipeline import segment_market
from marketfold.runs import Run, change_plan, compare_run_folders, rename_segment, score_orders, write_run
from marketfold.runs.lessons import write_lessons
from marketfold.selection import Fits, Recipe, compare_reducers

RUN_SCHEMA = json.loads(files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    config = RunConfig(quick=True, clustering=ClusteringOptions(k_max=4, bootstraps=2))
    return segment_market(
        make_shop(2_000).lines, config, reducer=PCA(3), clusterer=AgglomerativeClustering(4, linkage="ward")
    )


@pytest.fixture(scope="module")
def run(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return write_run(analysis, tmp_path_factory.mktemp("own") / "run")


def test_segments_are_those_of_the_clusterer_in_the_space_of_the_reducer(analysis: Analysis) -> None:
    dimensions = PCA(3).fit_transform(analysis.segmentation.matrix.values)
    alone = AgglomerativeClustering(4, linkage="ward").fit_predict(dimensions)
    pairs = set(zip(analysis.labels.tolist(), alone.tolist(), strict=True))
    assert len(pairs) == len(set(alone)) == 4
    assert analysis.choice.evidence.recipe.n_segments == analysis.segmentation.n_segments == 4


def test_the_run_is_written_without_a_model_and_says_what_made_it(analysis: Analysis, run: Run) -> None:
    assert not (run.folder / "model").exists()
    assert run.segments["segment"].to_pylist() == [
        analysis.segments.profiles[label].number for label in analysis.labels
    ]
    jsonschema.validate(run.record, RUN_SCHEMA)
    assert run.record["reduction"]["method"] == "PCA"
    assert "PCA" in [score["method"] for score in run.record["reduction"]["compared"]]
    page = run.report.read_text(encoding="utf-8")
    assert "your PCA" in page
    assert "your AgglomerativeClustering" in page
    assert run.record["choose_k"]["from"] == "clusterer"
    assert "That many were asked for" not in page


def test_the_run_is_compared_by_who_moved(run: Run, tmp_path: Path) -> None:
    movement = compare_run_folders(run.folder, run.folder, tmp_path / "comparison.html")
    assert movement.stayed_share == 1
    assert movement.fit is None


def test_a_run_without_a_model_can_be_renamed_and_changed(run: Run, tmp_path: Path) -> None:
    own = Path(shutil.copytree(run.folder, tmp_path / "own"))
    rename_segment(own, 1, "Our friends")
    change_plan(own, {"2.name": "Tea lovers", "2.goal": "Send them tea."})
    assert [segment["name"] for segment in Run.read(own).record["segments"][:2]] == ["Our friends", "Tea lovers"]
    assert not (own / "model").exists()


def test_new_customers_are_assigned_in_memory_and_scoring_says_why_it_cannot(
    analysis: Analysis, run: Run, tmp_path: Path
) -> None:
    assigned = analysis.model.assign(analysis.segmentation.table)
    nearest = np.linalg.norm(
        analysis.segmentation.dimensions[:, None] - analysis.segmentation.segmenter.centers_[None], axis=2
    ).argmin(axis=1)
    assert assigned.labels.tolist() == nearest.tolist()
    with pytest.raises(ModelError, match="reducer or a clusterer of one's own has none"):
        score_orders(run.folder, make_shop(1_000).lines)
    with pytest.raises(ModelError, match="cannot be saved"):
        analysis.model.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_the_lessons_need_no_model_of_ours(run: Run, tmp_path: Path) -> None:
    write_lessons(run.folder, tmp_path / "learn.html")
    assert "K-means" in (tmp_path / "learn.html").read_text(encoding="utf-8")


def test_methods_may_be_instances_and_what_gives_nothing_back_has_no_reconstruction(analysis: Analysis) -> None:
    methods = ["none", PCA(2), GaussianRandomProjection(2, random_state=0), OneWay(2)]
    none, pca, _, one_way = compare_reducers(
        Fits(analysis.segmentation.table), Recipe("all", "none", 3, n_dimensions=5), methods
    ).scores
    assert (none.method, pca.method, one_way.method) == ("none", "PCA", "OneWay")
    assert pca.n_dimensions == 2
    assert 0 < pca.reconstruction < 1
    assert np.isnan(one_way.reconstruction)
    assert one_way.silhouette == pytest.approx(pca.silhouette)


class OneWay(PCA):  # type: ignore[misc]
    """PCA that does not give back."""

    @property
    def inverse_transform(self) -> None:
        raise AttributeError
