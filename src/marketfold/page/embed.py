"""Figures and plotly.js inside an HTML page: escaped, compressed, and without a request to anywhere.

plotly.js is the file that the installed plotly package brings: packed with gzip and unpacked by the browser itself
(`DecompressionStream`). So no third-party file is kept in this repository, and figures and library never differ in
version.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from marketfold.page.parts import FigurePart

ALLOWED_TAG = r"</?(?:b|i|br|sub|sup|extra|span style='[^'<>]*'|span)\s*/?>"
_STRAY_ANGLE = re.compile(rf"(?!{ALLOWED_TAG})<", re.IGNORECASE)
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
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the element is escaped


def figure_payload(part: FigurePart) -> dict[str, Any]:
    """Data and layout of a figure for the page, which has template, titles and width of its own."""
    layout = {name: value for name, value in part.figure.layout.items() if name not in {"title", "meta", "width"}}
    return {"data": neutralise(part.figure.data), "layout": neutralise({**layout, "height": part.height})}


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
