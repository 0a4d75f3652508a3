"""Whether what was expected of customers on an earlier day came true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from marketfold.features import Outlook, Unfit, outlook_of, with_outlook, without_outlook
from marketfold.frames import terse

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64
    from marketfold.selection.temporal_holdout import TemporalHoldout
    from marketfold.units import FeatureTable

MOST_OFF = 1.5
MOST_OFF_BY_HALF = 2.0
"""What is expected may be so many times what came, or that part of it: in total, and of half of the customers."""
GROUPS = 10
FEWEST_IN_GROUP = 20


@terse
@dataclass(frozen=True)
class OutlookGroup:
    """Customers of whom alike was expected, and means of what was expected of each and of what came."""

    units: int
    expected_orders: float
    seen_orders: float
    expected_value: float
    seen_value: float


@terse
@dataclass(frozen=True)
class OutlookCheck:
    """What was expected on an earlier day beside what came, of customers whose later orders decided nothing.

    Attributes
    ----------
    horizon_days
        Days from the cutoff to the last order.
    groups
        From those of whom most value was expected down, `GROUPS` of one size or fewer larger ones.
    unfit
        Why it did not come true among the other customers, whose later orders decide; None where it did.
    """

    cutoff: date
    horizon_days: int
    groups: tuple[OutlookGroup, ...]
    unfit: Unfit | None

    @property
    def units(self) -> int:
        """Customers that are shown."""
        return sum(group.units for group in self.groups)

    def total(self, name: str) -> float:
        """Sum over all customers that are shown of one of the means of a group."""
        return float(sum(getattr(group, name) * group.units for group in self.groups))


def check_outlook(
    table: FeatureTable, holdout: TemporalHoldout | None, clean: CleanOrders
) -> tuple[FeatureTable, TemporalHoldout | None, OutlookCheck | None]:
    """Let a later period say whether what is expected can be believed; where it cannot, nothing is expected any more.

    Returns
    -------
    tuple
        The table and the holdout, without what is expected where that did not come true or cannot be checked; and what
        was found, None where there was nothing to check.
    """
    if not isinstance(now := outlook_of(table), Outlook):
        return table, holdout, None
    if holdout is None or not isinstance(outlook := outlook_of(holdout.table), Outlook):
        check, unfit = None, Unfit("unchecked", len(holdout.table) if holdout else 0)
    else:
        check = _check(outlook, holdout, _later_order_days(clean, holdout))
        if check.unfit is None:
            return with_outlook(table, replace(now, checked=True)), holdout, check
        unfit = check.unfit
    held = replace(holdout, table=without_outlook(holdout.table, unfit)) if holdout else None
    return without_outlook(table, unfit), held, check


def _later_order_days(clean: CleanOrders, holdout: TemporalHoldout) -> Float64:
    """Different days with an order of each known customer from the cutoff on, shape (n_units,)."""
    later = clean.activity.orders.filter(nw.col("ordered_on") >= holdout.cutoff).group_by("customer_id")
    found = clean.engine.collect(later.agg(nw.col("ordered_on").n_unique().alias("days")))
    days = dict(zip(found["customer_id"].to_pylist(), found["days"].to_pylist(), strict=True))
    return np.array([days.get(one, 0) for one in holdout.table.ids.tolist()], dtype=np.float64)


def _check(outlook: Outlook, holdout: TemporalHoldout, seen_orders: Float64) -> OutlookCheck:
    assert holdout.table.history is not None  # noqa: S101  (an outlook rests on it)
    days, history = holdout.horizon_days, holdout.table.history
    columns = np.column_stack(
        [outlook.orders(history, days), seen_orders, outlook.value(history, days), holdout.next_revenue]
    )
    shown = holdout.evaluation
    deciding = columns if shown.all() else columns[~shown]
    return OutlookCheck(holdout.cutoff, days, _groups(columns[shown]), _why_not(deciding))


def _groups(columns: Float64) -> tuple[OutlookGroup, ...]:
    """Groups of customers by the value that was expected of them, most first."""
    n_groups = max(1, min(GROUPS, len(columns) // FEWEST_IN_GROUP))
    parts: list[NDArray[np.intp]] = np.array_split(np.argsort(-columns[:, 2], kind="stable"), n_groups)
    return tuple(OutlookGroup(len(part), *columns[part].mean(axis=0).tolist()) for part in parts)


def _why_not(columns: Float64) -> Unfit | None:
    """Why what was expected cannot be believed; None where it can.

    The totals must be near what came, and so must the orders of either half of the customers: where those of whom
    little is expected come back all the same (once a year, or by contract), silence does not mean what the model takes
    it for.
    """
    orders, seen_orders, value, seen_value = columns.sum(axis=0).tolist()
    if not _near(orders, seen_orders, MOST_OFF):
        return Unfit("total_off", orders, seen_orders)
    if not _near(value, seen_value, MOST_OFF):
        return Unfit("value_off", value, seen_value)
    upper, lower = np.array_split(columns[np.argsort(-columns[:, 0], kind="stable"), :2], 2)
    for half in (lower, upper):
        expected, seen = half.sum(axis=0).tolist()
        if not _near(expected, seen, MOST_OFF_BY_HALF):
            return Unfit("silence_misleads" if half is lower else "regulars_misjudged", expected, seen)
    return None


def _near(expected: float, seen: float, most_off: float) -> bool:
    return seen / most_off <= expected <= seen * most_off
