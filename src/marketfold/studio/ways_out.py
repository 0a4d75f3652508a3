"""What can be clicked where a refusal or a decision names flags of the command line, whose words stay as they are."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.config import (
    CAMPAIGNS_PANEL,
    SEGMENTS_PANEL,
    as_flags,
    flags,
    flags_named,
    from_flags,
    given_settings,
    ways_in,
)
from marketfold.studio.deciding import Choice, form_settings, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.config import Setting
    from marketfold.studio.workspace import Project

_AUDIENCES = "campaigns/audiences"
_OWN_PLACES = "The studio names its folders and files itself: make room, or let it write there, and start again."

PLACES = {
    "--consent-column": ("Choose who agreed to be reached", f"{_AUDIENCES}#consent"),
    "--consent-override": ("Say where consent is recorded", f"{_AUDIENCES}#reason"),
    "--allow-small": ("Allow small audiences", f"{_AUDIENCES}#allow-small"),
    "--plain": ("Choose plain or hashed values", f"{_AUDIENCES}#plain"),
    "--segment": ("Choose the segments", f"{_AUDIENCES}#segments"),
    "--orders": ("Look for the order file", "data"),
    "--previous": ("Find the segments again", "segments"),
    "--from": ("Change the first day", "result#date_from"),
    "--to": ("Change the last day", "result#date_to"),
}
"""Where that is chosen which is no setting: what to do there, and the address below the project's."""
_UNTRIED = "The studio hands out no notebook that fails; the command line writes it all the same, to see where."
REMARKS = {
    "--out": _OWN_PLACES,
    "--no-check": _UNTRIED,
    "--dbt": "Segments for a warehouse are printed by the command line alone.",
}
"""What holds where nothing is chosen in the studio."""


@dataclass(frozen=True)
class Place:
    """Where something can be mended."""

    label: str
    address: str


@dataclass(frozen=True)
class WaysOut:
    """What can be done about a sentence: choices that change a project's settings at once, places, and remarks."""

    project: Project | None = None
    choices: tuple[Choice, ...] = ()
    places: tuple[Place, ...] = ()
    remarks: tuple[str, ...] = ()


def ways_out(text: str, project: Project | None) -> WaysOut:
    """The ways out of what a sentence says, for a project; without one there are remarks alone."""
    named = flags_named(text)
    remarks = tuple(REMARKS[name] for name in named if name in REMARKS)
    if project is None:
        return WaysOut(remarks=remarks)
    ready = [way for way in ways_in(text) if way.settings and not way.blank]
    offered = [Choice("; ".join(said(way.settings)), way.text) for way in ready if not _holds(project, way.settings)]
    done = {word for way in ready for word in way.words}
    rest = [name for name in named if name not in done]
    places = tuple(Place(label, f"/p/{project.key}/{at}") for label, at in dict.fromkeys(_places(rest)))
    return WaysOut(project, (*offered, *_to_take_back(named, project)), places, remarks)


def _holds(project: Project, settings: dict[str, object]) -> bool:
    return set(as_flags(settings)) <= set(as_flags(project.settings))


def _to_take_back(named: list[str], project: Project) -> Iterator[Choice]:
    """What was given of the settings that are named."""
    about = {flags()[name].path for name in named if name in flags()}
    for flag in as_flags(project.settings):
        given = from_flags(shlex.split(flag))
        if any(setting.path in about for setting, _ in given_settings(given)):
            yield Choice(f"Take back: {said(given)[0]}", "", flag)


def _places(named: list[str]) -> Iterator[tuple[str, str]]:
    for name in named:
        if name in PLACES:
            yield PLACES[name]
        elif name in flags():
            yield _place_of(flags()[name])


def _place_of(setting: Setting) -> tuple[str, str]:
    """Where a setting is chosen."""
    label = f"Change: {setting.title.lower()}"
    if setting.path[-1] in {"mapping", "no_role"}:
        return "Change what the columns mean", "data#columns-title"
    if setting.path in {one.path for one in form_settings()}:
        return label, f"data#field-{setting.path[-1]}"
    if setting.panel == SEGMENTS_PANEL:
        return label, f"segments#set-{'-'.join(setting.path)}"
    return (label, "campaigns") if setting.panel == CAMPAIGNS_PANEL else ("See what was decided", "cleaning")
