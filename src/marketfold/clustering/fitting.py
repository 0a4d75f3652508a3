"""Good K-means fits at a small price, all of them scikit-learn's.

Coarse to fine: what a start is worth shows on a small sample; which of the good ones is best, on a larger; the exact
place of the centres, on all rows.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import euclidean_distances
from threadpoolctl import ThreadpoolController

from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32, Float64, Labels

Pool = dict[int, list["Fit"]]

FEW_ROWS, MORE_ROWS = 6_000, 40_000
"""Rows of the two samples on which coarse-to-fine starts compete."""
THOROUGH_ROWS, SWAPS = 1_000, 19
"""Rows up to which fits spare nothing: a fit goes on by so many random swaps for each start. Without groups K-means
stops at ever so many solutions: of 92 rows in 10 dimensions ten starts ended up to 4.4 % above the least WCSS that was
found and reached it in 3 of 12 cases, a hundred starts in 9, ten starts and 90 swaps in all; of 88 rows in 25
dimensions 90 swaps once missed it by 2.4 %, 140 never."""
_UNASKED = np.random.RandomState(0)
"""Starts are given, so nothing is drawn; making a generator for each fit took a fifth of it."""
FINALISTS = 2
LAST_STEPS = 15
SAMPLE_ROWS = 20_000
"""Rows on which starts compete. On 1,000,000 x 20 the best of ten starts on such a sample, carried to all rows, was
0.06 % above the best of ten starts on all rows."""


@dataclass(frozen=True)
class Fit:
    """One K-means solution.

    Centres are of shape (n_segments, n_dimensions), labels of (n_units,); the within-cluster sum of squares is over the
    rows that were fitted, the Lloyd steps are those of the last run.
    """

    centers: Float32
    labels: Labels
    wcss: float
    steps: int


@cache
def _thread_pools() -> ThreadpoolController:
    """The pools of the libraries that fit, which are all loaded by now; looking for them takes longer than a fit."""
    return ThreadpoolController()


@contextmanager
def quiet_fits(threads: int | None = None) -> Iterator[None]:
    """Fit without scikit-learn's warnings on early stops, which are wanted here, and on `threads` threads.

    Threads that wait for one another cost more than they bring on samples; one thread is the quick way there.
    """
    settings = config_context(assume_finite=True, skip_parameter_validation=True)
    with warnings.catch_warnings(), _thread_pools().limit(limits=threads), settings:
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def take_sample(X: Float32, size: int, seed: int) -> Float32:
    """`size` rows without replacement, or `X` itself where it has no more."""
    return X if len(X) <= size else np.ascontiguousarray(X[sample_rows(len(X), size, seed)])


def distinct_rows(X: Float32, enough: int) -> int:
    """Count of distinct rows, counted no further than to see that there are `enough`."""
    stop = 0
    found = 0
    while stop < len(X) and found < enough:
        stop = min(max(4 * stop, 100), len(X))
        found = len(np.unique(X[:stop] + 0.0, axis=0))
    return found


class _FromGiven(KMeans):  # type: ignore[misc]
    """K-means from the starting centres that `init` gives, one set after the other, without a check of each.

    The checks took up to a quarter of fits on 92 rows. If scikit-learn comes to ask for them otherwise, it checks them.
    """

    def _init_centroids(self, *_: object, **__: object) -> Float32:
        centers: Float32 = self.init()
        return centers


def best_of(X: Float32, candidates: Iterable[Float32], *, steps: int = 300, tol: float = 1e-4) -> Fit:
    """The best of several sets of starting centres, each run until it settles or for `steps` Lloyd steps.

    One estimator runs them all: on few rows its checks of the table take four times as long as the steps do.
    """
    # scikit-learn moves the rows so that their mean is 0 and asks for each start there
    sets = [np.ascontiguousarray(centers - X.mean(axis=0), dtype=np.float32) for centers in candidates]
    following = iter(sets)
    model = _FromGiven(
        len(sets[0]),
        init=lambda *_, **__: next(following),
        n_init=len(sets),
        max_iter=steps,
        tol=tol,
        random_state=_UNASKED,
    ).fit(X)
    found: Float32 = model.cluster_centers_.astype(np.float32)
    return Fit(found, model.labels_.astype(np.int32), float(model.inertia_), int(model.n_iter_))


def lloyd(X: Float32, centers: Float32, *, steps: int, tol: float = 1e-4) -> Fit:
    """At most `steps` Lloyd steps from given centres."""
    return best_of(X, [centers], steps=steps, tol=tol)


def starting_centers(X: Float32, n_segments: int, seeds: Sequence[int]) -> Float32:
    """Rows drawn by k-means++ from each seed, shape (n_seeds, n_segments, n_dimensions).

    The first k of a start are one for every smaller k. They are those of scikit-learn's `kmeans_plusplus`, which checks
    the table anew at each step: drawn side by side they take a third to a fifth of its time.
    """
    rows, n_draws = X.astype(np.float64), 2 + int(np.log(n_segments))
    norms = np.square(rows).sum(axis=1)

    def squared_distances(places: NDArray[np.intp]) -> Float64:
        found = rows[places] @ rows.T
        found *= -2
        found += norms
        found += norms[places][..., None]
        return np.maximum(found, 0, out=found)

    generators = [np.random.RandomState(seed) for seed in seeds]
    drawn = np.empty((len(seeds), n_segments), dtype=np.intp)
    drawn[:, 0] = [generator.choice(len(X), p=np.full(len(X), 1 / len(X))) for generator in generators]
    lots = np.stack([generator.uniform(size=(n_segments - 1, n_draws)) for generator in generators], axis=1)
    nearest, each = squared_distances(drawn[:, 0]), np.arange(len(seeds))
    for step, lot in enumerate(lots, start=1):
        sums = np.cumsum(nearest, axis=1)
        sought = lot * sums[:, -1:]
        places = np.array([one.searchsorted(those) for one, those in zip(sums, sought, strict=True)])
        places = np.minimum(places, len(X) - 1)
        candidates = np.minimum(squared_distances(places), nearest[:, None])
        best = candidates.sum(axis=2).argmin(axis=1)
        drawn[:, step], nearest = places[each, best], candidates[each, best]
    return X[drawn]


def best_of_starts(X: Float32, n_segments: int, *, n_starts: int, seed: int, tol: float = 1e-4) -> Fit:
    """The best of several k-means++ starts, each run until it settles."""
    return best_of(X, starting_centers(X, n_segments, range(seed, seed + n_starts)), tol=tol)


def merged(fit: Fit) -> Float32:
    """Centres of one segment less: the two whose merging adds least to the WCSS (Ward 1963) become one."""
    sizes = np.bincount(fit.labels, minlength=len(fit.centers)).astype(np.float64)
    gaps = euclidean_distances(fit.centers.astype(np.float64), squared=True)
    cost = gaps / (1 / np.maximum(sizes, 1)[:, None] + 1 / np.maximum(sizes, 1))
    np.fill_diagonal(cost, np.inf)
    one, other = np.unravel_index(np.argmin(cost), cost.shape)
    both = np.average(fit.centers[[one, other]], axis=0, weights=np.maximum(sizes[[one, other]], 1))
    kept = np.delete(fit.centers, [one, other], axis=0)
    return np.vstack([kept, both]).astype(np.float32)


def _far_rows(X: Float32, fit: Fit, count: int, rng: np.random.Generator) -> Float32:
    """Rows drawn as k-means++ draws, by their squared distance to their centre; shape (count, n_dimensions)."""
    gaps = np.square(X - fit.centers[fit.labels]).sum(axis=1, dtype=np.float64)
    drawn: Float32 = X[rng.choice(len(X), count, p=gaps / gaps.sum()) if gaps.any() else [0] * count]
    return drawn


def split(X: Float32, fit: Fit, seed: int) -> Float32:
    """Centres of one segment more: a row far from its own."""
    return np.vstack([fit.centers, _far_rows(X, fit, 1, np.random.default_rng(seed))])


def fit_each(X: Float32, k_range: Sequence[int], *, n_starts: int, seed: int) -> dict[int, Fit]:
    """A good fit at each k of an ascending range: k-means++ starts, then better ones from the neighbours in k."""
    starts = starting_centers(X, k_range[-1], range(seed, seed + n_starts))
    fits = {k: best_of(X, starts[: None if k > 1 else 1, :k]) for k in k_range}
    for k in k_range:
        if k - 1 in fits:
            candidates = [split(X, fits[k - 1], seed + draw) for draw in range(2)]
            fits[k] = min(fits[k], best_of(X, candidates), key=lambda fit: fit.wcss)
    for k in reversed(k_range):
        if k + 1 in fits:
            fits[k] = min(fits[k], lloyd(X, merged(fits[k + 1]), steps=300), key=lambda fit: fit.wcss)
    return fits


def swapped(X: Float32, fit: Fit, *, rounds: int, swaps: int, seed: int) -> Fit:
    """The fit after random swaps (Fränti 2018, "Efficiency of random swap clustering", *Journal of Big Data* 5).

    In each a segment is dissolved and a row far from its centre takes its place. The best of each round is kept if it
    lowers the WCSS.
    """
    rng = np.random.default_rng(seed)
    for _ in range(rounds if len(fit.centers) > 1 else 0):
        dissolved = rng.integers(len(fit.centers), size=swaps).tolist()
        rows = _far_rows(X, fit, swaps, rng)
        candidates = [
            np.vstack([np.delete(fit.centers, gone, axis=0), row]) for gone, row in zip(dissolved, rows, strict=True)
        ]
        fit = min(fit, best_of(X, candidates), key=lambda one: one.wcss)
    return fit


def fit_kmeans(X: Float32, n_segments: int, *, n_starts: int, seed: int, steps: int = 300) -> Fit:
    """Let starts compete on a sample, then settle the winner on all rows; on few rows the winner tries swaps."""
    sample = take_sample(X, SAMPLE_ROWS, seed)
    with quiet_fits(threads=1):
        fit = best_of_starts(sample, n_segments, n_starts=n_starts, seed=seed)
        if len(X) <= THOROUGH_ROWS:
            fit = swapped(X, fit, rounds=SWAPS, swaps=n_starts, seed=seed)
    if sample is X:
        return fit
    with quiet_fits():
        return lloyd(X, fit.centers, steps=steps)


def _each(sample: Float32, centers: Iterable[Float32], steps: int, tol: float) -> list[Fit]:
    """Fits from several sets of centres, best first; side by side, for one thread each is what a sample can use."""
    jobs = (delayed(lloyd)(sample, one, steps=steps, tol=tol) for one in centers)
    return sorted(Parallel(n_jobs=-1, prefer="threads")(jobs), key=lambda fit: fit.wcss)


def _finalists(fits: list[Fit]) -> list[Fit]:
    """The best few that are not the same solution again."""
    kept: list[Fit] = []
    for fit in fits:
        if len(kept) < FINALISTS and all(abs(fit.wcss / one.wcss - 1) > 1e-4 for one in kept if one.wcss > 0):
            kept.append(fit)
    return kept


def _compete(sample: Float32, k_range: Sequence[int], n_starts: int, seed: int) -> Pool:
    """Solutions of a small sample at each k, best first."""
    starts = starting_centers(sample, k_range[-1], range(seed, seed + n_starts))
    pool = {k: _each(sample, starts[: None if k > 1 else 1, :k], 60, 1e-3) for k in k_range}
    return {k: _improve(sample, pool, k, seed, 60, 1e-3) for k in k_range}


def _improve(sample: Float32, pool: Pool, k: int, seed: int, steps: int, tol: float) -> list[Fit]:
    """The pool at k, with what the best solutions of one segment less and one more suggest."""
    centers = [split(sample, pool[k - 1][0], seed)] if k - 1 in pool else []
    centers += [merged(pool[k + 1][0])] if k + 1 in pool else []
    return sorted([*pool[k], *_each(sample, centers, steps, tol)], key=lambda fit: fit.wcss)


def _coarse_to_fine_starts(X: Float32, k_range: Sequence[int], *, n_starts: int, seed: int) -> dict[int, Float32]:
    """Centres at each k of an ascending range, good on a sample of 40,000 rows and to be refined on all."""
    few, more = take_sample(X, FEW_ROWS, seed), take_sample(X, MORE_ROWS, seed + 1)
    with quiet_fits(threads=1):
        pool = _compete(few, k_range, n_starts, seed)
        pool = {k: _each(more, [fit.centers for fit in _finalists(fits)], 40, 1e-4) for k, fits in pool.items()}
        for k in reversed(k_range):
            pool[k] = _improve(more, pool, k, seed, 40, 1e-4)[:FINALISTS]
    return {k: fits[0].centers for k, fits in pool.items()}


def good_fits(X: Float32, k_range: Sequence[int], *, n_starts: int, seed: int) -> Iterator[Fit]:
    """A good fit at each k of an ascending range, one after the other."""
    if len(X) <= FEW_ROWS:
        with quiet_fits(threads=1):
            fits = fit_each(X, k_range, n_starts=n_starts, seed=seed)
        yield from fits.values()
        return
    for centers in _coarse_to_fine_starts(X, k_range, n_starts=n_starts, seed=seed).values():
        with quiet_fits():
            fit = lloyd(X, centers, steps=LAST_STEPS, tol=0.0)
        yield fit


def centers_each(X: Float32, k_range: Sequence[int], *, n_starts: int, seed: int) -> dict[int, Float32]:
    """Good centres at each k that the rows allow."""
    enough = distinct_rows(X, max(k_range))
    allowed = [k for k in sorted(k_range) if k <= enough]
    fits = good_fits(X, allowed, n_starts=n_starts, seed=seed) if allowed else ()
    return {k: fit.centers for k, fit in zip(allowed, fits, strict=True)}


def by_weight(fit: Fit, weights: Float64 | None) -> Fit:
    """The same fit with segments ordered by the sum of their units' weights (or by size), largest first."""
    total = np.bincount(fit.labels, weights=weights, minlength=len(fit.centers))
    order = np.argsort(-total, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return Fit(fit.centers[order], place[fit.labels], fit.wcss, fit.steps)
