"""Segments of any kind, judged as those of a run are: a matrix or a frame, and labels or clusterers of any library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.arrays import as_array, frame_columns
from marketfold.diagnostics import find_traps as traps_of
from marketfold.errors import ParameterError
from marketfold.features import FeatureMatrix, MatrixScaler, build_matrix
from marketfold.segments import number_and_name
from marketfold.segments import profile_segments as profiles_of
from marketfold.selection import Fits, Recipe, Segmentation
from marketfold.selection import compare_reducers as compare
from marketfold.units import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.cleaning import CleanOrders
    from marketfold.diagnostics import Trap
    from marketfold.segments import SegmentProfile
    from marketfold.selection import ReducerComparison

NOISE = "Noise"
"""What units are called that a clusterer sets aside (label -1)."""


def as_matrix(X: Any) -> FeatureMatrix:
    """A matrix of ours out of whatever holds one; an array or a frame is taken as it is, and not scaled.

    >>> as_matrix(np.array([[1.0, 2.0], [3.0, 5.0]])).names
    ('x0', 'x1')
    """
    if isinstance(X, FeatureMatrix):
        return X
    if isinstance(X, FeatureTable):
        return build_matrix(X)
    values = as_array(X)
    names = [str(name) for name in frame_columns(X) or (f"x{place}" for place in range(values.shape[1]))]
    features = tuple(Feature(name, name, "ratio", "value") for name in names)
    ids = np.array([str(row) for row in range(1, len(values) + 1)])
    table = FeatureTable("customer", ids, values.astype(np.float64), features, np.zeros(len(values)), None)
    return FeatureMatrix(values, table, MatrixScaler.identity(values.shape[1]), {})


def segmentation(X: Any, labels: Any = None) -> Segmentation:
    """Segments that were made elsewhere, as every later stage reads them.

    Parameters
    ----------
    X
        A matrix, as an array, a frame or a `FeatureMatrix`; or a `Segmentation`, which is given back.
    labels
        The segment of each row, shape (n_units,): whole numbers or texts. Numbers from 1 are kept, others counted anew.
        The label -1 is noise: a segment of its own, the last one, called so.

    Raises
    ------
    ParameterError
        If there is not one label for each row.

    Examples
    --------
    >>> made = segmentation(np.array([[0.0], [0.1], [5.0], [5.1], [99.0]]), [0, 0, 1, 1, -1])
    >>> made.numbers, made.names
    ((1, 2, 3), ('Segment 1', 'Segment 2', 'Noise'))
    """
    if isinstance(X, Segmentation):
        if labels is not None:
            raise ParameterError("A Segmentation has its labels: leave labels out.")
        return X
    matrix, given = as_matrix(X), np.asarray(labels if labels is not None else [])
    if given.shape != (len(matrix),):
        raise ParameterError(f"There are {len(matrix)} rows, and labels of shape {given.shape}: give one for each row.")
    whole = given.dtype.kind in "iu"
    noise = given == -1 if whole else np.zeros(len(given), bool)
    known, places = np.unique(given[~noise], return_inverse=True)
    positions = np.full(len(given), len(known), np.int32)
    positions[~noise] = places
    made = Segmentation.of(matrix, positions)
    kept = whole and len(known) > 0 and known.min() >= 1
    numbers = known.tolist() if kept else list(range(1, len(known) + 1))
    names = [f"Segment {number}" if whole else str(value) for number, value in zip(numbers, known, strict=True)]
    if noise.any():
        numbers, names = [*numbers, max(numbers, default=0) + 1], [*names, NOISE]
    return replace(made, numbers=tuple(numbers), names=tuple(names))


def profile_segments(X: Any, labels: Any = None, *, random_state: int = 0) -> tuple[SegmentProfile, ...]:
    """Describe every segment beside everybody: size, money, medians, what sets it apart, and a rule.

    `X` and `labels` as in `segmentation`; where `X` is a matrix of ours, in the user's units and with names as a run
    gives them. `random_state` is of the rows that make and that measure a rule.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"orders": [1, 2, 1, 9, 8, 9], "days": [300, 250, 310, 3, 5, 2]})
    >>> [(one.number, one.units, one.medians["orders"]) for one in profile_segments(frame, [0, 0, 0, 1, 1, 1])]
    [(1, 3, 1.0), (2, 3, 9.0)]
    """
    made = segmentation(X, labels)
    if isinstance(X, FeatureMatrix) and NOISE not in made.names:
        made = replace(made, names=number_and_name(made)[0].names)
    return profiles_of(made, random_state)


def find_traps(X: Any, labels: Any = None, source: CleanOrders | None = None) -> tuple[Trap, ...]:
    """Look for every trap that can be seen with what is given; the serious ones first, none for a clean set.

    `X` and `labels` as in `segmentation`; noise is compared like a segment. `source` are the lines behind it: without
    them neither whose the orders are, nor further columns, nor the outcome window can be looked at.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame({"spend": rng.normal(size=90), "channel": np.repeat([0.0, 1.0, 2.0], 30)})
    >>> [(trap.code, trap.columns) for trap in find_traps(frame, np.repeat([0, 1, 2], 30))]
    [('restates_column', ('channel',))]
    """
    return traps_of(segmentation(X, labels), source)


def compare_reducers(
    X: Any,
    methods: Sequence[Any] = ("none", "pca"),
    *,
    n_segments: int = 4,
    n_dimensions: int | None = None,
    random_state: int = 0,
) -> ReducerComparison:
    """Judge each reduction on the same units, at the same number of segments and of dimensions.

    Parameters
    ----------
    X
        A matrix, as an array, a frame or a `FeatureMatrix`; an array and a frame should be scaled.
    methods
        Names of reductions or transformers of scikit-learn's, as instances, from the simplest on.
    n_dimensions
        Of each method that reduces; None lets each find them.

    Raises
    ------
    TooFewUnitsError
        If every one has too few units.

    Examples
    --------
    >>> from sklearn.decomposition import FactorAnalysis
    >>> rng = np.random.default_rng(0)
    >>> one = rng.normal(size=(120, 1))
    >>> X = one + 0.3 * rng.normal(size=(120, 5))
    >>> [score.method for score in compare_reducers(X, ["none", FactorAnalysis(1)], n_segments=2).scores]
    ['none', 'FactorAnalysis']
    """
    recipe = Recipe("all", "none", n_segments, n_dimensions=n_dimensions, seed=random_state)
    return compare(Fits.of(as_matrix(X)), recipe, methods)
