"""What each segment is, what it is called, whether a trap made it, and how it moves from run to run."""

from marketfold.segments.described import Described
from marketfold.segments.names import name_segments
from marketfold.segments.profiles import SegmentProfile, own_distances, profile_segments, segment_centers
from marketfold.segments.rules import Condition, Rule, find_rule, meets
from marketfold.segments.stand_outs import StandOut
from marketfold.segments.trap import Trap
from marketfold.segments.traps import find_traps

__all__ = [
    "Condition",
    "Described",
    "Rule",
    "SegmentProfile",
    "StandOut",
    "Trap",
    "find_rule",
    "find_traps",
    "meets",
    "name_segments",
    "own_distances",
    "profile_segments",
    "segment_centers",
]
