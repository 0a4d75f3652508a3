"""Who came back, segment by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.campaigns import LEAST_CUSTOMERS
from marketfold.figures import returning_figures
from marketfold.page import FigureGrid, Fold, Prose, figure_part
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def returning_part(analysis: Analysis) -> Fold | None:
    """Cohorts of each segment; None for units that are no customers, or where no cohort is large enough."""
    returning = analysis.plan.cohorts
    if returning is None:
        return None
    names = {profile.number: profile.name for profile in analysis.segments.profiles}
    figures = returning_figures(returning, names)
    if not figures:
        return None
    unit = returning.of_segments[0].unit
    told = {"unit": unit, "least": LEAST_CUSTOMERS, "ends_on": returning.ends_on}
    codes = {"how": True, "in part": not returning.whole, "made so": True, "too small": len(figures) < len(names)}
    teaching = (say("teaching", "cohorts", **told),)
    parts = [
        figure_part(key, figure, teaching=teaching if place == 0 else ())
        for place, (key, figure) in enumerate(figures.items())
    ]
    lead = " ".join(say("returning", code, **told) for code, holds in codes.items() if holds)
    return Fold(say("returning", "title", **told), (Prose((lead,)), FigureGrid(tuple(parts))))
