"""Segments that follow from the joining date, and shops in which nobody has a second order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.segments.shops import clean_shop

from marketfold.cleaning import clean_orders
from marketfold.diagnostics import Trap, find_traps
from marketfold.diagnostics.calendar_traps import _tells, _tenths
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.report import trap_sentence
from marketfold.selection import Segmentation
from marketfold.units import History

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Labels

AS_OF = date(2024, 7, 1)


def dated(known_days: np.ndarray, repeats: np.ndarray, labels: Labels) -> tuple[Trap, ...]:
    """Traps of segments of customers of whom only when they came, and how often, has been made up."""
    matrix, _ = clean_shop()
    history = History(repeats, np.minimum(repeats * 5, known_days), known_days, repeats * 10)
    table = replace(matrix.table, as_of=AS_OF, history=history)
    return tuple(
        trap
        for trap in find_traps(Segmentation.of(replace(matrix, table=table), labels))
        if trap.code == "joining_date"
    )


def came(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Days since the first order of 300 customers over two and a half years, and the quarter that it was in."""
    known = np.random.default_rng(seed).integers(1, 900, 300).astype(float)
    months = (np.datetime64(AS_OF) - known.astype(np.int64)).astype("datetime64[M]").astype(np.int64)
    return known, (months % 12 // 3).astype(np.int32)


def test_segments_of_one_order_that_are_quarters():
    known, quarter = came()
    (trap,) = dated(known, np.zeros(300), quarter)
    assert (trap.facts["kind"], trap.facts["period"], trap.severity) == ("once", "quarter", "serious")
    assert trap.facts["agreement"] > 0.99
    assert trap.segments == (1, 2, 3, 4)
    assert "the quarter of that order foretells the segment (adjusted Rand 1.00)" in trap_sentence(trap)


def test_they_are_found_beside_customers_who_came_back():
    known, quarter = came()
    repeats = np.where(np.arange(300) < 180, 0.0, 6.0)
    labels = np.where(repeats > 0, 4, quarter).astype(np.int32)
    noisy = np.random.default_rng(1).random(300) < 0.1
    labels[noisy & (repeats == 0)] = 0
    (trap,) = dated(known, repeats, labels)
    assert (trap.facts["n_once"], trap.facts["n_customers"]) == (180, 300)
    assert 5 not in trap.segments
    assert {2, 3, 4} <= set(trap.segments)


def test_cuts_of_the_time_since_the_first_order():
    known, _ = came()
    (trap,) = dated(known, np.full(300, 4.0), np.digitize(known, [300, 600]).astype(np.int32))
    assert (trap.facts["kind"], trap.severity, trap.columns) == ("all", "warning", ("tenure_days",))
    assert "Who came when is known" in trap_sentence(trap)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("repeats", [0.0, 3.0])
def test_segments_of_something_else_are_no_calendar(seed: int, repeats: float):
    known, _ = came(seed)
    labels = np.random.default_rng([seed, 1]).integers(0, 4, 300).astype(np.int32)
    assert dated(known, np.full(300, repeats), labels) == ()


def test_where_all_of_one_order_are_in_one_segment_no_rule_is_asked():
    """As in a file that follows one intake: all came in one quarter, and who ordered once is a segment of its own."""
    known = np.random.default_rng(0).integers(460, 550, 300).astype(float)
    repeats = np.where(np.arange(300) < 150, 0.0, 3.0)
    labels = np.where(repeats > 0, 1 + np.arange(300) % 2, 0).astype(np.int32)
    labels[:3] = 1
    assert dated(known, repeats, labels) == ()


def once(n: int = 60, *, again: bool = False, **more: str) -> CleanOrders:
    """A shop in which each made-up customer has one order, and the first perhaps two."""
    rows = [
        {"order_id": f"O{i}", "customer_id": f"C{i}", "ordered_on": date(2023, 1, 1 + i % 28), "amount": 5.0 + i}
        | {name: f"{text}{i % 20}" for name, text in more.items()}
        for i in range(n)
    ]
    rows += [{**rows[0], "order_id": "again"}] if again else []
    return clean_orders(read_orders(pl.DataFrame(rows)))


def test_a_shop_in_which_nobody_has_a_second_order():
    clean = once()
    matrix = build_matrix(build_features(clean))
    made = Segmentation.of(matrix, (np.arange(60) % 2).astype(np.int32))
    trap = next(trap for trap in find_traps(made, clean) if trap.code == "one_order_each")
    assert trap.facts == {"kind": "none", "n_customers": 60}
    assert "--map customer_id=COLUMN" in trap_sentence(trap)
    clean = once(again=True)
    made = Segmentation.of(build_matrix(build_features(clean)), (np.arange(60) % 2).astype(np.int32))
    assert "one_order_each" not in {trap.code for trap in find_traps(made, clean)}


def test_the_column_that_may_say_who_bought_is_named():
    clean = once(email="who@shop")
    made = Segmentation.of(build_matrix(build_features(clean)), (np.arange(60) % 2).astype(np.int32))
    trap = next(trap for trap in find_traps(made, clean) if trap.code == "one_order_each")
    assert trap.columns == ("customer_id", "email")
    assert trap_sentence(trap).endswith("If email says who bought, name it: --map customer_id=email.")


def test_years_before_1970_are_years_too() -> None:
    matrix, _ = clean_shop()
    n = len(matrix.table)
    known = np.where(np.arange(n) % 2 == 0, 400.0, 40.0)
    history = History(np.zeros(n), np.zeros(n), known, np.full(n, 10.0))
    table = replace(matrix.table, as_of=date(1969, 7, 1), history=history)
    traps = find_traps(Segmentation.of(replace(matrix, table=table), np.arange(n, dtype=np.int32) % 2))
    assert [trap.facts["kind"] for trap in traps if trap.code == "joining_date"] == ["once"]


@pytest.mark.parametrize(
    ("sizes", "tells"), [((10, 10), True), ((10, 9), False), ((18, 2), True), ((19, 1), False), ((20,), False)]
)
def test_twenty_customers_of_whom_a_tenth_is_elsewhere_can_tell(sizes: tuple[int, ...], *, tells: bool):
    assert _tells(np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)) is tells


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (np.arange(100.0), np.repeat(np.arange(10), 10)),
        (np.repeat([1.0, 2.0], 50), np.repeat([0, 2], 50)),
        (np.full(30, 7.0), np.zeros(30, int)),
    ],
)
def test_a_tenth_of_the_customers_is_in_each_part_where_days_allow_it(days: np.ndarray, codes: np.ndarray):
    assert _tenths(days).tolist() == codes.tolist()
