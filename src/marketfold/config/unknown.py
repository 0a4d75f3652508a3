"""Settings that are none: which one is meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

UNKNOWN = "extra_forbidden"
"""Code of the fault."""
ELSEWHERE = {
    **dict.fromkeys(("k", "n_clusters", "n_segments"), "segments"),
    "n_components": "n_dimensions",
    "n_resamples": "bootstraps",
    "random_state": "seed",
}
"""What estimators, ours and others', call a thing that a setting is about."""


KNOWN = frozenset(get_args(ErrorType))
"""Codes of the faults that pydantic finds by itself."""


def nearest(name: str, model: type[BaseModel]) -> tuple[str, ...]:
    """Where in a tree of settings the one is whose name was nearly written; () where none is like it.

    >>> from marketfold.config import RunConfig
    >>> nearest("n_clusters", RunConfig), nearest("sead", RunConfig), nearest("whatever", RunConfig)
    (('clustering', 'segments'), ('seed',), ())
    """
    paths: dict[str, tuple[str, ...]] = {field: (field,) for field in model.model_fields}
    for group, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            paths = {own: (group, own) for own in field.annotation.model_fields} | paths
    paths |= {other: paths[ours] for other, ours in ELSEWHERE.items() if ours in paths}
    close = difflib.get_close_matches(name.lower(), paths, n=1)
    return paths[close[0]] if close else ()


def guided(error: ValidationError, model: type[BaseModel]) -> ValidationError:
    """The same error, with what is meant where a setting of the model is unknown."""
    if not any(_is_own(one) for one in error.errors()):
        return error
    return ValidationError.from_exception_data(error.title, [_guided(one, model) for one in error.errors()])


def _is_own(error: ErrorDetails) -> bool:
    return error["type"] == UNKNOWN and len(error["loc"]) == 1


def _guided(error: ErrorDetails, model: type[BaseModel]) -> InitErrorDetails:
    kind, context = error["type"], error.get("ctx", {})
    told = InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context)
    if _is_own(error):
        name = str(error["loc"][0])
        words = {"name": name, "meant": _meant(name, model)}
        told["type"] = PydanticCustomError(UNKNOWN, "There is no setting {name}{meant}", words)
    elif kind == UNKNOWN or kind not in KNOWN:  # said by a group that has none, or a rule of our own
        told["type"] = PydanticCustomError(kind, "{text}", {"text": error["msg"], **context})
    return told


def _meant(name: str, model: type[BaseModel]) -> str:
    path = nearest(name, model)
    if not path:
        return f". There are: {', '.join(model.model_fields)}."
    return f"; did you mean {path[0]}{f'={{{path[1]!r}: ...}}' if path[1:] else ''}?"
