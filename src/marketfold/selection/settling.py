"""Segments that were chosen on a sample, settled on all units; and all units' segments as the sample has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold.features import complete, keep_columns

if TYPE_CHECKING:
    from marketfold.selection.segmentation import Segmentation
    from marketfold.units import FeatureTable

SETTLING_STEPS = 5
"""Most Lloyd steps on all units; from the centres of a sample one to three were enough."""


def settle(found: Segmentation, table: FeatureTable) -> Segmentation:
    """The segments of a sample as segments of the whole table that it is of; scale and reduction stay the sample's.

    Numbers and names are as before any were given: `found` has neither, and none of its segments were merged.
    """
    whole = _measured(found, table)
    revenue = table.revenue if table.has_money else None
    segmenter = found.segmenter.settled(whole.dimensions, steps=SETTLING_STEPS, revenue=revenue)
    return replace(whole, segmenter=segmenter, labels=segmenter.labels_)


def among(made: Segmentation, table: FeatureTable) -> Segmentation:
    """The same segments, in the same order, of the units of another table such as a sample."""
    few = _measured(made, table)
    labels = made.segmenter.predict(few.dimensions)
    return replace(few, labels=labels, unmerged=among(made.unmerged, table) if made.unmerged else None)


def _measured(made: Segmentation, table: FeatureTable) -> Segmentation:
    """Another table of units on the scale and in the dimensions of these; the labels are still theirs."""
    wide, names = complete(table, made.table.names), made.matrix.names
    kept = keep_columns(complete(wide, names), names)
    values = made.matrix.transform(kept)
    matrix = replace(made.matrix, values=values, table=kept)
    return replace(made, table=wide, matrix=matrix, dimensions=made.reducer.transform(values))
