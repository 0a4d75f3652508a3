from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tests.experiments.cases import Shoppers, steady_shoppers

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.errors import ParameterError
from marketfold.experiments import Holdout
from marketfold.polars_engine import PolarsEngine
from marketfold.sampling import hash_uniform


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
    table = customers.arms(holdouts)
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
    first = customers.arms(holdouts)
    assert customers.arms(holdouts).equals(first)
    assert not customers.arms(holdouts, "1").equals(first)


def test_customers_stay_in_their_arm_in_later_runs(customers: Shoppers, holdouts: list[Holdout]):
    """Whatever has changed since: revenue, segments, the size of the holdout."""
    first = customers.arms(holdouts)
    rng = np.random.default_rng(1)
    later = replace(customers, revenue=rng.permutation(customers.revenue), labels=rng.permutation(customers.labels))
    larger = [replace(holdout, held_out=round(holdout.held_out * 1.3)) for holdout in holdouts]
    known = first.slice(0, len(first) // 2)  # the other half are new customers
    second = later.arms(larger, previous=known)
    before = dict(zip(known["customer_id"].to_pylist(), known["arm"].to_pylist(), strict=True))
    after = dict(zip(second["customer_id"].to_pylist(), second["arm"].to_pylist(), strict=True))
    assert all(after[customer] == arm for customer, arm in before.items())


def test_without_the_earlier_arms_nearly_everybody_stays(customers: Shoppers, holdouts: list[Holdout]):
    first = customers.arms(holdouts)
    grown = replace(customers, revenue=customers.revenue * np.random.default_rng(0).uniform(1, 1.3, len(customers.ids)))
    second = grown.arms(holdouts)
    same = np.mean([a == b for a, b in zip(first["arm"].to_pylist(), second["arm"].to_pylist(), strict=True)])
    assert same > 0.95


def test_hashes_are_uniform_and_stand_for_ever():
    u = hash_uniform([f"C{i}" for i in range(20_000)], "0")
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert hash_uniform(["C1"], "0")[0] == pytest.approx(0.534175546734852)


def test_earlier_assignments_need_their_columns(customers: Shoppers, holdouts: list[Holdout]):
    with pytest.raises(ParameterError, match="customer_id and arm"):
        customers.arms(holdouts, previous=pa.table({"id": ["a"]}))


def held_out_by_hand(customers: Shoppers, holdouts: list[Holdout], earlier: dict[str, str]) -> set[str]:
    """The rule once more, on sorted lists: quarters by revenue, largest remainders, the lowest hashes of each."""
    chosen = {one for one, arm in earlier.items() if arm == "holdout"} & set(customers.ids.tolist())
    for segment, holdout in enumerate(holdouts):
        own = zip(customers.revenue.tolist(), customers.ids.tolist(), customers.labels.tolist(), strict=True)
        ranked = [one for _, one, label in sorted(own) if label == segment]
        n = max(1, min(4, holdout.held_out))
        strata = [[one for place, one in enumerate(ranked) if place * n // len(ranked) == s] for s in range(n)]
        exact = [Fraction(holdout.held_out * len(one), len(ranked)) for one in strata]
        quotas = [int(one) for one in exact]
        for s in sorted(range(n), key=lambda s: (quotas[s] - exact[s], s))[: holdout.held_out - sum(quotas)]:
            quotas[s] += 1
        for who, quota in zip(strata, quotas, strict=True):
            free = sorted((hash_uniform([one], "0")[0], one) for one in who if one not in earlier)
            chosen |= {one for _, one in free[: max(quota - len(chosen & set(who)), 0)]}
    return chosen


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
@pytest.mark.parametrize("held_out", [(0, 1, 2), (3, 5, 400), (79, 80, 81)])
def test_every_engine_holds_out_those_whom_the_rule_names(
    customers: Shoppers, holdouts: list[Holdout], engine: Engine, held_out: tuple[int, ...]
):
    """Many have brought as much as others; with and without earlier arms."""
    case = replace(customers, engine=engine, revenue=customers.revenue // 50)
    wanted = [replace(one, held_out=n) for one, n in zip(holdouts, held_out, strict=True)]
    ids = customers.ids.tolist()
    for earlier in ({}, {one: "holdout" if n % 5 else "treated" for n, one in enumerate([*ids[::9], "gone"])}):
        previous = pa.table({"customer_id": list(earlier), "arm": list(earlier.values())}) if earlier else None
        found = case.arms(wanted, previous=previous)
        assert found["customer_id"].to_pylist() == ids
        assert {row["customer_id"] for row in found.to_pylist() if row["arm"] == "holdout"} == held_out_by_hand(
            case, wanted, earlier
        )
