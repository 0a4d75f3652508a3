"""What is said of a reduction: whether the features suit one, and what it learned from the reader's own data."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.reduction import label_of
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.reduction import Architecture, PCAReducer, Suitability
    from marketfold.schema import Unit
    from marketfold.selection import ReducerComparison

Notes = tuple[str, ...]

note = partial(say, "reduction")


def about_suitability(found: Suitability) -> Notes:
    """Whether features are correlated enough to be reduced, and what follows."""
    trials = (note("trial", trial=one, method=label_of(one.method)) for one in found.reconstructions)
    advice = note(f"advice.{found.advice}", found=found)
    return (_rank(found), *trials, advice)


def about_ways(comparison: ReducerComparison, unit: Unit) -> str:
    """What was compared, of whom, and what each column is judged on."""
    facts = {"comparison": comparison, "unit": unit, "n_features": len(comparison.features)}
    parts = [note("ways", **facts), note("ways.judged", **facts)]
    if not comparison.of_own_features:
        parts.append(note("ways.all features", **facts))
    if comparison.by_future:
        parts.append(note("ways.future"))
    return " ".join(parts)


def _rank(found: Suitability) -> str:
    n_redundant = len(found.redundant)
    together = note("rank", found=found)
    return f"{together} {note('redundant', n_redundant=n_redundant)}" if n_redundant else together


def about_components(reducer: PCAReducer, labels: Sequence[str]) -> Notes:
    """What a component is, on the first one of this data.

    Parameters
    ----------
    reducer
        Fitted.
    labels
        Words for the features, in the order of the columns.

    Examples
    --------
    >>> from marketfold.reduction import PCAReducer
    >>> X = np.random.default_rng(0).normal(size=(50, 1)) * [1.0, 0.9] + [[0.01, 0.0]] * 50
    >>> print(about_components(PCAReducer(1).fit(X), ["orders", "revenue"])[1])
    Here the first component weighs orders with +0.74 and revenue with +0.67, and holds 100 % of the differences.
    """
    first = reducer.components_[0]
    order = np.argsort(-np.abs(first), kind="stable")[:3]
    weights = [f"{labels[i]} with {first[i]:+.2f}" for i in order]
    shares, kept = reducer.explained_shares_, reducer.n_dimensions_
    notes = [note("component"), note("component.first", weights=weights, share=float(shares[0]))]
    if kept < len(shares):
        notes.append(note("component.kept", kept=kept, all=len(shares), share=float(shares[:kept].sum())))
    return tuple(notes)


def about_bottleneck(shape: Architecture, n_units: int) -> Notes:
    """What the bottleneck of a network forces.

    Examples
    --------
    >>> from marketfold.reduction.network import Architecture
    >>> print(about_bottleneck(Architecture(15, (8,), 4), 92)[1])
    Here 15 features go through 4 numbers and back (15-8-4-8-15): each number must serve several features.
    """
    n_values = n_units * shape.n_features
    ratio = n_values / shape.n_weights
    then = note("bottleneck.by heart" if ratio < 1 else "bottleneck.watched")
    return (
        note("bottleneck"),
        note("bottleneck.narrow" if shape.bottleneck < shape.n_features else "bottleneck.wide", shape=shape),
        note("bottleneck.curved" if shape.hidden else "bottleneck.linear"),
        note("bottleneck.weights", shape=shape, n_values=n_values, ratio=ratio, then=then),
    )


def about_tied_weights(shape: Architecture) -> Notes:
    """What tied weights are, and what they save here.

    Examples
    --------
    >>> from marketfold.reduction.network import Architecture
    >>> print(about_tied_weights(Architecture(20, (64, 32), 8, tied=True))[1])
    Here that leaves 3,584 kernel weights instead of 7,168.
    """
    one_way = shape.n_kernel_weights if shape.tied else shape.n_kernel_weights // 2
    return note("tied"), note("tied.yes" if shape.tied else "tied.no", one_way=one_way, both=2 * one_way)


def _loss(value: float) -> str:
    """Three decimals, and more where the first ones are zeros.

    >>> _loss(1.1), _loss(0.000205)
    ('1.100', '0.00020')
    """
    digits = max(3, 1 - math.floor(math.log10(value))) if 0 < value < math.inf else 3
    return f"{value:.{digits}f}"


def about_loss(history: Mapping[str, Any]) -> Notes:
    """How to read the two loss curves.

    Examples
    --------
    >>> print(about_loss({"loss": [1.0, 0.4], "validation_loss": [1.1, 0.5], "best_epoch": 2})[1])
    Here the held-out loss fell from 1.100 to 0.500 in epoch 2, the best of 2; the training loss was 0.400 by then.
    """
    trained, held_out, best = history["loss"], history["validation_loss"], int(history["best_epoch"])
    losses = {"first": held_out[0], "kept": held_out[best - 1], "trained": trained[best - 1]}
    said = {name: _loss(value) for name, value in losses.items()}
    return note("loss"), note("loss.here", best=best, n_epochs=len(trained), **said)
