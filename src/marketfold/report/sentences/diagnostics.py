"""What is said of traps and of the literature baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.reduction import label_of
from marketfold.words import count, decimal, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.diagnostics import BaselineClusters, Trap


def some(names: Sequence[str], most: int = 4) -> str:
    """Name the first few and count the rest.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


SENTENCES = {
    "id_among_features": "{column} numbers the {unit} instead of measuring them: leave it out, or groups will be "
    "neighbours in a list.",
    "derived_column.repeats": "{column} repeats {others}: together they weigh twice. Leave {column} out.",
    "derived_column.follows": "{column} follows from {others}: together they weigh twice. Leave {column} out.",
    "derived_column.sum": "{column} is a sum of {others}: it counts them twice. Leave it out.",
    "unscaled_column": "{column} carries {variance_share} of all variance and will decide alone: put it on the scale "
    "of the other columns (standardise, after a logarithm if it is skewed).",
    "skewed_column": "{column} is so skewed that {n_tail} of {n_units} {unit} hold over half of its variance: take its "
    "logarithm or winsorise it.",
    "one_hot_rules": "{n_one_hot} of {n_columns} columns are one-hot ({columns}) and carry {variance_share} of the "
    "variance: segments will be lists of these values. Describe segments by them instead of shaping them, or weight "
    "each block as one column.",
    "sees_past_as_of.negative": "{column} is negative for {n_units} {unit}: it sees past the as-of day. Build it only "
    "from orders before {as_of}.",
    "sees_past_as_of.correlated": "{column} tells the revenue after the as-of day all but exactly: it was measured too "
    "late. Build it only from orders before {as_of}.",
    "restates_column": "The segments restate {column}: a rule on that one column gives the same groups (adjusted Rand "
    "{agreement}), so nothing new was found. Leave {column}, and what it is made from, out of the features and run "
    "again.",
    "segments_are_values": "Segments {segments} are exactly {values} of {column}: leave {column} out of the features, "
    "or let it describe segments instead.",
    "outlier_segment.1": "Segment {segments} is a single unit, an outlier and not a group: look at it by hand, "
    "winsorise the features or set it aside, and run again.",
    "outlier_segment.2": "Segment {segments} is two units, an outlier and not a group: look at it by hand, winsorise "
    "the features or set it aside, and run again.",
    "small_segment": "Segment {segments} has {n_units} units, under the {n_needed} that make it worth a campaign of "
    "its own: ask for fewer segments.",
    "one_column_decides": "{column} alone makes {difference_share} of the difference between the segments; the other "
    "{n_others} columns hardly count. Scale it as they are, or say openly that this is a segmentation by {column}.",
    "grain": "Clustering {unit} puts {n_several} of {n_customers} customers into several segments: these are kinds of "
    "{unit}, not of customers. To address customers, run with the unit customer.",
}
"""By code and, where a code has several, by kind; the blanks are columns, segments, and facts of the trap."""


def _text(name: str, fact: Any) -> str:
    if name == "unit":
        return f"{fact.replace('_', ' ')}s"
    if isinstance(fact, tuple):
        return some(fact, 9)
    if isinstance(fact, float):
        return share(fact) if name.endswith("_share") else decimal(fact)
    return count(fact) if isinstance(fact, int) else str(fact)


def trap_sentence(trap: Trap) -> str:
    """What was found and what to do about it."""
    kind = trap.facts.get("kind")
    return SENTENCES[f"{trap.code}.{kind}" if kind else trap.code].format(
        column=next(iter(trap.columns), ""),
        columns=some(trap.columns),
        others=some(trap.columns[1:]),
        segments=some([str(number) for number in trap.segments], 9),
        **{name: _text(name, fact) for name, fact in trap.facts.items()},
    )


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
