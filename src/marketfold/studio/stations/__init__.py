"""The stations, in the order in which a person goes through them."""

from marketfold.studio.pages import Station
from marketfold.studio.stations.campaigns import CAMPAIGNS
from marketfold.studio.stations.cleaning import CLEANING
from marketfold.studio.stations.data import DATA
from marketfold.studio.stations.learn import LEARN, REPORT
from marketfold.studio.stations.result import RESULT
from marketfold.studio.stations.runs import RUNS
from marketfold.studio.stations.segments import SEGMENTS

STATIONS: tuple[Station, ...] = (DATA, CLEANING, SEGMENTS, CAMPAIGNS, RESULT, LEARN, REPORT, RUNS)
