"""Seeded matrices with and without groups, for this stage's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from marketfold.schema import Float32, Labels


def noise(n_units: int, n_features: int, seed: int) -> Float32:
    """One round Gaussian cloud."""
    return np.random.default_rng(seed).standard_normal((n_units, n_features)).astype(np.float32)


def ellipse(n_units: int, n_features: int, seed: int) -> Float32:
    """One Gaussian cloud with strongly correlated columns."""
    rng = np.random.default_rng(seed)
    mixing = rng.standard_normal((n_features, n_features))
    return (rng.standard_normal((n_units, n_features)) @ mixing).astype(np.float32)


def blobs(
    n_groups: int, n_units: int, n_features: int, seed: int, *, apart: float = 7.0, uneven: float = 0.5
) -> tuple[Float32, Labels]:
    """Round groups of standard deviation 1 whose nearest centres are `apart`, with log-normal sizes."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(uneven * rng.standard_normal(n_groups))
    closest, centers = 0.0, np.zeros((n_groups, n_features))
    for _ in range(200):  # of many layouts the one whose nearest centres are furthest apart
        layout = rng.uniform(-1, 1, (n_groups, n_features))
        gaps = np.sqrt(np.square(layout[:, None] - layout[None]).sum(axis=-1)) + 9 * np.eye(n_groups)
        if gaps.min() > closest:
            closest, centers = float(gaps.min()), layout
    member = rng.choice(n_groups, size=n_units, p=sizes / sizes.sum())
    values = centers[member] * (apart / closest) + rng.standard_normal((n_units, n_features))
    return values.astype(np.float32), member.astype(np.int32)
