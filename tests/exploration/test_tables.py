from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.exploration.tables import collect, value_quantiles

QUANTILES = (0.0, 0.25, 0.5, 0.99, 1.0)


@pytest.mark.parametrize("n", [1, 2, 5, 1_000])
def test_they_agree_with_numpy(n: int):
    values = np.random.default_rng(n).integers(0, 50, n) / 4
    engine = DuckDBEngine()
    frame = engine.from_arrow(pa.table({"value": pa.array([*values.tolist(), None], pa.float64())}))
    row = collect(engine, value_quantiles(frame, "value", QUANTILES))
    found = [row[f"q{i}"][0] for i in range(len(QUANTILES))]
    assert found == pytest.approx(np.quantile(values, QUANTILES))


def test_groups_do_not_mix():
    engine = DuckDBEngine()
    frame = engine.from_arrow(pa.table({"value": [1.0, 2.0, 10.0, 30.0], "by": ["a", "a", "b", "b"]}))
    rows = collect(engine, value_quantiles(frame, "value", (0.5,), "by"))
    assert dict(zip(rows["by"], rows["q0"], strict=True)) == {"a": 1.5, "b": 20.0}
