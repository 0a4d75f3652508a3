"""How a segment spreads over the columns that describe units and shape nothing: country, territory and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import scipy

from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.schema import Labels

    Counted = tuple[list[str], NDArray[np.int64]]

MIN_SUPPORT = 5
"""Units of a segment that must share a value before it is said to stand out: the usual least count of a cell."""

NOTABLE_LIFT = 1.5
SHOWN_VALUES = 8


@dataclass(frozen=True)
class Described:
    """One value of a describing column within a segment.

    Attributes
    ----------
    share, everyone_share
        Of the segment's units and of all units, 0 to 1.
    notable
        Whether it is over-represented: enough units, a lift of at least `NOTABLE_LIFT`, and unlikely by chance
        (hypergeometric, corrected over all values, columns and segments).
    """

    value: str
    share: float
    everyone_share: float
    units: int = 0
    notable: bool = False

    @property
    def lift(self) -> float:
        """How many times as common as among everybody."""
        return self.share / self.everyone_share if self.everyone_share else 0.0


def _counts(column: NDArray[np.object_], labels: Labels, n_segments: int) -> Counted:
    """Values in order of first appearance, and how many units of each segment have each; empty cells are left out."""
    encoded = pa.array(column, type=pa.string(), from_pandas=True).dictionary_encode()
    values: list[str] = encoded.dictionary.to_pylist()
    codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    known = codes >= 0
    cells = labels[known].astype(np.int64) * len(values) + codes[known]
    counted = np.bincount(cells, minlength=n_segments * len(values))
    return values, counted.reshape(n_segments, len(values)).astype(np.int64)


def describe(
    described: Mapping[str, NDArray[np.object_]], labels: Labels, n_segments: int
) -> tuple[dict[str, tuple[Described, ...]], ...]:
    """For each segment and column the values that matter, as `describe_counts`.

    `described` are text columns of shape (n_units,), None being an empty cell; `labels` count from 0.

    Examples
    --------
    >>> columns = {"country": np.array(["FR", "FR", "US", "US"], dtype=object)}
    >>> first, second = describe(columns, np.array([0, 0, 0, 1], dtype=np.int32), 2)
    >>> [(cell.value, round(cell.share, 2), cell.everyone_share) for cell in first["country"]]
    [('FR', 0.67, 0.5), ('US', 0.33, 0.5)]
    """
    counted = {name: _counts(column, labels, n_segments) for name, column in described.items()}
    return describe_counts(counted, np.bincount(labels, minlength=n_segments))


def describe_counts(
    counted: Mapping[str, Counted], sizes: NDArray[np.int64]
) -> tuple[dict[str, tuple[Described, ...]], ...]:
    """For each segment and column the values that matter: the most common ones and every notable one.

    `counted` has the values of each column, and how many of the `sizes` units of each segment have each.
    """
    n_segments = len(sizes)
    found: tuple[dict[str, tuple[Described, ...]], ...]
    found = tuple(dict.fromkeys(counted, ()) for _ in range(n_segments))
    tables = list(counted.values())
    counts = np.hstack([np.zeros((n_segments, 0), dtype=np.int64), *(counts for _, counts in tables)])
    if not counts.size:
        return found
    n_units, totals = int(sizes.sum()), counts.sum(axis=0)
    chance = np.clip(scipy.stats.hypergeom.sf(counts - 1, n_units, totals, sizes[:, None]), 0, 1)
    unlikely = scipy.stats.false_discovery_control(chance, axis=None).reshape(counts.shape) < SIGNIFICANCE
    shares, everyone = counts / np.maximum(sizes[:, None], 1), totals / n_units
    notable = (counts >= MIN_SUPPORT) & (shares / everyone >= NOTABLE_LIFT) & unlikely
    values = [value for known, _ in tables for value in known]
    ends = np.cumsum([len(known) for known, _ in tables])
    for name, places in zip(counted, np.split(np.arange(len(values)), ends[:-1]), strict=True):
        for s in range(n_segments):
            common = sorted(places[counts[s, places] > 0], key=lambda v: (-counts[s, v], values[v]))
            shown = [v for rank, v in enumerate(common) if rank < SHOWN_VALUES or notable[s, v]]
            found[s][name] = tuple(
                Described(values[v], float(shares[s, v]), float(everyone[v]), int(counts[s, v]), bool(notable[s, v]))
                for v in shown
            )
    return found
