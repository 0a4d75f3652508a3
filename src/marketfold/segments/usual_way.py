"""The usual notebook on order lines, made again beside ours: what its clusters are clusters of.

Published analyses of order lines encode every column, those too that restate another, standardise, and cluster, with or
without an autoencoder before. Here the same is done on the user's own lines, and each class column is asked whether the
clusters are anything but its values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import KMeansSegmenter
from marketfold.errors import ParameterError
from marketfold.features import MatrixScaler, keep_columns, published_line_table
from marketfold.reduction import AutoencoderReducer
from marketfold.segments.label_traps import RESTATED
from marketfold.selection.views import take_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.orders import Orders
    from marketfold.schema import FeatureTable, Float32, Labels

CLUSTERS, CODE = 3, 8
"""As many clusters and as narrow a code as the published analysis of the sales file has."""
MOST_LINES = 20_000
BLOCKS = ("deal_size", "category", "country")


@dataclass(frozen=True)
class UsualClusters:
    """Clusters that the usual way finds, against the class column that they are most like.

    Attributes
    ----------
    way
        On what K-means was run, in words.
    column
        The class column that agrees best, as the source names it.
    classes
        Its values.
    counts : int64, shape (n_clusters, n_classes)
        Lines of each cluster with each value.
    agreement
        Adjusted Rand index of clusters and values, 1 is the same and 0 chance.
    accuracy
        Share of the lines whose cluster a rule on that column alone foretells.
    """

    way: str
    column: str
    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    agreement: float
    accuracy: float

    @property
    def restates(self) -> bool:
        """Whether the clusters say no more than the column."""
        return self.agreement >= RESTATED

    @property
    def sentence(self) -> str:
        """What came out, in words."""
        what = f"{self.way}, the three clusters"
        if self.restates:
            return (
                f"{what} are {self.column} and nothing else: a rule on that one column foretells {self.accuracy:.1%} "
                f"of the lines (adjusted Rand {self.agreement:.2f})."
            )
        return (
            f"{what} are not the values of a single class column; nearest is {self.column} "
            f"(adjusted Rand {self.agreement:.2f})."
        )


@dataclass(frozen=True)
class UsualWay:
    """The usual table of order lines, and what clustering it gives.

    Attributes
    ----------
    n_lines, n_columns
        Size of the table.
    found
        Without a reduction, and through an autoencoder where one was asked for.
    """

    n_lines: int
    n_columns: int
    found: tuple[UsualClusters, ...]


def _against_classes(way: str, labels: Labels, table: FeatureTable, mapping: Mapping[str, str]) -> UsualClusters:
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415  (costs start-up time)

    best: UsualClusters | None = None
    for block in BLOCKS:
        places = [i for i, name in enumerate(table.names) if name.startswith(f"{block}_")]
        codes = table.values[:, places].argmax(axis=1)
        counts = np.zeros((CLUSTERS, len(places)), dtype=np.int64)
        np.add.at(counts, (labels, codes), 1)
        agreement = float(adjusted_rand_score(codes, labels))
        if best is None or agreement > best.agreement:
            classes = tuple(table.names[place].removeprefix(f"{block}_") for place in places)
            accuracy = float(counts.max(axis=0).sum() / len(labels))
            best = UsualClusters(way, mapping.get(block, block), classes, counts, agreement, accuracy)
    assert best is not None  # noqa: S101  (the table has every block)
    return best


def cluster_the_usual_way(orders: Orders, *, network: bool = False, seed: int = 0) -> UsualWay | None:
    """Cluster order lines as published analyses do; None where they lack the columns of the usual table.

    Parameters
    ----------
    orders
        As `read_orders` gives them; beyond 20,000 lines a seeded sample is taken.
    network
        Whether to go through an autoencoder too.
    seed
        Of the sample, the network and the starting centres.
    """
    try:
        table = published_line_table(orders)
    except ParameterError:
        return None
    rows = np.sort(np.random.default_rng(seed).permutation(len(table.ids))[:MOST_LINES])
    table = _take(table, rows)
    X: Float32 = MatrixScaler(tail=0.0, skewed_above=math.inf).fit(table.values).transform(table.values)
    mapping = orders.facts.mapping
    found = [_against_classes("On the standardised columns", _clusters(X, seed), table, mapping)]
    if network:
        code = AutoencoderReducer(CODE, random_state=seed).fit(X).transform(X)
        found.append(
            _against_classes(f"On the {CODE} numbers of an autoencoder", _clusters(code, seed), table, mapping)
        )
    return UsualWay(len(rows), X.shape[1], tuple(found))


def _take(table: FeatureTable, rows: NDArray[np.intp]) -> FeatureTable:
    few = take_units(table, rows)
    varies = np.ptp(few.values, axis=0) > 0  # a sample may miss a rare value
    return keep_columns(few, [name for name, kept in zip(few.names, varies, strict=True) if kept])


def _clusters(X: Float32, seed: int) -> Labels:
    labels: Labels = KMeansSegmenter(CLUSTERS, random_state=seed).fit(X).labels_
    return labels
