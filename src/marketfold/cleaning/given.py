"""What an earlier stage gave in the place of a source."""

from __future__ import annotations

from typing import Any

from marketfold.cleaning.clean_lines import CleanOrders
from marketfold.orders import Orders


def orders_of(source: Any) -> Orders | None:
    """The orders that were read by now; None of a source that is still to be read."""
    if isinstance(source, CleanOrders):
        return source.orders
    return source if isinstance(source, Orders) else None
