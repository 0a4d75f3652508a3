"""Matrix to segments: the elbow, the chosen k with its evidence, K-means, stability."""

from __future__ import annotations

from marketfold.clustering.choice import Answer, KChoice, Strength, Witness, choose_k
from marketfold.clustering.elbow import ElbowCurve, Knee, find_knee, wcss_curve
from marketfold.clustering.kmeans import KMeansSegmenter
from marketfold.clustering.stability import SegmentStability, Stability, assess_stability, trust_of

__all__ = [
    "Answer",
    "ElbowCurve",
    "KChoice",
    "KMeansSegmenter",
    "Knee",
    "SegmentStability",
    "Stability",
    "Strength",
    "Witness",
    "assess_stability",
    "choose_k",
    "find_knee",
    "trust_of",
    "wcss_curve",
]
