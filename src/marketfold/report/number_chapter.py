"""How many segments: why so many were made, what others would give, and the evidence for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import figures, words
from marketfold.clustering import JUDGED_ROWS, STABILITY_ROWS
from marketfold.page import Column, Fold, Notice, Section, TablePart, figure_part, numbers
from marketfold.report import teaching
from marketfold.report.sentences.clustering import disagreements, index_value, k_decision, rules_applied
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.selection import merge_sentence, number_reason, taken_as
from marketfold.report.sentences.trust import trust_summary
from marketfold.selection import SEARCH_RESAMPLES, SHOWN_ROWS
from marketfold.thresholds import STABLE

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.clustering import KChoice
    from marketfold.page import FigurePart, Part
    from marketfold.schema import Unit
    from marketfold.selection import Solution

NEARLY_ALL, HALF = 0.9, 0.5
"""A segment that shares less than this with its best match (Jaccard) is a part of it."""


def _k_table(choice: KChoice, chosen: int) -> TablePart:
    wcss = dict(zip(choice.curve.k, choice.curve.wcss, strict=True))
    rows = []
    for k in choice.curve.k:
        fall = f"\u2212{words.share(1 - wcss[k] / wcss[k - 1])}" if k - 1 in wcss and wcss[k - 1] > 0 else ""
        cells = [index_value(index, k) if k in index.k else words.MISSING for index in choice.indices.values()]
        rows.append((str(k), words.count(wcss[k]), fall, *cells))
    return TablePart(
        key="k-table",
        title="Every number of segments, by every validity index",
        columns=numbers("k", "WCSS", "change", *(index.label for index in choice.indices.values())),
        rows=tuple(rows),
        marked=(choice.curve.k.index(chosen),) if chosen in choice.curve.k else (),
        note="WCSS: within-cluster sum of squares, in scaled units. It falls with every further segment; what counts "
        "is where it stops falling fast, and whether data without groups would fall alike. Each number is fitted from "
        "a few starts and from its neighbours: of many segments the least WCSS is not always found. "
        f"Bootstrap stability is of a few resamples and can be off by a tenth.{_of_samples(choice)}",
    )


def _of_samples(choice: KChoice) -> str:
    """Which of the numbers are of samples, where there are more units than those take."""
    if choice.n_units <= STABILITY_ROWS:
        return ""
    judged = f" The other indices are of {words.count(JUDGED_ROWS)}. The WCSS is of all."
    return f" It is of a sample of {words.count(STABILITY_ROWS)}.{judged if choice.n_units > JUDGED_ROWS else ''}"


def k_figures(choice: KChoice, unit: Unit, taken: int, why: str) -> list[FigurePart]:
    """The elbow, the validity indices and the distance from data without groups, as far as they were measured."""
    elbow = figures.elbow_figure(choice, taken, why)
    parts = [figure_part("elbow", elbow, teaching=teaching.about_elbow(choice, unit, taken))]
    if choice.indices:
        indices = figures.indices_figure(choice, taken)
        parts.append(figure_part("indices", indices, teaching=teaching.about_indices(choice, taken)))
    if choice.gaps:
        parts.append(figure_part("gap", figures.gap_figure(choice, taken)))
    return parts


def k_chapter(analysis: Analysis) -> Section:
    """Why this many segments."""
    evidence, unit = analysis.choice.evidence, analysis.segmentation.unit
    choice, chosen = evidence.k_choice, evidence.recipe.n_segments
    parts: list[Part] = []
    decision = lead = k_decision(choice, unit, groups=evidence.finding == "groups", made=chosen)
    if reason := number_reason(evidence):
        lead = f"{trust_summary(analysis)} {reason}".strip()
        parts.append(Notice((decision,), title="What the evidence below says"))
    if merged := merge_sentence(analysis.segmentation):
        parts.append(Notice((merged,), title="Segments that were made one"))
    if analysis.choice.solutions:
        parts.append(Fold("What two to ten segments would give", (_solutions_table(analysis),)))
    parts.extend(k_figures(choice, unit, chosen, taken_as(evidence)))
    if against := disagreements(choice, chosen):
        parts.append(Notice(against, title="What speaks for another number"))
    parts.append(Fold("All numbers", (_k_table(choice, chosen),)))
    parts.append(Fold("The rules that were applied", (Notice(rules_applied(choice)),)))
    return Section("how-many", "How many segments?", tuple(parts), lead, "How many?")


def alike_in_words(how: float, within: float | None) -> str:
    """What goes before the name of the segment that another one shares most with.

    By their Jaccard index and the share of the other one's units that are in it, None where an older run does not tell.

    >>> alike_in_words(0.9, 0.95), alike_in_words(0.3, 1.0), alike_in_words(0.6, 0.7), alike_in_words(0.4, 0.4)
    ('', 'part of ', 'mostly ', 'among others ')
    """
    if how >= STABLE:
        return ""
    if within is None:
        return "most like "
    return "part of " if within >= NEARLY_ALL else "mostly " if within >= HALF else "among others "


def _solutions_table(analysis: Analysis) -> TablePart:
    """What each number of segments would give."""
    names = [profile.name for profile in analysis.segments.profiles]
    made, unit = analysis.choice.evidence.recipe.n_segments, analysis.segmentation.unit
    n_shown = min(SHOWN_ROWS, analysis.choice.evidence.k_choice.n_units)
    foretold = any(one.explained is not None for one in analysis.choice.solutions)

    def segments(one: Solution) -> str:
        parts = zip(one.shares, one.most_alike, one.alike, one.within, strict=True)
        return "; ".join(
            f"{words.share(share)} {alike_in_words(how, within)}{names[which]}" for share, which, how, within in parts
        )

    rows = tuple(
        (
            str(one.k),
            segments(one),
            *(words.count(one.trust.count(label)) for label in ("group", "slice", "weak")),
            *((words.known(one.explained, words.share),) if foretold else ()),
            words.decimal(one.ari),
        )
        for one in analysis.choice.solutions
    )
    return TablePart(
        key="solutions",
        title="What other numbers of segments would give",
        columns=(
            *numbers("k"),
            Column("Segments, largest first"),
            *numbers("Groups", "Slices", "Weak", *(("Later revenue foretold",) if foretold else ()), "Agreement"),
        ),
        rows=rows,
        marked=tuple(place for place, one in enumerate(analysis.choice.solutions) if one.k == made),
        note=f"Each segment bears the name of the one above that it shares most {words.units_word(unit)} with. "
        f"Part of: {words.share(NEARLY_ALL)} or more of its {words.units_word(unit)} are there; mostly: half or more; "
        "among others: fewer. "
        "Agreement: adjusted Rand index with the segments of this run, 1 is the same and 0 is chance. "
        f"Whether segments of other numbers come out again was asked of {words.number_word(SEARCH_RESAMPLES)} "
        "resamples, so few that a Jaccard can be off by a tenth and a segment bear another label."
        + (f" {say('future', 'of each number')}" if foretold else "")
        + (
            f" Shares, labels and agreement are of a sample of {words.count(n_shown)}."
            if analysis.segmentation.n_units > n_shown
            else ""
        ),
    )
