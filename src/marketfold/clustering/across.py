"""How segments split and merge as k grows: segment-level stability across solutions.

Dolnicar and Leisch (2017), "Using segment level stability to select target segments in data-driven market segmentation
studies", Marketing Letters 28(3), 423-436; the same computation as `slsaplot` of their R package flexclust.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import entr

from marketfold.clustering.fitting import by_weight, distinct_rows, fit_each, quiet_fits
from marketfold.clustering.labels import cross_table
from marketfold.errors import ParameterError
from marketfold.frames import terse
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.schema import Float32, Float64, Labels

MOST_SEGMENTS, FOLLOWED_ROWS, N_STARTS = 7, 5_000, 3


@terse
@dataclass(frozen=True)
class AcrossSolutions:
    """Segments of neighbouring solutions and the units they share.

    Attributes
    ----------
    orders
        For each solution, its own segments (from 0) in the order that crosses least; the first is as it was.
    flows : float64, each of shape (k[i], k[i + 1])
        Share of all units that go from a segment of one solution to one of the next, in that order.
    slsa
        For each solution from the second, the stability of its segments in that order, 0 to 1: 1 where all units come
        from one segment of the solution before, 0 where they come from all in equal parts.
    """

    k: tuple[int, ...]
    orders: tuple[tuple[int, ...], ...]
    flows: tuple[Float64, ...] = field(repr=False)
    slsa: tuple[tuple[float, ...], ...]

    def of(self, k: int, segment: int) -> float | None:
        """Stability of one segment, numbered from 0 as in the labels given; None for the first solution."""
        place = self.k.index(k)
        return self.slsa[place - 1][self.orders[place].index(segment)] if place else None


def _least_crossing(shared: Float64) -> list[int]:
    """Columns in an order that follows the rows: the best match first, newcomers right after the row they come from."""
    order = [int(column) for column in linear_sum_assignment(shared, maximize=True)[1]]
    newcomers = [column for column in range(shared.shape[1]) if column not in order]
    parents = shared.argmax(axis=0)
    heads = list(order)  # the column that follows each row
    for column in sorted(newcomers, key=lambda one: -shared[:, one].max()):
        order.insert(order.index(heads[parents[column]]) + 1, column)
    return order


def _stability(shared: Float64) -> tuple[float, ...]:
    """One minus the entropy of where the units of each column come from, over its largest value log(n_rows)."""
    if len(shared) < 2:
        return tuple(1.0 for _ in range(shared.shape[1]))
    origins = shared / np.maximum(shared.sum(axis=0), np.finfo(np.float64).tiny)
    return tuple(1.0 - float(value) / float(np.log(len(shared))) for value in entr(origins).sum(axis=0))


def across_solutions(labels: Mapping[int, Labels] | Sequence[Labels]) -> AcrossSolutions:
    """Follow segments from each solution to the next.

    `labels` holds those of each solution, from 0 and of shape (n_units,); by number of segments, or in that order.
    ParameterError when there is no solution, or they are of different units.

    >>> across = across_solutions([np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 2, 2, 1, 1])])
    >>> across.k, across.orders[1], [round(value, 2) for value in across.slsa[0]]
    ((2, 3), (0, 2, 1), [1.0, 0.0, 1.0])
    """
    solutions = list(labels.values()) if hasattr(labels, "values") else list(labels)
    solutions = sorted(solutions, key=lambda one: int(one.max()))
    if not solutions or len({len(one) for one in solutions}) != 1:
        raise ParameterError(f"Solutions must label the same units; got {[len(one) for one in solutions]} labels.")
    k = [int(one.max()) + 1 for one in solutions]
    orders = [list(range(k[0]))]
    flows: list[Float64] = []
    for place in range(1, len(k)):
        both = cross_table(solutions[place - 1], solutions[place], (k[place - 1], k[place]))
        shared = both[orders[-1]] / len(solutions[0])
        orders.append(_least_crossing(shared))
        flows.append(shared[:, orders[-1]])
    return AcrossSolutions(tuple(k), tuple(map(tuple, orders)), tuple(flows), tuple(map(_stability, flows)))


def split_and_merge(X: Float32, labels: Labels, *, k_max: int = MOST_SEGMENTS, seed: int = 0) -> AcrossSolutions:
    """`across_solutions` from two segments on, with the given segments (`labels`, from 0) in their place among them.

    From 5,000 rows on a seeded sample of so many is followed; there are always some more than `labels` has segments.
    """
    rows = sample_rows(len(X), FOLLOWED_ROWS, seed)
    few, own = np.ascontiguousarray(X[rows], dtype=np.float32), labels[rows]
    made = int(labels.max()) + 1
    most = min(max(k_max, made + 2), distinct_rows(few, max(k_max, made + 2)))
    with quiet_fits(threads=1):
        fits = fit_each(few, range(2, most + 1), n_starts=N_STARTS, seed=seed)
    solutions = {k: by_weight(fit, None).labels for k, fit in fits.items() if len(np.unique(fit.labels)) == k}
    if len(np.unique(own)) == made:  # a sample may have missed a tiny segment
        solutions[made] = own
    return across_solutions(dict(sorted(solutions.items())))
