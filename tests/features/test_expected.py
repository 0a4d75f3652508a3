from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.errors import ModelError, ParameterError
from marketfold.features import (
    EXPECTED,
    Outlook,
    Unfit,
    build_features,
    complete,
    expected_columns,
    outlook_of,
    overdue,
    with_expected,
    without_outlook,
)
from marketfold.features.expected import SETTING, fit_outlook, read_setting
from marketfold.units import History

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.units import FeatureTable


@pytest.fixture(scope="module")
def table(clean_purchases: CleanOrders) -> FeatureTable:
    return build_features(clean_purchases)


def history(n_customers: int, repeats: float, mean: float = 20.0) -> History:
    ones = np.ones(n_customers)
    return History(ones * repeats, ones * 30.0 * bool(repeats), ones * 100.0, ones * mean * bool(repeats))


def test_a_history_is_what_the_orders_say(clean_purchases: CleanOrders, table: FeatureTable) -> None:
    known = {
        row["customer_id"]: row
        for row in clean_purchases.engine.collect(clean_purchases.activity.customers).to_pylist()
    }
    days: dict[str, dict[object, float]] = {}
    for row in clean_purchases.engine.collect(clean_purchases.activity.orders).to_pylist():
        of = days.setdefault(row["customer_id"], {})
        of[row["ordered_on"]] = of.get(row["ordered_on"], 0.0) + row["revenue_scaled"] / 10_000
    assert table.history is not None
    for place, one in enumerate(table.ids.tolist()):
        of, customer = days[one], known[one]
        later = [money for day, money in of.items() if day != customer["first_on"]]
        assert table.history.repeats[place] == len(later)
        assert table.history.last_days[place] == (customer["last_on"] - customer["first_on"]).days
        assert table.history.repeat_mean[place] == pytest.approx(np.mean(later) if later else 0.0)
    assert (table.history.known_days == table.column("tenure_days")).all()


def test_what_is_expected_is_there_for_everybody_and_never_shapes_by_itself(table: FeatureTable) -> None:
    assert isinstance(outlook_of(table), Outlook)
    assert not set(EXPECTED) & set(table.names)
    columns = expected_columns(table)
    assert all(np.isfinite(columns[name]).all() for name in EXPECTED)
    assert (columns["expected_orders_90d"] <= columns["expected_orders_365d"]).all()
    assert (np.isfinite(columns["alive_chance"]) == (table.column("order_count") > 1)).mean() > 0.95
    wide = with_expected(table)
    assert wide.names[-2:] == tuple(EXPECTED)
    assert with_expected(wide) is wide
    assert complete(table, ["order_count", "expected_value_365d"]).names == wide.names


def test_overdue_is_told_from_three_days_of_orders_on() -> None:
    seen = History(np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 30.0, 60.0, 100.0]), np.full(4, 160.0), np.ones(4))
    late = overdue(seen)
    assert np.isnan(late[:2]).all()
    assert late[2:].tolist() == [100 / 30, 60 / 25]


def test_later_orders_are_measured_by_the_fitted_models(clean_purchases: CleanOrders, table: FeatureTable) -> None:
    again = build_features(clean_purchases, names=["order_count", *EXPECTED], settings=table.settings)
    assert again.names == ("order_count", *EXPECTED)
    assert again.settings[SETTING] == table.settings[SETTING]
    assert (again.column("expected_value_365d") == expected_columns(table)["expected_value_365d"]).all()


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (history(99, 3), "too_few_customers"),
        (history(500, 0), "too_few_repeaters"),
        (history(500, 3, mean=0.0), "no_money"),
    ],
)
def test_where_the_models_cannot_be_fitted_there_is_a_reason(seen: History, code: str) -> None:
    found = fit_outlook(seen)
    assert isinstance(found, Unfit)
    assert found.code == code
    assert found.found < found.against
    assert read_setting(found.to_setting()) == found


def test_without_an_outlook_there_are_no_numbers_and_the_feature_set_is_refused(table: FeatureTable) -> None:
    bare = without_outlook(table, Unfit("silence_misleads", 70, 180))
    columns = expected_columns(bare)
    assert all(np.isnan(values).all() for name, values in columns.items() if name != "overdue_ratio")
    assert np.isfinite(columns["overdue_ratio"]).any()
    with pytest.raises(ParameterError, match="silence misleads: 70 against 180"):
        with_expected(bare)
    assert expected_columns(replace(table, history=None)) == {}


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"buying": {"r": 1}, "spend": {}}), '{"code": "unchecked"}'])
def test_a_damaged_setting_is_refused_in_words(text: str) -> None:
    with pytest.raises(ModelError, match="expects customers by"):
        read_setting(text)


def test_what_is_expected_is_made_of_orders_and_of_what_an_order_brings(table: FeatureTable) -> None:
    outlook, history = outlook_of(table), table.history
    assert isinstance(outlook, Outlook)
    assert history is not None
    each = outlook.spend.expected_mean(history.repeats, history.repeat_mean)
    orders = outlook.orders(history, 90)
    assert outlook.value(history, 90) == pytest.approx(orders * each)
    assert (outlook.ordering(history, 90) <= orders + 1e-9).all()  # who orders, orders once at least
    assert (outlook.orders(history, 365) > orders).all()
    alive = outlook.alive(history)
    assert (np.isnan(alive) == (history.repeats == 0)).all()


@pytest.mark.parametrize(
    ("customers", "repeaters", "paid", "code"),
    [
        (99, 99, 99, "too_few_customers"),
        (100, 39, 39, "too_few_repeaters"),
        (100, 40, 39, "no_money"),
        (100, 40, 40, None),
    ],
)
def test_how_many_a_model_needs(customers: int, repeaters: int, paid: int, code: str | None) -> None:
    place = np.arange(customers)
    repeats = np.where(place < repeaters, 1.0 + place % 3, 0.0)
    spend = np.random.default_rng(0).lognormal(3, 0.5, customers)
    seen = History(repeats, 30.0 * repeats, np.full(customers, 200.0), np.where(place < paid, spend, 0.0))
    found = fit_outlook(seen)
    assert (found.code if isinstance(found, Unfit) else None) == code
