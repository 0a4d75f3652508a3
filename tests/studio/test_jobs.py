"""Work that takes long: it is told, cancelled, queued, outlives the studio, and leaves nothing half-made."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.routing import Match
from tests.studio.test_command import running
from tests.studio.visitor import Visitor

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.errors import ParameterError
from marketfold.runs import Run
from marketfold.studio import Jobs, Workspace
from marketfold.studio.jobs import ASKED, ENDED, KEPT, PROCESS, Job, Kind
from marketfold.studio.stations import BEFORE_A_PROJECT, all_stations
from marketfold.studio.stations.jobs import PAGE_OF, place_of

SETTINGS: dict[str, Any] = {
    "quick": True, "reduction": {"method": "none"}, "clustering": {"segments": 3, "k_max": 4, "bootstraps": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    write_csv(make_shop(1_000).lines, path)
    return path


@pytest.fixture
def project(tmp_path: Path, shop_file: Path) -> str:
    source = Path(shutil.copy(shop_file, tmp_path / "orders.csv"))
    return Workspace(tmp_path).create("orders.csv", source, SETTINGS).key


def ask_run(visitor: Visitor, key: str) -> Job:
    """Ask for a run as its page does."""
    revision = str(visitor.workspace.project(key).revision)
    assert visitor.post(f"/p/{key}/run", revision=revision).status == 303
    job = visitor.jobs.latest(key, "run")
    assert job is not None
    return job


def wait_until(true: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(jobs: Jobs, ident: str, share: float = 0.0) -> bool:
    job = jobs.get(ident)
    return job.state == "running" and job.share > share


def events_of(visitor: Visitor, ident: str) -> Generator[str]:
    """What a page is told of a job until it ends."""
    connection = HTTPConnection(visitor.host, timeout=300)
    connection.request("GET", f"/jobs/{ident}/events", headers={"Cookie": visitor.cookie})
    with closing(connection), connection.getresponse() as answer:
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        for line in answer:
            yield line.decode().strip()


def test_a_run_tells_how_far_it_is_and_its_project_gets_it(visitor: Visitor, project: str):
    job = ask_run(visitor, project)
    told = list(events_of(visitor, job.ident))
    assert told[-3:-1] == ["event: ended", "data: done"] or "data: done" in told
    steps = [line for line in told if "Step " in line]
    assert steps
    assert "%" in steps[-1]
    ended = visitor.jobs.get(job.ident)
    assert (ended.state, ended.result) == ("done", {"run": "runs/orders"})
    assert visitor.workspace.project(project).run == "runs/orders"
    assert len(Run.read(visitor.root / "runs" / "orders").record["segments"]) == 3


def test_a_closed_tab_ends_nothing_and_cancel_leaves_nothing(visitor: Visitor, project: str):
    job = ask_run(visitor, project)
    wait_until(lambda: is_running(visitor.jobs, job.ident, 0.02))
    listening = events_of(visitor, job.ident)
    next(listening)
    listening.close()
    assert visitor.jobs.get(job.ident).state == "running"
    before = {path.name for path in visitor.root.iterdir()}
    assert visitor.post(f"/jobs/{job.ident}/cancel").status == 303
    wait_until(lambda: not visitor.jobs.get(job.ident).is_open)
    assert visitor.jobs.get(job.ident).state == "cancelled"
    runs = visitor.root / "runs"
    assert not runs.exists() or not list(runs.iterdir())
    assert {path.name for path in visitor.root.iterdir()} <= before | {"runs"}
    assert visitor.workspace.project(project).run is None
    assert "Cancelled" in visitor.get("/runs").text or "was cancelled" in visitor.get("/runs").text


def test_two_runs_queue_and_one_that_waits_can_be_cancelled(visitor: Visitor, project: str, shop_file: Path):
    other = visitor.workspace.create("more.csv", shop_file, SETTINGS).key
    first = ask_run(visitor, project)
    wait_until(lambda: is_running(visitor.jobs, first.ident))
    second = ask_run(visitor, other)
    assert second.state == "waiting"
    assert visitor.post(f"/jobs/{second.ident}/cancel").status == 303
    assert visitor.jobs.get(second.ident).state == "cancelled"
    third = ask_run(visitor, other)
    visitor.post(f"/jobs/{first.ident}/cancel")
    wait_until(lambda: is_running(visitor.jobs, third.ident))
    assert not visitor.jobs.get(first.ident).is_open
    visitor.post(f"/jobs/{third.ident}/cancel")
    visitor.wait_for_jobs()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_run_outlives_a_studio_that_is_killed(tmp_path: Path, examples: Path):
    project = (
        Workspace(tmp_path).create("shoppers", Path(shutil.copy(examples / "shoppers.csv", tmp_path)), SETTINGS).key
    )
    jobs = Jobs(Workspace(tmp_path).home / "jobs")
    with running(tmp_path) as studio:
        job = ask_run(studio.visitor.enter(), project)
        wait_until(lambda: is_running(jobs, job.ident))
        studio.process.send_signal(signal.SIGKILL)
        studio.process.wait()
    with running(tmp_path) as studio:
        visitor = studio.visitor.enter()
        assert jobs.get(job.ident).state in {"running", "done"}
        assert visitor.get(f"/p/{project}/segments").status == 200
        assert [one.state for one in visitor.wait_for_jobs() if one.kind == "run"] == ["done"]
        assert visitor.workspace.project(project).run == "runs/shoppers"
        assert visitor.get(f"/p/{project}/report.html").status == 200
        studio.end(signal.SIGTERM)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_worker_that_is_killed_is_told_and_begun_again(visitor: Visitor, project: str):
    job = ask_run(visitor, project)
    wait_until(lambda: is_running(visitor.jobs, job.ident))
    os.kill(int((visitor.jobs.home / job.ident / PROCESS).read_text("ascii")), signal.SIGKILL)
    wait_until(lambda: visitor.jobs.get(job.ident).state == "broken")
    assert "broken off" in visitor.get("/runs").text
    assert visitor.post(f"/jobs/{job.ident}/again").status == 303
    again = visitor.jobs.latest(project, "run")
    assert again is not None
    assert (again.ident != job.ident, again.request) == (True, job.request)
    visitor.post(f"/jobs/{again.ident}/cancel")
    visitor.wait_for_jobs()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_whoever_starts_work_again_is_led_to_a_page_that_shows_it(tmp_path: Path, kind: Kind):
    job = Jobs(tmp_path).ask(kind, "" if kind in PAGE_OF else "shop")
    scope = {"type": "http", "method": "GET", "path": place_of(job)}
    stations = (*BEFORE_A_PROJECT, *all_stations())
    assert any(route.matches(scope)[0] is Match.FULL for station in stations for route in station.routes)


def test_two_studios_of_one_root_start_a_job_once(tmp_path: Path, project: str):
    with running(tmp_path) as one, running(tmp_path) as other:
        visitor = one.visitor.enter()
        visitor.jobs.ask("look", project, settings=SETTINGS)
        (job,) = visitor.wait_for_jobs()
        assert job.state == "done"
        one.process.kill()
        one.process.wait()
        visitor.jobs.ask("look", project, settings={})
        assert [job.state for job in other.visitor.enter().wait_for_jobs()] == ["done", "done"]
    logs = [path.read_text("utf-8") for path in (tmp_path / ".marketfold-studio" / "jobs").glob("*/log.txt")]
    assert logs == ["", ""]


def test_a_second_process_for_a_job_does_nothing(tmp_path: Path, project: str):
    workspace = Workspace(tmp_path)
    jobs = Jobs(workspace.home / "jobs")
    job = jobs.ask("look", project, settings=SETTINGS)
    command = [sys.executable, "-m", "marketfold.studio.work", str(jobs.home / job.ident)]
    both = [subprocess.Popen(command, cwd=tmp_path) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    ended = (jobs.home / job.ident / ENDED).stat().st_mtime_ns
    assert subprocess.run(command, check=True, cwd=tmp_path).returncode == 0
    assert (jobs.home / job.ident / ENDED).stat().st_mtime_ns == ended


def test_a_damaged_job_is_passed_over(visitor: Visitor, project: str):
    whole = visitor.jobs.ask("look", project, settings=SETTINGS)
    for text in ("", "[]", "null", "{}", '{"kind": "run"}', '{"kind": "x", "project": "a"}', "\udcff"):
        damaged = visitor.jobs.home / f"{time.time_ns():020d}-abcdef"
        damaged.mkdir()
        (damaged / ASKED).write_bytes(text.encode("utf-8", "surrogateescape"))
        assert [job.ident for job in visitor.jobs.all()] == [whole.ident], text
        assert visitor.get("/runs").status == 200, text
        assert visitor.get(f"/jobs/{damaged.name}/events").status == 422, text
    assert [job.state for job in visitor.wait_for_jobs()] == ["done"]


@pytest.mark.parametrize("ident", ["none", "..", "%2e%2e", "..%2f..", "0" * 20 + "-abcdef"])
def test_a_job_that_is_not_there_is_refused(visitor: Visitor, ident: str):
    assert visitor.get(f"/jobs/{ident}/events").status in {404, 422}
    assert visitor.post(f"/jobs/{ident}/cancel").status in {404, 422}
    with pytest.raises(ParameterError):
        visitor.jobs.get(ident)


def test_old_jobs_are_cleared_away(tmp_path: Path):
    jobs = Jobs(tmp_path / "jobs")
    for number in range(KEPT + 3):
        ident = jobs.ask("look", "one", settings={"seed": number}).ident
        (jobs.home / ident / ENDED).write_text(json.dumps({"state": "done"}), "utf-8")
    other = jobs.ask("look", "two", settings={})
    jobs.sweep()
    kept = jobs.all()
    assert [job.request["settings"]["seed"] for job in kept if job.project == "one"] == [7, 6, 5, 4, 3]
    assert other.ident in {job.ident for job in kept}


def test_the_same_is_not_asked_for_twice(tmp_path: Path):
    jobs = Jobs(tmp_path / "jobs")
    assert jobs.ask("look", "one", settings={}).ident == jobs.ask("look", "one", settings={}).ident
    assert jobs.ask("look", "one", settings={"seed": 1}).ident != jobs.ask("look", "one", settings={}).ident


def test_what_the_command_line_refuses_is_refused_in_the_same_words(visitor: Visitor, tmp_path: Path):
    (tmp_path / "none.csv").write_text("a,b\n1,2\n", "utf-8")
    key = visitor.workspace.create("none.csv", tmp_path / "none.csv").key
    ask_run(visitor, key)
    (job,) = visitor.wait_for_jobs()
    assert job.state == "failed"
    assert job.faults
    assert all(what for what, _ in job.faults)
    assert "could not be made" in visitor.get("/runs").text


def test_a_place_that_may_not_be_written_is_told_in_words(visitor: Visitor, project: str):
    (visitor.root / "runs").write_text("a file where the folder should be", "utf-8")
    ask_run(visitor, project)
    (job,) = visitor.wait_for_jobs()
    assert job.state == "failed"
    assert "runs" in job.message
    assert "Traceback" not in job.message


def test_changes_of_several_processes_are_all_kept(tmp_path: Path, project: str):
    program = (
        "import sys\nfrom pathlib import Path\nfrom marketfold.studio import Workspace\n"
        "workspace = Workspace(Path(sys.argv[1]))\n"
        "for _ in range(30):\n    workspace.change(sys.argv[2], None)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), project]
    assert [one.wait() for one in [subprocess.Popen(command) for _ in range(3)]] == [0, 0, 0]
    assert Workspace(tmp_path).project(project).revision == 90


def test_work_that_can_write_down_nothing_is_not_begun_over_and_over(tmp_path: Path):
    jobs = Jobs(Workspace(tmp_path).home / "jobs")
    job = jobs.ask("look", "nobody", settings={})
    for name in (PROCESS, ENDED):
        (jobs.home / job.ident / name).mkdir()

    def is_broken() -> bool:
        with suppress(OSError):
            jobs.start_next()
        return jobs.get(job.ident).state == "broken"

    wait_until(is_broken)
    jobs.start_next()
    assert jobs.open_jobs() == []
    assert jobs.ask_again(job.ident).ident != job.ident
    jobs.stop()
