"""The stations, in the order in which a person goes through them.

Those that are there before a project is are light. What the others take is loaded when the first project is opened.
"""

from functools import cache

from marketfold.studio.pages import Station
from marketfold.studio.stations.data import DATA
from marketfold.studio.stations.runs import RUNS

BEFORE_A_PROJECT = (DATA, RUNS)


@cache
def all_stations() -> tuple[Station, ...]:
    """Every station, loaded."""
    from marketfold.studio.stations.campaigns import CAMPAIGNS  # noqa: PLC0415
    from marketfold.studio.stations.cleaning import CLEANING  # noqa: PLC0415
    from marketfold.studio.stations.learn import LEARN, REPORT  # noqa: PLC0415
    from marketfold.studio.stations.result import RESULT  # noqa: PLC0415
    from marketfold.studio.stations.segments import SEGMENTS  # noqa: PLC0415

    return (DATA, CLEANING, SEGMENTS, CAMPAIGNS, RESULT, LEARN, REPORT, RUNS)
