"""Segments of one table of units, with all that made them: the record that every later stage reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.clustering import KMeansSegmenter, sums_by
from marketfold.errors import ParameterError
from marketfold.features import expected_columns
from marketfold.frames import Framed, table_html
from marketfold.model import SegmentLabel, SegmentModel, confidence
from marketfold.reduction import NoReducer
from marketfold.schema import UNIT_ID
from marketfold.selection.population import EXPECTED_COLUMN
from marketfold.snapshot import Snapshot
from marketfold.units import measured_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from marketfold.clustering import Stability
    from marketfold.engine import Engine
    from marketfold.features import FeatureMatrix
    from marketfold.reduction import Reducer
    from marketfold.schema import Float32, Float64, Ids, Labels, Trust, Unit
    from marketfold.selection.population import Population
    from marketfold.selection.trust import SegmentTest
    from marketfold.units import FeatureTable


NOBODY = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, repr=False)
class Segmentation(Framed):
    """Segments of one table of units, with all that made them.

    Attributes
    ----------
    table
        All features of the units, in the user's units; wider than the matrix where a feature set was chosen.
    matrix
        The scaled features that shaped the segments.
    reducer
        Fitted on the matrix.
    dimensions : float32, shape (n_units, n_dimensions)
        What the segmenter saw.
    segmenter
        Fitted on the dimensions.
    labels : int32, shape (n_units,)
        Position of each unit's segment, from 0, ordered by revenue.
    numbers, names
        What a person calls each segment, by position: numbers from 1, names distinct.
    stability
        Of each segment under resampling; None where it was not assessed.
    tests
        What each segment has earned; empty where it was not tested.
    unmerged
        The segments as they were found, where some were merged as somebody asked; their numbers are kept, that of the
        first for those that are one now.
    population
        All units, where those here are a sample of them that chose the segments; None where these are all.

    Examples
    --------
    >>> from marketfold import clean, features, make_shop, read
    >>> from marketfold.selection import Fits, Recipe
    >>> table = features(clean(read(make_shop(lines=4_000).lines)))
    >>> segmentation = Fits(table).segment(Recipe("all", "none", n_segments=4))
    >>> segmentation.n_segments, segmentation.numbers
    (4, (1, 2, 3, 4))
    >>> segmentation.to_arrow().column_names[:4]
    ['customer_id', 'segment', 'segment_name', 'confidence']
    """

    table: FeatureTable
    matrix: FeatureMatrix
    reducer: Reducer
    dimensions: Float32
    segmenter: KMeansSegmenter
    labels: Labels
    numbers: tuple[int, ...]
    names: tuple[str, ...]
    stability: Stability | None = None
    tests: tuple[SegmentTest, ...] = ()
    unmerged: Segmentation | None = None
    population: Population | None = None

    @classmethod
    def of(cls, matrix: FeatureMatrix, labels: Labels, table: FeatureTable | None = None) -> Self:
        """Segments that were made elsewhere; the centres are their means.

        `labels` are the position of each unit's segment, from 0, each used, shape (n_units,); `table` is a wider table
        of the same units. ParameterError if lengths do not agree or a segment is empty.
        """
        table = matrix.table if table is None else table
        n_units = len(matrix.values)
        if not n_units or {len(labels), len(table.ids), len(matrix.table.ids)} != {n_units}:
            raise ParameterError(
                f"The matrix has {n_units} rows, the table {len(table.ids)} units, and there are {len(labels)} labels: "
                "give one label for each unit, and at least one unit."
            )
        sizes = np.bincount(labels) if labels.min() >= 0 else np.zeros(1)
        if (sizes == 0).any():
            raise ParameterError(f"Labels must be 0 to n_segments - 1, each used; got {np.unique(labels).tolist()}.")
        reducer = NoReducer().fit(matrix.values)
        segmenter = KMeansSegmenter.of_labels(matrix.values, labels)
        return cls(table, matrix, reducer, matrix.values, segmenter, labels, *unnamed(len(sizes)))

    @property
    def unit(self) -> Unit:
        """What is segmented."""
        return self.table.unit

    @property
    def ids(self) -> Ids:
        """Identifier of each unit, shape (n_units,)."""
        return self.table.ids

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        return len(self.numbers)

    @property
    def found(self) -> Segmentation:
        """The segments before any were merged."""
        return self if self.unmerged is None else self.unmerged

    @property
    def parts(self) -> Labels:
        """Centre of each unit in the segmenter: its label, where no segments were merged."""
        return self.found.labels

    @property
    def places(self) -> Labels:
        """Position of the segment that each became, of the segments before any were merged."""
        return self.segmenter.places_ if self.unmerged is not None else np.arange(self.n_segments, dtype=np.int32)

    @cached_property
    def part_means(self) -> Float32:
        """Mean of the matrix of each of `parts`, shape (n_parts, n_features)."""
        X, parts, n_parts = self.matrix.values, self.parts, len(self.places)
        if self.population is not None and len(np.unique(parts)) < n_parts:  # none of the sample is in some
            places = np.arange(n_parts, dtype=np.int32)
            scaled = self.population.sums(partial(_scaled, self.matrix.take(NOBODY)), places)
            return (scaled / np.maximum(self.population.sizes, 1)[:, None]).astype(np.float32)
        return np.array([X[parts == part].mean(axis=0) for part in range(n_parts)])

    @property
    def made_of(self) -> tuple[tuple[int, ...], ...]:
        """Of each segment, the numbers, by revenue, of those that it was made of: its own where none were merged."""
        return tuple(tuple((np.flatnonzero(self.places == place) + 1).tolist()) for place in range(self.n_segments))

    @property
    def trust(self) -> tuple[Trust | None, ...]:
        """What each segment has earned, or by its stability alone; None where neither was assessed."""
        if self.tests:
            return tuple(test.trust for test in self.tests)
        return self.stability.trust if self.stability else (None,) * self.n_segments

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:  # ids may be names: they are not shown
        return f"<Segmentation: {self.n_units:,} {self.unit}s in {self.n_segments} segments>"

    def _repr_html_(self) -> str:
        sizes = map("{:,}".format, self.sizes.tolist())
        rows = zip(self.numbers, self.names, sizes, (one or "" for one in self.trust), strict=True)
        return table_html(rows, ("", "segment", f"{self.unit}s", "trust"))

    def members(self, position: int) -> NDArray[np.intp]:
        """Rows of the units that are here in the segment at a position from 0 (as in `labels`), ascending."""
        return np.flatnonzero(self.labels == position)

    @property
    def n_units(self) -> int:
        """How many units were segmented; `len` is how many of them are here."""
        return len(self.population) if self.population is not None else len(self.labels)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Units of each segment, shape (n_segments,)."""
        if self.population is not None:
            return np.bincount(self.places, weights=self.population.sizes).astype(np.int64)
        return np.bincount(self.labels, minlength=self.n_segments)

    @property
    def revenue(self) -> Float64:
        """What the units of each segment brought, shape (n_segments,)."""
        if self.population is not None:
            return np.bincount(self.places, weights=self.population.revenue).astype(np.float64)
        return np.array([self.table.revenue[self.members(s)].sum() for s in range(self.n_segments)])

    @property
    def has_money(self) -> bool:
        """Whether it is known what the units brought."""
        return bool(self.population.revenue.any()) if self.population is not None else self.table.has_money

    def take(self, rows: NDArray[np.intp]) -> Self:
        """Some of the units that are here, by their rows."""
        return replace(
            self,
            table=self.table.take(rows),
            matrix=self.matrix.take(rows),
            dimensions=self.dimensions[rows],
            labels=self.labels[rows],
            unmerged=self.unmerged.take(rows) if self.unmerged is not None else None,
        )

    def blank(self) -> Self:
        """The same without its units: what others are put into segments by, which may be sent to other machines."""
        segmenter = self.segmenter.without_rows()
        unmerged = self.unmerged.blank() if self.unmerged is not None else None
        nobody = self.take(NOBODY)
        return replace(nobody, segmenter=segmenter, stability=None, unmerged=unmerged, population=None)

    def quantiles(self, feature: str, shares: Sequence[float]) -> tuple[float, ...]:
        """Quantiles of a feature over all units, by linear interpolation, in the user's units."""
        if self.population is not None:
            return self.population.quantiles(self.population.column(feature), shares)
        return tuple(np.quantile(self.table.column(feature), shares).tolist())

    @cached_property
    def middle_expected(self) -> tuple[list[float], float]:
        """Median of what the units of each segment are expected to bring in a year, and of everybody; in money."""
        if self.population is not None:
            middles = self.population.middles([nw.col(EXPECTED_COLUMN)], self.places)
            return middles.median[:, 0].tolist(), float(middles.everyone[0])
        values = expected_columns(self.table)[EXPECTED_COLUMN]
        own = [float(np.median(values[self.members(s)])) for s in range(self.n_segments)]
        return own, float(np.median(values))

    @cached_property
    def measured_counts(self) -> dict[str, int]:
        """Of how many units each feature is measured."""
        if self.population is None:
            return {name: int(self.table.measured(name).sum()) for name in self.table.names}
        known = self.sums(measured_of).sum(axis=0).round().astype(int).tolist()
        return dict(zip(self.table.names, known, strict=True))

    def assigned(self, engine: Engine) -> nw.LazyFrame[Any]:
        """Every unit in an engine: its id, as order lines have it, and `segment`, the position of its segment."""
        if self.population is not None:
            return self.population.assigned(self.places)
        numbered = self.unit == "order_line"
        ids = pa.array(self.ids.astype(np.int64)) if numbered else pa.array(self.ids.tolist(), pa.string())
        return engine.from_arrow(pa.table({UNIT_ID[self.unit]: ids, "segment": pa.array(self.labels, pa.int64())}))

    def sums(self, function: Callable[[FeatureTable], Float64]) -> Float64:
        """Sums over the units of each segment, shape (n_segments, n_numbers), of the numbers that a function gives.

        The function takes a table of some units and gives a matrix of shape (n_units, n_numbers).
        """
        if self.population is not None:
            return self.population.sums(function, self.places)
        return sums_by(self.labels, function(self.table), self.n_segments)

    def snapshot(self) -> Snapshot:
        """Who of the units that are here is in which segment, to set beside another run."""
        numbers = np.array(self.numbers)[self.labels]
        names = dict(zip(self.numbers, self.names, strict=True))
        measured = np.column_stack([self.table.measured(name) for name in self.table.names])
        return Snapshot(self.unit, self.ids, numbers, names, self.table.names, self.table.values, measured=measured)

    def model(self) -> SegmentModel:
        """What assigns further units to these segments."""
        return SegmentModel(
            unit=self.unit,
            features=self.matrix.table.features,
            scaler=self.matrix.scaler,
            reducer=self.reducer,
            segmenter=self.segmenter,
            segments=tuple(map(SegmentLabel, self.numbers, self.names, self.trust)),
            settings=self.table.settings,
        )

    def to_arrow(self) -> pa.Table:
        """Of the units that are here: id, segment, its name, how surely they belong there, and every feature."""
        features = self.table.to_arrow()
        columns = {
            features.column_names[0]: features.column(0),
            "segment": pa.array(np.array(self.numbers, dtype=np.int32)[self.labels]),
            "segment_name": pa.array(np.array(self.names, dtype=object)[self.labels], pa.string()),
            "confidence": pa.array(confidence(self.segmenter.distances(self.dimensions))),
        }
        return pa.table(columns | {name: features.column(name) for name in features.column_names[1:]})


def _scaled(matrix: FeatureMatrix, table: FeatureTable) -> Float64:
    return matrix.transform(table).astype(np.float64)


def unnamed(n_segments: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Numbers, and names as long as nothing better is known.

    >>> unnamed(2)
    ((1, 2), ('Segment 1', 'Segment 2'))
    """
    numbers = tuple(range(1, n_segments + 1))
    return numbers, tuple(f"Segment {number}" for number in numbers)
