"""How far planted groups overlap, and how well somebody who is told them knows them again: what bounds `bench.trust`.

Both are asked of all features by classifiers that are told the truth, which no clusterer is, and each is asked of
customers that it was not fitted to.

    python -m bench.trust_reach [--case NAME ...] [--customers N] [--shops N] [--first N]

Groups overlap as Maitra and Melnykov (2010), "Simulating data to study performance
of finite mixture modeling and clustering algorithms", *Journal of Computational and Graphical Statistics* 19, and their
package MixSim have it: for a pair, the chance that a customer of the one is likelier one of the other, and the reverse,
added up. Densities are normal, with shrunken covariances; the chances are counted among further customers of the same
groups in the place of integrated, for features of orders are not normal.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bench.trust import Counted, found_in
from bench.trust_shops import PLANTED_SHOPS, further
from marketfold.cleaning import clean_orders
from marketfold.clustering import cross_table, jaccards
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.thresholds import STABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sklearn.base import ClassifierMixin

    from marketfold.schema import Float32, Float64, Labels
    from marketfold.units import FeatureTable

SHRUNKEN = 0.01
"""Of the covariances, for shares that add up to one have no spread in one direction."""
BANDS = (0.0, 0.01, 0.02, 0.05, 0.1, 2.0)
"""Of the overlap of a group with the one that it is taken for most."""
FURTHER = 2_000
"""Customers beyond those of the shop, by which the overlap is counted: 120 and more of each group."""


def _classifiers() -> list[ClassifierMixin]:
    return [
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        ExtraTreesClassifier(100, min_samples_leaf=2, random_state=0),
    ]


def known_again(table: FeatureTable, group_of: Labels) -> Float64:
    """Jaccard of each group with the customers that are called by it, each by a classifier fitted to others.

    Of two classifiers the one counts that is right more often.
    """
    X, folds = build_matrix(table).values, StratifiedKFold(5, shuffle=True, random_state=0)
    called = [cross_val_predict(one, X, group_of, cv=folds) for one in _classifiers()]
    best = max(called, key=lambda its: float((its == group_of).mean()))
    n_groups = int(group_of.max()) + 1
    return np.diag(jaccards(cross_table(group_of, best.astype(np.int32), (n_groups, n_groups)))).copy()


def further_customers(table: FeatureTable, case: tuple[int, int, int]) -> tuple[Float32, Labels]:
    """Scaled features and the group of further customers of `planted(*case)`, whose table is given."""
    lines, truth = further(*case, FURTHER)
    their = build_features(clean_orders(read_orders(lines)), names=table.names, settings=table.settings)
    return build_matrix(table).transform(their), np.array([truth[one] for one in their.ids.tolist()], np.int32)


def pairwise_overlap(X: Float32, group_of: Labels) -> Float64:
    """Sum of the two chances of taking one group for the other, of each pair; 0 on the diagonal.

    Of shape (n_groups, n_groups), three groups or more; each half of the customers is asked by normals of the other.
    """
    half, n_groups = np.arange(len(X)) % 2 == 0, int(group_of.max()) + 1
    taken = np.zeros((n_groups, n_groups))
    for fitted in (half, ~half):
        normal = QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=SHRUNKEN).fit(X[fitted], group_of[fitted])
        scores, group = normal.decision_function(X[~fitted]), group_of[~fitted]
        likelier = scores > np.take_along_axis(scores, group[:, None], axis=1)
        taken += np.array([likelier[group == one].mean(axis=0) for one in range(n_groups)]) / 2
    return taken + taken.T


@dataclass(frozen=True)
class Known:
    """Jaccard by which each group is known again, overlap with its nearest, and whether it is called."""

    jaccard: Float64
    overlap: Float64
    called: NDArray[np.bool_]


def bands_of(found: Sequence[Known]) -> list[str]:
    """One line for each band of the overlap of a group with the nearest other, and one for all."""
    jaccard, overlap, called = (np.concatenate([getattr(one, name) for one in found]) for name in Known.__annotations__)
    known, lines = jaccard >= STABLE, []
    for low, high in (*itertools.pairwise(BANDS), (BANDS[0], BANDS[-1])):
        within = (overlap >= low) & (overlap < high)
        lines.append(
            f"overlap {low:.2f} to {high:.2f}: known again {Counted(int((known & within).sum()), int(within.sum()))}; "
            f"of these called {Counted(int((known & within & called).sum()), int((known & within).sum()))}"
        )
    return lines


def main() -> None:
    """Ask the shops of the cases, and print the bands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cases = [case for case in PLANTED_SHOPS if case.startswith("groups")]
    parser.add_argument("--case", nargs="+", choices=cases, default=cases)
    parser.add_argument("--customers", type=int, default=280)
    parser.add_argument("--shops", type=int, default=14)
    parser.add_argument("--first", type=int, default=200, help="Seed of the first shop.")
    asked = parser.parse_args()
    known, means = [], []
    for case in asked.case:
        for seed in range(asked.first, asked.first + asked.shops):
            found = found_in(case, asked.customers, seed)
            made = int(case.removeprefix("groups")), asked.customers, seed
            overlap = pairwise_overlap(*further_customers(found.table, made))
            means.append(float(overlap[np.triu_indices(len(overlap), 1)].mean()))
            known.append(Known(known_again(found.table, found.group_of), overlap.max(axis=1), found.called))
    print(*bands_of(known), sep="\n")
    low, middle, high = np.quantile(means, (0.0, 0.5, 1.0))
    print(f"mean overlap of the pairs of a shop: {low:.4f} to {high:.4f}, median {middle:.4f}")


if __name__ == "__main__":
    main()
