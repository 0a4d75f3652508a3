"""What R's package `rfm` calls champions, beside whom we do, of its own table of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bench.anchor_values import champions, rfm_measures, scored_as_in_r

from marketfold.features import score_rfm

if TYPE_CHECKING:
    from pathlib import Path


def test_a_champion_of_ours_who_is_none_of_rs_lies_between_two_cuts(shared_data: Path) -> None:
    values = rfm_measures(shared_data / "rfm_orders.csv")
    of_r = scored_as_in_r(values)
    theirs = champions(of_r)
    assert (np.minimum(of_r.recency, np.minimum(of_r.frequency, of_r.money))[theirs] >= 4).all()
    others = champions(score_rfm(values)) & ~theirs
    assert values["money"][others].tolist() == [506]  # between the cut point, 505.4, and one above it
