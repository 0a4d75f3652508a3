"""The same group keeps its number and its name from run to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from marketfold.clustering import cross_table, jaccards
from marketfold.segments.name_words import meaning, other_than
from marketfold.snapshot import Snapshot, check_comparable

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from marketfold.schema import Float64

SAME_GROUP = 0.5
"""Similarity from which two groups are the same. For members it is the Jaccard index at or below which Hennig (2008)
calls a cluster dissolved; for centres it means nearer to the old centre than to halfway towards its next neighbour."""

FEWEST_SHARED = 20
LEAST_SHARED = 0.1
"""Members decide when the runs share at least 20 units and a tenth of the smaller run; else the centres do."""


@dataclass(frozen=True)
class SegmentMatch:
    """What becomes of one segment of the later run, which gave it the number `segment`.

    Attributes
    ----------
    number, name
        What it is called from now on.
    earlier
        Number of the same group in the earlier run; None for a new group.
    similarity, by
        0 to 1, with the best partner, and what was compared.
    """

    segment: int
    number: int
    name: str
    earlier: int | None
    similarity: float
    by: Literal["members", "centres", "nothing"]


def shared_units(earlier: Snapshot, later: Snapshot) -> NDArray[np.int64]:
    """Units that both runs have, by their segment then and now, shape (n_earlier, n_later)."""
    _, *rows = np.intersect1d(earlier.ids, later.ids, assume_unique=True, return_indices=True)
    runs = (earlier, later)
    i, j = (np.searchsorted(run.segment_numbers, run.numbers[at]) for run, at in zip(runs, rows, strict=True))
    return cross_table(i, j, (len(earlier.segment_numbers), len(later.segment_numbers)))


def _nearness(earlier: Snapshot, later: Snapshot) -> Float64:
    """1 at the old centre, 0 at its next neighbour, measured in spreads of the earlier run; (n_earlier, n_later)."""
    assert earlier.values is not None and later.values is not None  # noqa: S101, PT018  (asked by the caller)
    columns = [later.features.index(name) for name in earlier.features]
    old, new = (np.sign(x) * np.log1p(np.abs(x)) for x in (earlier.values, later.values[:, columns]))
    spread = old.std(axis=0)
    spread[spread == 0] = 1.0
    before = np.stack([_mean(old, earlier.numbers == number) for number in earlier.segment_numbers]) / spread
    after = np.stack([_mean(new, later.numbers == number) for number in later.segment_numbers]) / spread
    between = cdist(before, before)
    np.fill_diagonal(between, np.inf)
    neighbour = between.min(axis=1) if len(before) > 1 else np.full(len(before), float(len(spread)) ** 0.5)
    near = 1 - cdist(before, after) / np.maximum(np.where(np.isfinite(neighbour), neighbour, 1.0), 1e-12)[:, None]
    return np.nan_to_num(np.clip(near, 0, 1))


def _mean(values: Float64, members: NDArray[np.bool_]) -> Float64:
    """Centre of a segment; far away from everything where nobody is left in it."""
    return values[members].mean(axis=0) if members.any() else np.full(values.shape[1], np.inf)


def _similarity(earlier: Snapshot, later: Snapshot) -> tuple[Float64, Literal["members", "centres", "nothing"]]:
    shared = shared_units(earlier, later)
    n_shared = int(shared.sum())
    smaller = min(len(earlier.ids), len(later.ids))
    if n_shared >= min(FEWEST_SHARED, smaller) and n_shared >= LEAST_SHARED * smaller:
        return jaccards(shared), "members"
    comparable = set(earlier.features) == set(later.features) and earlier.features
    if comparable and earlier.values is not None and later.values is not None:
        with np.errstate(invalid="ignore"):  # the centre of an empty segment is at infinity
            return _nearness(earlier, later), "centres"
    return np.zeros(shared.shape), "nothing"


def match_segments(earlier: Snapshot, later: Snapshot, own_names: Collection[int] = ()) -> tuple[SegmentMatch, ...]:
    """Find each later segment's group in an earlier run, and give it that group's number and name.

    Pairs are those that are together the most alike (Hungarian algorithm; Kuhn 1955), on the members that both runs
    know, or on the centres where they share too few. A pair below `SAME_GROUP` is no pair. New groups keep their names
    and get numbers that the earlier run never gave. Later segments of `own_names` take over a number and no name.
    Matches come in the order of the later numbers.

    Raises
    ------
    ParameterError
        If the runs segment different units.

    Examples
    --------
    >>> ids = np.array(["a", "b", "c", "d"])
    >>> before = Snapshot("customer", ids, np.array([1, 1, 2, 2]), {1: "Friends", 2: "Guests"})
    >>> after = Snapshot("customer", ids, np.array([2, 2, 1, 1]), {1: "Typical customers", 2: "Regulars"})
    >>> [(match.segment, match.number, match.name) for match in match_segments(before, after)]
    [(1, 2, 'Guests'), (2, 1, 'Friends')]
    """
    check_comparable(earlier, later, features=False)
    similarity, by = _similarity(earlier, later)
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    partner = {int(j): int(i) for i, j in zip(rows, columns, strict=True) if similarity[i, j] >= SAME_GROUP}
    following = max(earlier.segment_numbers) + 1
    carried = {j: i for j, i in partner.items() if later.segment_numbers[j] not in own_names}
    taken = {earlier.name(earlier.segment_numbers[i]) for i in carried.values()}
    matches = []
    for j, segment in enumerate(later.segment_numbers):
        same = earlier.segment_numbers[partner[j]] if j in partner else None
        best = float(similarity[partner[j], j] if j in partner else similarity[:, j].max(initial=0.0))
        name = later.name(segment) if j not in carried else earlier.name(earlier.segment_numbers[carried[j]])
        if j not in carried:
            if any(meaning(name) == meaning(one) for one in taken):
                name = other_than(name, sorted(taken))
            taken.add(name)
        matches.append(SegmentMatch(segment, following if same is None else same, name, same, best, by))
        following += same is None
    return tuple(matches)
