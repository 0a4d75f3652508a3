"""The evidence: for the number of segments, their stability and the reduction, beside the usual way, and the future."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import figures, words
from marketfold.page import Column, Fold, Notice, Prose, Section, TablePart, figure_part, numbers
from marketfold.report import teaching
from marketfold.report.sentences.clustering import disagreements, k_decision, resample_size, rules_applied
from marketfold.report.sentences.selection import future_summary, search_decision, share_range
from marketfold.report.sentences.warnings import baseline_sentence, space_text, trap_sentence
from marketfold.thresholds import PATTERN, STABLE

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.clustering import KChoice, ValidityIndex
    from marketfold.diagnostics import BaselineClusters, LiteratureBaseline
    from marketfold.page import FigurePart, Part
    from marketfold.schema import Unit
    from marketfold.selection import FeatureSetSearch, FutureScore

SHOWN_CANDIDATES = 12


def _index_cell(index: ValidityIndex, k: int) -> str:
    if k not in index.k:
        return words.MISSING
    value = index.at(k)
    return words.count(value) if abs(value) >= 100 else words.decimal(value)


def _k_table(choice: KChoice, chosen: int) -> TablePart:
    wcss = dict(zip(choice.curve.k, choice.curve.wcss, strict=True))
    rows = []
    for k in choice.curve.k:
        fall = f"\u2212{words.share(1 - wcss[k] / wcss[k - 1])}" if k - 1 in wcss and wcss[k - 1] > 0 else ""
        cells = [_index_cell(index, k) for index in choice.indices.values()]
        rows.append((str(k), words.count(wcss[k]), fall, *cells))
    return TablePart(
        key="k-table",
        title="Every number of segments, by every validity index",
        columns=numbers("k", "WCSS", "change", *(index.label for index in choice.indices.values())),
        rows=tuple(rows),
        marked=(choice.curve.k.index(chosen),) if chosen in choice.curve.k else (),
        note="WCSS: within-cluster sum of squares, in scaled units. It falls with every further segment; what counts "
        "is where it stops falling fast, and whether data without groups would fall alike.",
    )


def k_figures(choice: KChoice, unit: Unit) -> list[FigurePart]:
    """The elbow, the validity indices and the distance from data without groups, as far as they were measured."""
    parts = [figure_part("elbow", figures.elbow_figure(choice), teaching=teaching.about_elbow(choice, unit))]
    if choice.indices:
        parts.append(figure_part("indices", figures.indices_figure(choice), teaching=teaching.about_indices(choice)))
    if choice.gaps:
        parts.append(figure_part("gap", figures.gap_figure(choice)))
    return parts


def k_chapter(analysis: Analysis) -> Section:
    """Why this many segments."""
    choice, chosen = analysis.choice.evidence.k_choice, analysis.choice.evidence.recipe.n_segments
    parts: list[Part] = []
    decision = lead = k_decision(choice)
    if chosen != choice.k:
        asked = analysis.run.config.clustering.segments is not None
        search = analysis.choice.evidence.search
        why = ", as you asked." if asked else f", for this reason: {search_decision(search)}" if search else "."
        lead = f"This run made {chosen} segments{why}"
        parts.append(Notice((decision,), title="What the evidence below says"))
    parts.extend(k_figures(choice, analysis.segmentation.unit))
    if against := disagreements(choice):
        parts.append(Notice(against, title="Who disagrees"))
    parts.append(Fold("All numbers", (_k_table(choice, chosen),)))
    parts.append(Fold("The rules that were applied", (Notice(rules_applied(choice)),)))
    return Section("how-many", "How many segments?", tuple(parts), lead, "How many?")


def _stability_table(analysis: Analysis) -> TablePart:
    rows = [
        (profile.name, words.decimal(found.jaccard), words.decimal(found.slsw), found.trust)
        for profile, found in zip(analysis.segments.profiles, analysis.stability.segments, strict=True)
    ]
    return TablePart(
        key="stability-table",
        title="Trust, segment by segment",
        columns=(Column("Segment"), *numbers("Jaccard", "Stability within the solution"), Column("Trust")),
        rows=tuple(rows),
        segments=tuple(profile.number for profile in analysis.segments.profiles),
        note="Jaccard: members that a segment shares with its best match in a resample, out of the members of either. "
        f"Stable from {words.decimal(STABLE)}, a pattern from {words.decimal(PATTERN)}, weak below (Hennig 2007).",
    )


def _stability_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The resamples, segment by segment, and how segments split as there are more of them."""
    names = [profile.name for profile in analysis.segments.profiles]
    across, resampled = analysis.choice.across, figures.stability_figure(analysis.stability, names)
    notes = teaching.about_stability(analysis.stability, names, analysis.segmentation.unit)
    parts = [figure_part("jaccards", resampled, teaching=notes)]
    if len(across.k) > 1:
        split = teaching.about_splitting(across, analysis.choice.evidence.recipe.n_segments, names)
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
    parts: list[Part] = [*_stability_figures(analysis), _stability_table(analysis)]
    if few := resample_size(found):
        parts.append(Notice((few,)))
    serious = tuple(map(trap_sentence, analysis.segments.traps))
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
    rows = [
        (
            candidate.feature_set.replace("_", " and "),
            str(candidate.k),
            *map(words.decimal, (candidate.ari, candidate.jaccard)),
            words.count(candidate.smallest),
            words.known(candidate.explained, words.share),
            "holds" if candidate.holds else "",
        )
        for candidate in shown
    ]
    more = len(search.candidates) - len(shown)
    return TablePart(
        key="feature-sets",
        title="Feature sets that were tried",
        caption="The same customers, told apart by fewer features. What is foretold here is of the half of them by "
        "which the choice was made; of the other half it stands in the test on the future.",
        columns=(
            Column("Features"),
            *numbers("k", "Resamples agree", "Lowest Jaccard", "Smallest segment", "Later revenue foretold"),
            Column("Every segment stable"),
        ),
        rows=tuple(rows),
        marked=tuple(i for i, candidate in enumerate(shown) if candidate == search.chosen),
        note=(f"{words.count(more)} more were tried. " if more > 0 else "")
        + "The chosen one was then measured again on resamples that the choice had not seen: its lowest Jaccard is "
        f"{words.decimal(min(search.adjusted_jaccards))}.",
    )


def _future_table(future: FutureScore) -> TablePart:
    rows = [
        (f"These {future.n_segments} segments", future.segments),
        ("Recency, frequency and money in 25 cells", future.rfm),
        ("Random groups of the same sizes, on average", future.random),
        ("About what can be known (gradient boosting)", future.upper_bound),
    ]
    return TablePart(
        key="future-table",
        title="How much of what came next the groups foretell",
        columns=(Column("Groups"), *numbers("Later revenue foretold", "Middle 95 %")),
        rows=tuple((name, words.share(one.share), share_range(one)) for name, one in rows),
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
