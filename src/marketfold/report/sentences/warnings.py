"""What a reader must know of a run before relying on it, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.report.sentences.diagnostics import baseline_sentence, trap_sentence
from marketfold.report.sentences.selection import number_summary

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def run_warnings(analysis: Analysis) -> tuple[str, ...]:
    """Each a sentence: segments not to trust, no groups, what was set aside, what may be wrong with the segments."""
    clean, segments, choice = analysis.data.clean, analysis.segments, analysis.choice.evidence
    found = [*clean.facts.warnings, *clean.report.warnings]
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
