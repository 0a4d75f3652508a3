"""Everything made so far, the report and the lessons: opened, compared, copied, deleted."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.studio.visitor import Visitor

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.json_files import write_json
from marketfold.pipeline import segment_market
from marketfold.runs import Run, change_plan, write_run
from marketfold.studio import open_run

Damage = Callable[[Path], None]
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"


@pytest.fixture
def spring(visitor: Visitor, made: Path) -> Path:
    """A run that no project has yet, below the root of the studio."""
    return Path(shutil.copytree(made, visitor.root / "runs" / "spring"))


@pytest.fixture
def key(visitor: Visitor, spring: Path) -> str:
    return open_run(visitor.workspace, visitor.jobs, spring).key


def autumn_after(visitor: Visitor, spring: Path) -> Path:
    """Another run, made later."""
    folder = Path(shutil.copytree(spring, visitor.root / "runs" / "autumn"))
    for path, at in ((spring, 1_700_000_000), (folder, 1_800_000_000)):
        os.utime(path / "run.json", (at, at))
    return folder


def test_a_run_of_no_project_is_listed_and_opened(visitor: Visitor, spring: Path):
    listed = visitor.get("/runs").text
    names = [one["name"] for one in Run.read(spring).record["segments"]]
    assert all(name in listed for name in names)
    assert "not open in the studio" in listed
    opened = visitor.post("/runs/open", run="runs/spring")
    assert (opened.status, opened.headers["location"]) == (303, "/p/spring/segments")
    assert "not open in the studio" not in visitor.get("/runs").text
    assert visitor.workspace.project("spring").run == "runs/spring"


def test_a_run_with_other_settings_than_are_chosen_now_is_out_of_date(visitor: Visitor, key: str):
    assert "Out of date" not in visitor.get("/runs").text
    visitor.workspace.change(key, None, settings={"seed": 7})
    assert "Out of date" in visitor.get("/runs").text
    assert "Out of date" in visitor.get(f"/p/{key}/report").text


def test_two_runs_are_compared_from_records(visitor: Visitor, spring: Path):
    autumn_after(visitor, spring)
    asked = visitor.ask(
        "POST", "/runs/compare", b"run=runs%2Fautumn&run=runs%2Fspring",
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{visitor.host}"},
    )  # fmt: skip
    waiting = asked.headers["location"]
    assert "Work in progress" in visitor.get(waiting).text or visitor.get(waiting).status == 303
    (job,) = visitor.wait_for_jobs()
    assert (job.state, job.request["earlier"]) == ("done", "runs/spring")
    place = visitor.get(waiting).headers["location"]
    shown = visitor.get(place)
    assert "Nobody changed segment" in shown.text
    for name in ("moved.csv", "moved.xlsx"):
        file = visitor.get(f"{place}/{name}")
        assert file.headers["content-disposition"].startswith("attachment")
    kept = visitor.workspace.home / "comparisons" / place.rpartition("/")[2]
    assert {path.suffix for path in kept.iterdir()} == {".json", ".csv", ".xlsx"}
    if os.name == "posix":
        assert (kept / "moved.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("runs", ["", "run=runs%2Fspring", "run=a&run=b&run=c", "run=..%2Fa&run=..%2Fb", "run=a&run=b"])
@pytest.mark.usefixtures("spring")
def test_what_cannot_be_compared_is_said(visitor: Visitor, runs: str):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{visitor.host}"}
    assert visitor.ask("POST", "/runs/compare", runs.encode(), headers).status == 422


def test_settings_are_copied_to_another_file(visitor: Visitor, key: str, examples: Path):
    shutil.copy(examples / "sales.csv", visitor.root / "more sales.csv")
    assert "more sales.csv" in visitor.get(f"/p/{key}/copy").text
    copied = visitor.post(f"/p/{key}/copy", path="more sales.csv")
    assert copied.headers["location"] == "/p/more-sales/data"
    settings = visitor.workspace.project("more-sales").settings
    assert settings == visitor.workspace.project(key).settings
    assert settings
    assert visitor.post(f"/p/{key}/copy", path="../elsewhere.csv").status == 422


def test_deleting_is_asked_twice_and_keeps_what_is_not_ours(visitor: Visitor, key: str, spring: Path):
    beside = visitor.root / "runs" / "spring-audiences-csv"
    beside.mkdir()
    asked = visitor.get(f"/runs/delete?project={key}").text
    assert "The run in runs/spring" in asked
    assert "Audiences that were exported" in asked
    assert spring.exists()
    assert visitor.post("/runs/delete", project=key).status == 422
    assert spring.exists()
    assert visitor.post("/runs/delete", project=key, sure="yes").headers["location"] == "/runs"
    assert not spring.exists()
    assert beside.exists()
    assert visitor.workspace.projects() == []


def test_deleting_a_run_names_who_carries_on_from_it(visitor: Visitor, spring: Path, key: str):
    told = visitor.workspace.told(spring)
    visitor.workspace.change(key, None, run="runs/later", previous=told)
    assert f"What “{key}” carries on from" in visitor.get(f"/runs/delete?run={told}").words
    assert "carries on from" not in visitor.get(f"/runs/delete?project={key}").words


@pytest.mark.parametrize(
    "run", ["runs", "runs/..", ".", "", "runs/spring/briefs", "../x", "/etc", "runs/link", "elsewhere"]
)
def test_nothing_but_a_run_of_ours_is_deleted(visitor: Visitor, spring: Path, run: str):
    elsewhere = Path(shutil.copytree(spring, visitor.root / "elsewhere"))
    (visitor.root / "runs" / "link").symlink_to(elsewhere)
    assert visitor.post("/runs/delete", run=run, sure="yes").status == 422
    assert elsewhere.exists()
    assert spring.exists()


def test_a_run_that_lies_elsewhere_stays_when_its_project_goes(visitor: Visitor, made: Path):
    elsewhere = Path(shutil.copytree(made, visitor.root / "demo" / "run"))
    key = open_run(visitor.workspace, visitor.jobs, elsewhere).key
    assert key == "demo"
    assert "for the studio did not make it" in visitor.get(f"/runs/delete?project={key}").text
    visitor.post("/runs/delete", project=key, sure="yes")
    assert elsewhere.exists()


def test_the_saved_report_is_the_one_that_the_command_writes(visitor: Visitor, key: str, spring: Path):
    saved = visitor.get(f"/p/{key}/report/save")
    assert saved.content == (spring / "report.html").read_bytes()
    assert saved.headers["content-disposition"] == f'attachment; filename="report-{key}.html"'
    change_plan(spring, {"1.offer.title": "A tasting"})
    assert visitor.get(f"/p/{key}/report/save").content == (spring / "report.html").read_bytes()


def test_the_report_is_never_the_html_on_disk(visitor: Visitor, key: str, spring: Path):
    (spring / "report.html").write_text(HOSTILE, "utf-8")
    shown = visitor.get(f"/p/{key}/report.html")
    assert HOSTILE not in shown.text
    assert "<h1>" in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "sandbox allow-scripts allow-downloads" in policy
    assert "allow-same-origin" not in policy + visitor.get(f"/p/{key}/report").text


def test_the_lessons_are_made_once_and_anew_when_the_run_changes(visitor: Visitor, key: str, spring: Path):
    assert "Work in progress" in visitor.get(f"/p/{key}/learn").text
    states = [job.state for job in visitor.wait_for_jobs() if job.kind == "learn"]
    assert states == ["done"], [job.message for job in visitor.jobs.all()]
    page = visitor.get(f"/p/{key}/learn").text
    if "Work in progress" in page:  # the run was touched meanwhile, and they are made anew
        visitor.wait_for_jobs()
        page = visitor.get(f"/p/{key}/learn").text
    assert "<iframe" in page
    lessons = visitor.get(f"/p/{key}/lessons.html")
    assert "K-means" in lessons.text
    assert "sandbox allow-scripts" in lessons.headers["content-security-policy"]
    assert visitor.get(f"/p/{key}/lessons.html").status == 200
    assert len(visitor.jobs.all()) == 1
    change_plan(spring, {"1.offer.title": "A tasting"})
    assert "Work in progress" in visitor.get(f"/p/{key}/learn").text
    visitor.wait_for_jobs()
    assert len(list(visitor.workspace.folder(key).glob("lessons-*.html"))) == 1


def test_the_notebook_of_a_run_is_made_once_and_downloaded(visitor: Visitor):
    """The whole way, for it is run before it is offered."""
    source = visitor.root / "orders.csv"
    write_csv(make_shop(1_500).lines, source)
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    folder = write_run(segment_market(str(source), config), visitor.root / "runs" / "shop").folder
    key = open_run(visitor.workspace, visitor.jobs, folder).key
    assert f'href="/p/{key}/notebook"' in visitor.get(f"/p/{key}/learn").text
    assert "Work in progress" in visitor.get(f"/p/{key}/notebook").text
    (job,) = [job for job in visitor.wait_for_jobs() if job.kind == "notebook"]
    assert job.state == "done", job.message
    assert "Download shop.ipynb" in visitor.get(f"/p/{key}/notebook").text
    assert "nbformat" in visitor.get(f"/p/{key}/notebook/shop.ipynb").text
    assert visitor.get(f"/p/{key}/notebook/project.json").status != 200
    assert len([job for job in visitor.jobs.all() if job.kind == "notebook"]) == 1


def test_a_notebook_that_cannot_be_made_says_why(visitor: Visitor, key: str):
    visitor.get(f"/p/{key}/notebook")
    visitor.wait_for_jobs()
    told = visitor.get(f"/p/{key}/notebook").text
    assert "This could not be done" in told
    assert "is not there" in told


def damage_nothing(folder: Path) -> None:
    shutil.rmtree(folder)


def damage_record(folder: Path) -> None:
    (folder / "run.json").write_text('{"marketfold', "utf-8")


def damage_page(folder: Path) -> None:
    (folder / "page.json").write_text('{"names": 3}', "utf-8")


def damage_plan(folder: Path) -> None:
    (folder / "plan.json").write_text("null", "utf-8")


def damage_features(folder: Path) -> None:
    (folder / "features.parquet").write_bytes(b"PAR1junkPAR1")


def make_old(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text("utf-8"))
    record["view"] = record.pop("feature_set")
    write_json(record | {"marketfold": "0.1.0"}, folder / "run.json")


@pytest.mark.parametrize(
    "damage",
    [damage_nothing, damage_record, damage_page, damage_plan, damage_features, make_old],
    ids=lambda f: f.__name__,
)
def test_a_damaged_or_old_run_is_a_card(
    visitor: Visitor, key: str, spring: Path, damage: Damage, capfd: pytest.CaptureFixture[str]
):
    damage(spring)
    for path in (
        "/runs",
        f"/p/{key}/report",
        f"/p/{key}/report.html",
        f"/p/{key}/learn",
        f"/runs/delete?project={key}",
    ):
        answer = visitor.get(path)
        assert answer.status in {200, 422}, (path, answer.text)
    for job in visitor.wait_for_jobs():
        assert job.state in {"done", "failed"}
        assert "Traceback" not in job.message
    assert visitor.get(f"/p/{key}/learn").status == 200
    assert not capfd.readouterr().err


def test_a_run_that_an_earlier_version_wrote_says_so(visitor: Visitor, spring: Path):
    make_old(spring)
    assert "was written by an earlier Marketfold (0.1.0)" in visitor.get("/runs").text


def test_an_order_file_that_is_gone_is_told(visitor: Visitor, tmp_path: Path, examples: Path):
    path = Path(shutil.copy(examples / "sales.csv", tmp_path / "sales.csv"))
    key = visitor.workspace.create("sales.csv", path).key
    path.unlink()
    visitor.post(f"/p/{key}/run", revision="0")
    (job,) = visitor.wait_for_jobs()
    assert job.state == "failed"
    assert "sales.csv" in job.message
    assert visitor.get("/runs").status == 200
