from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketfold import arrays
from marketfold.schema import LISTED
from marketfold.unit_tables import UnitRecords, list_parts, listed, listed_by, segments_table, why_here
from marketfold.units import Feature

if TYPE_CHECKING:
    import pytest

    from marketfold.analysis import Analysis


def as_list(segments: pa.Table) -> pa.Table:
    return pa.concat_tables(list_parts(segments))


def test_each_customer_has_the_last_order_the_usual_gap_and_what_is_beyond_it(analysis: Analysis) -> None:
    table, made = segments_table(analysis), analysis.segmentation.table
    clean = analysis.data.clean
    orders = clean.engine.collect(clean.activity.orders.select("customer_id", "ordered_on"))
    days: dict[str, set[date]] = {}
    for customer, day in zip(orders["customer_id"].to_pylist(), orders["ordered_on"].to_pylist(), strict=True):
        days.setdefault(customer, set()).add(day)
    assert made.as_of is not None
    for row in table.to_pylist():
        own = sorted(days[row["customer_id"]])
        assert row["last_order_on"] == own[-1]
        if len(own) < 3:
            assert row["usual_gap_days"] is row["overdue_days"] is None
            continue
        gap = (own[-1] - own[0]).days / (len(own) - 1)
        assert abs(row["usual_gap_days"] - gap) < 0.06
        assert abs(row["overdue_days"] - max((made.as_of - own[-1]).days - gap, 0)) < 0.51


def test_what_comes_next_stands_with_the_customer_for_whom_it_is(analysis: Analysis) -> None:
    ids = analysis.segmentation.ids.tolist()
    following = pa.table({"customer_id": ids[::-2], "next_product": [f"for {one}" for one in ids[::-2]]})
    rows = segments_table(replace(analysis, plan=replace(analysis.plan, next_products=following))).to_pylist()
    suggested = {row["customer_id"]: row["next_product"] for row in rows}
    assert suggested == {one: f"for {one}" if one in ids[::-2] else None for one in ids}


def test_a_reason_names_what_brings_a_customer_nearer_with_the_own_value(analysis: Analysis) -> None:
    made = analysis.segmentation
    names = made.matrix.table.names
    X = np.zeros((4, len(names)), np.float32)
    X[:2, 0], X[2:, 0] = 5.0, -5.0  # scaled the other way round: what is said follows the middles
    X[1, 1] = 1.0  # beyond both middles by the same: no reason
    values = np.zeros(X.shape)
    values[:, 0] = [44, 1, 300, 400]
    feature = Feature("recency_days", "days since the last order", "days", "timing")
    table = replace(
        made.matrix.table, values=values, features=(feature, *made.matrix.table.features[1:]),
        ids=np.array(list("abcd")), revenue=np.ones(4), history=None, described={},
    )  # fmt: skip
    toy = replace(
        made, table=table, matrix=replace(made.matrix, values=X, table=table), labels=np.array([0, 0, 1, 1], np.int32),
        numbers=(1, 2), names=("a", "b"), tests=(), stability=None,
    )  # fmt: skip
    said = why_here(toy, toy.part_means, None).to_pylist()
    assert [text.split(";")[0] for text in said] == [
        f"Beside segment {other}: {days} since the last order ({side})"
        for days, other, side in (
            ("44 days", 2, "more"),
            ("1 day", 2, "more"),
            ("300 days", 1, "less"),
            ("400 days", 1, "less"),
        )
    ]
    growth = replace(feature, name="growth", label="growth of revenue: -1 to 1", measure="ratio")
    explained = replace(table, features=(growth, *table.features[1:]))
    said = why_here(
        replace(toy, table=explained, matrix=replace(toy.matrix, table=explained)), toy.part_means, None
    ).to_pylist()
    assert [text.split(";")[0] for text in said] == [
        f"Beside segment {other}: growth of revenue {value} ({side})"
        for value, other, side in ((44, 2, "more"), (1, 2, "more"), (300, 1, "less"), (400, 1, "less"))
    ]
    of_one_topic = replace(table, features=tuple(replace(one, topic="all the same") for one in table.features))
    said = why_here(
        replace(toy, table=of_one_topic, matrix=replace(toy.matrix, table=of_one_topic)), toy.part_means, None
    ).to_pylist()
    assert not any(";" in text for text in said)  # nothing is said twice in other words


def test_a_list_begins_with_those_of_whom_most_is_expected_or_who_brought_most() -> None:
    rows = {
        "customer_id": list("abcd"), "segment": [2, 1, 1, 1], "segment_name": list("yxxx"), "trust": ["slice"] * 4,
        "revenue_total": [1.0, 5.0, 9.0, 9.0],
    }  # fmt: skip
    assert as_list(pa.table(rows))["customer_id"].to_pylist() == list("cdba")
    assert listed_by(pa.table(rows | {"expected_value_365d": [None] * 4})) == "revenue_total"
    expected = as_list(pa.table(rows | {"expected_value_365d": [1.0, None, 2.0, 3.0]}))
    assert listed_by(expected) == "expected_value_365d"
    assert expected["customer_id"].to_pylist() == list("dcba")
    assert expected["no"].to_pylist() == [1, 2, 3, 4]
    assert set(expected.column_names) < set(LISTED)


def test_a_list_leaves_out_money_where_none_is_known() -> None:
    rows = {"customer_id": ["b", "a"], "segment": [1, 1], "segment_name": ["x"] * 2, "trust": ["slice"] * 2}
    assert "revenue_total" not in as_list(pa.table(rows | {"revenue_total": [0.0, 0.0]})).column_names
    assert "revenue_total" in as_list(pa.table(rows | {"revenue_total": [0.0, -1.0]})).column_names


def test_rows_of_a_run_are_the_same_some_at_a_time(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = segments_table(analysis)
    in_order, rows = as_list(whole), np.array([7, 3, 40])
    monkeypatch.setattr(arrays, "CHUNK_ROWS", 20)
    records = UnitRecords(analysis)
    assert len(list(records.parts())) > 2
    for some, wanted in (
        (records.at(rows), whole.take(pa.array(rows))),
        (segments_table(analysis), whole),
        (as_list(whole), in_order),
    ):
        assert some.schema == wanted.schema
        measured = {"distance", "confidence"}  # of another number of rows the last digit may differ
        exact = [name for name in some.column_names if name not in measured]
        assert some.select(exact).equals(wanted.select(exact))
        for name in measured & set(some.column_names):
            assert np.allclose(some[name], wanted[name], rtol=1e-5)
    assert in_order["no"].to_pylist() == list(range(1, len(whole) + 1))


def test_of_no_customers_there_is_an_empty_list() -> None:
    rows = {"customer_id": pa.array([], pa.string()), "segment": pa.array([], pa.int32())}
    assert as_list(pa.table(rows | {"revenue_total": pa.array([], pa.float64())})).num_rows == 0


def test_a_short_list_is_the_beginning_of_each_segment(analysis: Analysis) -> None:
    whole = as_list(segments_table(analysis)).to_pylist()
    short = listed(analysis, 2).to_pylist()
    for number in analysis.segmentation.numbers:
        assert [r for r in short if r["segment"] == number] == [r for r in whole if r["segment"] == number][:2]
