"""Two runs of a made-up shop, in which it is known who did what."""

from __future__ import annotations

from datetime import date

import numpy as np

from marketfold.snapshot import Snapshot, Takings

EARLIER_ON, LATER_ON = date(2026, 1, 1), date(2026, 4, 1)
DAYS = (LATER_ON - EARLIER_ON).days
NAMES = {1: "Regulars", 2: "Lapsed, and more"}
HALF = 30


def ids(first: int, n: int) -> np.ndarray:
    return np.array([f"C{number:04}" for number in range(first, first + n)])


def earlier_run() -> Snapshot:
    """30 regulars (ordered within ten days, 100 each) and 30 who are lapsed (300 days and more, 20 each)."""
    recency = np.concatenate([np.arange(HALF) % 10 + 1.0, 300.0 + np.arange(HALF)])
    money = np.repeat([100.0, 20.0], HALF)
    money[:3] = 1_000.0
    return Snapshot(
        "customer", ids(0, 2 * HALF), np.repeat([1, 2], HALF), NAMES, ("recency_days", "basket_mean"),
        np.column_stack([recency, money]), EARLIER_ON, Takings(money, "EUR", date(2025, 1, 1)),
    )  # fmt: skip


def later_run() -> Snapshot:
    """Of the lapsed three came back (one of them is still there), of the regulars two went quiet, the first for one.

    The last regular is gone and one customer is new; every regular who did not go quiet brought 50 more.
    """
    before = earlier_run()
    assert before.values is not None
    assert before.takings is not None
    recency, money, numbers = before.values[:, 0] + DAYS, before.takings.values.copy(), before.numbers.copy()
    stayed = np.arange(2, HALF)
    recency[stayed], money[stayed] = 5.0, money[stayed] + 50
    back = np.array([HALF, HALF + 1, HALF + 2])
    recency[back], money[back], numbers[back[:2]] = 7.0, 90.0, 1
    numbers[:2] = 2
    here = np.arange(2 * HALF) != HALF - 1
    values = np.column_stack([np.append(recency[here], 3.0), np.append(money[here], 40.0)])
    return Snapshot(
        "customer", np.append(before.ids[here], "C9999"), np.append(numbers[here], 1), NAMES, before.features,
        values, LATER_ON, Takings(values[:, 1], "EUR", date(2025, 1, 1)),
    )  # fmt: skip
