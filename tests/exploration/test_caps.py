from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.exploration.relations import is_round

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration


def test_a_capped_price_with_its_proof(sales: Exploration, sales_kept: pd.DataFrame):
    (cap,) = sales.caps
    assert (cap.column, cap.label, cap.value) == ("unit_price", "PRICEEACH", 100)
    assert cap.lines == (sales_kept["PRICEEACH"] == 100).sum()
    assert (cap.differs_at_cap_share, cap.differs_below_share) == (1, 0)


@pytest.mark.parametrize("name", ["purchases", "shop"])
def test_a_maximum_that_few_lines_reach_is_no_cap(name: str, request: pytest.FixtureRequest):
    assert request.getfixturevalue(name).caps == ()


@pytest.mark.parametrize(
    ("value", "answer"), [(100, True), (99, True), (999, True), (50, True), (0.5, True), (13.37, False), (1234, False)]
)
def test_round_numbers(value: float, *, answer: bool):
    assert is_round(value) is answer
