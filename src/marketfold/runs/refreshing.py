"""New orders below those of a run: its model as it was, the segments of today, and who moved between both."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pyarrow import parquet

from marketfold import words
from marketfold.analysis import Analysis, ChosenBefore, DataPart, RunPart, SegmentsPart
from marketfold.campaigns import ArmDraw, keep_edits, plan_campaigns
from marketfold.cleaning import clean_orders
from marketfold.damage import told_as
from marketfold.decisions import SourceFacts
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError, ParameterError, RunFolderError
from marketfold.features import FeatureMatrix, before_day, build_features, complete, from_day, keep_columns
from marketfold.file_names import RUN_FILE
from marketfold.json_files import write_json
from marketfold.model import SegmentLabel
from marketfold.model_files import MODEL_FOLDER
from marketfold.orders import add_lines, fingerprint, kept_orders, with_columns_of
from marketfold.orders.sources import FIRST_LINE
from marketfold.report import (
    added_sentences,
    model_sentence,
    nothing_new_sentence,
    refit_sentence,
    refreshed_data,
    window_sentences,
)
from marketfold.runs.comparison import PEOPLE_FILE, Side, compare_sides, people_files
from marketfold.runs.folder import refuse_existing, staged_folder
from marketfold.runs.kept_lines import LINES_FILE, KeptLines, KeptSource, kept_with
from marketfold.runs.new_lines import doubts_of, new_currencies, read_like
from marketfold.runs.pages import write_report_files
from marketfold.runs.plan_files import write_plan
from marketfold.runs.read import Run, columns_of
from marketfold.runs.record import refreshed_record
from marketfold.runs.score import scoring_config
from marketfold.runs.write import write_tables
from marketfold.schema import SOURCE_LINE
from marketfold.segments import advise_refit, find_traits, profile_segments
from marketfold.selection import Segmentation, SegmentTest
from marketfold.snapshot import Snapshot
from marketfold.stage_costs import StageClock
from marketfold.temporary import claimed
from marketfold.whole_files import OWNER_ONLY

if TYPE_CHECKING:
    from marketfold.analysis import ChoicePart
    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.orders import AddedLines, Orders
    from marketfold.schema import Progress
    from marketfold.segments import Movement, RefitAdvice
    from marketfold.units import FeatureTable

FITTED_ON = "fitted_on.parquet"
"""In the model's folder of a refreshed run: the features of the customers that the model was made of."""


@dataclass(frozen=True)
class Refreshed:
    """What came of new orders.

    Attributes
    ----------
    run
        The folder that was made; the one that was to be refreshed, where nothing was new.
    told
        Whether new segments are due and why, what was added, and doubts; or that nothing was new.
    movement
        Who moved, and what drifted, since the run that was refreshed; None where nothing was new.
    advice
        How far the model still fits; None where nothing was new.
    """

    run: Run
    told: tuple[str, ...]
    movement: Movement | None = None
    advice: RefitAdvice | None = None

    @property
    def is_new(self) -> bool:
        """Whether a folder was made."""
        return self.movement is not None


@dataclass(frozen=True)
class _Grown:
    """All lines there are now, in a file of the engine's own folder, and where they came from."""

    path: Path
    rows: int
    added: AddedLines
    orders: Orders
    source: KeptSource
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class _Origin:
    """The run that made the model: its name, how many units it had, how many fitted none, and on which day."""

    run: str
    units: int
    outside: int
    as_of: date | None

    @classmethod
    def of(cls, run: Run) -> _Origin:
        told = (run.record.get("refreshed") or {}).get("model")
        if told:
            with told_as(RunFolderError, str(run.folder / RUN_FILE)):
                as_of = date.fromisoformat(told["as_of"]) if told["as_of"] else None
                return cls(str(told["run"]), int(told["units"]), int(told["outside"]), as_of)
        outside = int(np.sum(run.segments["fits_none"].to_numpy()))
        return cls(run.home.name, run.segments.num_rows, outside, run.as_of)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"as_of": self.as_of.isoformat() if self.as_of else None}


def refresh_run(
    folder: str | Path,
    new_orders: Any,
    out: str | Path | None = None,
    *,
    reading: dict[str, Any] | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> Refreshed:
    """Add new orders to a run, and write a run folder with the segments that all customers have today.

    The model is that of the run, as are numbers and names of segments and who is held out. Neither the run nor its
    lines are changed: the new folder keeps all lines, and is what is refreshed next.

    Parameters
    ----------
    new_orders
        Orders with the columns of the run's, as `read_orders` takes them; lines that are kept already may be among
        them.
    out
        Folder to make; beside the run, called by the run that made the model and the day on which it looks back, if
        not given.
    reading
        What is read otherwise than in the run, such as `mapping` or `date_format`.
    as_of
        Day on which features look back; the day after the last purchase if not given.
    progress
        Told of each stage.

    Raises
    ------
    RunFolderError
        If it is no run folder, or keeps no lines or no model; the new folder exists or cannot be written; or another
        process refreshes the same run.
    OrdersError
        If the new orders cannot be read as those of the run were.
    ParameterError
        If the run's units are order lines, the day is before the run's, or a segment would have nobody.
    """
    run, clock = Run.read(folder), StageClock(progress)
    kept = _checked(run, as_of)
    if out:
        refuse_existing(Path(out))
    busy = f"Another process is refreshing {run.folder} now. Wait for it, then refresh the folder that it makes."
    with claimed(run.home, busy):
        config = scoring_config(folder, reading, as_of)
        with clock.stage("read"):
            grown = _grown(run, kept, new_orders, config, tuple((reading or {}).get("mapping", ())))
        if grown.added.nothing_new and as_of in {None, run.as_of}:
            before = grown.source.sha256 in {one.sha256 for one in kept.sources if one.sha256}
            told = nothing_new_sentence(grown.added, Path(grown.source.path).name, before=before)
            return Refreshed(run, (told, *grown.doubts))
        analysis = _analysis(run, grown, config, clock, progress)
        place = Path(out) if out else _beside(run, analysis)
        with claimed(place):
            return _write(run, kept, grown, analysis, clock, place)


def _checked(run: Run, as_of: date | None) -> KeptLines:
    if run.record["unit"] == "order_line":
        raise ParameterError(
            f"{run.folder} segments order lines, which are known by their place in the file: lines that are added "
            "would be others. Make a run of customers or orders."
        )
    kept = KeptLines.of(run)
    run.refuse_without_model()
    if as_of and run.as_of and as_of < run.as_of:
        raise ParameterError(
            f"--as-of {as_of} is before the day from which {run.folder} looks back ({run.as_of}). Name that day or a "
            "later one, or leave it out."
        )
    return kept


def _grown(run: Run, kept: KeptLines, source: Any, config: RunConfig, named: tuple[str, ...]) -> _Grown:
    """Read the new orders, and write them with the kept lines into the engine's own folder."""
    new, reading = read_like(run, kept, source, config.reading, named)
    lines, engine = new.lines, new.engine
    if not isinstance(engine, DuckDBEngine):
        engine = DuckDBEngine(config.reading.memory_limit)
        lines = engine.from_arrow(new.engine.collect(lines))
    old = engine.scan_parquet([run.folder / LINES_FILE], SOURCE_LINE, FIRST_LINE)
    names = [name for name in old.collect_schema().names() if name != SOURCE_LINE]
    known = _currencies(old, names, engine)
    if faults := new_currencies(known, new, None if known else run.plan.currency):
        raise OrdersError.from_faults(f"{new.facts.name} does not go on where {run.folder} ends", faults)
    own_orders = "order_id" in run.record["input"]["mapping"]
    added = add_lines(old, with_columns_of(lines, names), engine, numbered_orders=own_orders)
    path = engine.folder / LINES_FILE
    engine.write_parquet(added.lines, path)
    rows = parquet.read_metadata(path).num_rows
    about = run.record["input"]
    facts = SourceFacts(
        name=new.facts.name,
        lines=rows,
        mapping=dict(about["mapping"]),
        extra_columns=tuple(about["extra_columns"]),
        id_is_personal=run.id_is_personal or new.facts.id_is_personal,
        currency=new.facts.currency or (None if "currency" in names else run.plan.currency),
        decisions=new.facts.decisions,
    )
    orders = kept_orders(engine.scan_parquet([path], SOURCE_LINE, FIRST_LINE), engine, facts)
    origin = KeptSource(new.facts.place_of(source), fingerprint(source), added.read, _otherwise(run, reading))
    return _Grown(path, rows, added, orders, origin, doubts_of(run, new))


def _otherwise(run: Run, reading: ReadingOptions) -> dict[str, Any]:
    """What is read otherwise than in the run."""
    own = run.config.reading.model_dump(mode="json")
    return {name: value for name, value in reading.model_dump(mode="json").items() if value != own[name]}


def _currencies(lines: Any, names: list[str], engine: DuckDBEngine) -> list[str]:
    """What the kept lines call their money, where a column says so."""
    if "currency" not in names:
        return []
    found = engine.collect(lines.select("currency").unique())["currency"].to_pylist()
    return sorted(str(one) for one in found if one is not None)


def _analysis(run: Run, grown: _Grown, config: RunConfig, clock: StageClock, progress: Progress | None) -> Analysis:
    """All that is known of today's customers, by the model of the run."""
    with clock.stage("clean"):
        clean = clean_orders(grown.orders, config.cleaning)
    with clock.stage("features"):
        table = _measured(run, clean, config)
    with clock.stage("assign"):
        made = _segmentation(run, table)
    with clock.stage("profile"):
        profiles = profile_segments(made, config.seed, find_traits(made))
    with clock.stage("plan"):
        previous = run.as_previous()
        seen = before_day(clean, config.features.as_of) if config.features.as_of else clean
        seen = from_day(seen, _first_on(table))  # as the segments' own money is counted
        draw = ArmDraw(config.seed, previous.arms)
        plan = plan_campaigns(made, profiles, seen, config.campaigns, draw=draw, progress=progress)
        plan = keep_edits(previous.plan, plan, {number: number for number in made.numbers})
    data = DataPart(grown.source.path, grown.orders, clean, None, None)
    went = RunPart(config, tuple(clock.costs), previous.briefs)
    chosen = cast("ChoicePart", ChosenBefore(_Origin.of(run).run))  # what asks it for its evidence is told where it is
    return Analysis(data, made, chosen, SegmentsPart(profiles, ()), plan, went)


def _measured(run: Run, clean: CleanOrders, config: RunConfig) -> FeatureTable:
    """Every feature that the run measured, by what its model learned."""
    names = [one.name for one in run.described_features]
    options = config.features.model_copy(update={"unit": run.record["unit"]})
    return build_features(clean, options, names=names, settings=run.model.settings)


def _first_on(table: FeatureTable) -> date:
    """The day on which the window of the model begins."""
    return date.fromisoformat(table.settings["first_on"])


def _first_purchase(analysis: Analysis) -> date | None:
    span = cast("DataPart", analysis.data).clean.activity.span
    return span[0] if span else None


def _segmentation(run: Run, table: FeatureTable) -> Segmentation:
    """Each unit in the segment that the model gives it, under the names of the plan."""
    model, called = run.model, {one.number: one.name for one in run.plan.campaigns}
    shaping = keep_columns(complete(table, model.names), list(model.names))
    values = model.scaler.transform(shaping.values)
    dimensions = model.reducer.transform(values)
    labels = model.segmenter.predict(dimensions)
    numbers = tuple(one.number for one in model.segments)
    sizes = np.bincount(labels, minlength=len(numbers))
    if not sizes.all():
        gone = [f"{one} ({called[one]})" for one, size in zip(numbers, sizes.tolist(), strict=True) if not size]
        raise ParameterError(
            f"With these orders nobody is left in segment {words.listed(gone)}: the model no longer fits. Make a run "
            f"from all orders, old and new, with --previous {run.folder} to keep numbers, names and holdout."
        )
    return Segmentation(
        table=table,
        matrix=FeatureMatrix(values, shaping, model.scaler, {}),
        reducer=model.reducer,
        dimensions=dimensions,
        segmenter=model.segmenter,
        labels=labels,
        numbers=numbers,
        names=tuple(called[number] for number in numbers),
        tests=_tests(run, numbers),
    )


def _tests(run: Run, numbers: tuple[int, ...]) -> tuple[SegmentTest, ...]:
    """What each segment had earned when it was made."""
    known = {one["number"]: one for one in run.record["segments"]}
    found = [known[number] for number in numbers]
    if any(one["trust"] is None for one in found):
        return ()
    with told_as(RunFolderError, str(run.folder / RUN_FILE)):
        return tuple(
            SegmentTest(one["trust"], float(one["jaccard"] or 0.0), True, one["separation"], one["p"])  # noqa: FBT003
            for one in found
        )


def _beside(run: Run, analysis: Analysis) -> Path:
    """A folder beside the run: the name of the run that made the model, and the day from which this one looks back."""
    return run.home.with_name(f"{_Origin.of(run).run}-{analysis.segmentation.table.as_of}")


def _advice(run: Run, origin: _Origin, analysis: Analysis) -> RefitAdvice:
    made = analysis.segmentation
    path = run.folder / MODEL_FOLDER / FITTED_ON
    if path.is_file():
        with told_as(RunFolderError, str(path)):
            names, values, measured = columns_of(parquet.read_table(path))
        ids = np.arange(len(values)).astype(np.str_)
        then = Snapshot(made.unit, ids, np.ones(len(ids), int), {}, names, values, origin.as_of, measured=measured)
    else:
        then = run.snapshot()
    outside = made.segmenter.fits_none(made.dimensions)
    return advise_refit(
        then,
        replace(made.snapshot(), as_of=made.table.as_of),
        (np.arange(origin.units) < origin.outside, outside),
        run.model.names,
    )


def _write(run: Run, kept: KeptLines, grown: _Grown, analysis: Analysis, clock: StageClock, place: Path) -> Refreshed:
    origin = _Origin.of(run)
    labels = {one.name: one.label for one in analysis.segmentation.table.features}
    with clock.stage("compare"):
        advice = _advice(run, origin, analysis)
    units = words.units_word(analysis.segmentation.unit)
    when = f", as of {words.day(origin.as_of)}" if origin.as_of else ""
    told = (
        refit_sentence(advice, analysis.segmentation.unit, labels),
        *added_sentences(grown.added, grown.rows),
        model_sentence(origin.run, advice, units, when),
        *window_sentences(_first_on(analysis.segmentation.table), _first_purchase(analysis)),
        *grown.doubts,
    )
    with staged_folder(place) as staging:
        with clock.stage("write"):
            write_tables(analysis, staging)
            shutil.move(grown.path, staging / LINES_FILE)
            (staging / LINES_FILE).chmod(OWNER_ONLY)
            _write_model(run, analysis, staging)
            write_plan(analysis.plan, staging, analysis.run.kept_briefs)
            record = refreshed_record(run.record, analysis, told) | {
                "lines": kept_with(kept, grown.rows, grown.source),
                "refreshed": {
                    "run": run.home.name,
                    "window_from": analysis.segmentation.table.settings["first_on"],
                    "model": origin.to_dict(),
                    "lines": {name: getattr(grown.added, name) for name in ("read", "known", "replaced")},
                    "fit": asdict(advice.fit),
                    "drifted": list(advice.drifted),
                    "refit": advice.refit,
                    "reason": advice.reason,
                },
            }
            kept_now = {"path": str(place / LINES_FILE), "sha256": fingerprint(staging / LINES_FILE)}
            record["input"] |= kept_now
            write_json(record, staging / RUN_FILE)
        with clock.stage("compare"):
            made = Run.read(staging)
            movement = compare_sides(Side.of(run), replace(Side.of(made), model=lambda: None))
        with clock.stage("report"):
            tables = tuple((staging / PEOPLE_FILE).with_suffix(ending) for ending in (".csv", ".xlsx"))
            with people_files(movement, (tables[0], tables[1])) as people:
                data = refreshed_data(analysis, movement, advice, told, (PEOPLE_FILE, people))
                write_report_files(data, staging)
        record["stages"] = [asdict(cost) for cost in clock.costs]
        write_json(record, staging / RUN_FILE)
    return Refreshed(Run.read(place), told, movement, advice)


def _write_model(run: Run, analysis: Analysis, staging: Path) -> None:
    """The model as it was, with the names of the plan and what lines are asked by now; and whom it was made of."""
    made = analysis.segmentation
    labels = tuple(map(SegmentLabel, made.numbers, made.names, made.trust))
    rules = analysis.data.order_rules(run.config.reading)
    replace(run.model, segments=labels, orders=rules).save(staging / MODEL_FOLDER)
    before = run.folder / MODEL_FOLDER / FITTED_ON
    source = before if before.is_file() else run.table_file("features.parquet")
    shutil.copyfile(source, staging / MODEL_FOLDER / FITTED_ON)
