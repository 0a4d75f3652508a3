"""Each number of `bench/published.toml` is ours too, and the page that shows them is in step."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from bench.anchors import PAGE, Anchor, Group, published

if TYPE_CHECKING:
    from pathlib import Path

    from bench.anchor_values import Value

GROUPS = {group.name: group for group in published()}
ANCHORS = [
    pytest.param(group, one, id=f"{group.name}: {one.key}") for group in GROUPS.values() for one in group.anchors
]


@cache
def answered(name: str, data: Path | None) -> dict[str, Value]:
    return GROUPS[name].ours(data or PAGE.parent)


@pytest.fixture
def answers(request: pytest.FixtureRequest, group: Group) -> dict[str, Value]:
    """Ours for the whole group, found once."""
    return answered(group.name, request.getfixturevalue("shared_data") if group.data else None)


@pytest.mark.parametrize(("group", "one"), ANCHORS)
def test_ours_is_what_was_published(one: Anchor, answers: dict[str, Value]) -> None:
    assert one.holds(answers[one.key]), (one.theirs, answers[one.key])


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_the_page_shows_it(group: Group, answers: dict[str, Value]) -> None:
    """Digits beyond what was published may differ between machines, and are not compared."""
    assert answers.keys() == {one.key for one in group.anchors}
    shown, now = (
        re.findall(r"^\| (.*) \| (.*) \| (.*) \| .* \|$", text.partition("|--:|\n")[2], re.MULTILINE)
        for text in (section_of_page(group.title), group.section(answers))
    )
    assert [row[:2] for row in shown] == [row[:2] for row in now]
    for one, old, new in zip(group.anchors, shown, now, strict=True):
        assert old[2] == new[2] or one.holds(float(old[2].replace(",", "")))


def section_of_page(title: str) -> str:
    _, _, after = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")
    return after.partition("\n## ")[0]


def test_a_number_that_is_off_does_not_hold() -> None:
    one = GROUPS["power"].anchors[0]
    assert not one.holds(float(one.theirs) + 2 * one.within)
    assert not GROUPS["hashes"].anchors[0].holds("another")
