"""How the suite is dealt out to its workers."""

from __future__ import annotations

import pytest


def test_what_shares_a_dear_fixture_stays_on_one_worker(request: pytest.FixtureRequest):
    """The scheduler knows a group by the end of a test's id; without it each worker makes every dear fixture itself."""
    mark = request.node.get_closest_marker("xdist_group")
    assert mark is not None
    if request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith(f"@{mark.args[0]}")
