"""Functions that take settings by their names show them: what a notebook completes is what the tree holds."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from marketfold.config import keyword, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def takes_settings(*groups: str) -> Callable[[F], F]:
    """Show the settings of some groups, or of all, in the signature of a function that ends in `**settings`.

    >>> @takes_settings("cleaning")
    ... def tidy(orders, **settings): ...
    >>> list(inspect.signature(tidy).parameters)[:3]
    ['orders', 'cancelled_statuses', 'sale_statuses']
    """

    def shown(function: F) -> F:
        whole = inspect.signature(function)
        own = [one for one in whole.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        named = [
            inspect.Parameter(keyword(one), inspect.Parameter.KEYWORD_ONLY, default=one.default)
            for one in settings_of()
            if not groups or one.path[0] in groups
        ]
        function.__signature__ = whole.replace(parameters=[*own, *named])  # type: ignore[attr-defined]
        return function

    return shown
