from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from marketfold.features import determines, find_restatements
from marketfold.orders import read_orders


def test_a_class_cut_from_an_amount_restates_it():
    amount = np.random.default_rng(0).lognormal(8, 0.5, 600)
    size = np.array(["Small", "Medium", "Large"], object)[np.digitize(amount, [3_000, 7_000])]
    assert determines(amount, size)
    assert not determines(size, amount)
    assert not determines(amount, np.random.default_rng(1).permutation(size))


def test_of_two_columns_that_restate_each_other_the_first_stays():
    month = np.tile(np.arange(12), 30)
    names = np.array([f"month {number}" for number in month], object)
    assert find_restatements({"MONTH_ID": month, "MONTH": names}) == {"MONTH": "restates MONTH_ID"}
    assert find_restatements({"MONTH": names, "MONTH_ID": month}) == {"MONTH_ID": "restates MONTH"}


def test_a_few_rows_prove_nothing():
    assert not determines(np.arange(4.0), np.array(["a", "a", "b", "b"], object))


def test_constants_and_ids():
    columns = {
        "same": np.ones(50),
        "id": np.array([f"o{n}" for n in range(50)], object),
        "money": np.linspace(1, 9, 50),
    }
    assert find_restatements(columns) == {"same": "the same for everybody", "id": "an id"}


def test_the_sales_file(shared_data: Any):
    orders = read_orders(shared_data / "sales_data_sample.csv")
    lines = orders.engine.collect(orders.lines)
    month = pc.month(lines["ordered_on"]).to_numpy()
    columns = {
        "SALES": lines["amount"].to_numpy(),
        "DEALSIZE": np.array(lines["deal_size"].to_pylist(), object),
        "MONTH_ID": month,
        "QTR_ID": (month - 1) // 3 + 1,
        "COUNTRY": np.array(lines["country"].to_pylist(), object),
        "STATUS": np.array(lines["status"].to_pylist(), object),
    }
    assert find_restatements(columns) == {"DEALSIZE": "restates SALES", "QTR_ID": "restates MONTH_ID"}


@pytest.mark.parametrize("missing", [None, "x"])
def test_a_missing_text_is_a_class_of_its_own(missing: str | None):
    target = np.array([missing, "b"] * 20, object)
    assert determines(np.array([1, 2] * 20), target)
