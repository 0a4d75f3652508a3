"""Small tables for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def table_html(rows: Iterable[tuple[str, str]], header: tuple[str, str] | None = None) -> str:
    """Pairs of words as an HTML table; whatever a file's headers hold, it shows as text.

    >>> "&lt;b&gt;" in table_html([("amount", "<b>")])
    True
    """
    left = ' style="text-align:left"'
    head = "".join(f"<th{left}>{escape(cell)}</th>" for cell in header or ())
    body = "".join(f"<tr><th{left}>{escape(what)}</th><td{left}>{escape(value)}</td></tr>" for what, value in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
