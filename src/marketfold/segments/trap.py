"""One trap, as every check of the trap guard reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warning", "serious"]


@dataclass(frozen=True)
class Trap:
    """Something that makes segments look like findings when they are not.

    Attributes
    ----------
    code
        Stable name of the check (`restates_column`).
    columns
        Columns concerned; empty where the trap is not a column's.
    sentence
        What was found and what to do about it.
    severity
        `serious` where the segments should not be used as they are, `warning` where they need a second look, `note`
        where it is enough to know.
    segments
        Numbers of the segments concerned.
    """

    code: str
    columns: tuple[str, ...]
    sentence: str
    severity: Severity
    segments: tuple[int, ...] = ()


def some(names: tuple[str, ...] | list[str], most: int = 4) -> str:
    """Name the first few and count the rest.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
