"""How to read this: short notes beside figures, with the numbers of the reader's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.opening import unit_word, units_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.clustering import AcrossSolutions, KChoice, Stability
    from marketfold.pipeline import Analysis
    from marketfold.schema import Float64, Unit
    from marketfold.segments import SegmentProfile
    from marketfold.selection import FutureScore, ReducerComparison

Notes = tuple[str, ...]

STEADY = 0.9
"""A segment whose stability across solutions reaches this came nearly whole from one segment."""


def about_elbow(choice: KChoice, unit: Unit) -> Notes:
    """What WCSS is, what falls and what bends."""
    curve = choice.curve
    wcss = dict(zip(curve.k, curve.wcss, strict=True))
    notes = [
        f"K-means puts each {unit_word(unit)} into the group whose centre is nearest. WCSS adds up how far all are "
        "from their centres, squared: the smaller, the tighter the groups. More groups always make it smaller, so the "
        "question is where another group stops being worth it: where the curve bends like an elbow.",
    ]
    before, after = wcss.get(choice.k - 1), wcss.get(choice.k + 1)
    here = wcss.get(choice.k)
    if before and after and here:
        notes.append(
            f"Here the step to {choice.k} groups takes {words.share(1 - here / before)} off WCSS, and the step to "
            f"{choice.k + 1} groups another {words.share(1 - after / here)}."
        )
    notes.append(
        "An elbow alone is no proof: data without any groups bends too. So each column was shuffled, which keeps every "
        "number and destroys what belongs together, and the same curve was drawn again. Only what lies below that "
        "band is evidence."
    )
    return tuple(notes)


def about_witnesses(choice: KChoice) -> Notes:
    """What each index asks."""
    agree = [witness.label for witness in choice.witnesses.values() if witness.prefers == choice.k]
    return (
        "Each small figure asks the same question in another way. Silhouette: is everyone nearer to the own group than "
        "to the next? Calinski-Harabasz: how far apart are the groups, for how wide they are? Davies-Bouldin: how much "
        "do the nearest two overlap? Gap: how much tighter are the groups than groups in random data? Stability: do "
        "resamples find the same groups?",
        f"For k = {choice.k} speak {words.number_word(len(agree))} of {words.number_word(len(choice.witnesses))}"
        f"{': ' + words.listed(agree) if agree else ''}. They rarely all agree; that is why no single one "
        "decides.",
    )


def about_stability(stability: Stability, names: Sequence[str], unit: Unit) -> Notes:
    """What a resample is, and what the Jaccard counts."""
    place, best = max(enumerate(stability.segments), key=lambda one: one[1].jaccard)
    return (
        f"Imagine another year with other {units_word(unit)} of the same kind. To imitate it, {units_word(unit)} are "
        "drawn from yours with replacement, and segmented from scratch. If a segment is real, it turns up again.",
        f"For each segment the members it shares with its best match are counted, out of the members of either "
        f"(Jaccard). \u201c{names[place]}\u201d reaches {words.decimal(best.jaccard)}: on average "
        f"{words.share(best.jaccard)} of those who were in either were in both.",
    )


def about_splitting(across: AcrossSolutions, made: int, names: Sequence[str]) -> Notes:
    """How to read the figure of splitting and merging, with what became of this run's segments."""
    notes = [
        "Each column is a segmentation, with one segment more than the one to its left; the lines show where the "
        "members go. A dark segment took all its members from one segment before it: it only split off, or stayed as "
        "it was. A pale one was put together from several, so it is there at this number of segments and not at "
        "others (segment-level stability across solutions, SLSa).",
    ]
    known = [(name, value) for s, name in enumerate(names) if (value := across.of(made, s)) is not None]
    if made in across.k and known:
        name, value = min(known, key=lambda one: one[1])
        notes.append(
            f"Of this run's {words.number_word(made)} segments \u201c{name}\u201d is put together most, with "
            f"{words.decimal(value)} of 1."
            if value < STEADY
            else f"Each of this run's {words.number_word(made)} segments came nearly whole from one segment before it."
        )
    return tuple(notes)


def about_heatmap(profiles: tuple[SegmentProfile, ...]) -> Notes:
    """How to read an effect size."""
    effects = [(abs(value), value, profile, name) for profile in profiles for name, value in profile.effects.items()]
    notes = [
        "Each row is a feature, each column a segment. The number is the segment's median in your own units; the "
        "colour says how far the segment lies from everybody else: orange below, blue above, pale where there is no "
        "difference.",
    ]
    if effects:
        size, value, profile, _ = max(effects, key=lambda effect: effect[0])
        higher = (1 + value) / 2
        notes.append(
            "The colour is Cliff's delta. Take one member of a segment and one who is not: a delta of 0 means that "
            f"either is as likely to be higher. The strongest here, {words.decimal(value)} in segment "
            f"{profile.number}, means that the member is higher in {words.share(higher)} of such pairs (a tie "
            "counts half)."
            if size < 1
            else "The strongest here separates a segment completely."
        )
    return tuple(notes)


def about_map(analysis: Analysis, shares: Float64) -> Notes:
    """What the directions of the map are, and what is lost."""
    units = units_word(analysis.table.unit)
    seen = float(shares[:2].sum())
    hidden = (
        f"With your data the flat map shows {words.share(seen)} of all differences; {words.share(1 - seen)} "
        "are hidden in the directions behind it. So segments that overlap here can be apart in truth."
        if len(shares) > 2
        else "Two features shaped these segments, so the map hides nothing."
    )
    return (
        f"Every point is one of your {units}. All features are turned together until the first direction shows where "
        f"{units} differ most, and the second where they differ most of what is left (PCA). Near points bought alike; "
        "the axes themselves have no unit.",
        hidden,
        "Click a name in the legend to hide a segment, double-click to see it alone.",
    )


def about_reduction(comparison: ReducerComparison, unit: Unit) -> Notes:
    """What reducing means, and what the columns of the comparison say."""
    tried = {score.method: score for score in comparison.scores if not score.skipped}
    notes = [
        f"Reducing means describing each {unit_word(unit)} with fewer numbers. PCA mixes features into components that "
        "lie at right angles. An autoencoder is a network that must repeat its input through a narrow middle, the "
        f"bottleneck: it can also bend, but needs many {units_word(unit)} to learn from. With tied weights its second "
        "half uses the weights of the first turned round, so that it has half as much to learn.",
    ]
    if "pca" in tried:
        score = tried["pca"]
        notes.append(
            f"Here PCA keeps {words.share(score.reconstruction)} of what differs between {units_word(unit)} that "
            f"it had not seen, in {score.n_dimensions} numbers."
        )
    notes.append(
        "Segments are judged on the original features, never in the space that a reduction made for itself: there "
        "every method looks good."
    )
    return tuple(notes)


def about_future(future: FutureScore) -> Notes:
    """What share of variance explained means, and what chance alone gives."""
    chance = (future.n_segments - 1) / max(future.n_judged - 1, 1)
    return (
        f"Would the segments have been of use? They were made from what was known on {words.day(future.cut)}. Then "
        "it was asked how much of the differences in later revenue they explain (on a log scale, or a few large "
        "customers would decide alone): 0 % is nothing, 100 % would be knowing each customer's revenue. Half of the "
        f"customers had a say in choosing view and reduction; these numbers are of the other "
        f"{words.count(future.n_judged)}, whose later revenue the choice had not seen.",
        f"With {words.count(future.n_judged)} customers, {future.n_segments} groups drawn by lot explain about "
        f"{words.share(chance)} by chance, and 25 groups about {words.share(24 / max(future.n_judged - 1, 1))}: "
        "the more groups, the more chance helps.",
    )


def about_spread(profiles: tuple[SegmentProfile, ...]) -> Notes:
    """How to read the boxes."""
    largest = max(profiles, key=lambda profile: profile.units)
    return (
        "A box holds the middle half of a segment, its mark the median, and the thin lines leave out the lowest "
        "and the highest 5 %. Where boxes overlap widely, the feature does not part the segments. Segment "
        f"{largest.number} is the largest, with {words.count(largest.units)}.",
    )
