from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import marketfold
from marketfold.config import ClusteringOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.progress import STEPS, Pace, Step, progress_line, shown_progress
from marketfold.runs import write_run
from marketfold.schema import ProgressCode

SOURCE = Path(marketfold.__file__).parent
CODES = set(get_args(ProgressCode))
WORKS = sorted(STEPS)


def codes_told() -> set[str]:
    """The codes that some code of ours tells: of stages, and of what counts within them."""
    told: set[Any] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in {"progress", "stage", "_progress"}:
                    told.add(node.args[0].value)
    return told


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_code_that_is_told_has_a_step_and_every_step_is_told():
    assert codes_told() == CODES == {code for steps in STEPS.values() for step in steps for code in step.codes}


@pytest.mark.parametrize("work", WORKS)
def test_no_code_stands_in_two_steps_and_each_takes_time(work: str):
    steps = STEPS[work]  # type: ignore[index]
    codes = [code for step in steps for code in step.codes]
    assert len(codes) == len(set(codes))
    assert all(seconds > 0 for step in steps for seconds in step.codes.values())
    assert all(step.rounds.keys() <= step.codes.keys() for step in steps)


def test_steps_are_called_by_plain_words():
    for step in {step.words: step for steps in STEPS.values() for step in steps}.values():
        assert re.fullmatch(r"[a-z ]+", step.words)
        assert not re.search(r"pca|null|cluster|matri|bootstrap|k-means|autoencoder|feature", step.words)


def test_a_run_tells_only_what_its_steps_hold_and_reaches_its_end(tmp_path: Path):
    heard: list[tuple[ProgressCode, int, int]] = []

    def note(what: ProgressCode, done: int, total: int) -> None:
        heard.append((what, done, total))

    config = RunConfig(quick=True, clustering=ClusteringOptions(k_max=4, bootstraps=2))
    write_run(segment_market(make_shop(1_000).lines, config, note), tmp_path / "run", note)
    assert {what for what, _, _ in heard} <= {code for step in STEPS["run"] for code in step.codes}
    pace, lines = Pace("run", {"training"}), []
    for report in heard:
        pace(*report)
        lines.append(pace.text())
    shares = [int(re.findall(r"(\d+) %", line)[0]) for line in lines]
    places = [int(re.findall(r"Step (\d+) of 10", line)[0]) for line in lines]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert places == sorted(places)
    assert places[-1] == 10


def made_of(monkeypatch: pytest.MonkeyPatch, *steps: Step) -> tuple[Pace, Clock]:
    monkeypatch.setitem(STEPS, "run", steps)
    clock = Clock()
    return Pace("run", clock=clock), clock


def test_share_is_by_the_weight_of_steps_and_what_is_done_within(monkeypatch: pytest.MonkeyPatch):
    pace, clock = made_of(monkeypatch, Step("first", {"read": 1}), Step("second", {"clean": 2, "plan": 1}))
    assert pace.text() == "Step 1 of 2, first, 0 %"
    pace("read", 1, 1)
    pace("clean", 1, 2)
    assert pace.text() == "Step 2 of 2, second, 50 %"  # too early to know the time left
    clock.now = 30.0
    pace("plan", 1, 2)
    assert pace.text() == "Step 2 of 2, second, 88 %, about 5 s left"
    clock.now = 32.0
    assert pace.text() == "Step 2 of 2, second, 88 %, about 3 s left"  # counts down while nothing is told
    clock.now = 300.0
    assert pace.text() == "Step 2 of 2, second, 88 %, about 1 s left"
    assert pace.end() == "Done in 5 min 0 s."


def test_what_is_left_out_is_passed_over_and_nothing_goes_back(monkeypatch: pytest.MonkeyPatch):
    pace, _ = made_of(monkeypatch, Step("first", {"read": 1}), Step("second", {"clean": 1}), Step("last", {"plan": 2}))
    pace("plan", 1, 2)
    pace("read", 0, 1)
    pace("own", 3, 4)  # type: ignore[arg-type]  # what a reducer of one's own may say
    assert pace.text() == "Step 3 of 3, last, 75 %"
    assert pace.end() == ""


def test_a_code_that_counts_several_times_is_shared_out_over_its_rounds(monkeypatch: pytest.MonkeyPatch):
    pace, _ = made_of(monkeypatch, Step("training", {"training": 4}, {"training": 2}))
    shares = []
    for done in (1, 2, 1, 2, 1):
        pace("training", done, 2)
        shares.append(pace.text().split(", ")[2])
    assert shares == ["25 %", "50 %", "75 %", "100 %", "100 %"]


def test_time_left_is_not_said_before_it_can_be_known(monkeypatch: pytest.MonkeyPatch):
    pace, clock = made_of(monkeypatch, Step("first", {"read": 100}))
    clock.now = 60.0
    pace("read", 4, 100)
    assert pace.text() == "Step 1 of 1, first, 4 %"
    pace("read", 10, 100)
    assert pace.text() == "Step 1 of 1, first, 10 %, about 9 min left"


def test_no_time_is_reckoned_for_what_the_settings_leave_out(monkeypatch: pytest.MonkeyPatch):
    made_of(monkeypatch, Step("first", {"read": 1, "training": 8}), Step("last", {"plan": 1}))
    pace = Pace("run", {"training"})
    pace("read", 1, 1)
    assert pace.text() == "Step 1 of 2, first, 50 %"


def test_where_nobody_watches_there_is_no_line(capsys: pytest.CaptureFixture[str]):
    def own(what: ProgressCode, done: int, total: int) -> None: ...

    with progress_line("run") as progress, shown_progress(True, "run") as also, shown_progress(own, "run") as given:
        assert (progress, also, given) == (None, None, own)
    assert capsys.readouterr() == ("", "")
