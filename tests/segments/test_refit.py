"""When a model no longer serves: who lies outside, what has drifted, how many are new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.test_movement import run

from marketfold.segments.refit import RefitAdvice, advise_refit

NOBODY = np.zeros(400, np.bool_)


def test_a_model_is_held_against_the_customers_it_was_made_of():
    later = run(1, n=500)
    assert later.values is not None
    shifted = replace(later, values=later.values * [3.0, 1.0])
    outside = NOBODY, np.zeros(500, np.bool_)
    advice = advise_refit(run(0), shifted, outside, ("recency_days",))
    assert (advice.units_then, advice.units_now, advice.drifted) == (400, 500, ("recency_days",))
    assert (advice.reason, advice.refit) == ("drift", True)
    assert advise_refit(run(0), shifted, outside, ("order_count",)).reason == "none"  # it shaped no segment
    gone = outside[0], np.ones(500, np.bool_)
    assert advise_refit(run(0), shifted, gone, ("recency_days",)).reason == "outside"


@pytest.mark.parametrize(("now", "reason"), [(800, "none"), (801, "grown")])
def test_a_model_that_has_seen_fewer_than_half_is_due(now: int, reason: str):
    fit = advise_refit(run(0), run(0), (NOBODY, NOBODY), ()).fit
    advice = RefitAdvice(fit, (), (), 400, now)
    assert (advice.reason, advice.refit) == (reason, reason == "grown")
