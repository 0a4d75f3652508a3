"""Which tests are nearest to a line: those that execute it, first of its file and its folder, then the quickest.

Recorded on a copy of the checkout: every test is a context of coverage, and so is every fixture that tests share. Kept
below `bench/data` until the source changes, or for the tests of one file until that does.
"""

from __future__ import annotations

import ast
import bisect
import hashlib
import itertools
import json
import signal
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from coverage import Coverage, CoverageData

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from types import FrameType

QUICK_TEST = 3.0
QUICK_FIXTURE = 12.0
"""Seconds of the processor, coverage and all: what takes longer is not among the nearest."""
FEWEST_SECONDS = 0.01
"""What a test costs at least, with what pytest does around it."""
STARTING, SLOWER = 20.0, 3.0
"""Seconds to import everything, and how many times the recorded seconds tests may take before they count as hanging."""
SHARED = "fixture "
Place = tuple[str, int]


class _Slow(pytest.skip.Exception):  # type: ignore[name-defined, misc]
    """A test or a fixture that is not quick."""


class Recorder:
    """Plugin of pytest that tells coverage which test or shared fixture runs, and ends what is not quick.

    Parameters
    ----------
    coverage
        Not yet started.
    path
        File for the seconds of each test that passed and of each shared fixture, and what each test asks for.
    files
        Stamps of the files of tests that are recorded, kept with it.
    """

    def __init__(self, coverage: Coverage, path: Path, files: Mapping[str, str]) -> None:
        self.coverage = coverage
        self.path = path
        self.files = files
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, list[str]] = {}
        self.failed: list[str] = []
        self._context = ""
        self._limit = QUICK_TEST
        self._is_slow = False
        self._inner = 0.0

    def _ended(self, _signal: int, frame: FrameType | None) -> None:
        while frame:  # an import that is ended half-way leaves half a module behind
            if frame.f_globals.get("__name__") == "importlib._bootstrap":
                signal.setitimer(signal.ITIMER_PROF, self._limit)
                return
            frame = frame.f_back
        self._is_slow = True
        raise _Slow

    def _within(self, context: str, limit: float) -> Generator[None, Any, Any]:
        before, self._context, self._limit = (self._context, self._limit), context, limit
        self.coverage.switch_context(context)
        left = signal.setitimer(signal.ITIMER_PROF, limit)[0]
        begun, inner, self._inner = time.process_time(), self._inner, 0.0
        try:
            return (yield)
        except BaseException:
            if self._is_slow:  # whatever became of it on its way
                raise _Slow from None
            raise
        finally:
            self._is_slow = False
            taken = time.process_time() - begun
            self.seconds[context] = self.seconds.get(context, 0.0) + taken - self._inner
            self._inner = inner + taken
            signal.setitimer(signal.ITIMER_PROF, left)
            self._context, self._limit = before
            self.coverage.switch_context(self._context)

    def pytest_sessionstart(self) -> None:
        """Begin before the tests are imported."""
        signal.signal(signal.SIGPROF, self._ended)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Making what a test alone asks for is its own."""
        self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", ()))
        return (yield from self._within(item.nodeid, QUICK_FIXTURE))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run a test."""
        return (yield from self._within(item.nodeid, QUICK_TEST))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, Any, Any]:
        """What is made once for many is nobody's own."""
        if request.scope == "function":
            return (yield)
        return (yield from self._within(f"{SHARED}{fixturedef.argname}", QUICK_FIXTURE))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that does not pass holds nothing."""
        if report.outcome != "passed":
            self.fixtures.pop(report.nodeid, None)
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Keep what was seen."""
        self.coverage.stop()
        self.coverage.save()
        told = {"seconds": self.seconds, "fixtures": self.fixtures, "failed": self.failed, "files": self.files}
        self.path.write_text(json.dumps(told), encoding="utf-8")


def recorder(folder: Path, name: str, files: Mapping[str, str]) -> Recorder:
    """A recorder that keeps its two files in a folder; the process is in the checkout that is measured."""
    coverage = Coverage(data_file=folder / f"{name}.coverage", config_file=False, source=["src/marketfold"])
    coverage.set_option("run:relative_files", True)  # noqa: FBT003  (of coverage)
    return Recorder(coverage, folder / f"{name}.json", files)


def stamp(root: Path, *places: str) -> str:
    """A hash of all Python below some places."""
    told = hashlib.sha256()
    for place in places:
        path = root / place
        for one in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            told.update(f"{one.relative_to(root)}\n".encode() + one.read_bytes())
    return told.hexdigest()[:16]


def test_files(root: Path, package: str) -> dict[str, str]:
    """Files of tests of a package, those with examples in their docstrings too, and a stamp of each.

    In the stamp is what stands beside it for all tests of the package; what is in the source is not.
    """
    tests = sorted((root / "tests" / package).rglob("*.py"))
    shared = [str(one.relative_to(root)) for one in tests if not one.name.startswith("test_")]
    own = [str(one.relative_to(root)) for one in tests if one.name.startswith("test_")]
    found = {one: stamp(root, one, *shared) for one in own}
    return found | ({f"src/marketfold/{package}": ""} if (root / "src" / "marketfold" / package).exists() else {})


@dataclass
class Nearest:
    """The recordings, asked for the tests of a place.

    Parameters
    ----------
    root
        The checkout.
    paths
        Files that `Recorder` kept, without ending.
    files
        Files of tests as they are, by `test_files`; what was recorded of others, or before they changed, is left out.
    """

    root: Path
    paths: list[Path]
    files: Mapping[str, str]
    own: dict[str, float] = field(default_factory=dict)
    fixtures: dict[str, dict[str, float]] = field(default_factory=dict)
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lacking: dict[str, str] = field(default_factory=dict)
    """Files of which nothing is recorded as they are."""

    def __post_init__(self) -> None:
        self.lacking = dict(self.files)
        self._known: list[set[str]] = []
        for path in self.paths:
            told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            valid = {one for one, stamped in told["files"].items() if self.lacking.get(one) == stamped}
            self.lacking = {one: stamped for one, stamped in self.lacking.items() if one not in valid}
            shared = {one.removeprefix(SHARED): s for one, s in told["seconds"].items() if one.startswith(SHARED)}
            tests = {test: asked for test, asked in told["fixtures"].items() if _file_of(test) in valid}
            self._known.append({*tests, *(f"{SHARED}{name}" for name in shared)})
            for test, asked in tests.items():
                self.own[test] = max(told["seconds"].get(test, 0.0), FEWEST_SECONDS)
                self.fixtures[test] = {name: shared[name] for name in asked if name in shared}
                self.users[test] = {test}
                for name in self.fixtures[test]:
                    self.users[f"{SHARED}{name}"].add(test)

    def executing(self, place: Place) -> list[str]:
        """Tests that execute a line, or one that reads what it makes, the nearest first.

        First come those in a file named after the file of the line, then those in its folder, and of each the quickest.
        What is run by no call is also read by tests themselves: then all of the file named after it are near.
        """
        own = Path("tests", *Path(place[0]).parts[2:])
        found = self._tests(place, set())
        if not self._file(place[0]).statement(place[1])[1]:
            named = own.with_name(f"test_{own.name}").as_posix()
            found |= {test for test in self.own if test.startswith(f"{named}::")}
        return sorted(
            found,
            key=lambda one: (
                (file := Path(one.partition("::")[0])).name.removeprefix("test_") != own.name,
                file.parent != own.parent,
                sum(self.fixtures[one].values()),
                self.own[one],
                one,
            ),
        )

    def batches(self, tests: Sequence[str], bounds: Sequence[float]) -> list[tuple[Sequence[str], float]]:
        """The first of some tests, as many as hold in so many seconds in all, each batch with its `bound`.

        The first batch holds one test at least; a batch that would hold none is left out.
        """
        sums = list(itertools.accumulate(self._added(tests)))
        ends = [max(1, bisect.bisect_right(sums, most)) for most in bounds]
        batches = [tests[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        return [(batch, self.bound(batch)) for batch in batches if batch]

    def bound(self, tests: Sequence[str]) -> float:
        """Seconds within which tests end unless one hangs."""
        return STARTING + SLOWER * sum(self._added(tests))

    def _added(self, tests: Iterable[str]) -> Iterator[float]:
        """What each test takes after those before it: a fixture that they share is made once."""
        made: set[str] = set()
        for test in tests:
            yield self.own[test] + sum(s for name, s in self.fixtures[test].items() if name not in made)
            made.update(self.fixtures[test])

    def _tests(self, place: Place, seen: set[Place]) -> set[str]:
        path, line = place
        if place in seen:
            return set()
        seen.add(place)
        statement, in_function = self._file(path).statement(line)
        found = self._executing(path, _header(statement))
        if in_function:
            return found
        # It is run once, when the module is imported: whoever reads what it names is near.
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found |= self._executing(path, range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        for name in _named(statement):
            for reader in self._readers.get(name, ()):
                found |= self._tests(reader, seen)
        return found

    def _executing(self, path: str, lines: Iterable[int]) -> set[str]:
        contexts = self._contexts(path)
        return {test for line in lines for context in contexts.get(line, ()) for test in self.users.get(context, ())}

    @cache  # noqa: B019  (one for the whole run)
    def _contexts(self, path: str) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for data, known in zip(self._recorded, self._known, strict=True):
            for line, contexts in data.contexts_by_lineno(path).items():
                found[line] |= known.intersection(contexts)
        return found

    @cached_property
    def _recorded(self) -> list[CoverageData]:
        read = []
        for path in self.paths:
            data = CoverageData(str(path.with_suffix(".coverage")))
            data.read()
            read.append(data)
        return read

    @cache  # noqa: B019
    def _file(self, path: str) -> _Statements:
        return _Statements(ast.parse((self.root / path).read_text(encoding="utf-8")))

    @cached_property
    def _readers(self) -> dict[str, set[Place]]:
        """Places where a name is read, as a name or behind a dot."""
        found: dict[str, set[Place]] = defaultdict(set)
        for path in sorted((self.root / "src").rglob("*.py")):
            place = path.relative_to(self.root).as_posix()
            for node in ast.walk(self._file(place).tree):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    found[node.id].add((place, node.lineno))
                elif isinstance(node, ast.Attribute):
                    found[node.attr].add((place, node.end_lineno or node.lineno))
        return found

    def __hash__(self) -> int:
        return id(self)


def _file_of(test: str) -> str:
    """The file of a test, or of an example the package."""
    file = test.partition("::")[0]
    return "/".join(file.split("/")[:3]) if file.startswith("src/") else file


@dataclass(frozen=True)
class _Statements:
    tree: ast.Module

    def statement(self, line: int) -> tuple[ast.stmt, bool]:
        """The innermost statement of a line, and whether it is run by a call."""
        found: ast.stmt | None = None
        called = False
        for node, in_function in _inside(self.tree, in_function=False):
            if node.lineno - len(getattr(node, "decorator_list", ())) <= line <= (node.end_lineno or node.lineno):
                found, called = node, in_function
        assert found is not None
        return found, called


def _inside(node: ast.AST, *, in_function: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement below a node, outer ones first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child, in_function
        yield from _inside(child, in_function=in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


def _header(statement: ast.stmt) -> range:
    """Lines of a statement, without those of the statements in it."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def _named(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
