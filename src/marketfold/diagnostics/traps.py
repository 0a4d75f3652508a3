"""What makes segments look like findings when they are not, with the column and the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold.diagnostics.calendar_traps import find_calendar, find_one_order_each
from marketfold.diagnostics.label_traps import find_alone, find_functional_dependency, find_grain, find_small
from marketfold.diagnostics.matrix_traps import SAMPLED, find_derived, find_ids, find_leaks, find_one_hot, find_unscaled
from marketfold.diagnostics.source_context import SourceContext, read_context
from marketfold.errors import ParameterError
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.cleaning import CleanOrders
    from marketfold.diagnostics.matrix_traps import Severity, Trap
    from marketfold.features import FeatureMatrix
    from marketfold.schema import Float64
    from marketfold.selection import Segmentation

SAMPLE = 20_000
"""Rows on which columns are compared with one another and with the labels."""

ORDER: dict[Severity, int] = {"serious": 0, "warning": 1, "note": 2}


def find_traps(segmentation: Segmentation, source: CleanOrders | SourceContext | None = None) -> tuple[Trap, ...]:
    """Look for every trap that can be seen with what is given; the serious ones first, none for a clean set.

    Parameters
    ----------
    segmentation
        Its units that are here are compared with every feature of its table, those too that did not shape it, and with
        the columns that describe.
    source
        The lines behind it (those after the as-of day included), or what is known of them; without it neither whose
        the orders are, nor further columns, nor the outcome window can be looked at.

    Raises
    ------
    ParameterError
        If the lengths do not agree.

    Examples
    --------
    >>> import numpy as np
    >>> from marketfold import Segmentation, clean, features, make_shop, matrix, read
    >>> orders = clean(read(make_shop(lines=4_000).lines))
    >>> X = matrix(features(orders))
    >>> labels = np.digitize(X.table.column("discount_share"), [0.05, 0.1]).astype(np.int32)
    >>> [(trap.code, trap.columns) for trap in find_traps(Segmentation.of(X, labels), orders)]
    [('restates_column', ('discount_share',))]
    """
    table, labels, numbers = segmentation.table, segmentation.labels, segmentation.numbers
    context = source or SourceContext()
    if not isinstance(context, SourceContext):
        context = read_context(context, table)
    given = {"customers": context.customers, "later_revenue": context.later_revenue, **context.columns}
    for name, values in given.items():
        if values is not None and len(values) != len(table):
            raise ParameterError(f"{name} has {len(values)} rows, the table {len(table)} units.")
    rows = sample_rows(len(table), SAMPLE, 0)
    restated = find_functional_dependency(table, labels, context.columns, rows, numbers)
    found = [
        *find_one_order_each(table, None if isinstance(source, SourceContext) else source),
        *find_calendar(table, labels, rows, numbers),
        *find_column_traps(segmentation.matrix, context.later_revenue),
        *restated,
        *([] if restated else find_alone(segmentation.matrix.values, labels, segmentation.matrix.names)),
    ]
    if segmentation.n_units > len(table):
        found = [replace(trap, facts=trap.facts | {SAMPLED: len(table)}) for trap in found]
    found += find_small(segmentation.sizes.tolist(), numbers)
    found += find_grain(table, labels, context.customers) if context.customers is not None else []
    return _serious_first(found)


def find_column_traps(matrix: FeatureMatrix, later_revenue: Float64 | None = None) -> tuple[Trap, ...]:
    """Look for the traps that can be seen in the columns, before anything is clustered; the serious ones first.

    `later_revenue` is the money of each unit on or after the as-of day, where it is known, shape (n_units,).
    """
    table, X = matrix.table, matrix.values
    found = [
        *find_ids(table),
        *find_derived(table, sample_rows(len(table), SAMPLE, 0)),
        *find_unscaled(X, table),
        *find_one_hot(X, table),
        *find_leaks(table, later_revenue),
    ]
    return _serious_first(found)


def _serious_first(traps: Iterable[Trap]) -> tuple[Trap, ...]:
    return tuple(sorted(traps, key=lambda trap: ORDER[trap.severity]))
