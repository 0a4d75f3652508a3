"""A segment's name on a finished page, exchanged for another: in the text, and in the figures' JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from markupsafe import escape

from marketfold.report.embed import neutralise, script_json
from marketfold.report.naming import exchanged, span
from marketfold.report.page import kept_together

_SCRIPT = re.compile(r"(<script\b.*?</script>)", re.DOTALL)
_JSON = re.compile(r'(<script type="application/json"[^>]*>)(.*)(</script>)', re.DOTALL)


def rename_in_page(page: str, number: int, name: str) -> str:
    """Exchange a segment's name wherever a page says it, and nothing else.

    Parameters
    ----------
    page
        HTML, as `render_page` gave it.
    number
        Whose name.
    name
        As people read it, not escaped.

    Examples
    --------
    >>> rename_in_page('<h3><span data-segment="1">The best</span> of The best</h3>', 1, "Mum's")
    '<h3><span data-segment="1">Mum&#39;s</span> of The best</h3>'
    """
    said = re.compile(rf'<span data-segment="{number}">[^<]*</span>')
    written = span(number, str(escape(kept_together(name))))
    parts = _SCRIPT.split(page)
    parts[::2] = [said.sub(lambda _: written, part) for part in parts[::2]]
    parts[1::2] = [_JSON.sub(lambda found: _renamed(found, number, name), part) for part in parts[1::2]]
    return "".join(parts)


def _renamed(script: re.Match[str], number: int, name: str) -> str:
    content = _exchange(json.loads(script[2]), number, str(neutralise(name, strict=True)))
    return f"{script[1]}{script_json(content)}{script[3]}"


def _exchange(value: Any, number: int, name: str) -> Any:
    if isinstance(value, str):
        return exchanged(value, number, lambda _: name)
    if isinstance(value, dict):
        return {key: _exchange(item, number, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_exchange(item, number, name) for item in value]
    return value
