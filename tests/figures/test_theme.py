from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from marketfold.figures.theme import (
    ACCENT,
    DARK,
    HIGHLIGHT,
    INK,
    LIGHT,
    MUTED,
    ON_FILL,
    SEGMENT_COLOURS,
    SEGMENT_COLOURS_DARK,
    SWAP,
    add_cells,
    add_named_bars,
    add_note,
    new_figure,
    segment_colour,
    segment_symbol,
)

LIGHT_PAGE, DARK_PAGE = "#fbfaf7", "#1b1f24"

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.asarray(np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other))
    return light[1] / light[0]


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson (2020)."""
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.asarray(np.cbrt(np.clip(rgb @ np.array(to_lms).T, 0, 1)) @ np.array(to_lab).T)


@pytest.mark.parametrize("colour", [*SEGMENT_COLOURS, ACCENT, HIGHLIGHT])
def test_marks_stand_out_from_either_page(colour: str):
    assert contrast(colour, LIGHT_PAGE) >= 2.95
    assert contrast(SWAP[colour], DARK_PAGE) >= 2.95


@pytest.mark.parametrize("colour", [INK, MUTED])
def test_text_can_be_read_on_either_page(colour: str):
    assert contrast(colour, LIGHT_PAGE) >= 4.5
    assert contrast(SWAP[colour], DARK_PAGE) >= 4.5


def test_text_within_marks_can_be_read():
    assert contrast(ON_FILL, ACCENT) >= 4.5
    assert contrast(SWAP[ON_FILL], SWAP[ACCENT]) >= 4.5


@pytest.mark.parametrize("sight", ["normal", *DEFICIENCIES])
@pytest.mark.parametrize("colours", [SEGMENT_COLOURS, SEGMENT_COLOURS_DARK])
def test_segments_are_told_apart_with_every_sight(colours: tuple[str, ...], sight: str):
    rgb = np.array([linear(colour) for colour in colours])
    seen = oklab(np.clip(rgb @ np.array(DEFICIENCIES[sight]).T, 0, 1) if sight in DEFICIENCIES else rgb)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2) + 9 * np.eye(len(seen))
    assert apart[:6, :6].min() > 0.07
    assert apart.min() > 0.05


def test_each_colour_has_one_dark_partner():
    assert len(SEGMENT_COLOURS) >= 12
    assert len(set(SWAP.values())) == len(SWAP)
    assert not set(SWAP) & set(SWAP.values())
    assert all(colour == colour.lower() for colour in SWAP)


def test_segments_beyond_the_colours_differ_by_symbol():
    marks = {(segment_colour(number), segment_symbol(number)) for number in range(1, 49)}
    assert len(marks) == 48


@pytest.mark.parametrize("template", [LIGHT, DARK])
def test_templates_are_plotly_templates(template: dict[str, object]):
    figure = go.Figure(layout={"template": template})
    assert figure.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_words_on_a_figure_are_in_ink_and_at_the_upper_edge_unless_placed():
    figure = new_figure("Title")
    add_note(figure, "median", 3)
    add_note(figure, "peak", 3, 7, yshift=10)
    above, placed = figure.layout.annotations
    assert (above.x, above.y, above.yref) == (3, 1, "paper")
    assert (placed.y, placed.yref, placed.yshift) == (7, None, 10)
    assert {above.font.color, placed.font.color} == {INK}


def test_named_bars_carry_their_text_behind_their_ends():
    figure = new_figure("Title")
    add_named_bars(figure, [1.0, 2.0], ["a", "b"], text=["1", "2"])
    add_named_bars(figure, [1.0], ["a"], textposition="none")
    outside, without = figure.data
    assert (outside.orientation, outside.textposition, outside.cliponaxis) == ("h", "outside", False)
    assert without.textposition == "none"


def test_cells_are_coloured_by_the_axis_of_the_figure():
    figure = new_figure("Title")
    add_cells(figure, np.ones((1, 2)), range(2), ["row"], xgap=1)
    cells = figure.data[0]
    assert (cells.coloraxis, cells.xgap, cells.ygap, cells.x) == ("coloraxis", 1, 3, (0, 1))
