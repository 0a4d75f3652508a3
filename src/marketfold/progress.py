"""One line that says how far slow work is: step, share of the whole, time left; replaced as the work goes on.

`STEPS` is the one keeper of what the codes of `Progress` are called, in which order they come and how long each usually
takes. The line stands on a terminal or in a notebook; where nobody watches there is none.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from marketfold import words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager

    from marketfold.schema import Progress, ProgressCode, Watched

Work = Literal[
    "analysis",
    "run",
    "writing",
    "inspect",
    "score",
    "refresh",
    "measure",
    "compare",
    "export",
    "learn",
    "notebook",
    "figures",
    "demo",
]

KNOWN_FROM_SECONDS, KNOWN_FROM_SHARE = 4.0, 0.05
"""Before, how long it takes cannot be told from how long it took."""
WORTH_A_LINE = 2.0
"""Seconds under which nobody asks how far it is."""
_PAUSE = 0.25


@dataclass(frozen=True)
class Step:
    """What a person calls a part of the work, and the codes that it goes through, each with its usual seconds.

    `rounds` says how often a code usually counts to its end; once where it is not in there.
    """

    words: str
    codes: dict[ProgressCode, float]
    rounds: dict[ProgressCode, int] = field(default_factory=dict)


_READING = Step("reading the file", {"read": 2, "clean": 0.5})
_MEASURING = Step("measuring the customers", {"features": 3.5, "choose": 0.1})

_WRITING = Step("writing the report", {"write": 0.4, "report": 3.2})
_ANALYSIS = (
    _READING,
    Step("looking over the orders", {"explore": 2.5}),
    _MEASURING,
    Step("comparing with shops without groups", {"null_shops": 12}),
    Step("trying what tells the customers apart", {"feature_sets": 4}),
    Step("finding how many segments there are", {"elbow": 0.5, "evidence": 2.5}),
    Step("comparing ways to simplify the data", {"reductions": 2, "training": 25}, {"training": 4}),
    Step("testing stability", {"segment": 0.2, "stability": 4}),
    Step("planning the campaigns", {"profile": 0.5, "plan": 1.1}),
)

STEPS: dict[Work, tuple[Step, ...]] = {
    "analysis": _ANALYSIS,
    "run": (*_ANALYSIS, _WRITING),
    "writing": (_WRITING,),
    "inspect": (_READING,),
    "score": (
        _READING,
        _MEASURING,
        Step("finding the segment of each customer", {"assign": 0.3}),
    ),
    "refresh": (
        _READING,
        _MEASURING,
        Step("finding the segment of each customer", {"assign": 0.3}),
        Step("planning the campaigns", {"profile": 0.5, "plan": 1.1}),
        Step("writing the report", {"compare": 0.5, "write": 0.4, "report": 1.5}),
    ),
    "measure": (
        _READING,
        Step("comparing those reached with those held out", {"measure": 3}),
        Step("writing the page", {"report": 0.7}),
    ),
    "compare": (
        Step("reading both runs", {"read": 0.5}),
        Step("comparing the customers", {"compare": 1}),
        Step("writing the page and the lists", {"write": 0.7}),
    ),
    "export": (
        Step("reading the file", {"read": 2}),
        Step("writing the audiences", {"export": 2}),
    ),
    "notebook": (
        Step("reading the file as the run did", {"read": 2}),
        Step("running the notebook", {"check": 30}),
        Step("writing it", {"write": 0.2}),
    ),
    "learn": (
        _READING,
        _MEASURING,
        Step("writing the lessons", {"write": 0.5}),
    ),
    "figures": (Step("drawing", {"draw": 1}),),
    "demo": (Step("making the demo shop", {"write": 1.5}), _READING),
}
"""By the work, in the order in which its steps come; what a file or a setting leaves out is passed over."""


class Pace:
    """How far some work is, as it was told last: it never goes back.

    >>> now = iter([0.0, 20.0, 20.0]).__next__
    >>> pace = Pace("measure", clock=now)
    >>> pace("measure", 1, 4)
    >>> pace.text()
    'Step 2 of 3, comparing those reached with those held out, 52 %, about 20 s left'
    """

    def __init__(
        self, work: Work, without: Collection[ProgressCode] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._steps, self._without = STEPS[work], without
        self._clock, self._began = clock, clock()
        self._place, self._share, self._ends_at = 0, 0.0, 0.0
        self._rounds: dict[ProgressCode, int] = {}
        self._done: dict[ProgressCode, float] = {}

    def __call__(self, what: ProgressCode, done: int, total: int) -> None:
        """Take note; what a reducer of one's own may call its work is passed over."""
        place = next((number for number, step in enumerate(self._steps) if what in step.codes), None)
        if place is None:
            return
        self._place = max(self._place, place)
        share = self._before(what) + self._steps[place].codes[what] * self._part(what, done / max(total, 1))
        self._share = max(self._share, share / self._whole)
        elapsed = self.elapsed
        if elapsed >= KNOWN_FROM_SECONDS and self._share > KNOWN_FROM_SHARE:
            self._ends_at = elapsed / self._share

    @property
    def elapsed(self) -> float:
        """Seconds since the work began."""
        return self._clock() - self._began

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self._share

    @property
    def _whole(self) -> float:
        return sum(usual for step in self._steps for code, usual in step.codes.items() if code not in self._without)

    def _before(self, what: ProgressCode) -> float:
        """Usual seconds of all that comes before a code."""
        seconds = 0.0
        for step in self._steps:
            for code, usual in step.codes.items():
                if code == what:
                    return seconds
                seconds += usual * (code not in self._without)
        return seconds

    def _part(self, what: ProgressCode, done: float) -> float:
        """How much of a code is done, 0 to 1, of all the rounds in which it counts to its end."""
        step = next(step for step in self._steps if what in step.codes)
        if done < self._done.get(what, 0.0):
            self._rounds[what] = self._rounds.get(what, 0) + 1
        self._done[what] = done
        return min((self._rounds.get(what, 0) + done) / step.rounds.get(what, 1), 1.0)

    def text(self) -> str:
        """The line as it stands now."""
        parts = [f"Step {self._place + 1} of {len(self._steps)}", self._steps[self._place].words]
        parts.append(words.share(round(self._share, 2)))
        if self._ends_at:
            parts.append(f"{words.about_seconds(max(self._ends_at - self.elapsed, 1.0))} left")
        return ", ".join(parts)

    def end(self) -> str:
        """What is said when all is done; nothing where it was soon done."""
        return f"Done in {words.seconds(self.elapsed)}." if self.elapsed >= WORTH_A_LINE else ""


class _Told(Protocol):
    """Where a line is shown."""

    def show(self, pace: Pace) -> AbstractContextManager[Progress]:
        """Keep the line up to date within; at the end of the work the total stands there."""
        ...


class _Terminal:
    """Standard error of a terminal: the line is drawn anew by the clock, also while nothing is told."""

    @contextmanager
    def show(self, pace: Pace) -> Iterator[Progress]:
        from rich.console import Console  # noqa: PLC0415  (only where somebody watches)
        from rich.live import Live  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        def line() -> Text:
            seen = pace.elapsed >= WORTH_A_LINE / 2
            return Text(pace.text() if seen else "", style="dim", no_wrap=True, overflow="ellipsis")

        console = Console(stderr=True, highlight=False)
        with Live(
            get_renderable=line, console=console, transient=True, redirect_stdout=False, refresh_per_second=1 / _PAUSE
        ):
            yield pace
        if said := pace.end():
            console.print(Text(said, style="dim"))


class _Notebook:
    """One output below a cell, replaced in place; it takes no ipywidgets."""

    @contextmanager
    def show(self, pace: Pace) -> Iterator[Progress]:
        from IPython.display import display  # noqa: PLC0415  (there where a notebook is)

        show: Callable[..., Any] = display
        shown = show({"text/plain": pace.text()}, raw=True, display_id=True)
        last = time.monotonic()

        def note(what: ProgressCode, done: int, total: int) -> None:
            nonlocal last
            pace(what, done, total)
            if time.monotonic() - last >= _PAUSE:
                shown.update({"text/plain": pace.text()}, raw=True)
                last = time.monotonic()

        yield note
        shown.update({"text/plain": pace.end() or "Done."}, raw=True)


def _place_of_line() -> _Told | None:
    """Where somebody watches: a notebook, or a terminal at standard error."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    if getattr(shell, "kernel", None) is not None:
        return _Notebook()
    return _Terminal() if sys.stderr.isatty() else None


def progress_line(
    work: Work, *, quiet: bool = False, without: Collection[ProgressCode] = ()
) -> AbstractContextManager[Progress | None]:
    """Show one line of progress while some work is done; None is given where nobody watches.

    `without` are codes that the settings leave out, so that no time is reckoned for them.

    >>> with progress_line("run", quiet=True) as progress:
    ...     print(progress)
    None
    """
    place = None if quiet else _place_of_line()
    return place.show(Pace(work, without)) if place else nullcontext()


def shown_progress(progress: Watched | None, work: Work) -> AbstractContextManager[Progress | None]:
    """What a caller gave as progress: something to call, True for the line, or nothing."""
    if isinstance(progress, bool) or progress is None:
        return progress_line(work, quiet=not progress)
    return nullcontext(progress)
