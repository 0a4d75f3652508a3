"""Which unit is in which segment, and what is known of each: the tables of a run for people and for other programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold import words
from marketfold.features import expected_columns, rfm_of, usual_gap
from marketfold.schema import ASSIGNED, LISTED, UNIT_ID

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.analysis import Analysis
    from marketfold.model import Assignment, SegmentModel
    from marketfold.schema import Feature, FeatureTable, Float64
    from marketfold.selection import Segmentation

    Rows = NDArray[np.integer]

REASONS = 2
"""Features by which a customer's place is explained; more and nobody reads them."""


def assignment_table(model: SegmentModel, assigned: Assignment) -> pa.Table:
    """One row per unit: id, segment, how far from its centre, how surely."""
    names = np.array([segment.name for segment in model.segments], dtype=object)
    trust = np.array([segment.trust for segment in model.segments], dtype=object)
    said = (
        assigned.numbers,
        pa.array(names[assigned.labels], pa.string()),
        assigned.distances,
        assigned.confidence,
        assigned.fits_none,
        pa.array(trust[assigned.labels], pa.string()),
    )
    ids = pa.array(assigned.ids.tolist(), pa.string())
    return pa.table({UNIT_ID[model.unit]: ids, **dict(zip(ASSIGNED, said, strict=True))})


def segments_table(analysis: Analysis, *, reasons: bool = True) -> pa.Table:
    """`segments.*`: the assignment of every unit of the run, its revenue, what is known of it, and its arm.

    `why_here`, which takes longer than all else, is left out without `reasons`, as for units that are no customers.
    """
    made, model = analysis.segmentation, analysis.model
    table = assignment_table(model, model.assign_dimensions(made.ids, made.dimensions, made.labels))
    table = with_outlook(table.append_column("revenue_total", pa.array(made.table.revenue)), made.table)
    if rfm := rfm_of(made.table, analysis.run.config.features.rfm_cuts):
        for name in ("recency", "frequency", "money"):
            table = table.append_column(f"rfm_{name}", pa.array(getattr(rfm, name)))
        table = table.append_column("rfm_segment", pa.array([rfm.names[place] for place in rfm.segments], pa.string()))
    for name, column in customer_columns(analysis).items():
        table = table.append_column(name, column)
    if reasons and made.unit == "customer":
        table = table.append_column("why_here", why_here(made, analysis.data.currency))
    arms = analysis.plan.assignments
    if arms is None or made.unit != "customer":
        return table
    arm_of = dict(zip(arms["customer_id"].to_pylist(), arms["arm"].to_pylist(), strict=True))
    return table.append_column("arm", pa.array([arm_of.get(one) for one in made.ids.tolist()], pa.string()))


def with_outlook(rows: pa.Table, table: FeatureTable) -> pa.Table:
    """The rows of a feature table's units with what is expected of each, empty where it cannot be told."""
    for name, values in expected_columns(table).items():
        rows = rows.append_column(name, pa.array(values.round(4), from_pandas=True))
    return rows


def customer_columns(analysis: Analysis) -> dict[str, pa.Array]:
    """What is said of each customer beside what was expected, by column, row for row with the segmentation.

    `last_order_on`, `order_count`, `usual_gap_days` (mean days between the customer's own orders, from three days with
    an order on), `overdue_days` (beyond that gap, 0 for those who are not) and `next_product` (what the segment takes
    up next and the customer has not bought). Where the source does not tell one, it is absent. Nothing for units that
    are no customers.
    """
    made = analysis.segmentation
    if made.unit != "customer":
        return {}
    found = _rhythm(made.table)
    following = analysis.plan.next_products
    if following is not None and len(following):
        rows = pc.index_in(pa.array(made.ids.tolist(), pa.string()), following["customer_id"].combine_chunks())
        found["next_product"] = following["next_product"].combine_chunks().take(rows)
    return found


def _rhythm(table: FeatureTable) -> dict[str, pa.Array]:
    columns: dict[str, pa.Array] = {}
    if table.as_of is not None and "recency_days" in table.names:
        columns["last_order_on"] = _days_before(table.as_of, table.column("recency_days"))
    if "order_count" in table.names:
        columns["order_count"] = pa.array(table.column("order_count").astype(np.int64))
    if (history := table.history) is None:
        return columns
    gap = usual_gap(history)
    late = np.maximum(history.known_days - history.last_days - gap, 0.0)
    columns["usual_gap_days"] = pa.array(gap.round(1), from_pandas=True)
    columns["overdue_days"] = pa.array(late.round(0), from_pandas=True)
    return columns


def _days_before(as_of: date, days: Float64) -> pa.Array:
    distinct, places = np.unique(days, return_inverse=True)
    dates = pa.array([as_of - timedelta(days=round(one)) for one in distinct.tolist()], pa.date32())
    return dates.take(pa.array(places.ravel()))


def why_here(made: Segmentation, currency: str | None = None, rows: Rows | None = None) -> pa.Array:
    """In what each unit, or those on the given rows, is nearer its own segment than the next one, with its own values.

    The squared distance to the middle of the nearest other segment less that to the middle of its own is a sum over the
    features that shaped the segments; those that add most to it are named, as far as they are measured of the unit,
    after the number of that other segment, and whether the unit has more or less than is usual there. Where a reduction
    was taken the distances are those before it. A segment of several that were merged has a middle for each of them, of
    which the unit's own counts.
    """
    X, shaping = made.matrix.values, made.matrix.table
    rows = np.arange(len(X)) if rows is None else rows
    measured = np.column_stack([shaping.measured(name)[rows] for name in shaping.names])
    parts, places = made.parts, made.places
    centres = np.array([X[parts == part].mean(axis=0) for part in range(len(places))])
    topics = np.unique([one.topic or one.name for one in shaping.features], return_inverse=True)[1]
    texts = np.full(len(rows), "", dtype=object)
    for part, place in enumerate(places.tolist()):
        who, others = np.flatnonzero(parts[rows] == part), np.flatnonzero(places != place)
        if not len(others):
            continue
        units = X[rows[who]]
        apart = (centres[others] ** 2).sum(axis=1) - 2 * units @ centres[others].T
        next_part = others[apart.argmin(axis=1)]
        lead = np.where(measured[who], (units - centres[next_part]) ** 2 - (units - centres[part]) ** 2, np.float32(0))
        for _ in range(REASONS):
            best = lead.argmax(axis=1)
            told = lead[np.arange(len(who)), best] > 0
            for j, other in np.unique(np.column_stack([best, next_part])[told], axis=0).tolist():
                by = who[told & (best == j) & (next_part == other)]
                side = "more" if centres[part, j] > centres[other, j] else "less"
                beside = f"Beside segment {made.numbers[places[other]]}: "
                said = _said(shaping.features[j], shaping.values[:, j], rows[by], currency)
                before = [f"{text}; " if text else beside for text in texts[by]]
                texts[by] = [f"{text}{one} ({side})" for text, one in zip(before, said, strict=True)]
            lead[topics == topics[best][:, None]] = 0  # what is said once is not said in other words
    return pa.array([text or None for text in texts.tolist()], pa.string())


def _said(feature: Feature, values: Float64, rows: Rows, currency: str | None) -> list[str]:
    """The values on some rows, with what they are of."""
    distinct, places = np.unique(values[rows], return_inverse=True)
    texts = [_with_label(feature, words.measured(value, feature.measure, currency)) for value in distinct.tolist()]
    return [texts[place] for place in places.ravel().tolist()]


def _with_label(feature: Feature, value: str) -> str:
    """A value with what it is of, the way round that reads: 44 days between orders, 4 orders, revenue 120, Milk 7."""
    if feature.label == feature.name:  # a column of the user's own
        return f"{feature.label} {value}"
    if feature.measure == "days" and feature.label.startswith("days "):
        return f"{value} {feature.label.removeprefix('days ')}"
    label = feature.label.partition(":")[0]  # what follows explains the feature, not its value
    return words.singular(f"{value} {label}") if feature.measure == "count" else f"{label} {value}"


CUSTOMERS_CSV, CUSTOMERS_WORKBOOK = "customers.csv", "customers.xlsx"
MOST_IN_WORKBOOK = 100_000
"""Beyond so many rows nobody scrolls, and writing takes longer than the run: the CSV has them all."""


def listed_by(customers: pa.Table) -> str:
    """The column by which the customers of a segment are listed, the largest first: what is expected, or what came."""
    expected = "expected_value_365d"
    known = expected in customers.column_names and customers[expected].null_count < len(customers)
    return expected if known else "revenue_total"


def as_list(segments: pa.Table) -> pa.Table:
    """Customers as a person works through them: by segment, those first of whom most is expected or who brought most.

    `segments` has the columns of `segments.csv`; those of `LISTED` that it has are kept, without the money where none
    is known. `no` counts the rows from 1: a page that must not show an id points to a row by it.
    """
    worth = listed_by(segments)
    ordered = segments.sort_by([("segment", "ascending"), (worth, "descending"), ("customer_id", "ascending")])
    numbered = ordered.append_column("no", pa.array(np.arange(1, len(ordered) + 1)))
    has_money = pc.any(pc.not_equal(ordered["revenue_total"], 0)).as_py()
    known = [name for name in numbered.column_names if has_money or name != "revenue_total"]
    return numbered.select([name for name in LISTED if name in known])


def listed(analysis: Analysis, most: int) -> pa.Table:
    """The first rows of `as_list` of each segment."""
    rows = as_list(segments_table(analysis, reasons=False))
    numbers = rows["segment"].to_numpy()
    starts = np.searchsorted(numbers, numbers)
    first = rows.take(pa.array(np.flatnonzero(np.arange(len(rows)) - starts < most)))
    made = analysis.segmentation
    places = pc.index_in(first["customer_id"].combine_chunks(), pa.array(made.ids.tolist(), pa.string()))
    return first.append_column("why_here", why_here(made, analysis.data.currency, places.to_numpy()))
