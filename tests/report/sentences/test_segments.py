from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from marketfold.report.sentences.segments import rule_sentence, rule_words
from marketfold.schema import Float64, Measure
from marketfold.segments import Bound, SegmentRule, find_rule
from marketfold.segments.rules import meets
from marketfold.units import Feature, FeatureTable
from marketfold.words import share


def table_of(values: Float64, name: str, measure: Measure) -> FeatureTable:
    ids = np.array([f"C{i:03}" for i in range(len(values))])
    feature = Feature(name, name, measure, "value")
    return FeatureTable("customer", ids, values, (feature,), values[:, 0], date(2005, 6, 1))


def test_counts_are_said_as_counts():
    values = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 20)[:, None]
    table = table_of(values, "order_count", "count")

    def words(low: float, high: float) -> str | None:
        labels = np.where((values[:, 0] >= low) & (values[:, 0] <= high), 0, 1).astype(np.int32)
        rule = find_rule(table, labels, 0)
        return rule_words(rule, table) if rule else None

    assert words(3, 5) == "3 orders or more"
    assert words(1, 2) == "at most 2 orders"
    assert words(1, 1) == "exactly 1 order"
    assert words(2, 4) == "2 to 4 orders"
    assert words(3, 3) == "exactly 3 orders"


def test_a_trend_is_said_as_the_share_of_the_second_half():
    table = table_of(np.linspace(-1, 1, 41)[:, None], "trend", "ratio")

    def words(*bounds: Bound) -> str:
        rule = SegmentRule(recall=1.0, others_share=0.0, precision=1.0, conditions=bounds)
        return rule_words(rule, table)

    assert words(Bound("trend", above=True, threshold=-0.9)) == "over 5 % of revenue in the second half of the period"
    assert words(Bound("trend", above=False, threshold=0.5)) == "up to 75 % of revenue in the second half of the period"
    assert words(Bound("trend", above=False, threshold=-1.0)) == "nothing in the second half of the period"


def test_a_rule_with_its_shares():
    rule = SegmentRule(
        recall=1.0,
        others_share=40 / 140,
        precision=0.6,
        conditions=(Bound("recency_days", above=False, threshold=50.0),),
    )
    table = table_of(np.array([[10.0], [90.5]]), "recency_days", "days")
    assert rule_sentence(rule, table) == (
        "last order within 50 days (finds 100 % of them, and 29 % of the rest meet it too; measured on the very "
        "customers that it was made from, which flatters it)."
    )
    held_back = rule_sentence(replace(rule, measured="held back"), table)
    assert held_back.endswith("29 % of the rest meet it too; measured on others than it was made from).")


def test_shares_of_five_other_rules_are_not_said_of_the_rule_itself():
    """Whoever filters the list by a rule counts what it meets, and not what the rules of the folds did."""
    rng = np.random.default_rng(3)
    days = np.concatenate([rng.normal(60, 25, 40), rng.normal(130, 25, 40)])[:, None].round()
    table, labels = table_of(days, "recency_days", "days"), np.repeat([0, 1], 40).astype(np.int32)
    rule = find_rule(table, labels, 0)
    assert rule is not None
    assert rule.measured == "cross-validated"
    met = meets(days, table.names, rule.conditions)
    assert (rule.recall, rule.others_share) != (met[:40].mean(), met[40:].mean())
    told = rule_sentence(rule, table)
    assert "finds" not in told
    assert f"four fifths of the customers find {share(rule.recall)} of them in the last fifth" in told


def test_an_amount_in_a_rule_carries_its_currency():
    rule = SegmentRule(
        recall=1.0, others_share=0.1, precision=0.6, conditions=(Bound("revenue_total", above=True, threshold=500.0),)
    )
    table = table_of(np.array([[10.0], [900.0]]), "revenue_total", "money")
    assert "€500" in rule_words(rule, table, "EUR")
