"""What an autoencoder is: many numbers through a narrow middle and back, on all features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import correlations

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

CODE = 2
LITTLE = 0.1
"""Where a code keeps less than this more than of shuffled columns, the features have hardly anything in common."""
FEW_FOR_EACH = 10
"""Fewer rows than this for each feature, and a network learns them by heart rather than what they share."""


def hidden_width(n_features: int) -> int:
    """Width of a hidden layer between the features and the code: narrower than the one, wider than the other.

    >>> hidden_width(26), hidden_width(4)
    (13, 3)
    """
    return max(n_features // 2, min(3, n_features))


def _kept(X: Float64, code: int) -> float:
    """Share of the variance that the best straight code keeps."""
    variances = np.linalg.eigvalsh(correlations(X))
    return float(variances[-code:].sum() / variances.sum())


def _work(data: LessonData) -> Worked:
    n_features = len(data.features)
    code = min(CODE, n_features - 1)
    X = data.taught
    kept, chance = _kept(X, code), _kept(np.random.default_rng(data.run.seed).permuted(X, axis=0), code)
    average = float(((X - X.mean(axis=0)) ** 2).mean())
    failure = "none"
    if kept - chance < LITTLE:
        failure = "little"
    elif len(X) < FEW_FOR_EACH * n_features:
        failure = "few"
    return Worked(
        facts={
            "n_features": n_features, "hidden": hidden_width(n_features), "code": code, "kept": kept, "chance": chance,
            "n_taught": len(X), "code_max": min(n_features - 1, 5),
        },
        failure=failure,
        settings={"CODE": code, **data.program_settings},
        results={"loss": average * (1 - kept), "average": average},
        script={"hidden": hidden_width(n_features)},
    )  # fmt: skip


AUTOENCODER = Lesson("autoencoder", _work)
