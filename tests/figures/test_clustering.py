from __future__ import annotations

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest
from tests.clustering.tables import blobs, noise

from marketfold.clustering import KChoice, Knee, across_solutions, assess_stability, choose_k, split_and_merge
from marketfold.figures.clustering import (
    elbow_figure,
    gap_figure,
    indices_figure,
    slsa_figure,
    stability_figure,
)


@pytest.fixture(scope="module")
def choice() -> KChoice:
    return choose_k(blobs(4, 300, 4, seed=1)[0], k_max=6)


@pytest.fixture(scope="module")
def without_groups() -> KChoice:
    return choose_k(noise(200, 4, seed=1), k_max=5)


def texts(figure: go.Figure) -> str:
    return " ".join(str(annotation.text) for annotation in figure.layout.annotations)


def test_elbow_shows_the_data_the_shuffled_band_and_the_knee(choice: KChoice):
    figure = elbow_figure(choice)
    drawn = {trace.name: trace for trace in figure.data}
    np.testing.assert_allclose(drawn["the data"].y, np.array(choice.curve.wcss) / choice.curve.wcss[0])
    assert drawn["elbow"].x == (choice.curve.knee.k,)
    assert min(drawn["column-shuffled data, mean"].y) > min(drawn["the data"].y)
    assert f"taken: k = {choice.k}" in texts(figure)


@pytest.mark.parametrize(("taken", "said"), [(4, "the elbow is at 4 too"), (6, "the elbow is at 4")])
def test_titles_say_what_was_taken_and_where_the_elbow_is(choice: KChoice, taken: int, said: str):
    curve = dataclasses.replace(choice.curve, knee=Knee(4, {}, 1.0))
    one = dataclasses.replace(choice, curve=curve)
    title = elbow_figure(one, taken, "as was asked for").layout.title.text
    assert title.startswith(f"{taken} segments were taken, as was asked for; {said}")
    assert f"k = {taken}" in indices_figure(one, taken).layout.title.text
    assert gap_figure(one, taken).layout.title.text.startswith(f"At k = {taken} the WCSS is")


def test_a_number_that_no_index_prefers_is_said_to_be_preferred_by_none(choice: KChoice):
    nobody = next(k for k in choice.curve.k if all(index.prefers != k for index in choice.indices.values()))
    assert indices_figure(choice, nobody).layout.title.text.startswith(f"None of five indices prefer k = {nobody}")


def test_the_gap_is_said_to_be_of_wcss_as_a_share_of_that_at_one(choice: KChoice):
    assert all(gap.values[0] == pytest.approx(0.0, abs=1e-5) for gap in choice.gaps.values())
    assert "as a share of that at k = 1" in gap_figure(choice).layout.title.subtitle.text


def test_a_number_that_was_not_tried_has_no_line(choice: KChoice):
    figure = elbow_figure(choice, 20)
    assert "20 segments were taken" in figure.layout.title.text
    assert "taken:" not in texts(figure)
    assert f"k = {choice.k}" in gap_figure(choice, 20).layout.title.text


def test_every_figure_says_in_words_what_it_shows(choice: KChoice, without_groups: KChoice):
    for one in (choice, without_groups):
        for figure in (elbow_figure(one), indices_figure(one), gap_figure(one)):
            alt = figure.layout.meta["alt"]
            assert len(alt) > 60
            assert figure.layout.title.text


def test_indices_are_drawn_each_with_its_ring(choice: KChoice):
    figure = indices_figure(choice)
    assert sum(trace.name == "the data" for trace in figure.data) == 5
    rings = [trace.x[0] for trace in figure.data if trace.name == "prefers this k"]
    assert rings == [index.prefers for index in choice.indices.values() if index.prefers is not None]
    assert sum(bool(trace.showlegend) for trace in figure.data if trace.name == "the data") == 1


def test_gaps_are_shares_by_which_the_wcss_is_lower(choice: KChoice):
    figure = gap_figure(choice)
    cloud = next(trace for trace in figure.data if "one cloud" in trace.name)
    np.testing.assert_allclose(cloud.y, 1 - np.exp(-choice.gaps["cloud"].values))
    assert 0 < max(cloud.y) < 1


def test_stability_marks_each_segment_and_the_thresholds():
    X, _ = blobs(3, 150, 4, seed=2)
    found = assess_stability(X, 3, n_pairs=4)
    figure = stability_figure(found, ["Big", "Small", "Late"])
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.x[0] for trace in marks] == [segment.jaccard for segment in found.segments]
    assert [trace.y[0] for trace in marks] == ["1 Big", "2 Small", "3 Late"]
    assert all(words in texts(figure) for words in ("comes out again 0.75", "surely 0.85"))
    assert figure.layout.title.text == "3 of 3 segments come out again in resamples of all"
    assert "Segment 1" in stability_figure(found).layout.meta["alt"]


def test_slsa_draws_a_node_for_each_segment_of_each_solution():
    X, labels = blobs(4, 300, 4, seed=1)
    across = split_and_merge(X, labels)
    figure = slsa_figure(across)
    assert "1 where a segment" in figure.layout.meta["alt"]
    nodes = [trace for trace in figure.data if "markers" in trace.mode]
    assert [len(trace.x) for trace in nodes] == list(across.k)
    assert sorted(nodes[-1].text) == sorted(str(number) for number in range(1, across.k[-1] + 1))


def test_a_single_solution_can_be_drawn():
    choice = choose_k(noise(60, 2, 0), k_max=3, k_min=2)
    assert elbow_figure(choice).data
    assert slsa_figure(across_solutions([np.repeat([0, 1], 9)])).data
