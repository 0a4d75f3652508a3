"""Other choices than those that were made, in words: what hints and decisions name, and what it would set."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args, get_origin

from marketfold.config import (
    OF_THE_ENGINE,
    Way,
    as_flags,
    from_flags,
    given_settings,
    settings_of,
    settled,
    ways_in,
    with_given,
    without_given,
)
from marketfold.decisions import counted_in, otherwise
from marketfold.errors import ParameterError
from marketfold.schema import ROLES
from marketfold.studio.look import Look, last_look, reading_part
from marketfold.words import day

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from marketfold.config import Setting
    from marketfold.studio.workspace import Project, Workspace


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen instead.

    Attributes
    ----------
    label
        What it does, in words.
    give, back
        Flags that it gives, or takes back, as one text.
    blank
        What a person still has to say: "column", "sheet", "number" or "text"; empty where nothing.
    among
        What there is to choose from, where that is known.
    """

    label: str
    give: str = ""
    back: str = ""
    blank: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """A decision as it is shown: what, why, what it moves, and what else can be chosen.

    `way` is that of its kind, "off" where it was switched off, and "given" where a person made it; `undo` is what
    decides otherwise, where no choice here does.
    """

    code: str
    way: str
    what: str
    why: str = ""
    lines: int = 0
    money: float | None = None
    customers: int | None = None
    choices: tuple[Choice, ...] = ()
    undo: str = ""


def role_words(role: str) -> str:
    """What a column of a role holds, as a choice in a menu."""
    return ROLES[role].meaning.partition(";")[0]


def name_of(setting: Setting) -> str:
    """What a setting is called in a form."""
    return setting.flag.title or setting.path[-1].replace("_", " ").capitalize()


def choices_in(text: str, look: Look, about: Collection[str] = (), what: str = "") -> tuple[Choice, ...]:
    """The ways out that a hint or a decision names, of those that shape how a source is read.

    `about` are the columns that it is about, and `what` is the decision: the texts that it counts and the commonest
    cells are offered where a text is to be said.
    """
    ways = [way for way in ways_in(text) if way.settings and reading_part(way.settings) == way.settings]
    return tuple(_choice(way, look, about, counted_in(what)) for way in ways)


def _choice(way: Way, look: Look, about: Collection[str], counted: Sequence[str]) -> Choice:
    flag = way.blank.partition(" ")[0]
    blank = _kind_of_blank(way) if flag else ""
    cells = (text for column in look.columns if column.name in about for text, _ in column.profile.values)
    offered = {"column": (column.name for column in look.columns), "sheet": look.sheets, "text": cells}
    among = tuple(dict.fromkeys((*(counted if blank == "text" else ()), *offered.get(blank, ()))))
    if flag == "--map":
        return Choice(f"Take another column for: {role_words(way.blank.partition(' ')[2])}", way.text, "", blank, among)
    if flag:
        asked = next(given_settings(way.settings))[0].field.description or ""
        return Choice(asked.rstrip("."), way.text, "", blank, among)
    return Choice("; ".join(said(way.settings)), way.text)


def _kind_of_blank(way: Way) -> str:
    setting, _ = next(given_settings(way.settings))
    if setting.blank == "COLUMN":
        return "column"
    return "sheet" if setting.path[-1] == "sheet" else "number" if setting.kind is int else "text"


_A_DAY = date(2026, 4, 3)
"""Written otherwise day-first than month-first, and in every month with a name of its own."""


def said(settings: Mapping[str, Any]) -> list[str]:
    """What settings do, each in words."""
    found = []
    for setting, value in given_settings(settings):
        if setting.path[-1] == "mapping":
            found += [f"“{column}” is: {role_words(role) if role in ROLES else role}" for role, column in value.items()]
        elif setting.path[-1] == "undo":
            found += map(otherwise, value)
        elif isinstance(value, bool):
            found.append(_described(setting))
        elif setting.path[-1] == "date_format":
            found.append(f"{day(_A_DAY)} is written {_in_format(value)}")
        else:
            values = value if isinstance(value, list | tuple) else (value,)
            found += [f"{name_of(setting)}: {one}" for one in values]
    return found


def _in_format(date_format: str) -> str:
    try:
        return _A_DAY.strftime(date_format)
    except ValueError:
        return date_format


def _described(setting: Setting) -> str:
    return (setting.field.description or "").partition(",")[0].rstrip(".")


def changed(workspace: Workspace, project: Project, give: str, back: str, values: Sequence[str] = ()) -> dict[str, Any]:
    """The settings of a project with what a choice gives, and without what it takes back.

    Raises
    ------
    ParameterError
        If a value is still to be said.
    ConfigError
        If a value cannot be used.
    """
    give = filled(give, values)
    if any(way.blank for way in ways_in(give)):
        raise ParameterError("Say which, and then choose again.")
    given, taken = (from_flags(_split(text)) for text in (give, back))
    return settled(with_given(without_given(project.settings, taken), given), workspace.root)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ParameterError(f"{text[:80]} cannot be read: {str(error).lower()}. Choose again.") from error


def filled(give: str, values: Sequence[str]) -> str:
    """What a choice gives, with the value that was still to be said; of a flag that takes several, with each."""
    ways, said = ways_in(give), [value.strip() for value in values if value.strip()]
    if len(ways) != 1 or not ways[0].blank or not said:
        return give
    return " ".join(ways[0].filled(value).text for value in said)


def doubts_of(workspace: Workspace, project: Project, look: Look) -> list[Doubt]:
    """Every decision about a source, those that were switched off and those that a person made among them."""
    undone = project.settings.get("reading", {}).get("undo", ())
    found = [_doubt(one, choices_in(one["undo"], look, one["columns"], one["what"])) for one in look.decisions]
    return [*found, *(_switched_off(workspace, project, code) for code in undone), *_made_by_hand(project)]


def _doubt(one: Mapping[str, Any], choices: tuple[Choice, ...], way: str = "") -> Doubt:
    undo = "" if choices else one["undo"]
    moved = one["lines"], one["money"], one["customers"]
    return Doubt(one["code"], way or one["way"], one["what"], one["why"], *moved, choices, undo)


def _switched_off(workspace: Workspace, project: Project, code: str) -> Doubt:
    """A decision that is not made, as it was told when it was."""
    flag = f"--undo {code}"
    before = last_look(workspace, project, changed(workspace, project, "", flag))
    told = [one for one in before.decisions if one["undo"] == flag] if before else []
    choices = (Choice("Switch it on again", "", flag),)
    if told:
        return _doubt(told[0], choices, "off")
    return Doubt(code, "off", f"{otherwise(code)}: so it was chosen.", choices=choices)


def _made_by_hand(project: Project) -> list[Doubt]:
    """What a person said of the reading and of the cleaning, each to be taken back by itself."""
    found = []
    own = without_given(
        reading_part(project.settings), {"reading": {"undo": project.settings.get("reading", {}).get("undo", [])}}
    )
    for flag in as_flags(own):
        words = said(from_flags(shlex.split(flag)))
        found.append(Doubt(flag, "given", f"{words[0]}.", choices=(Choice("Take this back", "", flag),)))
    return found


def form_settings() -> list[Setting]:
    """Settings of how a file is read that stand in the form, in the order of the tree."""
    apart = {"mapping", "no_role", "undo", *OF_THE_ENGINE}  # the studio reads by the engine that is built in
    return [one for one in settings_of() if one.path[0] == "reading" and one.path[-1] not in apart]


def options_of(setting: Setting) -> tuple[str, ...]:
    """What a setting can be, where that is one of a few texts."""
    return tuple(map(str, get_args(setting.kind))) if get_origin(setting.kind) is not tuple else ()
