"""Segments that were chosen on a sample, settled on all units; and all units' segments as the sample has them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.clustering import CenterSums, nearest_centers
from marketfold.engine import asked
from marketfold.features import expected_columns, keep_columns
from marketfold.schema import money_sum
from marketfold.selection.population import EXPECTED_COLUMN, PART, Population, measured_again, recoded
from marketfold.units import REVENUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from marketfold.features import LazyFeatureTable
    from marketfold.schema import Float32, Float64
    from marketfold.selection.segmentation import Segmentation
    from marketfold.units import FeatureTable

SETTLING_STEPS = 5
"""Most Lloyd steps on all units; from the centres of a sample one to three were enough."""
STILL = 1e-4
"""Squared way of the centres, as a share of the variance of a dimension, below which they stand (as scikit-learn)."""
DIMENSION = "dimension_"


def settle(found: Segmentation, table: FeatureTable) -> Segmentation:
    """The segments of a sample as segments of the whole table that it is of; scale and reduction stay the sample's.

    Numbers and names are as before any were given: `found` has neither, and none of its segments were merged.
    """
    whole = measured_again(found, table)
    centers = _settled_centers(found, partial(CenterSums.of, whole.dimensions))
    parts = nearest_centers(whole.dimensions, centers)
    sizes, revenue = np.bincount(parts, minlength=len(centers)), np.bincount(parts, table.revenue, len(centers))
    segmenter = found.segmenter.moved(whole.dimensions, centers[_by_revenue(revenue, sizes)])
    return replace(whole, segmenter=segmenter, labels=segmenter.labels_)


def settle_population(found: Segmentation, units: LazyFeatureTable) -> Segmentation:
    """The segments of a sample as segments of all units, which stay with their engine; its rows are still the sample.

    `units` are measured by what is known of the sample, and released then. Numbers and names are as of `settle`; scale,
    reduction and reach stay the sample's. No more comes home than what each centre asks.
    """
    engine, blank = units.engine, found.blank()
    made = partial(_placed_rows, blank)
    example = made(units.rows.table(units.rows.example()))
    dimensions = [name for name in example.column_names if name.startswith(DIMENSION)]
    measured = units.keep(made, example.schema)
    narrow = measured.select(*dimensions)

    def asked_of(centers: Float32) -> CenterSums:
        told = engine.mapped(narrow, "", partial(_asked, dimensions, centers))
        return reduce(CenterSums.__add__, map(_sums_of, told))

    centers = _settled_centers(found, asked_of)
    units.release()
    key, placed = units.rows.key, example.select([units.rows.key]).append_column(PART, pa.array([0], pa.int64()))
    nearest = partial(_part_of, centers, dimensions, key)
    parts = engine.keep_mapped(measured.select(key, *dimensions), "", nearest, placed.schema)
    by_part = parts.join(measured.select(key, REVENUE), on=key, how="inner").group_by(PART)
    counted = engine.collect(by_part.agg(n=nw.len(), revenue=money_sum(REVENUE)))
    sizes, revenue = (_at(counted, name, len(centers)) for name in ("n", "revenue"))
    order = _by_revenue(revenue, sizes)
    place = np.argsort(order).astype(np.int32)
    whole = measured.drop(*dimensions).join(parts, on=key, how="inner")
    frame = engine.materialise(whole.with_columns(recoded(PART, place).alias(PART)))
    asked(engine, frame)
    engine.release(measured)
    engine.release(parts)
    population = Population(engine, frame, blank.table, sizes[order].astype(np.int32), revenue[order])
    segmenter = found.segmenter.moved(found.dimensions, centers[order])
    return replace(found, segmenter=segmenter, labels=segmenter.labels_, population=population)


def _settled_centers(found: Segmentation, asked_of: Callable[[Float32], CenterSums]) -> Float32:
    """The centres of a sample after Lloyd steps on all units; each keeps a row of the sample, by which it is judged.

    One that a step would take from its last row stays for that step; where that does not help, all stay.
    """
    centers = found.segmenter.centers_
    still = STILL * float(found.dimensions.var(axis=0).mean())
    for _ in range(SETTLING_STEPS):
        moved = asked_of(centers).means(centers)
        while len(left := _without_rows(moved, found.dimensions)):
            if np.array_equal(moved[left], centers[left]):  # others came between
                return centers
            moved[left] = centers[left]
        centers, before = moved, centers
        if float(np.square(centers - before).sum()) <= still:
            break
    return centers


def _without_rows(centers: Float32, dimensions: Float32) -> NDArray[np.intp]:
    """Centres that are the nearest of no row."""
    return np.flatnonzero(np.bincount(nearest_centers(dimensions, centers), minlength=len(centers)) == 0)


def _by_revenue(revenue: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.intp]:
    """Places of segments from the one with most money, or most units, to the least."""
    return np.argsort(-(revenue if revenue.any() else sizes), kind="stable")


def _placed_rows(made: Segmentation, table: FeatureTable) -> pa.Table:
    """What is known of units, and where they lie in the dimensions of segments."""
    placed = measured_again(made, table)
    rows = keep_columns(placed.table, made.table.names).to_rows()
    expected = expected_columns(table).get(EXPECTED_COLUMN)
    if expected is not None:  # as lists have it, which it orders
        rows = rows.append_column(EXPECTED_COLUMN, pa.array(expected.round(4), from_pandas=True))
    for place, column in enumerate(placed.dimensions.T):
        rows = rows.append_column(f"{DIMENSION}{place}", pa.array(column))
    return rows


def _points(dimensions: list[str], rows: pa.Table) -> Float32:
    return np.column_stack([rows[name].to_numpy() for name in dimensions])


def _asked(dimensions: list[str], centers: Float32, rows: pa.Table) -> pa.Table:
    found = CenterSums.of(_points(dimensions, rows), centers)
    return pa.table({"size": found.sizes, "total": pa.array(found.totals.tolist(), pa.list_(pa.float64()))})


def _sums_of(rows: pa.Table) -> CenterSums:
    return CenterSums(rows["size"].to_numpy(), np.array(rows["total"].to_pylist()))


def _part_of(centers: Float32, dimensions: list[str], key: str, rows: pa.Table) -> pa.Table:
    parts = nearest_centers(_points(dimensions, rows), centers)
    return pa.table({key: rows[key].cast(pa.string()), PART: pa.array(parts, pa.int64())})


def _at(counted: pa.Table, name: str, n: int) -> Float64:
    """A column of what was counted, by part."""
    found = np.zeros(n)
    found[counted[PART].to_numpy()] = counted[name].to_numpy()
    return found
