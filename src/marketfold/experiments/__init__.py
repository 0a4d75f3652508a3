"""Experiments: whom not to reach, what those reached did against those held out, and what may be concluded from it."""

from marketfold.experiments.assignment import assign_arms
from marketfold.experiments.baselines import Baseline, Primary, read_baselines
from marketfold.experiments.checks import Check
from marketfold.experiments.design import MOST_SHARE, Experiment, Holdout, SegmentDesign, as_assigned, plan_holdout
from marketfold.experiments.effects import Effect
from marketfold.experiments.measuring import MeasuringOptions, compare_arms, measure_campaigns
from marketfold.experiments.outcomes import Outcomes, read_outcomes
from marketfold.experiments.power import detectable_lift
from marketfold.experiments.results import Gain, Measurement, SegmentResult

__all__ = [
    "MOST_SHARE",
    "Baseline",
    "Check",
    "Effect",
    "Experiment",
    "Gain",
    "Holdout",
    "Measurement",
    "MeasuringOptions",
    "Outcomes",
    "Primary",
    "SegmentDesign",
    "SegmentResult",
    "as_assigned",
    "assign_arms",
    "compare_arms",
    "detectable_lift",
    "measure_campaigns",
    "plan_holdout",
    "read_baselines",
    "read_outcomes",
]
