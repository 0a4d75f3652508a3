"""The lessons as one HTML file, each a page of its own in it: they compute in the reader's browser, in plain code."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.learn.lesson import PACKAGE, lesson_page
from marketfold.learn.lessons import LESSONS
from marketfold.page import LessonLinks, ReportPage, asset, environment, frame_values, script_json
from marketfold.whole_files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.learn.lesson import LessonPage
    from marketfold.learn.lesson_data import LessonData

FRAME_SCRIPTS = ("theme.js", "page.js")
SCRIPTS = (
    "lesson_data.js",
    "mathematics.js",
    "drawing.js",
    "board.js",
    "signed_bars.js",
    "funnel.js",
    "lessons.js",
    "questions.js",
)
COLOURS = 10


def _script_data(data: LessonData, pages: list[LessonPage]) -> dict[str, Any]:
    """What all scripts read, and by its name what each lesson's own does."""
    scaler = data.scaler
    features = [
        {"label": one.label, "measure": one.measure, "logged": bool(logged), "centre": centre, "spread": spread}
        for one, logged, centre, spread in zip(
            data.features, scaler.logged_, scaler.center_.tolist(), scaler.scale_.tolist(), strict=True
        )
    ]
    return {
        "points": [[round(float(value), 3) for value in row] for row in data.points],
        "features": features,
        "unit": data.run.unit_word,
        "units": data.run.units_word,
        "everybody": data.everybody,
        "drawn": data.drawn,
        "currency": data.run.currency,
        "seed": data.run.seed,
        "segments": data.run.n_segments,
        "pair": data.pair,
        "trio": data.trio,
        "own": {page.name: dict(page.worked.script) for page in pages},
    }


def _opening(data: LessonData) -> ReportPage:
    shown, run = len(data.points), data.run
    what = f"your {words.count(shown)} {run.units_word}"
    if shown < len(data):
        what = f"a sample of {words.count(shown)} of your {words.count(len(data))} {run.units_word}"
    title = f"{words.number_word(len(LESSONS)).capitalize()} lessons on your own data"
    return ReportPage(
        title=title,
        kicker=f"Lessons for {run.source}" if run.source else "Lessons",
        lead=f"How segments are made, and what they are good for. You work each method yourself, on {what} and all "
        f"{words.count(len(data.features))} features. Nothing you do here changes the run, and nothing leaves your "
        "computer.",
        footer=f"Samples are drawn with seed {run.seed}. The page holds numbers only: no ids, no names.",
        n_segments=COLOURS,
    )


def render_learn_page(data: LessonData) -> str:
    """HTML of the lessons."""
    pages = [lesson_page(lesson, data) for lesson in LESSONS]
    html = (
        environment(PACKAGE)
        .get_template("learn.html.j2")
        .render(
            page=_opening(data),
            data=data,
            run=data.run,
            lessons=pages,
            script_data=script_json(_script_data(data, pages)),
            **_frame(),
        )
    )
    return words.printable(html)


def _frame() -> dict[str, Any]:
    style = asset("report.css") + asset("learn.css", PACKAGE)
    own = (*SCRIPTS, *(f"lesson_{lesson.name}.js" for lesson in LESSONS))
    script = "\n".join([*(asset(name) for name in FRAME_SCRIPTS), *(asset(name, PACKAGE) for name in own)])
    return frame_values(COLOURS, style, script)


@cache
def lessons_policy() -> str:
    """What the page of the lessons may do, for whoever serves it with a header of its own."""
    policy: str = _frame()["policy"]
    return policy


def lesson_links(address: str) -> LessonLinks:
    """Which figures of a report have a lesson, for a report that leads to the lessons at an address."""
    texts = [(lesson.name, lesson.texts) for lesson in LESSONS]
    return LessonLinks(address, {key: (name, one["title"]) for name, one in texts for key in one.get("figures", ())})


def write_learn_page(data: LessonData, path: Path) -> None:
    """Write the lessons, whole or not at all; `RunFolderError` if that cannot be.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from marketfold.learn import LessonData
    >>> from marketfold.units import Feature
    >>> features = [Feature(name, name, "count", "value") for name in ("days", "orders", "money")]
    >>> path = Path(tempfile.mkdtemp()) / "learn.html"
    >>> write_learn_page(LessonData.of(np.random.default_rng(0).normal(size=(50, 3)), features), path)
    >>> path.stat().st_size > 20_000
    True
    """
    write_whole(render_learn_page(data), path)
