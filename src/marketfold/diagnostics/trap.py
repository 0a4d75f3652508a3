"""One trap, as every check reports it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "serious"]


@dataclass(frozen=True)
class Trap:
    """Something that makes segments look like findings when they are not.

    Attributes
    ----------
    code
        Stable name of the check (`restates_column`); `report.sentences` says it.
    columns
        Columns concerned; empty where the trap is not a column's.
    severity
        `serious` where the segments should not be used as they are, `warning` where they need a second look, `note`
        where it is enough to know.
    segments
        Numbers of the segments concerned.
    facts
        What was found, by name, as far as the code and the columns do not say it.
    """

    code: str
    columns: tuple[str, ...]
    severity: Severity
    segments: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
