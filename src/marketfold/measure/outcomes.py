"""What each customer of a campaign did in the period, beside what she had brought before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.errors import MeasurementError
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Float64

FEW_EXPECTED = 3.0
"""So many orders of held-out customers must be expected before their absence means that they were left out."""


@dataclass(frozen=True)
class Outcomes:
    """One row per customer of the campaign; arrays of shape (n_customers,).

    Attributes
    ----------
    segment
        Number.
    held_out
        Whether she was kept out of the campaign.
    revenue, orders
        In the period; zero for those who did not order.
    before
        Revenue before the campaign; None where it is not known.
    known
        Whether the later orders also hold an order of hers from before the period; None where they begin with it.
    """

    segment: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    revenue: Float64
    orders: Float64
    before: Float64 | None
    known: NDArray[np.bool_] | None = None

    def of(self, segment: int) -> Outcomes:
        """One segment's customers."""
        who = self.segment == segment
        before, known = (None if part is None else part[who] for part in (self.before, self.known))
        return Outcomes(self.segment[who], self.held_out[who], self.revenue[who], self.orders[who], before, known)


def check_dates(date_from: date, date_to: date) -> None:
    """Check that a period runs forward.

    Raises
    ------
    MeasurementError
        If it ends before it begins.
    """
    if date_to < date_from:
        message = f"The period ends before it begins: from {date_from} to {date_to}. Were --from and --to swapped?"
        raise MeasurementError(message)


def _check_assignments(assignments: pa.Table) -> None:
    missing = {"customer_id", "segment", "arm"} - set(assignments.column_names)
    if missing:
        got = ", ".join(assignments.column_names)
        message = f"Assignments need customer_id, segment and arm; got {got}. Was the run made with a holdout?"
        raise MeasurementError(message)
    arms = set(assignments["arm"].unique().to_pylist()) - {None}  # a customer who came later has no arm
    if not arms <= {"treated", "holdout"}:
        message = f"An arm is 'treated' or 'holdout'; got {', '.join(sorted(map(str, arms)))}."
        raise MeasurementError(message)
    if "holdout" not in arms:
        message = (
            "Nobody was held out, so there is nothing to compare with: what happened afterwards could have happened "
            "anyway. Hold customers out next time; the briefs say for which segments there are enough."
        )
        raise MeasurementError(message)


def _column(table: pa.Table, ids: pa.ChunkedArray, name: str) -> Float64:
    """A column of `table` in the order of `ids`; 0 for those who are not in it."""
    keyed = pa.table({"customer_id": ids, "place": pa.array(range(len(ids)), pa.int64())})
    values = pa.table({"customer_id": table["customer_id"].cast(pa.string()), name: table[name].cast(pa.float64())})
    joined = keyed.join(values, "customer_id", join_type="left outer").sort_by("place")
    return np.nan_to_num(np.asarray(joined[name].to_numpy(), dtype=np.float64))


def _later(later: CleanOrders, members: pa.Table, date_from: date, date_to: date) -> pa.Table:
    ids = later.engine.from_arrow(members.select(["customer_id"]))
    inside = later.purchases.filter(nw.col("ordered_on").is_between(nw.lit(date_from), nw.lit(date_to)))
    grouped = inside.join(ids, on="customer_id", how="inner").group_by("customer_id")
    return later.engine.collect(grouped.agg(revenue=money_sum("amount"), orders=nw.col("order_id").n_unique()))


def _known(later: CleanOrders, members: pa.Table, ids: pa.ChunkedArray, date_from: date) -> NDArray[np.bool_] | None:
    """Who has an order from before the period: no campaign changed that, so both arms must be in it alike."""
    joined = later.purchases.filter(nw.col("ordered_on") < date_from).join(
        later.engine.from_arrow(members.select(["customer_id"])), on="customer_id", how="inner"
    )
    table = later.engine.collect(joined.group_by("customer_id").agg(lines=nw.len()))
    return _column(table, ids, "lines") > 0 if table.num_rows else None


def _check_present(held_out: NDArray[np.bool_], orders: Float64, date_from: date, date_to: date) -> None:
    """Refuse later orders that were exported without the holdout, which would make any campaign look good."""
    if not orders.any():
        message = (
            f"None of the {len(orders):,} customers of the run ordered from {date_from} to {date_to}. Are the later "
            "orders of the same shop, with the same customer ids, and do they cover this period?"
        )
        raise MeasurementError(message)
    rate = float((orders[~held_out] > 0).mean()) if (~held_out).any() else 0.0
    expected = rate * held_out.sum()
    if not orders[held_out].any() and expected >= FEW_EXPECTED:
        message = (
            f"None of the {int(held_out.sum()):,} held-out customers is in the later orders, where about "
            f"{expected:,.0f} would be expected even without a campaign. Export the orders of all customers, not only "
            "of those reached."
        )
        raise MeasurementError(message)


def read_outcomes(
    assignments: pa.Table,
    later: CleanOrders,
    date_from: date,
    date_to: date,
    before: pa.Table | None = None,
) -> Outcomes:
    """Look up what every customer of the campaign did, those who did nothing included.

    Parameters
    ----------
    assignments
        `customer_id`, `segment`, `arm`.
    later
        Orders that cover the period.
    date_from, date_to
        First and last day of the period.
    before
        `customer_id` and `revenue` before the campaign.

    Raises
    ------
    MeasurementError
        If the dates are the wrong way round, nobody was held out, or the later orders leave the holdout out.
    """
    check_dates(date_from, date_to)
    _check_assignments(assignments)
    known = assignments.filter(pc.is_valid(assignments["arm"]))
    ids = known["customer_id"].combine_chunks().cast(pa.string())
    members = pa.table({"customer_id": ids})
    table = _later(later, members, date_from, date_to)
    held_out = np.asarray(known["arm"].to_numpy() == "holdout", dtype=np.bool_)
    orders = _column(table, ids, "orders")
    _check_present(held_out, orders, date_from, date_to)
    return Outcomes(
        segment=np.asarray(known["segment"].to_numpy(), dtype=np.int64),
        held_out=held_out,
        revenue=_column(table, ids, "revenue"),
        orders=orders,
        before=None if before is None else _column(before, ids, "revenue"),
        known=_known(later, members, ids, date_from),
    )
