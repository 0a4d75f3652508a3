"""Segments made one at somebody's wish, and the same done to those of another fit to the same units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from marketfold.clustering.labels import cross_table, jaccards

if TYPE_CHECKING:
    from marketfold.schema import Labels


def places_alike(places: Labels, own: Labels, other: Labels, n_other: int) -> Labels:
    """Place of each segment of another fit when they are merged as our parts were, from 0, shape (n_other,).

    `places` says to which segment each of our parts went; `own` is the part and `other` the other fit's segment of the
    same units. Parts and segments are paired one to one, so that together they are the most alike by their Jaccard
    (Hungarian algorithm; Kuhn 1955), and never two with one part: else whatever lies within a merged segment would be
    put together, and it would seem to come out again more surely than it does. What finds no partner stays by itself.

    >>> own, other = np.array([0, 0, 1, 1, 2, 2]), np.array([2, 2, 0, 0, 1, 1])
    >>> places_alike(np.array([0, 1, 0]), own, other, 3).tolist()
    [1, 0, 0]
    """
    alike = jaccards(cross_table(own, other, (len(places), n_other)))
    parts, segments = linear_sum_assignment(alike, maximize=True)
    found = len(places) + np.arange(n_other)
    found[segments] = places[parts]
    together: Labels = np.unique(found, return_inverse=True)[1].astype(np.int32)
    return together
