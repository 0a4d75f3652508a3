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
from marketfold.report.sentences.selection import reduction_decision, search_decision, skip_reason


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
    yield _row("validity index", "prefers k")
    yield _row("---", "--:")
    yield _row("elbow (kneed)", choice.curve.knee.k)
    for index in choice.indices.values():
        yield _row(index.label, index.prefers)


def _reductions(analysis: Analysis) -> Iterator[str]:
    comparison = analysis.choice.evidence.comparison
    if comparison is None:
        return
    heads = (
        "reduction",
        "dimensions",
        "comes back",
        "silhouette",
        "Calinski-Harabasz",
        "ARI",
        "next revenue",
        "seconds",
    )
    yield _row(*heads)
    yield _row("---", *["--:"] * (len(heads) - 1))
    for s in comparison.scores:
        if s.skipped:
            yield _row(s.method, skip_reason(comparison, s.method), *[""] * 6)
            continue
        worth = (_number(s.reconstruction), _number(s.silhouette), _number(s.calinski_harabasz, 0), _number(s.ari))
        yield _row(s.method, s.n_dimensions, *worth, _number(s.explained, 3), _number(s.seconds, 1))
    yield ""
    yield reduction_decision(comparison)


def _feature_sets(analysis: Analysis) -> Iterator[str]:
    search = analysis.choice.evidence.search
    if search is None:
        return
    yield search_decision(search)
    yield ""
    yield _row("feature set", "k", "ARI", "weakest Jaccard", "smallest", "next revenue", "holds")
    yield _row("---", *["--:"] * 5, "---")
    for c in search.candidates[:10]:
        holds = "yes" if c.holds else "no"
        yield _row(c.feature_set, c.k, _number(c.ari), _number(c.jaccard), c.smallest, _number(c.explained, 3), holds)


def _future(analysis: Analysis) -> Iterator[str]:
    score = analysis.choice.future
    if score is None:
        return
    made = f"{score.n_segments} segments"
    yield _row("cutoff", "customers", made, "25 RFM cells", "random groups", "gradient boosting")
    yield _row("---", *["--:"] * 5)
    figures = (score.segments, score.rfm, score.random, score.upper_bound)
    yield _row(score.cutoff, f"{score.n_units:,}", *(_number(figure, 3) for figure in figures))


def told(name: str, analysis: Analysis) -> str:
    """One section of the page."""
    parts = [f"## {name}", k_decision(analysis.choice.evidence.k_choice)]
    for title, table in (
        ("Segments", _segments),
        ("Feature sets", _feature_sets),
        ("How many", _indices),
        ("Reductions", _reductions),
        ("The next period", _future),
    ):
        lines = "\n".join(table(analysis))
        parts += [f"### {title}", lines] if lines else []
    traps = "\n".join(f"- {trap_sentence(trap)}" for trap in analysis.segments.traps) or "None was raised."
    return "\n\n".join([*parts, "### Traps", traps])


if __name__ == "__main__":
    for source in sys.argv[1:]:
        orders = make_shop().lines if source == "demo" else source
        print(told(Path(source).name, segment_market(orders, RunConfig())), end="\n\n", flush=True)
