"""`run.json`: what a run read, decided and found. Its keys are an interface; `run.schema.json` says what each means."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from marketfold import __version__

if TYPE_CHECKING:
    from marketfold.pipeline import Analysis
    from marketfold.schema import Ledger
    from marketfold.segments import ColumnRule

TOLD_VERSIONS = ("duckdb", "keras", "narwhals", "numpy", "plotly", "pyarrow", "scikit-learn", "scipy", "tensorflow")


def run_schema() -> dict[str, Any]:
    """JSON Schema of `run.json`."""
    text = resources.files("marketfold.runs").joinpath("run.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def run_record(analysis: Analysis) -> dict[str, Any]:
    """Everything that `run.json` says, ready for JSON."""
    config = analysis.config
    return {
        "marketfold": __version__,
        "seed": config.seed,
        "unit": analysis.table.unit,
        "as_of": analysis.table.as_of.isoformat(),
        "input": _input(analysis),
        "ledger": _ledger(analysis.clean.report.ledger),
        "view": _view(analysis),
        "features": _features(analysis),
        "choose_k": _choose_k(analysis),
        "reduction": _reduction(analysis),
        "stability": _stability(analysis),
        "future": asdict(analysis.future) if analysis.future else None,
        "traps": [asdict(trap) for trap in analysis.traps],
        "usual_way": _usual_way(analysis),
        "segments": [_segment(profile) for profile in analysis.profiles],
        "warnings": list(analysis.warnings),
        "configuration": config.model_dump(mode="json"),
        "stages": [asdict(stage) for stage in analysis.stages],
        "versions": {name: metadata.version(name) for name in TOLD_VERSIONS},
    }


def _input(analysis: Analysis) -> dict[str, Any]:
    facts, reads = analysis.clean.facts, analysis.clean.report.reads
    return {
        "path": analysis.source,
        "encoding": facts.encoding,
        "lines": reads.lines,
        "orders": reads.orders,
        "customers": reads.customers,
        "first_on": reads.first_on,
        "last_on": reads.last_on,
        "amount_total": reads.amount_total,
        "mapping": facts.mapping,
        "extra_columns": list(facts.extra_columns),
        "notes": list(facts.notes),
    }


def _ledger(ledger: Ledger) -> dict[str, Any]:
    lines = {"read": ledger.lines_read, "kept": ledger.lines_kept, "set_aside": ledger.lines_set_aside}
    money = {"read": ledger.money_read, "kept": ledger.money_kept, "set_aside": ledger.money_set_aside}
    return {"lines": lines, "money": money}


def _view(analysis: Analysis) -> dict[str, Any]:
    search = analysis.choice.search
    return {
        "name": analysis.choice.recipe.view,
        "verdict": search.verdict if search else None,
        "candidates": [asdict(candidate) for candidate in search.candidates] if search else [],
    }


def _features(analysis: Analysis) -> dict[str, Any]:
    matrix = analysis.segmented.matrix
    return {
        "measured": list(analysis.table.names),
        "shaping": list(matrix.names),
        "left_out": analysis.table.left_out | matrix.left_out,
    }


def _choose_k(analysis: Analysis) -> dict[str, Any]:
    choice = analysis.choice.k_choice
    return {
        "k": analysis.choice.recipe.n_segments,
        "advised": choice.k,
        "answer": choice.answer,
        "strength": choice.strength,
        "knee": choice.curve.knee.k,
        "curve": choice.curve.points(),
        "verdict": analysis.choice.verdict,
        "dissenters": list(choice.dissenters),
        "witnesses": {
            name: {"k": w.k, "values": w.values, "prefers": w.prefers} for name, w in choice.witnesses.items()
        },
    }


def _reduction(analysis: Analysis) -> dict[str, Any]:
    comparison, suitability = analysis.choice.comparison, analysis.choice.suitability
    return {
        "method": analysis.choice.recipe.method,
        "n_dimensions": int(analysis.segmented.dimensions.shape[1]),
        "compared": [asdict(score) for score in comparison.scores] if comparison else [],
        "rule": comparison.rule if comparison else None,
        "verdict": comparison.verdict if comparison else None,
        "suitability": list(suitability.sentences) if suitability else [],
        "reconstructions": [asdict(one) for one in suitability.reconstructions] if suitability else [],
    }


def _stability(analysis: Analysis) -> dict[str, Any]:
    stability, across = analysis.stability, analysis.across
    return {
        "ari": stability.ari,
        "pairs": stability.n_pairs,
        "jaccard": [one.jaccard for one in stability.segments],
        "slsw": [one.slsw for one in stability.segments],
        "slsa": [{"k": k, "segments": [across.of(k, segment) for segment in range(k)]} for k in across.k[1:]],
    }


def _rule(rule: ColumnRule) -> dict[str, Any]:
    return {**asdict(rule), "classes": list(rule.classes), "counts": rule.counts.tolist()}


def _usual_way(analysis: Analysis) -> dict[str, Any] | None:
    usual = analysis.usual
    if usual is None:
        return None
    found = [
        {"way": one.way, "restates": one.restates, "sentence": one.sentence, "rules": [_rule(r) for r in one.rules]}
        for one in usual.found
    ]
    return {"lines": usual.n_lines, "columns": usual.n_columns, "found": found}


def _segment(profile: Any) -> dict[str, Any]:
    names = ("number", "name", "units", "unit_share", "revenue_total", "revenue_share", "trust", "jaccard")
    told = {name: getattr(profile, name) for name in names}
    return told | {"rule": profile.rule.words if profile.rule else None}
