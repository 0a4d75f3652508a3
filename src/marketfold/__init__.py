"""Turns order lines into customer segments you can trust, and segments into campaigns you can measure.

Every name below is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketfold.campaigns import export_audiences, plan_campaigns
    from marketfold.cleaning import clean_orders
    from marketfold.clustering import KMeansSegmenter, assess_stability, choose_k
    from marketfold.config import RunConfig
    from marketfold.demo import make_shop
    from marketfold.exploration import explore
    from marketfold.features import build_features, build_matrix, split_at
    from marketfold.measure import measure_campaigns
    from marketfold.model import SegmentModel
    from marketfold.orders import read_orders
    from marketfold.pipeline import Analysis, segment_market
    from marketfold.reduction import (
        AutoencoderReducer,
        NoReducer,
        PCAReducer,
        TiedAutoencoderReducer,
        TrainingSettings,
        assess_suitability,
    )
    from marketfold.report import write_report
    from marketfold.runs import Run, score_orders, write_run
    from marketfold.segments import find_traps, match_segments, name_segments, profile_segments
    from marketfold.selection import choose_recipe, compare_reducers, score_on_future, search_views

__version__ = "0.1.0"

_HOMES = {
    "campaigns": ("export_audiences", "plan_campaigns"),
    "cleaning": ("clean_orders",),
    "clustering": ("KMeansSegmenter", "assess_stability", "choose_k"),
    "config": ("RunConfig",),
    "demo": ("make_shop",),
    "exploration": ("explore",),
    "features": ("build_features", "build_matrix", "split_at"),
    "measure": ("measure_campaigns",),
    "model": ("SegmentModel",),
    "orders": ("read_orders",),
    "pipeline": ("Analysis", "segment_market"),
    "reduction": (
        "AutoencoderReducer",
        "NoReducer",
        "PCAReducer",
        "TiedAutoencoderReducer",
        "TrainingSettings",
        "assess_suitability",
    ),
    "report": ("write_report",),
    "runs": ("Run", "score_orders", "write_run"),
    "segments": ("find_traps", "match_segments", "name_segments", "profile_segments"),
    "selection": ("choose_recipe", "compare_reducers", "score_on_future", "search_views"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Analysis",
    "AutoencoderReducer",
    "KMeansSegmenter",
    "NoReducer",
    "PCAReducer",
    "Run",
    "RunConfig",
    "SegmentModel",
    "TiedAutoencoderReducer",
    "TrainingSettings",
    "assess_stability",
    "assess_suitability",
    "build_features",
    "build_matrix",
    "choose_k",
    "choose_recipe",
    "clean_orders",
    "compare_reducers",
    "explore",
    "export_audiences",
    "find_traps",
    "make_shop",
    "match_segments",
    "measure_campaigns",
    "name_segments",
    "plan_campaigns",
    "profile_segments",
    "read_orders",
    "score_on_future",
    "score_orders",
    "search_views",
    "segment_market",
    "split_at",
    "write_report",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'marketfold' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"marketfold.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
