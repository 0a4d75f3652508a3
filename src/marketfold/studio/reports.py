"""The report of a run as it is shown: rendered from its records, never the HTML that lies in the run folder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from marketfold.learn import lesson_links
from marketfold.page import render_page
from marketfold.runs import named_page

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.page import ReportPage

_RECORDS = "page.json"


@lru_cache(maxsize=8)
def _page(folder: Path, _changed: int, _size: int) -> ReportPage:
    return named_page(folder)


def page_of(folder: Path) -> ReportPage:
    """The report of a run as records, with the names as they are now, parsed once for each state of its file.

    `RunFolderError` where they are gone or damaged.
    """
    return _page(folder, *_key(folder)[1:])


class _Kept:
    """What was read of the records of runs, those asked for last, for as long as these do not change."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._found: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    def get(self, key: tuple[str, int, int]) -> str | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: tuple[str, int, int], value: str) -> str:
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return value


_TITLES, _PAGES, _FRAMED = _Kept(1_000), _Kept(2), _Kept(4)


def _key(folder: Path) -> tuple[str, int, int]:
    try:
        about = (folder / _RECORDS).stat()
    except OSError:
        return str(folder), 0, 0
    return str(folder), about.st_mtime_ns, about.st_size


def headline(folder: Path) -> str:
    """What the report of a run says first; `RunFolderError` where its records are gone or damaged."""
    return _TITLES.get(_key(folder)) or _TITLES.put(_key(folder), page_of(folder).title)


def report_html(folder: Path) -> str:
    """The report of a run, as the command line writes it; `RunFolderError` where its records are gone or damaged."""
    return _PAGES.get(_key(folder)) or _PAGES.put(_key(folder), render_page(page_of(folder)))


def framed_report(folder: Path) -> str:
    """The report within the studio: without links to files beside it, which lead nowhere from there."""
    return _FRAMED.get(_key(folder)) or _FRAMED.put(
        _key(folder), render_page(_alone(page_of(folder)), lesson_links("learn"))
    )


def _alone(page: ReportPage) -> ReportPage:
    return replace(page, files=(), commands=())
