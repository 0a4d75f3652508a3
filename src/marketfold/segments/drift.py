"""What has shifted between two runs, beyond what time alone moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

if TYPE_CHECKING:
    from marketfold.schema import Float64
    from marketfold.snapshot import Snapshot

SOME_DRIFT, MUCH_DRIFT = 0.1, 0.25
"""Population stability index from which a population has shifted somewhat, and much (Siddiqi 2006)."""

BINS = 10
UNITS_PER_BIN = 20
"""With fewer units a bin the index is mostly chance; small runs get fewer bins."""

CHANCE = 0.95
"""An index below this quantile of what chance gives (Yurdakul 2018) is not called drift."""

COUNTED_TO_THE_DAY = frozenset({"recency_days", "tenure_days", "gap_mean_days", "trend"})
"""Measured up to the day on which a run looks back: of who does nothing they move with every day that passes. The mean
gap is among them, as it is the tenure of whoever ordered once; and the trend, as the middle of its time moves on."""
ADDED_UP = ("_total", "_count", "_breadth")
"""Ends of the names of what is added up over a customer's whole time: it can only grow while the orders go on."""
OF_THE_CALENDAR = ("quarter_", "expected_", "alive_")
"""Beginnings of the names of what depends on which months the orders hold, or on the days above."""

DriftLevel = Literal["steady", "some drift", "much drift", "ages"]


@dataclass(frozen=True)
class Drift:
    """How far one feature has shifted.

    Attributes
    ----------
    index
        Population stability index over the deciles of the earlier run.
    by_chance
        What the index would be exceeded by in 5 of 100 cases if nothing had changed.
    level
        By Siddiqi's thresholds, and `steady` where chance explains it; `ages` where time alone moves the feature, so
        that the index says nothing.
    earlier_median, later_median
        In the user's units.
    """

    feature: str
    index: float
    by_chance: float
    level: DriftLevel
    earlier_median: float
    later_median: float


def ages(feature: str) -> bool:
    """Whether a feature moves by construction when days pass between two runs.

    >>> ages("tenure_days"), ages("order_count"), ages("quarter_3_share"), ages("basket_mean")
    (True, True, True, False)
    """
    return feature in COUNTED_TO_THE_DAY or feature.endswith(ADDED_UP) or feature.startswith(OF_THE_CALENDAR)


def population_stability(earlier: Float64, later: Float64) -> tuple[float, float]:
    """Population stability index of one feature, and the index that chance exceeds in 5 of 100 cases.

    sum((q - p) * ln(q / p)) over the deciles of the earlier values, p and q being the shares of either run; half a unit
    is added to each bin, so that an empty one does not make it infinite. Without change the index is distributed as
    (1/n + 1/m) times a chi-squared variable of one degree less than there are bins (Yurdakul 2018).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = rng.normal(size=2_000)
    >>> index, by_chance = population_stability(before, before + 1)
    >>> index > 0.25 > by_chance
    True
    """
    n_bins = int(np.clip(min(len(earlier), len(later)) // UNITS_PER_BIN, 2, BINS))
    edges = np.unique(np.quantile(earlier, np.linspace(0, 1, n_bins + 1)[1:-1]))
    # an edge belongs to the bin below it, so that a value that many share (one order) stays in one bin
    n = len(edges) + 1
    counts = (np.bincount(np.searchsorted(edges, run), minlength=n) + 0.5 for run in (earlier, later))
    p, q = (count / count.sum() for count in counts)
    index = float(((q - p) * np.log(q / p)).sum())
    by_chance = (1 / len(earlier) + 1 / len(later)) * float(scipy.stats.chi2.ppf(CHANCE, n - 1))
    return index, by_chance


def find_drift(earlier: Snapshot, later: Snapshot) -> tuple[Drift, ...]:
    """Drift of every feature, most first, those that time moves last; nothing where a run did not keep its values."""
    if earlier.values is None or later.values is None:
        return ()
    time_passed = earlier.as_of != later.as_of
    found = []
    for name in earlier.features:
        old, new = earlier.shown(name), later.shown(name)
        if not len(old) or not len(new):
            continue
        index, by_chance = population_stability(old, new)
        level: DriftLevel = "much drift" if index >= MUCH_DRIFT else "some drift"
        level = level if index > by_chance and index >= SOME_DRIFT else "steady"
        level = "ages" if time_passed and ages(name) else level
        found.append(Drift(name, index, by_chance, level, float(np.median(old)), float(np.median(new))))
    return tuple(sorted(found, key=lambda drift: (drift.level == "ages", -drift.index)))
