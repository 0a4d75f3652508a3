"""The learning page as one HTML file: the lessons compute in the reader's browser, in plain code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.learn.sample import correlations
from marketfold.page import ReportPage, asset, environment, frame_values, script_json
from marketfold.whole_files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.learn.sample import LearnSample

PACKAGE = "marketfold.learn"
FRAME_SCRIPTS = ("theme.js", "page.js", "tabs.js")
SCRIPTS = (
    "lesson_data.js", "mathematics.js", "drawing.js", "lesson_kmeans.js", "lesson_elbow.js", "lesson_pca.js",
    "lesson_autoencoder.js",
)  # fmt: skip
COLOURS = 10
NETWORK_FEATURES = 8
SAME_THING = 0.7
"""Features that correlate more than this show the same side of a customer."""


def _pair(sample: LearnSample) -> tuple[int, int]:
    """Two features for the plane: the most telling one, and of the next few the one that repeats it least."""
    correlation = np.abs(correlations(sample.points))
    few = min(len(sample.labels), 5)
    return 0, 1 + int(np.argmin(correlation[0, 1:few]))


def _trio(sample: LearnSample) -> list[int]:
    """Three features for the cloud: the most telling ones that do not repeat each other, if there are three.

    With only two the first is taken twice, and the cloud is flat.
    """
    correlation = np.abs(correlations(sample.points))
    columns = range(len(sample.labels))
    chosen: list[int] = []
    for column in columns:
        if not chosen or correlation[column, chosen].max() < SAME_THING:
            chosen.append(column)
    others = [column for column in columns if column not in chosen]
    return [*chosen, *others, 0][:3]


def _lesson(sample: LearnSample) -> dict[str, Any]:
    history = sample.run.history
    return {
        "points": [[round(float(value), 3) for value in row] for row in sample.points],
        "labels": list(sample.labels),
        "units": sample.run.unit_plural,
        "seed": sample.run.seed,
        "pair": _pair(sample),
        "trio": _trio(sample),
        "network_features": list(range(min(len(sample.labels), NETWORK_FEATURES))),
        "history": {"train": history.train, "held_out": history.held_out} if history else None,
    }


def _texts(sample: LearnSample) -> dict[str, Any]:
    """Sentences with the run's own numbers, where the run has them."""
    run = sample.run
    curve = [words.count(run.wcss[k - 1]) for k in (1, run.n_segments)] if len(run.wcss) >= run.n_segments else []
    pca = network = ""
    if run.explained:
        held = words.share(sum(run.explained))
        n = len(run.explained)
        first = "component holds" if n == 1 else f"{words.number_word(n)} components hold"
        pca = f"In your run the first {first} {held} of what makes {run.unit_plural} differ."
    if run.history:
        nodes = f" of {', '.join(map(str, run.history.layers))} nodes" if run.history.layers else ""
        network = (
            f"A network{nodes}, trained for {len(run.history.train)} epochs. The lowest loss on rows kept aside was "
            f"{words.decimal(min(run.history.held_out), 3)}; the weights of that epoch were kept."
        )
    return {"run_curve": curve, "pca_says": pca, "network_says": network}


def _opening(sample: LearnSample) -> ReportPage:
    shown, run = len(sample.points), sample.run
    what = f"your {words.count(shown)} {run.unit_plural}"
    if shown < run.n_units:
        what = f"a sample of {words.count(shown)} of your {words.count(run.n_units)} {run.unit_plural}"
    return ReportPage(
        title="How the segments are made, tried by hand",
        kicker=f"Learning page for {run.source}" if run.source else "Learning page",
        lead=f"Four methods stand behind the report. Here you work them yourself, on {what}. Nothing you do on this "
        "page changes the run, and nothing leaves your computer.",
        footer=f"The sample was drawn with seed {run.seed}. The page holds scaled numbers only: no ids, no names.",
        n_segments=COLOURS,
    )


def render_learn_page(sample: LearnSample) -> str:
    """HTML of the learning page."""
    template = environment(PACKAGE).get_template("learn.html.j2")
    html = template.render(
        page=_opening(sample),
        sample=sample,
        run=sample.run,
        pair=_pair(sample),
        code_max=min(max(len(sample.labels) - 1, 1), 5),
        lesson=script_json(_lesson(sample)),
        **_texts(sample),
        **_frame(),
    )
    return words.printable(html)


def _frame() -> dict[str, Any]:
    style = asset("report.css") + asset("learn.css", PACKAGE)
    script = "\n".join([*(asset(name) for name in FRAME_SCRIPTS), *(asset(name, PACKAGE) for name in SCRIPTS)])
    return frame_values(COLOURS, style, script)


def lessons_policy() -> str:
    """What a learning page may do, for whoever serves it with a header of its own."""
    policy: str = _frame()["policy"]
    return policy


def write_learn_page(sample: LearnSample, path: Path) -> None:
    """Write the learning page, whole or not at all; `RunFolderError` if it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from marketfold.learn import take_sample
    >>> X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    >>> path = Path(tempfile.mkdtemp()) / "learn.html"
    >>> write_learn_page(take_sample(X, ["days", "orders", "money"]), path)
    >>> path.stat().st_size > 20_000
    True
    """
    write_whole(render_learn_page(sample), path)
