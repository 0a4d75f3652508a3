"""What each segment is: its size, its money, its medians, what stands out, and who is typical of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from marketfold.errors import ParameterError
from marketfold.segments.described import Described, describe
from marketfold.segments.names import name_segments
from marketfold.segments.rules import Rule, find_rule
from marketfold.segments.stand_outs import Contrasts, StandOut, contrast, stand_outs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable, Float32, Labels, Trust

    Rows = NDArray[np.intp]

CHUNK = 65_536
"""Rows whose distances are held at once."""


class ScaledTable(Protocol):
    """What a profile needs of a `FeatureMatrix`: the scaled matrix and, row for row, the table behind it."""

    @property
    def values(self) -> Float32:
        """Scaled features, shape (n_units, n_features)."""
        ...

    @property
    def table(self) -> FeatureTable:
        """The same units in the user's units."""
        ...


@dataclass(frozen=True)
class SegmentProfile:
    """What one segment is.

    Attributes
    ----------
    number
        From 1, by revenue; kept from an earlier run where the group is the same.
    name
        Short, plain, distinct within a run.
    units, unit_share
        How many units, and their share of all, 0 to 1.
    revenue_total, revenue_share
        Money of its units, and its share of all money (0 where there is none).
    medians, everyone
        Median of each feature in the segment and among all units, in the user's units.
    effects
        Cliff's delta of each feature against the other units, -1 to 1.
    stand_outs
        Features that differ at least by a medium effect, strongest first.
    rule
        A readable rule for the segment; None where there is none.
    typical
        Row numbers (never ids) of the units nearest the centre, nearest first.
    described
        For each describing column (country, territory, ...) the values that matter.
    trust, jaccard
        The label of its stability, and the mean Jaccard of its best match over resamples; None where not tested.
    """

    number: int
    name: str
    units: int
    unit_share: float
    revenue_total: float
    revenue_share: float
    medians: dict[str, float]
    everyone: dict[str, float]
    stand_outs: tuple[StandOut, ...] = ()
    rule: Rule | None = None
    typical: tuple[int, ...] = ()
    described: dict[str, tuple[Described, ...]] = field(default_factory=dict)
    trust: Trust | None = None
    jaccard: float | None = None
    effects: dict[str, float] = field(default_factory=dict)


def _check(table: FeatureTable, space: Float32, labels: Labels) -> int:
    """Return how many segments there are."""
    n_units = len(table.ids)
    if len(labels) != n_units or len(space) != n_units:
        message = f"The table has {n_units} units, but there are {len(labels)} labels and {len(space)} scaled rows."
        raise ParameterError(message)
    if n_units == 0:
        message = "There is nothing to profile: the table has no units."
        raise ParameterError(message)
    sizes = np.bincount(labels) if labels.min() >= 0 else np.zeros(1)
    if (sizes == 0).any():
        message = f"Labels must be 0 to n_segments - 1, each used; got {np.unique(labels).tolist()}."
        raise ParameterError(message)
    return len(sizes)


def segment_centers(space: Float32, labels: Labels, n_segments: int) -> Float32:
    """Mean of each segment's rows, shape (n_segments, n_dimensions).

    Parameters
    ----------
    space
        Shape (n_units, n_dimensions).
    labels
        0-based segment of each unit, shape (n_units,).
    n_segments
        How many segments there are, none of them empty.

    Examples
    --------
    >>> segment_centers(np.array([[0.0], [2.0], [9.0]], np.float32), np.array([0, 0, 1], np.int32), 2).tolist()
    [[1.0], [9.0]]
    """
    sizes = np.bincount(labels, minlength=n_segments)
    totals = [np.bincount(labels, weights=space[:, j], minlength=n_segments) for j in range(space.shape[1])]
    return (np.stack(totals, axis=1) / sizes[:, None]).astype(np.float32)


def own_distances(space: Float32, centers: Float32, labels: Labels) -> Float32:
    """Euclidean distance of each unit to its own centre, shape (n_units,)."""
    distances = np.empty(len(space), dtype=np.float32)
    for start in range(0, len(space), CHUNK):
        rows = slice(start, start + CHUNK)
        distances[rows] = np.linalg.norm(space[rows] - centers[labels[rows]], axis=1)
    return distances


def _typical(distances: Float32, members: Rows, n_typical: int) -> tuple[int, ...]:
    """Row numbers of the nearest members; the lower row first where distances are equal."""
    n = min(n_typical, len(members))
    if n == 0:
        return ()
    reach = np.partition(distances[members], n - 1)[n - 1]
    near = members[distances[members] <= reach]
    return tuple(int(row) for row in near[np.lexsort((near, distances[near]))][:n])


def profile_segments(  # noqa: PLR0913  (what is known from elsewhere: each optional, each by keyword)
    matrix: ScaledTable,
    labels: Labels,
    *,
    table: FeatureTable | None = None,
    space: Float32 | None = None,
    centers: Float32 | None = None,
    numbers: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    trust: Sequence[Trust] | None = None,
    jaccard: Sequence[float] | None = None,
    n_typical: int = 5,
    rules: bool = True,
    seed: int = 0,
) -> tuple[SegmentProfile, ...]:
    """Describe every segment in the user's units, beside everybody.

    Parameters
    ----------
    matrix
        What was clustered, and the table behind it.
    labels
        0-based segment of each unit, ordered by revenue, none empty, shape (n_units,).
    table
        A wider table of the same units to describe from (features that did not shape the segments); the matrix's own
        if not given.
    space, centers
        Where the segments were found, if after a reduction: shapes (n_units, n_dimensions) and
        (n_segments, n_dimensions).
    numbers, names
        One for each segment, as an earlier run gave them; otherwise numbers count from 1 and names are made.
    trust, jaccard
        One for each segment, from the test of stability.
    n_typical
        How many typical units to point at.
    rules
        Whether to look for a rule for each segment.
    seed
        Of the rows that make and that measure a rule.

    Returns
    -------
    tuple of SegmentProfile
        In the order of the labels.

    Raises
    ------
    ParameterError
        If lengths do not agree or a segment is empty.

    Examples
    --------
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.features import build_features, build_matrix
    >>> from marketfold.orders import read_orders
    >>> matrix = build_matrix(build_features(clean_orders(read_orders(make_shop(lines=4_000).lines))))
    >>> quiet = matrix.table.column("recency_days") > 365
    >>> segments = profile_segments(matrix, quiet.astype(np.int32))
    >>> segments[1].name, segments[1].rule.sentence
    ('...', '... % of them, ... % of others')
    """
    table = table if table is not None else matrix.table
    space = space if space is not None else matrix.values
    n_segments = _check(table, space, labels)
    _check_lengths(n_segments, numbers=numbers, names=names, trust=trust, jaccard=jaccard)
    contrasts = contrast(table.values, labels, n_segments)
    described = describe(table.described, labels, n_segments)
    centers = centers if centers is not None else segment_centers(space, labels, n_segments)
    distances = own_distances(space, centers, labels)
    profiles = []
    for s in range(n_segments):
        members = np.flatnonzero(labels == s)
        profiles.append(
            replace(
                _counted(table, contrasts, s, members),
                number=numbers[s] if numbers else s + 1,
                stand_outs=stand_outs(table, contrasts, s),
                rule=find_rule(table, labels, s, seed) if rules else None,
                typical=_typical(distances, members, n_typical),
                described=described[s],
                trust=trust[s] if trust else None,
                jaccard=jaccard[s] if jaccard else None,
            )
        )
    names = names or name_segments(profiles, table.unit)
    return tuple(replace(profile, name=name) for profile, name in zip(profiles, names, strict=True))


def _check_lengths(n_segments: int, **given: Sequence[object] | None) -> None:
    for what, values in given.items():
        if values is not None and len(values) != n_segments:
            message = f"`{what}` needs one value for each of the {n_segments} segments; got {len(values)}."
            raise ParameterError(message)


def _counted(table: FeatureTable, contrasts: Contrasts, segment: int, members: Rows) -> SegmentProfile:
    """Return the profile as far as it is counting."""
    units = len(members)
    revenue, all_revenue = float(table.revenue[members].sum()), float(table.revenue.sum())
    return SegmentProfile(
        number=segment + 1,
        name="",
        units=units,
        unit_share=units / len(table.ids),
        revenue_total=round(revenue, 2),
        revenue_share=revenue / all_revenue if all_revenue else 0.0,
        medians=dict(zip(table.names, contrasts.medians[segment].tolist(), strict=True)),
        everyone=dict(zip(table.names, contrasts.everyone.tolist(), strict=True)),
        effects=dict(zip(table.names, contrasts.effects[segment].tolist(), strict=True)),
    )
