"""The figures of each chapter, with their teaching notes; a figure without anything to show is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.figures.campaigns import budget_figure
from marketfold.figures.clustering import elbow_figure, gap_figure, indices_figure, slsa_figure, stability_figure
from marketfold.figures.reduction import loadings_figure, loss_figure, reconstruction_figure, scree_figure
from marketfold.figures.segments import feature_by_segment_figure, profile_heatmap_figure
from marketfold.page import FigureGrid, Fold, Prose, figure_part
from marketfold.report import teaching
from marketfold.report.sentences.reduction import about_bottleneck, about_components, about_loss, about_tied_weights

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import CampaignPlan
    from marketfold.page import Part

SPREADS = 4
"""Features whose distributions are shown: those that part the segments best."""


def k_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The elbow, the validity indices, and the distance from data without groups."""
    choice = analysis.choice.evidence.k_choice
    parts: list[Part] = [
        figure_part("elbow", elbow_figure(choice), teaching=teaching.about_elbow(choice, analysis.segmentation.unit))
    ]
    if choice.indices:
        parts.append(figure_part("indices", indices_figure(choice), teaching=teaching.about_indices(choice)))
    if choice.gaps:
        parts.append(figure_part("gap", gap_figure(choice)))
    return tuple(parts)


def _scree(analysis: Analysis, reducer: Any) -> tuple[Part, ...]:
    notes = about_components(reducer, _shaping(analysis))
    return (figure_part("scree", scree_figure(reducer), teaching=notes),)


def _loadings(analysis: Analysis, reducer: Any) -> tuple[Part, ...]:
    return (figure_part("loadings", loadings_figure(reducer, _shaping(analysis))),)


def _loss(analysis: Analysis, reducer: Any) -> tuple[Part, ...]:
    shape = reducer.network_.architecture
    notes = (*about_bottleneck(shape, len(analysis.labels)), *about_tied_weights(shape))
    figure = loss_figure(reducer.history_, str(shape))
    return (
        figure_part("loss", figure, teaching=about_loss(reducer.history_)),
        Prose(notes, title="The network of this run"),
    )


LEARNED = {"scree": _scree, "loadings": _loadings, "loss": _loss}
"""How to draw each of the figures that a reducer says explain it (`Reducer.figures`)."""


def _shaping(analysis: Analysis) -> list[str]:
    return [feature.label for feature in analysis.segmentation.matrix.table.features]


def reduction_figures(analysis: Analysis) -> tuple[Part, ...]:
    """What the reduction of this run kept and learned, and the trial with shuffled columns."""
    reducer = analysis.segmentation.reducer
    parts = [part for name in reducer.figures for part in LEARNED[name](analysis, reducer)]
    suitability = analysis.choice.evidence.suitability
    if suitability and suitability.reconstructions:
        parts.append(figure_part("reconstruction", reconstruction_figure(suitability)))
    return tuple(parts)


def stability_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The resamples, segment by segment, and how segments split as there are more of them."""
    names = [profile.name for profile in analysis.segments.profiles]
    notes = teaching.about_stability(analysis.stability, names, analysis.segmentation.unit)
    parts = [figure_part("jaccards", stability_figure(analysis.stability, names), teaching=notes)]
    if len(analysis.choice.across.k) > 1:
        split = teaching.about_splitting(analysis.choice.across, analysis.choice.evidence.recipe.n_segments, names)
        parts.append(figure_part("slsa", slsa_figure(analysis.choice.across), teaching=split))
    return tuple(parts)


def _telling_features(analysis: Analysis) -> list[str]:
    """Features by their strongest effect in any segment, strongest first."""
    strongest: dict[str, float] = {}
    for profile in analysis.segments.profiles:
        for name, effect in profile.effects.items():
            strongest[name] = max(strongest.get(name, 0.0), abs(effect))
    known = [feature.name for feature in analysis.segmentation.table.features if feature.name in strongest]
    return sorted(known, key=lambda name: -strongest[name])


def profile_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The heat map of differences, and the distributions of the features that part the segments best."""
    heat = figure_part(
        "heatmap",
        profile_heatmap_figure(analysis.segments.profiles, analysis.segmentation.table),
        teaching=teaching.about_heatmap(analysis.segments.profiles),
    )
    spreads = tuple(
        figure_part(
            f"spread-{place}",
            feature_by_segment_figure(analysis.segmentation.table, analysis.labels, name, analysis.segments.profiles),
            teaching=teaching.about_spread(analysis.segments.profiles) if place == 1 else (),
        )
        for place, name in enumerate(_telling_features(analysis)[:SPREADS], start=1)
    )
    return (heat, FigureGrid(spreads)) if spreads else (heat,)


def campaign_figures(plan: CampaignPlan) -> tuple[Part, ...]:
    """How the budget is divided, where there is one."""
    lines = [(campaign, campaign.budget) for campaign in plan.campaigns if campaign.budget and campaign.budget.amount]
    if not lines:
        return ()
    figure = budget_figure(
        [campaign.number for campaign, _ in lines],
        [campaign.name for campaign, _ in lines],
        [line.amount or 0.0 for _, line in lines],
        [line.value_at_stake for _, line in lines],
        currency=plan.currency,
    )
    return (Fold("How the budget is divided", (figure_part("budget", figure),)),)
