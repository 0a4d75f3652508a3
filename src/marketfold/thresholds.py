"""Thresholds that more than one stage goes by, each with its source."""

from __future__ import annotations

STABLE, HIGHLY_STABLE = 0.75, 0.85
"""Mean Jaccard of a segment over resamples: from 0.75 it comes out again, from 0.85 surely (Hennig 2007; clusterboot in
R's package fpc)."""

FEWEST_SEGMENTS = 3
"""Two groups only say "more" and "less"; plans begin with three."""

LEAST_ASKED = 2
"""Segments that somebody may ask for all the same."""

FEWEST_MEMBERS = 5
"""Units of a group below which nothing is said of it: the fewest expected in a cell of a table (Cochran 1954)."""

SMALLEST_SHARE = 0.02
"""Of all customers, in a segment that is sought or searched for: fewer are not worth a campaign of their own."""

ALPHA = 0.05
"""Chance of calling an effect that is none, over all segments of a run together (two-sided)."""

SIGNIFICANCE = 0.05
"""Level of one test, or rate of false discoveries among many (Benjamini and Hochberg 1995), that is accepted."""

OUTSIDE_ALLOWED = 0.05
"""Share of units that may fit no segment of an older model; its own run leaves 1 % beyond every segment's reach."""

MEASURED_SHARE = 0.1
"""Share of all units, or of a segment, of which something must be measured before it is told of them."""

SEASON_DAYS = 730
"""Nothing is told of a season before each month was seen at least twice."""

POWER = 0.8
"""Chance of seeing an effect that is as large as the smallest that matters (Cohen 1988)."""

FEW_LINES = 20_000
"""Of a source: so many are kept on the way and compared with each other at once. To tell every question all that made
the lines, or to find out first which of them need a closer look, costs more than it saves."""
