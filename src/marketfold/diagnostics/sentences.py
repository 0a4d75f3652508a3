"""The words for what the diagnostics found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.words import share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.diagnostics.literature_baseline import BaselineClusters
    from marketfold.diagnostics.trap import Trap
    from marketfold.schema import Unit

UNITS: dict[Unit, str] = {"customer": "customers", "order": "orders", "order_line": "order lines"}


def some(names: Sequence[str], most: int = 4) -> str:
    """Name the first few and count the rest.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _id(trap: Trap) -> str:
    return (
        f"{trap.columns[0]} numbers the {UNITS[trap.facts['unit']]} instead of measuring them: leave it out, or groups "
        "will be neighbours in a list."
    )


def _derived(trap: Trap) -> str:
    left, *others = trap.columns
    if trap.facts["kind"] == "sum":
        return f"{left} is a sum of {some(others)}: it counts them twice. Leave it out."
    what = "repeats" if trap.facts["kind"] == "repeats" else "follows from"
    return f"{left} {what} {others[0]}: together they weigh twice. Leave {left} out."


def _unscaled(trap: Trap) -> str:
    return (
        f"{trap.columns[0]} carries {share(trap.facts['variance_share'])} of all variance and will decide alone: "
        "put it on the scale of the other columns (standardise, after a logarithm if it is skewed)."
    )


def _skewed(trap: Trap) -> str:
    return (
        f"{trap.columns[0]} is so skewed that {trap.facts['n_tail']:,} of {trap.facts['n_units']:,} "
        f"{UNITS[trap.facts['unit']]} hold over half of its variance: take its logarithm or winsorise it."
    )


def _one_hot(trap: Trap) -> str:
    return (
        f"{trap.facts['n_one_hot']} of {trap.facts['n_columns']} columns are one-hot ({some(trap.columns)}) and carry "
        f"{share(trap.facts['variance_share'])} of the variance: segments will be lists of these values. Describe "
        "segments by them instead of shaping them, or weight each block as one column."
    )


def _leak(trap: Trap) -> str:
    name, n_negative = trap.columns[0], trap.facts["n_negative"]
    what = (
        f"is negative for {n_negative:,} {UNITS[trap.facts['unit']]}: it sees past the as-of day"
        if n_negative
        else "tells the revenue after the as-of day all but exactly: it was measured too late"
    )
    return f"{name} {what}. Build it only from orders before {trap.facts['as_of']:%Y-%m-%d}."


def _restates(trap: Trap) -> str:
    name = trap.columns[0]
    return (
        f"The segments restate {name}: a rule on that one column gives the same groups (adjusted Rand "
        f"{trap.facts['agreement']:.2f}), so nothing new was found. Leave {name}, and what it is made from, out of the "
        "features and run again."
    )


def _values(trap: Trap) -> str:
    name = trap.columns[0]
    return (
        f"Segments {some([str(number) for number in trap.segments], 9)} are exactly {some(trap.facts['values'], 9)} of "
        f"{name}: leave {name} out of the features, or let it describe segments instead."
    )


def _outlier(trap: Trap) -> str:
    what = "a single unit" if trap.facts["n_units"] == 1 else "two units"
    return (
        f"Segment {trap.segments[0]} is {what}, an outlier and not a group: look at it by hand, winsorise the features "
        "or set it aside, and run again."
    )


def _small(trap: Trap) -> str:
    return (
        f"Segment {trap.segments[0]} has {trap.facts['n_units']} units, under the {trap.facts['least']} that make it "
        "worth a campaign of its own: ask for fewer segments."
    )


def _decides(trap: Trap) -> str:
    name = trap.columns[0]
    return (
        f"{name} alone makes {share(trap.facts['share'])} of the difference between the segments; the other "
        f"{trap.facts['n_columns'] - 1} columns hardly count. Scale it as they are, or say openly that this is a "
        f"segmentation by {name}."
    )


def _grain(trap: Trap) -> str:
    what = UNITS[trap.facts["unit"]]
    return (
        f"Clustering {what} puts {trap.facts['several']:,} of {trap.facts['n_customers']:,} customers into several "
        f"segments: these are kinds of {what}, not of customers. To address customers, run with the unit customer."
    )


SENTENCES: dict[str, Callable[[Trap], str]] = {
    "id_among_features": _id,
    "derived_column": _derived,
    "unscaled_column": _unscaled,
    "skewed_column": _skewed,
    "one_hot_rules": _one_hot,
    "sees_past_as_of": _leak,
    "restates_column": _restates,
    "segments_are_values": _values,
    "outlier_segment": _outlier,
    "small_segment": _small,
    "one_column_decides": _decides,
    "grain": _grain,
}


def trap_sentence(trap: Trap) -> str:
    """What was found and what to do about it."""
    return SENTENCES[trap.code](trap)


def space_text(clusters: BaselineClusters) -> str:
    """On what the clusters of the literature baseline were found."""
    if clusters.method == "none":
        return "On the standardised columns"
    tied = ", tied weights" if clusters.method.endswith("tied") else ""
    return f"On the {clusters.n_dimensions} numbers of an autoencoder{tied}"


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
        f"Rand {best.agreement:.2f})."
    )
