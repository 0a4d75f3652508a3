"""Order lines in numbers, and the findings that a person should read first."""

from marketfold.exploration.counts import Counts, Missing
from marketfold.exploration.customers import (
    MOST,
    Cohorts,
    Concentration,
    InterPurchaseTimes,
    Periods,
    Repeats,
    first_and_later,
)
from marketfold.exploration.dependence import Dependence
from marketfold.exploration.distributions import REST, Discounts, Distribution, nice_step
from marketfold.exploration.findings import Finding, anchor
from marketfold.exploration.geography import Geography, places
from marketfold.exploration.over_time import Calendar, OverTime
from marketfold.exploration.relations import Correlations, LineSample
from marketfold.exploration.summary import Exploration, Lines, explore

__all__ = [
    "MOST",
    "REST",
    "Calendar",
    "Cohorts",
    "Concentration",
    "Correlations",
    "Counts",
    "Dependence",
    "Discounts",
    "Distribution",
    "Exploration",
    "Finding",
    "Geography",
    "InterPurchaseTimes",
    "LineSample",
    "Lines",
    "Missing",
    "OverTime",
    "Periods",
    "Repeats",
    "anchor",
    "explore",
    "first_and_later",
    "nice_step",
    "places",
]
