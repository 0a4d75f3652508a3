"""One lesson: what it finds in the data, its texts with these numbers, and the short program that finds the same.

A lesson called NAME is `lessons/NAME.py` (what is computed), `lessons/NAME.toml` (its texts, with blanks as
`marketfold.blanks` fills them), `code/NAME.py` (the program), `templates/lesson_NAME.html.j2` and `lesson_NAME.js`
(what the reader works with), and a line in `LESSONS`.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pprint import pformat
from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.blanks import filled
from marketfold.version import INSTALL_NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marketfold.learn.lesson_data import LessonData

PACKAGE = "marketfold.learn"
_COMMENT = re.compile(r"(?:(?<=  )|^)# .*$", re.MULTILINE)


@dataclass(frozen=True)
class Worked:
    """What a lesson finds in the data.

    Attributes
    ----------
    facts
        Numbers and words for the blanks of its texts and for its template.
    failure
        Which of the failures that it tells of is the reader's: a key of `failures` in its texts.
    settings
        Values for the lines `NAME = ...` of its program.
    results
        What its program finds, by the name that it gives it; blanks of its comments.
    script
        What its script reads, beyond what all read.
    """

    facts: Mapping[str, Any]
    failure: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """A lesson by its name, and what it does with the data."""

    name: str
    work: Callable[[LessonData], Worked]

    @property
    def texts(self) -> dict[str, Any]:
        """Its texts, with blanks."""
        return tomllib.loads(files(PACKAGE).joinpath("lessons", f"{self.name}.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Question:
    """A question with its options in the order in which they are shown; `right` is the place of the right one."""

    ask: str
    options: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class LessonPage:
    """A lesson with its texts filled in, ready for the template."""

    name: str
    title: str
    outcome: str
    lead: str
    chapter: str
    predict: Mapping[str, Any]
    fails: tuple[Mapping[str, str], ...]
    yours: str
    code_lead: str
    code: str
    questions: tuple[Question, ...]
    say: tuple[str, ...]
    worked: Worked


def lesson_page(lesson: Lesson, data: LessonData) -> LessonPage:
    """The texts and the program of a lesson, with the numbers that it finds."""
    worked, texts = lesson.work(data), lesson.texts
    known = {"unit": data.run.unit_word, "units": data.run.units_word, "n_units": len(data)}
    known |= {"everybody": data.everybody, "drawn": data.drawn, "n_drawn": len(data.rows)}
    known |= {"install_network": INSTALL_NETWORK} | dict(worked.facts)
    fill = partial(filled, values=known, currency=data.run.currency)
    predict = texts["predict"]
    return LessonPage(
        name=lesson.name,
        chapter=texts["chapter"],
        **{key: fill(texts[key]) for key in ("title", "outcome", "lead", "code_lead")},
        predict={key: fill(text) if isinstance(text, str) else tuple(map(fill, text)) for key, text in predict.items()},
        fails=tuple({key: fill(text) for key, text in one.items()} for one in texts["fails"]),
        yours=fill(texts["failures"][worked.failure]),
        code=program(lesson.name, worked),
        questions=tuple(_question(one, fill) for one in texts["questions"]),
        say=tuple(map(fill, texts["say"])),
        worked=worked,
    )


def _question(texts: Mapping[str, Any], fill: Callable[[str], str]) -> Question:
    """A question whose options stand in an order that depends on their texts alone."""
    right = fill(texts["right"])
    options = sorted([right, *map(fill, texts["wrong"])], key=lambda text: zlib.crc32(text.encode()))
    return Question(fill(texts["ask"]), tuple(options), options.index(right), fill(texts["why"]))


def program(name: str, worked: Worked) -> str:
    """The program of a lesson with these settings, and with what it finds in its comments."""
    text = files(PACKAGE).joinpath("code", f"{name}.py").read_text("utf-8")
    for setting, value in worked.settings.items():
        before, line, after = re.split(rf"^({setting} = ).*$", text, flags=re.MULTILINE)
        written = pformat(value, width=74, compact=True)
        text = f"{before}{line}{written}{after}"
    told = {name: _listed(value) if isinstance(value, tuple) else value for name, value in worked.results.items()}
    return _COMMENT.sub(lambda comment: filled(comment[0], told), text).strip()


def _listed(values: tuple[Any, ...]) -> str:
    """Numbers as a comment has room for them; texts as they are."""

    def written(one: Any) -> str:
        if isinstance(one, float):
            return words.decimal(one, 2 if abs(one) < 10 else 0)
        return str(one)

    return ", ".join(map(written, values))
