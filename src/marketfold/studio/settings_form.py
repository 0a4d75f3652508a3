"""Settings as fields of a form, with the names and the words that the tree of settings has for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_origin

from marketfold.config import SEGMENTS_PANEL, load_config, settings_of, settled
from marketfold.reduction import label_of
from marketfold.studio.workspace import with_setting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from marketfold.config import Difference, RunConfig, Setting

Kind = Literal["choice", "yes", "number", "day", "text", "lines"]
AUTO = "auto"
MERGE = ("clustering", "merge")


@dataclass(frozen=True)
class Field:
    """One setting in a form; `name` is its path with dots, and `value` how it stands there."""

    name: str
    kind: Kind
    title: str
    about: str
    value: str
    unset: str
    choices: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, setting: Setting, config: RunConfig) -> Field:
        """A setting as it is now."""
        choices = tuple((one, choice_words(setting, one)) for one in setting.choices)
        about = setting.field.description or ""
        about = "" if about.rstrip(".") == setting.title else about
        unset = setting.flag.unset if setting.default is None else ""
        return cls(
            ".".join(setting.path), _kind(setting), setting.title, about, _as_typed(setting.value_in(config)),
            "" if unset == "none" else unset, choices,
        )  # fmt: skip


def panel_fields(config: RunConfig, panel: str = SEGMENTS_PANEL) -> list[Field]:
    """The settings of a panel of the help."""
    return [Field.of(one, config) for one in settings_of() if one.panel == panel]


def filled_in(settings: dict[str, Any], form: Mapping[str, Any], root: Path, panel: str) -> dict[str, Any]:
    """The settings with what somebody changed in the form of a panel; `ConfigError` for what cannot be."""
    config = load_config(settings, root)
    for setting in settings_of():
        name, shown = ".".join(setting.path), _as_typed(setting.value_in(config))
        given = str(form.get(name, "")).strip()
        if setting.panel == panel and given != shown:
            settings = with_setting(settings, setting.path, _given(setting, given))
    return settled(settings, root)


def chosen_as(settings: dict[str, Any], name: str, value: str, root: Path) -> dict[str, Any]:
    """The settings with one of them set, or taken out where the value is empty; `ConfigError` where it cannot be."""
    setting = next(one for one in settings_of() if ".".join(one.path) == name)
    return settled(with_setting(settings, setting.path, _given(setting, value)), root)


def with_merges(settings: dict[str, Any], merges: list[str], root: Path) -> dict[str, Any]:
    """The settings with these merges, whatever `marketfold.toml` says of them."""
    found = with_setting(settings, MERGE, merges or None)
    if not merges and load_config(found, root).clustering.merge:
        found = with_setting(settings, MERGE, [])
    return settled(found, root)


def choice_words(setting: Setting, value: str) -> str:
    """One of the things that a setting may be, in words."""
    if value == AUTO:
        return "let Marketfold choose"
    return label_of(value) if setting.path[0] == "reduction" else value.replace("_", " ")


def in_words(one: Difference) -> str:
    """Which setting differs, and how.

    >>> from marketfold.config import differences, load_config
    >>> in_words(differences({}, load_config({"clustering": {"segments": 4}}))[0])
    'Number of segments: 4 now, chosen from the evidence in the run'
    """
    if one.setting.path == MERGE:  # its numbers are not always those on the cards, which say it with names
        return "Which segments are made one has changed since the run: each card says what becomes of it"
    now, made = (_value_words(one.setting, value) for value in (one.now, one.made))
    return f"{one.setting.title}: {now} now, {made} in the run"


def _value_words(setting: Setting, value: Any) -> str:
    if value == AUTO:
        return "chosen by Marketfold"
    return choice_words(setting, value) if value in setting.choices else setting.in_words(value)


def _kind(setting: Setting) -> Kind:
    if setting.choices:
        return "choice"
    known: dict[Any, Kind] = {bool: "yes", int: "number", date: "day", dict: "lines", tuple: "lines"}
    return known.get(get_origin(setting.kind) or setting.kind, "text")


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, dict):
        return "\n".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _given(setting: Setting, text: str) -> Any:
    kind = get_origin(setting.kind) or setting.kind
    if kind is bool:
        return text == "yes"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if kind is dict:
        pairs = (line.partition("=") for line in lines)
        return {name.strip(): value.strip() for name, _, value in pairs} or None
    return (lines or None) if kind is tuple else (text or None)
