from __future__ import annotations

from dataclasses import replace

import pytest
from tests.figures.colours import assert_dark_side, assert_words
from tests.segments.runs import HALF, NAMES, earlier_run, later_run

from marketfold.figures import drift_figure, movement_sankey_figure, segment_tint
from marketfold.figures.theme import HIGHLIGHT, PALE, SOFT
from marketfold.segments import Movement, compare_runs
from marketfold.units import Feature

FEATURES = {
    "recency_days": Feature("recency_days", "days since the last order", "days", "timing"),
    "basket_mean": Feature("basket_mean", "revenue per order", "money", "basket"),
}


def movement() -> Movement:
    """Five moved, one came and one left; baskets are ten times what they were."""
    later = later_run()
    assert later.values is not None
    return compare_runs(earlier_run(), replace(later, values=later.values * [1.0, 10.0]))


FIGURES = {"sankey": movement_sankey_figure(movement()), "drift": drift_figure(movement(), FEATURES)}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_for_those_who_cannot_see_it(name: str):
    assert_words(FIGURES[name])


@pytest.mark.parametrize("name", FIGURES)
def test_every_colour_has_one_for_dark_pages(name: str):
    assert_dark_side(FIGURES[name])


def test_bands_carry_every_unit_once_in_the_colour_of_where_they_were():
    link = FIGURES["sankey"].data[0].link
    assert sum(link.value) == 2 * HALF + 1
    of_colour = dict.fromkeys(link.color, 0)
    for value, colour in zip(link.value, link.color, strict=True):
        of_colour[colour] += value
    assert of_colour == {PALE: 2 * HALF - 5, segment_tint(1): 3, segment_tint(2): 2, SOFT: 1}


def test_nodes_are_called_by_number_and_name():
    labels = " ".join(FIGURES["sankey"].data[0].node.label).replace("<br>", " ")
    assert all(labels.count(f"{number}. {name}") == 2 for number, name in NAMES.items())


def test_what_time_moves_is_not_drawn_as_drift():
    bars = FIGURES["drift"].data[0]
    assert bars.y == ("revenue per order",)
    assert bars.marker.color == (HIGHLIGHT,)
    assert "1 of 1 feature" in FIGURES["drift"].layout.title.text
    assert "median €60 then, €900 now" in bars.customdata[0]
