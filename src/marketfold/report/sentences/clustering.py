"""What is said of the number of segments: the decision, who disagrees, and the rules that were applied."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.clustering import SURE, UNITS_PER_FEATURE
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.clustering import Gap, KChoice, Stability, ValidityIndex


def k_decision(choice: KChoice) -> str:
    """Whether there are groups, how far beyond chance, and how surely they come out again."""
    at, stability = choice.shows_at, choice.indices["stability"]
    found = say(
        "groups",
        "evidence",
        at=at,
        k=choice.k,
        most=", where it shows most," if choice.answer == "weak" and at != choice.k else "",
        cloud=_lower(choice.gaps["cloud"], at),
        box=_lower(choice.gaps["box"], at),
        agreement=stability.at(choice.k) if choice.k in stability.k else math.nan,
    )
    more = [say("groups", "more than found", k=choice.k)] if choice.answer == "groups" and at < choice.k else []
    return " ".join([_opening(choice), found, *more, *_few_units(choice)])


def _opening(choice: KChoice) -> str:
    return say("groups", choice.answer, at=choice.shows_at, k=choice.k)


def _few_units(choice: KChoice) -> list[str]:
    return [] if choice.enough_units else [say("groups", "few units", choice=choice)]


def _lower(gap: Gap, k: int) -> str:
    """How much lower the WCSS is, and how much of that chance can do."""
    place = gap.k.index(k)
    share, chance = (1 - np.exp(-value) for value in (gap.values[place], SURE * gap.errors[place]))
    below = f"{words.share(share)} below" if share >= 0.005 else "not below"
    doubt = f" (chance alone can do {words.share(chance)})" if 0.005 <= share < chance else ""
    return f"{below} that of {gap.label}{doubt}"


def disagreements(choice: KChoice) -> tuple[str, ...]:
    """Who disagrees with the number that is advised, each a sentence."""
    found = [_elbow(choice), *(_preference(one, choice.k) for one in choice.disagreeing), _better_below(choice)]
    return tuple(sentence for sentence in found if sentence)


def _elbow(choice: KChoice) -> str:
    knee, copies = choice.curve.knee.k, len(choice.shuffled)
    same = sum(curve.knee.k == knee for curve in choice.shuffled)
    if knee == choice.k and 2 * same < copies:
        return ""
    code = "no elbow" if knee is None else "elbow" if knee != choice.k else "elbow agrees"
    return say("disagreement", code, knee=knee, same=same, copies=copies)


def _preference(index: ValidityIndex, k: int) -> str:
    if index.prefers is None or index.prefers < 2:
        return say("disagreement", "prefers none" if index.prefers is None else "prefers one", index=index)
    return say("disagreement", "prefers", index=index, k=k, there=index.at(index.prefers), here=index.at(k))


def _better_below(choice: KChoice) -> str:
    found = [(choice.indices[name], k) for name, k in choice.better_below.items()]
    named = ", ".join(f"{index.label} at k = {k} ({index.at(k):.3g})" for index, k in found)
    return say("disagreement", "better below", k_min=choice.k_min, named=named) if found else ""


def rules_applied(choice: KChoice) -> tuple[str, ...]:
    """The rules that were applied, each with its source."""
    rules = ["cloud", "gap", "units", *(["reproducible"] if choice.answer != "groups" else [])]
    return tuple(say("groups_rule", rule, units_per_feature=UNITS_PER_FEATURE) for rule in rules)


def resample_size(stability: Stability) -> str | None:
    """How large the resamples were, where they were smaller than the table."""
    if stability.rows == stability.n_units:
        return None
    return f"Each resample holds {words.count(stability.rows)} of the {words.count(stability.n_units)} units."
