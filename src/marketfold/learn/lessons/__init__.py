"""The lessons, in the order in which they are read."""

from marketfold.learn.lessons.kmeans import KMEANS
from marketfold.learn.lessons.why import WHY

LESSONS = (WHY, KMEANS)
"""To add one: its module, its texts, its program, its template and its script, and a place here."""
