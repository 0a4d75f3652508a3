"""What stands on a finished page, taken out of it again: its figures as Plotly figures, its tables as texts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import plotly.graph_objects as go

from marketfold.figures.theme import LIGHT
from marketfold.report.embed import TITLE_ROOM
from marketfold.report.naming import unmarked
from marketfold.words import NARROW_SPACE

_FIGURE = re.compile(r'<script type="application/json" id="data-([a-z0-9-]+)">(.*?)</script>', re.DOTALL)
_TABLE_BLOCK = "table-block"

Rows = list[list[str]]


def _without_marks(value: Any) -> Any:
    if isinstance(value, str):
        return unmarked(value)
    if isinstance(value, dict):
        return {key: _without_marks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    return value


def figures_of_page(page: str) -> dict[str, go.Figure]:
    """Figures of a page by their anchor, in reading order, with title and light colours.

    Parameters
    ----------
    page
        HTML, as `render_page` gave it.

    Examples
    --------
    >>> from marketfold.report import ReportPage, Section, render_page
    >>> from marketfold.report.parts import FigurePart
    >>> part = FigurePart("bars", go.Figure(go.Bar(y=[1, 2])))
    >>> list(figures_of_page(render_page(ReportPage("T", "L", sections=(Section("s", "S", (part,)),)))))
    ['bars']
    """
    return {key: _figure(_without_marks(json.loads(text))) for key, text in _FIGURE.findall(page)}


def _figure(payload: dict[str, Any]) -> go.Figure:
    layout = payload["layout"]
    said = layout.pop("meta")
    layout["height"] += TITLE_ROOM
    layout["title"] = {"text": said["title"], "subtitle": {"text": said["says"]}}
    return go.Figure({"data": payload["data"], "layout": {**layout, "template": LIGHT}})


class _Tables(HTMLParser):
    """Reads the tables that have an anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, Rows] = {}
        self._rows: Rows | None = None
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "div" and known.get("class") == _TABLE_BLOCK:
            self._rows = self.tables.setdefault(str(known["id"]), [])
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif self._rows and tag in {"td", "th"}:
            self._rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        elif tag == "table":
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._rows and self._in_cell:
            self._rows[-1][-1] += data.replace(NARROW_SPACE, " ")


def tables_of_page(page: str) -> dict[str, Rows]:
    """Tables of a page by their anchor, in reading order: the headings, then the rows, as texts.

    Examples
    --------
    >>> from marketfold.report import ReportPage, Section, render_page
    >>> from marketfold.report.parts import Column, TablePart
    >>> table = TablePart("t", (Column("k"), Column("says")), (("3", "a & b"),))
    >>> tables_of_page(render_page(ReportPage("T", "L", sections=(Section("s", "S", (table,)),))))
    {'t': [['k', 'says'], ['3', 'a & b']]}
    """
    reader = _Tables()
    reader.feed(page)
    return reader.tables
