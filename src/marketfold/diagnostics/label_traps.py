"""Traps that can be seen only in the segments themselves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketfold.clustering import adjusted_rand, cross_table, jaccards
from marketfold.diagnostics.matrix_traps import Trap, one_hot_blocks
from marketfold.thresholds import FEWEST_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.diagnostics.source_context import Column
    from marketfold.schema import Float32, Float64, Ids, Labels
    from marketfold.units import FeatureTable

RESTATED = 0.95
"""Adjusted Rand index between the segments and a rule on one column from which they say the same."""

REPRODUCED = 0.8
TIED = 0.7
"""Other columns clear the first when cuts on them agree so well with the segments; not those whose ranks, within the
segments, correlate more than this with the first one's."""

FOLDS = 5

SAME_UNITS = 0.95
"""Jaccard index from which a segment and the units with one value are the same group."""

OUTLIERS = 2
LEAST_SHARE = 0.01
MOST_NEEDED = 100
"""A useful segment has a hundredth of the units, but never needs more than 100: fewer cannot be used by the large
advertising platforms."""

ALONE = 0.8
"""Share of what separates the segments that one of three or more columns may carry."""

STRADDLING = 0.1


def _codes(column: Column) -> tuple[list[str], NDArray[np.int64]]:
    """Values of a text column and the number of each row's value; an empty cell is a value of its own."""
    encoded = pa.array(column, type=pa.string(), from_pandas=True).fill_null("").dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def agreement_of_values(codes: NDArray[np.int64], labels: Labels) -> float:
    """How well "the segment most usual for this value" reproduces the labels, each unit judged by the others only."""
    counts = cross_table(codes, labels)[codes]
    counts[np.arange(len(labels)), labels] -= 1
    foretold = counts.argmax(axis=1)
    # of two that are equally usual the others name the other one, always: the same groups, and none foretold
    return min(adjusted_rand(foretold, labels), float((foretold == labels).mean()))


def agreement_of_cuts(column: Float64, labels: Labels) -> float:
    """How well cuts on one column, as many groups as there are segments, reproduce the labels."""
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  (costs start-up time)

    n_segments = len(np.unique(labels))
    if n_segments < 2 or 2 * n_segments > len(labels):  # of fewer than two units each nothing is foretold
        return 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=n_segments, random_state=0)
    return adjusted_rand(tree.fit(column[:, None], labels).predict(column[:, None]), labels)


def _agreement_of_many(columns: Float64, labels: Labels) -> float:
    """How well a small tree on many columns foretells the labels of units that it has not seen.

    Among many columns and few units a tree finds cuts that fit by chance, so it is cross-validated; the cuts on a
    single column have no such choice.
    """
    from sklearn.model_selection import KFold, cross_val_predict  # noqa: PLC0415  (costs start-up time)
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  (costs start-up time)

    if len(labels) < max(FOLDS, 2 * len(np.unique(labels))):
        return 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=2 * len(np.unique(labels)), random_state=0)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    return adjusted_rand(cross_val_predict(tree, columns, labels, cv=folds), labels)


def candidates(table: FeatureTable, columns: Mapping[str, Column]) -> list[tuple[str, Column]]:
    """Every column that segments might restate: features, one-hot blocks as one column, described and given ones."""
    found: list[tuple[str, Column]] = [(feature.name, table.column(feature.name)) for feature in table.features]
    for block, members in one_hot_blocks(table).items():
        names = np.array([table.features[j].name for j in members], dtype=object)
        found.append((block, names[table.values[:, members].argmax(axis=1)]))
    return [*found, *table.described.items(), *columns.items()]


def find_functional_dependency(
    table: FeatureTable, labels: Labels, columns: Mapping[str, Column], rows: NDArray[np.intp], segments: Sequence[int]
) -> list[Trap]:
    """Find the column that the segments only repeat, by a rule on that column alone, on the given rows."""
    shown = labels[rows]
    texts: dict[str, float] = {}
    numbers: dict[str, Float64] = {}
    values: list[Trap] = []
    for name, column in candidates(table, columns):
        if np.issubdtype(column.dtype, np.number):
            numbers[name] = np.asarray(column[rows], dtype=np.float64)
            continue
        found, codes = _codes(column[rows])
        if 2 <= len(found) <= len(rows) / 2:  # with more it is as good as an id: any labels could be read off it
            texts[name] = max(agreement_of_values(codes, shown), texts.get(name, 0.0))
            values += _find_values(name, found, cross_table(codes, shown), segments)
    best = max(texts, key=lambda name: texts[name], default="")
    if best and texts[best] >= RESTATED:
        return [_restates(best, texts[best])]
    return values or _find_number(numbers, shown)


def _find_number(numbers: Mapping[str, Float64], labels: Labels) -> list[Trap]:
    """Find the one number that the segments are cuts of.

    Where groups lie far apart in several directions, cuts on any one of them reproduce the groups; that is
    structure and no trap. So the other columns clear the first when they nearly reproduce the groups without it; those
    that go with it inside the segments have no say.
    """
    agreements = {name: agreement_of_cuts(column, labels) for name, column in numbers.items()}
    best = max(agreements, key=lambda name: agreements[name], default="")
    if not best or agreements[best] < RESTATED:
        return []
    rest = (column for name, column in numbers.items() if name != best)
    others = [column for column in rest if _tie_within(numbers[best], column, labels) < TIED]
    if others and _agreement_of_many(np.column_stack(others), labels) >= REPRODUCED:
        return []
    return [_restates(best, agreements[best])]


def _tie_within(a: Float64, b: Float64, labels: Labels) -> float:
    """Correlation of ranks within the segments, pooled, 0 to 1; 1 where one of them does not vary there."""
    from scipy.stats import rankdata  # noqa: PLC0415  (costs start-up time)

    sizes = np.maximum(np.bincount(labels), 1)
    a, b = (ranks - (np.bincount(labels, weights=ranks) / sizes)[labels] for ranks in map(rankdata, (a, b)))
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return abs(float(a @ b)) / norm if norm > 0 else 1.0


def _restates(name: str, agreement: float) -> Trap:
    return Trap("restates_column", (name,), "serious", facts={"agreement": agreement})


def _find_values(name: str, texts: list[str], counts: NDArray[np.int64], segments: Sequence[int]) -> list[Trap]:
    """Find segments that are exactly the units with one value of a column."""
    jaccard = jaccards(counts)
    same = [s for s in range(counts.shape[1]) if jaccard[:, s].max() >= SAME_UNITS]
    if len(same) < 2:
        return []
    values = tuple(texts[int(jaccard[:, s].argmax())] for s in same)
    numbers = tuple(segments[s] for s in same)
    return [Trap("segments_are_values", (name,), "serious", numbers, {"values": values})]


def least_useful(n_units: int) -> int:
    """How many units a segment needs to be of use.

    >>> least_useful(92), least_useful(2_000), least_useful(1_000_000)
    (5, 20, 100)
    """
    return min(MOST_NEEDED, max(FEWEST_MEMBERS, math.ceil(LEAST_SHARE * n_units)))


def find_small(sizes: Sequence[int], numbers: Sequence[int]) -> list[Trap]:
    """Find segments of one or two units, and those too small to be of use; `sizes` are units of each."""
    least = least_useful(sum(sizes))
    found = []
    for number, size in zip(numbers, sizes, strict=True):
        if size <= OUTLIERS:
            found.append(Trap("outlier_segment", (), "serious", (number,), {"kind": str(size)}))
        elif size < least:
            found.append(Trap("small_segment", (), "warning", (number,), {"n_units": size, "n_needed": least}))
    return found


def find_alone(X: Float32, labels: Labels, names: tuple[str, ...]) -> list[Trap]:
    """Find one column that makes nearly all the difference between the segments."""
    if len(names) < 3 or len(np.unique(labels)) < 2:
        return []
    sizes = np.bincount(labels).astype(np.float64)
    means = np.stack([np.bincount(labels, weights=column) for column in X.T], axis=1) / np.maximum(sizes, 1)[:, None]
    between = sizes @ (means - X.mean(axis=0, dtype=np.float64)) ** 2
    j, total = int(between.argmax()), float(between.sum())
    if not total or between[j] / total < ALONE:
        return []
    facts = {"difference_share": float(between[j] / total), "n_others": len(names) - 1}
    return [Trap("one_column_decides", (names[j],), "warning", facts=facts)]


def find_grain(table: FeatureTable, labels: Labels, customers: Ids | NDArray[np.object_]) -> list[Trap]:
    """Find that orders or lines were grouped while customers are meant."""
    if table.unit == "customer":
        return []
    texts, codes = _codes(customers)
    in_segments = (cross_table(codes, labels) > 0).sum(axis=1)
    several = int((in_segments > 1).sum())
    if several < STRADDLING * len(texts):
        return []
    return [Trap("grain", (), "serious", facts={"unit": table.unit, "n_several": several, "n_customers": len(texts)})]
