from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.config import FeatureOptions
from marketfold.features import Outlook, Unfit, build_features, outlook_of
from marketfold.selection import check_outlook, choose_cutoff, feature_sets_of, hold_out_future
from marketfold.selection.outlook_check import _groups, _later_order_days, _why_not

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64
    from marketfold.selection import TemporalHoldout
    from marketfold.units import FeatureTable


@pytest.fixture(scope="module")
def purchased(clean_purchases: CleanOrders) -> tuple[FeatureTable, TemporalHoldout]:
    span = clean_purchases.activity.span
    assert span is not None
    cutoff = choose_cutoff(*span)
    assert cutoff is not None
    holdout = hold_out_future(clean_purchases, cutoff, FeatureOptions())
    assert holdout is not None
    return build_features(clean_purchases), holdout.halved(holdout.table.ids[::2])


def columns(expected: Float64, seen: Float64) -> Float64:
    return np.column_stack([expected, seen, expected * 10, seen * 10])


def test_the_models_of_the_earlier_day_have_seen_nothing_after_it(
    clean_purchases: CleanOrders, purchased: tuple[FeatureTable, TemporalHoldout]
) -> None:
    _, holdout = purchased
    options = FeatureOptions(as_of=holdout.cutoff)
    alone = build_features(clean_purchases.before_day(holdout.cutoff), options)
    assert outlook_of(holdout.table) == outlook_of(alone)


def test_who_is_shown_has_decided_nothing(
    clean_purchases: CleanOrders, purchased: tuple[FeatureTable, TemporalHoldout]
) -> None:
    table, holdout = purchased
    _, _, check = check_outlook(table, holdout, clean_purchases)
    assert check is not None
    assert check.units == holdout.evaluation.sum()
    assert check.total("seen_value") == pytest.approx(holdout.next_revenue[holdout.evaluation].sum())
    expected = [group.expected_value for group in check.groups]
    assert expected == sorted(expected, reverse=True)


def test_without_a_later_period_nothing_is_expected(
    clean_purchases: CleanOrders, purchased: tuple[FeatureTable, TemporalHoldout]
) -> None:
    table, holdout = purchased
    assert isinstance(outlook_of(table), Outlook)
    unchecked, _, check = check_outlook(table, None, clean_purchases)
    assert check is None
    assert outlook_of(unchecked) == Unfit("unchecked")
    assert "expected" in feature_sets_of(table)
    assert "expected" not in feature_sets_of(unchecked)
    nobody = replace(holdout, next_revenue=np.zeros(len(holdout.table)))
    refused, held, found = check_outlook(table, nobody, clean_purchases)
    assert found is not None
    assert found.unfit is not None
    assert held is not None
    assert outlook_of(refused) == outlook_of(held.table) == found.unfit


def test_what_does_not_come_true_has_its_reason() -> None:
    expected = np.linspace(0.1, 4.0, 200)
    assert _why_not(columns(expected, expected * 1.2)) is None
    assert _why_not(columns(expected, expected * 2)) == Unfit("total_off", expected.sum(), expected.sum() * 2)
    dear = columns(expected, expected)
    dear[:, 3] *= 3
    assert (_why_not(dear) or Unfit("unchecked")).code == "value_off"
    expected = np.geomspace(0.05, 4.0, 200)
    all_alike = columns(expected, np.full(200, expected.mean()))
    assert (_why_not(all_alike) or Unfit("unchecked")).code == "silence_misleads"


def test_small_shops_have_fewer_groups() -> None:
    expected = np.arange(70.0)
    assert [len(_groups(columns(expected[:n], expected[:n]))) for n in (5, 45, 70)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("expected", "seen", "code"),
    [
        ([3.0, 1.5], [2.0, 1.0], None),  # half as many again
        ([3.0, 1.52], [2.0, 1.0], "total_off"),
        ([2.0, 1.0], [3.0, 1.5], None),
        ([2.0, 1.0], [3.0, 1.52], "total_off"),
        ([4.0, 2.0], [5.0, 1.0], None),  # twice as many in either half
        ([4.0, 2.0], [5.0, 0.99], "silence_misleads"),
        ([4.0, 1.0], [2.0, 2.0], None),
        ([4.0, 2.0], [1.99, 3.0], "regulars_misjudged"),
    ],
)
def test_what_was_expected_may_be_off_by_so_much(expected: list[float], seen: list[float], code: str | None) -> None:
    found = _why_not(columns(np.array(expected), np.array(seen)))
    assert (found.code if found else None) == code


@pytest.mark.parametrize(("units", "groups"), [(19, 1), (39, 1), (40, 2), (199, 9), (200, 10), (1_000, 10)])
def test_groups_have_twenty_customers_or_more_and_are_ten_at_most(units: int, groups: int) -> None:
    expected = np.arange(units, dtype=float)
    found = _groups(columns(expected, expected))
    assert len(found) == groups
    assert found[0].expected_value == pytest.approx(10 * expected[-found[0].units :].mean())


def test_later_days_are_counted_from_the_cutoff_on_and_nobody_who_stayed_away_has_one(
    clean_purchases: CleanOrders, purchased: tuple[FeatureTable, TemporalHoldout]
) -> None:
    _, holdout = purchased
    orders = clean_purchases.engine.collect(clean_purchases.activity.orders.select("customer_id", "ordered_on"))
    rows = zip(orders["customer_id"].to_pylist(), orders["ordered_on"].to_pylist(), strict=True)
    later: dict[str, set[object]] = {one: set() for one in holdout.table.ids.tolist()}
    for customer, day in rows:
        if customer in later and day >= holdout.cutoff:
            later[customer].add(day)
    found = _later_order_days(clean_purchases, holdout)
    assert found.tolist() == [len(days) for days in later.values()]
    assert found.min() == 0 < found.max()


def test_all_decide_where_all_are_shown(
    clean_purchases: CleanOrders, purchased: tuple[FeatureTable, TemporalHoldout]
) -> None:
    table, holdout = purchased
    everybody = replace(
        holdout, evaluation=np.ones(len(holdout.table), bool), next_revenue=np.zeros(len(holdout.table))
    )
    _, held, check = check_outlook(table, everybody, clean_purchases)
    assert check is not None
    assert check.units == len(holdout.table)
    assert check.unfit is not None
    assert check.unfit.code == "total_off"
    assert check.unfit.against == _later_order_days(clean_purchases, holdout).sum()
    assert held is not None
    assert outlook_of(held.table) == check.unfit


def test_groups_have_the_means_of_their_customers() -> None:
    expected = np.arange(40.0)
    (upper, lower) = _groups(np.column_stack([expected, expected * 2, expected * 3, expected * 4]))
    assert (upper.units, upper.expected_orders, upper.seen_orders) == (20, 29.5, 59)
    assert (lower.expected_value, lower.seen_value) == (9.5 * 3, 9.5 * 4)
