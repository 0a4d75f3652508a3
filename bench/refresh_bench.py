"""A refresh with one new line in a hundred beside scoring all lines again, in processor seconds of whole commands.

`python -m bench.refresh_bench --lines 1000000` makes the shop, the run and both files in a temporary folder.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.orders_data import make


def _seconds(*words: object) -> float:
    """Processor seconds of a command, its start and imports included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "marketfold", *map(str, words)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Make what is needed, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        _, whole = make(home, lines, lines // 20)
        old, new = home / "old.csv", home / "new.csv"
        duckdb.execute(f"CREATE VIEW all_lines AS FROM read_csv('{whole}', all_varchar = true)")
        ((cut,),) = duckdb.execute("SELECT quantile_disc(order_date, 0.99) FROM all_lines").fetchall()
        duckdb.sql(f"COPY (FROM all_lines WHERE order_date < '{cut}') TO '{old}'")
        duckdb.sql(f"COPY (FROM all_lines WHERE order_date >= '{cut}') TO '{new}'")
        run = home / "run"
        quick = ("--quick", "--reduction", "none", "--segments", "5", "--quiet")
        made = _seconds("run", old, "--out", run, *quick)
        scored = _seconds("score", run, whole, "--out", home / "scored.parquet", "--quiet")
        again = _seconds("run", whole, "--out", home / "again", "--previous", run, *quick)
        refreshed = _seconds("refresh", run, new, "--out", home / "refreshed", "--quiet")
        print(f"run {made:.1f}, score of all {scored:.1f}, run of all {again:.1f}, refresh {refreshed:.1f}")
        kept = (home / "refreshed" / "lines.parquet").stat().st_size
        print(f"kept lines {kept / 2**20:.1f} MB, CSV {whole.stat().st_size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
