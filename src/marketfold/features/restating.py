"""Columns that carry no information of their own: constants, ids, and what only restates another column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32

# At r = 0.99 the one column leaves 2 % of the other's variance unexplained.
SAME_ABOVE = 0.99
# Fewer rows agree by chance; more values than these are no classes.
LEAST_ROWS_PER_VALUE = 5
MOST_CLASSES = 50
_SAMPLE = 50_000


def _codes(column: NDArray[Any]) -> tuple[NDArray[np.intp], int]:
    """Values as ranks 0 to n_values - 1."""
    if column.dtype == object:
        column = np.array(["" if value is None else f"={value}" for value in column])
    values, codes = np.unique(column, return_inverse=True)
    return codes.reshape(-1), len(values)


def is_id(column: NDArray[Any]) -> bool:
    """Whether text names each row once, or whole numbers only count the rows.

    >>> is_id(np.array(["a", "b", "c"])), is_id(np.array([2.5, 1.0, 9.0])), is_id(np.array([3, 1, 2]))
    (True, False, True)
    """
    distinct = len(np.unique(column.astype(str) if column.dtype == object else column)) == len(column)
    if not distinct or column.dtype.kind in "OUS":
        return distinct
    numbers = column.astype(np.float64)
    return bool(np.ptp(numbers) == len(numbers) - 1 and (numbers == np.round(numbers)).all())


def determines(source: NDArray[Any], target: NDArray[Any]) -> bool:
    """Whether a few classes are a pure function of another column.

    The source may have classes too (the quarter of a month), or be a number that is cut into ranges (the deal size
    of an amount).

    Parameters
    ----------
    source, target : shape (n_rows,)
        Numbers or text.
    """
    target_codes, n_classes = _codes(target)
    source_codes, n_values = _codes(source)
    n_rows = len(target_codes)
    if not 2 <= n_classes <= MOST_CLASSES or n_rows < LEAST_ROWS_PER_VALUE * n_classes:
        return False
    if n_values * LEAST_ROWS_PER_VALUE <= n_rows:
        pairs = len(np.unique(source_codes * n_classes + target_codes))
        return pairs == n_values
    if source.dtype.kind not in "fiu":
        return False
    ordered = target_codes[np.lexsort((target_codes, source_codes))]
    return int((ordered[1:] != ordered[:-1]).sum()) == n_classes - 1


def find_restatements(columns: Mapping[str, NDArray[Any]]) -> dict[str, str]:
    """Columns of a table that are constant, an id, or restate another column, with the reason.

    Parameters
    ----------
    columns
        Name and values of each column, each of shape (n_rows,), numbers or text. Of two columns that restate each
        other the first is kept.

    Examples
    --------
    >>> month = np.tile(np.arange(1, 13), 20)
    >>> find_restatements({"MONTH_ID": month, "QTR_ID": (month - 1) // 3 + 1})
    {'QTR_ID': 'restates MONTH_ID'}
    """
    reasons: dict[str, str] = {}
    kept: list[str] = []
    for name, column in columns.items():
        if _codes(column)[1] < 2:
            reasons[name] = "the same for everybody"
        elif is_id(column):
            reasons[name] = "an id"
        else:
            kept.append(name)
    for name in kept:
        others = [other for other in kept if other != name and other not in reasons]
        source = next((other for other in others if determines(columns[other], columns[name])), None)
        mutual = source is not None and determines(columns[name], columns[source])
        if source is not None and not (mutual and kept.index(name) < kept.index(source)):
            reasons[name] = f"restates {source}"
    return reasons


def find_same(X: Float32, names: Sequence[str], blocks: Sequence[str | None]) -> dict[str, str]:
    """Scaled columns whose correlation with an earlier one is near 1 or -1, with the reason.

    Columns of one block are not compared with each other: shares that add up to one always depend on each other, and
    a block weighs as one feature anyhow.

    Parameters
    ----------
    X : shape (n_units, n_features)
        Scaled, no column constant.
    names, blocks
        Of each column.
    """
    step = max(1, len(X) // _SAMPLE)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.atleast_2d(np.corrcoef(X[::step].astype(np.float64), rowvar=False))
    reasons: dict[str, str] = {}
    for place, name in enumerate(names):
        for before in range(place):
            in_block = blocks[place] is not None and blocks[place] == blocks[before]
            if not in_block and names[before] not in reasons and abs(r[place, before]) >= SAME_ABOVE:
                reasons[name] = f"restates {names[before]} (correlation {r[place, before]:.3f})"
                break
    return reasons
