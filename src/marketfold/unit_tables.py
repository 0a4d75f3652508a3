"""Which unit is in which segment, and what is known of each: the tables of a run for people and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold import words
from marketfold.arrays import row_chunks
from marketfold.features import expected_columns, rfm_of, usual_gap
from marketfold.schema import ASSIGNED, LISTED, UNIT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.analysis import Analysis
    from marketfold.features import RFM
    from marketfold.model import Assignment, SegmentModel
    from marketfold.schema import Float64
    from marketfold.selection import Segmentation
    from marketfold.units import Feature, FeatureTable

    Rows = NDArray[np.intp]

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


@dataclass(frozen=True)
class UnitRecords:
    """What is said of each unit of a run, of some units at a time: what takes all of them is found once."""

    analysis: Analysis

    @cached_property
    def _rfm(self) -> RFM | None:
        return rfm_of(self.analysis.segmentation.table, self.analysis.run.config.features.rfm_cuts)

    @cached_property
    def _of_plan(self) -> dict[str, tuple[pa.Array, pa.Array]]:
        """Columns of the plan, by name, each with the place in it of every unit."""
        plan = self.analysis.plan
        of_plan = {"arm": plan.assignments, "next_product": plan.next_products}
        found = {name: table for name, table in of_plan.items() if isinstance(table, pa.Table) and len(table)}
        ids = pa.array(self.analysis.segmentation.ids.tolist() if found else [], pa.string())
        return {
            name: (table[name].combine_chunks(), pc.index_in(ids, table["customer_id"].combine_chunks()))
            for name, table in found.items()
        }

    def at(self, rows: Rows) -> pa.Table:
        """On some rows: the assignment of each unit, its revenue, and what is expected of it.

        Of customers `rfm_*`, `last_order_on`, `order_count`, `usual_gap_days`, `overdue_days`, `next_product` (what the
        segment takes up next and the customer has not bought), `why_here` and `arm` too. What is not known is absent.
        """
        made, model = self.analysis.segmentation, self.analysis.model
        units = made.table.take(rows)
        assigned = model.assign_dimensions(units.ids, made.dimensions[rows], made.labels[rows])
        table = assignment_table(model, assigned).append_column("revenue_total", pa.array(units.revenue))
        table = with_outlook(table, units)
        if rfm := self._rfm:
            for name in ("recency", "frequency", "money"):
                table = table.append_column(f"rfm_{name}", pa.array(getattr(rfm, name)[rows]))
            names = pa.array(rfm.names, pa.string()).take(pa.array(rfm.segments[rows]))
            table = table.append_column("rfm_segment", names)
        if made.unit != "customer":
            return table
        planned = {name: column.take(place.take(pa.array(rows))) for name, (column, place) in self._of_plan.items()}
        arm = {"arm": planned.pop("arm")} if "arm" in planned else {}
        reasons = {"why_here": why_here(made, self.analysis.data.currency, rows)}
        for name, column in (_rhythm(units) | planned | reasons | arm).items():
            table = table.append_column(name, column)
        return table

    def parts(self) -> Iterator[pa.Table]:
        """`segments.*` in parts, in the order of the ids."""
        return (self.at(np.arange(rows.start, rows.stop)) for rows in row_chunks(len(self.analysis.segmentation)))


def segments_table(analysis: Analysis) -> pa.Table:
    """`segments.*`: what is said of every unit of a run, as `UnitRecords.at` has it."""
    return pa.concat_tables(UnitRecords(analysis).parts())


def with_outlook(rows: pa.Table, table: FeatureTable) -> pa.Table:
    """The rows of a feature table's units with what is expected of each, empty where it cannot be told."""
    for name, values in expected_columns(table).items():
        rows = rows.append_column(name, pa.array(values.round(4), from_pandas=True))
    return rows


def _rhythm(table: FeatureTable) -> dict[str, pa.Array]:
    """When each customer ordered: the last day, how often, the usual gap, and how far beyond it; as far as it is known.

    `usual_gap_days` are mean days between the customer's own orders, from three days with an order on, `overdue_days`
    those beyond that gap, 0 for those who are not.
    """
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


def why_here(made: Segmentation, currency: str | None, rows: Rows) -> pa.Array:
    """In what each unit on the given rows is nearer its own segment than the next one, with its own values.

    The squared distance to the middle of the nearest other segment less that to the middle of its own is a sum over the
    features that shaped the segments; those that add most to it are named, as far as they are measured of the unit,
    after the number of that other segment, and whether the unit has more or less than is usual there. Where a reduction
    was taken the distances are those before it. A segment of several that were merged has a middle for each of them, of
    which the unit's own counts.
    """
    X, shaping = made.matrix.values[rows], made.matrix.table.take(rows)
    measured = np.column_stack([shaping.measured(name) for name in shaping.names])
    parts, places, centres = made.parts[rows], made.places, made.part_means
    topics = np.unique([one.topic or one.name for one in shaping.features], return_inverse=True)[1]
    texts = np.full(len(rows), "", dtype=object)
    for part, place in enumerate(places.tolist()):
        who, others = np.flatnonzero(parts == part), np.flatnonzero(places != place)
        if not len(others):
            continue
        units = X[who]
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
                said = _said(shaping.features[j], shaping.values[by, j], currency)
                before = [f"{text}; " if text else beside for text in texts[by]]
                texts[by] = [f"{text}{one} ({side})" for text, one in zip(before, said, strict=True)]
            lead[topics == topics[best][:, None]] = 0  # what is said once is not said in other words
    return pa.array([text or None for text in texts.tolist()], pa.string())


def _said(feature: Feature, values: Float64, currency: str | None) -> list[str]:
    """Values with what they are of."""
    distinct, places = np.unique(values, return_inverse=True)
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


def _list_order(segments: pa.Table) -> pa.Array:
    """Rows by segment, those first of whom most is expected or who brought most."""
    keys = [("segment", "ascending"), (listed_by(segments), "descending"), ("customer_id", "ascending")]
    return pc.sort_indices(segments, sort_keys=keys)


def _as_listed(ordered: pa.Table, numbers: Rows, *, has_money: bool) -> pa.Table:
    numbered = ordered.append_column("no", pa.array(numbers))
    known = [name for name in numbered.column_names if has_money or name != "revenue_total"]
    return numbered.select([name for name in LISTED if name in known])


def list_parts(segments: pa.Table) -> Iterator[pa.Table]:
    """Customers as a person works through them: by segment, those first of whom most is expected or who brought most.

    `segments` has the columns of `segments.csv`; those of `LISTED` that it has are kept, without the money where none
    is known. `no` counts the rows from 1: a page that must not show an id points to a row by it. Some rows at a time.
    """
    segments = segments.select([name for name in segments.column_names if name in LISTED]).combine_chunks()
    has_money, order = pc.any(pc.not_equal(segments["revenue_total"], 0)).as_py(), _list_order(segments)
    for rows in row_chunks(len(order)):
        numbers = np.arange(rows.start + 1, rows.stop + 1)
        yield _as_listed(segments.take(order[rows]), numbers, has_money=has_money)


def listed(analysis: Analysis, most: int) -> pa.Table:
    """The first rows of each segment in `list_parts`."""
    made = analysis.segmentation
    numbers = np.array(made.numbers, dtype=np.int32)[made.labels]
    ids = pa.array(made.ids.tolist(), pa.string())
    ranked = pa.table({"customer_id": ids, "segment": numbers, "revenue_total": made.table.revenue})
    order = _list_order(with_outlook(ranked, made.table)).to_numpy().astype(np.intp)
    ordered = numbers[order]
    places = np.flatnonzero(np.arange(len(order)) - np.searchsorted(ordered, ordered) < most)
    return _as_listed(UnitRecords(analysis).at(order[places]), places + 1, has_money=made.table.has_money)
