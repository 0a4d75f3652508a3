from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketfold.report.sentences.selection import reduction_decision, search_decision, skip_reason
from marketfold.selection import Candidate, FeatureSetSearch, Lead, ReducerComparison, ReducerScore, Skipped

NONE = ReducerScore("none", 9, 1.0, 1.0, 0.3, 100.0, 0.9, 0.8, 0.20, 0.1)
PCA = replace(NONE, method="pca", explained=0.215)
WIDE = Candidate("all", "none", 3, 0.5, 0.34, 9, 0.1, holds=False)
TIMING = Candidate("timing", "none", 3, 0.75, 0.84, 17, 0.132, holds=True)


def compared(*scores: ReducerScore, chosen: str = "none", **more: Any) -> ReducerComparison:
    return ReducerComparison(scores, chosen, more.pop("asked", None), k=3, n_dimensions=2, **more)


LED: dict[str, Any] = {"best": "pca", "leads": {"none": Lead(0.03, 0.02)}}


@pytest.mark.parametrize(
    ("comparison", "text"),
    [
        (compared(NONE), "Only no reduction was tried."),
        (
            compared(NONE, PCA, by_future=True, **LED),
            "No reduction is taken: PCA does best, but foretells only 3 % more of the differences in later "
            "revenue, give or take 4 %, which is not enough to justify it.",
        ),
        (
            compared(NONE, PCA, **LED),
            "No reduction is taken: PCA does best, but its segments score only 0.03 more, give or take 0.04, which is "
            "not enough to justify it.",
        ),
        (compared(NONE, PCA, chosen="pca", **LED), "PCA is taken: nothing simpler does nearly as well."),
        (compared(NONE, PCA, best="none"), "No reduction is taken: no other scores more."),
        (
            compared(NONE, PCA, best="none", by_future=True),
            "No reduction is taken: among the customers by whose later revenue the choice goes, no other foretells "
            "more.",
        ),
    ],
)
def test_why_a_reduction_is_taken(comparison: ReducerComparison, text: str):
    assert reduction_decision(comparison) == text


def test_of_too_few_features_the_rule_speaks_of_all():
    text = reduction_decision(compared(NONE, PCA, best="none", of_own_features=False))
    assert text.startswith("The segments of this run are made from too few features to be reduced")
    assert text.endswith("Of all features the rule says: No reduction is taken: no other scores more.")


def test_a_reduction_that_was_asked_for_is_said_before_the_rule():
    text = reduction_decision(compared(NONE, PCA, asked="pca", **LED))
    assert text.startswith("The segments were made with PCA, as asked. Left to the rule: No reduction is taken")


def test_what_was_not_tried_says_how_many_units_it_takes():
    left_out = replace(NONE, method="autoencoder", skipped=Skipped("too_few_units", 50, 60))
    comparison = compared(NONE, left_out)
    assert "50 units are too few to teach a network unasked (from 60)" in skip_reason(comparison, "autoencoder")
    assert skip_reason(comparison, "none") == ""


def searched(chosen: Candidate, wide: Candidate, *jaccards: float) -> FeatureSetSearch:
    return FeatureSetSearch(chosen, wide, 0.8, jaccards, (chosen, wide))


@pytest.mark.parametrize(
    ("search", "parts"),
    [
        ((TIMING, WIDE, 0.87, 0.9), ("the feature set 'timing' with 3 segments is best", "each segment is stable.")),
        ((TIMING, WIDE, 0.7, 0.9), ("weakest Jaccard 0.34 at 3 segments", "not every segment is stable.")),
        ((WIDE, WIDE, 0.3), ("None of 2 recipes gives segments that all hold, so all features are kept",)),
        (
            (replace(WIDE, holds=True), replace(WIDE, holds=True), 0.96),
            ("All features at once give 3 segments that hold", "0.96), so no narrower feature set was sought."),
        ),
        (
            (replace(WIDE, k=4, holds=True, explained=0.2), replace(WIDE, holds=True), 0.9),
            ("They foretell 20 % of the differences in later revenue, the 3 that the curve advises 10 %",),
        ),
        (
            (replace(WIDE, k=4, holds=True), WIDE, 0.9),
            ("The 3 that the curve advises do not (weakest Jaccard 0.34), and no narrower",),
        ),
    ],
)
def test_which_features_were_taken_and_whether_they_hold(search: Any, parts: tuple[str, ...]):
    chosen, wide, *jaccards = search
    text = search_decision(searched(chosen, wide, *jaccards))
    assert all(part in text for part in parts)
