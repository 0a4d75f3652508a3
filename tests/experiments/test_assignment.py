from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tests.experiments.cases import Shoppers, steady_shoppers

from marketfold.errors import ParameterError
from marketfold.experiments import Holdout, assign_arms
from marketfold.experiments.assignment import hash_uniform


@pytest.fixture(scope="module")
def customers() -> Shoppers:
    return steady_shoppers()


@pytest.fixture
def holdouts(customers: Shoppers) -> list[Holdout]:
    sizes = np.bincount(customers.labels).tolist()
    return [
        Holdout(s + 1, n, round(0.2 * n), "order_rate", 90, 0.2, 0.2, 0.2, "enough", round(0.2 * n))
        for s, n in enumerate(sizes)
    ]


def test_the_holdout_is_stratified_by_revenue(customers: Shoppers, holdouts: list[Holdout]):
    table = assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="0")
    held = np.array(table["arm"].to_pylist()) == "holdout"
    for segment, holdout in enumerate(holdouts):
        who = customers.labels == segment
        assert set(table["segment"].to_numpy()[who]) == {segment + 1}
        assert held[who].sum() == holdout.held_out
        rank = np.argsort(np.argsort(customers.revenue[who], kind="stable"), kind="stable")
        quarter = rank * 4 // who.sum()
        counts = np.bincount(quarter[held[who]], minlength=4)
        assert counts.max() - counts.min() <= 2


def test_the_same_salt_gives_the_same_arms_and_another_others(customers: Shoppers, holdouts: list[Holdout]):
    first = assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="0")
    assert assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="0").equals(first)
    assert not assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="1").equals(first)


def test_customers_stay_in_their_arm_in_later_runs(customers: Shoppers, holdouts: list[Holdout]):
    """Whatever has changed since: revenue, segments, the size of the holdout."""
    first = assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="0")
    rng = np.random.default_rng(1)
    later = replace(customers, revenue=rng.permutation(customers.revenue), labels=rng.permutation(customers.labels))
    larger = [replace(holdout, held_out=round(holdout.held_out * 1.3)) for holdout in holdouts]
    known = first.slice(0, len(first) // 2)  # the other half are new customers
    second = assign_arms(later.ids, later.labels, later.revenue, larger, salt="0", previous=known)
    before = dict(zip(known["customer_id"].to_pylist(), known["arm"].to_pylist(), strict=True))
    after = dict(zip(second["customer_id"].to_pylist(), second["arm"].to_pylist(), strict=True))
    assert all(after[customer] == arm for customer, arm in before.items())


def test_without_the_earlier_arms_nearly_everybody_stays(customers: Shoppers, holdouts: list[Holdout]):
    first = assign_arms(customers.ids, customers.labels, customers.revenue, holdouts, salt="0")
    grown = replace(customers, revenue=customers.revenue * np.random.default_rng(0).uniform(1, 1.3, len(customers.ids)))
    second = assign_arms(grown.ids, grown.labels, grown.revenue, holdouts, salt="0")
    same = np.mean([a == b for a, b in zip(first["arm"].to_pylist(), second["arm"].to_pylist(), strict=True)])
    assert same > 0.95


def test_hashes_are_uniform_and_stand_for_ever():
    u = hash_uniform([f"C{i}" for i in range(20_000)], "0")
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert hash_uniform(["C1"], "0")[0] == pytest.approx(0.534175546734852)


def test_earlier_assignments_need_their_columns(customers: Shoppers, holdouts: list[Holdout]):
    with pytest.raises(ParameterError, match="customer_id and arm"):
        assign_arms(
            customers.ids, customers.labels, customers.revenue, holdouts, salt="0", previous=pa.table({"id": ["a"]})
        )
