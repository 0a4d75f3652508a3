"""What is said of lines that were added to a run, and of how far its model still fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.phrases import say
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from marketfold.orders import AddedLines
    from marketfold.schema import Unit
    from marketfold.segments import RefitAdvice


def refit_sentence(advice: RefitAdvice, unit: Unit, labels: Mapping[str, str] | None = None) -> str:
    """Whether new segments are due, and why; `labels` say what features are called."""
    return say(
        "refresh",
        advice.reason,
        now=advice.fit.outside_now,
        then=advice.fit.outside_then,
        allowed=OUTSIDE_ALLOWED,
        features=tuple((labels or {}).get(name, name) for name in advice.drifted),
        units=words.units_word(unit),
        units_then=advice.units_then,
        units_now=advice.units_now,
    )


def added_sentences(added: AddedLines, rows: int) -> tuple[str, ...]:
    """How many lines of a file are new, known, or in the place of others; `rows` are kept now."""
    counts = {"read": added.read, "known": added.known, "fresh": added.read - added.known, "rows": rows}
    told = [say("refresh", "added", **counts)]
    if added.replaced:
        told.append(say("refresh", "replaced", replaced=added.replaced, orders=added.orders))
    return tuple(told)


def nothing_new_sentence(added: AddedLines, name: str, *, before: bool) -> str:
    """Say that a file held nothing new; `before` where that very file was added."""
    told = say("refresh", "nothing", known=added.known, name=name)
    return f"{say('refresh', 'twice', name=name)} {told}" if before else told


def window_sentences(first_on: date | None, begins: date | None) -> tuple[str, ...]:
    """From which day on the model looks, where purchases begin earlier."""
    if first_on is None or begins is None or begins >= first_on:
        return ()
    return (say("refresh", "window", first=words.day(first_on), begins=words.day(begins)),)
