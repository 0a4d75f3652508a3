"""The same made-up orders as several shops write them: each layout gives the right totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions
from marketfold.orders import inspect_orders, read_orders

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS: dict[str, tuple[set[str], str]] = {  # codes of the decisions, and why lines that came back are set aside
    "shopify_blanks.csv": ({"customer_by_name", "order_total", "cells_of_the_order"}, "returned"),
    "ebay.csv": ({"order_total_left", "cells_of_the_order", "order_rows", "note_rows"}, ""),
    "etsy.csv": (set(), ""),
    "odoo.csv": ({"cells_from_above"}, "cancelled"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_gives_the_right_totals(examples: Path, totals: dict[str, Any], layout: str):
    codes, back = LAYOUTS[layout]
    right, orders = totals[layout], read_orders(examples / layout)
    found = inspect_orders(orders)
    assert {one.code for one in found.decisions} == codes
    assert (found.orders, found.customers, found.amount_total) == (right["orders"], right["customers"], right["amount"])
    assert (str(found.first_on), str(found.last_on)) == (right["first_on"], right["last_on"])
    ledger = clean_orders(orders, CleaningOptions()).report.ledger
    rows = {code: ledger.lines_set_aside.get(code, 0) for code in ("order_row", "note_row")}
    assert ledger.lines_read - sum(rows.values()) == right["lines"]
    assert ledger.lines_set_aside["no_customer"] == right["lines_of_guests"]
    if back:
        assert ledger.lines_set_aside[back] == right["lines_back"]
        assert ledger.money_set_aside[back] == right["money_back"]
    if layout == "ebay.csv":
        assert rows == {"order_row": right["orders_of_several"], "note_row": 2}
