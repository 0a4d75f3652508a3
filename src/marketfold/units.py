"""Units with their features: one row for each customer, order or order line, and what each column means.

Features are in the user's units: days, counts, and money in the currency of the run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError, closest
from marketfold.frames import Framed, table_html, terse
from marketfold.sampling import sample_ids
from marketfold.schema import UNIT_ID, Aspect, Float64, Ids, Measure, Unit

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


@dataclass(frozen=True)
class Feature:
    """One measured column of a unit.

    The name carries the unit (`recency_days`), and the label says it to a reader ("days since the last order"). Money
    is in the run's currency, a share is 0 to 1, a flag 0 or 1. `aspect` is what of a customer it shows, `own` where
    somebody defined it. Columns of one `block` (the category shares, say) together weigh as one feature; with None it
    stands alone. Of features of one `topic` (what came back, as a share and in money, say) people are told one. It
    means something only of units with at least `order_days` days with an order, the first of them at least
    `known_days` ago.
    """

    name: str
    label: str
    measure: Measure
    aspect: Aspect
    block: str | None = None
    order_days: int = 1
    known_days: int = 0
    topic: str | None = None

    @property
    def least_history(self) -> dict[str, int]:
        """Parts of a `History`, and what each must be at least for the feature to mean something."""
        least = {"repeats": self.order_days - 1, "known_days": self.known_days}
        return {part: days for part, days in least.items() if days > 0}


@terse
@dataclass(frozen=True)
class History:
    """When customers ordered and what it brought, as far as models of buying look at it; float64, shape (n_units,).

    Attributes
    ----------
    repeats
        Different days with an order after the first such day.
    last_days, known_days
        Days from the first order to the last one, and to the as-of date.
    repeat_mean
        Money per day with an order, without the first; 0 where there was no other.
    """

    repeats: Float64
    last_days: Float64
    known_days: Float64
    repeat_mean: Float64

    def take(self, rows: NDArray[np.intp]) -> History:
        """That of some of the units."""
        return History(self.repeats[rows], self.last_days[rows], self.known_days[rows], self.repeat_mean[rows])


@dataclass(frozen=True, repr=False)
class FeatureTable(Framed):
    """One row per unit, in the user's own units.

    Attributes
    ----------
    ids
        Sorted (order lines by number), shape (n_units,).
    values : float64, shape (n_units, n_features)
        Finite everywhere: where a feature is not `measured` of a unit something stands in for it, for a matrix needs a
        number there. Nothing that a person reads is taken from here; `shown` is for that.
    revenue : float64, shape (n_units,)
        Money that the unit brought in kept lines, whether or not it is among the features.
    as_of
        The day on which the features look back; no line on or after it is counted. None for a table of customers
        that holds no day.
    left_out
        Features that were not built or not kept, with the reason.
    described
        Text columns that describe units and do not shape segments (`country`, `territory`, ...), each of shape
        (n_units,).
    settings
        What was taken from these orders to measure by (the window's first day, what counts as a large order, how
        customers buy), to measure later orders by the same.
    history
        Of customers, what is to be expected of them rests on; None for other units and for a table of customers.
    """

    in_own_units: ClassVar[bool] = True
    unit: Unit
    ids: Ids
    values: Float64
    features: tuple[Feature, ...]
    revenue: Float64
    as_of: date | None
    left_out: dict[str, str] = field(default_factory=dict)
    described: dict[str, NDArray[np.object_]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    history: History | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in the order of the columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def first_on(self) -> date | None:
        """The day on which the window begins: no line before it is counted. None for a table of customers."""
        day = self.settings.get("first_on")
        return date.fromisoformat(day) if day else None

    @property
    def has_money(self) -> bool:
        """Whether it is known what the units brought."""
        return bool(self.revenue.any())

    def column(self, name: str) -> Float64:
        """Values of one feature, shape (n_units,)."""
        return self.values[:, self.names.index(name)]

    @property
    def order_days(self) -> Float64 | None:
        """Days with an order of each unit, or its orders where days are not known; None where neither is."""
        if self.history is not None:
            return self.history.repeats + 1
        return self.column("order_count") if "order_count" in self.names else None

    def measured(self, name: str) -> NDArray[np.bool_]:
        """Of which units a feature means something, shape (n_units,): one order has no time between orders."""
        feature, order_days = self.features[self.names.index(name)], self.order_days
        known = np.ones(len(self), dtype=np.bool_)
        if self.history is not None:
            for part, least in feature.least_history.items():
                known &= getattr(self.history, part) >= least
        elif feature.order_days > 1 and order_days is not None:
            known &= order_days >= feature.order_days
        return known

    def shown(self, name: str) -> Float64:
        """Values of one feature as a person may read them, shape (n_units,): NaN where it is not measured."""
        return np.where(self.measured(name), self.column(name), np.nan)

    def __getitem__(self, name: str) -> Float64:
        if name not in self.names:
            raise KeyError(f"There is no feature {name!r}; {closest(name, self.names)}")
        return self.shown(name)

    def take(self, rows: NDArray[np.intp]) -> FeatureTable:
        """Some of the units, by their rows."""
        return replace(
            self,
            ids=self.ids[rows],
            values=self.values[rows],
            revenue=self.revenue[rows],
            described={name: values[rows] for name, values in self.described.items()},
            history=self.history.take(rows) if self.history else None,
        )

    def sample(self, n_units: int, random_state: int = 0) -> FeatureTable:
        """Units drawn by a hash of their ids, the same on every machine and engine; all where there are not more.

        A sample lies within each larger one of its seed, whatever the order of the rows. `cleaning.sample_customers`
        has the order lines of the same customers.

        ParameterError where `n_units` is below 1.
        """
        if n_units < 1:
            raise ParameterError(f"A sample has 1 unit or more; got n_units={n_units}.")
        return self if len(self) <= n_units else self.take(sample_ids(self.ids, n_units, random_state))

    def __len__(self) -> int:
        return len(self.ids)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001
        return np.array(self.values, dtype=dtype, copy=copy)

    def to_arrow(self) -> pa.Table:
        """Identifier, every feature in the user's units (null where not measured), and the columns that describe."""
        ids = {UNIT_ID[self.unit]: pa.array(self.ids.tolist(), pa.string())}
        features = {name: pa.array(self.shown(name), from_pandas=True) for name in self.names}
        described = {name: pa.array(column, pa.string()) for name, column in self.described.items()}
        return pa.table(ids | described | features)

    def to_rows(self) -> pa.Table:
        """All that is known of each unit, for `of_rows`: id, `revenue`, and columns numbered by their place."""
        columns: dict[str, Any] = {UNIT_ID[self.unit]: pa.array(self.ids.tolist(), pa.string())}
        columns[REVENUE] = self.revenue
        for place, texts in enumerate(self.described.values()):
            columns[f"described_{place}"] = pa.array(texts, pa.string())
        for name, days in vars(self.history).items() if self.history else ():
            columns[f"history_{name}"] = days
        return pa.table(columns | {value_column(place): one for place, one in enumerate(self.values.T)})

    def of_rows(self, rows: pa.Table) -> FeatureTable:
        """Other units than these with the same columns, from what `to_rows` gave of them."""
        values = np.empty((len(rows), len(self.features)), order="F")
        for place in range(len(self.features)):
            values[:, place] = rows[value_column(place)].to_numpy()
        history = None
        if self.history:
            history = History(**{name: rows[f"history_{name}"].to_numpy() for name in vars(self.history)})
        return replace(
            self,
            ids=np.asarray(rows[UNIT_ID[self.unit]].to_pylist(), dtype=np.str_),
            values=values,
            revenue=rows[REVENUE].to_numpy(),
            described={name: texts_of(rows[f"described_{place}"]) for place, name in enumerate(self.described)},
            history=history,
        )

    def __repr__(self) -> str:  # ids may be names: they are not shown
        n_units, n_features = self.values.shape
        when = f", as of {self.as_of}" if self.as_of else ""
        return f"<FeatureTable: {n_units:,} {self.unit}s x {n_features} features{when}>"

    def _repr_html_(self) -> str:
        rows = ((f.name, f.label, f.measure, f"{median_of(self.shown(f.name)):,.4g}") for f in self.features)
        return f"<p>{escape(repr(self).strip('<>'))}</p>{table_html(rows, ('feature', '', 'measure', 'median'))}"


def measured_of(table: FeatureTable) -> Float64:
    """1 where a feature is measured of a unit, else 0, shape (n_units, n_features)."""
    return np.column_stack([table.measured(name) for name in table.names]).astype(np.float64)


def measured_values(table: FeatureTable) -> Float64:
    """Values of features, 0 where one is not measured, and beside them `measured_of`: (n_units, 2 n_features)."""
    measured = measured_of(table)
    return np.hstack([np.where(measured, table.values, 0.0), measured])


REVENUE = "revenue"


def value_column(place: int) -> str:
    """What the feature at a place is called among `FeatureTable.to_rows`: names may be any text."""
    return f"value_{place}"


def texts_of(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Cells as texts, None where empty; few are different, and each is in memory once."""
    coded = column.combine_chunks().dictionary_encode()
    texts = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    found: NDArray[np.object_] = texts[coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)]
    return found


def median_of(values: Float64) -> float:
    """Median of what was measured; NaN where that is nothing.

    >>> median_of(np.array([1.0, np.nan, 3.0])), median_of(np.array([np.nan]))
    (2.0, nan)
    """
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else math.nan
