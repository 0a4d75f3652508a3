"""How processor seconds of a whole run grow with the lines: the exponent of a power law through several sizes.

`python -m bench.scaling_bench [--lines N N N] [--customers-share 0.05] [--memory 3GB]`

Beyond 200,000 customers a sample chooses and tests the segments, so two exponents are told: of all stages, and without
those two (`CONSTANT`), which would make any growth look slow.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from bench.orders_data import make_parquet
from bench.run_bench import run_whole

SIZES = [1_000_000, 10_000_000, 100_000_000]
CONSTANT = ("choose", "stability")


def exponent(lines: list[int], seconds: list[float]) -> float:
    """Least squares in logarithms.

    >>> round(exponent([1, 10, 100], [2.0, 20.0, 200.0]), 6)
    1.0
    """
    return float(np.polyfit(np.log(lines), np.log(seconds), 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=SIZES)
    parser.add_argument("--customers-share", type=float, default=0.05, help="customers for each line")
    parser.add_argument("--memory", default="3GB")
    given = parser.parse_args()
    whole, growing = [], []
    with tempfile.TemporaryDirectory() as home:
        for lines in given.lines:
            source = make_parquet(lines=lines, customers=round(lines * given.customers_share))
            measured, stages = run_whole(source, Path(home), ["--memory-limit", given.memory])
            constant = sum(stage["processor_seconds"] for stage in stages if stage["name"] in CONSTANT)
            whole.append(measured.cpu)
            growing.append(measured.cpu - constant)
            told = f"{measured.cpu:,.0f} processor seconds, {growing[-1]:,.0f} without {' and '.join(CONSTANT)}"
            print(f"{lines:,} lines: {told}, peak {measured.peak_mb:,.0f} MB", flush=True)
    without = exponent(given.lines, growing)
    print(f"exponent {exponent(given.lines, whole):.2f}, without {' and '.join(CONSTANT)} {without:.2f}")


if __name__ == "__main__":
    main()
