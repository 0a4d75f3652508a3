from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.experiments.cases import simulate

from marketfold.experiments import Experiment, Measurement, MeasuringOptions, SegmentDesign, compare_arms, lift_tests


def test_each_campaign_is_a_lift_test():
    """Ten weeks: what a model of weeks takes is a tenth of the whole."""
    outcomes = simulate(np.random.default_rng(0), 3, 600, 0.3)
    outcomes.held_out[outcomes.segment == 3] = False
    designs = {1: SegmentDesign("Regulars", cost=500.0, channels=("E-mail", "Post")), 2: SegmentDesign("Lapsed")}
    experiment = Experiment(designs)
    results = compare_arms(outcomes, experiment, MeasuringOptions(n_draws=199))
    found = lift_tests(Measurement(date(2026, 7, 1), date(2026, 9, 8), results, 0.05, "holm"), experiment)
    first, second = found.to_pylist()  # nobody of the third was held out
    revenue = results[0].revenue
    assert revenue is not None
    assert (first["channel"], second["channel"]) == ("E-mail + Post", "")
    assert (first["x"], first["delta_x"], first["spend"]) == (0.0, 50.0, 500.0)
    assert second["delta_x"] is None
    assert first["delta_y"] == pytest.approx(results[0].gained.amount / 10)
    assert first["sigma"] == pytest.approx(revenue.error * results[0].n_treated / 10)
    assert (first["lift"], first["days"]) == (results[0].gained.amount, 70)
    assert found.column_names[:5] == ["channel", "x", "delta_x", "delta_y", "sigma"]
