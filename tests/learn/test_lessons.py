"""Every lesson has its parts with the run's own numbers, and its program finds them in the run's saved table."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.learn import LessonData, lesson_links
from marketfold.learn.lesson import Lesson, Worked, lesson_page
from marketfold.learn.lesson_data import correlations
from marketfold.learn.lessons import LESSONS
from marketfold.learn.lessons.pca import PCA_VIEW
from marketfold.learn.lessons.training import n_weights
from marketfold.pipeline import segment_market
from marketfold.reduction import AutoencoderReducer, TrainingSettings
from marketfold.runs import Run, write_run
from marketfold.runs.lessons import history_of, lessons_of_run, write_lessons
from marketfold.units import Feature

EACH = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that was made from a few of its features, reduced by PCA."""
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="pca"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    analysis = segment_market(make_shop(lines=4_000).lines, config)
    return Run.read(write_run(analysis, tmp_path_factory.mktemp("runs") / "run").folder)


@pytest.fixture(scope="module")
def data(run: Run) -> LessonData:
    return lessons_of_run(run)


@pytest.fixture(scope="module")
def html(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("learn") / "learn.html"
    write_lessons(run.folder, path)
    return path.read_text(encoding="utf-8")


class Anchors(HTMLParser):
    """Ids, and addresses within the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and str(given.get("href")).startswith("#"):
            self.links.add(str(given["href"])[1:])


@EACH
def test_a_lesson_has_all_its_parts(lesson: Lesson, data: LessonData) -> None:
    page = lesson_page(lesson, data)
    assert len(page.questions) == 5
    assert len(page.say) == 2
    assert len(page.fails) >= 3
    for question in page.questions:
        assert len(set(question.options)) >= 3
        assert question.why
    assert page.predict["ask"]
    assert page.yours
    assert not [text for text in map(str, vars(page).values()) if "nan" in re.findall(r"\w+", text)]


@EACH
def test_every_failure_that_is_told_can_be_told(lesson: Lesson, data: LessonData) -> None:
    """Each sentence has its numbers, not only that which the data chose."""
    worked = lesson.work(data)
    for code in failures(lesson.name):
        told = replace(worked, failure=code)
        assert lesson_page(Lesson(lesson.name, partial(_as_worked, told)), data).yours


def _as_worked(worked: Worked, _: LessonData) -> Worked:
    return worked


def failures(name: str) -> list[str]:
    path = Path(__file__).parents[2] / "src" / "marketfold" / "learn" / "lessons" / f"{name}.toml"
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["failures"])


def run_program(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "program"}
    exec(compile(text, "program", "exec"), found)  # noqa: S102  (our own programs)
    return found


@EACH
def test_the_program_of_a_lesson_finds_the_same(
    lesson: Lesson, data: LessonData, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = lesson_page(lesson, data)
    assert page.worked.results
    monkeypatch.chdir(run.folder)
    found = run_program(page.code)
    for name, value in page.worked.results.items():
        if isinstance(value, tuple) and isinstance(value[0], str):
            assert tuple(map(str, np.asarray(found[name]).tolist())) == value, name
        else:
            assert np.asarray(found[name], dtype=float) == pytest.approx(np.asarray(value, dtype=float), rel=1e-3), name


def test_what_a_figure_tells_of_everybody_is_what_the_text_says(data: LessonData) -> None:
    worked = {lesson.name: lesson.work(data) for lesson in LESSONS if lesson.name != "elbow"}
    overlaps = np.array(worked["components"].script["correlations"])
    n_components = len(worked["components"].script["loadings"])
    assert overlaps[:n_components, :n_components] == pytest.approx(np.eye(n_components), abs=1e-3)
    assert overlaps[n_components:, n_components:] == pytest.approx(correlations(data.taught), abs=1e-3)
    cloud = np.linalg.eigvalsh(worked["pca"].script["correlations"])
    assert cloud[1:].sum() / cloud.sum() == pytest.approx(worked["pca"].facts["shown"], abs=1e-4)
    first = np.array(worked["scikit"].script["ends"]["plus"][0])
    assert (first <= first.min() * 1.01).sum() == worked["scikit"].facts["good"]
    n, code = len(data.features), worked["training"].facts["code"]
    widths = [n, *worked["training"].script["hidden"], code, *worked["training"].script["hidden"][::-1], n]
    assert n_weights(widths) == worked["training"].facts["weights"]


def test_groups_are_counted_in_the_order_of_their_numbers(data: LessonData) -> None:
    page = lesson_page(next(lesson for lesson in LESSONS if lesson.name == "scikit"), data)
    sizes, centres = page.worked.results["sizes"], np.array(page.worked.script["centres"])
    nearest = ((data.taught[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert sizes == tuple(map(str, np.bincount(nearest)))


def test_the_line_begins_with_features_that_hang_together_and_are_not_nearly_one() -> None:
    X = np.random.default_rng(0).normal(size=(200, 5))
    X[:, 1] = X[:, 0] + 0.01 * X[:, 1]
    X[:, 3] = X[:, 2] + X[:, 3]
    features = [Feature(f"feature_{i}", f"feature {i}", "count", "value") for i in range(5)]
    data = LessonData.of(X, features)
    chosen = PCA_VIEW.work(data).script["line"]
    assert {data.labels[place] for place in chosen} == {"feature 2", "feature 3"}


def test_right_answers_stand_in_no_certain_place(data: LessonData) -> None:
    places = {question.right for lesson in LESSONS for question in lesson_page(lesson, data).questions}
    assert len(places) > 1


def test_every_anchor_leads_somewhere_and_stands_once(html: str) -> None:
    anchors = Anchors(html)
    assert sorted(set(anchors.ids)) == sorted(anchors.ids)
    assert anchors.links <= set(anchors.ids)
    assert {lesson.name for lesson in LESSONS} <= set(anchors.ids)


def test_all_lessons_are_there_without_javascript(html: str, data: LessonData) -> None:
    for lesson in LESSONS:
        page = lesson_page(lesson, data)
        assert page.title in html
        assert re.search(rf'<article id="{lesson.name}" class="lesson-page chapter" data-lesson aria', html)
    assert not re.search(r"<article[^>]* hidden", html)


def test_lessons_are_on_all_features_whatever_shaped_the_segments(data: LessonData, run: Run) -> None:
    assert len(data.run.shaping) < len(data.labels) <= len(run.described_features)


def test_no_customer_is_on_the_page(html: str, run: Run) -> None:
    ids = run.segments["customer_id"].to_pylist()
    assert len(ids) > 30
    assert [one for one in ids if re.search(rf"(?<![\w-]){re.escape(str(one))}(?![\w-])", html)] == []


@pytest.mark.parametrize(("where", "link"), [(".", "report.html"), ("..", "run/report.html"), ("elsewhere", None)])
def test_the_report_is_linked_where_it_lies_beside(where: str, link: str | None, run: Run, tmp_path: Path) -> None:
    page = (run.folder / where if where.startswith(".") else tmp_path).resolve() / "lessons.html"
    write_lessons(run.folder, page)
    text = page.read_text(encoding="utf-8")
    page.unlink()
    assert (f'href="{link}#' in text) if link else ("report.html#" not in text)


def test_every_figure_has_one_lesson_and_it_is_there() -> None:
    links = lesson_links("learn.html")
    told = [key for lesson in LESSONS for key in lesson.texts.get("figures", ())]
    assert len(links.of_figures) == len(told)
    assert {name for name, _ in links.of_figures.values()} <= {lesson.name for lesson in LESSONS}
    assert not [title for _, title in links.of_figures.values() if "{" in title]


def test_the_demo_has_no_run_to_link_to(tmp_path: Path) -> None:
    write_lessons(None, tmp_path / "learn.html")
    page = (tmp_path / "learn.html").read_text(encoding="utf-8")
    assert "report.html" not in page
    assert "the demo shop" in page


def test_the_loss_of_the_networks_own_training_is_shown() -> None:
    X = np.random.default_rng(0).normal(size=(120, 5)).astype(np.float32)
    reducer = AutoencoderReducer(2, layers=(4,), training=TrainingSettings(epochs=3), random_state=0).fit(X)
    history = history_of(reducer)
    assert history is not None
    assert history.layers == (5, 4, 2, 4, 5)
    assert history.train == tuple(reducer.history_["loss"])
    assert len(history.held_out) == len(history.train)
