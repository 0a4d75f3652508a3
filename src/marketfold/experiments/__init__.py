"""Experiments: whom not to reach, what those reached did against those held out, and what may be concluded from it."""

from marketfold.experiments.assignment import assign_arms
from marketfold.experiments.checks import Check
from marketfold.experiments.design import (
    MOST_SHARE,
    Experiment,
    Holdout,
    SegmentDesign,
    as_assigned,
    detectable_lift,
    plan_holdout,
    plan_tenth,
)
from marketfold.experiments.effects import Effect
from marketfold.experiments.later_customers import Coverage
from marketfold.experiments.measuring import (
    Gain,
    Measurement,
    MeasuringOptions,
    SegmentResult,
    compare_arms,
    measure_campaigns,
)
from marketfold.experiments.outcomes import Baseline, Outcomes, Primary, read_baselines, read_outcomes

__all__ = [
    "MOST_SHARE",
    "Baseline",
    "Check",
    "Coverage",
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
    "plan_tenth",
    "read_baselines",
    "read_outcomes",
]
