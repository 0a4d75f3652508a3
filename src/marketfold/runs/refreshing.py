"""New orders below those of a run: its model as it was, the segments of today, and who moved between both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from marketfold import words
from marketfold.analysis import Analysis, ChosenBefore, DataPart, RunPart, SegmentsPart
from marketfold.campaigns import ArmDraw, keep_edits, plan_campaigns
from marketfold.cleaning import clean_orders
from marketfold.damage import told_as
from marketfold.errors import ParameterError, RunFolderError
from marketfold.features import FeatureMatrix, before_day, build_features, complete, from_day, keep_columns
from marketfold.file_names import RUN_FILE
from marketfold.report import nothing_new_sentence
from marketfold.runs.folder import refuse_existing
from marketfold.runs.grown_lines import GrownLines, grown_lines
from marketfold.runs.kept_lines import KeptLines
from marketfold.runs.read import Run
from marketfold.runs.refreshed import Origin, Refreshed, write_refreshed
from marketfold.runs.score import scoring_config
from marketfold.segments import find_traits, profile_segments
from marketfold.selection import Segmentation, SegmentTest
from marketfold.stage_costs import StageClock
from marketfold.temporary import claimed

if TYPE_CHECKING:
    from datetime import date

    from marketfold.analysis import ChoicePart
    from marketfold.cleaning import CleanOrders
    from marketfold.config import RunConfig
    from marketfold.schema import Progress
    from marketfold.units import FeatureTable


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
            grown = grown_lines(run, kept, new_orders, config, tuple((reading or {}).get("mapping", ())))
        if grown.added.nothing_new and as_of in {None, run.as_of}:
            before = grown.source.sha256 in {one.sha256 for one in kept.sources if one.sha256}
            told = nothing_new_sentence(grown.added, Path(grown.source.path).name, before=before)
            return Refreshed(run, (told, *grown.doubts))
        analysis = _analysis(run, grown, config, clock, progress)
        place = Path(out) if out else _beside(run, analysis)
        with claimed(place):
            return write_refreshed(run, kept, grown, analysis, clock, place)


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


def _analysis(run: Run, grown: GrownLines, config: RunConfig, clock: StageClock, progress: Progress | None) -> Analysis:
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
        seen = from_day(seen, cast("date", table.first_on))  # as the segments' own money is counted
        draw = ArmDraw(config.seed, previous.arms)
        plan = plan_campaigns(made, profiles, seen, config.campaigns, draw=draw, progress=progress)
        plan = keep_edits(previous.plan, plan, {number: number for number in made.numbers})
    data = DataPart(grown.source.path, grown.orders, clean, None, None)
    went = RunPart(config, tuple(clock.costs), previous.briefs)
    chosen = cast("ChoicePart", ChosenBefore(Origin.of(run).run))  # what asks it for its evidence is told where it is
    return Analysis(data, made, chosen, SegmentsPart(profiles, ()), plan, went)


def _measured(run: Run, clean: CleanOrders, config: RunConfig) -> FeatureTable:
    """Every feature that the run measured, by what its model learned."""
    names = [one.name for one in run.described_features]
    options = config.features.model_copy(update={"unit": run.record["unit"]})
    return build_features(clean, options, names=names, settings=run.model.settings)


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
    return run.home.with_name(f"{Origin.of(run).run}-{analysis.segmentation.table.as_of}")
