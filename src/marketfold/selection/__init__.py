"""Choosing between feature sets, reductions and numbers of segments, with evidence that the choice did not see."""

from marketfold.selection.choice import Choice, choose_recipe
from marketfold.selection.compare import (
    ERRORS_APART,
    REFITS,
    WORSE_BY,
    Lead,
    ReducerComparison,
    ReducerScore,
    Skipped,
    WayMap,
    compare_reducers,
)
from marketfold.selection.feature_sets import ALL, FEATURE_SETS, feature_sets_of, select_features, take_units
from marketfold.selection.fits import Fits, Recipe
from marketfold.selection.foretelling import Explained, explained_share
from marketfold.selection.outlook_check import OutlookCheck, check_outlook
from marketfold.selection.search import Candidate, FeatureSetSearch, search_feature_sets
from marketfold.selection.segmentation import Segmentation
from marketfold.selection.temporal_holdout import (
    FutureScore,
    TemporalHoldout,
    choose_cutoff,
    hold_out_future,
    revenue_from,
    score_on_future,
)

__all__ = [
    "ALL",
    "ERRORS_APART",
    "FEATURE_SETS",
    "REFITS",
    "WORSE_BY",
    "Candidate",
    "Choice",
    "Explained",
    "FeatureSetSearch",
    "Fits",
    "FutureScore",
    "Lead",
    "OutlookCheck",
    "Recipe",
    "ReducerComparison",
    "ReducerScore",
    "Segmentation",
    "Skipped",
    "TemporalHoldout",
    "WayMap",
    "check_outlook",
    "choose_cutoff",
    "choose_recipe",
    "compare_reducers",
    "explained_share",
    "feature_sets_of",
    "hold_out_future",
    "revenue_from",
    "score_on_future",
    "search_feature_sets",
    "select_features",
    "take_units",
]
