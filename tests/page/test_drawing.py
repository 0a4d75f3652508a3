from __future__ import annotations

import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from marketfold.errors import RunFolderError
from marketfold.figures.theme import LIGHT, new_figure
from marketfold.page import figure_part, plotly_figure
from marketfold.page.drawing import DEFAULT_HEIGHT, TITLE_ROOM
from marketfold.page.parts import Drawing, FigurePart


def a_figure() -> go.Figure:
    title, caption = "Revenue<br>grows", "by <b>month</b>"
    return new_figure(title, subtitle=caption, alt="It grows.", height=300).add_bar(x=["a", None], y=[1, 2])


def test_a_figure_says_of_itself_what_the_page_shows_as_plain_text() -> None:
    part = figure_part("f", a_figure())
    assert (part.title, part.caption, part.alt) == ("Revenue grows", "by  month", "It grows.")
    assert part.height == 300 - TITLE_ROOM
    assert "template" not in part.figure.layout


def test_what_the_page_says_goes_before_what_the_figure_says() -> None:
    part = figure_part("f", a_figure(), title="Flat", caption="As a map", teaching=["Look."])
    assert (part.title, part.caption, part.alt, part.teaching) == ("Flat", "As a map", "It grows.", ("Look.",))
    assert part.figure.layout["title"]["text"] == "Revenue<br>grows"


def test_a_figure_without_words_keeps_its_height() -> None:
    part = figure_part("f", go.Figure(go.Bar(y=[1])))
    assert (part.title, part.caption, part.alt, part.height) == ("", "", "", DEFAULT_HEIGHT)


@pytest.mark.parametrize(
    ("columns", "width", "crowded"), [(1, None, False), (2, None, False), (3, None, True), (1, 900, True)]
)
def test_what_cannot_be_squeezed_is_crowded(columns: int, width: int | None, crowded: bool) -> None:
    figure = make_subplots(cols=columns)
    for column in range(columns):
        figure.add_bar(y=[1], row=1, col=column + 1)
    assert figure_part("f", figure.update_layout(width=width)).crowded is crowded


def test_the_figure_comes_back_in_light_colours_with_its_title() -> None:
    drawn = a_figure()
    figure = plotly_figure(figure_part("f", drawn, title="Flat"))
    assert list(figure.data[0].x) == ["a", None]
    assert figure.layout.title.text == drawn.layout.title.text
    assert figure.layout.height == drawn.layout.height
    assert figure.layout.template == go.layout.Template(LIGHT)


def test_markup_in_a_name_is_no_markup_in_a_picture() -> None:
    figure = plotly_figure(figure_part("f", go.Figure(go.Bar(x=["<a href='x'>"], y=[1]))))
    assert list(figure.data[0].x) == ["&lt;a href='x'>"]


def test_a_figure_that_plotly_does_not_know_is_said() -> None:
    part = FigurePart("f", Drawing(({"type": "nothing"},), {}), "T", "", "", 400)
    with pytest.raises(RunFolderError, match="The figure f is damaged"):
        plotly_figure(part)
