"""Choosing between feature sets, reductions and numbers of segments, with evidence that the choice did not see."""

from marketfold.selection.choice import Choice, Finding, choose_recipe
from marketfold.selection.compare import WORSE_BY, ReducerComparison, ReducerScore, Skipped, compare_reducers, worth
from marketfold.selection.feature_sets import ALL, FEATURE_SETS, feature_sets_of, select_features, take_units
from marketfold.selection.fits import Fits, Recipe
from marketfold.selection.groups import GroupTest, SeekOptions, choosing_half, seek_groups
from marketfold.selection.null_shops import Null, NullClouds, NullKind, NullShops
from marketfold.selection.search import Candidate, FeatureSetSearch, search_feature_sets
from marketfold.selection.segmentation import Segmentation
from marketfold.selection.solutions import Solution, other_solutions
from marketfold.selection.temporal_holdout import (
    FutureScore,
    TemporalHoldout,
    choose_cutoff,
    explained_share,
    hold_out_future,
    revenue_from,
    score_on_future,
)
from marketfold.selection.trust import SegmentTest, label_segments, repetition

__all__ = [
    "ALL",
    "FEATURE_SETS",
    "WORSE_BY",
    "Candidate",
    "Choice",
    "FeatureSetSearch",
    "Finding",
    "Fits",
    "FutureScore",
    "GroupTest",
    "Null",
    "NullClouds",
    "NullKind",
    "NullShops",
    "Recipe",
    "ReducerComparison",
    "ReducerScore",
    "SeekOptions",
    "SegmentTest",
    "Segmentation",
    "Skipped",
    "Solution",
    "TemporalHoldout",
    "choose_cutoff",
    "choose_recipe",
    "choosing_half",
    "compare_reducers",
    "explained_share",
    "feature_sets_of",
    "hold_out_future",
    "label_segments",
    "other_solutions",
    "repetition",
    "revenue_from",
    "score_on_future",
    "search_feature_sets",
    "seek_groups",
    "select_features",
    "take_units",
    "worth",
]
