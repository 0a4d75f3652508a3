"""Order lines in numbers, and the findings that a person should read first."""

from marketfold.exploration.caps import Cap
from marketfold.exploration.cohorts import Cohorts
from marketfold.exploration.concentration import MOST, Concentration, Repeats
from marketfold.exploration.counts import Calendar, Counts
from marketfold.exploration.dependence import Dependence
from marketfold.exploration.discounts import Discounts
from marketfold.exploration.distributions import REST, Distribution, nice_step
from marketfold.exploration.findings import anchor
from marketfold.exploration.geography import Geography, places
from marketfold.exploration.inter_purchase_times import InterPurchaseTimes
from marketfold.exploration.missing import Missing
from marketfold.exploration.over_time import OverTime, Peak, YearOnYear
from marketfold.exploration.records import Exploration, Finding, Lines
from marketfold.exploration.relations import Correlations, Cuts, Follows, LineSample
from marketfold.exploration.summary import explore

__all__ = [
    "MOST",
    "REST",
    "Calendar",
    "Cap",
    "Cohorts",
    "Concentration",
    "Correlations",
    "Counts",
    "Cuts",
    "Dependence",
    "Discounts",
    "Distribution",
    "Exploration",
    "Finding",
    "Follows",
    "Geography",
    "InterPurchaseTimes",
    "LineSample",
    "Lines",
    "Missing",
    "OverTime",
    "Peak",
    "Repeats",
    "YearOnYear",
    "anchor",
    "explore",
    "nice_step",
    "places",
]
