"""K-means in six steps, on two features: how its starts end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans

from marketfold.clustering import quiet_fits
from marketfold.learn.lesson import Lesson, Worked

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

MOST_K = 8
STARTS = 20
NEAR_BEST = 1.01
"""A start whose WCSS is within 1 % of the best one's has found the same groups, or as good ones."""
TINY_SHARE = 0.02
"""A group of fewer than one in fifty is a few giants, not a kind of customer."""


def n_near_best(ends: Float64) -> int:
    """How many starts end as good as the best of them, by the WCSS of each.

    >>> n_near_best(np.array([100.0, 100.5, 120.0]))
    2
    """
    return int((ends <= ends.min() * NEAR_BEST).sum())


def _from_lot(X: Float64, k: int, seed: int) -> KMeans:
    """K-means from k different units that are drawn by lot."""
    rng = np.random.default_rng(seed)
    centres = X[rng.choice(len(X), k, replace=False)]
    return KMeans(k, init=centres, n_init=1, tol=0, max_iter=1_000).fit(X)


def _work(data: LessonData) -> Worked:
    columns = list(data.pair)
    k = min(data.run.n_segments, MOST_K)
    X = data.taught[:, columns]
    with quiet_fits(threads=1):
        fits = [_from_lot(X, k, data.run.seed + start) for start in range(STARTS)]
    ends = np.array([fit.inertia_ for fit in fits])
    n_best = n_near_best(ends)
    smallest = int(np.bincount(fits[int(ends.argmin())].labels_, minlength=k).min())
    failure = "none"
    if n_best < STARTS:
        failure = "starts"
    elif smallest <= max(1, TINY_SHARE * len(X)):
        failure = "giant"
    names = [data.features[place].name for place in columns]
    sizes = np.sort(np.bincount(fits[0].labels_, minlength=k))
    return Worked(
        facts={
            "k": k, "n_best": n_best, "n_starts": STARTS, "worse": float(ends.max() / ends.min() - 1),
            "smallest": smallest, "times": len(X) / len(data.rows),
            "features": tuple(data.labels[place] for place in columns),
        },
        failure=failure,
        settings={
            "K": k, "SEED": data.run.seed, "COLUMNS": names,
            "LOGGED": [name for name in names if name in data.logged], "STEP": data.step,
        },
        results={"wcss": float(ends[0]), "sizes": tuple(map(str, sizes))},
    )  # fmt: skip


KMEANS = Lesson("kmeans", _work)
