"""The command line as a person meets it: `--help`, a run on a small file, a whole run on ten million lines.

`python -m bench.run_bench [--orders FILE] [--lines N] [--kind parquet|csv|both] [--engine duckdb|spark] [--memory 3GB]`

Stage times and memory are those that the run itself writes to `run.json`; the whole is timed from outside, imports
included. Without `--orders` the small file is a demo shop of about as many lines as the sales file of speed.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.measuring import Measured, run
from bench.orders_data import CUSTOMERS, LINES, make, make_parquet
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP_SECONDS, SMALL_SECONDS = 0.5, 10.0
SMALL_LINES = 2_823
HELP_RUNS = 5
_COMMAND = [sys.executable, "-m", "marketfold"]


def _helped() -> None:
    seconds = median(run([*_COMMAND, "--help"]).seconds for _ in range(HELP_RUNS))
    print(f"marketfold --help: {seconds:.2f} s, median of {HELP_RUNS} (to reach: {HELP_SECONDS})", flush=True)


def run_whole(source: Path, folder: Path, flags: Sequence[str]) -> tuple[Measured, list[dict[str, Any]]]:
    """A whole run, and its stages as it tells them."""
    target = folder / f"run-{source.stem}-{source.suffix[1:]}"
    measured = run([*_COMMAND, "run", str(source), "--out", str(target), "--quiet", *flags])
    return measured, json.loads((target / "run.json").read_text(encoding="utf-8"))["stages"]


def _tell(source: Path, folder: Path, flags: Sequence[str] = (), target: float | None = None) -> None:
    print(f"\nmarketfold run {source.name} ({source.stat().st_size / 1e6:,.1f} MB)", flush=True)
    measured, stages = run_whole(source, folder, flags)
    print("  " + ", ".join(f"{stage['name']} {stage['seconds']:.1f}" for stage in stages))
    wanted = f" (to reach: {target:.0f})" if target else ""
    print(f"  stages {sum(stage['seconds'] for stage in stages):.1f} s{wanted}, with imports {measured.seconds:.1f} s")
    print(f"  processor {measured.cpu:.1f} s, peak {measured.peak_mb:,.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=Path, help="a small order file of your own")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--kind", choices=["parquet", "csv", "both"], default="both")
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb", help="of the large file")
    parser.add_argument("--memory", help="that the engine may take for the large file, such as 3GB")
    given = parser.parse_args()
    flags = ["--memory-limit", given.memory] if given.memory else []
    flags += ["--engine", "spark", "--master", "local[2]"] if given.engine == "spark" else []
    _helped()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = given.orders or folder / "small_shop.csv"
        if given.orders is None:
            write_csv(make_shop(SMALL_LINES).lines, small)
        _tell(small, folder, target=SMALL_SECONDS)
        size = {"lines": given.lines, "customers": given.customers}
        for source in (make_parquet(**size),) if given.kind == "parquet" else make(**size):
            if given.kind in (source.suffix[1:], "both"):
                _tell(source, folder, flags)


if __name__ == "__main__":
    main()
