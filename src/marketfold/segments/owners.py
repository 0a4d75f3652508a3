"""Whose an order or an order line is, for the check that customers were meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import FeatureTable, Ids, Unit

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
