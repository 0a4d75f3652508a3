"""What a run learned, as a folder of JSON and arrays: it gives new customers their segment and never loads a pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from marketfold.cleaning import OrderRules
from marketfold.clustering import KMeansSegmenter
from marketfold.damage import told_as
from marketfold.errors import ModelError
from marketfold.estimators import plain_arrays
from marketfold.features import MatrixScaler, complete, own_formulas
from marketfold.frames import terse
from marketfold.model_files import (
    ARRAYS_FILE,
    FORMAT,
    SETTINGS_FILE,
    Measured,
    model_folder,
    read_arrays,
    read_settings,
)
from marketfold.reduction import as_known, reducer_from_state
from marketfold.schema import Trust, Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.reduction import Reducer
    from marketfold.schema import Float32, Ids, Labels
    from marketfold.units import Feature, FeatureTable


@dataclass(frozen=True)
class SegmentLabel:
    """What a segment is called."""

    number: int
    name: str
    trust: Trust | None = None


_UNIT: TypeAdapter[Unit] = TypeAdapter(Unit)
_SEGMENTS = TypeAdapter(tuple[SegmentLabel, ...])
_ORDERS: TypeAdapter[OrderRules | None] = TypeAdapter(OrderRules | None)


@terse
@dataclass(frozen=True)
class Assignment:
    """Which segment each unit belongs to; arrays are of shape (n_units,).

    Attributes
    ----------
    labels, numbers : int32
        Position of the segment in the model, from 0, and its number.
    distances : float32
        To the centre of the segment, in the space of the model.
    confidence : float32
        0 where the second nearest centre is as near, 1 where the unit sits on its centre.
    fits_none : bool
        Whether the unit is farther from every centre than the segment reaches.
    """

    ids: Ids
    labels: Labels
    numbers: Labels
    distances: Float32
    confidence: Float32
    fits_none: NDArray[np.bool_]


def confidence(distances: Float32) -> Float32:
    """How surely each unit belongs to its segment: how much farther the second centre is than the nearest, 0 to 1.

    The simplified silhouette (b - a) / b for the distances a and b to the nearest and the second centre (Hruschka,
    Campello and de Castro 2006). 0 is on the border of two segments, 1 at the centre of one and where there is but
    one. It is no probability. Distances are to every centre, shape (n_units, n_segments).

    >>> confidence(np.array([[1.0, 4.0], [2.0, 2.0]], dtype=np.float32)).tolist()
    [0.75, 0.0]
    """
    if distances.shape[1] == 1:
        return np.ones(len(distances), dtype=np.float32)
    nearest = np.partition(distances, 1, axis=1)[:, :2]
    sure: Float32 = 1 - np.divide(
        nearest[:, 0], nearest[:, 1], out=np.ones_like(nearest[:, 0]), where=nearest[:, 1] > 0
    )
    return sure


@terse
@dataclass(frozen=True)
class SegmentModel:
    """Everything that is needed to assign units to segments.

    Attributes
    ----------
    features
        What must be measured, in the order of the scaler's columns.
    segments
        In the order of the segmenter's labels.
    settings
        What the units were measured by (`FeatureTable.settings`), so that others are measured by the same.
    orders
        How the order lines were read and cleaned; None of a table of customers, and where the model was made of a
        table of features.

    Examples
    --------
    >>> import tempfile
    >>> from marketfold import clean, features, make_shop, matrix, read, segmentation
    >>> X = matrix(features(clean(read(make_shop(lines=2_000).lines))))
    >>> made = segmentation(X, (X.table.column("recency_days") > 365).astype(int))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made.model().save(folder)
    ...     model = SegmentModel.load(folder)
    >>> model.assign(made.table).numbers.shape == (len(made),)
    True
    """

    unit: Unit
    features: tuple[Feature, ...]
    scaler: MatrixScaler
    reducer: Reducer
    segmenter: KMeansSegmenter
    segments: tuple[SegmentLabel, ...]
    settings: dict[str, str] = field(default_factory=dict)
    orders: OrderRules | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    @property
    def can_be_saved(self) -> bool:
        """Whether all parts are Marketfold's own, so that they can be kept as JSON and plain arrays."""
        return as_known(self.reducer) is not None and type(self.segmenter) is KMeansSegmenter

    @plain_arrays
    def assign(self, table: FeatureTable) -> Assignment:
        """Give each unit of a table its segment; ModelError if the table does not hold the features of the model."""
        table = complete(table, self.names)
        missing = [name for name in self.names if name not in table.names]
        if missing or table.unit != self.unit:
            raise ModelError(
                f"This model is about one {self.unit} and measures {', '.join(self.names)}; the table is about one "
                f"{table.unit} and lacks {', '.join(missing) or 'nothing'}."
            )
        values = np.column_stack([table.column(name) for name in self.names])
        return self.assign_dimensions(table.ids, self.reducer.transform(self.scaler.transform(values)))

    def assign_dimensions(self, ids: Ids, dimensions: Float32, labels: Labels | None = None) -> Assignment:
        """Give units their segment by their place in the space of the segmenter, shape (n_units, n_dimensions).

        Units that the segmenter was fitted on come with their labels: a clusterer of one's own may have put them
        elsewhere than into the nearest segment.
        """
        distances = self.segmenter.distances(dimensions)
        labels = self.segmenter.predict(dimensions) if labels is None else labels
        numbers = np.array([segment.number for segment in self.segments], dtype=np.int32)
        return Assignment(
            ids=ids,
            labels=labels,
            numbers=numbers[labels],
            distances=distances[np.arange(len(labels)), labels],
            confidence=confidence(distances),
            fits_none=self.segmenter.fits_none(dimensions),
        )

    def save(self, folder: str | Path) -> None:
        """Write the model into an empty folder; ModelError, and nothing written, if a part is the user's own."""
        folder = Path(folder)
        reducer = as_known(self.reducer)
        if reducer is None or not self.can_be_saved:
            raise ModelError(
                "A model with a reducer or a clusterer of one's own cannot be saved: it would hold more than JSON and "
                "plain arrays. Keep it in Python and call assign, or make the run with Marketfold's own parts."
            )
        folder.mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {
            "format": FORMAT,
            "unit": self.unit,
            "features": [asdict(feature) for feature in self.features],
            "segments": [asdict(segment) for segment in self.segments],
            "measured_by": self.settings,
            "orders": self.orders.to_state() if self.orders else None,
        }
        arrays: dict[str, NDArray[Any]] = {}
        for part in ("scaler", "reducer", "segmenter"):
            settings[part], learned = getattr(self, part).to_state()
            arrays |= {f"{part}.{name}": values for name, values in learned.items()}
        (folder / SETTINGS_FILE).write_text(json.dumps(settings, indent=1, sort_keys=True), encoding="utf-8")
        np.savez(folder / ARRAYS_FILE, allow_pickle=False, **arrays)
        reducer.write_files(folder)

    @classmethod
    def load(cls, folder: str | Path) -> SegmentModel:
        """Read the model of a run folder or of a model folder; nothing in it is run.

        ModelError if the folder holds none, or a damaged or foreign one.
        """
        folder = model_folder(folder)
        settings = read_settings(folder)
        arrays = read_arrays(folder / ARRAYS_FILE)
        with told_as(ModelError, f"{folder.name}/{SETTINGS_FILE}"):
            measured = Measured.in_settings(settings)
            model = cls(
                unit=_UNIT.validate_python(settings["unit"]),
                features=measured.features,
                scaler=MatrixScaler.from_state(settings["scaler"], _part(arrays, "scaler")),
                reducer=reducer_from_state(settings["reducer"], _part(arrays, "reducer")),
                segmenter=KMeansSegmenter.from_state(settings["segmenter"], _part(arrays, "segmenter")),
                segments=_SEGMENTS.validate_python(settings["segments"]),
                settings=measured.settings,
                orders=_ORDERS.validate_python(settings["orders"]),
            )
            own_formulas(model.settings)
        n_segments, n_features = model.segmenter.n_made, model.scaler.n_features_in_
        if n_segments != len(model.segments) or n_features != len(model.features):
            raise ModelError(
                f"The parts of the model do not fit together: {len(model.segments)} names for {n_segments} segments, "
                f"{len(model.features)} features for a scaler of {n_features}. Make the run again."
            )
        model._try(folder)
        return model

    def _try(self, folder: Path) -> None:
        """Assign one unit: what would fail later on fails here, in words."""
        with told_as(ModelError, f"{folder.name}: the model"):
            scaled = self.scaler.transform(np.zeros((1, len(self.features))))
            if not np.isfinite(scaled).all():
                raise ValueError("its scale is not finite")
            self.assign_dimensions(np.array(["one"]), self.reducer.transform(scaled))


def _part(arrays: dict[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(f"{part}."): values for name, values in arrays.items() if name.startswith(f"{part}.")}
