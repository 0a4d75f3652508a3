"""How to read this: short notes beside figures, with the numbers of the reader's own data."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.clustering import AcrossSolutions, KChoice, Stability
    from marketfold.schema import Float64, Unit
    from marketfold.segments import SegmentProfile
    from marketfold.selection import FutureScore, ReducerComparison

Notes = tuple[str, ...]

STEADY = 0.9
"""A segment whose stability across solutions reaches this came nearly whole from one segment."""

note = partial(say, "teaching")


def about_elbow(choice: KChoice, unit: Unit, made: int) -> Notes:
    """What WCSS is, what falls and what bends."""
    wcss = dict(zip(choice.curve.k, choice.curve.wcss, strict=True))
    before, here, after = (wcss.get(k) for k in (made - 1, made, made + 1))
    notes = [note("elbow", unit=unit)]
    if before and here and after:
        falls = {"fall": 1 - here / before, "next_fall": 1 - after / here}
        notes.append(note("elbow_steps", k=made, next_k=made + 1, **falls))
    return (*notes, note("elbow_proof"))


def about_indices(choice: KChoice, made: int) -> Notes:
    """What each index asks."""
    agree = [index.label for index in choice.indices.values() if index.prefers == made]
    named = f": {words.listed(agree)}" if agree else ""
    counts = {"n_agree": len(agree), "n": len(choice.indices)}
    return note("indices"), note("indices_agree", k=made, agree=named, **counts)


def about_stability(stability: Stability, names: Sequence[str], unit: Unit, *, unseen: bool) -> Notes:
    """What a resample is, what the Jaccard counts, and that labels go by `unseen` customers where they do."""
    place, best = max(enumerate(stability.segments), key=lambda one: one[1].jaccard)
    labels = (note("stability_unseen", unit=unit),) if unseen else ()
    return note("stability", unit=unit), note("stability_best", name=names[place], jaccard=best.jaccard), *labels


def about_splitting(across: AcrossSolutions, made: int, names: Sequence[str]) -> Notes:
    """How to read the figure of splitting and merging, with what became of this run's segments."""
    known = [(name, value) for s, name in enumerate(names) if (value := across.of(made, s)) is not None]
    if made not in across.k or not known:
        return (note("splitting"),)
    name, value = min(known, key=lambda one: one[1])
    code = "splitting_most" if value < STEADY else "splitting_none"
    return note("splitting"), note(code, made=made, name=name, value=value)


def about_heatmap(profiles: tuple[SegmentProfile, ...]) -> Notes:
    """How to read an effect size."""
    effects = [(value, profile.number) for profile in profiles for value in profile.effects.values()]
    if not effects:
        return (note("heatmap"),)
    value, number = max(effects, key=lambda effect: abs(effect[0]))
    code = "heatmap_delta" if abs(value) < 1 else "heatmap_whole"
    return note("heatmap"), note(code, value=value, number=number, share=(1 + abs(value)) / 2)


def about_map(unit: Unit, shares: Float64) -> Notes:
    """What the directions of the map are, and what is lost."""
    seen = float(shares[:2].sum())
    lost = note("map_hidden", seen=seen, hidden=1 - seen) if len(shares) > 2 else note("map_whole")
    return note("map", unit=unit), lost, note("map_click")


def about_two_features(unit: Unit) -> Notes:
    """How to read a map whose axes are the only two features."""
    return note("map_two", unit=unit), note("map_click")


def about_reduction(comparison: ReducerComparison, unit: Unit) -> Notes:
    """What reducing means, and what the columns of the comparison say."""
    pca = [
        note("reduction_pca", unit=unit, kept=score.reconstruction, n_dimensions=score.n_dimensions)
        for score in comparison.tried
        if score.method == "pca"
    ]
    judged = note("reduction_judged", refits=2 * (comparison.refits // 2))
    return (note("reduction", unit=unit), *pca, note("reduction_shuffled"), judged)


def about_ways(unit: Unit) -> Notes:
    """How to read the maps of the ways."""
    return (note("ways", unit=unit),)


def about_agreement(comparison: ReducerComparison) -> str:
    """What the numbers between two ways are, and that those of a network are of one seed."""
    by_seed = any(score.fitted and score.fitted.stochastic for score in comparison.tried)
    return note("reduction_agreement") + (" " + note("reduction_agreement_by_seed") if by_seed else "")


def about_future(future: FutureScore) -> Notes:
    """What the share foretold means, and why chance gives none."""
    return note("future", future=future), note("future_chance")


def about_spread(profiles: tuple[SegmentProfile, ...]) -> Notes:
    """How to read the boxes."""
    return (note("spread", largest=max(profiles, key=lambda profile: profile.units)),)


def about_baseline() -> Notes:
    """What a rule on one column says of clusters."""
    return note("baseline"), note("baseline_why")
