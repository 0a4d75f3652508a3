"""Which purchase a return takes back, of tables in memory: one line each, in whole money and items."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from tests.conftest import come_home_by

from marketfold.cleaning import clean_orders
from marketfold.cleaning.matching_returns import MatchedReturns, _whole_groups, match_tables
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

Line = tuple[str, str | None, str | None, int, int, int]
"""Customer, order, product, day of January, money, items."""
NAMES = ("customer_id", "order_id", "product_id", "ordered_on", "money", "items")


def table(lines: Sequence[Line], first: int, gone: tuple[int, ...] = ()) -> pa.Table:
    """Lines numbered from `first`; those whose status undid them by their places."""
    rows: list[dict[str, Any]] = []
    for place, line in enumerate(lines):
        row = dict(zip(NAMES, line, strict=True)) | {"source_line": first + place, "gone": place in gone}
        rows.append(row | {"ordered_on": date(2024, 1, 1) + timedelta(days=line[3])})
    kinds = [pa.string()] * 3 + [pa.date32(), pa.int64(), pa.int64(), pa.int64(), pa.bool_()]
    return pa.Table.from_pylist(rows, pa.schema(dict(zip((*NAMES, "source_line", "gone"), kinds, strict=True))))


def match(
    sold: Sequence[Line], back: Sequence[Line], *, gone: tuple[int, ...] = (), by_order: bool = True
) -> tuple[dict[int, tuple[float, float]], MatchedReturns]:
    """Money and items off each line sold, by its place."""
    found = match_tables(table(back, 100), table(sold, 0, gone), by_order=by_order)
    off: dict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in found.table.to_pylist():
        money, items = off[row["source_line"]]
        off[row["source_line"]] = money + row["back"], items + row["items_back"]
    return dict(off), found


ANN, BEN = ("Ann", "A1"), ("Ben", "B1")
CASES: dict[str, tuple[list[Line], list[Line], dict[int, tuple[float, float]]]] = {
    "the second product of the first customer": (
        [(*ANN, "cup", 1, 10, 1), (*ANN, "jar", 1, 10, 1)], [(*ANN, "jar", 5, 10, 1)], {1: (10, 1)},
    ),
    "nobody else's of the same product": (
        [(*ANN, "cup", 1, 10, 1), (*ANN, "jar", 1, 10, 1), (*BEN, "cup", 1, 10, 1), (*BEN, "jar", 1, 10, 1)],
        [(*BEN, "cup", 5, 10, 1), (*ANN, "jar", 5, 10, 1)], {1: (10, 1), 2: (10, 1)},
    ),
    "three lines, the latest first": (
        [("Ann", str(day), "cup", day, 10, 1) for day in (1, 2, 3, 4)], [("Ann", "R", "cup", 9, 30, 3)],
        {3: (10, 1), 2: (10, 1), 1: (10, 1)},
    ),
    "on the day itself": ([(*ANN, "cup", 5, 10, 1)], [(*ANN, "cup", 5, 10, 1)], {0: (10, 1)}),
    "not the day before": ([(*ANN, "cup", 5, 10, 1)], [(*ANN, "cup", 4, 10, 1)], {}),
    "of its own order before the right quantity": (
        [("Ann", "A1", "cup", 1, 20, 2), ("Ann", "A2", "cup", 2, 10, 1)], [("Ann", "A1", "cup", 5, 10, 1)],
        {0: (10, 1)},
    ),
    "of lines without an order none is of the same": (
        [("Ann", None, "cup", 1, 10, 1), ("Ann", "A2", "cup", 2, 10, 1)], [("Ann", None, "cup", 5, 10, 1)],
        {1: (10, 1)},
    ),
    "the right quantity before the latest": (
        [("Ann", "A1", "cup", 1, 10, 1), ("Ann", "A2", "cup", 2, 20, 2)], [("Ann", "R", "cup", 5, 10, 1)],
        {0: (10, 1)},
    ),
    "the latest in the file of one day": (
        [("Ann", "A1", "cup", 1, 10, 1), ("Ann", "A2", "cup", 1, 10, 1)], [("Ann", "R", "cup", 5, 10, 1)],
        {1: (10, 1)},
    ),
    "two returns, a line each": (
        [("Ann", "A1", "cup", 1, 10, 1), ("Ann", "A2", "cup", 2, 10, 1)],
        [("Ann", "R", "cup", 5, 10, 1), ("Ann", "S", "cup", 6, 10, 1)], {0: (10, 1), 1: (10, 1)},
    ),
    "half of the money for all items: the rest is a fee": (
        [(*ANN, "cup", 1, 10, 1)], [(*ANN, "cup", 5, 5, 1)], {0: (10, 1)},
    ),
    "less than half: a price that was corrected, and the goods stayed": (
        [(*ANN, "cup", 1, 10, 1)], [(*ANN, "cup", 5, 4, 1)], {0: (4, 0)},
    ),
    "more money than the line was worth": ([(*ANN, "cup", 1, 10, 1)], [(*ANN, "cup", 5, 12, 1)], {0: (10, 1)}),
    "a part, by its own money": ([(*ANN, "cup", 1, 30, 3)], [(*ANN, "cup", 5, 12, 1)], {0: (12, 1)}),
    "no quantity: money alone": ([(*ANN, "cup", 1, 30, 3)], [(*ANN, "cup", 5, 12, 0)], {0: (12, 0)}),
    "what she did not buy, of the same order: exactly that money first": (
        [(*ANN, "cup", 1, 10, 1), (*ANN, "jar", 1, 6, 1)], [(*ANN, "fee", 5, 6, 1)], {1: (6, 1)},
    ),
    "of the same order, line after line": (
        [(*ANN, "cup", 1, 10, 1), (*ANN, "jar", 1, 6, 1)], [(*ANN, None, 5, 12, 0)], {0: (10, 1), 1: (2, 0)},
    ),
    "what she did not buy, of an order that is not there": (
        [(*ANN, "cup", 1, 10, 1)], [("Ann", "R", "fee", 5, 10, 1)], {},
    ),
    "no product: an order of exactly that money": (
        [("Ann", "A1", "cup", 1, 4, 1), ("Ann", "A1", "jar", 1, 6, 1), ("Ann", "A2", "cup", 2, 11, 1)],
        [("Ann", "R", None, 5, 10, 0)], {0: (4, 1), 1: (6, 1)},
    ),
    "else the latest that brought as much": (
        [("Ann", "A1", "cup", 1, 30, 1), ("Ann", "A2", "cup", 2, 20, 1), ("Ann", "A3", "cup", 3, 9, 1)],
        [("Ann", "R", None, 5, 10, 0)], {1: (10, 0)},
    ),
    "no order brought as much": (
        [("Ann", "A1", "cup", 1, 6, 1), ("Ann", "A2", "cup", 2, 6, 1)], [("Ann", "R", None, 5, 10, 0)], {},
    ),
    "a line without an order is one by itself": (
        [("Ann", None, "cup", 1, 6, 1), ("Ann", None, "cup", 2, 6, 1), ("Ann", None, "cup", 3, 10, 1)],
        [("Ann", None, None, 5, 12, 0), ("Ann", None, None, 5, 10, 0)], {2: (10, 1)},
    ),
    "each customer's own order": (
        [("Ann", "A1", "cup", 1, 10, 1), ("Ben", "B1", "cup", 3, 10, 1)],
        [("Ann", "R", None, 5, 10, 0), ("Ben", "S", None, 5, 10, 0)], {0: (10, 1), 1: (10, 1)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sold", "back", "off"), CASES.values(), ids=CASES.keys())
def test_a_return_takes_back(sold: list[Line], back: list[Line], off: dict[int, tuple[float, float]]):
    found, told = match(sold, back)
    assert found == off
    assert told.money == sum(money for money, _ in off.values())
    given = {row["returned_on"].day - 1 for row in told.table.to_pylist()}
    assert given <= {day for *_, day, _, _ in back}


def test_orders_that_the_file_does_not_number_say_nothing():
    """Their ids are of customer and day: a return of the same day is of the latest purchase all the same."""
    sold = [("Ann", "A1", "cup", 1, 20, 2), ("Ann", "A2", "cup", 2, 10, 1)]
    assert match(sold, [("Ann", "A1", "cup", 5, 10, 1)], by_order=False)[0] == {1: (10, 1)}
    assert match(sold, [("Ann", "A1", "fee", 5, 10, 1)], by_order=False)[0] == {}


def test_what_found_no_purchase_is_counted_with_its_money():
    sold = [(*ANN, "cup", 1, 10, 1), (*BEN, "cup", 1, 10, 1)]
    _, told = match(sold, [(*ANN, "cup", 5, 10, 1), (*BEN, "cup", 5, 20, 2), ("Cid", "C1", "cup", 5, 7, 1)])
    assert (told.lines, told.money, told.whole) == (2, 20, 2)
    assert (told.unmatched_lines, told.unmatched_money) == (2, 17)


@pytest.mark.parametrize(("back", "twice"), [(10, (100,)), (11, ())], ids=["all of it", "a part"])
def test_a_return_of_what_its_status_undid_is_told_twice(back: int, twice: tuple[int, ...]):
    found, told = match([(*ANN, "cup", 1, 10, 1)], [(*ANN, "cup", 6, back, 1)], gone=(0,))
    assert (found, told.whole) == ({}, 0)
    assert told.told_twice == twice


def test_what_its_status_undid_is_taken_back_before_what_stayed():
    sold = [("Ann", "A1", "cup", 1, 10, 1), ("Ann", "A2", "cup", 2, 10, 1)]
    for product in ("cup", None):
        found, told = match(sold, [("Ann", "R", product, 5, 10, 1)], gone=(0,))
        assert (found, told.told_twice) == ({}, (100,))
    found, told = match(sold, [("Ann", "R", None, 5, 9, 0)], gone=(1,))  # other money: of the one that stayed
    assert (found, told.told_twice) == ({0: (9, 0)}, ())


def test_of_nothing_nothing_is_taken():
    assert match([], [])[1] == match([(*ANN, "cup", 1, 10, 1)], [])[1] == MatchedReturns()
    assert (MatchedReturns().lines, MatchedReturns().money, MatchedReturns().whole) == (0, 0, 0)
    assert (MatchedReturns().unmatched_lines, MatchedReturns().unmatched_money) == (0, 0)
    _, told = match([], [(*ANN, "cup", 1, 10, 1)])
    assert (told.lines, told.unmatched_lines, told.unmatched_money, told.whole) == (0, 1, 10, 0)


@pytest.mark.parametrize("part", [1, 3, 4, 100])
def test_lines_of_a_customer_stay_together_however_they_come(part: int) -> None:
    rows = pa.table({"customer_id": ["a", "b", "b", "b", "b", "c", "d", "d", None], "n": range(9)})
    parts = [rows.slice(start, part) for start in range(0, len(rows), part)]
    found = list(_whole_groups(iter(parts), "customer_id"))
    assert pa.concat_tables(found).equals(rows)
    whose = [set(one["customer_id"].to_pylist()) for one in found]
    assert sum(map(len, whose)) == 5
    assert list(_whole_groups(iter(()), "customer_id")) == []


@pytest.mark.parametrize("to", [pa.table, pl.from_arrow])
def test_returns_find_their_purchases_some_customers_at_a_time(to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    n = 3_000
    quantity = rng.integers(1, 5, n) * np.where(rng.random(n) < 0.2, -1, 1)
    price = rng.integers(1, 4, n) * 1.5
    lines = pa.table({
        "order_id": [f"O{one}" for one in rng.integers(0, 900, n)],
        "customer_id": [f"C{one}" for one in rng.integers(0, 60, n)],
        "ordered_on": [f"2025-{month:02}-{day:02}" for month, day in rng.integers(1, 13, (n, 2))],
        "product_id": [f"P{one}" for one in rng.integers(0, 8, n)],
        "quantity": quantity, "unit_price": price, "amount": quantity * price,
    })  # fmt: skip
    whole = clean_orders(read_orders(to(lines)))
    come_home_by(50, monkeypatch)
    parts = clean_orders(read_orders(to(lines)))
    assert whole.report == parts.report
    assert parts.to_arrow().equals(whole.to_arrow())
    assert len(parts.to_arrow()) < (quantity > 0).sum()
