"""What the usual notebook finds in the same order lines, and of which column that is a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.page import Column, Section, TablePart, numbers
from marketfold.report.sentences.diagnostics import baseline_sentence, space_text
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.diagnostics import BaselineClusters, LiteratureBaseline


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
        teaching=(say("teaching", "baseline"), say("teaching", "baseline_why")),
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
