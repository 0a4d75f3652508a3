"""The trap guard: what makes segments look like findings when they are not, with the column and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError
from marketfold.segments.label_traps import find_alone, find_grain, find_restated, find_small
from marketfold.segments.matrix_traps import find_derived, find_future, find_ids, find_one_hot, find_unscaled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable, Float64, Ids, Labels
    from marketfold.segments.label_traps import Column
    from marketfold.segments.profiles import ScaledTable
    from marketfold.segments.trap import Severity, Trap

SAMPLE = 20_000
"""Rows on which columns are compared with one another and with the labels."""

ORDER: dict[Severity, int] = {"serious": 0, "warning": 1, "note": 2}


def find_traps(
    matrix: ScaledTable,
    labels: Labels | None = None,
    *,
    table: FeatureTable | None = None,
    customers: Ids | NDArray[np.object_] | None = None,
    columns: Mapping[str, Column] | None = None,
    future_revenue: Float64 | None = None,
    least_units: int | None = None,
    numbers: Sequence[int] | None = None,
) -> tuple[Trap, ...]:
    """Look for every trap that can be seen with what is given.

    Parameters
    ----------
    matrix
        What is (to be) clustered, and the table behind it.
    labels
        0-based segment of each unit, shape (n_units,); without them only the columns are checked.
    table
        A wider table of the same units: segments might restate a feature that did not shape them.
    customers
        Customer of each unit, where a unit is an order or an order line, shape (n_units,).
    columns
        Further columns of the source that segments might restate, numbers or text, each of shape (n_units,). The
        table's features and described columns are always compared.
    future_revenue
        Money of each unit on or after the as-of day, where it is known, shape (n_units,).
    least_units
        Units that make a segment useful; a hundredth of all, from 5 to 100, if not set.
    numbers
        Number of each segment, in the order of the labels; from 1 if not given.

    Returns
    -------
    tuple of Trap
        The serious ones first; empty for a clean set.

    Raises
    ------
    ParameterError
        If the lengths do not agree.

    Examples
    --------
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.features import build_features, build_matrix
    >>> from marketfold.orders import read_orders
    >>> matrix = build_matrix(build_features(clean_orders(read_orders(make_shop(lines=4_000).lines))))
    >>> labels = np.digitize(matrix.table.column("discount_share"), [0.05, 0.1]).astype(np.int32)
    >>> [(trap.code, trap.columns) for trap in find_traps(matrix, labels)]
    [('restates_column', ('discount_share',))]
    """
    wider, table, X = table or matrix.table, matrix.table, matrix.values
    columns = columns or {}
    n_units = len(table.ids)
    given = {"X": X, "table": wider.ids, "labels": labels, "customers": customers, **columns}
    _check_lengths(n_units, given)
    rows = np.arange(n_units)
    if n_units > SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(n_units, SAMPLE, replace=False))
    found = [
        *find_ids(table),
        *find_derived(table, rows),
        *find_unscaled(X, table),
        *find_one_hot(X, table),
        *find_future(table, future_revenue),
    ]
    if labels is not None and n_units:
        numbers = numbers or range(1, int(labels.max()) + 2)
        restated = find_restated(wider, labels, columns, rows, numbers)
        found += restated
        found += [] if restated else find_alone(X, labels, table.names)
        found += find_small(labels, numbers, least_units)
        found += find_grain(table, labels, customers) if customers is not None else []
    return tuple(sorted(found, key=lambda trap: ORDER[trap.severity]))


def _check_lengths(n_units: int, given: Mapping[str, object]) -> None:
    for name, values in given.items():
        if values is not None and len(values) != n_units:  # type: ignore[arg-type]
            message = f"{name} has {len(values)} rows, the table {n_units} units."  # type: ignore[arg-type]
            raise ParameterError(message)
