from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine, EngineTable
from marketfold.experiments import Outcomes, assign_arms
from marketfold.schema import Float64, Ids, Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.experiments import Holdout


@dataclass(frozen=True)
class Shoppers:
    """What a design reads of customers and their orders, as the planning of campaigns hands it over."""

    ids: Ids
    labels: Labels
    revenue: Float64
    first_on: np.ndarray
    observed: tuple[date, date]
    n_segments: int
    orders: nw.LazyFrame[Any]
    engine: Engine

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """One row per customer, as the engine has them."""
        return self.engine.from_arrow(
            pa.table(
                {
                    "customer": np.arange(len(self.ids)),
                    "customer_id": self.ids.tolist(),
                    "segment": self.labels.astype(np.int64),
                    "revenue": self.revenue,
                    "first_on": pa.array(self.first_on, pa.date32()),
                }
            )
        )

    def arms(self, holdouts: Sequence[Holdout], salt: str = "0", previous: pa.Table | None = None) -> pa.Table:
        """Everybody's arm, sorted by customer."""
        drawn = assign_arms(self.frame, holdouts, self.engine, salt=salt, previous=previous)
        return EngineTable(self.engine, drawn).collect()


def shoppers(rows: list[tuple[str, int, date, float]], engine: Engine | None = None) -> Shoppers:
    """Shoppers from (customer, 0-based segment, day, revenue) of each order."""
    engine = engine or DuckDBEngine()
    ids, place = np.unique([row[0] for row in rows], return_inverse=True)
    labels, revenue = np.zeros(len(ids), np.int32), np.zeros(len(ids))
    labels[place] = [row[1] for row in rows]
    np.add.at(revenue, place, [row[3] for row in rows])
    days = [row[2] for row in rows]
    first_on = np.full(len(ids), np.datetime64(max(days)))
    np.minimum.at(first_on, place, np.array(days, dtype="datetime64[D]"))
    table = pa.table(
        {
            "customer": place,
            "segment": labels[place].astype(np.int64),
            "ordered_on": pa.array(days, pa.date32()),
            "revenue": [row[3] for row in rows],
        }
    )
    n_segments = int(labels.max()) + 1
    return Shoppers(
        ids, labels, revenue, first_on, (min(days), max(days)), n_segments, engine.from_arrow(table), engine
    )


def steady_shoppers(seed: int = 0, n: int = 1_200, periods: int = 8) -> Shoppers:
    """Customers of three segments, who order in a period of 30 days with chances of 0.2, 0.4 and 0.6."""
    rng = np.random.default_rng(seed)
    first = date(2025, 1, 1)
    rows = []
    for i in range(n):
        segment, worth = i % 3, float(rng.gamma(1.0, 50.0)) + 5
        for period in range(periods):
            if period == 0 or rng.random() < 0.2 * (segment + 1):
                on = first + timedelta(days=30 * period + int(rng.integers(0, 30)))
                rows.append((f"C{i:04d}", segment, on, round(worth * float(rng.gamma(4.0, 0.25)), 2)))
    rows.append(("C0000", 0, first + timedelta(days=30 * periods - 1), 10.0))  # the last period ends on its last day
    return shoppers(rows)


def simulate(rng: np.random.Generator, n_segments: int, n: int, lift: float) -> Outcomes:
    """Customers who buy by chance: two in five order, for a skewed amount that leans on what they brought before."""
    size = n_segments * n
    before = rng.gamma(1.0, 50.0, size)
    held_out = rng.random(size) < 0.3
    orders = (rng.random(size) < np.where(held_out, 0.4, 0.4 * (1 + lift))).astype(np.float64)
    revenue = orders * (0.5 * before + rng.gamma(2.0, 20.0, size))
    return Outcomes(np.repeat(np.arange(1, n_segments + 1), n), held_out, revenue, orders, before)
