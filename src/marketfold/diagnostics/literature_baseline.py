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

from marketfold.clustering import KMeansSegmenter, cross_table
from marketfold.diagnostics.label_traps import REPRODUCED, RESTATED, agreement_of_values
from marketfold.diagnostics.matrix_traps import one_hot_blocks
from marketfold.features import MatrixScaler, keep_columns, literature_line_table
from marketfold.frames import terse
from marketfold.reduction import make_reducer
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from marketfold.orders import Orders
    from marketfold.schema import Float32, Labels
    from marketfold.units import FeatureTable

CLUSTERS, CODE = 3, 8
"""As many clusters and as narrow a code as the published analysis of the sales file has."""
LEAST_LINES, MOST_LINES = 50, 20_000


@terse
@dataclass(frozen=True)
class ColumnDependency:
    """How well clusters follow from one class column, by naming the cluster most usual for each of its values.

    Attributes
    ----------
    counts : int64, shape (n_clusters, n_classes)
        Lines of each cluster with each value.
    agreement
        Adjusted Rand index of rule and clusters, each line judged by the others; 1 is the same and 0 chance.
    accuracy
        Share of the lines whose cluster the rule names.
    """

    column: str
    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    agreement: float
    accuracy: float


@terse
@dataclass(frozen=True)
class BaselineClusters:
    """Clusters that the usual way finds after a reduction, and from which class columns they follow, the best first."""

    method: str
    n_dimensions: int
    dependencies: tuple[ColumnDependency, ...]

    @property
    def best(self) -> ColumnDependency:
        """That on the column which the clusters are most like."""
        return self.dependencies[0]

    @property
    def restates(self) -> bool:
        """Whether the clusters say no more than that column."""
        return self.best.agreement >= RESTATED

    @property
    def reproduced(self) -> bool:
        """Whether the clusters are nearly those of that column."""
        return self.best.agreement >= REPRODUCED


@terse
@dataclass(frozen=True)
class LiteratureBaseline:
    """The usual table of order lines, and what clustering it gives, without and with the reduction asked for."""

    n_lines: int
    n_columns: int
    found: tuple[BaselineClusters, ...]


def _dependencies(labels: Labels, table: FeatureTable, mapping: Mapping[str, str]) -> tuple[ColumnDependency, ...]:
    found = []
    for block, places in one_hot_blocks(table).items():
        codes = table.values[:, places].argmax(axis=1)
        counts = cross_table(labels, codes, (CLUSTERS, len(places)))
        classes = tuple(table.names[place].removeprefix(f"{block}_") for place in places)
        agreement = agreement_of_values(codes, labels)
        accuracy = float(counts.max(axis=0).sum() / len(labels))
        found.append(ColumnDependency(mapping.get(block, block), classes, counts, agreement, accuracy))
    return tuple(sorted(found, key=lambda one: -one.agreement))


def cluster_as_published(orders: Orders, *, network: str | None = None, seed: int = 0) -> LiteratureBaseline | None:
    """Cluster order lines as published analyses do; None where they lack what the usual table is made of.

    Beyond 20,000 lines a seeded sample is taken; `network` names the autoencoder to go through too, if any.
    """
    table = literature_line_table(orders)
    if table is None:
        return None
    rows = sample_rows(len(table.ids), MOST_LINES, seed)
    table = table.take(rows)
    varies = np.ptp(table.values, axis=0) > 0  # a sample may miss a rare value
    table = keep_columns(table, [name for name, kept in zip(table.names, varies, strict=True) if kept])
    if len(rows) < LEAST_LINES or not one_hot_blocks(table):
        return None
    X: Float32 = MatrixScaler(tail=0.0, skewed_above=math.inf).fit(table.values).transform(table.values)
    spaces = {"none": X}
    if network:
        spaces[network] = make_reducer(network, min(CODE, X.shape[1] - 1), seed=seed).fit(X).transform(X)
    found = []
    for method, space in spaces.items():
        labels = KMeansSegmenter(CLUSTERS, random_state=seed).fit(space).labels_
        found.append(BaselineClusters(method, space.shape[1], _dependencies(labels, table, orders.facts.mapping)))
    return LiteratureBaseline(len(rows), X.shape[1], tuple(found))
