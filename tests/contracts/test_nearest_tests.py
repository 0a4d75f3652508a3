"""Which tests a mutant is tried by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("coverage")

from bench.nearest_tests import FEWEST_SECONDS, SLOWER, STARTING, Nearest
from coverage import CoverageData

if TYPE_CHECKING:
    from pathlib import Path

SUMS = "src/marketfold/orders/sums.py"
SOURCE = """MOST = 3

def total(values):
    return sum(values[:MOST])

def unused():
    return 0
"""
OWN, BESIDE, QUICK, SLOW, ELSEWHERE = (
    "tests/orders/test_sums.py::test_total",
    "tests/orders/test_dates.py::test_with_a_shop",
    "tests/runs/test_rows.py::test_quick",
    "tests/runs/test_rows.py::test_slow",
    "tests/runs/test_rows.py::test_of_something_else",
)
CONSTANT = "tests/orders/test_sums.py::test_most_is_three"


@pytest.fixture
def nearest(tmp_path: Path) -> Nearest:
    """One line executed by four tests, by one of them through a fixture that is shared."""
    (tmp_path / SUMS).parent.mkdir(parents=True)
    (tmp_path / SUMS).write_text(SOURCE, encoding="utf-8")
    data = CoverageData(str(tmp_path / "kept.coverage"))
    for context in (OWN, QUICK, SLOW, "fixture shop"):
        data.set_context(context)
        data.add_lines({SUMS: [4]})
    data.write()
    files = {test.partition("::")[0]: "as it is" for test in (OWN, BESIDE, QUICK)}
    told = {
        "files": files,
        "seconds": {OWN: 2.0, BESIDE: 0.5, QUICK: 0.0, SLOW: 1.5, ELSEWHERE: 0.1, CONSTANT: 2.5, "fixture shop": 4.0},
        "fixtures": {OWN: [], BESIDE: ["shop", "tmp_path"], QUICK: [], SLOW: ["shop"], ELSEWHERE: [], CONSTANT: []},
    }
    (tmp_path / "kept.json").write_text(json.dumps(told), encoding="utf-8")
    return Nearest(tmp_path, [tmp_path / "kept"], files)


def test_the_nearest_are_those_of_the_file_then_of_the_folder_then_the_quickest(nearest: Nearest) -> None:
    assert nearest.executing((SUMS, 4)) == [OWN, BESIDE, QUICK, SLOW]


def test_of_what_runs_at_import_the_nearest_execute_a_line_that_reads_it(nearest: Nearest) -> None:
    """And so may tests of the file named after it themselves."""
    assert nearest.executing((SUMS, 1)) == [OWN, CONSTANT, BESIDE, QUICK, SLOW]


def test_what_the_first_bound_leaves_out_is_tried_within_the_second(nearest: Nearest) -> None:
    tests = nearest.executing((SUMS, 4))
    own, beside, quick, slow = 2.0, 4.5, FEWEST_SECONDS, 1.5  # the shop is made once, for the first that asks for it
    assert nearest.batches(tests, (own + beside + quick, 100.0)) == [
        ([OWN, BESIDE, QUICK], STARTING + SLOWER * (own + beside + quick)),
        ([SLOW], STARTING + SLOWER * (slow + 4.0)),  # in a process of its own, for which it is made again
    ]


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [((1.0, 1.5), [1]), ((1.0, 6.5), [1, 1]), ((100.0, 200.0), [4])],
    ids=["one at least", "as many as just hold", "all at once"],
)
def test_a_batch_that_would_hold_none_is_left_out(
    nearest: Nearest, bounds: tuple[float, float], counts: list[int]
) -> None:
    batches = nearest.batches(nearest.executing((SUMS, 4)), bounds)
    assert [len(tests) for tests, _ in batches] == counts


def test_a_line_that_no_test_executes_has_none(nearest: Nearest) -> None:
    assert nearest.executing((SUMS, 7)) == []
    assert nearest.batches([], (1.0, 2.0)) == []
