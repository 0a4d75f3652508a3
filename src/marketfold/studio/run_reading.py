"""What a run says of its segments, for the pages of the studio; a report is parsed once for each state of its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, FiniteFloat, TypeAdapter

from marketfold import words
from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.file_names import RUN_FILE
from marketfold.page import SegmentCards
from marketfold.reduction import label_of
from marketfold.report import alike_in_words
from marketfold.schema import Trust  # noqa: TC001 - read at run time, when records are validated
from marketfold.words import share

if TYPE_CHECKING:
    from marketfold.page import Part, ReportPage
    from marketfold.runs import Run

SHOWN_SECTIONS = ("the-map",)


@dataclass(frozen=True)
class SolutionSegment:
    """A segment of another number of them, and which of the run's it shares most with."""

    unit_share: FiniteFloat
    like: int
    name: str
    jaccard: FiniteFloat
    trust: Trust | None
    within: FiniteFloat | None = None

    @property
    def called(self) -> str:
        """Its name: that of the segment it shares most with, and how much of it."""
        return f"{alike_in_words(self.jaccard, self.within)}{self.name}"


@dataclass(frozen=True)
class Solution:
    """What another number of segments would give."""

    k: Annotated[int, Field(ge=2, le=1_000)]
    segments: list[SolutionSegment]
    explained: FiniteFloat | None
    ari: FiniteFloat

    def trusted(self, *labels: str) -> int:
        """How many of its segments have earned one of these words."""
        return sum(one.trust in labels for one in self.segments)


@dataclass(frozen=True)
class Option:
    """A feature set or a reduction that was tried, what was found of it, and the same in the words of analysts."""

    name: str
    title: str
    found: tuple[str, ...]
    terms: str = ""
    taken: bool = False


_SOLUTIONS = TypeAdapter(list[Solution])


def cards_of(report: ReportPage) -> SegmentCards | None:
    """The cards of the segments; their links lead nowhere here, so they have none."""
    parts = (part for section in report.sections for part in section.parts)
    found = next((part for part in parts if isinstance(part, SegmentCards)), None)
    return found and replace(found, cards=tuple(replace(card, todo_link="") for card in found.cards))


def lead_of(report: ReportPage, key: str) -> str:
    """What a chapter begins with; empty where the report has no such chapter."""
    return next((section.lead for section in report.sections if section.key == key), "")


def parts_of(report: ReportPage, key: str) -> tuple[Part, ...]:
    """The parts of a chapter; none where the report has no such chapter."""
    return next((section.parts for section in report.sections if section.key == key), ())


def solutions_of(run: Run) -> list[Solution]:
    """What each number of segments would give, by that number."""
    with told_as(RunFolderError, str(run.folder / RUN_FILE)):
        found = _SOLUTIONS.validate_python(run.record["choose_k"].get("solutions", []))
    return sorted(found, key=lambda one: one.k)


def feature_sets_of(run: Run) -> list[Option]:
    """Each feature set that was tried, by its best number of segments, and what was found of it."""
    with told_as(RunFolderError, str(run.folder / RUN_FILE)):
        record = run.record["feature_set"]
        by_name: dict[str, dict[str, Any]] = {}
        for one in record["candidates"]:
            best = by_name.get(one["feature_set"])
            if best is None or _rank(one) > _rank(best):
                by_name[one["feature_set"]] = one
        taken = record["name"]
        return [
            Option(name, name.replace("_", " and "), _of_candidate(one), _terms(one), taken=name == taken)
            for name, one in sorted(by_name.items(), key=lambda pair: (pair[0] != taken, *(-x for x in _rank(pair[1]))))
        ]


def _rank(one: dict[str, Any]) -> tuple[float, float]:
    return float(bool(one["repeats"])), float(one["explained"] if one["explained"] is not None else -9.0)


def _of_candidate(one: dict[str, Any]) -> tuple[str, ...]:
    again = "all come out again" if one["repeats"] else "not all come out again"
    found = [f"{words.plural(one['k'], 'segment')}, {again}"]
    if one["explained"] is not None:
        fit = f"fit {share(one['explained'])} of the differences in later revenue"
        found.append(fit if one["explained"] > 0 else "say nothing of later revenue")
    return tuple(found)


def _terms(one: dict[str, Any]) -> str:
    """What was measured, by the names that it has among analysts."""
    measured = {"weakest Jaccard": one["jaccard"], "adjusted Rand index": one.get("ari"), "R2": one["explained"]}
    return ", ".join(f"{name} {words.known(value)}" for name, value in measured.items() if value is not None)


def reductions_of(run: Run) -> list[Option]:
    """Each reduction that was compared, and what was found of it."""
    with told_as(RunFolderError, str(run.folder / RUN_FILE)):
        record = run.record["reduction"]
        return [
            Option(
                one["method"], _sentence(label_of(one["method"])), _of_reduction(one),
                "" if one["skipped"] else _terms(one), taken=one["method"] == record["method"],
            )
            for one in record["compared"]
        ]  # fmt: skip


def _of_reduction(one: dict[str, Any]) -> tuple[str, ...]:
    if one["skipped"]:
        return (f"Not tried: {one['skipped']}",)
    found = [words.plural(one["n_dimensions"], "dimension")]
    if one["reconstruction"] is not None:
        found.append(f"keeps {share(one['reconstruction'])} of the differences between customers")
    if one["explained"] is not None:
        foretold = f"foretells {share(one['explained'])} of the differences in later revenue"
        found.append(foretold if one["explained"] > 0 else "says nothing of later revenue")
    if one["ari"] is not None:
        found.append(f"samples of the customers agree to {words.decimal(one['ari'])} (1 is the same, 0 is chance)")
    return tuple(found)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
