"""Settings as a person gives them: those that differ from the defaults, as flags and as `marketfold.toml`."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

from marketfold.config.settings import flags, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.config.settings import Setting
    from marketfold.config.tree import RunConfig


def chosen(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Of settings, nested as they are in the tree, those that are not as they are where nobody sets them.

    >>> chosen({"seed": 0, "clustering": {"segments": 4, "k_max": 15}})
    {'clustering': {'segments': 4}}
    """
    found: dict[str, Any] = {}
    for setting, value in given_settings(settings):
        if _plain(value) != _plain(setting.default):
            inner = found
            for name in setting.path[:-1]:
                inner = inner.setdefault(name, {})
            inner[setting.path[-1]] = value
    return found


@dataclass(frozen=True)
class Difference:
    """A setting that has one value in a run and another now."""

    setting: Setting
    made: Any
    now: Any


def differences(made: Mapping[str, Any], now: RunConfig) -> list[Difference]:
    """Which settings are others than in the configuration that a run tells of, whatever set them.

    >>> from marketfold.config.tree import RunConfig
    >>> [(one.setting.title, one.made, one.now) for one in differences({"seed": 7}, RunConfig(seed="8"))]
    [('Seed', 7, 8)]
    """
    dumped = now.model_dump(mode="json")
    pairs = [(one, _value(made, one, _plain(one.default)), _value(dumped, one)) for one in settings_of()]
    return [Difference(*pair) for pair in pairs if _plain(pair[1]) != pair[2]]


def as_flags(settings: Mapping[str, Any]) -> list[str]:
    """The flags that set them, for a command that can be pasted into a shell.

    >>> as_flags({"seed": 7, "reading": {"mapping": {"ordered_on": "Bought on"}, "undo": ["sheets_joined"]}})
    ['--seed 7', "--map 'ordered_on=Bought on'", '--undo sheets_joined']
    """
    return [
        f"{setting.flag.name.split()[0]} {shlex.quote(text)}".removesuffix(" ''")
        for setting, value in given_settings(settings)
        for text in _texts(value)
    ]


def from_flags(words: list[str]) -> dict[str, Any]:
    """Settings that flags of a command set; words that set nothing are passed over.

    >>> from_flags(["--date-format", "%d/%m/%Y", "--undo", "order_by_day"])
    {'reading': {'date_format': '%d/%m/%Y', 'undo': ['order_by_day']}}
    """
    known = flags()
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        setting = known.get(name)
        if setting is None:
            continue
        kind, inner = get_origin(setting.kind) or setting.kind, found
        for part in setting.path[:-1]:
            inner = inner.setdefault(part, {})
        given: Any = True if kind is bool else value if equals else next(rest, "")
        last = setting.path[-1]
        if kind is dict:
            key, _, of = given.partition("=")
            inner.setdefault(last, {})[key] = of
        elif kind is tuple:
            inner.setdefault(last, []).append(given)
        else:
            inner[last] = given
    return found


def as_toml(settings: Mapping[str, Any]) -> str:
    """The text of a `marketfold.toml` that sets them.

    >>> print(as_toml({"seed": 7, "features": {"rfm_cuts": {"money": "1,2,3,4"}}}), end="")
    seed = 7
    [features]
    rfm_cuts = {"money" = "1,2,3,4"}
    """
    lines, heading = [], ""
    for setting, value in sorted(given_settings(settings), key=lambda one: len(one[0].path) > 1):
        table = ".".join(setting.path[:-1])
        if table != heading:
            lines.append(f"[{table}]")
            heading = table
        lines.append(f"{setting.path[-1]} = {_toml(value)}")
    return "".join(f"{line}\n" for line in lines)


def given_settings(settings: Mapping[str, Any]) -> Iterator[tuple[Setting, Any]]:
    """Every setting that has a value, in the order of the tree."""
    for setting in settings_of():
        value = _value(settings, setting)
        if value is not None:
            yield setting, value


def _value(settings: Mapping[str, Any], setting: Setting, unset: Any = None) -> Any:
    """What a setting is among settings nested as the tree is."""
    value: Any = settings
    for name in setting.path:
        if not isinstance(value, dict) or name not in value:
            return unset
        value = value[name]
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [""] if value else []
    if isinstance(value, dict):
        return [f"{key}={one}" for key, one in value.items()]
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value))  # a JSON string is a basic string of TOML


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
