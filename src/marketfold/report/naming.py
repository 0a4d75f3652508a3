"""Names of segments within texts, each with a note of whose it is, so that a finished page can be renamed exactly.

A name stands in sentences, tables, figures and their descriptions, and may be any word that also stands elsewhere. So
it carries marks from the analysis to the page: two of Unicode's noncharacters, which no text holds, and the segment's
number between them. On the page the marks become a `<span>`; in a figure's JSON they stay, and the page's script takes
them out before it draws.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.analysis import Analysis

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_NUMBERS = 0xE000
"""A number is one sign of the private use area: a name grows by so little that it breaks over lines as before."""

_NAME = re.compile(f"{_OPEN}([\ue000-\uf8ff])([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_SIGNS = re.compile(f"{_OPEN}.?|{_CLOSE}")


def mark(number: int, name: str) -> str:
    """A segment's name that says whose it is.

    >>> unmarked(mark(3, "Regulars"))
    'Regulars'
    """
    return f"{_OPEN}{chr(_NUMBERS + number)}{unmarked(name)}{_CLOSE}"


def unmarked(text: str) -> str:
    """Text as a reader sees it."""
    return _SIGNS.sub("", text)


def spanned(text: str) -> Markup:
    """Text as HTML: escaped, and with a span around each name.

    >>> print(spanned(f"Begin with {mark(2, 'Tea & more')}"))
    Begin with <span data-segment="2">Tea &amp; more</span>
    """
    html = _NAME.sub(lambda found: span(ord(found[1]) - _NUMBERS, found[2]), str(escape(text)))
    return Markup(unmarked(html))  # noqa: S704 - escaped above


def span(number: int, escaped: str) -> str:
    """A name on the page."""
    return f'<span data-segment="{number}">{escaped}</span>'


def exchanged(text: str, number: int, exchange: Callable[[str], str]) -> str:
    """Text in which the name of one segment is exchanged, and its marks stay.

    Parameters
    ----------
    exchange
        From the name as it stands, with line breaks, to the new one.
    """
    sign = chr(_NUMBERS + number)

    def other(found: re.Match[str]) -> str:
        return f"{_OPEN}{sign}{exchange(found[2])}{_CLOSE}" if found[1] == sign else found[0]

    return _NAME.sub(other, text)


def with_marks(analysis: Analysis) -> Analysis:
    """The same analysis, in which every segment's name says whose it is."""
    campaigns = tuple(
        replace(campaign, name=mark(campaign.number, campaign.name)) for campaign in analysis.plan.campaigns
    )
    profiles = analysis.segments.profiles
    marked = tuple(replace(profile, name=mark(profile.number, profile.name)) for profile in profiles)
    return replace(
        analysis,
        segments=replace(analysis.segments, profiles=marked),
        plan=replace(analysis.plan, campaigns=campaigns),
    )
