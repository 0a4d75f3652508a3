"""Segments that say when customers came, and no more: of one order the day is the same as that of joining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from marketfold.clustering import cross_table, jaccards
from marketfold.diagnostics.label_traps import agreement_of_cuts, agreement_of_values
from marketfold.diagnostics.matrix_traps import FEWEST_UNITS, Severity, Trap
from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64, Labels
    from marketfold.units import FeatureTable, History

FOLLOWS = 0.5
"""Adjusted Rand index between the segments and a rule on the joining date from which they follow from it: half of what
they have beyond chance."""
IS_DATE = 0.7
"""Jaccard index, among customers with one order, of a segment and those who came in its periods: the same from here."""
MOSTLY = 0.5
ELSEWHERE = 0.1
"""Share of the customers outside the largest segment from which it is asked from what their segments follow."""


def find_calendar(table: FeatureTable, labels: Labels, rows: NDArray[np.intp], numbers: Sequence[int]) -> list[Trap]:
    """Find that segments follow from when customers first ordered, on the given rows.

    Asked first of customers with one order, of whom the quarter or month of that order is all that a season could be,
    and then of everybody's time since the first order. Both are tests: a rule on the date must reproduce the segments
    (adjusted Rand), and more than chance would (chi-squared over the periods).
    """
    if table.history is None or table.as_of is None:
        return []
    history, shown = table.history.take(rows), labels[rows]
    once = history.repeats == 0
    found = _of_once(history, shown, once, table, numbers) if _tells(shown[once]) else None
    if found is None and _tells(shown):
        agreement = agreement_of_cuts(history.known_days, shown)
        if agreement >= FOLLOWS and _unlikely(_tenths(history.known_days), shown):
            facts = {"kind": "all", "agreement": agreement, "n_customers": len(table)}
            found = Trap("joining_date", ("tenure_days",), "warning", facts=facts)
    return [found] if found else []


def _tells(labels: Labels) -> bool:
    """Whether there are enough customers, and not nearly all of them in one segment: then any rule reproduces it."""
    if len(labels) < FEWEST_UNITS:
        return False
    return float(np.bincount(labels).max()) <= (1 - ELSEWHERE) * len(labels)


def _tenths(days: Float64) -> NDArray[np.int64]:
    return np.searchsorted(np.unique(np.quantile(days, np.arange(1, 10) / 10)), days).astype(np.int64)


def _unlikely(codes: NDArray[np.int64], labels: Labels) -> bool:
    """Whether segments and periods go together more than by chance (chi-squared)."""
    counts = cross_table(codes, labels)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    return min(counts.shape) > 1 and float(scipy.stats.chi2_contingency(counts).pvalue) < SIGNIFICANCE


def _of_once(
    history: History, labels: Labels, once: NDArray[np.bool_], table: FeatureTable, numbers: Sequence[int]
) -> Trap | None:
    known, own = history.known_days[once], labels[once]
    assert table.as_of is not None and table.history is not None  # noqa: S101, PT018  (asked by the caller)
    months = (np.datetime64(table.as_of) - known.astype(np.int64)).astype("datetime64[M]").astype(np.int64)
    periods = {"quarter": months % 12 // 3, "month": months % 12, "year": months // 12 - months.min() // 12}
    agreements = {name: agreement_of_values(codes, own) for name, codes in periods.items() if len(np.unique(codes)) > 1}
    agreements["day"] = agreement_of_cuts(known, own)
    period = max(agreements, key=lambda name: agreements[name])
    if agreements[period] < FOLLOWS:
        return None
    codes = _tenths(known) if period == "day" else periods[period]
    if not _unlikely(codes, own):
        return None
    n_once, n_customers = int((table.history.repeats == 0).sum()), len(table)
    share = n_once / n_customers
    severity: Severity = "serious" if share >= MOSTLY else "warning"
    facts: dict[str, Any] = {
        "kind": "once", "agreement": agreements[period], "n_once": n_once, "once_share": share,
        "n_customers": n_customers, "period": period,
    }  # fmt: skip
    return Trap("joining_date", (), severity, _same(codes, own, numbers), facts)


def _same(codes: NDArray[np.int64], labels: Labels, numbers: Sequence[int]) -> tuple[int, ...]:
    """Numbers of the segments that are, among those who ordered once, the ones who came in certain periods."""
    counts = cross_table(codes, labels, (int(codes.max()) + 1, len(numbers)))
    taken = counts.argmax(axis=1)
    joined = np.array([counts[taken == place].sum(axis=0) for place in range(len(numbers))])
    jaccard = jaccards(joined).diagonal()
    return tuple(number for number, one in zip(numbers, jaccard, strict=True) if one >= IS_DATE)


ID_STAND_INS = ("email", "phone", "customer_name")
"""Roles of columns that may say who bought where the customer id does not."""


def find_one_order_each(table: FeatureTable, clean: CleanOrders | None) -> list[Trap]:
    """Find that no customer has a second order, so that the customer id may be one for each order."""
    orders = table.column("order_count") if "order_count" in table.names else table.order_days
    if table.history is None or orders is None or len(table) < FEWEST_UNITS:
        return []
    if orders.max() > 1 or table.history.repeats.any():
        return []
    mapping = clean.facts.mapping if clean else {}
    column = mapping.get("customer_id") or "customer_id"
    others = tuple(mapping[role] for role in ID_STAND_INS if mapping.get(role) and mapping[role] != column)
    kind = "others" if others else "none"
    return [Trap("one_order_each", (column, *others), "serious", facts={"kind": kind, "n_customers": len(orders)})]
