"""Matrices of the size of a customer base, seeded, for the clustering benches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from marketfold.schema import Float32


def overlapping_groups(rows: int, columns: int, seed: int) -> Float32:
    """Eight groups of unequal size that overlap, with correlated columns: what scaled customer features look like."""
    rng = np.random.default_rng(seed)
    sizes = rng.dirichlet(np.full(8, 2.0))
    centers = rng.normal(size=(8, columns))
    mixing = np.eye(columns) + 0.3 * rng.normal(size=(columns, columns)) / np.sqrt(columns)
    member = rng.choice(8, size=rows, p=sizes)
    values = rng.standard_normal((rows, columns), dtype=np.float32) @ mixing.astype(np.float32)
    values += centers[member].astype(np.float32)
    return np.ascontiguousarray(values, dtype=np.float32)


def one_cloud(rows: int, columns: int, seed: int) -> Float32:
    """Independent normal columns without any group: the flattest landscape for K-means."""
    return np.random.default_rng(seed).standard_normal((rows, columns), dtype=np.float32)


def apart(rows: int, columns: int, seed: int) -> Float32:
    """Six groups well apart: more segments than groups have many poor solutions."""
    rng = np.random.default_rng(seed)
    centers = 4 * rng.normal(size=(6, columns)).astype(np.float32)
    values = rng.standard_normal((rows, columns), dtype=np.float32)
    values += centers[rng.integers(6, size=rows)]
    return values


KINDS = {"overlapping": overlapping_groups, "cloud": one_cloud, "apart": apart}
