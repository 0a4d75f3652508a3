"""Tested on the future: what segments made of what was known on a day say about the revenue after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.features import build_features, split_at
from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.schema import money_sum
from marketfold.selection.foretelling import (
    Explained,
    SquaredErrors,
    bootstrapped,
    errors_of,
    errors_of_groups,
    folds_of,
    interval,
)
from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.config import FeatureOptions
    from marketfold.schema import Float64, Ids, Labels
    from marketfold.selection.fits import Fits, Recipe
    from marketfold.units import FeatureTable

SHORTEST_SPAN_DAYS = 270
LONGEST_HORIZON_DAYS = 365
HORIZON_SHARE = 1 / 3
FEWEST_UNITS = 50
SCORED_UNITS = 50_000
"""The last word is spoken on a seeded sample of this many units; more would not narrow its intervals to any use."""
RANDOM_DRAWS = 199
"""Draws of random groups: with as many a p-value goes down to half a percent."""


@terse
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

    def errors_to_choose(self, labels: Labels) -> SquaredErrors:
        """What groups miss of the later revenue that a choice may look at; nobody else's enters."""
        seen = ~self.evaluation if not self.evaluation.all() else self.evaluation
        return errors_of_groups(labels[seen], self.log_revenue[seen])

    def explained_to_choose(self, labels: Labels) -> float:
        """Share of later revenue, as far as a choice may look at it, that groups foretell."""
        return self.errors_to_choose(labels).explained

    def errors_at_last(self, labels: Labels) -> SquaredErrors:
        """What groups miss of the later revenue that no choice has seen; what they are worth is learned from all."""
        return errors_of_groups(labels, self.log_revenue).of(self.evaluation)

    def sample(self, most: int, seed: int) -> TemporalHoldout:
        """A seeded sample of the customers; all of them where there are not too many."""
        rows = sample_rows(len(self.table), most, seed)
        return self if len(rows) == len(self.table) else self._of(rows)

    def _of(self, rows: NDArray[np.intp]) -> TemporalHoldout:
        return replace(
            self,
            table=self.table.take(rows),
            next_revenue=self.next_revenue[rows],
            evaluation=self.evaluation[rows],
        )

    @property
    def log_revenue(self) -> Float64:
        """log(1 + next revenue), shape (n_units,); a few large customers would decide the plain one alone."""
        return np.log1p(np.maximum(self.next_revenue, 0.0))


@terse
@dataclass(frozen=True)
class FutureScore:
    """How much of the next period's revenue groups foretell, beside what else could.

    Every share is a cross-validated R squared of the logarithm (`SquaredErrors.explained`) on the same units and folds,
    so it needs no correction for the number of groups: groups by lot have 0 or less.

    Attributes
    ----------
    n_units, n_evaluated
        Customers known on the cutoff, and those of them on whom the shares rest: no choice has seen their later
        revenue.
    returned_share
        Of all known, the share that bought again, 0 to 1.
    segments, rfm, boosting
        Of the segments, of the 25 cells of recency and frequency-with-money quintiles, and of gradient boosting on all
        features: a flexible model, and no limit of what can be known.
    random
        Mean and middle 95 % of `RANDOM_DRAWS` draws of random groups of the segments' sizes.
    over_rfm, over_random
        How much more the segments foretell, unit by unit (paired).
    by_chance
        Share of the draws of random groups, the segments counted with them, that foretell at least as much.
    """

    cutoff: date
    horizon_days: int
    n_units: int
    n_evaluated: int
    returned_share: float
    n_segments: int
    segments: Explained
    rfm: Explained
    random: Explained
    boosting: Explained
    over_rfm: Explained
    over_random: Explained
    by_chance: float

    @property
    def better_than_chance(self) -> bool:
        """Whether groups by lot seldom foretell as much."""
        return self.by_chance <= SIGNIFICANCE


def choose_cutoff(first_on: date, last_on: date) -> date | None:
    """The day to test on: the last third of the span, a year at most; None where the span is too short to halve.

    >>> choose_cutoff(date(2003, 1, 6), date(2005, 5, 31))
    datetime.date(2004, 8, 12)
    """
    span = (last_on - first_on).days
    if span < SHORTEST_SPAN_DAYS:
        return None
    return last_on - timedelta(days=min(round(span * HORIZON_SHARE), LONGEST_HORIZON_DAYS))


def hold_out_future(
    clean: CleanOrders, cutoff: date, options: FeatureOptions, names: Sequence[str] | None = None
) -> TemporalHoldout | None:
    """Split at a day; None where fewer than `FEWEST_UNITS` customers were known by then, or none of them came back.

    `names` are the features to measure: those of the whole table, where its recipes are to be followed.
    """
    span = clean.activity.span
    if span is None or not span[0] < cutoff <= span[1]:
        return None
    try:
        before, later = split_at(clean, cutoff)
    except TooFewUnitsError:
        return None
    table = build_features(before, options.model_copy(update={"as_of": cutoff}), names=names)
    if len(table.ids) < FEWEST_UNITS:
        return None
    everybody = np.ones(len(table), dtype=np.bool_)
    return TemporalHoldout(table, _aligned(later, table), cutoff, (span[1] - cutoff).days + 1, everybody)


def revenue_from(clean: CleanOrders, table: FeatureTable) -> Float64:
    """Money of each customer of a table on and after its as-of day, shape (n_units,); none may be in a feature."""
    asked = clean.engine.from_arrow(pa.table({"customer_id": pa.array(table.ids.tolist(), pa.string())}))
    after = clean.purchases.filter(nw.col("ordered_on") >= table.as_of).join(asked, on="customer_id", how="semi")
    revenue = after.group_by("customer_id").agg(money_sum("amount").alias("revenue"))
    return _aligned(clean.engine.collect(revenue), table)


def _aligned(later: pa.Table, table: FeatureTable) -> Float64:
    """Revenue of each known customer; new customers are nobody's merit and are left out."""
    money = dict(zip(later["customer_id"].to_pylist(), later["revenue"].to_pylist(), strict=True))
    return np.array([money.get(one, 0.0) for one in table.ids.tolist()], dtype=np.float64)


def explained_by(recipe: Recipe, fits: Fits) -> float | None:
    """Share of later revenue, as far as a choice may see it, that a recipe's segments of the earlier day foretell.

    None without a temporal holdout, and where its segments cannot be made: on an early day too few may have differed.
    """
    labels = earlier_labels(recipe, fits)
    return None if fits.holdout is None or labels is None else fits.holdout.explained_to_choose(labels)


def earlier_labels(recipe: Recipe, fits: Fits) -> Labels | None:
    """A recipe's segments of the customers of the earlier day; None where there are none, or too few differ."""
    if fits.holdout is None:
        return None
    try:
        return fits.segment(recipe, fits.holdout.table).labels
    except (OrdersError, ParameterError, TooFewUnitsError):
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


def boosted(table: FeatureTable, outcome: Float64, seed: int = 0) -> SquaredErrors:
    """What gradient boosting on the features misses."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415
    from sklearn.model_selection import PredefinedSplit, cross_val_predict  # noqa: PLC0415

    model = HistGradientBoostingRegressor(max_iter=100, learning_rate=0.05, max_leaf_nodes=8, random_state=seed)
    folds = folds_of(len(outcome))
    with threadpool_limits(1):  # threads that wait for one another cost twenty times what they bring
        return errors_of(outcome, cross_val_predict(model, table.values, outcome, cv=PredefinedSplit(folds)), folds)


def _by_lot(holdout: TemporalHoldout, labels: Labels, seed: int) -> tuple[Float64, SquaredErrors]:
    """Explained share of each draw of random groups of the same sizes, and the mean of what they miss."""
    rng = np.random.default_rng(seed)
    draws = [holdout.errors_at_last(rng.permutation(labels)) for _ in range(RANDOM_DRAWS)]
    missed = np.mean([drawn.own for drawn in draws], axis=0)
    return np.array([drawn.explained for drawn in draws]), SquaredErrors(missed, draws[0].mean)


def score_on_future(holdout: TemporalHoldout, labels: Labels, seed: int = 0) -> FutureScore:
    """Judge segments of the customers known on the cutoff by the revenue after it.

    `labels` are the segment of each of them, from 0, made from `holdout.table` alone, shape (n_units,).
    """
    n_units, returned = len(labels), float((holdout.next_revenue > 0).mean())
    n_segments = int(labels.max()) + 1
    labels = labels[sample_rows(n_units, SCORED_UNITS, seed)]
    holdout = holdout.sample(SCORED_UNITS, seed)
    shares_by_lot, by_lot = _by_lot(holdout, labels, seed)
    kinds = (
        holdout.errors_at_last(labels),
        holdout.errors_at_last(rfm_cells(holdout.table)),
        by_lot,
        boosted(holdout.table, holdout.log_revenue, seed).of(holdout.evaluation),
    )
    segments, rfm, random, known = (one.explained for one in kinds)
    draws = bootstrapped(kinds, seed)
    return FutureScore(
        cutoff=holdout.cutoff,
        horizon_days=holdout.horizon_days,
        n_units=n_units,
        n_evaluated=int(holdout.evaluation.sum()),
        returned_share=returned,
        n_segments=n_segments,
        segments=interval(segments, draws[:, 0]),
        rfm=interval(rfm, draws[:, 1]),
        random=interval(random, shares_by_lot),
        boosting=interval(known, draws[:, 3]),
        over_rfm=interval(segments - rfm, draws[:, 0] - draws[:, 1]),
        over_random=interval(segments - random, draws[:, 0] - draws[:, 2]),
        by_chance=float((1 + (shares_by_lot >= segments).sum()) / (1 + RANDOM_DRAWS)),
    )
