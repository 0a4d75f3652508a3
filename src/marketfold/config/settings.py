"""Every setting of the tree, with its names and what is said of it there."""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from marketfold.config.tree import SEGMENTS_PANEL, RunConfig
from marketfold.config.values import Flag, OneOf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in {types.UnionType, Union}


def _kind(annotation: Any) -> Any:
    parts = [part for part in get_args(annotation) if part is not types.NoneType]
    if get_origin(annotation) is Annotated or (_is_union(annotation) and len(parts) == 1):
        return _kind(parts[0])
    return annotation


def _notes(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return [*parts[1:], *_notes(parts[0])]
    return [one for part in parts for one in _notes(part)] if _is_union(annotation) else []


@dataclass(frozen=True)
class Setting:
    """One setting: its names from the root, as ("clustering", "k_max"), and all that is said of it there.

    `group` is what the settings beside it are about, "" at the root; `panel` is where its flag stands in the help.
    """

    path: tuple[str, ...]
    field: FieldInfo
    group: str
    panel: str = SEGMENTS_PANEL

    @property
    def flag(self) -> Flag:
        """What it is called on the command line."""
        given = next((one for one in self.field.metadata if isinstance(one, Flag)), Flag())
        return given if given.name else replace(given, name="--" + self.path[-1].replace("_", "-"))

    @property
    def kind(self) -> Any:
        """Its type, without None and without notes."""
        return _kind(self.field.annotation)

    @property
    def notes(self) -> list[Any]:
        """What is noted at the field and at its type: limits, checks, words."""
        return [*self.field.metadata, *_notes(self.field.annotation)]

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "MARKETFOLD_" + "__".join(self.path).upper()

    @property
    def default(self) -> Any:
        """Its value where nobody sets it."""
        return self.field.get_default(call_default_factory=True)

    @property
    def title(self) -> str:
        """What it is called in a form."""
        words = self.flag.name.split()[0].strip("-").replace("-", " ")
        return self.flag.title or words[:1].upper() + words[1:]

    @property
    def blank(self) -> str:
        """What stands in sentences for a value of it that a person has to say; empty where nothing does."""
        return (self.flag.metavar or "").rpartition("=")[2]

    def value_in(self, config: RunConfig) -> Any:
        """What it is there, as JSON has it."""
        value: Any = config.model_dump(mode="json", include={self.path[0]})
        for name in self.path:
            value = value[name]
        return value

    @property
    def choices(self) -> tuple[str, ...]:
        """What it may be, where that is listed."""
        listed = next((one.names for one in self.notes if isinstance(one, OneOf)), ())
        return get_args(self.kind) if get_origin(self.kind) is Literal else listed

    @property
    def default_words(self) -> str:
        """What holds where nobody sets it, for people."""
        return self.in_words(self.default)

    def in_words(self, value: Any) -> str:
        """A value of it, for people."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, dict):
            value = [f"{name}={one}" for name, one in value.items()]
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value)) or self.flag.unset
        return str(value) if value or value == 0 else self.flag.unset


def settings_of(model: type[BaseModel] = RunConfig) -> Iterator[Setting]:
    """Every setting of a tree of settings, in the order of its fields.

    >>> next(one.flag.name for one in settings_of() if one.path == ("reduction", "method"))
    '--reduction'
    """
    for name, field in model.model_fields.items():
        branch = field.annotation
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            group = f"{name.capitalize()}: {(branch.__doc__ or '').splitlines()[0].rstrip('.').lower()}"
            for one in settings_of(branch):
                yield Setting(
                    (name, *one.path), one.field, one.group or group, getattr(branch, "panel", SEGMENTS_PANEL)
                )
        else:
            yield Setting((name,), field, "")


@cache
def flags() -> Mapping[str, Setting]:
    """Every setting of a run by the names of its flag.

    >>> flags()["--decimal"].path
    ('reading', 'decimal')
    """
    return {name: setting for setting in settings_of() for name in setting.flag.name.split()}
