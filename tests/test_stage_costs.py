from __future__ import annotations

import time

import numpy as np
import pytest

from marketfold.stage_costs import StageClock, peak_mb


def test_every_stage_is_told_when_it_begins_and_when_it_ends():
    steps: list[tuple[str, int, int]] = []
    clock = StageClock(lambda what, done, total: steps.append((what, done, total)))
    for name in ("read", "clean"):
        with clock.stage(name):
            assert steps[-1] == (name, 0, 1)
    assert steps == [("read", 0, 1), ("read", 1, 1), ("clean", 0, 1), ("clean", 1, 1)]
    assert [cost.name for cost in clock.costs] == ["read", "clean"]
    assert all(cost.seconds >= 0 for cost in clock.costs)


def test_waiting_costs_no_processor_and_reckoning_does():
    clock = StageClock()
    with clock.stage("read"):
        time.sleep(0.2)
    with clock.stage("clean"):
        begun = time.process_time()
        while time.process_time() < begun + 0.1:
            pass
    waited, reckoned = clock.costs
    assert waited.processor_seconds < waited.seconds
    assert reckoned.processor_seconds >= 0.1


def test_a_stage_that_fails_has_no_cost():
    clock = StageClock()
    with pytest.raises(ZeroDivisionError), clock.stage("read"):
        _ = 1 / 0
    assert clock.costs == []


def test_the_peak_is_of_the_whole_process_and_never_falls():
    before = peak_mb()
    assert before is not None
    held = np.ones((before + 40) * 2**17)  # 8 bytes each: 40 MiB more than ever before
    with StageClock().stage("plan"):
        pass
    after = peak_mb()
    assert after is not None
    assert after >= before + 40
    del held
    assert (peak_mb() or 0) >= after
