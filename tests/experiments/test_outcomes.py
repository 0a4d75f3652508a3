from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.errors import MeasurementError
from marketfold.experiments import read_outcomes
from marketfold.experiments.outcomes import _begins
from marketfold.orders import read_orders

FROM, TO = date(2026, 7, 1), date(2026, 7, 31)
LINES = [
    ("1", "a", "2026-07-01", 10.0), ("1", "a", "2026-07-01", 2.5), ("2", "a", "2026-07-31", 10.0),
    ("3", "b", "2026-06-30", 10.0), ("3", "b", "2026-07-01", 10.0),  # begun before the period: an order of that time
    ("4", "b", "2026-08-01", 10.0),
    ("5", "c", "2026-07-31", 7.0), ("5", "c", "2026-08-02", 3.0),  # begun on the last day
    ("6", "stranger", "2026-07-02", 99.0),
]  # fmt: skip
ASSIGNED = pa.table(
    {
        "customer_id": ["d", "c", "b", "a", "new"],
        "segment": [2, 1, 1, 1, 1],
        "arm": ["treated", "holdout", "treated", "treated", None],
        "revenue_before": [4.0, None, 2.0, 1.0, 0.0],
    }
)


def later(lines: list[tuple[str, str, str, float]]) -> CleanOrders:
    order, customer, day, amount = zip(*lines, strict=True)
    table = pa.table({"order_id": order, "customer_id": customer, "ordered_on": day, "amount": amount})
    return clean_orders(read_orders(table, ReadingOptions(date_format="%Y-%m-%d")))


def test_what_each_customer_did_in_the_period():
    found = read_outcomes(ASSIGNED, later(LINES), FROM, TO)
    assert found.segment.tolist() == [2, 1, 1, 1]  # who came after the run has no arm
    assert found.held_out.tolist() == [False, True, False, False]
    assert found.orders.tolist() == [0, 1, 0, 2]
    assert found.ordered.tolist() == [0, 1, 0, 1]
    assert found.repeated.tolist() == [0, 0, 0, 1]
    assert found.revenue.tolist() == [0, 10.0, 0, 22.5]
    assert found.before is not None
    assert found.before.tolist() == [4, 0, 2, 1]
    assert found.known is not None
    assert found.known.tolist() == [False, False, True, False]
    own = found.of(1)
    assert own.revenue.tolist() == [10.0, 0, 22.5]
    assert own.known is not None
    assert own.known.tolist() == [False, True, False]


def test_what_is_not_known_of_the_time_before_is_left_open():
    found = read_outcomes(ASSIGNED.drop_columns(["revenue_before"]), later(LINES[:3] + LINES[6:]), FROM, TO)
    assert found.before is None
    assert found.known is None
    assert np.sum(found.revenue) == pytest.approx(32.5)


RETURN_LAYOUTS = {
    "negative quantity": {"quantity": (1.0, -1.0)},
    "negative amount": {},
    "credit note": {"credit_note": True},
}


@pytest.mark.parametrize("layout", RETURN_LAYOUTS)
def test_what_came_back_in_the_period_is_taken_off(layout: str) -> None:
    """Whether its purchase is in the later orders or lies before them, and not what came back on another day."""
    form: dict[str, bool] = RETURN_LAYOUTS[layout]  # type: ignore[assignment]
    bought = [("1", "a", "2026-07-01", 30.0), ("2", "b", "2026-07-05", 20.0), ("3", "c", "2026-07-06", 7.0)]
    back = [("4", "a", "2026-07-03", -30.0), ("5", "b", "2026-07-09", -5.0), ("6", "d", "2026-07-09", -4.0)]
    late = [("7", "c", "2026-08-01", -7.0)]
    order, customer, day, amount = zip(*bought, *back, *late, strict=True)
    columns = {"order_id": order, "customer_id": customer, "ordered_on": day, "amount": amount}
    if "credit_note" in form:
        columns["order_id"] = tuple(f"C{one}" if money < 0 else one for one, money in zip(order, amount, strict=True))
    if "quantity" in form:
        columns["quantity"] = tuple(1.0 if money > 0 else -1.0 for money in amount)
    table = pa.table({name: list(values) for name, values in columns.items()})
    options = ReadingOptions(date_format="%Y-%m-%d")
    clean = clean_orders(read_orders(table, options), CleaningOptions(allow_mostly_set_aside=True))
    found = read_outcomes(ASSIGNED, clean, FROM, TO)
    assert found.revenue.tolist() == [-4.0, 7.0, 15.0, 0.0]
    assert found.ordered.tolist() == [0, 1, 1, 1]
    assert found.coverage is not None
    assert found.coverage.returned == 39.0


@pytest.mark.parametrize("quantity", [{}, {"quantity": [1.0, 2.0, None]}])
def test_a_line_that_was_cancelled_never_counted_so_nothing_is_taken_off_for_it(
    quantity: dict[str, list[float | None]],
):
    rows = [
        ("1", "a", "2026-07-01", 30.0, "paid"),
        ("2", "a", "2026-07-02", 50.0, "cancelled"),
        ("3", "c", "2026-07-02", 9.0, "paid"),
    ]
    order, customer, day, amount, status = (list(column) for column in zip(*rows, strict=True))
    table = pa.table(
        {"order_id": order, "customer_id": customer, "ordered_on": day, "amount": amount, "status": status} | quantity
    )
    read = read_orders(table, ReadingOptions(date_format="%Y-%m-%d"))
    found = read_outcomes(ASSIGNED, clean_orders(read), FROM, TO)
    assert found.revenue.tolist() == [0, 9.0, 0, 30.0]


@pytest.mark.parametrize(
    ("run_ids", "later_ids", "expected"),
    [
        (["ann@x.de", "bo@x.de"], ["ANN@X.DE", " bo @x.de"], [1, 2]),
        (["Ann@x.de", "BO@x.de"], ["ann@x.de", "bo@x.de"], [1, 2]),
        (["C1", "c1"], ["c1", "C1"], [2, 1]),  # no e-mail address: another id in another case
        (["C1", "C2"], ["c1", "C2"], [0, 2]),
    ],
)
def test_customers_are_found_as_their_ids_are_written(run_ids: list[str], later_ids: list[str], expected: list[int]):
    """The first later customer orders for 1, the second for 2."""
    assigned = pa.table({"customer_id": run_ids, "segment": [1, 1], "arm": ["treated", "holdout"]})
    lines = [("1", later_ids[0], "2026-07-01", 1.0), ("2", later_ids[1], "2026-07-02", 2.0)]
    found = read_outcomes(assigned, later(lines), FROM, TO)
    by_amount = found.revenue.tolist()
    assert by_amount == expected
    assert found.coverage is not None
    assert found.coverage.unknown == expected.count(0)


def test_later_customers_whom_the_run_does_not_know_are_counted_and_doubted():
    found = read_outcomes(ASSIGNED, later(LINES), FROM, TO).coverage
    assert found is not None
    assert (found.customers, found.unknown, found.revenue, found.unknown_revenue) == (3, 1, 131.5, 99.0)
    assert (found.earlier, found.earlier_unknown, found.many_unknown) == (1, 0, False)
    strangers = [(f"s{i}", f"s{i}", "2026-07-03", 1.0) for i in range(4)]
    assert read_outcomes(ASSIGNED, later(LINES + strangers), FROM, TO).coverage.many_unknown  # type: ignore[union-attr]
    before = [("9", "old", "2026-06-01", 1.0)]  # should be known
    assert read_outcomes(ASSIGNED, later(LINES + before), FROM, TO).coverage.many_unknown  # type: ignore[union-attr]


@pytest.mark.parametrize(("held_out", "missed"), [(10, True), (9, False)])
def test_a_holdout_of_whom_three_would_have_ordered_is_missed(held_out: int, *, missed: bool):
    """Three of ten who were reached ordered."""
    ids = [f"t{n}" for n in range(10)] + [f"h{n}" for n in range(held_out)]
    arms = ["treated"] * 10 + ["holdout"] * held_out
    assigned = pa.table({"customer_id": ids, "segment": [1] * len(ids), "arm": arms})
    orders = later([(str(n), f"t{n}", "2026-07-02", 5.0) for n in range(3)])
    if missed:
        with pytest.raises(MeasurementError, match=r"None of the 10 held-out customers .* about 3 would"):
            read_outcomes(assigned, orders, FROM, TO)
    else:
        assert read_outcomes(assigned, orders, FROM, TO).ordered.sum() == 3


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"arm": ["treated"] * 4 + [None]}, "Nobody was held out"),
        ({"arm": ["treated", "holdout", "control", "treated", None]}, "got control, holdout, treated"),
        ({"customer_id": list("vwxyz")}, "None of the 4 customers of the run ordered"),
    ],
)
def test_assignments_that_say_nothing_are_refused(changed: dict[str, list[str | None]], what: str):
    wrong = pa.table(ASSIGNED.to_pydict() | changed)
    with pytest.raises(MeasurementError, match=what):
        read_outcomes(wrong, later(LINES), FROM, TO)


def test_a_period_may_be_a_single_day_and_is_not_turned_round():
    orders = later(LINES)
    assert read_outcomes(ASSIGNED, orders, FROM, FROM).revenue.tolist() == [0, 0, 0, 12.5]
    with pytest.raises(MeasurementError, match="ends before it begins"):
        read_outcomes(ASSIGNED, orders, TO, FROM)
    with pytest.raises(MeasurementError, match="got customer_id, segment"):
        read_outcomes(ASSIGNED.select(["customer_id", "segment"]), orders, FROM, TO)


FIRST = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("n_days", "begins"),
    [
        (29, []),
        (30, [FIRST]),
        (59, [FIRST + timedelta(days=29)]),
        (60, [FIRST + timedelta(days=30), FIRST]),
        (95, [FIRST + timedelta(days=one) for one in (65, 35, 5)]),
    ],
)
def test_whole_periods_lie_back_to_back_before_the_last_day(n_days: int, begins: list[date]):
    assert _begins((FIRST, FIRST + timedelta(days=n_days - 1)), 30, None) == begins


@pytest.mark.parametrize(
    ("first", "last", "begins"),
    [
        (date(2023, 10, 11), date(2025, 11, 9), [date(2023, 10, 11), date(2024, 10, 11)]),  # three weeks before
        (date(2023, 10, 12), date(2025, 11, 9), [date(2024, 10, 11)]),
        (date(2023, 10, 11), date(2024, 11, 9), [date(2023, 10, 11), date(2024, 10, 11)]),  # to its last day
        (date(2023, 10, 11), date(2024, 11, 8), [date(2023, 10, 11)]),
    ],
)
def test_earlier_seasons_count_where_all_of_their_days_were_observed(first: date, last: date, begins: list[date]):
    assert _begins((first, last), 30, date(2025, 11, 1)) == begins
