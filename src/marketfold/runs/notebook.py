"""The notebook of a run: written beside it, and tried."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import parquet

from marketfold import words
from marketfold.customer_tables import read_source
from marketfold.errors import ParameterError, RunFolderError
from marketfold.json_files import write_json
from marketfold.notebook import Places, as_notebook, render_notebook
from marketfold.orders import fingerprint, table_address
from marketfold.runs.notebook_facts import facts_of, gather, reasons_to_save
from marketfold.runs.notebook_tables import CAME_BACK, LINES, saved_tables
from marketfold.runs.read import Run
from marketfold.runs.sources import is_there, on_a_server, order_source, refuse_other_table, where_it_was
from marketfold.stage_costs import StageClock
from marketfold.whole_files import whole_file, write_whole

if TYPE_CHECKING:
    from marketfold.decisions import SourceFacts
    from marketfold.runs.notebook_facts import Gathered
    from marketfold.schema import Progress

SUFFIX = ".ipynb"
NEEDED = ("pandas", "keras", "tensorflow")
"""Packages that the notebook imports and an install may lack, by the names that pip knows too."""
QUIET = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
"""Hundreds of fits of few rows: threads that wait for one another cost many times what they bring."""
ENDINGS = {CAME_BACK: "_came_back.parquet", LINES: "_lines.parquet"}
_FAILED = re.compile(r"line (\d+), in <module>")


@dataclass(frozen=True)
class WrittenNotebook:
    """What was written.

    `checked` is whether all of it was run and reached the run's numbers; else `lacking` are the packages that it takes.
    `why_saved` are the reasons for which it begins with saved lines and not with the file.
    """

    files: tuple[Path, ...]
    checked: bool
    lacking: tuple[str, ...]
    why_saved: tuple[str, ...]


def write_notebook(
    folder: str | Path,
    out: Path | None = None,
    *,
    orders: str | Path | None = None,
    check: bool = True,
    progress: Progress | None = None,
) -> WrittenNotebook:
    """Write the notebook of a run, as `.ipynb` and as `.py`, and whatever table it reads beside the file.

    Parameters
    ----------
    out
        The notebook; beside the run if not given.
    orders
        The file that the run read, where it has moved.
    check
        Run every cell, in a process of its own, before anything is written.

    Raises
    ------
    RunFolderError
        If it is no run folder, its file is gone or another one, or a file of that name is there already; and if the
        notebook does not come to the run's numbers.
    ModelError
        If it keeps no model, for it was made with parts of the user's own.
    """
    run, stage = Run.read(folder), StageClock(progress).stage
    out = _target(run, out)
    source = _file_of(run, orders)
    with stage("read"):
        read = read_source(source, run.config.reading)
        _refuse_changed_table(run, read.facts)
        given = gather(run, read)
    draft = _Draft(given, source, out)
    lacking = tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)
    with stage("check"):
        draft = draft.tried() if check and not lacking else draft
    with stage("write"):
        return WrittenNotebook(draft.write(), check and not lacking, lacking if check else (), draft.why_saved)


def _target(run: Run, out: Path | None) -> Path:
    if refreshed := run.record.get("refreshed"):
        raise RunFolderError(
            f"{run.folder} has new orders under the model of {refreshed['model']['run']}, and a notebook goes from the "
            "orders to their own model. Make the notebook of that run; or make a run from the orders of this one, "
            f"{run.folder / 'lines.parquet'}, with --previous {run.folder}."
        )
    run.refuse_without_model()
    if sample := run.record.get("sample"):
        raise RunFolderError(
            f"{run.folder} chose its segments by a sample of {words.count(sample['units'])} of "
            f"{words.count(sample['of'])} units, and a notebook goes from all of its orders to the model. Make a run "
            "of fewer orders, or one that chooses by all of them, with --choose-among."
        )
    out = out or run.beside(f"notebook{SUFFIX}")
    if out.suffix != SUFFIX:
        raise ParameterError(f"{out} is no name of a notebook: give one that ends in {SUFFIX}, with --out.")
    there = [path for path in (out, out.with_suffix(".py")) if path.exists()]
    if there:
        raise RunFolderError(
            f"{there[0]} exists already, and what you wrote into it would be lost. Name another file with --out."
        )
    if not out.absolute().parent.is_dir():
        raise RunFolderError(f"{out.parent} is no folder. Make it, or name another file with --out.")
    return out.absolute()


def _file_of(run: Run, given: str | Path | None) -> str:
    """What the run read."""
    if on_a_server(run.record["input"]):
        return order_source(run, given)
    source, recorded = str(given) if given else where_it_was(run), run.record["input"].get("sha256")
    if not is_there(source):
        raise RunFolderError(
            f"{source} is not there, and the notebook does its work on the file that the run read. "
            "Say where it is with --orders FILE."
        )
    if recorded is None:
        raise RunFolderError(
            f"{run.folder} was not made from a file, or does not say how it is recognised. Make a run from a file."
        )
    if fingerprint(source) != recorded:
        raise RunFolderError(
            f"{source} is not the file that {run.folder} was made from, or it was changed since: its numbers would be "
            "others. Say with --orders FILE where the file is that was read, or make a new run from this one."
        )
    return source if table_address(source) else str(Path(source).absolute())


def _refuse_changed_table(run: Run, facts: SourceFacts) -> None:
    """A table on a server is known by its name alone: whether it has changed is seen by how many rows it has."""
    refuse_other_table(run, facts.table)
    was = run.record["input"]["lines"]
    if on_a_server(run.record["input"]) and facts.lines != was:
        raise RunFolderError(
            f"{facts.name} has {words.count(facts.lines)} rows, and had {words.count(was)} when {run.folder} "
            "was made: its numbers would be others. Make a new run from this one."
        )


class _Draft:
    """A notebook that is not written yet."""

    def __init__(self, given: Gathered, source: str, out: Path, why_saved: tuple[str, ...] | None = None) -> None:
        self.given, self.source, self.out = given, source, out
        self.why_saved = reasons_to_save(given) if why_saved is None else why_saved
        self.tables = saved_tables(given, plain=not self.why_saved)
        self.facts = facts_of(given, self._places(out), self.why_saved)

    def _places(self, beside: Path) -> Places:
        """Where a notebook of that place finds what it reads."""
        tables = {name: str(_table_of(beside, name)) for name in self.tables}
        return Places(None if self.why_saved else self.source, str(self.given.run.home), tables)

    def tried(self) -> _Draft:
        """Run it; where plain pandas comes to other lines, the one that begins with saved lines.

        RunFolderError if a cell fails.
        """
        failed = self._run()
        if failed and failed.is_early and not self.why_saved and self.given.clean is not None:
            why = f"Read in plain pandas it comes to other lines than the run ({failed.said})."
            return _Draft(self.given, self.source, self.out, (why,)).tried()
        if failed:
            raise RunFolderError(
                f"The notebook does not come to the numbers of {self.given.run.folder}: {failed.said}. Nothing was "
                "written. --no-check writes it all the same, to see where."
            )
        return self

    def _run(self) -> _Failure | None:
        with tempfile.TemporaryDirectory(prefix="marketfold-") as home:
            script = Path(home) / "notebook.py"
            text = render_notebook(replace(self.facts, places=self._places(script)))
            script.write_text(text, encoding="utf-8")
            self._save_tables(script)
            done = subprocess.run(  # noqa: S603  (our own script)
                [sys.executable, str(script)],
                cwd=home,
                env=os.environ | QUIET,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            return None if done.returncode == 0 else _Failure.of(done.stderr, text)

    def _save_tables(self, beside: Path) -> list[Path]:
        places = [_table_of(beside, name) for name in self.tables]
        for table, place in zip(self.tables.values(), places, strict=True):
            with whole_file(place) as staging:
                parquet.write_table(table, staging)
        return places

    def write(self) -> tuple[Path, ...]:
        """Write notebook, script and tables."""
        script = render_notebook(self.facts)
        tables = self._save_tables(self.out)
        write_whole(script, self.out.with_suffix(".py"))
        write_json(as_notebook(script), self.out)
        return (self.out, self.out.with_suffix(".py"), *tables)


def _table_of(beside: Path, name: str) -> Path:
    return beside.with_name(f"{beside.stem}{ENDINGS[name]}")


@dataclass(frozen=True)
class _Failure:
    """What a cell said, and whether that was before there were lines to measure."""

    said: str
    is_early: bool

    @classmethod
    def of(cls, errors: str, script: str) -> _Failure:
        lines = errors.strip().splitlines() or ["it ended without a word"]
        said = next((line for line in reversed(lines) if re.match(r"\w*(Error|Exception)\b", line)), lines[-1])
        at = [int(number) for number in _FAILED.findall(errors)]
        measured = script[: script.find("\nKEY = ")].count("\n") if "\nKEY = " in script else 0
        return cls(said.removeprefix("AssertionError: ").rstrip(". ")[:300], bool(at) and at[0] <= measured)
