"""A segment's name on a finished page, exchanged for another: in the text, and in the figures' JSON."""

from __future__ import annotations

import re

from markupsafe import escape

from marketfold.report.embed import neutralise, script_json
from marketfold.report.page import kept_together

_BREAK = r"\\u003cbr\\u003e"
_FIGURES = re.compile(r'(<script type="application/json".*?</script>)', re.DOTALL)


def _in_figures(name: str) -> str:
    """A name as it stands within a JSON text of a figure."""
    return str(script_json(neutralise(name, strict=True)))[1:-1]


def rename_in_page(page: str, old: str, new: str) -> str:
    """Exchange a name wherever a page says it, wrapped onto lines or not.

    Parameters
    ----------
    page
        HTML, as `render_page` gave it.
    old, new
        Names as people read them, not escaped.

    Examples
    --------
    >>> rename_in_page("<h3>Big &amp; late</h3>", "Big & late", "Mum's")
    '<h3>Mum&#39;s</h3>'
    """
    said, written = str(escape(kept_together(old))), str(escape(kept_together(new)))
    # Figures break long names at a space, or after a hyphen.
    pattern = re.escape(_in_figures(old)).replace(r"\ ", f"(?: |{_BREAK})").replace(r"\-", f"-(?:{_BREAK})?")
    parts = _FIGURES.split(page)
    parts[::2] = [part.replace(said, written) for part in parts[::2]]
    parts[1::2] = [re.sub(pattern, lambda _: _in_figures(new), part) for part in parts[1::2]]
    return "".join(parts)
