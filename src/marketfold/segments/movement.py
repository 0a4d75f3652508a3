"""What happened between two runs: who moved, who came and went, what drifted, and whether the old model still fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from marketfold.segments.matching import shared_units
from marketfold.snapshot import Snapshot, check_comparable
from marketfold.thresholds import OUTSIDE_ALLOWED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

SOME_DRIFT, MUCH_DRIFT = 0.1, 0.25
"""Population stability index from which a population has shifted somewhat, and much (Siddiqi 2006)."""

BINS = 10
UNITS_PER_BIN = 20
"""With fewer units a bin the index is mostly chance; small runs get fewer bins."""

CHANCE = 0.95
"""An index below this quantile of what chance gives (Yurdakul 2018) is not called drift."""

OUTSIDE_SURE = 0.01
"""An old model no longer fits when more of the units than are allowed fit none of its segments, and that is more than
before at this level (Fisher's exact test)."""

DriftLevel = Literal["steady", "some drift", "much drift"]


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
        By Siddiqi's thresholds, and `steady` where chance explains it.
    earlier_median, later_median
        In the user's units.
    """

    feature: str
    index: float
    by_chance: float
    level: DriftLevel
    earlier_median: float
    later_median: float


@dataclass(frozen=True)
class ModelFit:
    """Whether the earlier run's model still fits: units beyond the reach of every segment, then and now, 0 to 1."""

    outside_then: float
    outside_now: float
    still_fits: bool


@dataclass(frozen=True)
class Movement:
    """What happened between two runs.

    Attributes
    ----------
    earlier_numbers, later_numbers, earlier_names, later_names
        Segments of either run, ascending, and their names.
    moves : int64, shape (n_earlier, n_later)
        Shared units by segment then and now.
    lost, new : int64, shape (n_earlier,) and (n_later,)
        Units that only the earlier run has, by their segment then; and only the later, by their segment now.
    drift
        One for each feature, most drift first.
    fit
        None where the earlier model's reach was not given.
    """

    earlier_numbers: tuple[int, ...]
    later_numbers: tuple[int, ...]
    earlier_names: tuple[str, ...]
    later_names: tuple[str, ...]
    moves: NDArray[np.int64]
    lost: NDArray[np.int64]
    new: NDArray[np.int64]
    drift: tuple[Drift, ...]
    fit: ModelFit | None = None

    @property
    def shared(self) -> int:
        """Units that both runs have."""
        return int(self.moves.sum())

    @property
    def stayed_share(self) -> float:
        """Share of the shared units whose segment number is the same, 0 to 1."""
        same = [(i, self.later_numbers.index(n)) for i, n in enumerate(self.earlier_numbers) if n in self.later_numbers]
        return float(sum(int(self.moves[i, j]) for i, j in same)) / self.shared if self.shared else 0.0


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
    by_chance = (1 / len(earlier) + 1 / len(later)) * float(stats.chi2.ppf(CHANCE, n - 1))
    return index, by_chance


def _fit(then: NDArray[np.bool_], now: NDArray[np.bool_]) -> ModelFit:
    counts = np.array([[now.sum(), (~now).sum()], [then.sum(), (~then).sum()]])
    more = float(stats.fisher_exact(counts, alternative="greater").pvalue) < OUTSIDE_SURE
    share = float(now.mean())
    return ModelFit(float(then.mean()), share, not (more and share > OUTSIDE_ALLOWED))


def compare_runs(
    earlier: Snapshot,
    later: Snapshot,
    *,
    outside_then: NDArray[np.bool_] | None = None,
    outside_now: NDArray[np.bool_] | None = None,
) -> Movement:
    """Set two runs of the same unit and features side by side; equal numbers mean the same group.

    Parameters
    ----------
    outside_then, outside_now
        Which units of the earlier, and of the later run, lie beyond the reach of every segment of the earlier model
        (`KMeansSegmenter.fits_none`).

    Raises
    ------
    ParameterError
        If the runs segment different units or have different features.

    Examples
    --------
    >>> before = Snapshot("customer", np.array(["a", "b", "c"]), np.array([1, 1, 2]), {1: "Friends", 2: "Guests"})
    >>> after = Snapshot("customer", np.array(["a", "b", "d"]), np.array([1, 2, 2]), {1: "Friends", 2: "Guests"})
    >>> movement = compare_runs(before, after)
    >>> movement.moves.tolist(), movement.lost.tolist(), movement.new.tolist()
    ([[1, 1], [0, 0]], [0, 1], [0, 1])
    """
    check_comparable(earlier, later, features=True)
    moves = shared_units(earlier, later)
    then, now = ((run.numbers[:, None] == run.segment_numbers).sum(axis=0) for run in (earlier, later))
    return Movement(
        earlier_numbers=earlier.segment_numbers,
        later_numbers=later.segment_numbers,
        earlier_names=tuple(map(earlier.name, earlier.segment_numbers)),
        later_names=tuple(map(later.name, later.segment_numbers)),
        moves=moves,
        lost=then - moves.sum(axis=1),
        new=now - moves.sum(axis=0),
        drift=_drifts(earlier, later),
        fit=_fit(outside_then, outside_now) if outside_then is not None and outside_now is not None else None,
    )


def _drifts(earlier: Snapshot, later: Snapshot) -> tuple[Drift, ...]:
    """Drift of every feature, most first; nothing where a run did not keep its values."""
    if earlier.values is None or later.values is None:
        return ()
    found = []
    for name in earlier.features:
        old, new = earlier.shown(name), later.shown(name)
        if not len(old) or not len(new):
            continue
        index, by_chance = population_stability(old, new)
        level: DriftLevel = "much drift" if index >= MUCH_DRIFT else "some drift"
        level = level if index > by_chance and index >= SOME_DRIFT else "steady"
        found.append(Drift(name, index, by_chance, level, float(np.median(old)), float(np.median(new))))
    return tuple(sorted(found, key=lambda drift: -drift.index))
