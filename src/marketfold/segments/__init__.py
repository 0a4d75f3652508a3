"""What each segment is, what it is called, whether a trap made it, and how it moves from run to run."""

from marketfold.segments.confidence import confidence
from marketfold.segments.described import Described
from marketfold.segments.matching import Match, match_segments
from marketfold.segments.movement import Drift, Fit, Movement, compare_runs, population_stability
from marketfold.segments.names import name_segments
from marketfold.segments.owners import columns_of_lines, customers_of_units
from marketfold.segments.profiles import SegmentProfile, own_distances, profile_segments, segment_centers
from marketfold.segments.publishing import hide_small_cells
from marketfold.segments.rules import Condition, Rule, find_rule, meets
from marketfold.segments.stand_outs import StandOut
from marketfold.segments.trap import Trap
from marketfold.segments.traps import find_traps
from marketfold.segments.usual_way import ColumnRule, UsualClusters, UsualWay, cluster_the_usual_way
from marketfold.snapshot import Snapshot

__all__ = [
    "ColumnRule",
    "Condition",
    "Described",
    "Drift",
    "Fit",
    "Match",
    "Movement",
    "Rule",
    "SegmentProfile",
    "Snapshot",
    "StandOut",
    "Trap",
    "UsualClusters",
    "UsualWay",
    "cluster_the_usual_way",
    "columns_of_lines",
    "compare_runs",
    "confidence",
    "customers_of_units",
    "find_rule",
    "find_traps",
    "hide_small_cells",
    "match_segments",
    "meets",
    "name_segments",
    "own_distances",
    "population_stability",
    "profile_segments",
    "segment_centers",
]
