"""Matrix to segments: the elbow, the chosen k with its evidence, K-means, stability."""

from __future__ import annotations

from marketfold.clustering.across import AcrossSolutions, across_solutions, split_and_merge
from marketfold.clustering.choice import JUDGED_ROWS, STABILITY_ROWS, KChoice, choose_k
from marketfold.clustering.decision import SURE, UNITS_PER_FEATURE, Answer, Strength
from marketfold.clustering.elbow import ElbowCurve, Knee, find_knee
from marketfold.clustering.fitting import centers_each, quiet_fits
from marketfold.clustering.kmeans import REACH_SLACK, CenterSums, KMeansSegmenter, nearest_centers, sums_by
from marketfold.clustering.merging import places_alike
from marketfold.clustering.null_references import Gap, cloud
from marketfold.clustering.own import OwnSegmenter, make_segmenter
from marketfold.clustering.separation import JOINED_ROWS, discriminant_valleys, separations, ward_centers
from marketfold.clustering.stability import SegmentStability, Stability, assess_stability, trust_of
from marketfold.clustering.validity import (
    ValidityIndex,
    adjusted_rand,
    cross_table,
    jaccards,
    nearest,
    solutions_anew,
)

__all__ = [
    "JOINED_ROWS",
    "JUDGED_ROWS",
    "REACH_SLACK",
    "STABILITY_ROWS",
    "SURE",
    "UNITS_PER_FEATURE",
    "AcrossSolutions",
    "Answer",
    "CenterSums",
    "ElbowCurve",
    "Gap",
    "KChoice",
    "KMeansSegmenter",
    "Knee",
    "OwnSegmenter",
    "SegmentStability",
    "Stability",
    "Strength",
    "ValidityIndex",
    "across_solutions",
    "adjusted_rand",
    "assess_stability",
    "centers_each",
    "choose_k",
    "cloud",
    "cross_table",
    "discriminant_valleys",
    "find_knee",
    "jaccards",
    "make_segmenter",
    "nearest",
    "nearest_centers",
    "places_alike",
    "quiet_fits",
    "separations",
    "solutions_anew",
    "split_and_merge",
    "sums_by",
    "trust_of",
    "ward_centers",
]
