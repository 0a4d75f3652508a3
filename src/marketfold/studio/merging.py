"""Segments that are to be one: what stands on the card of each, and what a click there makes of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.selection import check_merges
from marketfold.studio.settings_form import MERGE
from marketfold.thresholds import LEAST_ASKED
from marketfold.words import listed, number_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marketfold.config import RunConfig
    from marketfold.runs import Run
    from marketfold.studio.pages import Desk

    Merges = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class CardMerge:
    """What can be merged with a segment, by number and name, and what it is made of or will be.

    `is_merged` is whether the settings, as they are now, make it one with others.
    """

    others: tuple[tuple[int, str], ...]
    now: str
    is_merged: bool


def merged_in_words(run: Run) -> str:
    """How many of the segments that were found are one by now; empty where none are.

    "three of them made one", "four of them made two".
    """
    merged = [len(parts) for parts in run.made_of.values() if len(parts) > 1]
    return f"{number_word(sum(merged))} of them made {number_word(len(merged))}" if merged else ""


def can_be_merged(desk: Desk) -> bool:
    """Whether the segments of the run are those of the settings, but for what is merged: else numbers mean others."""
    return desk.run is not None and all(one.setting.path == MERGE for one in desk.differing)


def card_merges(desk: Desk, config: RunConfig, names: Mapping[int, str]) -> dict[int, CardMerge]:
    """What stands on the card of each segment; nothing where they were made with other settings."""
    if desk.run is None or not can_be_merged(desk):
        return {}
    parts, wanted = desk.run.made_of, config.clustering.merges
    into = {number: _into(wanted, own) for number, own in parts.items()}
    left = sum(map(len, parts.values())) - sum(len(one) - 1 for one in wanted)
    found = {}
    for number, own in parts.items():
        same = [one for one in parts if one != number and into[one] and into[one] == into[number]]
        others = [(one, names.get(one, "")) for one in parts if one != number and one not in same]
        now = f"Made of {len(own)} segments, as you asked." if len(own) > 1 else ""
        if same:
            with_whom = listed([f"{one} ({names.get(one, '')})" for one in same])
            now = f"Will be one with {with_whom}, when they are found again."
        elif len(own) > 1 and not into[number]:
            now = "Will be taken apart, when they are found again."
        found[number] = CardMerge(tuple(others) if left > LEAST_ASKED else (), now, bool(into[number]))
    return found


def merged_with(desk: Desk, config: RunConfig, numbers: Iterable[int | None]) -> list[str]:
    """The merges of the settings when these segments of the run are one, too; `ParameterError` where that cannot be."""
    parts = _parts_asked_for(desk, numbers)
    together = {number for own in parts for number in own}
    wanted = config.clustering.merges
    apart = [one for one in wanted if not together.intersection(one)]
    together.update(number for one in wanted if together.intersection(one) for number in one)
    merges = sorted([*apart, tuple(sorted(together))])
    check_merges(merges, sum(map(len, _run(desk).made_of.values())))
    return _as_given(merges)


def taken_apart(desk: Desk, config: RunConfig, number: int | None) -> list[str]:
    """The merges of the settings without those of one segment of the run."""
    (own,) = _parts_asked_for(desk, [number])
    return _as_given(one for one in config.clustering.merges if not set(own).intersection(one))


def _as_given(merges: Iterable[tuple[int, ...]]) -> list[str]:
    return ["+".join(map(str, one)) for one in merges]


def _into(wanted: Merges, own: tuple[int, ...]) -> tuple[int, ...]:
    return next((one for one in wanted if set(own).intersection(one)), ())


def _run(desk: Desk) -> Run:
    if desk.run is None or not can_be_merged(desk):
        raise ParameterError("The segments were made with other settings. Find them again, and merge them then.")
    return desk.run


def _parts_asked_for(desk: Desk, numbers: Iterable[int | None]) -> list[tuple[int, ...]]:
    parts, asked = _run(desk).made_of, list(dict.fromkeys(numbers))
    if not all(one in parts for one in asked):
        raise ParameterError("There is no such segment. Load the page again.")
    return [parts[one] for one in asked if one is not None]
