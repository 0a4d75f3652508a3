from __future__ import annotations

import dataclasses
from datetime import date
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
from marketfold.selection import FutureScore

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_the_elbow_is_explained_with_the_falls_of_this_run(analysis: Analysis) -> None:
    choice = analysis.choice.evidence.k_choice
    wcss = dict(zip(choice.curve.k, choice.curve.wcss, strict=True))
    notes = about_elbow(dataclasses.replace(choice, k=3), "customer")
    assert any(f"to 3 groups takes {(1 - wcss[3] / wcss[2]) * 100:.0f} % off" in note for note in notes)
    assert len(about_elbow(dataclasses.replace(choice, k=max(wcss)), "customer")) == len(notes) - 1


def test_the_indices_that_agree_are_counted_and_named(analysis: Analysis) -> None:
    choice = analysis.choice.evidence.k_choice
    said = about_indices(choice)[-1]
    assert all((index.label in said) is (index.prefers == choice.k) for index in choice.indices.values())


def test_the_surest_segment_is_the_example(analysis: Analysis) -> None:
    best = max(range(3), key=lambda s: analysis.stability.segments[s].jaccard)
    said = " ".join(about_stability(analysis.stability, ("Aaa", "Bbb", "Ccc"), "customer"))
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


def test_chance_explains_more_the_more_groups_there_are() -> None:
    future = FutureScore(
        cutoff=date(2024, 1, 1), horizon_days=90, n_units=202, n_evaluated=101, returned_share=0.5, segments=0.3,
        n_segments=3, rfm=0.2, random=0.1, upper_bound=0.4,
    )  # fmt: skip
    assert "3 groups drawn by lot explain about 2 % by chance, and 25 groups about 24 %" in about_future(future)[1]


def test_the_boxes_name_the_largest_segment(analysis: Analysis) -> None:
    largest = max(analysis.segments.profiles, key=lambda profile: profile.units)
    assert (
        f"Segment {largest.number} is the largest, with {largest.units:,}."
        in about_spread(analysis.segments.profiles)[0]
    )
