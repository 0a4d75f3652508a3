"""Who came back, segment by segment: small figures on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.campaigns import LEAST_CUSTOMERS
from marketfold.figures.exploration_customers import cohort_names
from marketfold.figures.theme import MUTED, add_share_cells, new_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.campaigns import SegmentCohorts
    from marketfold.exploration import Cohorts
    from marketfold.schema import Float64

ROW, BESIDE = 24, 130


def _shown(cohorts: Cohorts) -> Float64:
    """Shares of the cohorts that are large enough; NaN elsewhere."""
    large = (cohorts.sizes >= LEAST_CUSTOMERS)[:, None]
    return np.where(large, cohorts.retention, np.nan)[:, 1:]


def returning_figures(returning: SegmentCohorts, names: dict[int, str]) -> dict[str, go.Figure]:
    """One figure for each segment that has a cohort large enough, by its anchor; names by numbers, as the labels go."""
    drawn = dict(zip(names.items(), returning.of_segments, strict=True))
    drawn = {about: one for about, one in drawn.items() if np.isfinite(_shown(one)).any()}
    high = max((float(np.nanmax(_shown(one))) for one in drawn.values()), default=0.0)
    return {
        f"returning-{number}": _segment_figure(cohorts, f"{number}. {name}", max(high, 0.01))
        for (number, name), cohorts in drawn.items()
    }


def _segment_figure(cohorts: Cohorts, name: str, high: float) -> go.Figure:
    rows = np.flatnonzero(cohorts.sizes > 0)
    rows = rows[rows < len(cohorts.sizes) - 1]  # who came in the last period cannot have come later
    shares, unit = _shown(cohorts)[rows], cohorts.unit
    sizes = [words.count(size) for size in cohorts.sizes[rows]]
    labels = [f"{cohort_names(cohorts)[row]} ({size})" for row, size in zip(rows, sizes, strict=True)]
    heard = "; ".join(
        f"{label}: {words.share(own[0])}" for label, own in zip(labels, shares, strict=True) if np.isfinite(own[0])
    )
    figure = new_figure(
        name,
        subtitle=f"Share that ordered n {unit}s after the first",
        alt=f"{name}: share that ordered in the {unit} after the first order, by its {unit}: {heard or 'none'}.",
        height=BESIDE + ROW * len(rows),
    )
    later = np.arange(1, shares.shape[1] + 1)
    hover = f"<b>%{{y}}</b><br>%{{x}} {unit}s later: %{{z:.0%}} ordered<extra></extra>"
    add_share_cells(figure, shares, later, labels, high, hovertemplate=hover)
    small = np.argwhere((cohorts.active[rows, 1:] >= 0) & np.isnan(shares))
    figure.add_scatter(
        x=later[small[:, 1]], y=[labels[row] for row in small[:, 0]], text=["\u2013"] * len(small), mode="text",
        textfont={"color": MUTED}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=labels)
    ends = [0.5, shares.shape[1] + 0.5]
    return figure.update_xaxes(title={"text": f"{unit}s after the first order"}, dtick=1, range=ends)
