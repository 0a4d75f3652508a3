from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from marketfold.figures.segments import UnitMap, direction_words, map_2d_figure, map_3d_figure
from marketfold.figures.theme import segment_colour

PROFILES: Any = [SimpleNamespace(number=1, name="Regulars"), SimpleNamespace(number=2, name="Lapsed")]


@pytest.fixture
def units() -> UnitMap:
    points = np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 0.0], [5.0, 5.0, 2.0]])
    labels, shares = np.array([0, 0, 1], np.int32), np.array([0.5, 0.3, 0.2])
    hover, directions = ("one", "two", "three"), ("more a", "less b", "c")
    return UnitMap(points, labels, hover, shares, directions, "All 3 customers.")


def test_each_point_is_drawn_once_in_the_colour_of_its_segment(units: UnitMap) -> None:
    figure = map_2d_figure(units, PROFILES)
    first, second = figure.data[:2]
    assert list(first.x) == [0.0, 1.0]
    assert list(second.y) == [5.0]
    assert first.marker.color == segment_colour(1)
    assert second.text == ("three",)
    assert figure.layout.title.text == "A flat map shows 80 % of the differences"
    assert "Regulars around 0.5, 1.0" in figure.layout.meta["alt"]


def test_the_number_hides_with_its_segment(units: UnitMap) -> None:
    figure = map_2d_figure(units, PROFILES)
    numbers = [trace for trace in figure.data if trace.mode == "text"]
    assert [trace.legendgroup for trace in numbers] == [trace.legendgroup for trace in figure.data[:2]]


def test_space_shows_three_directions(units: UnitMap) -> None:
    figure = map_3d_figure(units, PROFILES)
    assert [list(trace.z) for trace in figure.data] == [[1.0, 0.0], [2.0]]
    assert figure.layout.title.text == "In space, 100 % of the differences show"
    assert figure.layout.scene.xaxis.title.text == "Direction 1 (50 %)"


def test_a_direction_without_a_heavy_feature_still_has_a_name() -> None:
    component = np.full(100, 0.1)
    component[4] = -0.15
    assert direction_words(component, [f"f{i}" for i in range(100)]) == "less f4"
