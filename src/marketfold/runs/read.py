"""A run folder, read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from pydantic import Field, FiniteFloat, NonNegativeInt, TypeAdapter

from marketfold.analysis import Previous
from marketfold.config import RunConfig
from marketfold.damage import denied, reason, told_as
from marketfold.errors import Fault, ModelError, RunFolderError
from marketfold.file_names import RUN_FILE
from marketfold.frames import table_html
from marketfold.json_files import read_json
from marketfold.model_files import MODEL_FOLDER, Measured
from marketfold.runs.folder import put_back
from marketfold.runs.plan_files import edited_briefs, from_earlier_run, read_plan
from marketfold.schema import UNIT_ID, Measure, Trust, Unit
from marketfold.snapshot import Snapshot, Takings
from marketfold.units import Feature
from marketfold.words import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from marketfold.campaigns import CampaignPlan
    from marketfold.model import SegmentModel
    from marketfold.schema import Float64


@dataclass(frozen=True)
class _Input:
    path: str
    sha256: str | None = None
    kind: str | None = None
    first_on: date | None = None
    id_is_personal: bool = True


@dataclass(frozen=True)
class _Segment:
    number: int
    name: str
    units: NonNegativeInt
    revenue_share: FiniteFloat | None
    trust: Trust | None


@dataclass(frozen=True)
class _Point:
    wcss: FiniteFloat


@dataclass(frozen=True)
class _ChooseK:
    curve: list[_Point]


@dataclass(frozen=True)
class _Features:
    shaping: list[str]


@dataclass(frozen=True)
class _Record:
    """What is read of `run.json` later on; there is more in it, for people."""

    marketfold: str
    seed: NonNegativeInt
    unit: Unit
    as_of: date | None
    input: _Input
    segments: Annotated[list[_Segment], Field(min_length=1)]
    choose_k: _ChooseK
    features: _Features
    configuration: dict[str, Any]


_RECORD = TypeAdapter(_Record)
_PARTS = TypeAdapter(list[Annotated[int, Field(ge=1, le=1_000)]])

TEXTS = (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()))
FILLED = "filled:"
"""Before the name of a column of `features.parquet`: complete, as the matrix takes it, beside what was measured."""
MOST_CELLS = 2_000_000_000
"""Of a table of a run: 100 million customers with 20 features. A few bytes of Parquet may say that they hold more."""

_KEYS = {"marketfold", "seed", "unit", "as_of", "input", "feature_set", "segments", "configuration"}
"""Of `run.json`, without which nothing can be done with a run; version 0.1 wrote `view` for `feature_set`."""


def _is_text(kind: pa.DataType) -> bool:
    return kind in TEXTS


def _check_type(table: pa.Table, column: str, fits: Callable[[pa.DataType], bool]) -> None:
    kind = table.schema.field(column).type
    if not fits(kind):
        raise TypeError(f"{column} is of the type {kind}")


_MEASURE = TypeAdapter(Measure)


def _described(field: pa.Field, plain: Feature) -> Feature:
    """A column of features.parquet by what it says of itself, or as it is known without that."""
    said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    if "label" not in said:
        return plain
    return replace(plain, label=said["label"], measure=_MEASURE.validate_python(said.get("measure", "ratio")))


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run on disk: its folder, and what `run.json` says."""

    folder: Path
    record: dict[str, Any]
    home: Path
    """The folder in full, however it was given: `.` has neither a name nor anything beside it."""

    @classmethod
    def read(cls, folder: str | Path) -> Run:
        """Open a run folder.

        Raises
        ------
        RunFolderError
            If it is not a run folder, its `run.json` is damaged, or an earlier version wrote it.
        """
        folder = Path(folder)
        put_back(folder)
        path = folder / RUN_FILE
        if not path.is_file():
            what = "does not exist" if not folder.exists() else "is not a run folder: it has no run.json"
            raise RunFolderError(f"{folder} {what}. Give a folder that marketfold run wrote.")
        try:
            record = read_json(path)
        except PermissionError as error:
            raise RunFolderError(denied(str(path))) from error
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{path} is damaged: {reason(error)}. Make the run again.") from error
        if not isinstance(record, dict) or "marketfold" not in record:
            raise RunFolderError(f"{path} is not what marketfold run writes. Give a folder that it wrote.")
        absent = sorted(_KEYS - record.keys())
        k_choice = record.get("choose_k")
        if not absent and isinstance(k_choice, dict) and "answer" in k_choice and "finding" not in k_choice:
            absent = ["choose_k.finding"]
        if absent:
            raise RunFolderError(
                f"{folder} was written by an earlier Marketfold ({record['marketfold']}), whose runs are no longer "
                f"read: run.json has no {', '.join(absent)}. Make the run again from its order file."
            )
        with told_as(RunFolderError, str(path)):
            _RECORD.validate_python(record)
        return cls(folder, record, folder.resolve())

    def beside(self, what: str) -> Path:
        """Where something of this run goes that is not part of it."""
        return self.home.with_name(f"{self.home.name}-{what}")

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    @property
    def has_model(self) -> bool:
        """Whether it keeps a model: one with a reducer or a clusterer of one's own does not."""
        return (self.folder / MODEL_FOLDER).is_dir()

    def refuse_without_model(self) -> None:
        """ModelError where it keeps no model."""
        if not self.has_model:
            raise ModelError(
                f"{self.folder} keeps no model, for it was made with a reducer or a clusterer of your own, which "
                "cannot be saved. Make a run with Marketfold's own parts."
            )

    @cached_property
    def model(self) -> SegmentModel:
        """What assigns new customers; `ModelError` where it keeps none."""
        from marketfold.model import SegmentModel  # noqa: PLC0415  (costs start-up time)

        self.refuse_without_model()
        return SegmentModel.load(self.folder / MODEL_FOLDER)

    @cached_property
    def measured(self) -> Measured:
        """What the model wants measured of a unit, and by what; nothing where the run keeps no model."""
        return Measured.read(self.folder / MODEL_FOLDER) if self.has_model else Measured()

    @cached_property
    def made_of(self) -> dict[int, tuple[int, ...]]:
        """Of each segment, the numbers of those that it was made of; a run that does not say has none merged."""
        with told_as(RunFolderError, str(self.folder / RUN_FILE)):
            return {
                one["number"]: tuple(_PARTS.validate_python(one.get("made_of", [place])))
                for place, one in enumerate(self.record["segments"], start=1)
            }

    @cached_property
    def plan(self) -> CampaignPlan:
        """The campaigns, as plan.json and the briefs were edited; `RunFolderError` where that cannot be followed."""
        plan = read_plan(self.folder, self.config.campaigns.playbook)
        there, planned = ({one["number"] for one in self.record["segments"]}, {c.number for c in plan.campaigns})
        if there != planned:
            faults = [Fault(f"the run has no segment {number}.") for number in sorted(planned - there)]
            faults += [Fault(f"the campaign of segment {number} is missing.") for number in sorted(there - planned)]
            headline = f"{self.folder / 'plan.json'} does not fit its run"
            raise RunFolderError.from_faults(headline, faults)
        return plan

    @cached_property
    def segments(self) -> pa.Table:
        """One row per unit."""
        name, unit_id = "segments.parquet", UNIT_ID[self.record["unit"]]
        table = self._table(name)
        with told_as(RunFolderError, str(self.folder / name)):
            _check_type(table, "segment", pa.types.is_integer)
            _check_type(table, "revenue_total", pa.types.is_floating)
            _check_type(table, "segment_name", _is_text)
            _check_type(table, unit_id, _is_text)
            numbers = {one["number"] for one in self.record["segments"]}
            if table[unit_id].null_count or not set(table["segment"].unique().to_pylist()) <= numbers:
                raise ValueError("it does not fit run.json")
            if "arm" in table.column_names:
                _check_type(table, "arm", _is_text)
                if not set(table["arm"].unique().to_pylist()) <= {"treated", "holdout", None}:
                    raise ValueError("an arm is neither treated nor holdout")
        return table

    @cached_property
    def features(self) -> pa.Table:
        """Every measured feature, row for row with `segments`; columns that begin with `FILLED` say what stands in."""
        name = "features.parquet"
        table = self._table(name)
        with told_as(RunFolderError, str(self.folder / name)):
            for column in table.column_names:
                _check_type(table, column, pa.types.is_floating)
            if table.num_rows != self.segments.num_rows or not table.num_columns:
                raise ValueError("it does not fit segments.parquet")
        return table

    @cached_property
    def described_features(self) -> tuple[Feature, ...]:
        """What each measured feature is called and how it is written, in the order of the columns of `features`.

        A folder whose features.parquet does not say so has it of those that shaped segments, in the model.
        """
        known = {feature.name: feature for feature in self.measured.features}
        schema = parquet.read_schema(self.table_file("features.parquet"))
        fields = [field for field in schema if not field.name.startswith(FILLED)]
        plain = {name: known.get(name, Feature(name, name, "ratio", "value")) for name in (one.name for one in fields)}
        with told_as(RunFolderError, str(self.folder / "features.parquet")):
            return tuple(_described(field, plain[field.name]) for field in fields)

    @property
    def config(self) -> RunConfig:
        """The settings that the run was made with."""
        with told_as(RunFolderError, f"{self.folder / 'run.json'}: its configuration"):
            return RunConfig(**self.record["configuration"])

    @property
    def as_of(self) -> date | None:
        """The day on which the features look back; None for a table of customers that holds no day."""
        text = self.record["as_of"]
        return date.fromisoformat(text) if text else None

    def assignments(self) -> pa.Table:
        """Customer, segment and arm: whom campaigns address; `RunFolderError` where no customers were segmented."""
        if "arm" not in self.segments.column_names:
            unit = self.record["unit"]
            message = f"{self.folder} segments {unit}s, not customers: there is nobody to address or to measure."
            raise RunFolderError(message)
        return self.segments.select(["customer_id", "segment", "arm"])

    def snapshot(self) -> Snapshot:
        """Who was in which segment, and what they looked like; names as they stand in the plan, hand edits included."""
        table, features = self.segments, self.features
        names, values, measured = columns_of(features)
        return Snapshot(
            unit=self.record["unit"],
            ids=np.asarray(table[UNIT_ID[self.record["unit"]]].to_pylist(), dtype=np.str_),
            numbers=table["segment"].to_numpy().astype(np.int_),
            names={campaign.number: campaign.name for campaign in self.plan.campaigns},
            features=names,
            values=values,
            measured=measured,
            as_of=self.as_of,
            takings=self._takings(),
        )

    def _takings(self) -> Takings | None:
        """What each unit brought; None where no money is known."""
        brought, source = self.segments["revenue_total"].to_numpy(), self.record["input"]
        if not brought.any():
            return None
        window = (self.record.get("refreshed") or {}).get("window_from")  # its revenue is that of the model's window
        begins = (window or source.get("first_on")) if source.get("kind") == "orders" else None
        begins_on = date.fromisoformat(begins) if begins else None
        return Takings(brought, self.plan.currency, begins_on, self.config.cleaning.gross)

    def as_previous(self) -> Previous:
        """What a new run carries on."""
        arms = self.segments.select(["customer_id", "arm"]) if "arm" in self.segments.column_names else None
        briefs = {number: from_earlier_run(text) for number, text in edited_briefs(self.folder).items()}
        kept = {campaign.number for campaign in self.plan.campaigns if campaign.text_by_hand}
        return Previous(self.snapshot(), self.plan, arms, {n: text for n, text in briefs.items() if n in kept})

    @property
    def id_is_personal(self) -> bool:
        """Whether the ids of the units may be names or addresses of people: those of an earlier version may."""
        personal: bool = self.record["input"].get("id_is_personal", True)
        return personal

    def table_file(self, name: str) -> Path:
        """Where a Parquet file of the run is; `RunFolderError` if it is not there, damaged, or of another run."""
        path = self.folder / name
        if not path.is_file():
            raise RunFolderError(f"{path} cannot be read: it is not there, or no file. Make the run again.")
        with told_as(RunFolderError, str(path)):
            told = parquet.read_metadata(path)
            units = sum(one["units"] for one in self.record["segments"])
            if told.num_rows != units or told.num_rows * told.num_columns > MOST_CELLS:
                raise ValueError(f"it has {told.num_rows:,} rows, and run.json speaks of {units:,}")
        return path

    def _table(self, name: str) -> pa.Table:
        path = self.table_file(name)
        with told_as(RunFolderError, str(path)):
            return parquet.read_table(path)

    def __repr__(self) -> str:
        return f"<Run {self.folder}: {len(self.record['segments'])} segments>"

    def _repr_html_(self) -> str:
        found = self.record["segments"]
        rows = (
            (s["number"], s["name"], f"{s['units']:,}", _share(s["revenue_share"]), s["trust"] or "") for s in found
        )
        table = table_html(rows, ("", "segment", "units", "of revenue", "trust"))
        return f"{table}<p>{escape(self.report.as_posix())}</p>"


def columns_of(features: pa.Table) -> tuple[tuple[str, ...], Float64, NDArray[np.bool_]]:
    """Names and values of `features.parquet`'s table, what stands in included, and of which units each is measured."""
    names = tuple(name for name in features.column_names if not name.startswith(FILLED))
    taken = [f"{FILLED}{name}" if f"{FILLED}{name}" in features.column_names else name for name in names]
    values = np.column_stack([features[name].to_numpy() for name in taken])
    return names, values, np.column_stack([features[name].is_valid().to_numpy() for name in names])


def _share(value: float | None) -> str:
    return "" if value is None else share(value)
