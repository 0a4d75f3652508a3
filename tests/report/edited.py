"""An analysis in which one part is another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from marketfold.analysis import DataPart
from marketfold.campaigns.plan import as_made
from marketfold.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.analysis import Analysis, CustomersPart
    from marketfold.cleaning import CleanOrders
    from marketfold.segments import SegmentProfile


def with_evidence(analysis: Analysis, **changes: Any) -> Analysis:
    """The same with another evidence of its choice."""
    evidence = dataclasses.replace(analysis.choice.evidence, **changes)
    return dataclasses.replace(analysis, choice=dataclasses.replace(analysis.choice, evidence=evidence))


def with_profiles(analysis: Analysis, profiles: Iterable[SegmentProfile]) -> Analysis:
    """The same with other profiles."""
    segments = dataclasses.replace(analysis.segments, profiles=tuple(profiles))
    return dataclasses.replace(analysis, segments=segments)


def with_names(analysis: Analysis, names: dict[int, str]) -> Analysis:
    """The same with other names of its segments, as if the run had made them."""
    profiles = [dataclasses.replace(one, name=names.get(one.number, one.name)) for one in analysis.segments.profiles]
    campaigns = [
        as_made(dataclasses.replace(one, name=names.get(one.number, one.name)), "name")
        for one in analysis.plan.campaigns
    ]
    plan = dataclasses.replace(analysis.plan, campaigns=tuple(campaigns))
    return dataclasses.replace(with_profiles(analysis, profiles), plan=plan)


_NUMBERS = {"line_share": 0.1, "lines_read": 10, "reasons": ""}


class _Remark(Decision):
    """A warning that says what a test wants."""

    @property
    def text(self) -> str:
        return str(self.numbers["text"])


def _remark(text: str) -> Decision:
    return _Remark("set_aside", numbers={"text": text} | _NUMBERS)


def with_orders(data: DataPart | CustomersPart, clean: CleanOrders) -> DataPart:
    """The same orders, cleaned otherwise."""
    assert isinstance(data, DataPart)
    return dataclasses.replace(data, clean=clean)


def remarking(analysis: Analysis, *remarks: str) -> Analysis:
    """The same with these warnings and no other."""
    clean, segments, choice = analysis.data.clean, analysis.segments, analysis.choice
    clean = dataclasses.replace(
        clean,
        report=dataclasses.replace(clean.report, decisions=tuple(map(_remark, remarks))),
        orders=dataclasses.replace(clean.orders, facts=dataclasses.replace(clean.facts, decisions=())),
    )
    groups = dataclasses.replace(choice.evidence.k_choice, answer="groups")
    profiles = tuple(dataclasses.replace(profile, trust="group") for profile in segments.profiles)
    return dataclasses.replace(
        analysis,
        data=with_orders(analysis.data, clean),
        choice=dataclasses.replace(choice, evidence=dataclasses.replace(choice.evidence, k_choice=groups)),
        segments=dataclasses.replace(segments, profiles=profiles, traps=()),
    )
