"""Exact quantiles from counted values: the engine counts, sorts and spills, and holds no column in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def value_quantiles(
    frame: nw.LazyFrame[Any], column: str, quantiles: Sequence[float], by: str | None = None
) -> nw.LazyFrame[Any]:
    """Quantiles (each 0 to 1) of the filled cells of a column, over all rows or for each value of `by`, interpolated.

    Returns
    -------
    nw.LazyFrame
        Columns `by` (a constant `all` without it) and `q0`, `q1`, ... in the order of `quantiles`.
    """
    group = by or "all"
    rows = frame.filter(~nw.col(column).is_null())
    if by is None:
        rows = rows.with_columns(nw.lit(1).alias(group))
    counted = (
        rows.group_by(group, column)
        .agg(nw.len().cast(nw.Int64).alias("n"))
        .with_columns(
            nw.col("n").cum_sum().over(group, order_by=column).cast(nw.Float64).alias("upto"),
            nw.col("n").sum().over(group).cast(nw.Float64).alias("total"),
        )
    )
    positions = [nw.lit(q) * (nw.col("total") - 1) for q in quantiles]
    # The k-th smallest value (from 0) is the first one up to which more than k rows lie.
    ends: dict[str, nw.Expr] = {}
    for i, position in enumerate(positions):
        for name, bound in (("low", position.floor()), ("high", position.ceil())):
            ends[f"{name}{i}"] = nw.when(nw.col("upto") > bound).then(nw.col(column))
        ends[f"part{i}"] = position - position.floor()
    found = counted.with_columns(**ends).group_by(group).agg(*(nw.col(end).min() for end in ends))
    between = [nw.col(f"high{i}") - nw.col(f"low{i}") for i in range(len(quantiles))]
    values = [(nw.col(f"low{i}") + span * nw.col(f"part{i}")).alias(f"q{i}") for i, span in enumerate(between)]
    return found.select(group, *values)


def counted_quantile(values: np.ndarray[Any, Any], counts: np.ndarray[Any, Any], q: float) -> float:
    """The same for values that are here already and occur `counts` times each, smallest value first.

    >>> counted_quantile(np.array([1, 2, 10]), np.array([1, 1, 2]), 0.5)
    6.0
    """
    position = q * (counts.sum() - 1)
    ends = np.cumsum(counts)
    low = values[np.searchsorted(ends, np.floor(position), side="right")]
    high = values[np.searchsorted(ends, np.ceil(position), side="right")]
    return float(low + (high - low) * (position - np.floor(position)))
