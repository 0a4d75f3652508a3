"""Exact quantiles of columns that stay with their engine, by counting: nobody has to hold or sort what they are of.

Values are counted between edges that the first rows suggest, then between finer edges where a quantile lies, until few
enough lie there to come home. Engines of their own hold each value of a group at once: Spark, in one task.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.engine import Engine
    from marketfold.schema import Float64

    Counts = NDArray[np.int64]
    Places = NDArray[np.intp]

SEGMENT = "segment"
FIRST_ROWS = 20_000
MOST_EDGES = 512
"""Of a column: a part of the rows answers with twice as many counts for each segment at most."""
MOST_HOME = 1_000_000
"""Values that may come home; more do where they lie too near each other to be told apart in `ROUNDS`."""
ROUNDS = 4


def exact_quantiles(
    engine: Engine, rows: nw.LazyFrame[Any], groups: NDArray[np.bool_], shares: tuple[float, ...]
) -> Float64:
    """Quantiles by linear interpolation, shape (n_groups, n_columns, n_shares); NaN where a group has no value.

    Parameters
    ----------
    rows
        Column `segment`, a whole number from 0, and columns of numbers, null where they are not known.
    groups
        Which segments are in a group, shape (n_groups, n_segments).
    """
    names = [name for name in rows.collect_schema().names() if name != SEGMENT]
    if not names:
        return np.empty((len(groups), 0, len(shares)))
    edges = _first_edges(engine, rows, names)
    found: list[_Found] = []
    for _ in range(ROUNDS):
        edges = [_finer(own, one.open) for own, one in zip(edges, found, strict=True)] if found else edges
        counted = _counts_of(engine, rows, edges, groups.shape[1])
        found = [_Found(groups @ counts, shares) for counts in counted]
        n_home = sum(int(counts[:, one.open].sum()) for counts, one in zip(counted, found, strict=True))
        if n_home <= MOST_HOME:
            break
    home = pa.concat_tables(engine.mapped(rows, "", partial(_between, edges, [one.open for one in found])))
    columns, segments, values = (home[name].to_numpy() for name in ("column", SEGMENT, "value"))
    quantiles = []
    for place, (own, one) in enumerate(zip(edges, found, strict=True)):
        of_column = columns == place
        quantiles.append(one.values(own, segments[of_column], values[of_column], groups))
    return np.stack(quantiles, axis=1)


class _Found:
    """In which bins of a column the quantiles of each group lie.

    Bins are even between two edges and odd on one; `n` has how many values each group has in each, shape (n_groups,
    n_bins). `ranks` and `bins` are of the values next below and above each quantile, shape (n_groups, 2, n_shares).
    """

    def __init__(self, n: Counts, shares: tuple[float, ...]) -> None:
        self.until = n.cumsum(axis=1)
        self.wanted = np.maximum(self.until[:, -1:] - 1, 0) * np.array(shares)
        self.ranks = np.stack([np.floor(self.wanted), np.ceil(self.wanted)], axis=1).astype(np.int64)
        each = zip(self.until, self.ranks, strict=True)
        self.bins: Places = np.array([np.searchsorted(until, ranks, side="right") for until, ranks in each])
        known = self.bins[self.until[:, -1] > 0]
        self.open: Places = np.unique(known[known % 2 == 0])

    def values(self, edges: Float64, segments: Counts, home: Float64, groups: NDArray[np.bool_]) -> Float64:
        """The quantiles of each group, given what lies in open bins, shape (n_groups, n_shares)."""
        order = np.argsort(home, kind="stable")
        segments, home = segments[order], home[order]
        lies = _bins_of(home, edges)
        found = np.full(self.bins.shape, np.nan)
        for group, (until, ranks) in enumerate(zip(self.until, self.ranks, strict=True)):
            if until[-1] == 0:
                continue
            within = groups[group][segments]
            for place in np.ndindex(ranks.shape):
                at = int(self.bins[group][place])
                if at % 2:
                    found[group][place] = edges[at // 2]
                    continue
                before = int(until[at - 1]) if at else 0
                found[group][place] = home[within & (lies == at)][ranks[place] - before]
        low, high = found[:, 0], found[:, 1]
        quantiles: Float64 = low + (high - low) * (self.wanted - np.floor(self.wanted))
        return quantiles


def _known(rows: pa.Table, name: str) -> tuple[Float64, NDArray[np.bool_]]:
    """The values of a column, and which rows have one."""
    values = rows[name].to_numpy().astype(np.float64)
    known = ~np.isnan(values)
    return values[known], known


def _first_edges(engine: Engine, rows: nw.LazyFrame[Any], names: list[str]) -> list[Float64]:
    """The least and greatest value of each column, and quantiles of the first rows between them."""
    least = [nw.col(name).min().alias(f"{name} least") for name in names]
    most = [nw.col(name).max().alias(f"{name} most") for name in names]
    ends = engine.collect(rows.select(*least, *most))
    seen = engine.collect(rows.head(FIRST_ROWS))
    edges = []
    for name in names:
        first, shares = _known(seen, name)[0], np.linspace(0, 1, MOST_EDGES)
        between = np.quantile(first, shares, method="nearest") if len(first) else first
        outer = [_known(ends, f"{name} {end}")[0] for end in ("least", "most")]
        edges.append(np.unique(np.concatenate([*outer, between])))
    return edges


def _finer(edges: Float64, wanted: Places) -> Float64:
    """Edges within the bins in which a quantile lies."""
    n_steps = max(2, MOST_EDGES // max(len(wanted), 1))
    finer = [np.linspace(edges[right - 1], edges[right], n_steps + 1) for right in (wanted // 2).tolist()]
    return np.unique(np.concatenate([edges[:1], edges[-1:], *finer]))


def _bins_of(values: Float64, edges: Float64) -> Places:
    """Twice as many as edges lie below, and one more on an edge."""
    below = np.searchsorted(edges, values)
    on = edges[np.minimum(below, len(edges) - 1)] == values if len(edges) else np.zeros(len(values), dtype=bool)
    bins: Places = 2 * below + on
    return bins


def _counts_of(engine: Engine, rows: nw.LazyFrame[Any], edges: list[Float64], n_segments: int) -> list[Counts]:
    """Values of each column by segment and bin, each of shape (n_segments, n_bins)."""
    ends = np.cumsum([n_segments * (2 * len(own) + 1) for own in edges])
    whole = np.zeros(ends[-1], dtype=np.int64)
    for part in engine.mapped(rows, "", partial(_counted, edges, n_segments)):
        whole[part["place"].to_numpy()] += part["n"].to_numpy()
    return [one.reshape(n_segments, -1) for one in np.split(whole, ends[:-1])]


def _counted(edges: list[Float64], n_segments: int, rows: pa.Table) -> pa.Table:
    segments = rows[SEGMENT].to_numpy()
    counts = []
    for name, own in zip((one for one in rows.column_names if one != SEGMENT), edges, strict=True):
        values, known = _known(rows, name)
        n_bins = 2 * len(own) + 1
        counts.append(np.bincount(segments[known] * n_bins + _bins_of(values, own), minlength=n_segments * n_bins))
    whole = np.concatenate(counts)
    places = np.flatnonzero(whole)  # of few rows and many segments most are empty
    return pa.table({"place": places, "n": whole[places]})


def _between(edges: list[Float64], wanted: list[Places], rows: pa.Table) -> pa.Table:
    """The values that lie in wanted bins."""
    segments, found = rows[SEGMENT].to_numpy(), []
    names = (one for one in rows.column_names if one != SEGMENT)
    for place, (name, own, bins) in enumerate(zip(names, edges, wanted, strict=True)):
        values, known = _known(rows, name)
        is_wanted = np.isin(_bins_of(values, own), bins)
        n = int(is_wanted.sum())
        found.append((np.full(n, place), segments[known][is_wanted], values[is_wanted]))
    columns, of_segment, values = (np.concatenate(one) for one in zip(*found, strict=True))
    return pa.table({"column": columns, SEGMENT: of_segment, "value": values})
