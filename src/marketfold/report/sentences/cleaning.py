"""What a person must know of a cleaning, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.cleaning import list_reasons
from marketfold.words import count, share

if TYPE_CHECKING:
    from marketfold.cleaning import CleaningReport

SENTENCES = {
    "set_aside": "{line_share} of the lines ({lines} of {lines_read}) were set aside: {reasons}.",
    "no_customer_as_usual": (
        "{line_share} of the lines have no customer; up to a quarter is normal in retail (sales without an account)."
    ),
    "currencies": "The orders are in {currencies} currencies; money is added as if they were one.",
    "credit_notes_ignored": (
        "Most order ids are C and digits, so that was not taken as the mark of a cancelled order."
    ),
    "repeats_kept": (
        "{lines} {repeat} kept, for no line number says that it is the same line "
        "(--drop-duplicates sets such lines aside)."
    ),
}


def cleaning_sentences(report: CleaningReport) -> tuple[str, ...]:
    """The warnings of a cleaning, each a full sentence, the weightiest first."""
    reasons = list_reasons(report.ledger)
    sentences = []
    for warning in report.warnings:
        numbers = {key: share(value) if key == "line_share" else count(value) for key, value in warning.numbers.items()}
        one = warning.numbers.get("lines") == 1
        repeat = "line repeats another exactly and was" if one else "lines repeat another exactly and were"
        sentences.append(SENTENCES[warning.code].format(**numbers, reasons=reasons, repeat=repeat))
    return tuple(sentences)
