"""Which unit is in which segment, and what is known of each: the tables of a run for people and for other programs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold import words
from marketfold.arrays import row_chunks
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import EngineTable, parts_of
from marketfold.features import (
    MEASURES,
    QUINTILES,
    Outlook,
    can_score,
    expected_columns,
    outlook_of,
    own_cuts,
    rfm_by,
    usual_gap,
)
from marketfold.schema import ASSIGNED, LISTED, UNIT_ID
from marketfold.selection import EXPECTED_COLUMN, among
from marketfold.units import REVENUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from marketfold.analysis import Analysis
    from marketfold.campaigns import CampaignPlan
    from marketfold.engine import Engine
    from marketfold.model import Assignment, SegmentModel
    from marketfold.schema import Float32, Float64, RFMMeasure
    from marketfold.selection import Population, Segmentation
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


def rfm_cuts(
    made: Segmentation, own: Mapping[RFMMeasure, str] | None = None
) -> dict[RFMMeasure, tuple[float, ...]] | None:
    """Cut points of the scores of all units, one's own as in `FeatureOptions`; None where loyalty cannot be scored."""
    if not can_score(made.table):
        return None
    given = own_cuts(own)
    return {
        name: given.get(name) or tuple(np.round(made.quantiles(feature, QUINTILES), 10).tolist())
        for name, feature in MEASURES.items()
    }


@dataclass(frozen=True)
class UnitSentences:
    """What is said of units, whoever they are; small enough to be sent to other machines."""

    model: SegmentModel
    part_means: Float32
    currency: str | None
    cuts: Mapping[RFMMeasure, tuple[float, ...]] | None

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """Those of a run."""
        made = analysis.segmentation
        model = replace(analysis.model, segmenter=made.segmenter.without_rows())
        cuts = rfm_cuts(made, analysis.run.config.features.rfm_cuts)
        return cls(model, made.part_means, analysis.data.currency, cuts)

    def at(self, some: Segmentation, planned: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
        """As `UnitRecords.at`, of some units; `planned` are their columns of the plan."""
        units = some.table
        assigned = self.model.assign_dimensions(units.ids, some.dimensions, some.labels)
        table = assignment_table(self.model, assigned).append_column("revenue_total", pa.array(units.revenue))
        table = with_outlook(table, units)
        if self.cuts:
            rfm = rfm_by(units, self.cuts)
            for name in ("recency", "frequency", "money"):
                table = table.append_column(f"rfm_{name}", pa.array(getattr(rfm, name)))
            names = pa.array(rfm.names, pa.string()).take(pa.array(rfm.segments))
            table = table.append_column("rfm_segment", names)
        if some.unit != "customer":
            return table
        reasons = {"why_here": why_here(some, self.part_means, self.currency)}
        told = dict(planned)
        arm = {"arm": told.pop("arm")} if "arm" in told else {}
        for name, column in (_rhythm(units) | told | reasons | arm).items():
            table = table.append_column(name, column)
        return table


@dataclass(frozen=True)
class UnitRecords:
    """What is said of each unit of a run, of some units at a time: what takes all of them is found once."""

    analysis: Analysis

    @cached_property
    def _sentences(self) -> UnitSentences:
        return UnitSentences.of(self.analysis)

    @cached_property
    def _of_plan(self) -> dict[str, tuple[pa.Array, pa.Array]]:
        """Columns of the plan, by name, each with the place in it of every unit."""
        # of what all units are here, the plan has all columns here as well
        found = {name: one for name, one in _planned(self.analysis.plan).items() if isinstance(one, pa.Table)}
        ids = pa.array(self.analysis.segmentation.ids.tolist() if found else [], pa.string())
        return {
            name: (table[name].combine_chunks(), pc.index_in(ids, table["customer_id"].combine_chunks()))
            for name, table in found.items()
        }

    def at(self, rows: Rows) -> pa.Table:
        """On some rows of the segmentation: the assignment of each unit, its revenue, and what is expected of it.

        Of customers `rfm_*`, `last_order_on`, `order_count`, `usual_gap_days`, `overdue_days`, `next_product` (what the
        segment takes up next and the customer has not bought), `why_here` and `arm` too. What is not known is absent.
        """
        planned = {name: column.take(place.take(pa.array(rows))) for name, (column, place) in self._of_plan.items()}
        return self._sentences.at(self.analysis.segmentation.take(rows), planned)

    def parts(self) -> Iterator[pa.Table]:
        """`segments.*` in parts, in the order of the ids."""
        made = self.analysis.segmentation
        if made.population is None:
            return (self.at(np.arange(rows.start, rows.stop)) for rows in row_chunks(len(made)))
        return made.population.mapped(partial(_said_of, self._sentences, made.blank()), self._beside(made.population))

    def _beside(self, population: Population) -> nw.LazyFrame[Any] | None:
        """Columns of the plan, by the ids of a population."""
        beside = None
        for name, table in _planned(self.analysis.plan).items():
            frame = table.frame if isinstance(table, EngineTable) else population.engine.from_arrow(table)
            one = frame.select("customer_id", name)
            beside = one if beside is None else beside.join(one, on="customer_id", how="left")
        return beside

    def first(self, most: int) -> pa.Table:
        """As `at`, of the first of each segment in the list of customers, in its order."""
        made = self.analysis.segmentation
        assert made.population is not None  # noqa: S101  (of others all are ranked)
        column = EXPECTED_COLUMN if isinstance(outlook_of(made.table), Outlook) else REVENUE
        found = made.population.first(column, most, made.places)
        if (beside := self._beside(made.population)) is not None:
            engine, ids = made.population.engine, found.select([made.population.key])
            planned = engine.collect(engine.from_arrow(ids).join(beside, on=made.population.key, how="inner"))
            found = found.join(planned, made.population.key)
        table = _said_of(self._sentences, made.blank(), made.table.of_rows(found), found)
        return table.take(_list_order(table))


def _planned(plan: CampaignPlan) -> dict[str, pa.Table | EngineTable]:
    """What a plan has of each customer, by the column that says it."""
    found = {"arm": plan.assignments, "next_product": plan.next_products}
    return {name: table for name, table in found.items() if isinstance(table, EngineTable) or table}


def _said_of(sentences: UnitSentences, made: Segmentation, units: FeatureTable, rows: pa.Table) -> pa.Table:
    planned = {name: rows[name].cast(pa.string()) for name in ("next_product", "arm") if name in rows.column_names}
    return sentences.at(among(made, units), planned)


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


def why_here(made: Segmentation, part_means: Float32, currency: str | None) -> pa.Array:
    """In what each unit is nearer its own segment than the next one, with its own values.

    The squared distance to the middle of the nearest other segment less that to the middle of its own is a sum over the
    features that shaped the segments; those that add most to it are named, as far as they are measured of the unit,
    after the number of that other segment, and whether the unit has more or less than is usual there. Where a reduction
    was taken the distances are those before it. A segment of several that were merged has a middle for each of them, of
    which the unit's own counts. `part_means` are those of all (`Segmentation.part_means`).
    """
    X, shaping = made.matrix.values, made.matrix.table
    measured = np.column_stack([shaping.measured(name) for name in shaping.names])
    parts, places, centres = made.parts, made.places, part_means
    topics = np.unique([one.topic or one.name for one in shaping.features], return_inverse=True)[1]
    texts = np.full(len(X), "", dtype=object)
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


SORTING_MEMORY = "1GB"
"""Of the engine that sorts the list of customers; beyond it that spills."""
CUSTOMERS_CSV, CUSTOMERS_WORKBOOK = "customers.csv", "customers.xlsx"
MOST_IN_WORKBOOK = 100_000
"""Beyond so many rows nobody scrolls, and writing takes longer than the run: the CSV has them all."""


def listed_by(customers: pa.Table) -> str:
    """The column by which the customers of a segment are listed, the largest first: what is expected, or what came."""
    known = EXPECTED_COLUMN in customers.column_names and customers[EXPECTED_COLUMN].null_count < len(customers)
    return EXPECTED_COLUMN if known else "revenue_total"


def _list_order(segments: pa.Table) -> pa.Array:
    """Rows by segment, those first of whom most is expected or who brought most."""
    keys = [("segment", "ascending"), (listed_by(segments), "descending"), ("customer_id", "ascending")]
    return pc.sort_indices(segments, sort_keys=keys)


def _as_listed(ordered: pa.Table, numbers: Rows, *, has_money: bool) -> pa.Table:
    numbered = ordered.append_column("no", pa.array(numbers))
    known = [name for name in numbered.column_names if has_money or name != "revenue_total"]
    return numbered.select([name for name in LISTED if name in known])


def list_parts(segments: pa.Table | Path) -> Iterator[pa.Table]:
    """Customers as a person works through them: by segment, those first of whom most is expected or who brought most.

    `segments` has the columns of `segments.csv`, or is a Parquet file of them; those of `LISTED` that it has are kept,
    without the money where none is known. `no` counts the rows from 1: a page that must not show an id points to a row
    by it. Some rows at a time: they are sorted by an engine, which spills.
    """
    engine = DuckDBEngine(SORTING_MEMORY)
    table = engine.from_arrow(segments) if isinstance(segments, pa.Table) else engine.scan_parquet([segments], "row", 0)
    names = [name for name in table.collect_schema().names() if name in LISTED]
    rows = table.select(*names)
    has_money = _any(engine, rows, nw.col("revenue_total") != 0)
    expected = EXPECTED_COLUMN in names and _any(engine, rows, ~nw.col(EXPECTED_COLUMN).is_null())
    by = EXPECTED_COLUMN if expected else "revenue_total"
    n_before = 0
    ordered = rows.sort("segment", by, "customer_id", descending=[False, True, False], nulls_last=True)
    for part in parts_of(engine, ordered):
        yield _as_listed(part, np.arange(n_before + 1, n_before + len(part) + 1), has_money=has_money)
        n_before += len(part)


def _any(engine: Engine, rows: nw.LazyFrame[Any], test: nw.Expr) -> bool:
    return bool(engine.collect(rows.filter(test).head(1).select(nw.len()))[0][0].as_py())


def listed(analysis: Analysis, most: int) -> pa.Table:
    """The first rows of each segment in `list_parts`."""
    made = analysis.segmentation
    if made.population is not None:
        rows = UnitRecords(analysis).first(most)
        return _as_listed(rows, _places_in_list(made, rows), has_money=made.has_money)
    numbers = np.array(made.numbers, dtype=np.int32)[made.labels]
    ids = pa.array(made.ids.tolist(), pa.string())
    ranked = pa.table({"customer_id": ids, "segment": numbers, "revenue_total": made.table.revenue})
    order = _list_order(with_outlook(ranked, made.table)).to_numpy().astype(np.intp)
    ordered = numbers[order]
    places = np.flatnonzero(np.arange(len(order)) - np.searchsorted(ordered, ordered) < most)
    return _as_listed(UnitRecords(analysis).at(order[places]), places + 1, has_money=made.has_money)


def _places_in_list(made: Segmentation, rows: pa.Table) -> Rows:
    """Where the first of each segment stand in the list of all, from 1; they are in its order."""
    numbers, segment = np.array(made.numbers), rows["segment"].to_numpy()
    before = {number: int(made.sizes[numbers < number].sum()) for number in numbers.tolist()}
    places: Rows = np.arange(1, len(segment) + 1) - np.searchsorted(segment, segment)
    places += np.array([before[number] for number in segment.tolist()], dtype=np.intp)
    return places
