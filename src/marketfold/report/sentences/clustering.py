"""What is said of the number of segments: the decision, who disagrees, and the rules that were applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.clustering import SURE, UNITS_PER_FEATURE
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.clustering import Gap, KChoice, Stability, ValidityIndex


def k_decision(choice: KChoice) -> str:
    """Whether there are groups, how far beyond chance, and how surely they come out again."""
    at = choice.shows_at
    cloud, uniform = (_lower(choice.gaps[name], at) for name in ("cloud", "box"))
    most = ", where it shows most," if choice.answer == "weak" and at != choice.k else ""
    stability = choice.indices["stability"]
    agreement = stability.at(choice.k) if choice.k in stability.k else float("nan")
    sentences = [
        _opening(choice),
        f"At k = {at}{most} the WCSS is {cloud}, and {uniform}.",
        f"Resamples agree on {choice.k} segments with an adjusted Rand index of {words.decimal(agreement)}.",
    ]
    if choice.answer == "groups" and at < choice.k:
        sentences.append(f"{choice.k} is the least that was asked for, and more than the groups found.")
    return " ".join([*sentences, *_few_units(choice)])


def k_summary(choice: KChoice) -> str:
    """What a reader must know of it, without the numbers."""
    return " ".join([_opening(choice), *_few_units(choice)])


def _opening(choice: KChoice) -> str:
    return say("groups", choice.answer, at=choice.shows_at, k=choice.k)


def _few_units(choice: KChoice) -> tuple[str, ...]:
    if choice.enough_units:
        return ()
    return (
        f"{words.count(choice.n_units)} units are few for {choice.n_features} features, at least "
        f"{words.count(choice.units_advised)} are "
        "advised: only clear groups can be seen.",
    )


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
    knee = choice.curve.knee.k
    same = sum(curve.knee.k == knee for curve in choice.shuffled)
    copies = f"{same} of {len(choice.shuffled)} column-shuffled copies bend there too"
    if knee is None:
        return "The elbow curve has no knee."
    if knee != choice.k:
        return f"The elbow is at k = {knee}; {copies}."
    return f"The elbow agrees, but {copies}: it is no evidence." if 2 * same >= len(choice.shuffled) else ""


def _preference(index: ValidityIndex, k: int) -> str:
    if index.prefers is None:
        return f"{index.label} prefers no k."
    if index.prefers < 2:
        return f"{index.label} sees one group only."
    there, here = index.at(index.prefers), index.at(k)
    return f"{index.label} prefers k = {index.prefers} ({there:.3g} against {here:.3g} at k = {k})."


def _better_below(choice: KChoice) -> str:
    found = [(choice.indices[name], k) for name, k in choice.better_below.items()]
    if not found:
        return ""
    named = ", ".join(f"{index.label} at k = {k} ({index.at(k):.3g})" for index, k in found)
    return f"At least {choice.k_min} segments were asked for; with fewer some would be better still: {named}."


def rules_applied(choice: KChoice) -> tuple[str, ...]:
    """The rules that were applied, each with its source."""
    rules = ["cloud", "gap", "units", *(["reproducible"] if choice.answer != "groups" else [])]
    return tuple(say("groups_rule", rule, units_per_feature=UNITS_PER_FEATURE) for rule in rules)


def resample_size(stability: Stability) -> str | None:
    """How large the resamples were, where they were smaller than the table."""
    if stability.rows == stability.n_units:
        return None
    return f"Each resample holds {words.count(stability.rows)} of the {words.count(stability.n_units)} units."
