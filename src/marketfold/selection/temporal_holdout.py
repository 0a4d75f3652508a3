"""Tested on the future: what segments made of what was known on a day say about the revenue after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from threadpoolctl import threadpool_limits

from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.features import build_features, split_at
from marketfold.sampling import sample_rows
from marketfold.schema import money_sum
from marketfold.selection.feature_sets import take_units

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.config import FeatureOptions
    from marketfold.schema import FeatureTable, Float64, Ids, Labels
    from marketfold.selection.fits import Fits, Recipe

SHORTEST_SPAN_DAYS = 270
LONGEST_HORIZON_DAYS = 365
HORIZON_SHARE = 1 / 3
FEWEST_UNITS = 50
UPPER_BOUND_ROWS = 50_000
MANY_ROWS = 10_000
RANDOM_DRAWS = 20


@dataclass(frozen=True)
class TemporalHoldout:
    """Customers as they were known on a day (the cutoff), and what they brought after it.

    Attributes
    ----------
    table
        Features from lines before the cutoff alone.
    next_revenue : float64, shape (n_units,)
        Money from the cutoff on; 0 for those who did not return.
    horizon_days
        Days from the cutoff to the last order.
    evaluation : bool, shape (n_units,)
        Whose later revenue is kept for the last word: no choice may look at it. Everybody's where nothing is chosen.
    """

    table: FeatureTable
    next_revenue: Float64
    cutoff: date
    horizon_days: int
    evaluation: NDArray[np.bool_]

    def halved(self, choosing: Ids) -> TemporalHoldout:
        """Keep the later revenue of all but the customers of these ids for the last word; choices go by theirs."""
        return replace(self, evaluation=~np.isin(self.table.ids, choosing))

    def choosing(self, most: int, seed: int) -> TemporalHoldout | None:
        """Those whose later revenue a choice may look at, a seeded sample of them; None where they are too few."""
        rows = np.flatnonzero(~self.evaluation)
        if len(rows) < FEWEST_UNITS // 2:
            return None
        return self._of(rows[sample_rows(len(rows), most, seed)])

    def explained_to_choose(self, labels: Labels) -> float:
        """`explained_share` among those whose later revenue a choice may look at."""
        seen = ~self.evaluation if not self.evaluation.all() else self.evaluation
        return explained_share(labels[seen], self.log_revenue[seen])

    def sample(self, most: int, seed: int) -> TemporalHoldout:
        """A seeded sample of the customers; all of them where there are not too many."""
        rows = sample_rows(len(self.table), most, seed)
        return self if len(rows) == len(self.table) else self._of(rows)

    def _of(self, rows: NDArray[np.intp]) -> TemporalHoldout:
        return replace(
            self,
            table=take_units(self.table, rows),
            next_revenue=self.next_revenue[rows],
            evaluation=self.evaluation[rows],
        )

    @property
    def log_revenue(self) -> Float64:
        """log(1 + next revenue), shape (n_units,); a few large customers would decide the plain one alone."""
        return np.log1p(np.maximum(self.next_revenue, 0.0))


@dataclass(frozen=True)
class FutureScore:
    """How much of the next period's revenue groups explain, beside what else could.

    Attributes
    ----------
    n_units, n_evaluated
        Customers known on the cutoff, and those of them whose later revenue no choice has seen; the four last shares
        are of theirs.
    returned_share
        Of all known, the share that bought again, 0 to 1.
    segments
        Share of the variance of log next-period revenue that the segments explain (eta squared), 0 to 1.
    rfm
        The same for the 25 cells of recency and frequency-with-money quintiles.
    random
        The same for random groups of the segments' sizes: the highest of `RANDOM_DRAWS` draws.
    upper_bound
        Cross-validated R squared of gradient boosting on the same features: about what can be known.
    """

    cutoff: date
    horizon_days: int
    n_units: int
    n_evaluated: int
    returned_share: float
    segments: float
    n_segments: int
    rfm: float
    random: float
    upper_bound: float


def choose_cutoff(first_on: date, last_on: date) -> date | None:
    """The day to test on: the last third of the span, a year at most; None where the span is too short to halve.

    >>> choose_cutoff(date(2003, 1, 6), date(2005, 5, 31))
    datetime.date(2004, 8, 12)
    """
    span = (last_on - first_on).days
    if span < SHORTEST_SPAN_DAYS:
        return None
    return last_on - timedelta(days=min(round(span * HORIZON_SHARE), LONGEST_HORIZON_DAYS))


def hold_out_future(clean: CleanOrders, cutoff: date, options: FeatureOptions) -> TemporalHoldout | None:
    """Split at a day; None where fewer than `FEWEST_UNITS` customers were known by then, or none of them came back."""
    span = clean.activity.span
    if span is None or not span[0] < cutoff <= span[1]:
        return None
    try:
        before, later = split_at(clean, cutoff)
    except TooFewUnitsError:
        return None
    table = build_features(before, options.model_copy(update={"as_of": cutoff}))
    if len(table.ids) < FEWEST_UNITS:
        return None
    everybody = np.ones(len(table), dtype=np.bool_)
    return TemporalHoldout(table, _aligned(later, table), cutoff, (span[1] - cutoff).days + 1, everybody)


def revenue_from(clean: CleanOrders, table: FeatureTable) -> Float64:
    """Money of each customer of a table on and after its as-of day, shape (n_units,); none may be in a feature."""
    after = clean.purchases.filter(nw.col("ordered_on") >= table.as_of).group_by("customer_id")
    return _aligned(clean.engine.collect(after.agg(money_sum("amount").alias("revenue"))), table)


def _aligned(later: pa.Table, table: FeatureTable) -> Float64:
    """Revenue of each known customer; new customers are nobody's merit and are left out."""
    money = dict(zip(later["customer_id"].to_pylist(), later["revenue"].to_pylist(), strict=True))
    return np.array([money.get(one, 0.0) for one in table.ids.tolist()], dtype=np.float64)


def explained_share(groups: Labels, outcome: Float64) -> float:
    """Share of the variance of an outcome that lies between groups (eta squared), 0 to 1.

    >>> explained_share(np.array([0, 0, 1, 1], np.int32), np.array([1.0, 1.0, 3.0, 3.0]))
    1.0
    """
    total = float(np.square(outcome - outcome.mean()).sum())
    if total == 0:
        return 0.0
    sizes = np.maximum(np.bincount(groups), 1)
    means = np.bincount(groups, weights=outcome) / sizes
    return float((np.bincount(groups) * np.square(means - outcome.mean())).sum() / total)


def explained_by(recipe: Recipe, fits: Fits) -> float | None:
    """Share of later revenue, as far as a choice may see it, that a recipe's segments of the earlier day explain.

    None without a temporal holdout, and where its segments cannot be made: on an early day too few may have differed.
    """
    if fits.holdout is None:
        return None
    try:
        return fits.holdout.explained_to_choose(fits.segment(recipe, fits.holdout.table).labels)
    except (OrdersError, ParameterError):
        return None


def rfm_cells(table: FeatureTable) -> Labels:
    """Cell of each customer in the usual 5 x 5 grid: quintile of recency, and of frequency with money.

    Quintiles are by rank, ties in the order of revenue, so that the five are of one size (Hughes 1994).
    """

    def quintile(values: Float64 | Labels) -> Labels:
        rank = np.argsort(np.lexsort((table.revenue, values)))
        return (rank * 5 // len(values)).astype(np.int32)

    recency, orders, revenue = map(quintile, (table.column("recency_days"), table.column("order_count"), table.revenue))
    return recency * 5 + quintile(orders + revenue)


def upper_bound(table: FeatureTable, outcome: Float64, evaluation: NDArray[np.bool_], seed: int = 0) -> float:
    """Cross-validated R squared of gradient boosting on the features: about as much as can be known from them.

    It learns from everybody, each fold from the others, and is judged by those in `evaluation`.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415
    from sklearn.model_selection import KFold, cross_val_predict  # noqa: PLC0415

    rows = np.random.default_rng(seed).permutation(len(outcome))[:UPPER_BOUND_ROWS]
    model = HistGradientBoostingRegressor(max_iter=100, learning_rate=0.05, max_leaf_nodes=8, random_state=seed)
    folds = KFold(5, shuffle=True, random_state=seed)
    # threads that wait for one another cost more than they bring on few rows
    with threadpool_limits(1 if len(rows) < MANY_ROWS else None):
        predicted = cross_val_predict(model, table.values[rows], outcome[rows], cv=folds)
    last, predicted = outcome[rows][evaluation[rows]], predicted[evaluation[rows]]
    total = np.square(last - last.mean()).sum() if len(last) else 0.0
    return float(1 - np.square(last - predicted).sum() / total) if total else 0.0


def score_on_future(holdout: TemporalHoldout, labels: Labels, seed: int = 0) -> FutureScore:
    """Judge segments of the customers known on the cutoff by the revenue after it.

    `labels` are the segment of each of them, from 0, made from `holdout.table` alone, shape (n_units,).
    """
    last = holdout.evaluation
    outcome, shown = holdout.log_revenue[last], labels[last]
    rng = np.random.default_rng(seed)
    return FutureScore(
        cutoff=holdout.cutoff,
        horizon_days=holdout.horizon_days,
        n_units=len(labels),
        n_evaluated=int(last.sum()),
        returned_share=float((holdout.next_revenue > 0).mean()),
        segments=explained_share(shown, outcome),
        n_segments=int(labels.max()) + 1,
        rfm=explained_share(rfm_cells(holdout.table)[last], outcome),
        random=max(explained_share(rng.permutation(shown), outcome) for _ in range(RANDOM_DRAWS)),
        upper_bound=upper_bound(holdout.table, holdout.log_revenue, last, seed),
    )
