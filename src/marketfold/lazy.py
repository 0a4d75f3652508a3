"""Public names of a package that are loaded when they are first used, so that importing the package costs nothing."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


_HOMES: dict[str, dict[str, str]] = {}
"""Of each package, where its public names are defined."""


class LazyPackage(ModuleType):
    """A package that lists its public names alone, one of which may be called like a package within it.

    When a package is imported Python sets it as an attribute of the one around it; here a public name keeps its place:
    `features` stays the function.
    """

    def __dir__(self) -> list[str]:
        return list(_HOMES[self.__name__])

    def __setattr__(self, name: str, value: object) -> None:
        within = isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        if not within or _HOMES[self.__name__].get(name, self.__name__) == self.__name__:
            super().__setattr__(name, value)


def names_of_stub(package: str, init_file: str) -> tuple[Callable[[str], Any], list[str]]:
    """`__getattr__` and `__all__` of a package, by the imports in the `__init__.pyi` that type checkers read too."""
    tree = ast.parse(Path(init_file).with_suffix(".pyi").read_text("utf-8"))
    home_of = _HOMES[package] = {
        name.name: imported.module
        for imported in tree.body
        if isinstance(imported, ast.ImportFrom) and imported.module
        for name in imported.names
    }

    sys.modules[package].__class__ = LazyPackage

    def load(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if home_of[name] == package:  # a package within it, whose figures or errors are all public
            return import_module(f"{package}.{name}")
        return getattr(import_module(home_of[name]), name)

    return load, sorted(home_of)
