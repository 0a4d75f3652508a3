"""Segments by what is expected of customers, and those that a run takes by itself, held to what others reach on CDNOW.

Of log revenue from 1997-10-01 on, five levels of recency and orders explain 0.2815, and an 8-leaf tree, which sees that
revenue, 0.292.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import FeatureOptions
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.selection import (
    ALL,
    Fits,
    Recipe,
    SeekOptions,
    TemporalHoldout,
    choose_cutoff,
    choosing_half,
    explained_share,
    feature_sets_of,
    hold_out_future,
    search_feature_sets,
)
from marketfold.selection.search import choosing_part

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


def test_the_cut_that_a_run_takes_by_itself_foretells_as_much(shared_data: Path) -> None:
    """Chosen by the last third of the time and half of the customers; judged by the other half, on either cutoff."""
    clean = clean_orders(read_orders(shared_data / "CDNOW_master.txt"))
    table, span = build_features(clean), clean.activity.span
    chooses = choosing_half(len(table), 0)
    by_day = {}
    cutoff = choose_cutoff(*span) if span else None
    assert cutoff is not None
    for day in (cutoff, date(1997, 10, 1)):
        found = hold_out_future(clean, day, FeatureOptions())
        assert found is not None
        by_day[day] = found.halved(table.ids[chooses])
    half = choosing_part(table, by_day[cutoff], chooses, seed=0)
    taken = search_feature_sets(half, SeekOptions((ALL, *feature_sets_of(table))), advised=3).chosen
    assert taken.repeats
    for held in by_day.values():
        labels = Fits(held.table, held).segment(Recipe(taken.feature_set, "none", taken.k), held.table).labels
        assert held.errors_at_last(labels).explained > 0.285
