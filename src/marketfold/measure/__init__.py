"""Measuring campaigns: what those reached did against those held out, and what may be concluded from it."""

from marketfold.measure.effects import Effect, basket_effect, cuped, mean_effect
from marketfold.measure.measuring import Measurement, SegmentResult, compare_arms, measure_campaigns
from marketfold.measure.outcomes import Outcomes, read_outcomes
from marketfold.measure.page import measurement_figures, measurement_page, write_measurement

__all__ = [
    "Effect",
    "Measurement",
    "Outcomes",
    "SegmentResult",
    "basket_effect",
    "compare_arms",
    "cuped",
    "mean_effect",
    "measure_campaigns",
    "measurement_figures",
    "measurement_page",
    "read_outcomes",
    "write_measurement",
]
