"""PCA on all features: how many components to keep, and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import correlations
from marketfold.learn.lessons.pca import GIANT, pull_of_one

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

ENOUGH = 0.8
MANY = 0.5
"""Where more than this share of the features is needed as components, they hang together little."""
MOST_COMPONENTS = 10
"""Beyond these nobody looks."""


def _components(X: Float64) -> tuple[Float64, Float64]:
    """Variances, largest first, and directions as rows, each with its strongest weight positive."""
    variances, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    order = np.argsort(-variances, kind="stable")
    rows = vectors[:, order].T
    strongest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    return np.maximum(variances[order], 0.0), rows * np.sign(strongest)[:, None]


def _overlaps(X: Float64, rows: Float64) -> list[list[float]]:
    """Correlations of the places along the first components, and of the features after them, with each other."""
    places = (X - X.mean(axis=0)) @ rows[:MOST_COMPONENTS].T
    found: list[list[float]] = (correlations(np.column_stack([places, X])) + 0.0).round(4).tolist()
    return found


def _rounded(rows: Float64) -> list[list[float]]:
    written: list[list[float]] = rows[:MOST_COMPONENTS].round(3).tolist()
    return written


def _work(data: LessonData) -> Worked:
    X, values = data.taught, data.values[:: data.step]
    variances, rows = _components(X)
    raw_variances, raw_rows = _components(values)
    chance = _components(np.random.default_rng(data.run.seed).permuted(X, axis=0))[0]
    shares, raw_shares = variances / variances.sum(), raw_variances / raw_variances.sum()
    enough = 1 + int((shares.cumsum() < ENOUGH).sum())
    standing_out = int((variances > chance).argmin())
    strongest = int(np.abs(raw_rows[0]).argmax())
    keep = min(enough, standing_out)
    failure = "none"
    if pull_of_one(X - X.mean(axis=0)) > GIANT:
        failure = "giant"
    elif enough > MANY * len(shares):
        failure = "many"
    elif keep < enough:
        failure = "chance"
    return Worked(
        facts={
            "n_features": len(data.features), "enough": enough, "standing_out": standing_out, "first": float(shares[0]),
            "quarter": -(-len(shares) // 4), "half": -(-len(shares) // 2), "raw_first": float(raw_shares[0]),
            "raw_feature": data.labels[strongest], "n_shown": min(len(shares), MOST_COMPONENTS),
            "kept": float(shares[:enough].sum()), "keep": keep, "keep_share": float(shares[:keep].sum()),
        },
        failure=failure,
        settings={"SEED": data.run.seed, **data.program_settings},
        results={"first": float(shares[0]), "enough": enough, "standing_out": standing_out},
        script={
            "shares": shares.round(4).tolist(), "spreads": np.sqrt(variances).round(4).tolist(),
            "chance": (chance / variances.sum()).round(4).tolist(), "loadings": _rounded(rows),
            "rawShares": raw_shares.round(4).tolist(), "rawLoadings": _rounded(raw_rows),
            "correlations": _overlaps(X, rows),
        },
    )  # fmt: skip


COMPONENTS = Lesson("components", _work)
