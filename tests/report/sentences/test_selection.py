from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketfold.report.sentences.selection import reduction_decision, search_decision, skip_reason
from marketfold.selection import Candidate, FeatureSetSearch, ReducerComparison, ReducerScore, Skipped

NONE = ReducerScore("none", 9, 1.0, 0.3, 100.0, 0.9, 0.8, 0.20, 0.1)
PCA = replace(NONE, method="pca", explained=0.215)


def compared(*scores: ReducerScore, chosen: str, asked: str | None = None) -> ReducerComparison:
    return ReducerComparison(scores, chosen, asked, k=3, n_dimensions=2)


@pytest.mark.parametrize(
    ("scores", "chosen", "text"),
    [
        ((NONE,), "none", "Only no reduction was tried."),
        (
            (NONE, PCA),
            "none",
            "No reduction is taken: it explains 20 % of the differences in later revenue, and PCA, the best, "
            "explains 22 % of the differences in later revenue: not enough more to justify it.",
        ),
        (
            (NONE, replace(PCA, explained=0.3)),
            "pca",
            "PCA is taken: nothing simpler is as good, and it explains 30 % of the differences in later revenue.",
        ),
        (
            (replace(NONE, explained=None), replace(PCA, explained=None, jaccard=0.7)),
            "none",
            "No reduction is taken: no other is clearly better, and it scores 0.55.",
        ),
    ],
)
def test_why_a_reduction_is_taken(scores: tuple[ReducerScore, ...], chosen: str, text: str):
    assert reduction_decision(compared(*scores, chosen=chosen)) == text


def test_a_reduction_that_was_asked_for_is_said_before_the_rule():
    text = reduction_decision(compared(NONE, PCA, chosen="none", asked="pca"))
    assert text.startswith("The segments were made with PCA, as asked. Left to the rule: No reduction is taken")


def test_what_was_not_tried_says_how_many_units_it_takes():
    left_out = replace(NONE, method="autoencoder", skipped=Skipped("too_few_units", 92, 1_000))
    comparison = compared(NONE, left_out, chosen="none")
    assert "92 units are too few to teach a network unasked (from 1,000)" in skip_reason(comparison, "autoencoder")
    assert skip_reason(comparison, "none") == ""


WIDE = Candidate("all", 3, 0.34, 9, 0.1, repeats=False)
TIMING = Candidate("timing", 3, 0.84, 17, 0.132, repeats=True)


@pytest.mark.parametrize(
    ("chosen", "reason", "parts"),
    [
        (TIMING, "foretells", ("'timing' with 3 segments explains 13 % of the differences",)),
        (replace(TIMING, explained=-0.01), "foretells", ("no better than chance; 'timing' with 3",)),
        (replace(TIMING, explained=None), "repeats", ("most surely (weakest Jaccard 0.84)",)),
        (WIDE, "none repeats", ("none gives segments that all come out again, so all features are kept",)),
    ],
)
def test_why_a_cut_is_taken(chosen: Candidate, reason: Any, parts: tuple[str, ...]):
    text = search_decision(FeatureSetSearch(chosen, reason, (chosen, WIDE)))
    assert text.startswith("Of 2 cuts")
    assert all(part in text for part in parts)
