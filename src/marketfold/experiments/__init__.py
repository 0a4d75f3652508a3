"""Experiments: whom not to reach, what those reached did against those held out, and what may be concluded from it."""

from marketfold.experiments.assignment import assign_arms
from marketfold.experiments.checks import Check
from marketfold.experiments.design import (
    MOST_SHARE,
    Experiment,
    Holdout,
    SegmentDesign,
    as_assigned,
    judged_together,
    plan_holdout,
    plan_tenth,
)
from marketfold.experiments.effects import Effect, Raw
from marketfold.experiments.later_customers import Coverage
from marketfold.experiments.lift_tests import lift_tests
from marketfold.experiments.measuring import MeasuringOptions, compare_arms, measure_campaigns
from marketfold.experiments.outcomes import Baseline, Outcomes, Primary, SeasonSeen, read_baselines, read_outcomes
from marketfold.experiments.payback import Payback
from marketfold.experiments.power import LEAST_EXPECTED, detectable_lift
from marketfold.experiments.results import Gain, Measurement, SegmentResult

__all__ = [
    "LEAST_EXPECTED",
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
    "Payback",
    "Primary",
    "Raw",
    "SeasonSeen",
    "SegmentDesign",
    "SegmentResult",
    "as_assigned",
    "assign_arms",
    "compare_arms",
    "detectable_lift",
    "judged_together",
    "lift_tests",
    "measure_campaigns",
    "plan_holdout",
    "plan_tenth",
    "read_baselines",
    "read_outcomes",
]
