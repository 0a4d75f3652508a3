"""A feature means the same whatever an export holds: the window is as long as the model's."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import TooFewUnitsError
from marketfold.features import build_features
from marketfold.orders import read_orders


def since(lines: pa.Table, day: date) -> CleanOrders:
    """The lines from a day on, as a rolling export has them; one of them is of that day."""
    kept = [row for row, text in enumerate(lines["ordered_on"].to_pylist()) if text >= day.isoformat()]
    return clean_orders(read_orders(lines.take(kept)))


@pytest.mark.parametrize("later", [0, 45])
def test_longer_export_measures_the_same(later: int):
    lines = make_shop(lines=3_000).lines
    begins, ends = date(2025, 2, 1), date(2026, 5, 1)
    model = build_features(since(lines, begins), FeatureOptions(as_of=ends))
    window = ends - date.fromisoformat(model.settings["first_on"])
    as_of = ends + timedelta(days=later)
    again = FeatureOptions(as_of=as_of)
    whole, rolling = (
        build_features(since(lines, day), again, names=model.names, settings=model.settings)
        for day in (date(2000, 1, 1), as_of - window)
    )
    assert whole.ids.tolist() == rolling.ids.tolist()
    assert np.array_equal(whole.values, rolling.values)
    assert (whole.values[:, whole.names.index("tenure_days")] <= window.days).all()
    if not later:
        assert np.array_equal(whole.values, model.values)


def test_window_without_a_purchase_is_refused():
    lines = make_shop(lines=1_500).lines
    model = build_features(since(lines, date(2026, 5, 1)))
    with pytest.raises(TooFewUnitsError, match="looks no further back"):
        build_features(
            since(lines, date(2024, 1, 1)),
            FeatureOptions(as_of=date(2030, 1, 1)),
            names=model.names,
            settings=model.settings,
        )
