"""Whose later orders are, and when the ids seem to be of another kind."""

from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.experiments.later_customers import AddedUp, Coverage, RunIds, cover


@pytest.mark.parametrize(
    ("coverage", "many"),
    [
        (Coverage(), False),
        (Coverage(customers=10, unknown=5), False),
        (Coverage(customers=10, unknown=6), True),  # most
        (Coverage(customers=10, earlier=10, earlier_unknown=1), False),
        (Coverage(customers=10, earlier=10, earlier_unknown=2), True),  # who should be known
        (Coverage(customers=10, unknown=3, earlier=0, earlier_unknown=0), False),
    ],
)
def test_many_unknown_are_doubted(coverage: Coverage, *, many: bool):
    assert coverage.many_unknown is many


def test_addresses_are_the_same_in_any_case_and_other_ids_are_not():
    ids = RunIds(pa.array(["Ann@x.de", "bo@x.de", "BO@x.de", "C1"]))
    later = pa.array(["ann@x.de", "Ann@x.de", " bo@X.de", "bo@x.de", "c1", "C1", "new"])
    places, respelt = ids.places(later)
    assert places.tolist() == [0, 0, -1, 1, -1, 3, -1]  # two that are one when folded are told by their own spelling
    assert respelt.tolist() == [True, False, False, False, False, False, False]


def test_what_is_added_up_is_of_the_customers_of_the_run():
    ids = RunIds(pa.array(["a@x.de", "b", "c"]))
    table = pa.table({"customer_id": ["A@x.de", "a@x.de", "c", "new"], "revenue": [1.0, 2.5, None, 9.0]})
    period, earlier = AddedUp.of(table, ids), AddedUp.of(table.slice(2), ids)
    assert period.by_customer("revenue").tolist() == [3.5, 0.0, 0.0]
    found = cover(period, earlier, 1.234)
    assert (found.customers, found.revenue, found.unknown, found.unknown_revenue) == (4, 12.5, 1, 9.0)
    assert (found.earlier, found.earlier_unknown, found.respelt, found.returned) == (2, 1, 1, 1.23)
    assert found.unknown_share == 0.25
