"""`run.json`: what a run read, decided and found. Its keys are an interface; `run.schema.json` says what each means."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from marketfold.features import Outlook, outlook_of
from marketfold.report import (
    REDUCTION_RULE,
    about_suitability,
    baseline_sentence,
    disagreements,
    feature_set_reason,
    merge_sentence,
    number_decision,
    outlook_sentence,
    reduction_decision,
    rule_words,
    run_warnings,
    search_decision,
    skip_reason,
    space_text,
    trap_sentence,
    trust_summary,
)
from marketfold.runs.buying_record import bought_together, cohorts
from marketfold.version import __version__, versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.analysis import Analysis
    from marketfold.decisions import TableRead
    from marketfold.diagnostics import ColumnDependency, Trap
    from marketfold.segments import SegmentProfile
    from marketfold.selection import Candidate, GroupTest, ReducerComparison, ReducerScore, Solution


def run_record(analysis: Analysis) -> dict[str, Any]:
    """Everything that `run.json` says, ready for JSON."""
    config, as_of = analysis.run.config, analysis.segmentation.table.as_of
    return {
        "marketfold": __version__,
        "seed": config.seed,
        "unit": analysis.segmentation.unit,
        "as_of": as_of.isoformat() if as_of else None,
        "input": _input(analysis),
        "ledger": analysis.data.ledger.to_dict(),
        "sample": _sample(analysis),
        "feature_set": _feature_set(analysis),
        "features": _features(analysis),
        "choose_k": _choose_k(analysis),
        "reduction": _reduction(analysis),
        "stability": _stability(analysis),
        "future": asdict(analysis.choice.future) if analysis.choice.future else None,
        "expected": _expected(analysis),
        "traps": [trap_record(trap, analysis) for trap in analysis.segments.traps],
        "literature_baseline": _literature_baseline(analysis),
        "bought_together": bought_together(analysis),
        "cohorts": cohorts(analysis),
        "segments": [
            segment_facts(profile, analysis) | {"made_of": list(parts)}
            for profile, parts in zip(analysis.segments.profiles, analysis.segmentation.made_of, strict=True)
        ],
        "warnings": list(run_warnings(analysis)),
        "configuration": config.model_dump(mode="json"),
        "stages": [asdict(stage) for stage in analysis.run.stages],
        "versions": versions(),
    }


def refreshed_record(old: Mapping[str, Any], analysis: Analysis, warnings: Sequence[str]) -> dict[str, Any]:
    """What `run.json` says of a run with new orders: lines and segments anew, the model as the old one did."""
    as_of, config = analysis.segmentation.table.as_of, dict(old["configuration"])
    config["features"] = config["features"] | {"as_of": None}
    made_of = {one["number"]: one.get("made_of", [one["number"]]) for one in old["segments"]}
    doubts = (one.text for one in analysis.data.warned)
    return dict(old) | {
        "marketfold": __version__,
        "as_of": as_of.isoformat() if as_of else None,
        "input": _input(analysis),
        "ledger": analysis.data.ledger.to_dict(),
        "bought_together": bought_together(analysis),
        "cohorts": cohorts(analysis),
        "segments": [
            segment_facts(profile, analysis) | {"made_of": made_of[profile.number]}
            for profile in analysis.segments.profiles
        ],
        "warnings": [*warnings, *doubts],
        "configuration": config,
        "stages": [asdict(stage) for stage in analysis.run.stages],
        "versions": versions(),
    }


def segment_facts(profile: SegmentProfile, analysis: Analysis) -> dict[str, Any]:
    """What tables and `run.json` say of one segment, beside its features."""
    told = ("number", "name", "units", "unit_share", "revenue_total", "revenue_share")
    names = (*told, "trust", "jaccard", "separation", "p")
    table = analysis.segmentation.table
    rule = rule_words(profile.rule, table) if profile.rule else None
    unknown = {} if analysis.segmentation.has_money else {"revenue_total": None, "revenue_share": None}
    return {name: getattr(profile, name) for name in names} | unknown | {"rule": rule}


def _input(analysis: Analysis) -> dict[str, Any]:
    facts, reads = analysis.data.facts, analysis.data.reads
    names = ("lines", "orders", "customers", "first_on", "last_on", "amount_total")
    return {
        "path": analysis.data.source,
        "sha256": analysis.data.sha256,
        "kind": analysis.data.kind,
        "table": _table(facts.table),
        "encoding": facts.encoding,
        **{name: getattr(reads, name) for name in names},
        "mapping": facts.mapping,
        "extra_columns": list(facts.extra_columns),
        "id_is_personal": facts.id_is_personal,
        "decisions": [one.to_dict() for one in analysis.data.decisions],
    }


def _table(read: TableRead | None) -> dict[str, str] | None:
    """Which table of a database it was; the address stands in `path`."""
    return {"kind": read.kind, "database": read.database, "name": read.table} if read else None


def _sample(analysis: Analysis) -> dict[str, int] | None:
    few = analysis.sampled_units
    return {"units": few, "of": analysis.segmentation.n_units} if few else None


def _feature_set(analysis: Analysis) -> dict[str, Any]:
    search = analysis.choice.evidence.search
    return {
        "name": analysis.choice.evidence.recipe.feature_set,
        "decision": search_decision(search) if search else feature_set_reason(analysis.choice.evidence),
        "candidates": [_candidate(one) for one in search.candidates] if search else [],
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    names = ("feature_set", "k", "jaccard", "smallest", "explained", "repeats")
    return {name: getattr(one, name) for name in names}


def _features(analysis: Analysis) -> dict[str, Any]:
    matrix = analysis.segmentation.matrix
    return {
        "measured": list(analysis.segmentation.table.names),
        "shaping": list(matrix.names),
        "left_out": analysis.segmentation.table.left_out | matrix.left_out,
    }


def _choose_k(analysis: Analysis) -> dict[str, Any]:
    choice = analysis.choice.evidence.k_choice
    return {
        "k": analysis.choice.evidence.recipe.n_segments,
        "advised": choice.k,
        "from": analysis.choice.evidence.number_from,
        "finding": analysis.choice.evidence.finding,
        "summary": trust_summary(analysis),
        "merged": merge_sentence(analysis.segmentation) or None,
        "null": _null(analysis.choice.evidence.groups),
        "solutions": [_solution(one, analysis) for one in analysis.choice.solutions],
        "answer": choice.answer,
        "strength": choice.strength,
        "knee": choice.curve.knee.k,
        "curve": choice.curve.points(),
        "decision": number_decision(analysis.choice.evidence, analysis.segmentation.unit),
        "disagreeing": list(disagreements(choice, analysis.choice.evidence.recipe.n_segments)),
        "indices": {
            name: {"k": one.k, "values": one.values, "prefers": one.prefers} for name, one in choice.indices.items()
        },
    }


def _null(test: GroupTest | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {
        "kind": test.null,
        "draws": len(test.highest),
        "units": test.n_units,
        "feature_set": test.found.feature_set,
        "k": test.k,
        "p": test.p,
        "separations": list(test.separations),
        "p_values": list(test.p_values),
        "highest": list(test.highest),
    }


def _solution(one: Solution, analysis: Analysis) -> dict[str, Any]:
    made = analysis.segmentation
    parts = zip(one.shares, one.most_alike, one.alike, one.within, one.trust, strict=True)
    return {
        "k": one.k,
        "segments": [
            {
                "unit_share": units,
                "like": made.numbers[which],
                "name": made.names[which],
                "jaccard": how,
                "within": within,
                "trust": trust,
            }
            for units, which, how, within, trust in parts
        ],
        "explained": one.explained,
        "ari": one.ari,
    }


def _reduction(analysis: Analysis) -> dict[str, Any]:
    comparison, suitability = analysis.choice.evidence.comparison, analysis.choice.evidence.suitability
    return {
        "method": analysis.choice.evidence.recipe.method,
        "n_dimensions": int(analysis.segmentation.dimensions.shape[1]),
        "compared": [_reducer_score(comparison, score) for score in comparison.scores] if comparison else [],
        "agreement": [list(row) for row in comparison.agreement] if comparison else [],
        "refits": comparison.refits if comparison else 0,
        "of_own_features": comparison.of_own_features if comparison else None,
        "rule": REDUCTION_RULE if comparison else None,
        "decision": reduction_decision(comparison) if comparison else None,
        "suitability": list(about_suitability(suitability)) if suitability else [],
        "reconstructions": [asdict(one) for one in suitability.reconstructions] if suitability else [],
    }


def _reducer_score(comparison: ReducerComparison, score: ReducerScore) -> dict[str, Any]:
    names = (field.name for field in fields(score) if field.name not in {"skipped", "drawn", "fitted"})
    lead = comparison.leads.get(score.method)
    behind = {"behind": lead.value if lead else 0.0, "behind_error": lead.error if lead else 0.0}
    told = {name: getattr(score, name) for name in names}
    return (
        told
        | (behind if not score.skipped else dict.fromkeys(behind))
        | {"skipped": skip_reason(comparison, score.method)}
    )


def _stability(analysis: Analysis) -> dict[str, Any]:
    stability, across = analysis.stability, analysis.choice.across
    return {
        "ari": stability.ari,
        "pairs": stability.n_pairs,
        "jaccard": [one.jaccard for one in stability.segments],
        "slsw": [one.slsw for one in stability.segments],
        "slsa": [{"k": k, "segments": [across.of(k, segment) for segment in range(k)]} for k in across.k[1:]],
    }


def _expected(analysis: Analysis) -> dict[str, Any] | None:
    outlook, check = outlook_of(analysis.segmentation.table), analysis.choice.outlook
    if outlook is None:
        return None
    fits = isinstance(outlook, Outlook)
    return {
        "fits": fits,
        "sentence": outlook_sentence(outlook, check, analysis.data.currency),
        "parameters": asdict(outlook) if fits else None,
        "why_not": None if fits else asdict(outlook),
        "check": asdict(check) if check else None,
    }


def trap_record(trap: Trap, analysis: Analysis) -> dict[str, Any]:
    """What `run.json` says of a trap."""
    sentence = trap_sentence(trap, analysis.segmentation.unit, analysis.data.kind)
    told = {"code": trap.code, "columns": trap.columns, "sentence": sentence}
    return told | {"severity": trap.severity, "segments": trap.segments, "facts": trap.facts}


def _dependency(found: ColumnDependency) -> dict[str, Any]:
    return {**asdict(found), "classes": list(found.classes), "counts": found.counts.tolist()}


def _literature_baseline(analysis: Analysis) -> dict[str, Any] | None:
    baseline = analysis.segments.baseline
    if baseline is None:
        return None
    found = [
        {
            "way": space_text(one),
            "restates": one.restates,
            "sentence": baseline_sentence(one),
            "rules": [_dependency(dependency) for dependency in one.dependencies],
        }
        for one in baseline.found
    ]
    return {"lines": baseline.n_lines, "columns": baseline.n_columns, "found": found}
