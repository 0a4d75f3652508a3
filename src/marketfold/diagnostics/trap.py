"""One trap, as every check reports it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "serious"]


@dataclass(frozen=True)
class Trap:
    """Something that makes segments look like findings when they are not; `report.sentences` says it.

    Attributes
    ----------
    code
        Stable name of the check (`restates_column`).
    severity
        `serious` where the segments should not be used as they are, `warning` where they need a second look, `note`
        where it is enough to know.
    columns, segments
        Columns and numbers of the segments concerned, where there are any.
    facts
        What was found, by name, as far as the code and the columns do not say it.
    """

    code: str
    columns: tuple[str, ...]
    severity: Severity
    segments: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
