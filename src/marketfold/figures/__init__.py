"""Figures: pure functions from numbers to Plotly figures, the same for report and notebook."""

from marketfold.figures.campaigns import EffectRow, budget_figure, effect_figure
from marketfold.figures.clustering import elbow_figure, gap_figure, indices_figure, slsa_figure, stability_figure
from marketfold.figures.exploration import exploration_figures
from marketfold.figures.movement import drift_figure, movement_sankey_figure
from marketfold.figures.reduction import loadings_figure, loss_figure, reconstruction_figure, scree_figure, way_figure
from marketfold.figures.returning import returning_figures
from marketfold.figures.segments import (
    UnitMap,
    direction_words,
    feature_by_segment_figure,
    map_2d_figure,
    map_3d_figure,
    profile_heatmap_figure,
)
from marketfold.figures.theme import DARK, LIGHT, SWAP, new_figure, segment_colour, segment_tint, wrapped

__all__ = [
    "DARK",
    "LIGHT",
    "SWAP",
    "EffectRow",
    "UnitMap",
    "budget_figure",
    "direction_words",
    "drift_figure",
    "effect_figure",
    "elbow_figure",
    "exploration_figures",
    "feature_by_segment_figure",
    "gap_figure",
    "indices_figure",
    "loadings_figure",
    "loss_figure",
    "map_2d_figure",
    "map_3d_figure",
    "movement_sankey_figure",
    "new_figure",
    "profile_heatmap_figure",
    "reconstruction_figure",
    "returning_figures",
    "scree_figure",
    "segment_colour",
    "segment_tint",
    "slsa_figure",
    "stability_figure",
    "way_figure",
    "wrapped",
]
