"""Choosing between views, reductions and numbers of segments, with evidence that the choice did not see."""

from marketfold.selection.choice import Choice, choose_recipe
from marketfold.selection.compare import ReducerComparison, ReducerScore, Skipped, compare_reducers
from marketfold.selection.future import (
    FutureScore,
    LookAhead,
    choose_cut,
    explained_share,
    leaking_features,
    look_ahead,
    revenue_from,
    score_on_future,
)
from marketfold.selection.recipe import Recipe, Segmented
from marketfold.selection.search import Candidate, ViewSearch, search_views, try_recipe
from marketfold.selection.views import VIEWS, NamedView, select_view, views_of

__all__ = [
    "VIEWS",
    "Candidate",
    "Choice",
    "FutureScore",
    "LookAhead",
    "NamedView",
    "Recipe",
    "ReducerComparison",
    "ReducerScore",
    "Segmented",
    "Skipped",
    "ViewSearch",
    "choose_cut",
    "choose_recipe",
    "compare_reducers",
    "explained_share",
    "leaking_features",
    "look_ahead",
    "revenue_from",
    "score_on_future",
    "search_views",
    "select_view",
    "try_recipe",
    "views_of",
]
