"""What was published of the tenth of CDNOW (Fader, Hardie and Lee 2005; Fader and Hardie 2013)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyarrow import csv

from marketfold.features.buying_models import BuyingModel, SpendModel

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.schema import Float64

END = date(1997, 9, 30)


@dataclass(frozen=True)
class Bought:
    """Days with an order after the first one, in weeks to two decimals as the published summary has them."""

    repeats: Float64
    last: Float64
    known: Float64
    mean: Float64


@pytest.fixture(scope="module")
def bought(shared_data: Path) -> Bought:
    days: dict[int, dict[date, float]] = {}
    for row in csv.read_csv(shared_data / "cdnow_sample.csv").to_pylist():
        day = date.fromisoformat(str(row["date"]))
        if day <= END:
            of = days.setdefault(row["sampleid"], {})
            of[day] = of.get(day, 0.0) + row["sales"]
    first, last = ([end(of).toordinal() for of in days.values()] for end in (min, max))
    later = [[sales for day, sales in of.items() if day > min(of)] for of in days.values()]
    return Bought(
        np.array([float(len(of)) for of in later]),
        np.round((np.array(last) - first) / 7, 2),
        np.round((END.toordinal() - np.array(first)) / 7, 2),
        np.array([round(float(np.mean(of)), 2) if of else 0.0 for of in later]),
    )


def test_the_summary_is_the_published_one(bought: Bought) -> None:
    assert (len(bought.repeats), bought.repeats.sum(), (bought.repeats == 0).sum()) == (2_357, 2_457, 1_411)
    assert bought.last.mean() == pytest.approx(6.8458, abs=1e-4)
    assert bought.known.mean() == pytest.approx(32.7158, abs=1e-3)


def test_the_buying_model_is_the_published_one(bought: Bought) -> None:
    seen = bought.repeats, bought.last, bought.known
    model = BuyingModel.fit(*seen)

    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.2426, 4.4135, 0.7929, 2.4258), abs=1e-4)
    assert model.log_likelihood(*seen) == pytest.approx(-9_582.4256, abs=1e-3)
    one = np.array([2.0]), np.array([30.43]), np.array([38.86])
    assert model.expected_orders(39, *one)[0] == pytest.approx(1.226, abs=5e-4)


def test_the_spend_model_is_the_published_one(bought: Bought) -> None:
    model = SpendModel.fit(bought.repeats, bought.mean)

    assert (bought.repeats > 0).sum() == 946
    assert (model.p, model.q, model.gamma) == pytest.approx((6.249, 3.745, 15.448), rel=5e-4)
