"""What PCA is for: three features pressed flat with as little lost as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import correlations

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

INDEPENDENT = 0.72
"""Of three features that tell nothing of each other the best flat view shows two thirds, by chance a little more."""
GIANT = 0.25
"""A unit that alone makes this share of a component's variance is what the component points at."""


NEARLY_A_LINE = 0.95
"""Of two features that correlate more than this one is hardly needed, and a line through them loses nothing."""


def _sloping(data: LessonData) -> tuple[int, int]:
    """The two features that hang together most without being nearly one, so that turning a line through them tells."""
    found = np.triu(np.abs(correlations(data.taught)), k=1)
    found[found > NEARLY_A_LINE] = 0.0
    found[:, data.lumped] = found[data.lumped, :] = 0.0
    first, second = (int(place) for place in np.unravel_index(found.argmax(), found.shape))
    return (first, second) if first != second else data.pair


def pull_of_one(X: Float64) -> float:
    """Largest share of one unit in the variance of the first component, 0 to 1; `X` is centred."""
    _, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    along = (X @ vectors[:, -1]) ** 2
    return float(along.max() / along.sum())


def _work(data: LessonData) -> Worked:
    columns = list(data.trio)
    X = data.scaled[:, columns].astype(np.float64)
    related = correlations(X)
    variances = np.linalg.eigvalsh(related)[::-1]
    shares = variances / variances.sum()
    shown = float(shares[:2].sum())
    failure = "none"
    if pull_of_one(X - X.mean(axis=0)) > GIANT:
        failure = "giant"
    elif shown < INDEPENDENT:
        failure = "independent"
    names = [data.features[place].name for place in columns]
    return Worked(
        facts={
            "shown": shown, "lost": 1 - shown, "first": float(shares[0]),
            "features": tuple(data.labels[place] for place in columns),
        },
        failure=failure,
        settings={"COLUMNS": names, "LOGGED": sorted({name for name in names if name in data.logged})},
        results={"shares": tuple(shares.tolist()), "shown": shown},
        script={"line": _sloping(data), "correlations": related.round(6).tolist()},
    )  # fmt: skip


PCA_VIEW = Lesson("pca", _work)
