"""Turns order lines into customer segments you can trust, and segments into campaigns you can measure.

The public names are those of `__init__.pyi`, which type checkers read too. Each is loaded when it is first used, so
that importing the package costs nothing.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

from marketfold.version import __version__ as __version__

_HOME_OF = {
    name.name: imported.module
    for imported in ast.parse(Path(__file__).with_suffix(".pyi").read_text("utf-8")).body
    if isinstance(imported, ast.ImportFrom) and imported.module
    for name in imported.names
}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605  (a list, whatever the linter reads)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'marketfold' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
