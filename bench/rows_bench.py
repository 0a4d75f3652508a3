"""The table of a million customers: seconds to sort, filter, search, open and count it, as the studio asks for it.

`python -m bench.rows_bench [--customers N] [--rounds N]`

The tables of a small run are repeated, with noise on every number and ids of their own, until there are as many
customers as asked for. Seconds are of the processor, over all threads: the clock of a shared machine says less.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.runs import RowsAsked, Run, RunRows, write_run
from marketfold.segments import Bound

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS, ROUNDS, SECONDS = 1_000_000, 5, 0.2
NOISE = 0.02


def _repeated(table: pa.Table, rows: np.ndarray, rng: np.random.Generator) -> pa.Table:
    many = table.take(pa.array(rows))
    for place, name in enumerate(many.column_names):
        if pa.types.is_floating(many[name].type):
            noise = 1 + NOISE * rng.standard_normal(len(rows))
            column = pa.array(many[name].to_numpy() * noise, from_pandas=True).cast(many[name].type)
            many = many.set_column(place, many.schema.field(place), column)
    return many


def enlarged(folder: Path, customers: int) -> Run:
    """The same run with so many customers in its tables."""
    rng, run = np.random.default_rng(0), Run.read(folder)
    rows = np.sort(np.resize(np.arange(len(run.segments)), customers))
    segments = _repeated(run.segments, rows, rng)
    segments = segments.set_column(0, "customer_id", pa.array([f"M{place:08d}" for place in range(customers)]))
    features = _repeated(run.features, rows, rng)
    parquet.write_table(segments, folder / "segments.parquet")
    parquet.write_table(features, folder / "features.parquet")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    counts = {one["values"]: one["counts"] for one in segments["segment"].value_counts().to_pylist()}
    for one in record["segments"]:
        one["units"] = counts[one["number"]]
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    return Run.read(folder)


FIRST = RowsAsked()


def questions(rows: RunRows) -> dict[str, Callable[[], object]]:
    """What a person asks of the table, in words."""
    bounds = [Bound("recency_days", above=False, threshold=90.0), Bound("order_count", above=True, threshold=2.0)]

    def page(asked: RowsAsked = FIRST) -> Callable[[], object]:
        return lambda: rows.page(asked)

    return {
        "first page": page(),
        "by revenue": page(RowsAsked(sort="revenue_total", descending=True)),
        "by revenue, last page": page(RowsAsked(sort="revenue_total", page=10**9)),
        "by revenue, in the middle": page(RowsAsked(sort="revenue_total", page=rows.n_units // 100)),
        "by last order in one segment, held out": page(RowsAsked(sort="last_order_on", segment=1, arm="holdout")),
        "search": page(RowsAsked(search="1234")),
        "search, by revenue": page(RowsAsked(search="1234", sort="revenue_total", descending=True)),
        "why one is here": lambda: (rows.row(rows.n_units // 2), rows.values(rows.n_units // 2)),
        "a rule of two features": lambda: rows.meeting(bounds),
    }


def main() -> None:
    """Print seconds by question; exit 1 where one takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    clustering = ClusteringOptions(segments=3, k_max=4, bootstraps=2)
    config = RunConfig(quick=True, reduction=ReductionOptions(method="none"), clustering=clustering)
    slow = False
    with tempfile.TemporaryDirectory() as home:
        run = write_run(segment_market(make_shop(36_000).lines, config), Path(home) / "run")
        rows = RunRows(enlarged(run.folder, options.customers))
        for words, ask in questions(rows).items():
            taken = []
            for _ in range(options.rounds + 1):  # the first one opens the files
                begun = time.process_time()
                ask()
                taken.append(time.process_time() - begun)
            seconds = median(taken[1:])
            slow = slow or seconds > SECONDS
            print(f"{words:42} {1000 * seconds:6.0f} ms{'' if seconds <= SECONDS else ', too slow'}")
    sys.exit(slow)


if __name__ == "__main__":
    main()
