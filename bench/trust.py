"""How often a group is called where there is none, and how often one that was planted is found.

    python -m bench.trust [--quick] [--case NAME ...] [--customers N ...] [--shops N] [--first N] [--whole]

Each made-up shop is read, cleaned and measured as a run does it, and then tested by `seek_groups` with the settings of
a run; `--whole` makes the whole run instead, which takes longer. One line for each case, with the
Clopper-Pearson interval of 95 %.
"""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.stats import beta

from bench.trust_shops import NULL_SHOPS, PLANTED_SHOPS, shuffled_orders
from marketfold.cleaning import clean_orders
from marketfold.clustering import KMeansSegmenter, cross_table, jaccards
from marketfold.config import load_config
from marketfold.errors import ParameterError
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.selection import (
    ALL,
    NullClouds,
    NullShops,
    SeekOptions,
    feature_sets_of,
    seek_groups,
    select_features,
)
from marketfold.selection.feature_sets import EXPECTED_SET
from marketfold.thresholds import STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Labels
    from marketfold.units import FeatureTable

SHARED = Path(__file__).parents[2] / "shared/data"
SALES, CDNOW = SHARED / "sales_data_sample.csv", SHARED / "CDNOW_master.txt"


@dataclass(frozen=True)
class Counted:
    """Of a number of trials."""

    hits: int
    trials: int

    def __str__(self) -> str:
        a, b = self.hits, self.trials
        low = beta.ppf(0.025, a, b - a + 1) if a else 0.0
        high = beta.ppf(0.975, a + 1, b - a) if a < b else 1.0
        return f"{a} of {b} ({a / max(b, 1):.1%}, {low:.1%} to {high:.1%})"


def groups_called(lines: pa.Table, *, whole: bool) -> tuple[FeatureTable, Labels, Sequence[int]]:
    """The table of the units, the segment of each, and the segments that are called groups."""
    if whole:
        made = segment_market(lines).segmentation
        return made.table, made.labels, [s for s, trust in enumerate(made.trust) if trust == "group"]
    clean = clean_orders(read_orders(lines))
    table = build_features(clean)
    return (table, *tested(table, clean))


def tested(table: FeatureTable, clean: CleanOrders | None) -> tuple[Labels, Sequence[int]]:
    """Segment of each unit, and the segments that are called groups, as a run's stages are called."""
    options = SeekOptions((ALL, *(name for name in feature_sets_of(table) if name != EXPECTED_SET)))
    null = NullClouds() if clean is None else NullShops(clean)
    test = seek_groups(table, null, options, load_config().seed)
    return (np.zeros(len(table), np.int32), ()) if test is None else (test.labels, test.groups)


def permuted_columns(seeds: range) -> Iterator[Sequence[int]]:
    """Each feature of the sales customers permuted by itself, as a table of customers."""
    table = build_features(clean_orders(read_orders(SALES)))
    for seed in seeds:
        values = np.random.default_rng(seed).permuted(table.values, axis=0)
        yield tested(replace(table, values=values), None)[1]


def false_rate(case: str, n_customers: int, seeds: range, *, whole: bool) -> Counted:
    """Shops without groups that carry any."""
    if case == "permuted":
        called = list(permuted_columns(seeds))
    else:
        make = NULL_SHOPS.get(case) or (lambda n, seed: shuffled_orders(CDNOW, n, seed))
        called = [groups_called(make(n_customers, seed), whole=whole)[2] for seed in seeds]
    return Counted(sum(len(one) > 0 for one in called), len(called))


def findable(table: FeatureTable, group_of: Labels) -> NDArray[np.bool_]:
    """Planted groups that K-means finds, given all customers, the true number and the best feature set of each."""
    n_groups = int(group_of.max()) + 1
    found = np.zeros(n_groups, np.bool_)
    for name in (ALL, *feature_sets_of(table)):
        X = build_matrix(select_features(table, name)).values
        with suppress(ParameterError):  # a feature set may have fewer distinct customers than groups
            labels = KMeansSegmenter(n_groups).fit(X).labels_
            found |= jaccards(cross_table(group_of, labels)).max(axis=1) >= STABLE
    return found


@dataclass(frozen=True)
class Found:
    """A shop with planted groups: which of them are called, which K-means can find, shape (n_groups,).

    `strange` counts what is called and was not planted, of `n_called`.
    """

    table: FeatureTable
    group_of: Labels
    called: NDArray[np.bool_]
    findable: NDArray[np.bool_]
    strange: int
    n_called: int


def found_in(case: str, n_customers: int, seed: int, *, whole: bool = False) -> Found:
    """What is called in one shop."""
    lines, truth = PLANTED_SHOPS[case](n_customers, seed)
    table, labels, called = groups_called(lines, whole=whole)
    group_of = np.unique([truth[one] for one in table.ids.tolist()], return_inverse=True)[1].astype(np.int32)
    alike = jaccards(cross_table(group_of, labels))
    hits = (alike >= STABLE)[:, list(called)] if called else np.zeros((len(alike), 0), bool)
    strange = int((~hits.any(axis=0)).sum())
    return Found(table, group_of, np.logical_or.reduce(hits, axis=1), findable(table, group_of), strange, len(called))


def found_rate(case: str, n_customers: int, seeds: range, *, whole: bool) -> tuple[Counted, Counted, Counted]:
    """Planted groups that are called one, of those that can be found; these of all; groups called, not planted."""
    each = [found_in(case, n_customers, seed, whole=whole) for seed in seeds]
    possible = sum(int(one.findable.sum()) for one in each)
    return (
        Counted(sum(int((one.called & one.findable).sum()) for one in each), possible),
        Counted(possible, sum(len(one.findable) for one in each)),
        Counted(sum(one.strange for one in each), sum(one.n_called for one in each)),
    )


def main() -> None:
    """Run the cases that are asked for, all where none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nulls = ["permuted", *NULL_SHOPS, "shuffled"]
    parser.add_argument("--case", nargs="+", choices=[*nulls, *PLANTED_SHOPS], default=[*nulls, *PLANTED_SHOPS])
    parser.add_argument("--customers", nargs="+", type=int, default=[92, 280, 1_000, 5_000])
    parser.add_argument("--shops", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="Seed of the first shop.")
    parser.add_argument("--quick", action="store_true", help="Four shops of 280 customers.")
    parser.add_argument("--whole", action="store_true", help="The whole run instead of its stages.")
    asked = parser.parse_args()
    sizes, shops = ([280], 4) if asked.quick else (asked.customers, asked.shops)
    seeds = range(asked.first, asked.first + shops)
    for case in asked.case:
        for n_customers in sizes if case != "permuted" else [92]:
            if (case == "permuted" and not SALES.exists()) or (case == "shuffled" and not CDNOW.exists()):
                continue
            started = time.process_time()
            if case in PLANTED_SHOPS:
                found, possible, strange = found_rate(case, n_customers, seeds, whole=asked.whole)
                text = f"groups called {found} that K-means can find {possible}; called and not planted {strange}"
            else:
                text = f"shops that carry a group {false_rate(case, n_customers, seeds, whole=asked.whole)}"
            seconds = (time.process_time() - started) / shops
            print(f"{case:10} {n_customers:6,} customers, {shops} shops: {text}; {seconds:.1f} s each", flush=True)


if __name__ == "__main__":
    main()
