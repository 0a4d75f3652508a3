"""What is broken in built pages: links and anchors that lead nowhere, and whatever is loaded from a network."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path


class _Page(HTMLParser):
    """What a page loads, where it leads, and what can be led to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if "href" in found and tag != "base":
            (self.links if tag == "a" else self.loaded).append(found["href"])
        self.loaded += [found[name] for name in ("src", "srcset", "poster") if name in found]


def faults_of(site: Path) -> list[str]:
    """Each fault of a folder of pages in a line, none if there is none."""
    pages = {path: _Page(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site)
        found += [f"{where}: loads {one} from a network" for one in page.loaded if _is_elsewhere(one)]
        found += [f"{where}: {one} leads nowhere" for one in page.links + page.loaded if _is_lost(one, path, pages)]
    for path in sorted(site.rglob("*.css")):
        asked = re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: loads {one} from a network" for one in asked]
    return found


def _is_elsewhere(link: str) -> bool:
    return link.startswith("//") or urlsplit(link).scheme in {"http", "https"}


def _is_lost(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    """Whether a link within the site has no file, or no anchor, at its end."""
    parts = urlsplit(link)
    if parts.scheme or link.startswith("//"):
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return True
    return bool(parts.fragment) and target in pages and unquote(parts.fragment) not in pages[target].ids
