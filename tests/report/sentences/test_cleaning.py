from __future__ import annotations

from typing import get_args

import pytest

from marketfold.cleaning import CleaningReport, CleaningWarning, ReadTotals
from marketfold.cleaning.report import WarningCode
from marketfold.report.sentences.phrases import phrases
from marketfold.report.sentences.warnings import cleaning_sentences
from marketfold.schema import Ledger

LEDGER = Ledger(1_800, 1_600, {"cancelled": 100, "no_customer": 100})


def said(warning: CleaningWarning) -> str:
    (sentence,) = cleaning_sentences(CleaningReport(LEDGER, ReadTotals(1_800, 9, 9, None, None, 0.0), 0, (warning,)))
    return sentence


def test_every_code_has_its_sentence():
    assert set(phrases("cleaning")) == set(get_args(WarningCode))


@pytest.mark.parametrize(
    ("warning", "sentence"),
    [
        (
            CleaningWarning("set_aside", {"line_share": 1 / 9, "lines": 200, "lines_read": 1_800}),
            "11 % of the lines (200 of 1,800) were set aside: 100 cancelled (cancelled by status or credit note); "
            "100 no_customer (no customer).",
        ),
        (
            CleaningWarning("no_customer_as_usual", {"line_share": 0.25}),
            "25 % of the lines have no customer; up to a quarter is normal in retail (sales without an account).",
        ),
        (
            CleaningWarning("currencies", {"currencies": 2}),
            "The orders are in 2 currencies; money is added as if they were one.",
        ),
        (
            CleaningWarning("credit_notes_ignored"),
            "Most order ids are C and digits, so that was not taken as the mark of a cancelled order.",
        ),
        (
            CleaningWarning("repeats_kept", {"lines": 1}),
            "1 line repeats another exactly and was kept, for no line number says that it is the same line "
            "(--drop-duplicates sets such lines aside).",
        ),
        (
            CleaningWarning("repeats_kept", {"lines": 2_000}),
            "2,000 lines repeat another exactly and were kept, for no line number says that it is the same line "
            "(--drop-duplicates sets such lines aside).",
        ),
    ],
)
def test_sentences(warning: CleaningWarning, sentence: str):
    assert said(warning) == sentence
