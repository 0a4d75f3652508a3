"""The figures of segments by their names: each can be called for by itself, and all are listed."""

from __future__ import annotations

import difflib
from abc import abstractmethod
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.frames import Framed, table_html
from marketfold.page import figures_of, plotly_figure, write_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import plotly.graph_objects as go

    from marketfold.page import FigurePart, ReportPage


class Figures:
    """Plotly figures by name, as the report has them: `figures.elbow()`, and `dir(figures)` lists all.

    They are drawn when the first is asked for.

    Examples
    --------
    >>> from marketfold.demo import make_shop
    >>> from marketfold.library import segment
    >>> found = segment(make_shop(lines=600).lines, segments=3, quick=True, k_max=4, bootstraps=2)
    >>> type(found.figures.elbow()).__name__, "heatmap" in found.figures
    ('Figure', True)
    """

    def __init__(self, page: Callable[[], ReportPage]) -> None:
        self._page = page
        self._read: dict[str, FigurePart] | None = None

    @property
    def _parts(self) -> dict[str, FigurePart]:
        if self._read is None:
            parts = [part for section in self._page().sections for part in section.parts]
            self._read = {part.key.replace("-", "_"): part for part in figures_of(parts)}
        return self._read

    def __getattr__(self, name: str) -> Callable[[], go.Figure]:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._parts:
            close = difflib.get_close_matches(name, self._parts, n=1)
            meant = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(self._parts)}."
            raise AttributeError(f"There is no figure {name}. {meant}")
        part = self._parts[name]
        draw = partial(plotly_figure, part)
        draw.__doc__ = "\n\n".join(filter(None, (part.title, part.caption, *part.teaching)))
        return draw

    def __getitem__(self, name: str) -> go.Figure:
        try:
            return getattr(self, name)()
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __dir__(self) -> list[str]:
        return list(self._parts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __repr__(self) -> str:
        names = list(self._parts)
        shown = ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
        return f"<{len(self)} figures: {shown}>"

    def _repr_html_(self) -> str:
        rows = ((f"figures.{name}()", part.title) for name, part in self._parts.items())
        return f"<p>{escape(f'{len(self)} figures')}</p>{table_html(rows, left=True)}"


class OnPage(Framed):
    """What has a page, with its figures."""

    @abstractmethod
    def _page(self) -> ReportPage: ...

    @cached_property
    def figures(self) -> Figures:
        """Every figure of the page, by name: `figures.elbow()`."""
        return Figures(self._page)

    def report(self, path: str | Path) -> Path:
        """Write the page as one HTML file that opens offline; an existing one is replaced.

        ParameterError if the name ends otherwise than that of an HTML file; a browser prints the page as a PDF.
        """
        if Path(path).suffix.lower() not in {".html", ".htm", ""}:
            raise ParameterError(f"The page is HTML, and {Path(path).name!r} says otherwise: end the name in .html.")
        write_page(self._page(), Path(path))
        return Path(path)
