"""What a reader must know of a run before relying on it, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.cleaning import list_reasons
from marketfold.report.sentences.diagnostics import baseline_sentence, trap_sentence
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.selection import number_summary

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.cleaning import CleaningReport


def cleaning_sentences(report: CleaningReport) -> tuple[str, ...]:
    """The warnings of a cleaning, each a full sentence, the weightiest first."""
    reasons = list_reasons(report.ledger)
    return tuple(say("cleaning", one.code, reasons=reasons, **one.numbers) for one in report.warnings)


def run_warnings(analysis: Analysis) -> tuple[str, ...]:
    """Each a sentence: segments not to trust, no groups, what was set aside, what may be wrong with the segments."""
    clean, segments, choice = analysis.data.clean, analysis.segments, analysis.choice.evidence
    found = [*cleaning_sentences(clean.report), *clean.facts.notes]
    if choice.k_choice.answer != "groups":
        found.insert(0, number_summary(choice))
    weak = [str(profile.number) for profile in segments.profiles if profile.trust == "weak"]
    if weak:
        found.insert(0, f"Do not trust {len(weak)} of the segments, they do not come out again: {', '.join(weak)}.")
    traps = [trap_sentence(trap) for trap in segments.traps]
    others = [
        f"What published analyses do with such lines finds nothing new. {baseline_sentence(one)}"
        for one in (segments.baseline.found if segments.baseline else ())
        if one.restates
    ]
    return tuple(dict.fromkeys([*found, *traps, *others]))
