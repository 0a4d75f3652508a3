"""What is said of a reduction: whether the features suit one, and what it learned from the reader's own data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.reduction import label_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.reduction import Architecture, PCAReducer, Reconstruction, Suitability

Notes = tuple[str, ...]


def about_suitability(found: Suitability) -> Notes:
    """Whether features are correlated enough to be reduced, and what follows."""
    return (_rank(found), *_adequacy(found), _sphericity(found), *map(_trial, found.reconstructions), _advice(found))


def _rank(found: Suitability) -> str:
    n_redundant = len(found.redundant)
    together = (
        f"The {found.n_features} features together say as much as {words.decimal(found.effective_rank, 1)} independent "
        "ones would (effective rank)."
    )
    if n_redundant == 0:
        return together
    follow = "1 of them follows" if n_redundant == 1 else f"{n_redundant} of them follow"
    return (
        f"{together} {follow} exactly from the others, as shares do that add up to one; the two tests leave them out."
    )


def _adequacy(found: Suitability) -> Notes:
    if found.kmo is None:
        return ()
    shared = "shared by several features" if found.shared else "between single pairs of features"
    return (
        f"What correlation there is, is mostly {shared}: Kaiser-Meyer-Olkin {words.decimal(found.kmo)}, in Kaiser's "
        f"word {found.kmo_level}.",
    )


def _sphericity(found: Suitability) -> str:
    if found.bartlett_p is None:
        return "There are too few units for tests of correlation."
    p = "p < 0.001" if found.bartlett_p < 0.001 else f"p = {words.decimal(found.bartlett_p, 3)}"
    if found.sphericity_rejected:
        return f"Bartlett's test rules out that nothing is correlated ({p}); with many units it nearly always does."
    return f"Bartlett's test cannot tell the features from uncorrelated ones ({p})."


def _trial(trial: Reconstruction) -> str:
    dimensions = words.plural(trial.n_dimensions, "dimension")
    return (
        f"From {dimensions} {label_of(trial.method)} gives back {words.share(trial.share)} of what differs between "
        f"units that it has not seen; with each column shuffled by itself, {words.share(trial.shuffled_share)}."
    )


def _advice(found: Suitability) -> str:
    return {
        "none": "So the inputs are nearly independent: fewer dimensions would only lose what they leave out, and "
        "neither PCA nor an autoencoder helps.",
        "perhaps none": "So the inputs are weakly correlated: a reduction loses much for little, and none may serve "
        "as well.",
        "pca, perhaps a network": "So the inputs are correlated: PCA keeps most with few dimensions, and an "
        "autoencoder can help.",
        "network": f"So the inputs are correlated, in part along curves: the autoencoder keeps "
        f"{words.share(found.more_than_pca)} more than PCA.",
        "pca": "So the inputs are correlated, along straight lines: the autoencoder keeps hardly more than PCA, if at "
        "all.",
    }[found.advice]


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
    shares = reducer.explained_shares_
    kept = reducer.n_dimensions_
    notes = [
        "A component is a weighted sum of the features: one number for each unit, chosen so that units differ in it as "
        "much as they can. The next one does the same with what is left, at a right angle to those before it.",
        f"Here the first component weighs {words.listed(weights)}, and holds "
        f"{words.share(float(shares[0]))} of the differences.",
    ]
    if kept < len(shares):
        notes.append(
            f"{kept} of {len(shares)} components are kept, with {words.share(float(shares[:kept].sum()))} of the "
            "differences. What the others held is lost to the segments: mostly noise, if the scree is flat there."
        )
    return tuple(notes)


def about_bottleneck(shape: Architecture, n_units: int) -> Notes:
    """What the bottleneck of a network forces.

    Examples
    --------
    >>> from marketfold.reduction.network import Architecture
    >>> print(about_bottleneck(Architecture(15, (8,), 4), 92)[1])
    Here 15 features go through 4 numbers and back (15-8-4-8-15): each number must serve several features.
    """
    values = n_units * shape.n_features
    notes = [
        "An autoencoder is a network that is asked to give back what it was given. That would be easy, were it not for "
        "the bottleneck: everything about a unit must pass through a few numbers. Only what several features share "
        "fits through, so the network has to find it; those few numbers are the new dimensions.",
        f"Here {shape.n_features} features go through {shape.bottleneck} numbers and back ({shape}): "
        "each number must serve several features."
        if shape.bottleneck < shape.n_features
        else f"Here {shape.n_features} features go through {shape.bottleneck} numbers ({shape}): nothing is forced.",
    ]
    if shape.hidden:
        notes.append(
            "PCA does the same with straight lines only. The layers in between let the network follow curves, "
            "and that is all that it can do better."
        )
    else:
        notes.append(
            "This data is too small for layers in between, so the network is linear and learns the same plane as PCA "
            "(Baldi and Hornik 1989): expect no more from it than from PCA."
        )
    ratio = values / shape.n_weights
    notes.append(
        f"It sets {words.count(shape.n_weights)} weights from {words.count(values)} values, "
        f"{words.decimal(ratio, 1)} values for each weight. "
        + (
            "With fewer values than weights it could learn every unit by heart."
            if ratio < 1
            else "Held-out units watch that it does not learn the others by heart."
        )
    )
    return tuple(notes)


def about_tied_weights(shape: Architecture) -> Notes:
    """What tied weights are, and what they save here.

    Examples
    --------
    >>> from marketfold.reduction.network import Architecture
    >>> print(about_tied_weights(Architecture(20, (64, 32), 8, tied=True))[1])
    Here that leaves 3,584 kernel weights instead of 7,168.
    """
    one_way = shape.n_kernel_weights if shape.tied else shape.n_kernel_weights // 2
    notes = [
        "With tied weights the way back uses the same numbers as the way there, turned over: what pulls a feature into "
        "a dimension also gives it back. Each weight learns from both ways, and there are half as many to learn.",
    ]
    if shape.tied:
        notes.append(f"Here that leaves {words.count(one_way)} kernel weights instead of {words.count(2 * one_way)}.")
    else:
        both = words.count(2 * one_way)
        notes.append(f"Here they are not tied: {both} kernel weights, where tying would leave {words.count(one_way)}.")
    return tuple(notes)


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
    best = int(history["best_epoch"])
    kept, trained = history["validation_loss"][best - 1], history["loss"][best - 1]
    return (
        "The loss is the mean squared difference between what went in and what came back. One curve is of the units "
        "that the network learns from, the other of units that it never sees. When the second stops falling while the "
        "first goes on, the network has begun to learn by heart; training stops, and its best state is kept.",
        f"Here the held-out loss fell from {_loss(history['validation_loss'][0])} to {_loss(kept)} in epoch {best}, "
        f"the best of {len(history['loss'])}; the training loss was {_loss(trained)} by then.",
    )
