from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.config import FeatureOptions
from marketfold.features import build_features, can_score, own_cuts, rfm_by, score_rfm
from marketfold.features.rfm import OTHERS, RFM_SEGMENTS, score

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64, RFMMeasure


def of_scores(*scores: tuple[int, int, int]) -> list[str]:
    recency, frequency, money = (np.array(column, dtype=float) for column in zip(*scores, strict=True))
    values: dict[RFMMeasure, Float64] = {"recency": 6 - recency, "frequency": frequency, "money": money}
    rfm = score_rfm(values, dict.fromkeys(values, (1, 2, 3, 4)))
    assert list(zip(rfm.recency, rfm.frequency, rfm.money, strict=True)) == list(scores)
    return [rfm.names[place] for place in rfm.segments]


def test_the_best_customer_scores_best() -> None:
    assert of_scores((5, 5, 5), (1, 1, 1), (5, 1, 1), (1, 5, 5)) == [
        "Champions", "Lost", "Potential loyalists", "At risk",
    ]  # fmt: skip


def test_customers_of_one_value_have_one_score() -> None:
    orders = np.array([1.0] * 70 + [2.0] * 20 + [9.0] * 10)
    rfm = score_rfm({"recency": orders, "frequency": orders, "money": orders})
    assert all(len(set(rfm.frequency[orders == value])) == 1 for value in (1.0, 2.0, 9.0))
    assert rfm.frequency[0] == 1
    assert rfm.frequency[-1] == 5


def test_a_value_on_a_cut_point_stands_below_it() -> None:
    assert score(np.array([3.0, np.nextafter(3.0, 4)]), (3, 4, 5, 7)).tolist() == [1, 2]


def test_every_combination_has_a_name_and_every_name_a_combination() -> None:
    scores = range(1, 6)
    every = [(r, f, m) for r, f, m in itertools.product(scores, scores, scores)]
    names = of_scores(*every)
    reached = set(names)
    assert OTHERS in reached
    assert {"Champions", "Loyal customers", "Potential loyalists", "Need attention", "At risk", "Lost"} <= reached
    first = {
        one: next(
            (name for name, ((a, b), (c, d)) in RFM_SEGMENTS.items()
             if a <= one[0] <= b and c <= one[1] <= d and c <= one[2] <= d), OTHERS,
        )
        for one in every
    }  # fmt: skip
    assert names == [first[one] for one in every]


def test_the_map_of_recency_and_value_is_the_one_that_is_published() -> None:
    """Rows are recency from 5 to 1, columns orders and money from 1 to 5; where two names fit, the first has it."""
    grid = {
        5: "potential potential loyal champions champions",
        4: "potential potential loyal champions champions",
        3: "potential potential loyal loyal loyal",
        2: "sleep need loyal loyal loyal",
        1: "lost risk risk risk risk",
    }
    said = {"potential": "Potential loyalists", "champions": "Champions", "loyal": "Loyal customers",
            "need": "Need attention", "sleep": "About to sleep", "lost": "Lost", "risk": "At risk"}  # fmt: skip
    for recency, row in grid.items():
        found = of_scores(*((recency, value, value) for value in range(1, 6)))
        assert found == [said[one] for one in row.split()], recency


def test_limits_of_names_that_others_go_before_are_the_published_ones_too() -> None:
    published = {"New customers": ((4, 5), (1, 1)), "Promising": ((3, 4), (1, 1)), "Cannot lose them": ((1, 1), (4, 5))}
    assert {name: RFM_SEGMENTS[name] for name in published} == published


def test_recent_customers_who_are_good_in_one_thing_alone_have_no_name() -> None:
    assert of_scores((5, 5, 1), (4, 1, 4), (1, 1, 5), (2, 2, 4)) == [OTHERS, OTHERS, OTHERS, "At risk"]


def test_cut_points_of_ones_own_decide(clean_sales: CleanOrders) -> None:
    table = build_features(clean_sales)
    options = FeatureOptions(rfm_cuts={"recency": "30,90,180,365"})
    rfm = rfm_by(table, own_cuts(options.rfm_cuts))
    assert rfm is not None
    assert rfm.cuts["recency"] == (30, 90, 180, 365)
    days = table.column("recency_days")
    assert ((days <= 30) == (rfm.recency == 5)).all()
    assert ((days > 365) == (rfm.recency == 1)).all()
    assert can_score(table)
    assert not can_score(replace(table, history=None))


@pytest.mark.parametrize("text", ["30,90,180", "90,30,180,365", "30,30,60,90", "a,b,c,d", "1,2,3,inf"])
def test_other_cut_points_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="four ascending numbers"):
        FeatureOptions(rfm_cuts={"recency": text})
