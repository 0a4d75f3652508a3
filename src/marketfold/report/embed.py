"""Figures and plotly.js inside an HTML page: escaped, compressed, and without a request to anywhere.

plotly.js is the file that the installed plotly package brings: packed with gzip and unpacked by the browser itself
(`DecompressionStream`). So no third-party file is kept in this repository, and figures and library never differ in
version.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    import plotly.graph_objects as go

DEFAULT_HEIGHT, TITLE_ROOM = 420, 44
CROWDED = 3
"""So many plots side by side."""

_ALLOWED_TAG = r"</?(?:b|i|br|sub|sup|extra|span style='[^'<>]*'|span)\s*/?>"
_STRAY_ANGLE = re.compile(rf"(?!{_ALLOWED_TAG})<", re.IGNORECASE)
_NOT_A_BREAK = re.compile(r"(?!<br>)<")
_ENTITY = re.compile(r"&(?=#?\w+;)")

# Texts that come from data. Plotly reads a small HTML in every text; in these nothing of it is meant.
_FROM_DATA = frozenset(
    {"x", "y", "z", "labels", "label", "parents", "ids", "name", "legendgroup", "ticktext", "categoryarray"}
    | {"customdata", "locations", "values", "hovertext"}
)


def _neutral(text: str, *, strict: bool) -> str:
    if strict:
        return _NOT_A_BREAK.sub("&lt;", _ENTITY.sub("&amp;", text))
    return _STRAY_ANGLE.sub("&lt;", text)


def neutralise(value: Any, *, strict: bool = False) -> Any:
    """Take the power out of `<` in every text of a figure, so that names show as what they are.

    What a figure's own templates use (breaks, bold) is left; in fields that hold data only breaks are, for figures wrap
    long names with them.

    >>> neutralise({"name": "<b>Tom & Jerry</b>", "hovertemplate": "%{x}<br><script>"})
    {'name': '&lt;b>Tom & Jerry&lt;/b>', 'hovertemplate': '%{x}<br>&lt;script>'}
    """
    if isinstance(value, str):
        return _neutral(value, strict=strict) if "<" in value or "&" in value else value
    if isinstance(value, dict):
        return {key: neutralise(item, strict=strict or key in _FROM_DATA) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [neutralise(item, strict=strict) for item in value]
    return value


def script_json(value: Any) -> Markup:
    r"""JSON that can stand inside a script element whatever it contains.

    >>> print(script_json({"name": "</script><!--"}))
    {"name":"\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029\ufdd0\ufdd1":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the element is escaped


def figure_payload(figure: go.Figure) -> dict[str, Any]:
    """Data and layout of a figure for the page, which has template and titles of its own; `meta` keeps the words."""
    payload: dict[str, Any] = json.loads(figure.to_json())
    layout = payload.get("layout", {})
    layout["height"] = figure_height(figure)
    for own in ("template", "title", "meta", "width"):
        layout.pop(own, None)
    layout["meta"] = {"title": figure_title(figure), "says": figure_says(figure)}
    return {"data": neutralise(payload.get("data", [])), "layout": neutralise(layout)}


def _plain(text: str) -> str:
    """A figure's text without the tags that Plotly knows."""
    return html.unescape(re.sub(_ALLOWED_TAG, " ", text)).strip()


def figure_title(figure: go.Figure) -> str:
    """Title of a figure as plain text."""
    return _plain(figure.layout.title.text or "")


def figure_says(figure: go.Figure) -> str:
    """What a figure draws and in which unit, as plain text: its subtitle."""
    return _plain(figure.layout.title.subtitle.text or "")


def figure_height(figure: go.Figure) -> int:
    """Height on the page, in pixels: without the room of the title, which stands above the figure."""
    height = int(figure.layout.height or DEFAULT_HEIGHT)
    return height - TITLE_ROOM if figure.layout.title.text else height


def is_crowded(figure: go.Figure) -> bool:
    """Whether a figure has too much side by side to be squeezed onto a phone: it is scrolled there instead."""
    return sum(axis is not None for axis in figure.select_xaxes()) >= CROWDED or figure.layout.width is not None


def figure_alt(figure: go.Figure) -> str:
    """Text that stands for a figure; its author keeps it in `layout.meta["alt"]`."""
    meta = figure.layout.meta
    return str(meta["alt"]) if isinstance(meta, dict) and meta.get("alt") else figure_title(figure)


def source_hash(script: str) -> str:
    """Content-Security-Policy source of one inline script.

    >>> source_hash("1")
    "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def plotly_script() -> tuple[str, str]:
    """plotly.js as base64 of gzip, and the hash that the page's policy must allow."""
    source = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_text("utf-8")
    packed = gzip.compress(source.encode(), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode("ascii"), source_hash(source)
