"""Numbers that others published beside ours, with the difference.

`python -m bench.anchors [--data FOLDER] [--page]`: the folder of third-party files is by default beside the checkout,
and what needs one that is not there is left out. `--page` writes docs/explanation/anchors.md anew, and needs all.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.anchor_values import OURS, Given, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data"
PAGE = HERE.parent / "docs" / "explanation" / "anchors.md"
HEAD = """# Anchors

Numbers that others published, and ours: `tests/anchors` holds the code to each of `bench/published.toml`, and
`python -m bench.anchors --page` writes this page. Of a hash the first eight signs are shown; a year is that of the
look-up where a page has none.
"""


@dataclass(frozen=True)
class Anchor:
    """One published number (or hash), how far ours may lie off it, and what it is asked of."""

    key: str
    theirs: Value
    within: float = 0.0
    of: Given = ()

    def holds(self, ours: Value) -> bool:
        """Whether ours is theirs, as far as theirs is given."""
        if isinstance(self.theirs, str) or isinstance(ours, str):
            return ours == self.theirs
        return abs(ours - self.theirs) <= self.within

    def row(self, ours: Value) -> str:
        """A line of the table."""
        if isinstance(self.theirs, str) or isinstance(ours, str):
            return f"| {self.key} | {self.theirs:.8} | {ours:.8} | {'none' if ours == self.theirs else 'another'} |\n"
        digits = len(f"{self.theirs:.12g}".partition(".")[2])
        off = f"{ours - self.theirs:+.{digits}f}"
        theirs, own = (f"{value:,.{digits}f}" for value in (self.theirs, ours))
        return f"| {self.key} | {theirs} | {own} | {off if off.strip('+-0.') else 'none'} |\n"


@dataclass(frozen=True)
class Group:
    """Numbers of one source that are found in one go."""

    name: str
    title: str
    source: str
    when: int
    data: str
    anchors: tuple[Anchor, ...]

    def ours(self, data: Path) -> dict[str, Value]:
        """What our code answers, given the folder of third-party files."""
        return OURS[self.name](data / self.data, {one.key: one.of for one in self.anchors if one.of})

    def has_data(self, data: Path) -> bool:
        """Whether nothing is missing."""
        return not self.data or (data / self.data).is_file()

    def section(self, ours: Mapping[str, Value]) -> str:
        """Title, source and table."""
        rows = "".join(one.row(ours[one.key]) for one in self.anchors)
        columns = f"| {self.source}, {self.when} | theirs | ours | difference |\n|---|--:|--:|--:|\n"
        return f"\n## {self.title}\n\n{columns}{rows}"


def published() -> tuple[Group, ...]:
    """Every group of `published.toml`."""
    found = []
    for name, about in tomllib.loads((HERE / "published.toml").read_text(encoding="utf-8")).items():
        anchors = []
        for key, one in about["values"].items():
            within = one.get("within", abs(one["theirs"]) * one["share"] if "share" in one else 0.0)
            anchors.append(Anchor(key, one["theirs"], within, tuple(one.get("of", ()))))
        heading = about["title"], about["source"], about["when"], about.get("data", "")
        found.append(Group(name, *heading, tuple(anchors)))
    return tuple(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    missing = [group.data for group in published() if not group.has_data(given.data)]
    if missing and given.page:
        sys.exit(f"The page needs {', '.join(sorted(set(missing)))}, which {given.data} does not hold.")
    text = HEAD + "".join(group.section(group.ours(given.data)) for group in published() if group.has_data(given.data))
    if given.page:
        PAGE.write_text(text, encoding="utf-8")
        return
    print(text)
    if missing:
        print(f"Left out for want of a file: {', '.join(sorted(set(missing)))}.")


if __name__ == "__main__":
    main()
