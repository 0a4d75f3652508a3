"""The evidence: for the segments' trust and the reduction, beside the usual way, and the future."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from marketfold import figures, words
from marketfold.page import Column, Notice, Prose, Section, TablePart, figure_part, numbers
from marketfold.report import teaching
from marketfold.report.sentences.clustering import resample_size
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.selection import (
    features_of,
    future_summary,
    near_share,
    sample_note,
    search_decision,
    share_range,
)
from marketfold.report.sentences.trust import drawn_word, labels_are_unseen, trust_evidence
from marketfold.report.sentences.warnings import baseline_sentence, space_text, trap_sentences
from marketfold.selection import ASIDE_ROWS, FEWEST_ASIDE
from marketfold.thresholds import SIGNIFICANCE, STABLE

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.diagnostics import BaselineClusters, LiteratureBaseline
    from marketfold.page import Part
    from marketfold.selection import FeatureSetSearch, FutureScore

SHOWN_CANDIDATES = 12


def of_sample(analysis: Analysis) -> tuple[Notice, ...]:
    """The notice above what is told of a sample; none where segments were chosen by all units."""
    note = sample_note(analysis)
    return (Notice((note,), title="Of a sample"),) if note else ()


def _stability_table(analysis: Analysis) -> TablePart:
    rows = [
        (
            profile.name,
            *(words.known(value, words.decimal) for value in (profile.jaccard, profile.separation)),
            words.known(profile.p, partial(words.decimal, digits=3)),
            words.decimal(found.slsw),
            profile.trust or "",
        )
        for profile, found in zip(analysis.segments.profiles, analysis.stability.segments, strict=True)
    ]
    drawn, unseen = drawn_word(analysis.choice.evidence.groups), labels_are_unseen(analysis)
    return TablePart(
        key="stability-table",
        title="Trust, segment by segment",
        columns=(
            Column("Segment"),
            *numbers(
                "Jaccard, other half" if unseen else "Jaccard", "Separation", "p", "Stability within the solution"
            ),
            Column("Trust"),
        ),
        rows=tuple(rows),
        segments=tuple(profile.number for profile in analysis.segments.profiles),
        note=say("stability_note", "unseen" if unseen else "resampled", stable=STABLE, drawn=drawn, level=SIGNIFICANCE),
    )


def _stability_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The resamples, segment by segment, and how segments split as there are more of them."""
    names = [profile.name for profile in analysis.segments.profiles]
    across, resampled = analysis.choice.across, figures.stability_figure(analysis.stability, names)
    unseen = labels_are_unseen(analysis)
    notes = teaching.about_stability(analysis.stability, names, analysis.segmentation.unit, unseen=unseen)
    parts = [figure_part("jaccards", resampled, teaching=notes)]
    if len(across.k) > 1:
        found = analysis.segmentation.found
        names = names if found is analysis.segmentation else list(found.names)
        split = teaching.about_splitting(across, found.n_segments, names)
        parts.append(figure_part("slsa", figures.slsa_figure(across), teaching=split))
    return tuple(parts)


def stability_chapter(analysis: Analysis) -> Section:
    """Whether the same segments come out again."""
    found = analysis.stability
    units = words.units_word(analysis.segmentation.unit)
    lead = (
        f"The {units} were drawn anew {2 * found.n_pairs} times and segmented afresh. Two such segmentations agreed to "
        f"{words.decimal(found.ari)} on average, where 1 is the same and 0 is chance (adjusted Rand index)."
    )
    parts: list[Part] = [_stability_table(analysis), *_stability_figures(analysis)]
    if evidence := trust_evidence(analysis):
        parts.insert(0, Prose(evidence, title="How trust is earned"))
    if few := resample_size(found, analysis.segmentation.unit):
        parts.append(Notice((few,)))
    serious = trap_sentences(analysis)
    if serious:
        parts.append(Notice(serious, title="Traps that were looked for, and found"))
    return Section("stability", "Would they come out again?", tuple(parts), lead, "Stability")


def _rules_table(baseline: LiteratureBaseline) -> TablePart:
    columns = sorted(rule.column for rule in baseline.found[0].dependencies)
    rows = []
    for one in baseline.found:
        rules = {rule.column: rule for rule in one.dependencies}
        cells = (f"{words.share(rules[name].accuracy)} ({words.decimal(rules[name].agreement)})" for name in columns)
        rows.append((space_text(one).removeprefix("On the "), *cells))
    return TablePart(
        key="baseline-rules",
        title="How much of the clusters follows from one column",
        caption="Lines whose cluster is foretold by a rule on that column alone; in brackets the adjusted Rand index "
        "of rule and clusters, where 1 is the same and 0 is chance.",
        columns=(Column("K-means, three clusters"), *numbers(*columns)),
        rows=tuple(rows),
        teaching=teaching.about_baseline(),
    )


def _clusters_table(place: int, one: BaselineClusters) -> TablePart:
    best = one.best
    return TablePart(
        key=f"baseline-{place}",
        title=f"{space_text(one)}: clusters against {best.column}",
        columns=(Column(best.column), *numbers(*(f"Cluster {c}" for c in range(1, len(best.counts) + 1)))),
        rows=tuple(
            (value, *(words.count(n) for n in row))
            for value, row in zip(best.classes, best.counts.T.tolist(), strict=True)
        ),
        note=baseline_sentence(one),
    )


def baseline_chapter(analysis: Analysis) -> Section | None:
    """What published analyses find in such order lines; None where the run is not about lines."""
    baseline = analysis.segments.baseline
    if baseline is None:
        return None
    tables = (_clusters_table(place, one) for place, one in enumerate(baseline.found, start=1))
    lead = (
        f"Published analyses turn order lines into a wide table ({baseline.n_columns} columns here), a column for each "
        "value of a class among them, standardise it and cluster it. That was done again on "
        f"{words.count(baseline.n_lines)} of your lines, beside your segments and without a say in them. "
        f"{baseline_sentence(baseline.found[0])}"
    )
    return Section(
        "baseline", "What the usual notebook finds", (*tables, _rules_table(baseline)), lead, "The usual way"
    )


def _search_table(search: FeatureSetSearch) -> TablePart:
    shown = search.candidates[:SHOWN_CANDIDATES]
    fits = any(candidate.explained is not None for candidate in search.candidates)
    rows = [
        (
            features_of(candidate.feature_set),
            str(candidate.k),
            words.decimal(candidate.jaccard),
            words.count(candidate.smallest),
            *((words.known(candidate.explained, words.share),) if fits else ()),
            "yes" if candidate.repeats else "",
        )
        for candidate in shown
    ]
    more = len(search.candidates) - len(shown)
    notes = [f"{words.count(more)} more were tried."] * (more > 0) + [say("search", "fit")] * fits
    return TablePart(
        key="feature-sets",
        title="Feature sets that were tried",
        caption="The same customers, told apart by fewer features; all figures are of the half of them that chose, the "
        f"smallest segment of the part of it that made the cuts: from {words.count(4 * FEWEST_ASIDE)} customers on "
        f"half of that half, {words.count(ASIDE_ROWS)} at most.",
        columns=(
            Column("Features"),
            *numbers("k", "Lowest Jaccard", "Smallest segment", *(("Fit to later revenue",) if fits else ())),
            Column("All come out again, none too small"),
        ),
        rows=tuple(rows),
        marked=tuple(i for i, candidate in enumerate(shown) if candidate == search.chosen),
        note=" ".join(notes),
    )


def _future_table(future: FutureScore) -> TablePart:
    rows = [
        (f"These {future.n_segments} segments", future.segments),
        ("Recency, frequency and money in 25 cells", future.rfm),
        ("Random groups of the same sizes, on average", future.random),
        ("A flexible model of all features (gradient boosting)", future.boosting),
    ]
    return TablePart(
        key="future-table",
        title="How much of what came next each way of sorting foretells",
        columns=(Column("Sorted by"), *numbers("Later revenue foretold", "Middle 95 %")),
        rows=tuple((name, near_share(one.share), share_range(one)) for name, one in rows),
        marked=(0,),
        teaching=teaching.about_future(future),
    )


def choice_chapter(analysis: Analysis) -> Section | None:
    """Which side of the customers, and whether it told anything about the time after; None where neither is known."""
    parts: list[Part] = []
    lead = ""
    if search := analysis.choice.evidence.search:
        lead = search_decision(search)
        if len(search.candidates) > 1:
            parts.append(_search_table(search))
    if future := analysis.choice.future:
        text = (
            f"The segments were made again from what was known on {words.day(future.cutoff)}, and judged on the "
            f"{words.count(future.horizon_days)} days after it: {words.share(future.returned_share)} of the "
            f"{words.count(future.n_units)} customers bought again. {future_summary(future)}"
        )
        lead = lead or text
        if lead != text:
            parts.append(Prose((text,), title="Tested on the future"))
        parts.append(_future_table(future))
    if not parts:
        return None
    return Section("chosen", "How they were chosen, and tested on the future", tuple(parts), lead, "Choice and test")
