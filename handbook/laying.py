"""The pages of the site: those of `docs` and of the root, with their links set right, and those made of the source."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from handbook.pages import api_page, commands_page, glossary_page

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
PROJECT = {
    "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog", "SECURITY.md": "security",
    "CODE_OF_CONDUCT.md": "code-of-conduct", "examples/README.md": "examples",
}  # fmt: skip
"""Pages that stand outside `docs`, and what they are called under `project`."""
MADE = {"api": api_page, "commands": commands_page, "glossary": glossary_page}
"""Pages of the reference that are written from the source."""


def lay_out(folder: Path) -> None:
    """Write all that the site is built from into a folder that is empty."""
    pages = folder / "docs"
    shutil.copytree(ROOT / "docs", pages, ignore=shutil.ignore_patterns("*.md"))
    for source in _sources():
        target = pages / _place_of(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_with_links_of_the_site(source), encoding="utf-8")
    for name, make in MADE.items():
        (pages / "reference" / f"{name}.md").write_text(make(), encoding="utf-8")
    for name in ("handbook.css", "worker.js"):
        shutil.copy(HERE / name, pages)
    shutil.copy(HERE / "zensical.toml", folder)
    (folder / "src").symlink_to(ROOT / "src")


def _sources() -> list[Path]:
    return [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in PROJECT)]


def _place_of(source: Path) -> Path:
    """Where a page of the repository stands in the site."""
    name = source.relative_to(ROOT).as_posix()
    if name in PROJECT:
        return Path("project", f"{PROJECT[name]}.md")
    place = source.relative_to(ROOT / "docs")
    return place.with_name("index.md") if place.name == "README.md" else place


def _with_links_of_the_site(source: Path) -> str:
    """The text of a page; a link to a file that has no place in the site is its text alone, a broken one stays."""
    here = _place_of(source).parent

    def led(link: re.Match[str]) -> str:
        text, place, anchor = link.groups()
        target = (source.parent / place).resolve() if place else source
        if not target.exists():
            return link[0]
        if target == ROOT / "README.md":
            target = ROOT / "docs" / "README.md"
        if target in known or (target.is_file() and target.is_relative_to(ROOT / "docs")):
            return f"{text}({os.path.relpath(_place_of(target), here) if place else ''}{anchor})"
        return text.removeprefix("!")[1:-1]

    known = set(_sources())
    parts = re.split(r"(^```.*?^```)", source.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    linked = re.compile(r"(!?\[[^\]]*\])\((?!\w+:)([^)#]*)((?:#[^)]*)?)\)")
    return "".join(part if part.startswith("```") else linked.sub(led, part) for part in parts)
