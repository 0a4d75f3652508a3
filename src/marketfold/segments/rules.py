"""A rule for each segment that a person can read and apply, with how often it is right.

A shallow decision tree (segment against the rest) proposes conjunctions: every path from its root to any node. The one
with the best Youden index (share of the segment met, less the share of others met; Youden 1950) that is not bought with
needless conditions is kept, its thresholds are rounded to numbers that a person would choose, and it is measured again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.frames import terse
from marketfold.segments.distinguishing_features import MOSTLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Labels
    from marketfold.units import FeatureTable

    Flags = NDArray[np.bool_]

Measured = Literal["cross-validated", "held back", "same units"]

DEPTH = 3
PRICE_OF_CONDITION = 0.02
"""Youden index that one more condition must earn; a shorter rule is easier to keep in mind."""

ROUNDING_LOSS = 0.02
"""Youden index that a rounder threshold may cost."""

MOST_DECIMALS = 6
LEAST_YOUDEN = 0.2
"""A rule that separates less says nothing, and there is none."""

SAMPLE = 4_000
"""Rows of the segment, and of the others, that a rule is made from; with more the rest measures it."""

FOLDS = 5
FEWEST_FOR_FOLDS = 10


@terse
@dataclass(frozen=True)
class Bound:
    """One threshold: `feature` is at most, or above, `threshold` (in the user's unit)."""

    feature: str
    above: bool
    threshold: float


@dataclass(frozen=True)
class _Rates:
    recall: float
    others_share: float
    precision: float

    @property
    def youden(self) -> float:
        return self.recall - self.others_share


@terse
@dataclass(frozen=True, kw_only=True)
class SegmentRule(_Rates):
    """Conditions that hold together, and how often they are right.

    Attributes
    ----------
    recall, others_share
        Shares of the segment's units, and of the others, that meet the rule, 0 to 1 ("94 % of them, 3 % of others").
    precision
        Share of the units meeting it that are of the segment, 0 to 1.
    measured
        On which units the three shares were measured: those of cross-validation, units held back, or the very units
        that the rule was made from (too few for better).
    """

    conditions: tuple[Bound, ...]
    measured: Measured = "same units"


def _rates(met: Flags, inside: Flags) -> _Rates:
    hits, met_count, size = int((met & inside).sum()), int(met.sum()), int(inside.sum())
    others = max(len(inside) - size, 1)
    return _Rates(hits / max(size, 1), (met_count - hits) / others, hits / max(met_count, 1))


def meets(values: Float64, names: tuple[str, ...], conditions: tuple[Bound, ...]) -> Flags:
    """Which rows meet all conditions, shape (n_units,); `values` has the columns `names`.

    Examples
    --------
    >>> meets(np.array([[30.0], [90.0], [91.0]]), ("recency_days",), (Bound("recency_days", False, 90.0),)).tolist()
    [True, True, False]
    """
    met = np.ones(len(values), dtype=np.bool_)
    for condition in conditions:
        column = values[:, names.index(condition.feature)]
        met &= (column > condition.threshold) if condition.above else (column <= condition.threshold)
    return met


def _tightest(conditions: list[Bound]) -> tuple[Bound, ...]:
    """At most one lower and one upper bound for each feature, in order of first mention."""
    kept: dict[tuple[str, bool], Bound] = {}
    for condition in conditions:
        key = (condition.feature, condition.above)
        limit = max if condition.above else min
        before = kept.get(key, condition).threshold
        kept[key] = replace(condition, threshold=limit(before, condition.threshold))
    return tuple(kept.values())


def _paths(values: Float64, inside: Flags, names: tuple[str, ...], seed: int) -> Iterator[tuple[Bound, ...]]:
    """Yield the conjunction that leads to each node of a shallow tree."""
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  (costs start-up time)

    classifier = DecisionTreeClassifier(
        max_depth=DEPTH, class_weight="balanced", min_weight_fraction_leaf=0.02, random_state=seed
    )
    least, most = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    # of whom a feature is not measured stands below all others; that it is measured is no condition
    tree = classifier.fit(np.where(np.isnan(values), least - 1, values), inside).tree_
    waiting: list[tuple[int, list[Bound]]] = [(0, [])]
    while waiting:
        node, path = waiting.pop()
        if path:
            yield _tightest(path)
        if tree.children_left[node] != tree.children_right[node]:
            place, threshold = tree.feature[node], float(tree.threshold[node])
            possible = least[place] <= threshold < most[place]
            for child, above in ((tree.children_left[node], False), (tree.children_right[node], True)):
                step = [Bound(names[place], above=above, threshold=threshold)] if possible else []
                waiting.append((child, [*path, *step]))


def _roundest(low: float, high: float) -> float:
    """Give the number with the fewest digits in low <= number < high."""
    if low <= 0 < high:
        return 0.0
    for decimals in range(-math.floor(math.log10(max(abs(low), abs(high)))), MOST_DECIMALS):
        for step in (1.0, 2.0):  # whole units of the last digit, then halves of them: 30 before 25 before 24
            number = math.ceil(low * step * 10.0**decimals) / step / 10.0**decimals
            if low <= number < high:
                return number
    return low


def _readable(threshold: float, column: Float64) -> list[float]:
    """Candidates for a threshold, roundest first; the last divides the rows exactly as the threshold does."""
    below, above = column[column <= threshold], column[column > threshold]
    if not len(below) or not len(above) or threshold == 0:
        return [threshold]
    exact = _roundest(float(below.max()), float(above.min()))
    size = math.floor(math.log10(abs(threshold)))
    halves = round(threshold * 2, -size) / 2  # 1.5, 25, 350: halves of a leading digit
    return [round(threshold, -size), halves, round(threshold, 1 - size), exact]


def _rounded(
    values: Float64, inside: Flags, names: tuple[str, ...], conditions: tuple[Bound, ...]
) -> tuple[Bound, ...]:
    """Give every threshold the roundest value that keeps the rule as good."""
    loss = max(ROUNDING_LOSS, 1 / int(inside.sum()))  # of a small segment, one unit
    floor = _rates(meets(values, names, conditions), inside).youden - loss
    kept = list(conditions)
    for i, condition in enumerate(conditions):
        column = values[:, names.index(condition.feature)]
        column = column[~np.isnan(column)]
        whole = bool((column == np.floor(column)).all())  # of whole numbers, 2.5 divides as 2 does
        for candidate in _readable(math.floor(condition.threshold) if whole else condition.threshold, column):
            rounded = float(math.floor(candidate)) if whole else candidate
            if not column.min() <= rounded < column.max():  # nobody, or everybody, meets it
                continue
            trial = [*kept[:i], replace(condition, threshold=rounded), *kept[i + 1 :]]
            if _rates(meets(values, names, tuple(trial)), inside).youden >= floor:
                kept = trial
                break
    return tuple(kept)


def _best(values: Float64, inside: Flags, names: tuple[str, ...], seed: int) -> tuple[Bound, ...]:
    """Find the conjunction with the best Youden index for its length, rounded; empty where no feature divides."""
    scored = [
        (_rates(meets(values, names, path), inside).youden - PRICE_OF_CONDITION * len(path), -i, path)
        for i, path in enumerate(_paths(values, inside, names, seed))
    ]
    return _rounded(values, inside, names, max(scored)[2]) if scored else ()


def _made_and_measured(
    values: Float64, inside: Flags, names: tuple[str, ...], seed: int
) -> tuple[tuple[Bound, ...], _Rates, Measured]:
    """Make the rule, and measure it, rounding included, on the most independent rows that the numbers allow."""
    parts = [np.flatnonzero(inside), np.flatnonzero(~inside)]
    if len(inside) > 2 * SAMPLE and len(parts[0]) >= 2 * FEWEST_FOR_FOLDS:
        rng, making = np.random.default_rng(seed), np.zeros(len(inside), dtype=np.bool_)
        for rows in parts:  # as many of either remain to measure it
            making[rng.choice(rows, size=min(SAMPLE, (len(rows) + 1) // 2), replace=False)] = True
        conditions = _best(values[making], inside[making], names, seed)
        return conditions, _rates(meets(values, names, conditions)[~making], inside[~making]), "held back"
    conditions = _best(values, inside, names, seed)
    met = meets(values, names, conditions)
    if min(map(len, parts)) < FEWEST_FOR_FOLDS:
        return conditions, _rates(met, inside), "same units"
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415  (costs start-up time)

    for made_from, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(values, inside):
        met[unseen] = meets(values[unseen], names, _best(values[made_from], inside[made_from], names, seed))
    return conditions, _rates(met, inside), "cross-validated"


def find_rule(table: FeatureTable, labels: Labels, segment: int, seed: int = 0) -> SegmentRule | None:
    """Find a short rule in the user's units that tells one segment (from 0) from the rest; None where there is none.

    `seed` divides rows into those that make and those that measure the rule.

    Examples
    --------
    >>> from datetime import date
    >>> from marketfold.units import Feature, FeatureTable
    >>> days = np.array([[float(day)] for day in range(1, 41)])
    >>> recency = Feature("recency_days", "days since the last order", "days", "timing")
    >>> ids = np.array([f"C{day}" for day in range(1, 41)])
    >>> table = FeatureTable("customer", ids, days, (recency,), days[:, 0], date(2026, 1, 1))
    >>> find_rule(table, (days[:, 0] > 20).astype(np.int32), 0).conditions
    (Bound(feature='recency_days', above=False, threshold=20),)
    """
    inside = labels == segment
    # of whom a feature is not measured meets no condition on it: so it says something only where most have it
    names = (
        tuple(
            name
            for name in table.names
            if min(table.measured(name)[rows].mean() for rows in (inside, ~inside)) >= MOSTLY
        )
        if 0 < inside.sum() < len(inside)
        else ()
    )
    if not names:
        return None
    values = np.column_stack([table.shown(name) for name in names])
    conditions, rates, measured = _made_and_measured(values, inside, names, seed)
    if not conditions or rates.youden < LEAST_YOUDEN:
        return None
    return SegmentRule(**vars(rates), conditions=conditions, measured=measured)
