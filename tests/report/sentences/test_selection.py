from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketfold.report.sentences.selection import (
    near_share,
    points_range,
    reduction_decision,
    search_decision,
    share_range,
    skip_reason,
)
from marketfold.selection import Candidate, Explained, FeatureSetSearch, Lead, ReducerComparison, ReducerScore, Skipped

NONE = ReducerScore("none", 9, 1.0, 1.0, 0.3, 100.0, 0.9, 0.8, 0.20, 0.1)
PCA = replace(NONE, method="pca", explained=0.215)


def compared(*scores: ReducerScore, chosen: str = "none", **more: Any) -> ReducerComparison:
    return ReducerComparison(scores, chosen, more.pop("asked", None), k=3, n_dimensions=2, **more)


LED: dict[str, Any] = {"best": "pca", "leads": {"none": Lead(0.03, 0.02)}}


@pytest.mark.parametrize(
    ("comparison", "text"),
    [
        (compared(NONE), "Only no reduction was tried."),
        (
            compared(NONE, PCA, by_future=True, **LED),
            "No reduction is taken: in the half of the customers that chooses, PCA foretells 3 percentage points more "
            "of the differences in later revenue, give or take 4 percentage points, which is not enough to justify it.",
        ),
        (
            compared(NONE, PCA, **LED),
            "No reduction is taken: the segments of PCA score 0.03 more, give or take 0.04, which is not enough to "
            "justify it.",
        ),
        (compared(NONE, PCA, chosen="pca", **LED), "PCA is taken: nothing simpler does nearly as well."),
        (compared(NONE, PCA, best="none"), "No reduction is taken: no other scores more."),
        (
            compared(NONE, PCA, best="none", by_future=True),
            "No reduction is taken: in the half of the customers that chooses, no other foretells more of later "
            "revenue.",
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


WIDE = Candidate("all", 3, 0.34, 9, 0.1, repeats=False)
TIMING = Candidate("timing", 3, 0.84, 17, 0.132, repeats=True)


@pytest.mark.parametrize(
    ("chosen", "reason", "parts"),
    [
        (TIMING, "foretells", ("'timing' with 3 segments fits it as well as any, within the error, with the fewest",)),
        (replace(TIMING, k=4), "foretells", ("and no cut that was tried with fewer segments does",)),
        (replace(TIMING, explained=-0.01), "foretells", ("no better than chance; 'timing' with 3",)),
        (replace(TIMING, explained=None), "repeats", ("most surely (weakest Jaccard 0.84)",)),
        (
            WIDE,
            "none repeats",
            ("none gives segments that all come out again and are large enough, so all features are kept",),
        ),
    ],
)
def test_why_a_cut_is_taken(chosen: Candidate, reason: Any, parts: tuple[str, ...]):
    text = search_decision(FeatureSetSearch(chosen, reason, (chosen, WIDE)))
    assert text.startswith("Of 2 cuts")
    assert all(part in text for part in parts)


def test_ranges_of_what_is_foretold_are_no_finer_than_known_and_leads_are_points():
    told = Explained(0.01, -0.0004, 0.0312)
    assert (share_range(told), near_share(0.0004)) == ("\N{MINUS SIGN}0.04 % to 3.1 %", "0.04 %")
    assert points_range(told) == "0.0 to 3.1 percentage points"
