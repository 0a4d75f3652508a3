"""What the source says of the units beyond their features: whose they are, further columns, and what came later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.schema import SOURCE_LINE, UNIT_ID
from marketfold.selection import revenue_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64, Ids
    from marketfold.units import FeatureTable

    Column = NDArray[np.float64] | NDArray[np.object_] | NDArray[np.str_]

RESTATED = frozenset({"deal_size", "status", "category", "country", "territory", "state", "currency"})


@dataclass(frozen=True)
class SourceContext:
    """What the source says of the units of a table, beyond their features; arrays are of shape (n_units,).

    Attributes
    ----------
    customers
        Customer of each unit; None where the units are customers. Counted and never shown: an id may be a name.
    columns
        Further columns that segments might restate, numbers or text.
    later_revenue
        Money of each unit in the outcome window, on or after the as-of day; None where it is not known.
    """

    customers: Ids | NDArray[np.object_] | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    later_revenue: Float64 | None = None


def read_context(clean: CleanOrders, table: FeatureTable) -> SourceContext:
    """Look up what the lines behind a table say of its units, those after its as-of day included."""
    if table.unit == "customer":
        return SourceContext(later_revenue=_outcome_window(clean, table))
    lines = clean.purchases.filter(nw.col("ordered_on") < table.as_of)
    key = UNIT_ID[table.unit]
    owners = clean.engine.collect(lines.group_by(key).agg(nw.col("customer_id").min()))
    customers = _aligned(owners, key, table)["customer_id"].astype(np.str_)
    if table.unit == "order":
        return SourceContext(customers)
    # orders are sums over lines and restate no column of them
    names = [name for name in lines.collect_schema().names() if name in RESTATED]
    return SourceContext(customers, _aligned(clean.engine.collect(lines.select(SOURCE_LINE, *names)), key, table))


def _aligned(rows: pa.Table, key: str, table: FeatureTable) -> dict[str, NDArray[Any]]:
    """Columns of a table with one row per unit, in the order of the feature table's ids."""
    ids = np.asarray(rows.column(key).cast(pa.string()).to_pylist(), dtype=np.str_)
    order = np.argsort(ids)
    places = order[np.searchsorted(ids[order], table.ids)]
    others = (name for name in rows.column_names if name != key)
    return {name: np.asarray(rows.column(name).to_pylist(), dtype=object)[places] for name in others}


def _outcome_window(clean: CleanOrders, table: FeatureTable) -> Float64 | None:
    """Revenue on and after the as-of day, where there is any: no feature may know of it."""
    span = clean.activity.span
    return revenue_from(clean, table) if span and table.as_of and span[1] >= table.as_of else None
