"""Choosing between feature sets, reductions and numbers of segments, with evidence that the choice did not see."""

from marketfold.selection.choice import Choice, Finding, choose_recipe
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
from marketfold.selection.feature_sets import ALL, FEATURE_SETS, feature_sets_of, select_features
from marketfold.selection.fits import Fits, Recipe
from marketfold.selection.foretelling import Explained, explained_share
from marketfold.selection.groups import GroupTest, choosing_half, seek_groups
from marketfold.selection.merging import check_merges, merge_alike, merge_segments
from marketfold.selection.null_shops import Null, NullClouds, NullKind, NullShops
from marketfold.selection.outlook_check import OutlookCheck, check_outlook
from marketfold.selection.population import EXPECTED_COLUMN, Population
from marketfold.selection.search import SEARCH_RESAMPLES, Candidate, FeatureSetSearch, search_feature_sets
from marketfold.selection.segmentation import Segmentation
from marketfold.selection.separated import SeekOptions
from marketfold.selection.settling import among, at_hand, settle, settle_population
from marketfold.selection.solutions import SHOWN_ROWS, Solution, other_solutions
from marketfold.selection.temporal_holdout import (
    FutureScore,
    TemporalHoldout,
    choose_cutoff,
    hold_out_future,
    revenue_from,
    score_on_future,
)
from marketfold.selection.trust import ASIDE_ROWS, FEWEST_ASIDE, SegmentTest, label_segments, repetition

__all__ = [
    "ALL",
    "ASIDE_ROWS",
    "ERRORS_APART",
    "EXPECTED_COLUMN",
    "FEATURE_SETS",
    "FEWEST_ASIDE",
    "REFITS",
    "SEARCH_RESAMPLES",
    "SHOWN_ROWS",
    "WORSE_BY",
    "Candidate",
    "Choice",
    "Explained",
    "FeatureSetSearch",
    "Finding",
    "Fits",
    "FutureScore",
    "GroupTest",
    "Lead",
    "Null",
    "NullClouds",
    "NullKind",
    "NullShops",
    "OutlookCheck",
    "Population",
    "Recipe",
    "ReducerComparison",
    "ReducerScore",
    "SeekOptions",
    "SegmentTest",
    "Segmentation",
    "Skipped",
    "Solution",
    "TemporalHoldout",
    "WayMap",
    "among",
    "at_hand",
    "check_merges",
    "check_outlook",
    "choose_cutoff",
    "choose_recipe",
    "choosing_half",
    "compare_reducers",
    "explained_share",
    "feature_sets_of",
    "hold_out_future",
    "label_segments",
    "merge_alike",
    "merge_segments",
    "other_solutions",
    "repetition",
    "revenue_from",
    "score_on_future",
    "search_feature_sets",
    "seek_groups",
    "select_features",
    "settle",
    "settle_population",
]
