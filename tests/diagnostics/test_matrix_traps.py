"""Traps in the columns, each just on either side of its bound, on columns of known numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from marketfold.diagnostics.matrix_traps import (
    find_derived,
    find_ids,
    find_leaks,
    find_one_hot,
    find_unscaled,
    one_hot_blocks,
)
from marketfold.units import Feature, FeatureTable

NOISE = np.random.default_rng(5).random((40, 4)).round(3)


def table(**given: Any) -> FeatureTable:
    """A table of these columns; `measure`, `aspect`, `ids` and `blocks` are of the table and no columns."""
    columns = {name: one for name, one in given.items() if name not in {"measure", "aspect", "ids", "blocks"}}
    values = np.column_stack([np.asarray(one, dtype=np.float64) for one in columns.values()])
    measure, aspect, blocks = given.get("measure", "count"), given.get("aspect", "value"), given.get("blocks", {})
    return FeatureTable(
        unit="customer",
        ids=np.array(given.get("ids") or [f"c{number:03}" for number in range(len(values))]),
        values=values,
        features=tuple(Feature(name, name, measure, aspect, blocks.get(name)) for name in columns),
        revenue=np.ones(len(values)),
        as_of=date(2024, 1, 1),
    )


def derived(**columns: np.ndarray) -> list[tuple[tuple[str, ...], str]]:
    found = table(**columns)
    return [(one.columns, one.facts["kind"]) for one in find_derived(found, np.arange(len(found.values)))]


@pytest.mark.parametrize(("units", "told"), [(19, False), (20, True)])
def test_below_twenty_units_columns_agree_by_chance(units: int, *, told: bool):
    numbers = np.arange(units)
    found = table(visit=numbers)
    assert bool(find_ids(found)) is told
    assert bool(derived(visit=numbers, again=numbers)) is told


@pytest.mark.parametrize(("last", "told"), [(39, True), (40, False)])
def test_a_running_number_spreads_over_less_than_twice_as_many_steps_as_units(last: int, *, told: bool):
    found = find_ids(table(visit=np.append(np.arange(19), last)))
    assert bool(found) is told
    if told:
        assert (found[0].columns, found[0].severity, found[0].facts) == (("visit",), "serious", {"unit": "customer"})


@pytest.mark.parametrize("name", ["id", "order_ids", "Key", "row_uuid", "guid", "visit_number", "no", "nr", "index"])
def test_a_column_named_as_an_id_is_one_where_over_nine_in_ten_numbers_are_different(name: str):
    apart = np.arange(20) * 50
    assert [trap.columns for trap in find_ids(table(**{name: np.where(apart == 50, 0, apart)}))] == [(name,)]
    assert find_ids(table(**{name: np.where(apart <= 100, 0, apart)})) == []
    assert find_ids(table(**{name: apart + 0.5})) == []


@pytest.mark.parametrize("name", ["paid", "grid", "number_of_visits", "monkey", "piano", "casino"])
def test_a_name_that_only_ends_like_one_is_none(name: str):
    assert find_ids(table(**{name: np.arange(20) * 50})) == []


@pytest.mark.parametrize(("figures", "told"), [(15, True), (16, False)])
def test_numbers_that_are_the_ids_are_told_as_far_as_a_float_holds_them(figures: int, *, told: bool):
    ids = [f"{7 * number:0{figures}}" for number in range(20)]
    numbers = np.array(ids, dtype=np.float64)
    assert bool(find_ids(table(ids=ids, code=numbers * 10 if not told else numbers))) is told
    assert not find_ids(table(ids=ids, code=numbers[::-1] * 3))


@pytest.mark.parametrize(("flagged", "told"), [(4, False), (5, True), (35, True), (36, False)])
def test_a_flag_follows_from_a_column_where_it_divides_off_five_units(flagged: int, *, told: bool):
    numbers = NOISE[:, 0]
    flag = numbers >= np.sort(numbers)[-flagged]
    assert derived(spend=numbers, flag=flag) == ([(("flag", "spend"), "follows")] if told else [])


def test_a_column_of_one_value_follows_from_nothing():
    assert derived(spend=NOISE[:, 0], same=np.ones(40)) == []


def test_what_repeats_is_told_from_what_follows_upwards_or_downwards():
    spend, other = NOISE[:, 0], NOISE[:, 1]
    assert derived(spend=spend, again=spend, other=other) == [(("again", "spend"), "repeats")]
    assert derived(spend=spend, doubled=2 * spend, other=other) == [(("doubled", "spend"), "follows")]
    assert derived(spend=spend, less=-spend, other=other) == [(("less", "spend"), "follows")]


def test_what_rises_and_falls_or_differs_on_one_value_does_not_follow():
    steps = np.repeat(np.arange(20.0), 2)
    assert derived(steps=steps, bent=np.abs(np.arange(40) - 17.3)) == []
    assert derived(steps=steps, fine=np.arange(40.0)) == [(("steps", "fine"), "follows")]
    assert derived(steps=steps, mixed=np.arange(40.0) % 38) == []


def test_a_sum_names_what_it_is_of_and_nothing_else():
    spend, fees, other = NOISE[:, :3].T
    assert derived(spend=spend, fees=fees, other=other, total=spend + 2 * fees) == [
        (("spend", "fees", "total"), "sum")  # the first of the three is told, as what the others make
    ]


@pytest.mark.parametrize(("rest", "told"), [(0.0, True), (0.002, False)])
def test_a_sum_with_a_rest_is_none(rest: float, *, told: bool):
    spend, fees, other = NOISE[:, :3].T
    assert bool(derived(spend=spend, fees=fees, total=spend + fees + rest * other)) is told


def test_shares_of_one_block_add_up_by_their_nature():
    one, two, _, _ = NOISE.T / 2
    columns = {"tea": one, "jam": two, "rest": 1 - one - two}
    rows = np.arange(40)
    assert find_derived(table(**columns), rows)
    assert find_derived(table(blocks=dict.fromkeys(columns, "category"), **columns), rows) == []


def plus_minus(variance: float, units: int = 4) -> np.ndarray:
    return np.asarray(np.sqrt(variance) * np.where(np.arange(units) % 2, 1.0, -1.0))


@pytest.mark.parametrize(
    ("variances", "told"),
    [((2.25, 1.25, 1), False), ((2.3, 1, 1), True), ((9, 1), False), ((9, 0, 0), True), ((0, 0, 0), False)],
    ids=["half", "over half", "of two one is always larger", "alone", "none varies"],
)
def test_one_of_three_columns_is_unscaled_where_it_has_over_half_of_the_variance(
    variances: tuple[float, ...], *, told: bool
):
    X = np.column_stack([plus_minus(one) for one in variances]).astype(np.float32)
    found = find_unscaled(X, table(**{f"c{place}": X[:, place] for place in range(len(variances))}))
    assert [one.columns for one in found] == ([("c0",)] if told else [])
    if told:
        share = variances[0] / sum(variances)
        assert (found[0].code, found[0].severity) == ("unscaled_column", "serious")
        assert found[0].facts["variance_share"] == pytest.approx(share, rel=1e-6)


def test_a_block_weighs_as_one_column_beside_others():
    X = np.column_stack([plus_minus(9), plus_minus(1), plus_minus(1)]).astype(np.float32)
    columns = {f"c{place}": X[:, place] for place in range(3)}
    assert find_unscaled(X, table(**columns))
    assert find_unscaled(X, table(blocks={"c1": "deal", "c2": "deal"}, **columns)) == []


@pytest.mark.parametrize(("units", "n_tail"), [(99, None), (100, 1), (199, 1), (200, 2)])
def test_a_hundredth_of_the_units_rules_a_skewed_column(units: int, n_tail: int | None):
    column = np.arange(units) % 12.0
    column[-2 if n_tail == 2 else -1 :] = 1_000
    X = column[:, None].astype(np.float32)
    found = [one.facts for one in find_unscaled(X, table(spend=column))]
    assert found == ([] if n_tail is None else [{"n_tail": n_tail, "n_units": units, "unit": "customer"}])


@pytest.mark.parametrize(("different", "told"), [(9, False), (10, True)])
def test_of_few_values_none_is_extreme(different: int, *, told: bool):
    column = np.arange(100) % (different - 1.0)
    column[-1] = 1_000
    assert bool(find_unscaled(column[:, None].astype(np.float32), table(visits=column))) is told


@pytest.mark.parametrize(("far", "told"), [(9.9, False), (10.1, True)])
def test_a_tail_that_holds_half_of_the_variance_is_normal(far: float, *, told: bool):
    """Two of 200 at either end: the others lie so that theirs is as much as 2 x 100."""
    others = np.tile(np.linspace(0.2, 1.8, 11), 9)
    others *= np.sqrt(100 / (others @ others))
    column = np.concatenate([others, -others, [far, -far]]).astype(np.float32)
    assert bool(find_unscaled(column[:, None], table(balance=column))) is told


def test_flags_are_a_group_where_just_one_is_set_of_each_unit():
    which = np.arange(20) % 3
    flags = {f"land_{place}": which == place for place in range(3)}
    assert one_hot_blocks(table(**flags)) == {"land": [0, 1, 2]}
    assert one_hot_blocks(table(**{name.replace("_", "="): one for name, one in flags.items()})) == {"land": [0, 1, 2]}
    assert one_hot_blocks(table(land_0=which == 0, land_1=which == 1)) == {}
    assert one_hot_blocks(table(land_0=which == 0)) == {}
    assert one_hot_blocks(table(spend=which, **flags)) == {"land": [1, 2, 3]}
    of_one_block = table(blocks={"north": "land", "south": "land"}, north=which == 0, south=which != 0)
    assert one_hot_blocks(of_one_block) == {"land": [0, 1]}
    assert one_hot_blocks(table(a_b_x=which == 0, a_b_y=which != 0)) == {"a_b": [0, 1]}


@pytest.mark.parametrize(("variance", "told"), [(0.7, False), (0.6, True)])
def test_flags_rule_where_they_hold_over_half_of_the_variance(variance: float, *, told: bool):
    """Three flags of a third each have a variance of two ninths, all together two thirds."""
    which = np.arange(12) % 3
    columns = {f"land_{place}": (which == place).astype(float) for place in range(3)} | {
        "spend": plus_minus(variance, 12)
    }
    found = find_one_hot(np.column_stack(list(columns.values())).astype(np.float32), table(**columns))
    assert [(one.columns, one.severity) for one in found] == ([(("land",), "serious")] if told else [])
    if told:
        share = found[0].facts.pop("variance_share")
        assert share == pytest.approx(2 / 3 / (2 / 3 + variance))
        assert found[0].facts == {"n_one_hot": 3, "n_columns": 4}


def test_days_before_the_as_of_day_are_in_the_past():
    days = np.array([-2.0, -1.0, 0.0, 5.0])
    (trap,) = find_leaks(table(measure="days", aspect="timing", since=days), None)
    assert (trap.code, trap.columns, trap.severity) == ("sees_past_as_of", ("since",), "serious")
    assert trap.facts == {"kind": "negative", "n_units": 2, "unit": "customer", "as_of": date(2024, 1, 1)}
    assert find_leaks(table(measure="days", aspect="timing", since=days + 2), None) == []
    assert find_leaks(table(measure="days", aspect="value", since=days), None) == []
    assert find_leaks(table(measure="money", aspect="timing", since=days), None) == []


@pytest.mark.parametrize(("shared", "told"), [(0.979, False), (0.981, True), (-0.981, True)])
def test_a_feature_that_goes_with_what_comes_later_knows_it(shared: float, *, told: bool):
    one, other = (np.sin(2 * np.pi * turns * np.arange(40) / 40) for turns in (1, 2))  # of one size, and uncorrelated
    found = find_leaks(table(spend=one, same=np.ones(40)), 100 + shared * one + np.sqrt(1 - shared**2) * other)
    facts = {"kind": "correlated", "as_of": date(2024, 1, 1)}
    assert [(trap.columns, trap.facts) for trap in found] == ([(("spend",), facts)] if told else [])
