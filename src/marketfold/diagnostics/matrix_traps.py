"""What a trap is, and those that can be seen in the columns, before anything is clustered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from marketfold.frames import terse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32, Float64, Ids
    from marketfold.units import Feature, FeatureTable

FEWEST_UNITS = 20
"""Below so many units columns agree by chance."""

ID_NAME = re.compile(r"(^|_)(id|ids|key|uuid|guid|number|no|nr|row|index)$", re.IGNORECASE)
ID_SPREAD = 2.0
"""Distinct whole numbers within so many times as many steps as there are units are a running number."""

LEAST_MINORITY = 5
"""Units that a flag must divide off before it can be said to follow from another column."""

ROWS_FOR_SUMS = 4_000
LINEAR_REMAINDER = 1e-6
"""Share of a column's variance that may be left when it is a sum of others."""

UNSCALED_SHARE = 0.5
TAIL = 0.01
TAIL_SHARE = 0.5
"""Of a normal column the farthest hundredth holds 8 % of the variance, of an exponential one 20 %."""

ONE_HOT_SHARE = 0.5
LEAK = 0.98

Severity = Literal["note", "warning", "serious"]


SAMPLED = "sampled"
"""Fact of a trap: of how many units it was looked for, where these are not all."""


@terse
@dataclass(frozen=True)
class Trap:
    """Something that makes segments look like findings when they are not; `report.sentences` says it.

    Attributes
    ----------
    code
        Stable name of the check (`restates_column`).
    severity
        `serious` where the segments should not be used as they are, `warning` where they need a second look, `note`
        where it is enough to know.
    columns, segments
        Columns and numbers of the segments concerned, where there are any.
    facts
        What was found, by name, as far as the code and the columns do not say it; `SAMPLED` units were looked at where
        these are not all.
    """

    code: str
    columns: tuple[str, ...]
    severity: Severity
    segments: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def find_ids(table: FeatureTable) -> list[Trap]:
    """Find identifiers and running numbers among the features."""
    found = []
    for feature in table.features if len(table) >= FEWEST_UNITS else ():
        column = table.column(feature.name)
        distinct = len(np.unique(column)) / len(column)
        whole = bool((column == np.floor(column)).all())
        running = whole and distinct == 1 and float(np.ptp(column)) < ID_SPREAD * len(column)
        named = bool(ID_NAME.search(feature.name)) and whole and distinct > 0.9
        if running or named or _equals_ids(column, table.ids):
            found.append(Trap("id_among_features", (feature.name,), "serious", facts={"unit": table.unit}))
    return found


def _equals_ids(column: Float64, ids: Ids) -> bool:
    if not all(re.fullmatch(r"\d{1,15}", str(one)) for one in ids[:FEWEST_UNITS]):
        return False
    try:
        return bool(np.array_equal(column, ids.astype(np.float64)))
    except ValueError:
        return False


def _follows(source: Float64, target: Float64, order: NDArray[np.intp]) -> bool:
    """Whether `target` is a monotone function of `source`, whose sorting is `order`."""
    steps, rise = np.diff(source[order]), np.diff(target[order])
    if (rise[steps == 0] != 0).any():
        return False
    return bool((rise >= 0).all() or (rise <= 0).all())


def _tells_enough(column: Float64) -> bool:
    """Whether a column has more than two values, or two with enough units on either side."""
    values, counts = np.unique(column, return_counts=True)
    return len(values) > 2 or (len(values) == 2 and int(counts.min()) >= LEAST_MINORITY)


def find_derived(table: FeatureTable, rows: NDArray[np.intp]) -> list[Trap]:
    """Find columns that repeat another, follow from another, or are the sum of others, on the given rows."""
    values = table.values[rows]
    if len(values) < FEWEST_UNITS:
        return []
    features = table.features
    orders = [np.argsort(values[:, j], kind="stable") for j in range(len(features))]
    found: list[Trap] = []
    gone: set[int] = set()
    usable = [j for j in range(len(features)) if _tells_enough(values[:, j])]
    for i, j in permutations(usable, 2):
        if not {i, j} & gone and _follows(values[:, i], values[:, j], orders[i]):
            kind = "repeats" if np.array_equal(values[:, i], values[:, j]) else "follows"
            columns = (features[j].name, features[i].name)
            found.append(Trap("derived_column", columns, "warning", facts={"kind": kind}))
            gone.add(j)
    return found + _find_sums(values[:ROWS_FOR_SUMS], features, [j for j in usable if j not in gone])


def _find_sums(values: Float64, features: Sequence[Feature], usable: list[int]) -> list[Trap]:
    """Find columns that are exact sums of others; shares of one block add to one by their nature and are let be."""
    found: list[Trap] = []
    left = list(usable)
    for j in usable:
        others = [i for i in left if i != j and (features[i].block is None or features[i].block != features[j].block)]
        if len(others) < 2 or len(values) < 2 * len(others):
            continue
        parts = values[:, others] - values[:, others].mean(axis=0)
        scales = parts.std(axis=0)
        parts = parts / np.where(scales > 0, scales, 1)
        target = values[:, j] - values[:, j].mean()
        weights, *_ = np.linalg.lstsq(parts, target, rcond=1e-9)
        rest = target - parts @ weights
        if float(rest @ rest) < LINEAR_REMAINDER * float(target @ target):
            used = [features[i].name for i, w in zip(others, weights, strict=True) if abs(w) > 1e-3 * target.std()]
            found.append(Trap("derived_column", (features[j].name, *used), "warning", facts={"kind": "sum"}))
            left.remove(j)
    return found


def find_unscaled(X: Float32, table: FeatureTable) -> list[Trap]:
    """Find a column whose spread alone outweighs all others, and columns that a few extreme units rule."""
    spread = X.var(axis=0, dtype=np.float64)
    total = float(spread.sum())
    n_weights = len({feature.block or feature.name for feature in table.features})  # a block weighs as one column
    found: list[Trap] = []
    for j, feature in enumerate(table.features):
        if total and n_weights > 2 and spread[j] / total > UNSCALED_SHARE:
            facts: dict[str, Any] = {"variance_share": float(spread[j] / total)}
            found.append(Trap("unscaled_column", (feature.name,), "serious", facts=facts))
        elif _tail_share(X[:, j]) > TAIL_SHARE:
            facts = {"n_tail": _n_tail(X), "n_units": len(X), "unit": table.unit}
            found.append(Trap("skewed_column", (feature.name,), "warning", facts=facts))
    return found


def _n_tail(rows: Float32 | Float64) -> int:
    return max(1, int(len(rows) * TAIL))


def _tail_share(column: Float32) -> float:
    """Share of the variance that the farthest hundredth of the units holds; 0 for a column of few values."""
    if len(column) < 1 / TAIL or len(np.unique(column[:1000])) < 10:
        return 0.0
    squares = (column - column.mean(dtype=np.float64)) ** 2
    n_tail = _n_tail(squares)
    total = float(squares.sum())
    return float(np.partition(squares, len(squares) - n_tail)[-n_tail:].sum()) / total if total else 0.0


def one_hot_blocks(table: FeatureTable) -> dict[str, list[int]]:
    """Find column numbers of each group of flags of which exactly one is set for every unit.

    Groups are the features' blocks; flags without a block are grouped by what stands before the last underscore or
    equals sign of their name, as `pandas.get_dummies` names them.
    """
    groups: dict[str, list[int]] = {}
    for j, feature in enumerate(table.features):
        key = feature.block or re.split(r"[_=](?=[^_=]*$)", feature.name)[0]
        if np.isin(table.values[:1000, j], (0.0, 1.0)).all():
            groups.setdefault(key, []).append(j)
    return {
        key: columns
        for key, columns in groups.items()
        if len(columns) >= 2 and bool((table.values[:, columns].sum(axis=1) == 1).all())
    }


def find_one_hot(X: Float32, table: FeatureTable) -> list[Trap]:
    """Find one-hot columns that together outweigh every measurement."""
    spread = X.var(axis=0, dtype=np.float64)
    blocks = one_hot_blocks(table)
    columns = [j for members in blocks.values() for j in members]
    share = float(spread[columns].sum() / spread.sum()) if columns and spread.sum() else 0.0
    if share <= ONE_HOT_SHARE or len(columns) < 3:
        return []
    facts = {"n_one_hot": len(columns), "n_columns": X.shape[1], "variance_share": share}
    return [Trap("one_hot_rules", tuple(blocks), "serious", facts=facts)]


def find_leaks(table: FeatureTable, later_revenue: Float64 | None) -> list[Trap]:
    """Find features that know what happens in the outcome window, on or after the as-of day."""
    found = []
    for feature in table.features:
        column = table.column(feature.name)
        if feature.measure == "days" and feature.aspect == "timing" and len(column) and float(column.min()) < 0:
            facts = {"kind": "negative", "n_units": int((column < 0).sum()), "unit": table.unit, "as_of": table.as_of}
        elif later_revenue is not None and abs(_correlation(column, later_revenue)) >= LEAK:
            facts = {"kind": "correlated", "as_of": table.as_of}
        else:
            continue
        found.append(Trap("sees_past_as_of", (feature.name,), "serious", facts=facts))
    return found


def _correlation(a: Float64, b: Float64) -> float:
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm else 0.0
