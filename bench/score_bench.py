"""Scoring many customers, a part of them at a time: memory and processor seconds by the embedded engine and by Spark.

`python -m bench.score_bench [--lines N] [--customers N] [--engines duckdb spark] [--memory 3GB]`

The model is that of a smaller shop of the same kind. Spark runs on `local[2]` with so much memory for its driver, the
embedded engine with as much.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pyarrow import parquet

from bench.measuring import run
from bench.orders_data import make_parquet

SMALLER = 40
"""The model is of so many times fewer lines and customers."""
QUICK = ["--quick", "--segments", "5", "--reduction", "none", "--quiet"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--customers", type=int, default=5_000_000)
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    parser.add_argument("--memory", default="3GB")
    given = parser.parse_args()
    few, many = (make_parquet(lines=given.lines // part, customers=given.customers // part) for part in (SMALLER, 1))
    with tempfile.TemporaryDirectory() as home:
        model, command = Path(home) / "run", [sys.executable, "-m", "marketfold"]
        run([*command, "run", str(few), "--out", str(model), *QUICK])
        for engine in given.engines:
            out = Path(home) / f"{engine}.parquet"
            reading = ["--engine", engine, "--memory-limit", given.memory]
            reading += ["--master", "local[2]"] if engine == "spark" else []
            measured = run([*command, "score", str(model), str(many), "--out", str(out), "--quiet", *reading])
            n_units = parquet.read_metadata(out).num_rows
            took = f"{measured.seconds:,.0f} s, {measured.cpu:,.0f} processor seconds, peak {measured.peak_mb:,.0f} MB"
            print(f"{engine}: {n_units:,} customers scored in {took}", flush=True)


if __name__ == "__main__":
    main()
