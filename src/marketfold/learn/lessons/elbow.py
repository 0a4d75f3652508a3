"""The elbow of WCSS on all features, beside that of the same columns shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans

from marketfold.clustering import quiet_fits
from marketfold.learn.lesson import Lesson, Worked

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

K_MAX = 10
FAINT = 0.03
"""Two bends that differ by less than this, of the whole height of the curve, nobody can tell apart by eye."""


def _curve(X: Float64, seed: int) -> Float64:
    """WCSS for K = 1 to 10, or as many as there are different rows."""
    most = min(K_MAX, len(np.unique(X, axis=0)))
    with quiet_fits(threads=1):
        return np.array([KMeans(k, n_init=10, random_state=seed).fit(X).inertia_ for k in range(1, most + 1)])


def bends(curve: Float64) -> Float64:
    """How far each point lies below the straight line from the first to the last, the height of the curve being 1.

    >>> bends(np.array([10.0, 2.0, 1.0, 0.0])).round(2).tolist()
    [0.0, 0.47, 0.23, 0.0]
    """
    height = (curve - curve[-1]) / ((curve[0] - curve[-1]) or 1.0)
    below: Float64 = np.linspace(1, 0, len(curve)) - height
    return below


def _work(data: LessonData) -> Worked:
    X, seed = data.taught, data.run.seed
    mixed = np.random.default_rng(seed).permuted(X, axis=0)
    own, shuffled = _curve(X, seed), _curve(mixed, seed)
    own_bends, shuffled_bends = bends(own), bends(shuffled)
    first = int(own_bends.argmax())
    depth, shuffled_depth = float(own_bends[first]), float(shuffled_bends.max())
    alike = np.flatnonzero(own_bends > depth - FAINT) + 1
    failure = "deeper"
    if len(alike) > 1:
        failure = "faint"
    elif depth < shuffled_depth + FAINT:
        failure = "no_deeper"
    return Worked(
        facts={
            "k": data.run.n_segments, "elbow": first + 1, "alike": tuple(map(str, alike.tolist())), "depth": depth,
            "shuffled_depth": shuffled_depth, "shuffled_elbow": int(shuffled_bends.argmax()) + 1,
            "n_features": len(data.features), "first": float(own[0]), "last": float(own[-1]), "k_max": len(own),
            "falls": 1 - float(own[first] / own[first - 1]) if first else 0.0,
        },
        failure=failure,
        settings={"SEED": seed, **data.program_settings},
        results={"wcss": tuple(own.tolist()), "elbow": first + 1},
        script={"curve": own.round(3).tolist(), "shuffled": shuffled.round(3).tolist()},
    )  # fmt: skip


ELBOW = Lesson("elbow", _work)
