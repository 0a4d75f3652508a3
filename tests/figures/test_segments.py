from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.figures.colours import assert_dark_side, assert_words
from tests.segments.shops import segmented, shop

from marketfold.figures.segments import (
    UnitMap,
    direction_words,
    feature_by_segment_figure,
    map_2d_figure,
    map_3d_figure,
    profile_heatmap_figure,
)
from marketfold.figures.theme import segment_colour
from marketfold.page import figure_part
from marketfold.page.embed import figure_payload
from marketfold.segments import profile_segments
from marketfold.units import Feature

MATRIX, LABELS = shop()
PROFILES = profile_segments(segmented(MATRIX, LABELS))
TABLE = MATRIX.table
FIGURES = {
    "heatmap": profile_heatmap_figure(PROFILES, TABLE),
    "feature": feature_by_segment_figure(TABLE, LABELS, "basket_mean", PROFILES),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_for_those_who_cannot_see_it(name: str):
    assert_words(FIGURES[name])


@pytest.mark.parametrize("name", FIGURES)
def test_every_colour_has_one_for_dark_pages(name: str):
    assert_dark_side(FIGURES[name])


def test_heatmap_shows_medians_and_colours_effects():
    heatmap = FIGURES["heatmap"].data[0]
    row = list(heatmap.y).index("money per order")
    assert heatmap.text[row][0] == f"{PROFILES[0].medians['basket_mean']:,.0f}"
    assert heatmap.z[row][0] == 1.0
    assert heatmap.z[row][1] == -1.0


def test_heatmap_shows_the_most_telling_features_only():
    assert len(profile_heatmap_figure(PROFILES, TABLE, n_features=2).data[0].y) == 2


def test_boxes_are_quantiles_of_the_segment():
    box = FIGURES["feature"].data[0]
    values = TABLE.column("basket_mean")[LABELS == 0]
    found = [box.lowerfence[0], box.q1[0], box.median[0], box.q3[0], box.upperfence[0]]
    assert found == pytest.approx(np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))


def test_amounts_far_apart_are_drawn_on_a_logarithmic_axis():
    table = replace(TABLE, values=TABLE.values * np.where(LABELS == 0, 100.0, 1.0)[:, None])
    assert feature_by_segment_figure(table, LABELS, "basket_mean", PROFILES).layout.xaxis.type == "log"
    assert FIGURES["feature"].layout.xaxis.type == "linear"


def test_the_medians_of_a_spread_are_those_of_the_profiles_where_the_rows_are_a_sample():
    few = np.flatnonzero((LABELS != 1) | (np.arange(len(LABELS)) % 2 == 0))
    figure = feature_by_segment_figure(TABLE.take(few), LABELS[few], "basket_mean", PROFILES)
    medians = [profile.medians["basket_mean"] for profile in PROFILES]
    assert [box.median[0] for box in figure.data] == medians


def test_names_from_the_data_are_no_markup_on_a_page():
    profiles = [replace(profile, name="<a href='x'>Tea & toast</a>") for profile in PROFILES]
    text = str(figure_payload(figure_part("heatmap", profile_heatmap_figure(profiles, TABLE))))
    assert "<a" not in text
    assert "&lt;a" in text
    assert "&amp;" not in text


MAPPED: Any = [SimpleNamespace(number=1, name="Regulars"), SimpleNamespace(number=2, name="Lapsed")]


@pytest.fixture
def units() -> UnitMap:
    points = np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 0.0], [5.0, 5.0, 2.0]])
    labels, shares = np.array([0, 0, 1], np.int32), np.array([0.5, 0.3, 0.2])
    hover, directions = ("one", "two", "three"), ("more a", "less b", "c")
    return UnitMap(points, labels, hover, shares, directions, "All 3 customers.")


def test_each_point_is_drawn_once_in_the_colour_of_its_segment(units: UnitMap) -> None:
    figure = map_2d_figure(units, MAPPED)
    first, second = figure.data[:2]
    assert list(first.x) == [0.0, 1.0]
    assert list(second.y) == [5.0]
    assert first.marker.color == segment_colour(1)
    assert second.text == ("three",)
    assert figure.layout.title.text == "A flat map shows 80 % of the differences"
    assert "Regulars around 0.5, 1.0" in figure.layout.meta["alt"]


def test_two_features_are_drawn_as_they_are(units: UnitMap) -> None:
    features = (
        Feature("recency_days", "days since the last order", "days", "timing"),
        Feature("return_share", "share of value returned", "share", "basket"),
    )
    points = np.array([[3.0, 0.1], [40.0, 0.2], [400.0, 0.3]])
    figure = map_2d_figure(replace(units, points=points, features=features), MAPPED)
    assert figure.layout.xaxis.title.text == "days since the last order"
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.tickvals == (5, 10, 20, 50, 100, 200)
    assert figure.layout.yaxis.ticktext == ("10 %", "15 %", "20 %", "25 %", "30 %")
    assert "Direction" not in str(figure.to_dict())


def test_the_number_hides_with_its_segment(units: UnitMap) -> None:
    figure = map_2d_figure(units, MAPPED)
    numbers = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert [trace.legendgroup for trace in numbers] == [trace.legendgroup for trace in figure.data[:2]]


def test_space_shows_three_directions(units: UnitMap) -> None:
    figure = map_3d_figure(units, MAPPED)
    assert [list(trace.z) for trace in figure.data] == [[1.0, 0.0], [2.0]]
    assert figure.layout.title.text == "In space, 100 % of the differences show"
    assert figure.layout.scene.xaxis.title.text == "Direction 1 (50 %)"


def test_a_direction_without_a_heavy_feature_still_has_a_name() -> None:
    component = np.full(100, 0.1)
    component[4] = -0.15
    assert direction_words(component, [f"f{i}" for i in range(100)]) == "less f4"
