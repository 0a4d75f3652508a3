"""docs/reference/settings.md, from the fields of `RunConfig`: `python -m tests.cli.settings_page` writes it anew."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from marketfold.config import Setting, settings_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
HEAD = """# Settings

A flag goes before the environment, the environment before `marketfold.toml` in the working folder, and that before the
default. In the file a group is a table (`[clustering]`, then `k_max = 12`); in Python a branch of `RunConfig`
(`config.clustering.k_max`); in the environment each has a variable. `python -m tests.cli.settings_page` writes this.
"""
COLUMNS = "| setting | flag | values | default | what it does |\n|---|---|---|---|---|\n"


def values(annotation: Any) -> str:
    """The values of a type, as a person writes them."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin in {types.UnionType, Union}:
        return " or ".join(values(part) for part in parts if part is not type(None))
    if origin is Annotated:
        return values(parts[0])
    if origin is tuple:
        return "texts"
    if origin is dict:
        return "pairs"
    words = {str: "text", int: "whole number", float: "number", bool: "yes", Path: "file"}
    return words[annotation] if annotation in words else str(annotation.__name__)


def line(setting: Setting) -> str:
    default = setting.default
    shown = "no" if default is False else f"`{default}`"
    if default is None or isinstance(default, tuple | dict):
        shown = ", ".join(f"`{one}`" for one in default or ())
    flags = ", ".join(f"`{name}`" for name in setting.flag.name.split())
    what = setting.field.description or ""
    return f"| `{'.'.join(setting.path)}` | {flags} | {values(setting.field.annotation)} | {shown} | {what} |\n"


def page() -> str:
    """The whole page."""
    text, group = HEAD, None
    for setting in settings_of():
        if setting.group != group:
            group = setting.group
            text += f"\n## {group or 'The run'}\n\n`{setting.variable}` and so on.\n\n{COLUMNS}"
        text += line(setting)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
