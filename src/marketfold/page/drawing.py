"""Between Plotly's figures and the page's records: what a figure says of itself, and the figure again."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from marketfold.errors import RunFolderError
from marketfold.figures import LIGHT
from marketfold.page.embed import ALLOWED_TAG, neutralise
from marketfold.page.parts import Drawing, FigurePart

if TYPE_CHECKING:
    from collections.abc import Iterable

    import plotly.graph_objects as go

DEFAULT_HEIGHT, TITLE_ROOM = 420, 44
CROWDED = 3
"""So many plots side by side."""


def _plain(text: str | None) -> str:
    """A figure's text without the tags that Plotly knows."""
    return html.unescape(re.sub(ALLOWED_TAG, " ", text or "")).strip()


def figure_part(
    key: str, figure: go.Figure, *, title: str = "", caption: str = "", teaching: Iterable[str] = ()
) -> FigurePart:
    """A figure as a record; what it says of itself stands where nothing else is given.

    Its author keeps the text for those who cannot see it in `layout.meta["alt"]`; `teaching` is how to read it.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> figure_part("bars", go.Figure(go.Bar(y=[1, 2]), layout={"title": "Two<br>bars"})).title
    'Two bars'
    """
    drawn = json.loads(figure.to_json())
    layout = {name: value for name, value in drawn["layout"].items() if name != "template"}
    own, meta = _plain(figure.layout.title.text), figure.layout.meta
    height = int(figure.layout.height or DEFAULT_HEIGHT)
    return FigurePart(
        key=key,
        figure=Drawing(tuple(drawn["data"]), layout),
        title=title or own,
        caption=caption or _plain(figure.layout.title.subtitle.text),
        alt=str(meta["alt"]) if isinstance(meta, dict) and meta.get("alt") else own,
        height=height - TITLE_ROOM if own else height,
        crowded=sum(axis is not None for axis in figure.select_xaxes()) >= CROWDED or figure.layout.width is not None,
        teaching=tuple(teaching),
    )


def plotly_figure(part: FigurePart) -> go.Figure:
    """The figure again, with its title and in light colours, to be written as a picture.

    Raises
    ------
    RunFolderError
        If Plotly does not know what the record holds.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - a page is rendered without it

    layout = {**neutralise(part.figure.layout), "template": LIGHT}
    try:
        return go.Figure({"data": neutralise(part.figure.data), "layout": layout})
    except ValueError as error:
        message = f"The figure {part.key} is damaged: {str(error).strip().splitlines()[0]} Make the run again."
        raise RunFolderError(message) from error
