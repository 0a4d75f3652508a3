"""Segments by what is expected of customers, held to what others reach on CDNOW.

Of log revenue from 1997-10-01 on, five levels of recency and orders explain 0.2815, and an 8-leaf tree, which sees that
revenue, 0.292.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import FeatureOptions
from marketfold.orders import read_orders
from marketfold.selection import Fits, Recipe, TemporalHoldout, choosing_half, explained_share, hold_out_future

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def holdout(shared_data: Path) -> TemporalHoldout:
    clean = clean_orders(read_orders(shared_data / "CDNOW_master.txt"))
    found = hold_out_future(clean, date(1997, 10, 1), FeatureOptions())
    assert found is not None
    return found.halved(found.table.ids[choosing_half(len(found.table), 0)])


@pytest.mark.parametrize(("n_segments", "least"), [(5, 0.2815), (8, 0.29)])
def test_segments_by_what_is_expected_foretell(holdout: TemporalHoldout, n_segments: int, least: float) -> None:
    made = Fits(holdout.table, holdout).segment(Recipe("expected", "none", n_segments), holdout.table)
    unseen = holdout.evaluation
    assert explained_share(made.labels[unseen], holdout.log_revenue[unseen]) > least
