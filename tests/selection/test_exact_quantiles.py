"""Quantiles that are counted are those of the sorted values, however few edges and rounds there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.polars_engine import PolarsEngine
from marketfold.selection.exact_quantiles import exact_quantiles

if TYPE_CHECKING:
    from marketfold.engine import Engine
    from marketfold.schema import Float64

SHARES = (0.0, 0.1, 0.5, 0.5001, 0.99, 1.0)
N = 6_000


def columns() -> dict[str, Float64]:
    rng = np.random.default_rng(3)
    skewed = rng.lognormal(3, 3, N)
    some = np.where(rng.random(N) < 0.97, np.nan, rng.normal(size=N))
    return {
        "skewed": skewed,
        "counts": rng.poisson(1.5, N).astype(float),
        "later": np.arange(N, dtype=float)[::-1],  # the first rows are far from the middle
        "near": 1 + rng.integers(0, 50, N) * 1e-15,
        "some": some,
        "one": np.full(N, 7.0),
        "unknown": np.full(N, np.nan),
        "signed": np.round(-skewed, 1) * rng.choice([-1, 0, 1], N),
    }


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=lambda engine: engine.name)
@pytest.mark.parametrize(("edges", "home", "rows"), [(512, 1_000_000, 20_000), (8, 50, 20), (3, 5, 2), (64, 0, 500)])
def test_quantiles_are_those_of_the_sorted_values(
    engine: Engine, edges: int, home: int, rows: int, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (("MOST_EDGES", edges), ("MOST_HOME", home), ("FIRST_ROWS", rows)):
        monkeypatch.setattr(f"marketfold.selection.exact_quantiles.{name}", value)
    monkeypatch.setattr(f"marketfold.{engine.name}_engine.PART_ROWS", 700)
    known = columns()
    segment = np.where(np.arange(N) < 5, 3, np.random.default_rng(1).integers(0, 3, N))
    own = np.eye(5, dtype=bool)  # nobody is in the last
    groups = np.concatenate([own, ~own, np.ones((1, 5), dtype=bool)])
    table = pa.table({"segment": segment} | {name: pa.array(one, from_pandas=True) for name, one in known.items()})
    found = exact_quantiles(engine, engine.from_arrow(table), groups, SHARES)
    assert found.shape == (len(groups), len(known), len(SHARES))
    for group, within in enumerate(groups):
        for place, (name, values) in enumerate(known.items()):
            own_values = values[within[segment] & ~np.isnan(values)]
            wanted = np.quantile(own_values, SHARES) if len(own_values) else np.full(len(SHARES), np.nan)
            assert found[group, place] == pytest.approx(wanted, rel=1e-12, nan_ok=True), (name, group)
