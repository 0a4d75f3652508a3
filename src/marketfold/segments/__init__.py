"""What each segment is, what it is called, and how it moves from run to run."""

from marketfold.segments.described import Described
from marketfold.segments.distinguishing_features import DistinguishingFeature, most_telling
from marketfold.segments.drift import MUCH_DRIFT, SOME_DRIFT, Drift, population_stability
from marketfold.segments.journeys import EVENTS, Event, Journeys, MoneyBasis, SegmentMoney, follow
from marketfold.segments.matching import SegmentMatch, match_segments
from marketfold.segments.movement import ModelFit, Movement, compare_runs, model_fit
from marketfold.segments.names import name_segments, number_and_name
from marketfold.segments.phrases import Large, difference_text, phrase_of
from marketfold.segments.profiles import SegmentProfile, SegmentTraits, find_traits, profile_segments
from marketfold.segments.refit import RefitAdvice, RefitReason, advise_refit
from marketfold.segments.rules import Bound, SegmentRule, find_rule, meets

__all__ = [
    "EVENTS",
    "MUCH_DRIFT",
    "SOME_DRIFT",
    "Bound",
    "Described",
    "DistinguishingFeature",
    "Drift",
    "Event",
    "Journeys",
    "Large",
    "ModelFit",
    "MoneyBasis",
    "Movement",
    "RefitAdvice",
    "RefitReason",
    "SegmentMatch",
    "SegmentMoney",
    "SegmentProfile",
    "SegmentRule",
    "SegmentTraits",
    "advise_refit",
    "compare_runs",
    "difference_text",
    "find_rule",
    "find_traits",
    "follow",
    "match_segments",
    "meets",
    "model_fit",
    "most_telling",
    "name_segments",
    "number_and_name",
    "phrase_of",
    "population_stability",
    "profile_segments",
]
