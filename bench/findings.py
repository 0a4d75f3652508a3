"""What a run says of each given order file, as the Markdown tables of docs/explanation/findings.md.

python -m bench.findings demo sales_data_sample.csv CDNOW_master.txt
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from marketfold.analysis import Analysis
from marketfold.config import RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.report import rule_words, trap_sentence
from marketfold.report.sentences.clustering import k_decision
from marketfold.report.sentences.selection import (
    reduction_decision,
    skip_reason,
)


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _segments(analysis: Analysis) -> Iterator[str]:
    yield _row("", "segment", "units", "of revenue", "Jaccard", "trust", "rule")
    yield _row("--:", "---", "--:", "--:", "--:", "---", "---")
    for p in analysis.segments.profiles:
        rule = rule_words(p.rule, analysis.segmentation.table) if p.rule else ""
        yield _row(p.number, p.name, f"{p.units:,}", f"{p.revenue_share:.0%}", _number(p.jaccard), p.trust, rule)


def _indices(analysis: Analysis) -> Iterator[str]:
    choice = analysis.choice.evidence.k_choice
    yield _row("elbow (kneed)", *(index.label for index in choice.indices.values()))
    yield _row("--:", *["--:"] * len(choice.indices))
    yield _row(choice.curve.knee.k, *(index.prefers for index in choice.indices.values()))


def _reductions(analysis: Analysis) -> Iterator[str]:
    comparison = analysis.choice.evidence.comparison
    if comparison is None:
        return
    heads = (
        "reduction",
        "dimensions",
        "comes back",
        "shuffled",
        "silhouette",
        "ARI",
        "weakest Jaccard",
        "later revenue",
    )
    yield _row(*heads, "behind the best", "seconds")
    yield _row("---", *["--:"] * (len(heads) + 1))
    for s in comparison.scores:
        if s.skipped:
            yield _row(s.method, skip_reason(comparison, s.method), *[""] * len(heads))
            continue
        worth = (s.reconstruction, s.shuffled, s.silhouette, s.ari, s.jaccard)
        lead = comparison.leads.get(s.method)
        behind = f"{lead.value:.3f} ± {lead.error:.3f}" if lead else ""
        figures = (*map(_number, worth), _number(s.explained, 3), behind, _number(s.seconds, 1))
        yield _row(s.method, s.n_dimensions, *figures)
    yield ""
    yield reduction_decision(comparison)


def _feature_sets(analysis: Analysis) -> Iterator[str]:
    search = analysis.choice.evidence.search
    if search is None:
        return
    yield _row("feature set", "k", "weakest Jaccard", "fit to later revenue", "repeats")
    yield _row("---", *["--:"] * 3, "---")
    for c in search.candidates[:5]:
        repeats = "yes" if c.repeats else "no"
        yield _row(c.feature_set, c.k, _number(c.jaccard), _number(c.explained, 3), repeats)


def _future(analysis: Analysis) -> Iterator[str]:
    score = analysis.choice.future
    if score is None:
        return
    yield _row(
        f"from {score.cutoff}, {score.n_evaluated:,} of {score.n_units:,} customers", "later revenue", "middle 95 %"
    )
    yield _row("---", "--:", "--:")
    rows = {
        f"{score.n_segments} segments": score.segments,
        "25 RFM cells": score.rfm,
        "random groups of the same sizes": score.random,
        "gradient boosting": score.boosting,
        "segments over RFM cells (paired)": score.over_rfm,
        "segments over random groups (paired)": score.over_random,
    }
    for name, one in rows.items():
        yield _row(name, _number(one.share, 3), f"{one.low:.3f} to {one.high:.3f}")


def told(name: str, analysis: Analysis) -> str:
    """One section of the page."""
    evidence = analysis.choice.evidence
    parts = [
        f"## {name}",
        k_decision(evidence.k_choice, analysis.segmentation.unit, groups=evidence.finding == "groups"),
    ]
    for title, table in (
        ("Segments", _segments),
        ("Feature sets", _feature_sets),
        ("k that each index prefers", _indices),
        ("Reductions", _reductions),
        ("The next period", _future),
    ):
        lines = "\n".join(table(analysis))
        parts += [f"### {title}", lines] if lines else []
    traps = "\n".join(f"- {trap_sentence(trap)}" for trap in analysis.segments.traps)
    return "\n\n".join([*parts, *(["### Traps", traps] if traps else [])])


if __name__ == "__main__":
    for source in sys.argv[1:]:
        orders = make_shop().lines if source == "demo" else source
        print(told(Path(source).name, segment_market(orders, RunConfig())), end="\n\n", flush=True)
