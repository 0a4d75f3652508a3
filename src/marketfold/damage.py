"""What a damaged or hostile file may raise while it is read, told in words instead."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
from pydantic import ValidationError

from marketfold.errors import MarketfoldError

if TYPE_CHECKING:
    from collections.abc import Iterator

DAMAGE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    MemoryError,
    EOFError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    pa.ArrowException,
)
"""Kinds of exceptions by which code that expects our own files fails on others."""

LONGEST = 200


@contextmanager
def told_as(error: type[MarketfoldError], what: str) -> Iterator[None]:
    """Raise `error` where reading fails: `what` is damaged, why, and what to do; or may not be read.

    >>> from marketfold.errors import RunFolderError
    >>> with told_as(RunFolderError, "run.json"):
    ...     {}["segments"]
    Traceback (most recent call last):
    marketfold.errors.RunFolderError: run.json is damaged (there is no 'segments'). Make the run again.
    """
    try:
        yield
    except MarketfoldError:
        raise
    except PermissionError as fault:
        raise error(denied(what)) from fault
    except DAMAGE as fault:
        raise error(f"{what} is damaged ({reason(fault)}). Make the run again.") from fault


def denied(what: str) -> str:
    """That `what` may not be read, for which it is no worse."""
    return f"{what} may not be read: permission was denied. Ask who made it for the right to read it."


def reason(fault: BaseException) -> str:
    """The first line of an exception, as a person can read it."""
    if isinstance(fault, ValidationError):
        first = fault.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:LONGEST]
    if isinstance(fault, KeyError):
        return f"there is no {fault}"[:LONGEST]
    if isinstance(fault, RecursionError):
        return "it is nested too deep"
    if isinstance(fault, MemoryError):
        return "it needs more memory than there is"
    return (str(fault).splitlines() or [type(fault).__name__])[0].rstrip(".")[:LONGEST]
