"""What R's package `rfm` answers of its own table of orders (its documentation and its tests)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyarrow import csv

from marketfold.features import RFM, score_rfm

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.schema import Float64, RFMMeasure

AS_OF = date(2006, 12, 31)


@pytest.fixture(scope="module")
def values(shared_data: Path) -> dict[RFMMeasure, Float64]:
    bought: dict[str, list[tuple[date, float]]] = {}
    for row in csv.read_csv(shared_data / "rfm_orders.csv").to_pylist():
        bought.setdefault(row["customer_id"], []).append((row["order_date"], float(row["revenue"])))
    orders = list(bought.values())
    return {
        "recency": np.array([float((AS_OF - max(day for day, _ in of)).days) for of in orders]),
        "frequency": np.array([float(len(of)) for of in orders]),
        "money": np.array([sum(money for _, money in of) for of in orders]),
    }


@pytest.fixture(scope="module")
def rfm(values: dict[RFMMeasure, Float64]) -> RFM:
    return score_rfm(values)


def test_the_cut_points_are_those_of_r(values: dict[RFMMeasure, Float64], rfm: RFM) -> None:
    assert (len(values["money"]), values["frequency"].sum(), values["money"].sum()) == (995, 4_906, 464_158)
    assert rfm.cuts["recency"] == pytest.approx((114, 180, 296.4, 481))
    assert rfm.cuts["frequency"] == pytest.approx((3, 4, 5, 7))
    assert rfm.cuts["money"] == pytest.approx((254.8, 381, 505.4, 665))


def test_the_champions_are_those_of_r(values: dict[RFMMeasure, Float64], rfm: RFM) -> None:
    """R counts a value below a cut point plus one as below it; on whole numbers that is the cut point rounded up."""
    of_r = score_rfm(values, {name: tuple(np.ceil(cuts)) for name, cuts in rfm.cuts.items()})
    champions = np.array(of_r.names)[of_r.segments] == "Champions"

    assert (champions.sum(), values["frequency"][champions].sum(), values["money"][champions].sum()) == (
        158,
        1_234,
        120_178,
    )
    assert (np.minimum(of_r.recency, np.minimum(of_r.frequency, of_r.money))[champions] >= 4).all()
    others = (rfm.segments == 0) & ~champions
    assert values["money"][others].tolist() == [506]  # between the cut point, 505.4, and one above it
