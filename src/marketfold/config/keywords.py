"""Settings as a program gives them: by their names, as dictionaries, as a TOML file, or as a whole."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from marketfold.config.loading import load_config
from marketfold.config.settings import settings_of
from marketfold.config.tree import RunConfig
from marketfold.config.unknown import ELSEWHERE
from marketfold.errors import ConfigError, Fault
from marketfold.spark_says import masked
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from marketfold.config.settings import Setting

Given = RunConfig | BaseModel | Mapping[str, Any] | str | Path | None
"""What may stand for all settings: a whole or a branch of the tree, a dictionary, or the path of a TOML file."""


_LETTERS = 60
"""Of the name of a file that an error shows."""


def full_name(setting: Setting) -> str:
    """The name of a setting that no other has: its group, and its own.

    >>> full_name(next(one for one in settings_of() if one.path[-1] == "k_max"))
    'clustering__k_max'
    """
    return "__".join(setting.path)


def config_from(
    config: Given = None, settings: Mapping[str, Any] | None = None, *, groups: Collection[str] = ()
) -> RunConfig:
    """The settings of a run from what a caller gave; what stands by its name comes before the whole.

    What is given neither way comes from `marketfold.toml` and the environment.

    Parameters
    ----------
    config
        Settings, a branch of them (`ReadingOptions`), a dictionary as `settings`, or the path of a TOML file.
    settings
        By name: of a setting (`segments=4`), of a group (`clustering={"segments": 4}`), of the group whose main
        setting is meant (`reduction="pca"`), or in full (`clustering__segments=4`).
    groups
        The groups whose settings have a use here; all if empty.

    Raises
    ------
    ConfigError
        Naming every setting that is unknown, has no use here, is set twice or is out of its range.

    Examples
    --------
    >>> config_from({"segments": 4}, {"reduction": "pca"}).reduction.method
    'pca'
    """
    asked = tree_of(settings or {}, list(settings_of()), groups)
    if isinstance(config, RunConfig) and not asked:
        return config
    return load_config(_over(_whole(config), asked), as_keywords=True)


def _whole(config: Given) -> dict[str, Any]:
    """What was given as a whole, nested as the tree of settings is."""
    if config is None:
        return {}
    if isinstance(config, RunConfig):
        return config.model_dump()
    if isinstance(config, BaseModel):
        return _branch(config)
    return tree_of(config, list(settings_of())) if isinstance(config, Mapping) else _file(config)


def tree_of(given: Mapping[str, Any], settings: Iterable[Setting], groups: Collection[str] = ()) -> dict[str, Any]:
    """Settings by name, nested as the tree of settings is; ConfigError with each name that cannot be followed."""
    known, faults = list(settings), []
    tree: dict[str, Any] = {}
    for name, value in given.items():
        try:
            for path, own in _places(name, value, known, groups):
                _put(tree, path, own)
        except ConfigError as error:
            faults.append(Fault(str(error)))
    if len(faults) == 1:
        raise ConfigError(str(faults[0]))
    if faults:
        raise ConfigError.from_faults("The settings cannot be used", faults)
    return tree


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set one setting of a tree; `ConfigError` where it is set already."""
    *above, name = path
    for part in above:
        tree = tree.setdefault(part, {})
    if name in tree:
        raise ConfigError(masked(f"{name} is set twice, as {tree[name]!r} and as {value!r}: set it once."))
    tree[name] = value.item() if type(value).__module__ == "numpy" and not getattr(value, "ndim", 1) else value


def _places(name: str, value: Any, known: list[Setting], groups: Collection[str]) -> list[tuple[tuple[str, ...], Any]]:
    """Where in the tree a name leads, with the value for there; several of a group."""
    found = _found(name, value, known)
    if groups and (other := next((path[0] for path, _ in found if path[0] not in groups), None)):
        here = [keyword(one) for one in known if one.path[0] in groups]
        raise ConfigError(f"{name} is a setting of {other}, and has no use in this step. Here are: {', '.join(here)}.")
    return found


def _found(name: str, value: Any, known: list[Setting]) -> list[tuple[tuple[str, ...], Any]]:
    if any(one.path[0] == name and one.path[1:] for one in known):
        if isinstance(value, BaseModel):
            value = value.model_dump()
        if isinstance(value, Mapping):
            return [((name, str(key)), own) for key, own in value.items()]
        main = [one.path for one in known if one.path[0] == name and one.flag.name == f"--{name}"]
        if main:
            return [(main[0], value)]
        own = next(one for one in known if one.path[0] == name)
        raise ConfigError(
            f"{name} is a group of settings, and got {value!r}: give a dictionary, as in {name}="
            f"{{'{own.path[-1]}': ...}}, or the setting by itself, as in {own.path[-1]}=..."
        )
    found = [one for one in known if name in {one.path[-1], full_name(one)}]
    if len(found) == 1:
        return [(found[0].path, value)]
    if found:
        names = listed([full_name(one) for one in found], "or")
        raise ConfigError(f"{name} is the name of {len(found)} settings. Say which: {names}.")
    raise ConfigError(f"There is no setting {name}{_meant(name, known)}")


def keyword(setting: Setting) -> str:
    """What a setting is called in a call: the main one of a group like its group, `reduction` for its method.

    >>> [keyword(one) for one in settings_of() if one.path[0] == "reduction"]
    ['reduction', 'n_dimensions']
    """
    group, *_ = setting.path
    return group if setting.path[1:] and setting.flag.name == f"--{group}" else setting.path[-1]


def _meant(name: str, known: list[Setting]) -> str:
    """The setting whose name, or whose flag's, is nearly the one that was written."""
    words = {name: one for one in known for name in (one.path[-1], keyword(one))}
    words |= {flag.strip("-").replace("-", "_"): one for one in known for flag in one.flag.name.split()}
    words |= {other: words[ours] for other, ours in ELSEWHERE.items() if ours in words}
    close = difflib.get_close_matches(name.lower(), words, n=1)
    if close:
        return f"; did you mean {keyword(words[close[0]])}?"
    return f". There are: {', '.join(map(keyword, known))}."


def _branch(options: BaseModel) -> dict[str, Any]:
    """Options of one group, in their place of the tree."""
    for name, field in RunConfig.model_fields.items():
        if field.annotation is type(options):
            return {name: options.model_dump()}
    raise ConfigError(f"{type(options).__name__} holds no settings of a run: give a RunConfig, or one of its groups.")


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in the place of others, group by group; a dictionary that is a value is replaced as a whole."""
    merged = dict(below)
    for name, value in above.items():
        own = merged.get(name)
        merged[name] = {**own, **value} if isinstance(own, Mapping) and isinstance(value, Mapping) else value
    return merged


def _file(path: str | Path) -> dict[str, Any]:
    """The settings of a TOML file, names resolved as those of a call."""
    shown = Path(path).name[:_LETTERS]
    try:
        content = tomllib.loads(Path(path).expanduser().read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise ConfigError(
            f"The settings {shown} cannot be read: {why}. Give a TOML file, a dictionary, or settings by name."
        ) from error
    try:
        return tree_of(content, list(settings_of()))
    except ConfigError as error:
        raise ConfigError(f"{shown}: {error}") from error
