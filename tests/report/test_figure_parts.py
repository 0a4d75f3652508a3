from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tests.report.edited import with_evidence

from marketfold.page import figures_of
from marketfold.report.figure_parts import (
    SPREADS,
    campaign_figures,
    k_figures,
    profile_figures,
    reduction_figures,
    stability_figures,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.analysis import Analysis
    from marketfold.page import Part


def keys(parts: Sequence[Part]) -> list[str]:
    return [figure.key for figure in figures_of(parts)]


def test_the_elbow_has_its_indices_where_there_are_any(analysis: Analysis) -> None:
    assert keys(k_figures(analysis))[:2] == ["elbow", "indices"]
    k_choice = dataclasses.replace(analysis.choice.evidence.k_choice, indices={}, gaps={})
    bare = with_evidence(analysis, k_choice=k_choice)
    assert keys(k_figures(bare)) == ["elbow"]


def test_a_run_without_a_reduction_draws_none(analysis: Analysis) -> None:
    assert not {"scree", "loadings", "loss"} & set(keys(reduction_figures(analysis)))


def test_splitting_is_drawn_where_several_numbers_were_tried(analysis: Analysis) -> None:
    drawn = keys(stability_figures(analysis))
    assert drawn[0] == "jaccards"
    assert ("slsa" in drawn) is (len(analysis.choice.across.k) > 1)


def test_the_features_that_part_the_segments_best_are_spread_out(analysis: Analysis) -> None:
    heat, *spreads = figures_of(profile_figures(analysis))
    assert heat.key == "heatmap"
    assert [one.key for one in spreads] == [f"spread-{place}" for place in range(1, SPREADS + 1)]
    strongest = {
        feature.label: max(abs(profile.effects.get(feature.name, 0.0)) for profile in analysis.segments.profiles)
        for feature in analysis.segmentation.table.features
    }
    first = max(strongest, key=lambda label: strongest[label])
    assert spreads[0].title == f"{first[:1].upper()}{first[1:]}"
    assert all(figure.teaching for figure in (heat, spreads[0]))


def test_a_budget_is_drawn_only_where_money_was_given(analysis: Analysis) -> None:
    assert keys(campaign_figures(analysis.plan)) == ["budget"]
    campaigns = tuple(dataclasses.replace(campaign, budget=None) for campaign in analysis.plan.campaigns)
    assert campaign_figures(dataclasses.replace(analysis.plan, campaigns=campaigns)) == ()
