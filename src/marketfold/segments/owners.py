"""Whose an order or an order line is, and what else the source says of it, for the trap guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import FeatureTable, Ids, Unit

RESTATED = frozenset({"deal_size", "status", "category", "country", "territory", "state", "currency"})
_KEYS: dict[Unit, str] = {"order": "order_id", "order_line": SOURCE_LINE}


def customers_of_units(clean: CleanOrders, table: FeatureTable) -> Ids | None:
    """Look up the customer of each unit, for `find_traps`; None where the units are customers already.

    Parameters
    ----------
    clean
        The lines that the table was built from.
    table
        Of orders or order lines.

    Returns
    -------
    array of str or None
        Shape (n_units,). They are counted and never shown: a customer id may be a name.
    """
    if table.unit == "customer":
        return None
    key = _KEYS[table.unit]
    pairs = clean.engine.collect(clean.purchases.group_by(key).agg(nw.col("customer_id").min()))
    keys = np.asarray(pairs.column(key).cast(pa.string()).to_pylist(), dtype=np.str_)
    owners = np.asarray(pairs.column("customer_id").to_pylist(), dtype=np.str_)
    order = np.argsort(keys)
    found: Ids = owners[order][np.searchsorted(keys[order], table.ids)]
    return found


def columns_of_lines(clean: CleanOrders, table: FeatureTable) -> dict[str, NDArray[Any]]:
    """Source columns that segments of order lines might restate, each of shape (n_units,), for `find_traps`.

    Orders and customers are sums over lines and restate no column of them; they have none.
    """
    if table.unit != "order_line":
        return {}
    names = [name for name in clean.purchases.collect_schema().names() if name in RESTATED]
    lines = clean.engine.collect(clean.purchases.select(SOURCE_LINE, *names))
    ids = np.asarray(lines.column(SOURCE_LINE).cast(pa.string()).to_pylist(), dtype=np.str_)
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids[order], table.ids)]
    return {name: np.asarray(lines.column(name).to_pylist(), dtype=object)[rows] for name in names}
