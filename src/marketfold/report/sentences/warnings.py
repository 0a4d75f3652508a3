"""What a reader must know of a run before relying on it: of its orders, of traps, and of the usual way."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

from marketfold.diagnostics import SAMPLED
from marketfold.reduction import label_of
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.trust import trust_summary
from marketfold.words import decimal, listed, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.analysis import Analysis
    from marketfold.diagnostics import BaselineClusters, Trap
    from marketfold.schema import Unit


FIRST = frozenset({"joining_date", "one_order_each"})
"""Traps that say what the whole page is about; they are told before anything else."""

LATE_DAYS = 31
"""An export is made within a month of its last order; features of a later day take an old file for a silent shop."""


def trap_sentence(
    trap: Trap,
    unit: Unit = "customer",
    source: Literal["orders", "customers"] = "orders",
    called: Mapping[str, str] | None = None,
) -> str:
    """What was found and what to do about it, by what is segmented and of which kind its file is.

    `called` has what columns are called for people who do not know their names.
    """
    columns = tuple((called or {}).get(name, name) for name in trap.columns)
    kind, column = trap.facts.get("kind"), next(iter(columns), "")
    way = say("way_out", source)
    facts = {
        "column": column,
        "columns": columns,
        "others": columns[1:],
        "first": shlex.quote(trap.columns[1]) if trap.columns[1:] else "",
        "segments": [str(number) for number in trap.segments],
        "unit": unit,
        "way": way,
        "leave_out": say("way_out", "leave_out", column=column, way=way),
    }
    told = say("trap", f"{trap.code}.{kind}" if kind else trap.code, **(facts | trap.facts))
    few = trap.facts.get(SAMPLED)
    return f"{told} {say('sampled', 'looked', few=few, unit=unit)}" if few else told


def trap_sentences(analysis: Analysis, traps: Sequence[Trap] | None = None) -> tuple[str, ...]:
    """Every trap of a run, or some; features by their labels, as everywhere on the page."""
    unit, source = analysis.segmentation.unit, analysis.data.kind
    features = analysis.segmentation.table.features
    called = {one.name: f"“{one.label}”" for one in features if one.label != one.name}
    traps = analysis.segments.traps if traps is None else traps
    return tuple(trap_sentence(trap, unit, source, called) for trap in traps)


def space_text(clusters: BaselineClusters) -> str:
    """On what the clusters of the literature baseline were found."""
    if clusters.method == "none":
        return "On the standardised columns"
    return f"On the {clusters.n_dimensions} numbers of {label_of(clusters.method)}"


def baseline_sentence(clusters: BaselineClusters) -> str:
    """From which column the clusters of the literature baseline follow, and how well."""
    best = clusters.best
    largest = float(best.counts.sum(axis=1).max() / best.counts.sum())
    what = best.column if len(best.classes) == len(best.counts) else f"groups of values of {best.column}"
    degree = "nothing else" if clusters.restates else "little else"
    claim = (
        f"are {what} and {degree}"
        if clusters.reproduced
        else f"follow from no class column alone; nearest is {best.column}"
    )
    return (
        f"{space_text(clusters)}, the three clusters {claim}: a rule on that one column foretells "
        f"{share(best.accuracy)} of the lines, where naming the largest cluster foretells {share(largest)} (adjusted "
        f"Rand {decimal(best.agreement)})."
    )


def _as_of_late(analysis: Analysis) -> tuple[str, ...]:
    """That features look back from a day long after the last order."""
    as_of, last_on = analysis.segmentation.table.as_of, analysis.data.reads.last_on
    days = (as_of - last_on).days if as_of and last_on else 0
    return (say("run_warning", "as_of_late", as_of=as_of, days=days),) if days > LATE_DAYS else ()


def run_warnings(analysis: Analysis) -> tuple[str, ...]:
    """Each a sentence: segments not to trust, no groups, what was set aside, what may be wrong with the segments.

    What reading warned of and a trap says of all lines is told once, by the trap.
    """
    segments = analysis.segments
    trapped = {trap.code for trap in segments.traps}
    found = [one.text for one in analysis.data.warned if one.code not in trapped]
    found += _as_of_late(analysis)
    if all(profile.trust != "group" for profile in segments.profiles):
        found.insert(0, trust_summary(analysis))
    weak = [str(profile.number) for profile in segments.profiles if profile.trust == "weak"]
    if 0 < len(weak) < len(segments.profiles):  # of none that comes out again the summary says so
        which = f"segment {weak[0]}: it does" if len(weak) == 1 else f"segments {listed(weak)}: they do"
        found.insert(0, f"Do not trust {which} not come out again.")
    others = [
        f"What published analyses do with such lines finds nothing new. {baseline_sentence(one)}"
        for one in (segments.baseline.found if segments.baseline else ())
        if one.restates
    ]
    first = trap_sentences(analysis, [trap for trap in segments.traps if trap.code in FIRST])
    rest = trap_sentences(analysis, [trap for trap in segments.traps if trap.code not in FIRST])
    return tuple(dict.fromkeys([*first, *found, *rest, *others]))
