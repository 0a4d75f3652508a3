"""The matrix that reduction and clustering work on: chosen, scaled, and reversible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.errors import OrdersError, TooFewUnitsError, closest
from marketfold.estimators import plain_arrays
from marketfold.features.completing import complete
from marketfold.features.geography import keep_columns, with_geography
from marketfold.features.scaler import MatrixScaler
from marketfold.frames import Framed, table_html
from marketfold.schema import UNIT_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike, NDArray

    from marketfold.schema import Float32, Float64
    from marketfold.units import FeatureTable

LEAST_UNITS = 2
SAME_ABOVE = 0.99
"""At this correlation the one column leaves 2 % of the other's variance unexplained."""
_SAMPLE = 50_000


@dataclass(frozen=True, repr=False)
class FeatureMatrix(Framed):
    """A scaled matrix that remembers what it was made from.

    `values`, of shape (n_units, n_features), are scaled, and `table` has the same columns in the user's units; the
    fitted `scaler` goes there and back. `left_out` are features that are not in the matrix, with the reason.
    """

    values: Float32
    table: FeatureTable
    scaler: MatrixScaler
    left_out: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.table.names

    @property
    def shape(self) -> tuple[int, ...]:
        """Units and features, as scikit-learn asks of what it splits."""
        return self.values.shape

    def __getitem__(self, key: Any) -> Float32:
        """A column by its name; rows as of an array."""
        if isinstance(key, str) and key not in self.names:
            raise KeyError(f"There is no feature {key!r}; {closest(key, self.names)}")
        found: Float32 = self.values[:, self.names.index(key)] if isinstance(key, str) else self.values[key]
        return found

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001
        return np.array(self.values, dtype=dtype, copy=copy)

    def to_arrow(self) -> pa.Table:
        """Identifier and every scaled feature."""
        ids = {UNIT_ID[self.table.unit]: pa.array(self.table.ids.tolist(), pa.string())}
        return pa.table(ids | {name: pa.array(self.values[:, j]) for j, name in enumerate(self.names)})

    def __repr__(self) -> str:
        left = f", {len(self.left_out)} left out" if self.left_out else ""
        return f"<FeatureMatrix: {self.values.shape[0]:,} {self.table.unit}s x {len(self.names)} scaled features{left}>"

    def _repr_html_(self) -> str:
        ends = zip(self.values.min(axis=0), np.median(self.values, axis=0), self.values.max(axis=0), strict=True)
        rows = [
            (one.name, one.label, *(f"{value:.3g}" for value in three))
            for one, three in zip(self.table.features, ends, strict=True)
        ]
        head = f"<p>{escape(repr(self).strip('<>'))}</p>"
        return head + table_html(rows, ("scaled feature", "", "lowest", "median", "highest"))

    def take(self, rows: NDArray[np.intp]) -> FeatureMatrix:
        """Some of the units, by their rows."""
        return replace(self, values=self.values[rows], table=self.table.take(rows))

    def inverse_transform(self, values: Float32) -> Float64:
        """Scaled rows, such as centres, in the user's units."""
        return self.scaler.inverse_transform(values)

    @plain_arrays
    def transform(self, table: FeatureTable) -> Float32:
        """Other units on the same scale; geography and what is expected are added from what stands beside the features.

        Raises
        ------
        ParameterError
            If a column is absent.
        """
        scaled: Float32 = self.scaler.transform(keep_columns(complete(table, self.names), self.names).values)
        return scaled


def _scale(table: FeatureTable, left_out: dict[str, str]) -> FeatureMatrix:
    table = keep_columns(table, [name for name in table.names if name not in left_out])
    scaler = MatrixScaler(blocks=[feature.block for feature in table.features])
    return FeatureMatrix(scaler.fit(table.values).transform(table.values), table, scaler, left_out)


def _find_same(X: Float32, names: Sequence[str], blocks: Sequence[str | None]) -> dict[str, str]:
    """Scaled columns whose correlation with an earlier one is near 1 or -1, with the reason.

    Columns of one block are not compared with each other: shares that add up to one always depend on each other, and
    a block weighs as one feature anyhow. No column of `X`, shape (n_units, n_features), may be constant.
    """
    step = max(1, len(X) // _SAMPLE)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.atleast_2d(np.corrcoef(X[::step].astype(np.float64), rowvar=False))
    reasons: dict[str, str] = {}
    for place, name in enumerate(names):
        for before in range(place):
            in_block = blocks[place] is not None and blocks[place] == blocks[before]
            if not in_block and names[before] not in reasons and abs(r[place, before]) >= SAME_ABOVE:
                reasons[name] = f"restates {names[before]} (correlation {r[place, before]:.3f})"
                break
    return reasons


@plain_arrays
def build_matrix(table: FeatureTable, *, geography: bool = False) -> FeatureMatrix:
    """Choose the columns that say something of their own, and scale them.

    With `geography` countries and territories shape the matrix too; without it they only describe.

    Raises
    ------
    TooFewUnitsError
        If there are fewer than two units.
    OrdersError
        If no feature tells the units apart.
    """
    if len(table.ids) < LEAST_UNITS:
        there = f"There is {len(table.ids)} {table.unit.replace('_', ' ')}"
        raise TooFewUnitsError(f"{there}, and groups need at least {LEAST_UNITS}. Read more orders.")
    if geography:
        table = with_geography(table)
    constant = np.ptp(table.values, axis=0) == 0
    flat = {name: "the same for everybody" for name, same in zip(table.names, constant, strict=True) if same}
    left_out = table.left_out | flat
    if constant.all():
        told = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise OrdersError(f"Nothing tells the {len(table.ids):,} units apart, so there are no groups to find: {told}.")
    matrix = _scale(table, left_out)
    same = _find_same(matrix.values, matrix.names, [feature.block for feature in matrix.table.features])
    return _scale(table, left_out | same) if same else matrix
