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
    from marketfold.schema import Unit


def k_decision(choice: KChoice, unit: Unit, *, groups: bool, made: int | None = None) -> str:
    """What the fall of the WCSS shows, how far beyond chance, and how surely segments come out again.

    `groups` is whether the test of how far apart segments stand found any: it has the last word. `made` is how many
    segments there are, where others were made than the curve advises.
    """
    at, stability = choice.shows_at, choice.indices["stability"]
    k = made if made in stability.k else choice.k
    found = say(
        "groups",
        "evidence",
        at=at,
        k=k,
        most=", where it shows most," if choice.answer == "weak" and at != choice.k else "",
        cloud=_lower(choice.gaps["cloud"], at),
        box=_lower(choice.gaps["box"], at),
        agreement=stability.at(k) if k in stability.k else math.nan,
    )
    more = [say("groups", "more than found", k=choice.k)] if choice.answer == "groups" and at < choice.k else []
    few = [] if choice.enough_units else [say("groups", "few units", choice=choice, unit=unit)]
    return " ".join([_opening(choice, groups=groups), found, *more, *few])


def _opening(choice: KChoice, *, groups: bool) -> str:
    code: str = choice.answer
    if groups != (choice.answer == "groups"):
        code = "not by the WCSS" if groups else "by the WCSS alone" if choice.answer == "groups" else code
    return say("groups", code, at=choice.shows_at, k=choice.k)


def _lower(gap: Gap, k: int) -> str:
    """How much lower the WCSS is, and how much of that chance can do."""
    place = gap.k.index(k)
    share, chance = (1 - np.exp(-value) for value in (gap.values[place], SURE * gap.errors[place]))
    below = f"{words.share(share)} below" if share >= 0.005 else "not below"
    doubt = f" (chance alone can do {words.share(chance)})" if 0.005 <= share < chance else ""
    return f"{below} that of {gap.label}{doubt}"


def index_value(index: ValidityIndex, k: int) -> str:
    """What an index says of a number of segments; those that count in hundreds need no decimals."""
    value = index.at(k)
    return words.count(value) if abs(value) >= 100 else words.decimal(value)


def disagreements(choice: KChoice, taken: int) -> tuple[str, ...]:
    """What speaks for another number than was taken, each a sentence."""
    others = [one for one in choice.indices.values() if one.prefers != taken and taken in one.k]
    found = [_elbow(choice, taken), *(_preference(one, taken) for one in others), _better_below(choice)]
    return tuple(sentence for sentence in found if sentence)


def _elbow(choice: KChoice, taken: int) -> str:
    knee, copies = choice.curve.knee.k, len(choice.shuffled)
    same = sum(curve.knee.k == knee for curve in choice.shuffled)
    if knee == taken and 2 * same < copies:
        return ""
    code = "no elbow" if knee is None else ("elbow" if same else "elbow alone") if knee != taken else "elbow agrees"
    return say("disagreement", code, knee=knee, same=same, copies=copies)


def _preference(index: ValidityIndex, k: int) -> str:
    if index.prefers is None or index.prefers < 2:
        return say("disagreement", "prefers none" if index.prefers is None else "prefers one", index=index)
    there, here = (index_value(index, one) for one in (index.prefers, k))
    code = "prefers alike" if there == here else "prefers"
    return say("disagreement", code, index=index, k=k, there=there, here=here)


def _better_below(choice: KChoice) -> str:
    found = [(choice.indices[name], k) for name, k in choice.better_below.items()]
    named = ", ".join(
        f"{index.label} at k = {k} ({index_value(index, k)})"
        for index, k in found
        if not (best := index.prefers) or best < choice.k_min or index_value(index, k) != index_value(index, best)
    )
    return say("disagreement", "better below", k_min=choice.k_min, named=named) if named else ""


def rules_applied(choice: KChoice) -> tuple[str, ...]:
    """The rules that were applied, each with its source."""
    rules = ["cloud", "gap", "units", *(["reproducible"] if choice.answer != "groups" else [])]
    return tuple(say("groups_rule", rule, units_per_feature=UNITS_PER_FEATURE) for rule in rules)


def resample_size(stability: Stability, unit: Unit) -> str | None:
    """How large the resamples were, where they were smaller than the table."""
    if stability.rows == stability.n_units:
        return None
    all_units = f"{words.count(stability.n_units)} {words.units_word(unit)}"
    return f"Each resample holds {words.count(stability.rows)} of the {all_units}."
