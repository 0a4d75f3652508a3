"""Building and training an autoencoder in Keras: layers, code, learning rate, epochs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lessons.autoencoder import CODE, FEW_FOR_EACH, hidden_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.learn.lesson_data import LessonData, LossHistory

RATE = 0.004
EPOCHS = 80
"""As many as the slider of the page begins with."""
MANY_WEIGHTS = 0.5
"""A network with more weights than half as many numbers as it learns from can learn most of them by heart."""
RISES = 1.05
"""A loss on kept-aside rows that ends so much above its lowest was trained too long."""


def n_weights(widths: Sequence[int]) -> int:
    """Numbers that dense layers of these widths learn: weights and biases.

    >>> n_weights([4, 2, 4])
    22
    """
    return sum(before * after + after for before, after in pairwise(widths))


def _hidden(data: LessonData) -> list[int]:
    """Widths between features and code: those of the run's own network, or one that suits the features."""
    history = data.run.history
    return list(history.layers[1 : len(history.layers) // 2]) if history else [hidden_width(len(data.features))]


def _of_run(history: LossHistory | None) -> dict[str, object]:
    """What the run's own network did, where it trained one."""
    if history is None:
        return {"run_layers": (), "run_epochs": 0, "run_best": 0, "run_loss": 0.0}
    held_out = np.array(history.held_out)
    return {
        "run_layers": tuple(map(str, history.layers)), "run_epochs": len(held_out),
        "run_best": int(held_out.argmin()) + 1, "run_loss": float(held_out.min()),
    }  # fmt: skip


def _work(data: LessonData) -> Worked:
    n_features, hidden, history = len(data.features), _hidden(data), data.run.history
    code = history.layers[len(history.layers) // 2] if history else min(CODE, n_features - 1)
    widths = [*hidden, code, *reversed(hidden), n_features]
    weights = n_weights([n_features, *widths])
    n_learnt = len(data.taught) - len(data.taught) // 4
    failure = "none"
    if history and history.held_out[-1] > RISES * min(history.held_out):
        failure = "too_long"
    elif weights > MANY_WEIGHTS * n_learnt * n_features or len(data.taught) < FEW_FOR_EACH * n_features:
        failure = "many_weights"
    return Worked(
        facts={
            "n_features": n_features, "hidden": len(hidden), "code": code, "weights": weights, "n_learnt": n_learnt,
            "cells": n_learnt * n_features, "code_max": max(min(n_features - 1, 5), code), "epochs": EPOCHS,
            **_of_run(history),
        },
        failure=failure,
        settings={
            "SEED": data.run.seed, "HIDDEN": hidden, "CODE": code, "LEARNING_RATE": RATE, "EPOCHS": EPOCHS,
            **data.program_settings,
        },
        results={"weights": weights, "widths": tuple(widths)},
        script={"hidden": hidden} | ({"train": history.train, "heldOut": history.held_out} if history else {}),
    )  # fmt: skip


TRAINING = Lesson("training", _work)
