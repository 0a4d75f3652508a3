from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from marketfold.report.teaching import (
    about_elbow,
    about_future,
    about_heatmap,
    about_indices,
    about_map,
    about_spread,
    about_stability,
)

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_the_elbow_is_explained_with_the_falls_of_this_run(analysis: Analysis) -> None:
    choice = analysis.choice.evidence.k_choice
    wcss = dict(zip(choice.curve.k, choice.curve.wcss, strict=True))
    notes = about_elbow(choice, "customer", 3)
    assert any(f"to 3 groups takes {(1 - wcss[3] / wcss[2]) * 100:.0f} % off" in note for note in notes)
    assert len(about_elbow(choice, "customer", max(wcss))) == len(notes) - 1


def test_the_indices_that_agree_are_counted_and_named(analysis: Analysis) -> None:
    choice = analysis.choice.evidence.k_choice
    said = about_indices(choice, choice.k)[-1]
    assert all((index.label in said) is (index.prefers == choice.k) for index in choice.indices.values())


def test_the_surest_segment_is_the_example(analysis: Analysis) -> None:
    best = max(range(3), key=lambda s: analysis.stability.segments[s].jaccard)
    said = " ".join(about_stability(analysis.stability, ("Aaa", "Bbb", "Ccc"), "customer", unseen=True))
    assert [name for name in ("Aaa", "Bbb", "Ccc") if name in said] == [("Aaa", "Bbb", "Ccc")[best]]


def test_an_effect_of_one_separates_completely(analysis: Analysis) -> None:
    whole = dataclasses.replace(analysis.segments.profiles[0], effects={"recency_days": -1.0})
    part = dataclasses.replace(analysis.segments.profiles[0], effects={"recency_days": 0.5})
    assert "completely" in about_heatmap((whole,))[-1]
    assert "75 % of such pairs" in about_heatmap((part,))[-1]
    assert len(about_heatmap((dataclasses.replace(part, effects={}),))) == 1


def test_the_map_says_what_it_hides() -> None:
    said = " ".join(about_map("customer", np.array([0.5, 0.3, 0.2])))
    assert "80 % of all differences; 20 % are hidden" in said
    assert "hides nothing" in " ".join(about_map("customer", np.array([0.6, 0.4])))


def test_what_groups_foretell_needs_no_correction_for_their_number(analysis: Analysis) -> None:
    future = analysis.choice.future
    assert future is not None
    said = " ".join(about_future(future))
    assert f"these numbers are of {future.n_evaluated} others" in said
    assert "groups drawn by lot have 0 % or a little less" in said


def test_the_boxes_name_the_largest_segment(analysis: Analysis) -> None:
    largest = max(analysis.segments.profiles, key=lambda profile: profile.units)
    assert (
        f"Segment {largest.number} is the largest, with {largest.units:,}."
        in about_spread(analysis.segments.profiles)[0]
    )
