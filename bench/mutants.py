"""Of a hundred small faults, how many do the tests find? `make mutants`, or `python -m bench.mutants --seed S --n N`.

Mutants are drawn from the computing packages (`mutants_made`). Each is put into a copy of the checkout, where the tests
nearest to its line (`nearest_tests`) run until one fails, within a bound of processor time, so that a busy machine
finds neither more nor fewer than an idle one; one that none of them finds is tried by the next nearest, within a longer
bound. One that cannot be imported is no fault that a test must find; another is drawn. At the end the tests that found
one run without any. `mutants.toml` has the reasons of those that are known. The exit code is 1 where fewer are found
than there should be.

The operators are those of cosmic-ray. It runs one command for all mutants, and mutmut, which knows the tests of each,
changes nothing outside functions, where our thresholds stand; neither draws a sample. So drawing and running are ours.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import itertools
import math
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.mutants_made import PACKAGES, Change, File, files, in_random_order
from bench.nearest_tests import Nearest, recorder, stamp, test_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.queues import SimpleQueue

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "bench" / "data" / "mutants"
REASONS = Path(__file__).with_suffix(".toml")
WORKERS = 2
"""Each with a copy of its own."""
COPIED = ("src", "tests", "docs", "pyproject.toml")
LEAST_FOUND = 0.85
BOUNDS = (30.0, 120.0)
"""Seconds of tests for one mutant, as they were recorded, at first and in all: what survives the first is tried on."""
LONGEST = 900.0
"""Seconds on the clock after which a mutant that waits for something hangs."""
LONGEST_RECORDING = 3_600
FURTHER = ("anchors", "figures", "formulas", "report", "runs")
"""Folders of tests of what reads the packages, which hold it too: of some lines they are the only users."""
PRELOADED = (
    "scipy.stats", "scipy.optimize", "sklearn.cluster", "sklearn.metrics", "sklearn.decomposition", "sklearn.mixture",
    "sklearn.ensemble", "pandas", "duckdb", "pyarrow.csv", "pyarrow.parquet", "narwhals", "plotly.graph_objects",
    "pydantic_settings", "typer", "jinja2", "phonenumbers", "pycountry", "rich", "kneed",
)  # fmt: skip
"""Imported once, not once for each mutant; nothing of ours."""
OPTIONS = ("-n", "0", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--no-header", "-m", "not spark and not browser")
CAUGHT, HANGS, SURVIVES, EQUIVALENT = "caught", "hangs", "survives", "equivalent"
KINDS = (CAUGHT, HANGS, SURVIVES, EQUIVALENT)


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: its kind, the test that found it, and what is to be said."""

    change: Change
    kind: str
    test: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a mutant is not found: `equivalent` ones change nothing that can be seen, others count as surviving."""

    file: str
    line: str
    mutated: str
    reason: str
    equivalent: bool = True


Known = dict[tuple[str, str, str], Reason]


class FirstFailure:
    """Plugin of pytest that runs tests in the order given and keeps the names of those that fail."""

    def __init__(self, tests: Sequence[str], path: Path) -> None:
        self.place = {test: place for place, test in enumerate(tests)}
        self.path = path

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Order them."""
        items.sort(key=lambda item: self.place.get(item.nodeid, len(self.place)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the name."""
        if report.failed:
            with self.path.open("a", encoding="utf-8") as names:
                names.write(f"{report.nodeid}\n")


class Copy:
    """A copy of the checkout in which files are changed and tests run."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        folder.mkdir()
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)

    @contextlib.contextmanager
    def changed(self, path: str, code: str) -> Iterator[None]:
        """With another text in a file."""
        file = self.root / path
        before, when = file.read_bytes(), file.stat()
        try:
            file.write_text(code, encoding="utf-8")
            yield
        finally:
            file.write_bytes(before)
            os.utime(file, ns=(when.st_atime_ns, when.st_mtime_ns))  # what was compiled of it is still of it

    def run(self, words: Sequence[str], plugin: object, seconds: float) -> int:
        """Exit code of pytest in a process of its own, below 0 where it was ended by a signal."""
        process = multiprocessing.get_context("fork").Process(
            target=self._run, args=(words, plugin, math.ceil(seconds))
        )
        process.start()
        try:
            process.join(LONGEST_RECORDING if seconds == LONGEST_RECORDING else LONGEST)
        finally:
            if process.is_alive() and process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.join()
            shutil.rmtree(self.root / ".hypothesis", ignore_errors=True)  # what one fails on is not tried on the next
        return process.exitcode if process.exitcode is not None else -signal.SIGKILL

    def first_failure(self, tests: Sequence[str], seconds: float, *, every: bool = False) -> tuple[int, list[str]]:
        """Exit code, and names of what failed: the first alone, or all."""
        names, listed = self.root / "failed.txt", self.root / "tests.txt"
        names.unlink(missing_ok=True)
        listed.write_text("\n".join(tests), encoding="utf-8")
        ended = self.run([*([] if every else ["-x"]), f"@{listed.name}"], FirstFailure(tests, names), seconds)
        return ended, names.read_text(encoding="utf-8").splitlines() if names.exists() else []

    @property
    def told(self) -> str:
        """What the last run said."""
        return (self.root / "told.txt").read_text(encoding="utf-8", errors="replace")

    def _run(self, words: Sequence[str], plugin: object, seconds: int) -> None:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        os.chdir(self.root)
        os.environ["PYTHONPATH"] = str(self.root / "src")
        sys.path.insert(0, str(self.root / "src"))
        sys.dont_write_bytecode = words[0] in {"-x", "@tests.txt"}  # of a mutant nothing is kept
        with (self.root / "told.txt").open("w", encoding="utf-8") as told:
            os.dup2(told.fileno(), 1)
            os.dup2(told.fileno(), 2)
            os._exit(pytest.main([*OPTIONS, *words], plugins=[plugin]))


class Workers:
    """Processes that record and try, each in a copy of its own; one more copy stays as it is, to be read.

    Parameters
    ----------
    folder
        For the copies.
    """

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.source = Copy(folder / "source")
        copies = context.SimpleQueue()
        for number in range(WORKERS):
            copies.put(Copy(folder / str(number)))
        self.pool = ProcessPoolExecutor(WORKERS, context, initializer=_begin, initargs=(copies,))

    def recorded(self, packages: Sequence[str]) -> Nearest:
        """The nearest tests, from what was kept, or recorded now."""
        root, folder = self.source.root, KEPT / stamp(self.source.root, "src", "tests/conftest.py")
        folder.mkdir(parents=True, exist_ok=True)
        files = {package: test_files(root, package) for package in packages}
        every = {one: stamped for own in files.values() for one, stamped in own.items()}
        lacking = Nearest(root, _kept(folder), every).lacking
        missing = {package: {one: own[one] for one in own if one in lacking} for package, own in files.items()}
        missing = {package: own for package, own in missing.items() if own}
        if missing:
            print(f"recording which lines the tests of {', '.join(missing)} execute ...", flush=True)
        names = [folder / f"{package}-{time.time_ns()}" for package in missing]
        for wrong in self.pool.map(_record, missing.values(), names):
            if wrong:
                sys.exit(wrong)
        return Nearest(root, _kept(folder), every)

    def outcomes(self, n: int, seed: int, nearest: Nearest, known: Known) -> Iterator[Outcome]:
        """Try mutants in random order until so many are decided."""
        by_path = {file.path: file for file in files(self.source.root)}
        drawn = (change for one in in_random_order(by_path.values(), seed) if (change := by_path[one.path].change(one)))
        while n and (changes := list(itertools.islice(drawn, n))):
            reasons = [known.get((one.mutant.path, one.line, one.mutated)) for one in changes]
            executing = [nearest.executing((one.mutant.path, one.mutant.line)) for one in changes]
            batches = [
                () if reason and reason.equivalent else nearest.batches(tests, BOUNDS)
                for reason, tests in zip(reasons, executing, strict=True)
            ]
            outcomes = self.pool.map(tried, changes, batches)
            for outcome, reason, tests, those in zip(outcomes, reasons, executing, batches, strict=True):
                if outcome is None:
                    continue
                n -= 1
                if outcome.kind != SURVIVES:
                    yield outcome
                elif reason:
                    kind = EQUIVALENT if reason.equivalent else SURVIVES
                    yield replace(outcome, kind=kind, reason=reason.reason)
                else:
                    count = sum(len(batch) for batch, _ in those)
                    yield replace(outcome, reason=f"{count} of {len(tests)} tests that execute it")

    def control(self, outcomes: Sequence[Outcome], nearest: Nearest) -> list[str]:
        """Names of tests that found a mutant and fail without one."""
        tests = sorted({one.test for one in outcomes} & nearest.own.keys())
        return self.source.first_failure(tests, nearest.bound(tests), every=True)[1] if tests else []


_COPIES: list[Copy] = []
"""That of this worker."""


def _begin(copies: SimpleQueue[Copy]) -> None:
    _COPIES.append(copies.get())


def _kept(folder: Path) -> list[Path]:
    """What is recorded, the last first."""
    return sorted((path.with_suffix("") for path in folder.glob("*.json")), key=lambda path: path.name, reverse=True)


def _record(files: dict[str, str], path: Path) -> str:
    """Record the tests of some files; what they said if they do not pass."""
    copy = _COPIES[0]
    if copy.run(list(files), recorder(path.parent, path.name, files), LONGEST_RECORDING):
        path.with_suffix(".json").unlink(missing_ok=True)
        return f"{copy.told[-4_000:]}\nThe tests do not pass without a mutant: {', '.join(files)}."
    return ""


def tried(change: Change, batches: Sequence[tuple[Sequence[str], float]]) -> Outcome | None:
    """What batches of tests, each with its bound of seconds, say of a mutant; None where it cannot be imported."""
    copy = _COPIES[0]
    for tests, seconds in batches:
        with copy.changed(change.mutant.path, change.code):
            ended, failed = copy.first_failure(tests, seconds)
        if ended in {-signal.SIGXCPU, -signal.SIGKILL}:
            return Outcome(change, HANGS)
        if ended != pytest.ExitCode.OK:
            return Outcome(change, CAUGHT, failed[0] if failed else "ended") if failed or ended < 0 else None
    return Outcome(change, SURVIVES)


def read_reasons(path: Path) -> Known:
    """The reasons by file, line and what becomes of it; ends the process where one is of no mutant any more."""
    known: Known = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []):
        reason = Reason(**entry)
        if not any(
            (one.line, one.mutated) == (reason.line, reason.mutated)
            for one in File(ROOT, reason.file).changes_near(reason.line)
        ):
            sys.exit(f"No mutant is this any more; take it out of {path.name}: {reason.file}: {reason.mutated}")
        known[reason.file, reason.line, reason.mutated] = reason
    return known


def interval(found: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    z = 1.959964
    middle = (found + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(found * (of - found) / of + z * z / 4)
    return middle - half, middle + half


def table(outcomes: Sequence[Outcome]) -> str:
    """Of each package how many of each kind, with what remains in doubt below."""
    rows: Mapping[str, list[Outcome]] = {
        package: [one for one in outcomes if one.change.mutant.package == package] for package in PACKAGES
    }
    lines = [f"{'':<16}" + "".join(f"{kind:>12}" for kind in KINDS)]
    for name, those in [*rows.items(), ("all", list(outcomes))]:
        lines.append(f"{name:<16}" + "".join(f"{sum(one.kind == kind for one in those):>12}" for kind in KINDS))
    for kind in (SURVIVES, EQUIVALENT):
        for one in outcomes:
            if one.kind == kind:
                place = f"{one.change.mutant.path}:{one.change.mutant.line}"
                lines.append(f"\n{kind}: {place} ({one.reason})\n  - {one.change.line}\n  + {one.change.mutated}")
    return "\n".join(lines)


def main() -> None:
    """Draw, try, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--n", type=int, default=100, help="how many mutants")
    given = parser.parse_args()
    begun = time.monotonic()
    known = read_reasons(REASONS)
    for name in PRELOADED:
        importlib.import_module(name)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        workers = Workers(Path(folder))
        nearest = workers.recorded((*PACKAGES, *FURTHER))
        for outcome in workers.outcomes(given.n, given.seed, nearest, known):
            outcomes.append(outcome)
            mutant = outcome.change.mutant
            print(f"{len(outcomes):>4} {outcome.kind:<10} {mutant.path}:{mutant.line}  {outcome.test}", flush=True)
        failed = workers.control(outcomes, nearest)
    print(f"\n{table(outcomes)}\n")
    if failed:
        sys.exit("These fail without a mutant too, so they found none:\n" + "\n".join(failed))
    found = sum(one.kind in {CAUGHT, HANGS} for one in outcomes)
    of = sum(one.kind != EQUIVALENT for one in outcomes)
    low, high = interval(found, of)
    print(
        "Tried for each: the nearest tests that execute its line, {:.0f} seconds of them and, where it survived, "
        "{:.0f} in all.".format(*BOUNDS)
    )
    print(
        f"Seed {given.seed}: {found} of {of} found, {found / of:.1%} (95 % interval {low:.0%} to {high:.0%}), "
        f"{len(outcomes) - of} equivalent, {time.monotonic() - begun:.0f} seconds."
    )
    sys.exit(found < LEAST_FOUND * of)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped. The copy is gone, and nothing else was changed.")
