"""What small sources cost: processor seconds of reading and cleaning made-up shop exports, and a table of pandas.

`python -m bench.small_files_bench [--times N]`

Each is read once before the clock starts, so that what is imported on the way is not counted. With another
source tree first in PYTHONPATH the same is measured of that.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bench.shop_exports import make_export
from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.errors import MarketfoldError
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES, LINES = 30, 600


def _look(source: object) -> None:
    with suppress(MarketfoldError):  # some exports are to be refused
        clean_orders(read_orders(source))


def _mean(sources: Sequence[object]) -> float:
    for source in sources:
        _look(source)
    start = time.process_time()
    for source in sources:
        _look(source)
    return (time.process_time() - start) / len(sources)


def main(arguments: list[str] | None = None) -> None:
    """Print the means."""
    parser = argparse.ArgumentParser(description="Processor seconds of reading and cleaning small sources.")
    parser.add_argument("--times", type=int, default=TIMES, help="exports, and readings of the table")
    n = max(1, parser.parse_args(arguments).times)
    with tempfile.TemporaryDirectory() as folder:
        paths = [make_export(seed, Path(folder) / str(seed)).path for seed in range(n)]
        sys.stdout.write(f"{n} files: {_mean(paths):.3f} processor seconds each\n")
    table = make_shop(LINES).lines.to_pandas()
    sys.stdout.write(f"a table of {LINES} lines, {n} times: {_mean([table] * n):.3f} processor seconds each\n")


if __name__ == "__main__":
    main()
