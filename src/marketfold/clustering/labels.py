"""What labels say without the rows that they were found on: sums by segment, and how far two segmentations agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float32, Float64, Labels


def sums_by(labels: NDArray[np.integer], values: NDArray[np.floating], n_segments: int) -> Float64:
    """Sums of the rows of a matrix by their label, shape (n_segments, n_columns).

    >>> sums_by(np.array([0, 1, 1]), np.array([[1.0], [2.0], [3.0]]), 2).tolist()
    [[1.0], [5.0]]
    """
    return np.column_stack([np.bincount(labels, weights=column, minlength=n_segments) for column in values.T])


def means_of(X: Float32, labels: Labels) -> Float64:
    """Mean of the rows of each segment, shape (n_segments, n_dimensions)."""
    sizes = np.bincount(labels)
    return sums_by(labels, X, len(sizes)) / sizes[:, None]


def cross_table(
    one: NDArray[np.integer], other: NDArray[np.integer], shape: tuple[int, int] | None = None
) -> NDArray[np.int64]:
    """Units with each pair of numbers from 0, shape (n_one, n_other).

    >>> cross_table(np.array([0, 0, 1]), np.array([1, 1, 0]))
    array([[0, 2],
           [1, 0]])
    """
    rows, columns = shape or (int(one.max()) + 1, int(other.max()) + 1)
    cells = np.bincount(one.astype(np.int64) * columns + other, minlength=rows * columns)
    return cells.reshape(rows, columns)


def jaccards(table: NDArray[np.int64]) -> Float64:
    """Jaccard index of each pair of groups of a cross table, 0 where neither has a unit."""
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    index: Float64 = table / np.maximum(union, 1)
    return index


def adjusted_rand(one: NDArray[np.integer], other: NDArray[np.integer]) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985) of two labellings from 0; 1 is the same, 0 chance.

    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    table: Float64 = cross_table(one, other).astype(np.float64)

    def pairs(counts: Float64) -> float:
        return float((counts * (counts - 1.0)).sum() / 2)

    both, mine, theirs = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    by_chance = mine * theirs / max(len(one) * (len(one) - 1) / 2, 1)
    most = (mine + theirs) / 2
    return (both - by_chance) / (most - by_chance) if most != by_chance else 1.0
